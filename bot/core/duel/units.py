"""What one game is about: the whole project, a file, or a stretch of lines.

Decides how two candidates come apart into units, what of a candidate belongs to a unit, and how
the parts that won make one whole. A part is always lines of the base replaced by lines of one
candidate, never a blend of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from bot.core.change import FileChange


class Scope(StrEnum):
    """How large a game is."""

    PROJECT = "project"
    FILE = "file"
    HUNK = "hunk"


Files = tuple[FileChange, ...]
# Each game takes calls; who changes everything everywhere plays one game about all of it.
MAX_GAMES = 40


@dataclass(frozen=True, slots=True)
class Unit:
    """``path`` None: everything. ``lines``: base lines [start, end) of the file, None for all."""

    path: str | None = None
    lines: tuple[int, int] | None = None


def units_of(scope: Scope, candidates: Sequence[Files]) -> tuple[Unit, ...]:
    """The units in which the candidates differ from the base, in order; one where they are many."""
    if scope is Scope.PROJECT:
        return (Unit(),)
    paths = sorted({file.path for files in candidates for file in files})
    if len(paths) > MAX_GAMES:
        return (Unit(),)
    if scope is Scope.FILE:
        return tuple(Unit(path) for path in paths)
    units = tuple(unit for path in paths for unit in _stretches(path, candidates))
    return units if len(units) <= MAX_GAMES else (Unit(),)


def _stretches(path: str, candidates: Sequence[Files]) -> Iterator[Unit]:
    mine = [file for files in candidates for file in files if file.path == path]
    if any(file.base is None or file.head is None for file in mine):
        yield Unit(path)  # a file that comes or goes is one thing
        return
    spans = sorted((start, end) for file in mine for _, start, end, *_ in _hunks(file))
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    for start, end in merged:
        yield Unit(path, (start, end))


def _hunks(file: FileChange) -> list[tuple[str, int, int, int, int]]:
    base, head = _lines(file.base), _lines(file.head)
    found = SequenceMatcher(None, base, head, autojunk=False).get_opcodes()
    return [one for one in found if one[0] != "equal"]


def _lines(data: bytes | None) -> list[bytes]:
    return (data or b"").splitlines(keepends=True)


def part_of(files: Files, unit: Unit) -> Files:
    """What of a candidate lies in ``unit``."""
    if unit.path is None:
        return files
    mine = [file for file in files if file.path == unit.path]
    if unit.lines is None or not mine:
        return tuple(mine)
    made = _with(mine[0], [unit.lines])
    return (made,) if made.base != made.head else ()


def _with(file: FileChange, spans: Sequence[tuple[int, int]]) -> FileChange:
    """The base with only those hunks of the file that lie in one of ``spans``."""
    base, head = _lines(file.base), _lines(file.head)
    made: list[bytes] = []
    for tag, start, end, other, other_end in SequenceMatcher(
        None, base, head, autojunk=False
    ).get_opcodes():
        inside = any(first <= start and end <= last for first, last in spans)
        made += head[other:other_end] if tag != "equal" and inside else base[start:end]
    return replace(file, head=b"".join(made))


def composed(parts: Sequence[tuple[Unit, Files]]) -> Files:
    """The parts that won, as one candidate."""
    files: dict[str, FileChange] = {}
    stretches: dict[str, list[tuple[tuple[int, int], FileChange]]] = {}
    for unit, part in parts:
        for file in part:
            if unit.lines is None:
                files[file.path] = file
            else:
                stretches.setdefault(file.path, []).append((unit.lines, file))
    for path, pieces in stretches.items():
        files[path] = _joined(pieces)
    return tuple(files[path] for path in sorted(files))


def _joined(pieces: Sequence[tuple[tuple[int, int], FileChange]]) -> FileChange:
    """The base with every piece's hunks, which never overlap."""
    first = pieces[0][1]
    base, made, at = _lines(first.base), list[bytes](), 0
    hunks = sorted((hunk[1:], _lines(file.head)) for _, file in pieces for hunk in _hunks(file))
    for (start, end, other, other_end), head in hunks:
        made += base[at:start] + head[other:other_end]
        at = end
    return replace(first, head=b"".join([*made, *base[at:]]))
