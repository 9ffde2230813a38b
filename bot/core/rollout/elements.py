"""One entry of an allow-list, and the same list holding another file version's entry as well.

Decides which bytes are an entry: an item of a list, an object in one, a line, a directive, an item
of a separated text. Copies entries as they stand in the other version and makes nothing up; an
entry that cannot stand twice is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.core import formats
from bot.core.formats.source import after_line, line_end, line_start, newline_of
from bot.core.items import split_items
from bot.core.leaf import Document, Edit, KeyPath, Leaf, Unwritable
from bot.core.rollout.lines import line_beside
from bot.core.rollout.refusal import OverlapRefusedError
from bot.core.words import words_in

# An object with one of these, the same in both, would stand twice under one name.
_IDENTITY = frozenset("name id priority sid uid uuid number handle order index key".split())
_JSON = re.compile(rb'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|[\[\]{}]', re.DOTALL)
_TOML = re.compile(
    rb"\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|#[^\n]*|[\[\]{}]", re.DOTALL
)
_DASH = re.compile(rb"([ \t]*)- +(?!- )")
_INDENT = re.compile(rb"[ \t]*")
_HEADER = re.compile(rb"[ \t]*\[")


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a file: its bytes, and what they mean."""

    document: Document
    data: bytes


def beside(side: Side, leaf: Leaf, other: Side, theirs: Leaf) -> Edit:
    """``side`` with the entry of ``theirs`` right after that of ``leaf``.

    Raises OverlapRefusedError where the list cannot hold both.
    """
    if leaf.decoration or theirs.decoration:
        raise OverlapRefusedError("anchor")
    if side.document.format == "lines":
        return line_beside(side, leaf, other, theirs)
    if len(split_items(leaf.value)) > 1 or len(split_items(theirs.value)) > 1:
        return _both_in_text(side, leaf, theirs)
    if side.document.format == "nginx" or isinstance(leaf.key[-1], int):
        return _written(formats.insert_after(side.document, side.data, leaf, theirs.value))
    depth = _last_position(leaf.key)
    if depth is None:
        raise OverlapRefusedError("single")
    return object_beside(side, leaf.key[: depth + 1], other, theirs.key[: depth + 1])


def _last_position(key: KeyPath) -> int | None:
    places = [index for index, step in enumerate(key) if isinstance(step, int)]
    return places[-1] if places else None


def _written(edit: Edit | Unwritable) -> Edit:
    if isinstance(edit, Unwritable):
        raise OverlapRefusedError("unwritable")
    return edit


def _both_in_text(side: Side, leaf: Leaf, theirs: Leaf) -> Edit:
    """A separated text with the items of both, in the order of the file."""
    mine, others = split_items(leaf.value), split_items(theirs.value)
    matcher = SequenceMatcher(None, mine, others, autojunk=False)
    merged: list[str] = []
    for tag, start, end, first, last in matcher.get_opcodes():
        merged += mine[start:end]
        if tag in {"replace", "insert"}:
            merged += others[first:last]
    longer = leaf.value if len(mine) > 1 else theirs.value
    separators = set(re.findall(r"\s*[,;]\s*|\s+", longer.strip()))
    if len(separators) != 1:
        raise OverlapRefusedError("single")
    text = separators.pop().join(merged)
    return _written(formats.write(side.document, side.data, leaf, text))


def object_beside(side: Side, item: KeyPath, other: Side, theirs: KeyPath) -> Edit:
    """``side`` with the object ``theirs`` of ``other`` after its own object ``item``."""
    _must_differ(side.document, item, other.document, theirs)
    if side.document.format == "json":
        mine = _brackets(side, item, _JSON)
        return _bracketed(side, other, mine, _brackets(other, theirs, _JSON))
    if side.document.format == "toml":
        if _is_table(side, item):
            return _block(side, _table(side, item), other, _table(other, theirs))
        mine = _brackets(side, item, _TOML)
        return _bracketed(side, other, mine, _brackets(other, theirs, _TOML))
    if side.document.format == "yaml" and _is_flow(side, item):
        return _bracketed(side, other, _flow(side, item), _flow(other, theirs))
    if side.document.format == "yaml":
        return _block(side, _dashed(side, item), other, _dashed(other, theirs))
    raise OverlapRefusedError("single")


def _must_differ(document: Document, item: KeyPath, other: Document, theirs: KeyPath) -> None:
    """Two rules under one name are one rule, or an error, to whoever reads the file."""
    mine = _names(document, item)
    if any(mine.get(key) == value for key, value in _names(other, theirs).items()):
        raise OverlapRefusedError("identity")


def _names(document: Document, item: KeyPath) -> dict[KeyPath, str]:
    return {
        leaf.key[len(item) :]: leaf.value
        for leaf in _inside(document, item)
        if len(leaf.key) == len(item) + 1
        and isinstance(leaf.key[-1], str)
        and words_in(leaf.key[-1]) & _IDENTITY
    }


def _inside(document: Document, item: KeyPath) -> list[Leaf]:
    found = [leaf for leaf in document.leaves if leaf.key[: len(item)] == item]
    if not found:
        raise OverlapRefusedError("unwritable")
    return found


