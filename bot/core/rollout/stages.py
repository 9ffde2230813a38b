"""Make before break: a judged change → the stages in which it may reach the clouds.

A server that moves is known by its address in two kinds of places: where clients turn to it, and
where allow-lists let it in. Two clouds never change in one instant, so a single step would send
clients to a server, or a server to its peers, before everybody lets it in. Hence three stages:
``admit`` lets the new address in beside the old one, ``switch`` changes all the rest, ``remove``
shuts the old address out and is the judged head, byte for byte. Whatever order the clouds take
within a stage, every address in use is let in everywhere: by ``admit``'s end the new one is, and
until ``remove`` the old one is.

Decides the files of every stage. Never lets anybody in whom neither base nor head lets in; where
an allow-list cannot hold both it says so, and the change is one stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.change import REGULAR, Change, FileChange
from bot.core.leaf import Document, KeyPath
from bot.core.protected import in_firewall
from bot.core.rollout.elements import Side
from bot.core.rollout.laws import are_lawful
from bot.core.rollout.moves import Admitted, Moves
from bot.core.rollout.overlap import Pair, same_entries, with_theirs
from bot.core.rollout.refusal import OverlapRefusedError
from bot.core.rollout.rules import Admission, Rollout

_EXECUTABLE = "100755"


class StageName(StrEnum):
    """What a stage is for; ``WHOLE`` where there is nothing to part."""

    ADMIT = "admit"
    SWITCH = "switch"
    REMOVE = "remove"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Stage:
    """One commit: ``files`` are those that differ from the stage before (or the base)."""

    name: StageName
    files: tuple[FileChange, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """What changes in this stage."""
        return tuple(file.path for file in self.files)


@dataclass(frozen=True, slots=True)
class CannotOverlap:
    """An allow-list that cannot hold the old and the new address at once, and why (``code``)."""

    path: str
    key: KeyPath
    code: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class Staging:
    """The stages of a change, what moves, and what kept it from being parted.

    ``apart`` is false where the policy asks for one stage.
    """

    stages: tuple[Stage, ...]
    moved: tuple[tuple[str, str], ...] = ()
    warnings: tuple[CannotOverlap, ...] = ()
    apart: bool = True


_Versions = dict[str, tuple[bytes | None, str]]


def make_stages(change: Change, rollout: Rollout | None = None) -> Staging:
    """The stages of ``change``: one where no allow-list must be ahead of, or behind, the rest."""
    rules = rollout or Rollout()
    if not change.files:
        return Staging((), apart=rules.make_before_break)
    if not rules.make_before_break:
        return Staging((_whole(change),), apart=False)
    moves = Moves(change, rules.admission)
    if not moves.binding:
        return Staging((_whole(change),))
    made = _parted(change, moves, rules.admission)
    if isinstance(made, Sequence):
        return Staging((_whole(change),), moves.swapped, tuple(made))
    stages = _stages(change, made)
    if not are_lawful(change, _versions(change, stages), rules.admission):
        first = moves.binding[0]
        refused = CannotOverlap(first.path, first.key, "not-lawful", first.change.line)
        return Staging((_whole(change),), moves.swapped, (refused,))
    return Staging(stages, moves.swapped)


def _versions(change: Change, stages: Sequence[Stage]) -> list[dict[str, bytes | None]]:
    return [files_after(change, stages, count) for count in range(len(stages) + 1)]


def _whole(change: Change) -> Stage:
    return Stage(StageName.WHOLE, change.files)


def _parted(
    change: Change, moves: Moves, patterns: tuple[Admission, ...]
) -> Mapping[str, tuple[bytes | None, bytes | None]] | tuple[CannotOverlap, ...]:
    """By path what ``admit`` and ``switch`` hold; or every place that cannot hold both."""
    found: dict[str, tuple[bytes | None, bytes | None]] = {}
    refused: list[CannotOverlap] = []
    binding = {one.path for one in moves.binding}
    for file in change.files:
        if file.path not in binding:
            found[file.path] = (file.base, file.head)
            continue
        mine = [one for one in moves.admitted if one.path == file.path]
        try:
            found[file.path] = _both(change, file, mine, patterns)
        except OverlapRefusedError as why:
            first = next(one for one in moves.binding if one.path == file.path)
            refused.append(CannotOverlap(file.path, first.key, why.code, first.change.line))
    return tuple(refused) or found


def _both(
    change: Change, file: FileChange, mine: list[Admitted], patterns: tuple[Admission, ...]
) -> tuple[bytes | None, bytes | None]:
    """What the file holds at ``admit`` and at ``switch``."""
    if not {file.base_mode, file.head_mode} <= {REGULAR, _EXECUTABLE}:
        raise OverlapRefusedError("unreadable")
    if file.base is None or file.head is None:
        return _came_or_went(file)
    if any(one.mixed for one in mine):
        raise OverlapRefusedError("key")
    base = _side(change.base_docs[file.path], file.base)
    head = _side(change.head_docs[file.path], file.head)
    pairs: list[Pair] = [(one.change.old, one.change.new) for one in mine]
    admit = with_theirs(base, head, pairs, patterns)
    switch = with_theirs(head, base, [(new, old) for old, new in pairs], patterns)
    return admit, admit if same_entries(admit, switch, file.path) else switch


def _side(document: object, data: bytes) -> Side:
    if not isinstance(document, Document):
        raise OverlapRefusedError("unreadable")
    return Side(document, data)


def _came_or_went(file: FileChange) -> tuple[bytes | None, bytes | None]:
    """A whole allow-list comes before anybody turns to whom it lets in, and goes after."""
    if not in_firewall(file.path, ()):
        raise OverlapRefusedError("new-list")
    kept = file.head if file.base is None else file.base
    return kept, kept


def _stages(
    change: Change, made: Mapping[str, tuple[bytes | None, bytes | None]]
) -> tuple[Stage, ...]:
    base: _Versions = {file.path: (file.base, file.base_mode) for file in change.files}
    head: _Versions = {file.path: (file.head, file.head_mode) for file in change.files}
    admit = {path: _as(made[path][0], base[path], head[path]) for path in base}
    switch = {path: _as(made[path][1], head[path], base[path]) for path in base}
    versions = [
        (StageName.ADMIT, admit),
        (StageName.SWITCH, switch),
        (StageName.REMOVE, head),
    ]
    found: list[Stage] = []
    before = base
    for name, now in versions:
        files = _difference(before, now)
        if files:
            found.append(Stage(name, files))
        before = now
    return tuple(found) if len(found) > 1 else (_whole(change),)


def _as(
    data: bytes | None, first: tuple[bytes | None, str], second: tuple[bytes | None, str]
) -> tuple[bytes | None, str]:
    """``data`` with the mode of the version it belongs to."""
    return data, (first if first[0] is not None or data is None else second)[1]


def _difference(before: _Versions, now: _Versions) -> tuple[FileChange, ...]:
    return tuple(
        FileChange(path, before[path][0], now[path][0], before[path][1], now[path][1])
        for path in sorted(now)
        if before[path] != now[path]
    )


def files_after(change: Change, stages: Sequence[Stage], count: int) -> dict[str, bytes | None]:
    """Every file of ``change`` as it is after the first ``count`` of ``stages``."""
    now = {file.path: file.base for file in change.files}
    for stage in stages[:count]:
        now.update({file.path: file.head for file in stage.files})
    return now
