"""A change as numbered hunks, the unit a reviewer judges.

Decides how a file's difference is cut and numbered. Every byte that differs is in some hunk: what
is no text (a mode, a missing last newline) becomes a line of its own, what cannot be decoded is
shown escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum

from unidiff.patch import PatchSet

from bot.core.change import Change, FileChange
from bot.core.view import one_line

_CONTEXT = 3
_NO_NEWLINE = "\n\\ No newline at end of file\n"


class Side(StrEnum):
    """Which version a line of a hunk stands in."""

    ADDED = "+"
    REMOVED = "-"
    CONTEXT = " "


@dataclass(frozen=True, slots=True)
class HunkLine:
    """One line; ``number`` is 1-based, in the base for a removed line, else in the head."""

    side: Side
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines of one file that changed together, with what stands around them."""

    id: str
    path: str
    lines: tuple[HunkLine, ...]

    @property
    def numbers(self) -> frozenset[int]:
        """The line numbers a remark may cite."""
        return frozenset(line.number for line in self.lines)

    @property
    def first_changed(self) -> int:
        """The number of the first line that was added or removed."""
        return next((line.number for line in self.lines if line.side is not Side.CONTEXT), 1)


def hunks_of(change: Change) -> tuple[Hunk, ...]:
    """Every hunk of ``change``, named ``h1``, ``h2``, … in order."""
    bodies = [(file.path, lines) for file in change.files for lines in _bodies(file)]
    return tuple(Hunk(f"h{number}", path, lines) for number, (path, lines) in enumerate(bodies, 1))


def _bodies(file: FileChange) -> Iterator[tuple[HunkLine, ...]]:
    notes = tuple(_notes(file))
    if notes:
        yield notes
    if file.base == file.head:
        return
    diff = "".join(unified_diff(_lines(file.base), _lines(file.head), "base", "head", n=_CONTEXT))
    for patched in PatchSet(diff):
        for hunk in patched:
            yield tuple(_hunk_lines(hunk))


def _notes(file: FileChange) -> Iterator[HunkLine]:
    """What happens to the file as a whole."""
    if file.base is None or file.head is None:
        side = Side.ADDED if file.base is None else Side.REMOVED
        yield HunkLine(side, 1, f"(the file is {'added' if file.base is None else 'deleted'})")
    elif file.base_mode != file.head_mode:
        yield HunkLine(Side.REMOVED, 1, f"(file mode {file.base_mode})")
        yield HunkLine(Side.ADDED, 1, f"(file mode {file.head_mode})")


def _lines(data: bytes | None) -> list[str]:
    """Lines as unified diffs write them; only a newline ends a line."""
    text = (data or b"").decode("utf-8", "backslashreplace")
    if not text:
        return []
    lines = [line + "\n" for line in text.removesuffix("\n").split("\n")]
    return (
        lines if text.endswith("\n") else [*lines[:-1], lines[-1].removesuffix("\n") + _NO_NEWLINE]
    )


def _hunk_lines(hunk) -> Iterator[HunkLine]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - unidiff has no types
    last = HunkLine(Side.CONTEXT, 1, "")
    for line in hunk:
        text = one_line(line.value.removesuffix("\n"))
        if line.line_type == "\\":
            yield HunkLine(last.side, last.number, "(no newline at the end of the file)")
            continue
        number = line.source_line_no if line.is_removed else line.target_line_no
        last = HunkLine(Side(line.line_type), number, text)
        yield last
