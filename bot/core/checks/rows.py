"""A file's lines with the leaves that changed, and the comments, cut out of them.

Decides which lines hold only leaves that came or went. Never judges what stands around them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.leaf import shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.core.leaf import Document, KeyPath, Leaf

# No file that can be parsed holds a NUL, so a NUL and a letter can stand for what was cut out.
KEPT, SET, OWN, COMMENT = "\x00k", "\x00s", "\x00o", "\x00c"
FILLED = "\x00f"

_Place = tuple[int, int, "KeyPath"]


@dataclass(slots=True)
class Row:
    """One line; ``leaves`` are those on it that only this side has, ``number`` is 1-based."""

    text: str
    number: int
    leaves: tuple[Leaf, ...] = ()
    shared: bool = False  # a leaf that both sides have stands on it too


@dataclass(slots=True)
class Side:
    """One version of a file; ``own`` are the leaves that only it has.

    ``keyed`` is False for plain lines.

    ``own_rows`` hold only such leaves, ``other_rows`` are the rest. ``inhabited`` are the key
    paths below which a leaf stands that both sides have.
    """

    own: tuple[Leaf, ...]
    keyed: bool = True
    own_rows: list[Row] = field(default_factory=list)
    other_rows: list[Row] = field(default_factory=list)
    inhabited: set[KeyPath] = field(default_factory=set)
    blank_allowed: set[int] = field(default_factory=set)


def side_of(
    data: bytes,
    document: Document,
    changes: Iterable[tuple[Leaf | None, Leaf | None]],
    *,
    crlf: bool,
) -> Side:
    """The side of a file that ``document`` is; ``changes`` are (this side's leaf, the other's)."""
    marks = {_place(mine): _mark(mine, other) for mine, other in changes if mine}
    marks = whole_lines(document.leaves, marks)
    rows = _rows(data, document, marks, crlf=crlf)
    own = tuple(leaf for leaf in document.leaves if marks.get(_place(leaf)) == OWN)
    side = Side(own, keyed=document.format != "lines")
    for leaf in document.leaves:
        if marks.get(_place(leaf)) != OWN:
            side.inhabited.update(leaf.key[:n] for n in range(1, len(leaf.key) + 1))
    for row in rows:
        (side.own_rows if row.leaves and not row.shared else side.other_rows).append(row)
    # a blank line may come or go beside lines that came or went
    side.blank_allowed = {row.number + step for row in side.own_rows for step in (-2, -1, 1, 2)}
    return side


def _mark(mine: Leaf, other: Leaf | None) -> str:
    """A value that was nothing before, or is now, has a space before it on one side alone."""
    if other is None:
        return OWN
    return FILLED if mine.start == mine.end or other.start == other.end else SET


def _place(leaf: Leaf) -> _Place:
    return leaf.start, leaf.end, leaf.key


def whole_lines(leaves: Sequence[Leaf], marks: dict[_Place, str]) -> dict[_Place, str]:
    """The marks, with each run of own leaves slid up to whole lines where its like stands above.

    Of "a 1 / a 2" without its first line, leaves alone cannot tell which "a" it is that went.
    """
    own = [marks.get(_place(leaf)) == OWN for leaf in leaves]
    for end in range(len(leaves) - 1, -1, -1):
        if own[end] and (end + 1 == len(leaves) or not own[end + 1]):
            _slide(leaves, marks, own, end)
    moved = {_place(leaf): OWN for leaf, is_own in zip(leaves, own, strict=True) if is_own}
    rest = {place: mark for place, mark in marks.items() if mark != OWN}
    return {**rest, **moved}


def _slide(leaves: Sequence[Leaf], marks: dict[_Place, str], own: list[bool], end: int) -> None:
    start = end
    while start > 0 and own[start - 1]:
        start -= 1
    length = end - start + 1
    for shift in range(length + 1):
        first, last = start - shift, end - shift
        if _on_whole_lines(leaves, first, last):
            own[first : end + 1] = [True] * length + [False] * shift
            return
        above = first - 1
        if (
            above < 0
            or _place(leaves[above]) in marks
            or _face(leaves[above]) != _face(leaves[last])
        ):
            return


def _on_whole_lines(leaves: Sequence[Leaf], first: int, last: int) -> bool:
    before = first == 0 or leaves[first - 1].line != leaves[first].line
    after = last + 1 == len(leaves) or leaves[last + 1].line != leaves[last].line
    return before and after


def _face(leaf: Leaf) -> tuple[object, ...]:
    return shape(leaf.key), leaf.value, leaf.kind, leaf.decoration


def _rows(data: bytes, document: Document, marks: dict[_Place, str], *, crlf: bool) -> list[Row]:
    rows, number = [Row("", 1)], 1
    for text, cut, leaf, lines in _pieces(data, document, marks):
        mark = cut
        first, *rest = text.split("\n")
        rows[-1].text += first
        for line in rest:
            number += 1
            rows.append(Row(line, number))
        row = rows[-1]
        if mark == FILLED:
            row.text, mark = row.text.rstrip(" "), SET
        row.text += mark
        row.shared = row.shared or mark in {KEPT, SET}
        row.leaves += (leaf,) if leaf and mark == OWN else ()
        number += lines
    if crlf:
        for row in rows:
            row.text = row.text.removesuffix("\r")
    return rows


def _pieces(
    data: bytes, document: Document, marks: dict[_Place, str]
) -> Iterator[tuple[str, str, Leaf | None, int]]:
    """Text as it stands, then what was cut out behind it and over how many line ends it went."""
    position = 0
    for start, end, mark, leaf in _cuts(document, marks):
        if start < position:
            continue
        yield data[position:start].decode(), mark, leaf, data.count(b"\n", start, end)
        position = end
    yield data[position:].decode(), "", None, 0


def _cuts(
    document: Document, marks: dict[_Place, str]
) -> Sequence[tuple[int, int, str, Leaf | None]]:
    cuts: list[tuple[int, int, str, Leaf | None]] = [
        (comment.start, comment.end, COMMENT, None) for comment in document.comments
    ]
    for leaf in document.leaves:
        mark = marks.get(_place(leaf), KEPT)
        cuts.append((leaf.start, leaf.start if mark == KEPT else leaf.end, mark, leaf))
    return sorted(cuts, key=lambda cut: cut[:2])
