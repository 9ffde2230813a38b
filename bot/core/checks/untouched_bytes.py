"""``untouched-bytes``: apart from the leaves that changed, every byte is as it was.

Comments are held by their own rule; here their place must stay, not their words.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from bot.core.checks.dress import came_with, dressed, joined
from bot.core.checks.rows import Row, Side, side_of
from bot.core.checks.rule import Rule
from bot.core.checks.spelling import respelled
from bot.core.finding import Finding, blocks
from bot.core.leaf import Document, shape
from bot.core.scope import in_scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.change import FileChange, LeafChange
    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf

# Comparing is quadratic at worst; a file that differs in more lines beside its values is refused.
_MOST_ROWS = 2_000
_DASH = re.compile(r" *- +")


def check(case: Case) -> Iterator[Finding]:
    """Cut the changed leaves out of both sides and compare what is left, line by line."""
    changes: dict[str, list[LeafChange]] = {}
    for change in case.change.leaf_changes:
        changes.setdefault(change.path, []).append(change)
    for file in case.change.files:
        base = case.change.base_docs.get(file.path)
        head = case.change.head_docs.get(file.path)
        if isinstance(base, Document) and isinstance(head, Document):
            yield from _check(file, base, head, changes.get(file.path, []))
            yield from _respelled(case, file, base, changes.get(file.path, []))
            yield from _decorated(file, base, changes.get(file.path, []))


def _decorated(
    file: FileChange, base: Document, changes: Sequence[LeafChange]
) -> Iterator[Finding]:
    """A new leaf has a tag only where its neighbours have it, and no anchor: both change a value."""
    for change in changes:
        new = change.new
        if change.old is not None or new is None or not new.decoration:
            continue
        like = {leaf.decoration for leaf in base.leaves if shape(leaf.key) == shape(new.key)}
        if "&" in new.decoration or new.decoration not in like:
            yield blocks("untouched-bytes", file.path, new.line)


def _respelled(
    case: Case, file: FileChange, base: Document, changes: Sequence[LeafChange]
) -> Iterator[Finding]:
    """A leaf whose style changed is the rule ``quoting``'s business."""
    texts = file.base or b"", file.head or b""
    moves = [move for move in case.moves if in_scope(file.path, move.scope)]
    for change in changes:
        old, new = change.old, change.new
        if old is None or new is None or old.style != new.style:
            continue
        if old.style.endswith(("literal", "folded")):
            strays = _margin(texts[0], old) != _margin(texts[1], new)
        else:
            strays = respelled(base, texts, old, new, moves)
        if strays:
            yield blocks("untouched-bytes", file.path, new.line)


def _margin(data: bytes, leaf: Leaf) -> int:
    """How far the text of a block scalar is indented: its lines are otherwise the value."""
    lines = data[data.rfind(b"\n", 0, leaf.start) + 1 : leaf.end].split(b"\n")
    return min((len(line) - len(line.lstrip(b" ")) for line in lines if line.strip()), default=0)


def _check(
    file: FileChange, base: Document, head: Document, changes: Sequence[LeafChange]
) -> Iterator[Finding]:
    data = (file.base or b"", file.head or b"")
    # where every line ends in CRLF the rule ``encoding`` holds that; an added last line may then
    # give the line before it a line end
    plain = all(text.count(b"\n") == text.count(b"\r\n") for text in data)
    before = side_of(data[0], base, [(c.old, c.new) for c in changes], crlf=plain)
    after = side_of(data[1], head, [(c.new, c.old) for c in changes], crlf=plain)
    for line in dict.fromkeys(_strays(before, after)):
        yield blocks("untouched-bytes", file.path, line)


def _strays(before: Side, after: Side) -> Iterator[int]:
    """The lines that came, went or changed without a leaf that did."""
    yield from (row.number for row in (*after.own_rows, *before.own_rows) if not dressed(row))
    yield from _respaced(before, after)
    gone, come = _trimmed(before.other_rows, after.other_rows)
    if max(len(gone), len(come)) > _MOST_ROWS:
        yield (come or gone)[0].number
        return
    texts = [row.text for row in gone], [row.text for row in come]
    for tag, gone_from, gone_to, come_from, come_to in SequenceMatcher(
        None, *texts, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            yield from _stretch(gone[gone_from:gone_to], come[come_from:come_to], before, after)


def _respaced(before: Side, after: Side) -> Iterator[int]:
    """A line that went and came again with other white space in it: no leaf did that."""
    gone: dict[tuple[object, ...], set[str]] = {}
    for row in before.own_rows:
        gone.setdefault(_words_of(row, keyed=before.keyed), set()).add(row.text)
    for row in after.own_rows:
        texts = gone.get(_words_of(row, keyed=after.keyed))
        if texts and row.text not in texts:
            yield row.number


def _words_of(row: Row, *, keyed: bool) -> tuple[object, ...]:
    """Without keys of its own a line is named by its words, whatever its values are."""
    values = tuple(leaf.value for leaf in row.leaves) if keyed else ()
    return (*row.text.split(), values)


def _trimmed(gone: Sequence[Row], come: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row]]:
    start = 0
    while start < min(len(gone), len(come)) and gone[start].text == come[start].text:
        start += 1
    gone, come = gone[start:], come[start:]
    end = 0
    while end < min(len(gone), len(come)) and gone[-1 - end].text == come[-1 - end].text:
        end += 1
    return gone[: len(gone) - end], come[: len(come) - end]


def _stretch(gone: Sequence[Row], come: Sequence[Row], before: Side, after: Side) -> Iterator[int]:
    """Rows that differ: frames of what came or went, or one row for one row, widened or narrowed."""
    moved = {row.text.strip() for row in gone} & {row.text.strip() for row in come} - {""}
    yield from (row.number for row in come if row.text.strip() in moved)
    gone = [row for row in gone if not came_with(row, before)]
    come = [row for row in come if not came_with(row, after)]
    if len(gone) != len(come):
        yield from (row.number for row in come or gone)
        return
    for old, new in zip(gone, come, strict=True):
        if _took_over(old, new, before) or _took_over(new, old, after):
            continue
        same_indent = _indent(old.text) == _indent(new.text)
        if not (same_indent and joined(old, new, before, after)):
            yield new.number


def _took_over(second: Row, first: Row, side: Side) -> bool:
    """The second line of a YAML list item took the dash of the first, which only ``side`` has."""
    dash, spaces = _DASH.match(first.text), _indent(second.text)
    if dash is None or len(dash.group()) != len(spaces):
        return False
    same = first.text[dash.end() :] == second.text[len(spaces) :]
    above = (row for row in side.own_rows if row.number < second.number)
    last = max(above, key=lambda row: row.number, default=None)
    return same and last is not None and last.text.startswith(dash.group())


def _indent(text: str) -> str:
    return text[: len(text) - len(text.lstrip(" \t"))]


RULE = Rule("untouched-bytes", 1, check)
