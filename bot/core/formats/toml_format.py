"""TOML: text → leaves, and edits.

``tomllib`` decides what is valid and what each value is, tree-sitter where it stands; where the
two disagree the file counts as unparsable. Never touches the layout of tables.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from bot.core.formats.brackets import check_depth
from bot.core.formats.commas import Listing
from bot.core.formats.source import (
    MAX_DEPTH,
    MalformedError,
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
from bot.core.leaf import Comment, KeyPath, Kind, Leaf

_HARMLESS = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)'
    r'|"(?:[^"\\\n]|\\.)*"?|\'[^\'\n]*\'?|#[^\n]*',
    re.DOTALL,
)
_NOT_A_KEY = re.compile(r"[^\w\-.\" \t]+")
_KINDS = {"integer": Kind.INTEGER, "float": Kind.FLOAT, "boolean": Kind.BOOLEAN}
_STYLES = {'"""': "ml-double", "'''": "ml-single", '"': "double", "'": "single"}
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


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_toml.language()))


def parse(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    wanted = _loaded(source.text)
    walk = _Walk(source)
    walk.document()
    flat: dict[KeyPath, object] = {}
    _flatten(wanted, (), flat)
    walk.parsed.leaves.sort(key=lambda leaf: leaf.start)
    read = {leaf.key: leaf for leaf in walk.parsed.leaves}
    for key in flat.keys() - read.keys():
        if flat[key] != {}:
            raise MalformedError("TOML out of place")
        header = walk.headers.get(key)
        if header is not None:
            walk.parsed.leaves.append(
                Leaf(key, "{}", Kind.EMPTY, header, header, source.line(header), "table")
            )
    walk.parsed.leaves.sort(key=lambda leaf: leaf.start)
    walk.parsed.comments.sort(key=lambda comment: comment.start)
    if any(key not in flat or not _same(flat[key], leaf) for key, leaf in read.items()):
        raise MalformedError("TOML out of place")
    return walk.parsed


def _loaded(text: str) -> dict[str, object]:
    """What ``tomllib`` reads, once the text is known to nest within bounds."""
    bare = _HARMLESS.sub('"', text)
    check_depth(bare)
    if any(piece.count(".") > MAX_DEPTH for piece in _NOT_A_KEY.split(bare)):
        raise MalformedError("nested too deeply")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        reason = str(error).split(" (at ")[0]
        raise MalformedError(f"TOML syntax: {reason}", int(line[1]) if line else None) from None
    except (ValueError, RecursionError):
        raise MalformedError("TOML syntax") from None


def _flatten(value: object, key: KeyPath, flat: dict[KeyPath, object]) -> None:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            _flatten(item, (*key, name), flat)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            _flatten(item, (*key, index), flat)
    elif key:
        flat[key] = value


def _same(value: object, leaf: Leaf) -> bool:
    """True where the leaf says what ``tomllib`` read."""
    if leaf.kind is Kind.EMPTY:
        return value == ({} if leaf.value == "{}" else [])
    if leaf.kind is Kind.STRING and leaf.style != "datetime":
        return value == leaf.value
    return not isinstance(value, str | dict | list)


class _Walk:
    """Collects leaves, comments and table headers from a syntax tree."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parsed = Parsed()
        self.headers: dict[KeyPath, int] = {}
        self.tables: dict[KeyPath, Node] = {}
        self.arrays: dict[KeyPath, int] = {}
        data = b" " * source.bom + source.data[source.bom :]
        self.root = _parser().parse(data).root_node
        if self.root.has_error:
            raise MalformedError("TOML syntax")

    def document(self) -> None:
        self.tables[()] = self.root
        for node in self.root.named_children:
            if node.type == "pair":
                self.pair(node, ())
            elif node.type == "comment":
                self.comment(node)
            else:
                self.table(node)

    def table(self, node: Node) -> None:
        head, *rest = node.named_children
        key = self.resolved(self.names(head), array=node.type == "table_array_element")
        self.headers[key] = node.children[2].end_byte
        self.tables[key] = node
        for child in rest:
            if child.type == "pair":
                self.pair(child, key)
            elif child.type == "comment":
                self.comment(child)

    def resolved(self, names: list[str], *, array: bool) -> KeyPath:
        """The key path of a header: an array of tables on the way means its last element."""
        key: KeyPath = ()
        for index, name in enumerate(names):
            key = (*key, name)
            if array and index == len(names) - 1:
                self.arrays[key] = self.arrays.get(key, -1) + 1
            if key in self.arrays:
                key = (*key, self.arrays[key])
        return key

    def names(self, node: Node) -> list[str]:
        """The parts of a bare, quoted or dotted key."""
        parts: list[str] = []
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if part.type == "dotted_key":
                waiting.extend(part.named_children)
                continue
            text = self.text(part)
            quoted = part.type == "quoted_key"
            parts.append(next(iter(tomllib.loads(f"{text}=1"))) if quoted else text)
        return parts[::-1]

    def text(self, node: Node) -> str:
        return self.source.data[node.start_byte : node.end_byte].decode()

    def comment(self, node: Node) -> None:
        # tree-sitter may count the carriage return of a CRLF to the comment
        text = self.text(node).rstrip("\r\n")
        start = node.start_byte
        end = start + len(text.encode())
        self.parsed.comments.append(Comment(text, start, end, self.source.line(start)))

    def pair(self, node: Node, key: KeyPath) -> None:
        name, value, *rest = [c for c in node.named_children if c.type != "comment"]
        if rest:
            raise MalformedError("TOML syntax", self.source.line(node.start_byte))
        self.value(value, (*key, *self.names(name)))
        for child in node.named_children:
            if child.type == "comment":
                self.comment(child)

    def value(self, node: Node, key: KeyPath) -> None:
        """Nested no deeper than MAX_DEPTH, which was checked before."""
        children = node.named_children if node.type in {"array", "inline_table"} else []
        entries = [child for child in children if child.type != "comment"]
        for child in children:
            if child.type == "comment":
                self.comment(child)
        if not entries:
            self.parsed.leaves.append(self.leaf(node, key))
            return
        for index, entry in enumerate(entries):
            if node.type == "array":
                self.value(entry, (*key, index))
            else:
                self.pair(entry, key)

    def leaf(self, node: Node, key: KeyPath) -> Leaf:
        start, end, line = node.start_byte, node.end_byte, self.source.line(node.start_byte)
        if node.type in {"array", "inline_table"}:
            value = "[]" if node.type == "array" else "{}"
            return Leaf(key, value, Kind.EMPTY, start, end, line)
        text = self.text(node)
        if node.type != "string":
            kind = _KINDS.get(node.type, Kind.STRING)
            style = "datetime" if kind is Kind.STRING else "plain"
            return Leaf(key, text, kind, start, end, line, style)
        return Leaf(key, _decoded(text), Kind.STRING, start, end, line, _style(text))


def _style(text: str) -> str:
    return _STYLES.get(text[:3]) or _STYLES[text[0]]


def _decoded(text: str) -> str:
    if text[:3] in _STYLES or "\\" in text:
        return str(_value(text))
    return text[1:-1]


def _value(text: str) -> object:
    return tomllib.loads(f"v = {text}")["v"]


def write(source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` with ``value``: a string stays one, a number may become any scalar."""
    if leaf.kind is Kind.EMPTY:
        raise RefusedError("an empty collection")
    typed = leaf.kind is not Kind.STRING or leaf.style == "datetime"
    old = source.data[leaf.start : leaf.end].decode()
    text = value if typed and _is_typed(value) else _string_text(leaf.style, old, value)
    newline = newline_of(source.data, leaf.start).decode()
    return Splice(leaf.start, leaf.end, as_bytes(text.replace("\n", newline)))


def _is_typed(value: str) -> bool:
    """True where ``value`` is a number, a boolean or a date as it stands."""
    if not _TYPED.fullmatch(value) or value != value.strip():
        return False
    try:
        return not isinstance(_value(value), str | dict | list)
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
            if _value(text) == value:
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
    typed = _is_typed(value) and isinstance(_value(value), int | float)
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
    node = _Walk(source).root.descendant_for_byte_range(leaf.start, leaf.end)
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
    walk = _Walk(source)
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
