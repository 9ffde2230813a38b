"""TOML text → leaves with their spans, comments and tables.

``tomllib`` decides what is valid and what each value is, tree-sitter where it stands; where the
two disagree the file counts as unparsable.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from bot.core.formats.brackets import check_depth
from bot.core.formats.source import MAX_DEPTH, MalformedError, Parsed, Source
from bot.core.leaf import Comment, KeyPath, Kind, Leaf

_HARMLESS = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)'
    r'|"(?:[^"\\\n]|\\.)*"?|\'[^\'\n]*\'?|#[^\n]*',
    re.DOTALL,
)
_NOT_A_KEY = re.compile(r"[^\w\-.\" \t]+")
_KINDS = {"integer": Kind.INTEGER, "float": Kind.FLOAT, "boolean": Kind.BOOLEAN}
_STYLES = {'"""': "ml-double", "'''": "ml-single", '"': "double", "'": "single"}


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_toml.language()))


def read(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    wanted = _loaded(source.text)
    walk = TomlTree(source)
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


class TomlTree:
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
        """Collects everything."""
        self.tables[()] = self.root
        for node in self.root.named_children:
            if node.type == "pair":
                self.pair(node, ())
            elif node.type == "comment":
                self.comment(node)
            else:
                self.table(node)

    def table(self, node: Node) -> None:
        """Collects a table with its header."""
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
        """The source text of a node."""
        return self.source.data[node.start_byte : node.end_byte].decode()

    def comment(self, node: Node) -> None:
        """Collects a comment."""
        # tree-sitter may count the carriage return of a CRLF to the comment
        text = self.text(node).rstrip("\r\n")
        start = node.start_byte
        end = start + len(text.encode())
        self.parsed.comments.append(Comment(text, start, end, self.source.line(start)))

    def pair(self, node: Node, key: KeyPath) -> None:
        """Collects a ``key = value`` of the table at ``key``."""
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
        """The leaf of a scalar or an empty collection."""
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
        return str(value_of(text))
    return text[1:-1]


def value_of(text: str) -> object:
    """What ``tomllib`` reads where ``text`` stands for a value. Raises ValueError."""
    return tomllib.loads(f"v = {text}")["v"]
