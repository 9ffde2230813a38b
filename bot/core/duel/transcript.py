"""What was played, round by round, and which candidate is the best of all.

Decides the candidate that is kept: fewest findings that block, then fewest claims that stand
against it, then the earliest. A later round never replaces a better one. A claim stands against a
change, not against a player.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from bot.core.change import build_change
from bot.core.duel.units import Files, Unit
from bot.core.identity import difference


class Player(StrEnum):
    """The author is A, the reviewer is B."""

    A = "A"
    B = "B"

    @property
    def other(self) -> Player:
        """Whom it plays against."""
        return Player.B if self is Player.A else Player.A


class Fate(StrEnum):
    """What became of a claim."""

    STRUCK = "struck"  # a check refutes it
    STANDING = "standing"
    CONCEDED = "conceded"
    REBUTTED = "rebutted"


class Ending(StrEnum):
    """Why a game ended."""

    AGREED = "agreed"
    ROUNDS = "rounds"
    STILL = "nothing-new"
    BUDGET = "budget"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Row:
    """A leaf change as it may be shown: secrets hidden, one line each."""

    path: str
    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim by ``by`` against the other's candidate; ``why`` is the code of what struck it."""

    id: str
    by: Player
    path: str
    key: str
    kind: str
    should_be: str | None
    fate: Fate
    why: str = ""


@dataclass(frozen=True)
class Standing:
    """One player's candidate at the end of a round: its files, findings and standing claims.

    ``files`` None where the player has no candidate yet; ``more_rows`` are not among ``rows``.
    """

    player: Player
    files: Files | None
    rows: tuple[Row, ...] = ()
    more_rows: int = 0
    blocking: int = 0
    against: int = 0
    forfeited: str = ""


@dataclass(frozen=True)
class Round:
    """Both standings, and the claims of the round."""

    number: int
    standings: tuple[Standing, Standing]
    claims: tuple[ShownClaim, ...] = ()

    def of(self, player: Player) -> Standing:
        """That player's."""
        return next(one for one in self.standings if one.player is player)


@dataclass(frozen=True)
class Game:
    """One unit's rounds, how it ended, and (round, player) of the candidate that is kept."""

    unit: Unit
    rounds: tuple[Round, ...]
    ending: Ending
    kept: tuple[int, Player] | None


@dataclass(frozen=True)
class Transcript:
    """All games of one request."""

    scope: str
    games: tuple[Game, ...] = field(default=())

    @property
    def rounds(self) -> int:
        """The most rounds that any game took."""
        return max((game.rounds[-1].number for game in self.games if game.rounds), default=0)


def best(rounds: Iterable[Round]) -> tuple[int, Player] | None:
    """The best candidate of all rounds and players; None where nobody had one."""
    standings = [
        ((one.blocking, one.against, made.number, one.player.value), (made.number, one.player))
        for made in rounds
        for one in made.standings
        if one.files is not None
    ]
    return min(standings)[1] if standings else None


def kept_files(game: Game) -> Files:
    """The files of the candidate that is kept."""
    if game.kept is None:
        return ()
    number, player = game.kept
    return game.rounds[number].of(player).files or ()


def other_files(game: Game) -> Files | None:
    """The other player's last candidate where it is the kept one, else that of the kept round."""
    if game.kept is None:
        return None
    number, player = game.kept
    last = game.rounds[-1].of(player.other).files
    kept = build_change(kept_files(game))
    if last is not None and difference(kept, build_change(last)) == ((), ()):
        return last
    return game.rounds[number].of(player.other).files


def standing_against(game: Game) -> tuple[ShownClaim, ...]:
    """The claims that stand against what is kept in the last round in which anybody had it.

    Whose candidate it was is no matter: who takes over what it calls wrong still calls it wrong.
    """
    if game.kept is None:
        return ()
    kept = build_change(kept_files(game))
    for made in reversed(game.rounds):
        owners = [
            one.player
            for one in made.standings
            if one.files is not None and difference(kept, build_change(one.files)) == ((), ())
        ]
        if owners:
            return tuple(
                claim
                for claim in made.claims
                if claim.fate is Fate.STANDING and claim.by.other in owners
            )
    return ()


def as_data(transcript: Transcript) -> dict[str, Any]:
    """For machines: everything but the files' bytes."""
    return {
        "scope": transcript.scope,
        "rounds": transcript.rounds,
        "games": [_game(game) for game in transcript.games],
    }


def _game(game: Game) -> dict[str, Any]:
    return {
        "path": game.unit.path,
        "lines": list(game.unit.lines) if game.unit.lines else None,
        "ending": game.ending.value,
        "kept": {"round": game.kept[0], "player": game.kept[1].value} if game.kept else None,
        "rounds": [_round(one) for one in game.rounds],
    }


def _round(one: Round) -> dict[str, Any]:
    return {
        "number": one.number,
        "candidates": {
            standing.player.value: {
                "changes": None
                if standing.files is None
                else [asdict(row) for row in standing.rows],
                "changes_left_out": standing.more_rows,
                "blocking": standing.blocking,
                "standing_claims": standing.against,
                "forfeited": standing.forfeited or None,
            }
            for standing in one.standings
        },
        "claims": [
            {**asdict(claim), "by": claim.by.value, "fate": claim.fate.value}
            for claim in one.claims
        ],
    }
