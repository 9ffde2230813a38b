"""TOML: text → leaves, and edits.

Decides how a value is quoted and where a new key or element goes. Never touches the layout of
tables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.formats.commas import Listing
from bot.core.formats.source import (
    Parsed,
    RefusedError,
    Source,
    Splice,
    as_bytes,
    blank_before,
    line_added,
    line_start,
    lines_removed,
    newline_of,
)
from bot.core.formats.toml_tree import TomlTree, read, value_of
from bot.core.leaf import KeyPath, Kind, Leaf

if TYPE_CHECKING:
    from tree_sitter import Node

_TYPED = re.compile(r"[-+0-9a-z_.:TZ ]+")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TAIL = re.compile(rb"[ \t]*(?:#[^\r\n]*)?(?=\r?\n|\Z)")
_ESCAPES = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}


def parse(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    return read(source)


def write(source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` with ``value``: a string stays one, a number may become any scalar."""
    if leaf.kind is Kind.EMPTY:
        raise RefusedError("an empty collection")
    typed = leaf.kind is not Kind.STRING
    if leaf.style == "datetime":
        typed = _is_typed(value) and not isinstance(value_of(value), int | float)
    old = source.data[leaf.start : leaf.end].decode()
    text = value if typed and _is_typed(value) else _string_text(leaf.style, old, value)
    newline = newline_of(source.data, leaf.start).decode()
    return Splice(leaf.start, leaf.end, as_bytes(text.replace("\n", newline)))


def _is_typed(value: str) -> bool:
    """True where ``value`` is a number, a boolean or a date as it stands."""
    if not _TYPED.fullmatch(value) or value != value.strip():
        return False
    try:
        return not isinstance(value_of(value), str | dict | list)
    except ValueError:
        return False


def _string_text(style: str, old: str, value: str) -> str:
    """``value`` quoted as ``style``, or in double quotes where that style cannot hold it."""
    as_bytes(value)
    lead = "\n" if old[3:4] in {"\n", "\r"} else ""
    tries = {
        "single": [f"'{value}'"],
        "ml-single": [f"'''{lead}{value}'''"],
        "ml-double": [f'"""{lead}{_escaped(value, keep={chr(10)})}"""'],
    }.get(style, [])
    for text in tries:
        try:
            if value_of(text) == value:
                return text
        except ValueError:
            continue
    return f'"{_escaped(value)}"'


def _escaped(value: str, keep: frozenset[str] | set[str] = frozenset()) -> str:
    pieces = []
    for char in value:
        if char in keep:
            pieces.append(char)
        elif char in _ESCAPES:
            pieces.append(_ESCAPES[char])
        elif char < " " or char == "\x7f":
            pieces.append(f"\\u{ord(char):04X}")
        else:
            pieces.append(char)
    return "".join(pieces)


def _new_text(value: str) -> str:
    """A value no leaf stood for before: a number or boolean as such, anything else a string."""
    typed = _is_typed(value) and isinstance(value_of(value), int | float)
    return value if typed else f'"{_escaped(value)}"'


def insert_after(source: Source, leaf: Leaf, value: str) -> Splice:
    """A new element after the element ``leaf``, or into an empty list. Raises RefusedError."""
    if leaf.kind is Kind.EMPTY:
        if leaf.value == "[]":
            return Splice(leaf.start, leaf.end, as_bytes(f"[{_new_text(value)}]"))
        raise RefusedError("an item of another shape")
    node = _node(source, leaf)
    if node.parent is None or node.parent.type != "array":
        raise RefusedError("not a list item")
    listing, index = _listing(source, node)
    return listing.inserted(index, write(source, leaf, value).new)


def _node(source: Source, leaf: Leaf) -> Node:
    """The value's node."""
    node = TomlTree(source).root.descendant_for_byte_range(leaf.start, leaf.end)
    while node is not None and node.parent is not None:
        if node.parent.type in {"array", "pair"} and node.type not in {"bare_key", "quoted_key"}:
            return node
        node = node.parent
    raise RefusedError("no such leaf")


def _listing(source: Source, node: Node) -> tuple[Listing, int]:
    if node.parent is None:
        raise RefusedError("no such leaf")
    entries = [child for child in node.parent.named_children if child.type != "comment"]
    spans = [(entry.start_byte, entry.end_byte) for entry in entries]
    return Listing(source.data, spans), entries.index(node)


def insert_key(source: Source, parent: KeyPath, name: str, value: str) -> Splice:
    """A new last key of the table at ``parent``. Raises RefusedError."""
    walk = TomlTree(source)
    walk.document()
    key = name if _BARE.fullmatch(name) else f'"{_escaped(name)}"'
    pair = as_bytes(f"{key} = {_new_text(value)}")
    table = walk.tables.get(parent)
    if table is not None:
        return _table_line(source, table, pair, root=not parent)
    for leaf in walk.parsed.leaves:
        if leaf.key == parent and leaf.value == "{}" and leaf.kind is Kind.EMPTY:
            return Splice(leaf.start, leaf.end, b"{" + pair + b"}")
        if leaf.key[:-1] == parent and (found := _inline_pair(source, leaf)) is not None:
            listing, _ = _listing(source, found)
            return listing.inserted(len(listing.spans) - 1, pair)
    raise RefusedError("no such mapping")


def _inline_pair(source: Source, leaf: Leaf) -> Node | None:
    pair = _node(source, leaf).parent
    inline = pair is not None and pair.parent is not None and pair.parent.type == "inline_table"
    return pair if inline else None


def _table_line(source: Source, table: Node, pair: bytes, *, root: bool) -> Splice:
    pairs = [child for child in table.named_children if child.type == "pair"]
    if not pairs:
        if root:
            raise RefusedError("no place for a key")
        return line_added(source.data, table.children[2].end_byte, pair)
    start = pairs[-1].start_byte
    indent = source.data[line_start(source.data, start) : start]
    if indent.strip(b" \t"):
        raise RefusedError("shares its line")
    value = [child for child in pairs[-1].named_children if child.type != "comment"][-1]
    return line_added(source.data, value.end_byte, indent + pair)


def remove(source: Source, leaf: Leaf) -> Splice:
    """Without the element or key that ``leaf`` is the value of. Raises RefusedError."""
    if leaf.style == "table":
        raise RefusedError("a table header")
    node = _node(source, leaf)
    pair = node.parent
    if pair is None or pair.type == "array":
        listing, index = _listing(source, node)
        return listing.removed(index)
    if pair.parent is not None and pair.parent.type == "inline_table":
        listing, index = _listing(source, pair)
        return listing.removed(index)
    start = pair.start_byte
    if not blank_before(source.data, start) or not _TAIL.match(source.data, leaf.end):
        raise RefusedError("shares its line")
    return lines_removed(source.data, start, leaf.end)
