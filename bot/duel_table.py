"""What both players of a duel play about, and what each may see of it.

Decides which lines are on the table: candidates and claims as data, one line each, secrets hidden.
Ranking is the gate's; this module shows and compares, and judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from bot.core.change import Change, LeafChange, build_change
from bot.core.duel.claims import Claim, struck
from bot.core.duel.transcript import (
    Fate,
    Game,
    Player,
    Round,
    Row,
    ShownClaim,
    Standing,
    standing_against,
)
from bot.core.duel.units import Files, Unit
from bot.core.expectation import Expectation
from bot.core.identity import difference
from bot.core.index import Index
from bot.core.leaf import Document, KeyPath, Leaf
from bot.core.masking import PLACEHOLDER, Mask
from bot.core.operation import Proposal, Unusable
from bot.core.report.findings import word
from bot.core.report.redact import shown_value
from bot.core.request import Language, Request
from bot.core.resolve import Unresolved, resolve
from bot.core.review import Remark
from bot.core.view import one_line, shown_key, tokens
from bot.models import Shown
from bot.pipeline import Rank

_SHOWN_FINDINGS = 10
_SHOWN_CHARS = 400
_SHOWN_ROWS = 100
# What of each candidate stands in a prompt; the configuration and the claims want room too.
_BOARD_TOKENS = 1_000


@dataclass(frozen=True)
class Table:
    """What both players play about."""

    request: Request
    index: Index
    expectation: Expectation
    ranking: Rank

    @property
    def documents(self) -> dict[str, Document]:
        """The readable files of the base."""
        return {document.path: document for document in self.index.readable}

    def applied(self, proposal: Proposal) -> Files | Unusable:
        """The files of a proposal."""
        files = resolve(proposal.operations, self.index.data)
        if isinstance(files, Unresolved):
            return Unusable(f"the operations mean no exact change ({files.code})")
        return files

    def change(self, files: Files | None) -> Change:
        """The candidate as a change; none is the empty one."""
        return build_change(files or ())

    def round(
        self,
        number: int,
        parts: Mapping[Player, Files | None],
        claims: tuple[ShownClaim, ...],
        forfeits: Mapping[Player, str],
    ) -> Round:
        """The round with both candidates ranked."""
        standings = [
            self._standing(player, parts, claims, forfeits.get(player, "")) for player in Player
        ]
        return Round(number, (standings[0], standings[1]), claims)

    def _standing(
        self,
        player: Player,
        parts: Mapping[Player, Files | None],
        claims: tuple[ShownClaim, ...],
        forfeited: str,
    ) -> Standing:
        files = parts[player]
        if files is None:
            return Standing(player, None, forfeited=_clipped(one_line(forfeited)))
        other = parts[player.other]
        change = self.change(files)
        blocking, _ = self.ranking(change, None if other is None else self.change(other))
        alike = other is not None and difference(change, self.change(other)) == ((), ())
        standing = [one for one in claims if one.fate is Fate.STANDING]
        against = sum(1 for one in standing if alike or one.by is player.other)
        mask = self._mask(change)
        made = change.leaf_changes
        rows = tuple(_row(one, mask) for one in made[:_SHOWN_ROWS])
        left, why = len(made) - len(rows), _clipped(one_line(forfeited))
        return Standing(player, files, rows, left, blocking, against, why)

    def _mask(self, change: Change) -> Mask:
        heads = [one for one in change.head_docs.values() if isinstance(one, Document)]
        return Shown.of(self.request, self.index, heads).mask

    def settled(self, made: Round) -> bool:
        """Equal leaf changes and no standing claim."""
        mine, theirs = (made.of(player) for player in Player)
        if mine.files is None or theirs.files is None or mine.against or theirs.against:
            return False
        return difference(self.change(mine.files), self.change(theirs.files)) == ((), ())

    def is_still(self, rounds: list[Round]) -> bool:
        """The newest round brought no other candidate and no other claim."""
        now, before = rounds[-1], rounds[-2]
        same = all(now.of(player).files == before.of(player).files for player in Player)
        return same and {line_of(one) for one in now.claims} <= {
            line_of(one) for made in rounds[:-1] for one in made.claims
        }

    def shown(self, made: Round) -> Shown:
        """What a model may see, the secrets of both candidates hidden."""
        changes = [self.change(one.files) for one in made.standings]
        heads = [
            one
            for change in changes
            for one in change.head_docs.values()
            if isinstance(one, Document)
        ]
        return Shown.of(self.request, self.index, heads)

    def facts(self, shown: Shown) -> tuple[str, ...]:
        """What evidence may quote: the request, and every line as it is shown."""
        lines = [
            f"{shown_key(leaf.key, shown.mask)}: {shown.mask.hide_leaf(path, leaf)}"
            for path, document in shown.documents.items()
            for leaf in document.leaves
        ]
        return (shown.mask.hide_request(self.request.text), *lines)

    def board(
        self,
        player: Player,
        made: Round,
        unit: Unit,
        mask: Mask,
        refuted: list[str] | None = None,
    ) -> dict[str, object]:
        """What is on the table, as lines: data, secrets hidden."""
        mine, theirs = made.of(player), made.of(player.other)
        return {
            "mine": None if mine.files is None else self._lines(mine.files, mask),
            "theirs": None if theirs.files is None else self._lines(theirs.files, mask),
            "feedback": self._findings(mine, theirs, mask),
            "refuted": refuted or [],
            "unit": _named(unit),
        }

    def _findings(self, mine: Standing, theirs: Standing, mask: Mask) -> list[str]:
        if mine.files is None:
            return []
        other = None if theirs.files is None else self.change(theirs.files)
        _, findings = self.ranking(self.change(mine.files), other)
        told = (" ".join(word(one, Language.ENGLISH)) for one in findings[:_SHOWN_FINDINGS])
        return [_clipped(one_line(mask.hide(one))) for one in told]

    def _lines(self, files: Files, mask: Mask) -> list[str]:
        made = self.change(files).leaf_changes
        rows = (_row(one, mask) for one in made)
        lines = [
            f"{row.path} | {row.key}: {_side(row.before)} → {_side(row.after)}" for row in rows
        ]
        spent = accumulate(tokens(line) for line in lines)
        shown = [line for line, so_far in zip(lines, spent, strict=True) if so_far <= _BOARD_TOKENS]
        left = len(lines) - len(shown)
        return [*shown, f"… and {left} more"] if left else shown

    def claimed(
        self, name: str, by: Player, claim: Claim, candidate: Change, mask: Mask
    ) -> ShownClaim:
        """The claim as it may be shown, and whether a check strikes it."""
        why = struck(claim, candidate, self.documents, self.expectation)
        value = None if claim.said is None else _shown(claim.key, mask.hide(claim.said))
        fate = Fate.STRUCK if why else Fate.STANDING
        return ShownClaim(
            name,
            by,
            one_line(claim.path),
            _clipped(shown_key(claim.key, mask)),
            claim.kind.value,
            value,
            fate,
            why or "",
        )


def _row(change: LeafChange, mask: Mask) -> Row:
    def shown(leaf: Leaf | None) -> str | None:
        return None if leaf is None else _shown(leaf.key, mask.hide_leaf(change.path, leaf))

    key = _clipped(shown_key(change.key, mask))
    return Row(one_line(change.path), key, shown(change.old), shown(change.new))


def _shown(key: KeyPath, hidden: str) -> str:
    """On one line, and not for ever; at a secret's place also what the mask does not know."""
    value = hidden if PLACEHOLDER.search(hidden) else shown_value(key, hidden)
    return _clipped(one_line(value))


def _clipped(text: str) -> str:
    left = len(text) - _SHOWN_CHARS
    return f"{text[:_SHOWN_CHARS]}… ({left} more characters)" if left > 0 else text


def _side(value: str | None) -> str:
    return "(absent)" if value is None else value


def line_of(claim: ShownClaim) -> str:
    """A claim on one line, with what struck it."""
    should = f", should be {claim.should_be}" if claim.should_be is not None else ""
    why = f" ({claim.why})" if claim.why else ""
    return f"{claim.path} | {claim.key} is {claim.kind}{should}{why}"


def _named(unit: Unit) -> str | None:
    if unit.path is None:
        return None
    where = one_line(unit.path)
    return f"{where}, lines {unit.lines[0] + 1}-{unit.lines[1] + 1}" if unit.lines else where


def remarks_of(game: Game, change: Change) -> list[Remark]:
    """The claims that still stand against what was kept."""
    lines = {(one_line(one.path), shown_key(one.key)): one.line for one in change.leaf_changes}
    return [
        Remark(one.path, lines.get((one.path, one.key), 1), line_of(one), one.id)
        for one in standing_against(game)
    ]