def _bracketed(side: Side, other: Side, mine: tuple[int, int], theirs: tuple[int, int]) -> Edit:
    """The object ``theirs`` after the object ``mine``, on a line of its own where that has one."""
    start, end = mine
    text, begin = other.data[theirs[0] : theirs[1]], line_start(side.data, start)
    indent = side.data[begin:start]
    gap = newline_of(side.data, start) + indent if not indent.strip() else b" "
    return Edit(side.document.path, end, end, b"," + gap + text)


def _brackets(side: Side, item: KeyPath, tokens: re.Pattern[bytes]) -> tuple[int, int]:
    """The bytes of the object at ``item``, from brace to brace."""
    leaf = _inside(side.document, item)[0]
    levels = len(leaf.key) - len(item)
    waiting: list[int] = []
    around: list[int] = []
    for match in tokens.finditer(side.data):
        if match[0] in {b"[", b"{"}:
            waiting.append(match.start())
        elif match[0] in {b"]", b"}"} and waiting:
            start = waiting.pop()
            if start <= leaf.start < match.start():
                around.append(start)
                if len(around) == levels:
                    if match[0] != b"}":
                        break
                    return start, match.end()
    raise OverlapRefusedError("unwritable")


def _block(side: Side, mine: tuple[int, int], other: Side, theirs: tuple[int, int]) -> Edit:
    """The whole lines ``theirs`` after the whole lines ``mine``."""
    text = other.data[theirs[0] : theirs[1]]
    newline = newline_of(side.data, mine[0])
    whole = text if text.endswith(b"\n") else text + newline
    at = mine[1]
    if side.data[:at].endswith(b"\n"):
        return Edit(side.document.path, at, at, whole)
    return Edit(side.document.path, at, at, newline + whole[: -len(newline)])


def _is_flow(side: Side, item: KeyPath) -> bool:
    """Whether the object stands in a row of them, in brackets."""
    leaf = _inside(side.document, item)[0]
    before = side.data[line_start(side.data, leaf.start) : leaf.start]
    dash = _DASH.match(before)
    return bool(re.search(rb"[{\[]", before[dash.end() + 1 :] if dash else before))


def _flow(side: Side, item: KeyPath) -> tuple[int, int]:
    """The braces around a leaf of a plain object on one line."""
    leaf = _inside(side.document, item)[0]
    begin, stop = line_start(side.data, leaf.start), line_end(side.data, leaf.end)
    before = re.search(rb"\{[^{}\[\]\"'#]*$", side.data[begin : leaf.start])
    after = re.match(rb"[^{}\[\]\"'#]*\}", side.data[leaf.end : stop])
    if before is None or after is None:
        raise OverlapRefusedError("unwritable")
    return begin + before.start(), leaf.end + after.end()


def _dashed(side: Side, item: KeyPath) -> tuple[int, int]:
    """The lines of an item of a YAML block list."""
    start = _dash_line(side, item)
    dash = _DASH.match(side.data, start)
    if dash is None:
        raise OverlapRefusedError("unwritable")
    deeper = re.compile(rb"(?:" + dash[1] + rb"[ \t]|[ \t]*\r?\n)")
    end = after_line(side.data, start)
    while end < len(side.data) and deeper.match(side.data, end):
        end = after_line(side.data, end)
    return start, _without_tail(side.data, start, end)


def _dash_line(side: Side, item: KeyPath) -> int:
    """Where the line of the item's own dash starts: above a key of its own, and less indented."""
    leaves = _inside(side.document, item)
    own = [leaf for leaf in leaves if _last_position(leaf.key[len(item) :]) is None]
    at = line_start(side.data, (own or leaves)[0].start)
    indent = len(_INDENT.match(side.data, at)[0])  # type: ignore[index]  # it matches anywhere
    while own and at > 0:
        dash = _DASH.match(side.data, at)
        if dash is not None and (
            len(dash[1]) < indent or at == line_start(side.data, own[0].start)
        ):
            return at
        at = line_start(side.data, at - 1)
    return at


def _without_tail(data: bytes, start: int, end: int) -> int:
    """``end`` without the blank lines and comments that stand there for what follows."""
    lines = data[start:end].splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith(b"#")):
        end -= len(lines.pop())
    return end


def _is_table(side: Side, item: KeyPath) -> bool:
    leaf = _inside(side.document, item)[0]
    return not side.data[line_start(side.data, leaf.start) : leaf.start].count(b"{")


def _table(side: Side, item: KeyPath) -> tuple[int, int]:
    """The lines of a ``[[table]]``, with the tables in it."""
    leaves = _inside(side.document, item)
    name = re.escape(str(item[-2]).encode())
    header = re.compile(rb"[ \t]*\[\[[^\n]*?" + name + rb"[\"']?[ \t]*\]\]")
    start = line_start(side.data, leaves[0].start)
    while start > 0 and not header.match(side.data, start):
        start = line_start(side.data, start - 1)
    if not header.match(side.data, start):
        raise OverlapRefusedError("unwritable")
    end = after_line(side.data, leaves[-1].end)
    while end < len(side.data) and not _HEADER.match(side.data, end):
        end = after_line(side.data, end)
    return start, _without_tail(side.data, start, end)
