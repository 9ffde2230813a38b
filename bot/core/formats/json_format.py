"""JSON and JSON with comments: text → leaves, and edits.

The standard library's parser decides what is valid, tree-sitter where each value stands. Never
accepts what ``json`` refuses (comments apart), such as a trailing comma or NaN.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import NoReturn

import tree_sitter_json
from tree_sitter import Language, Node, Parser

from bot.core.formats.brackets import check_depth
from bot.core.formats.commas import Listing
from bot.core.formats.source import (
    MalformedError,
    Parsed,
    RefusedError,
    Source,
    Splice,
    as_bytes,
    is_scalar_text,
)
from bot.core.leaf import Comment, Duplicate, KeyPath, Kind, Leaf

# What is never closed runs to its end too: looking for its end again and again would be quadratic.
_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"?|//[^\r\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS = {"true": Kind.BOOLEAN, "false": Kind.BOOLEAN, "null": Kind.NULL}


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_json.language()))


def parse(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    root = _tree(source)
    parsed = Parsed()
    if b"//" in source.data or b"/*" in source.data:
        _comments(source, root, parsed)
    for node in root.named_children:
        if node.type != "comment":
            _leaves(source, node, (), parsed)
    return parsed


def _tree(source: Source) -> Node:
    """The syntax tree of text that ``json`` has found valid."""
    text = source.text
    check_depth(_STRING_OR_COMMENT.sub(_without_brackets, text))
    if "//" in text or "/*" in text:
        text = _STRING_OR_COMMENT.sub(_without_comment, text)
    try:
        json.loads(
            text,
            parse_constant=_no_constant,
            parse_int=str,
            parse_float=str,
        )
    except json.JSONDecodeError as error:
        raise MalformedError(f"JSON syntax: {error.msg}", error.lineno) from None
    # the byte order mark becomes spaces, so that offsets stay those of the file
    root = _parser().parse(b" " * source.bom + source.data[source.bom :]).root_node
    if root.has_error:
        raise MalformedError("JSON syntax")
    return root


def _without_brackets(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _without_comment(match: re.Match[str]) -> str:
    return match[0] if match[0][0] == '"' else re.sub(r"[^\n]", " ", match[0])


def _no_constant(name: str) -> NoReturn:
    raise MalformedError(f"JSON syntax: {name}")


def _comments(source: Source, node: Node, parsed: Parsed) -> None:
    for child in node.named_children:
        if child.type == "comment":
            start, end = child.start_byte, child.end_byte
            text = source.data[start:end].decode()
            parsed.comments.append(Comment(text, start, end, source.line(start)))
        elif child.type in {"object", "array", "pair"}:
            _comments(source, child, parsed)


def _leaves(source: Source, node: Node, key: KeyPath, parsed: Parsed) -> None:
    """Nested no deeper than MAX_DEPTH, which was checked before."""
    kind = node.type
    entries = _entries(node) if kind in {"object", "array"} else []
    if not entries:
        parsed.leaves.append(_leaf(source, node, kind, key))
        return
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if kind == "array":
            _leaves(source, entry, (*key, index), parsed)
            continue
        name, value = _pair(source, entry)
        if name in seen:
            parsed.duplicates.append(Duplicate((*key, name), source.line(entry.start_byte)))
        seen.add(name)
        _leaves(source, value, (*key, name), parsed)


def _entries(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _pair(source: Source, pair: Node) -> tuple[str, Node]:
    name, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
    if name is None or value is None:
        raise MalformedError("JSON syntax", source.line(pair.start_byte))
    return _string(source, name), value


def _string(source: Source, node: Node) -> str:
    text = source.data[node.start_byte : node.end_byte]
    if b"\\" not in text:
        return text[1:-1].decode()
    value = str(json.loads(text))
    if not is_scalar_text(value):
        raise MalformedError("lone surrogate", source.line(node.start_byte))
    return value


def _leaf(source: Source, node: Node, kind: str, key: KeyPath) -> Leaf:
    start, end = node.start_byte, node.end_byte
    line = source.line(start)
    if kind == "string":
        return Leaf(key, _string(source, node), Kind.STRING, start, end, line, "double")
    if kind in {"object", "array"}:
        return Leaf(key, "{}" if kind == "object" else "[]", Kind.EMPTY, start, end, line)
    text = source.data[start:end].decode()
    return Leaf(key, text, _kind(text), start, end, line)


def _kind(text: str) -> Kind:
    if text in _WORDS:
        return _WORDS[text]
    match = _NUMBER.fullmatch(text)
    return Kind.FLOAT if match and (match[1] or match[2]) else Kind.INTEGER


def write(source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` with ``value``: a string stays one, a number may become any scalar."""
    if leaf.kind is Kind.EMPTY:
        raise RefusedError("an empty collection")
    ascii_only = b"\\u" in source.data[leaf.start : leaf.end]
    text = _text(value, string=leaf.kind is Kind.STRING, ascii_only=ascii_only)
    return Splice(leaf.start, leaf.end, as_bytes(text))


def _text(value: str, *, string: bool, ascii_only: bool = False) -> str:
    as_bytes(value)
    if not string and (value in _WORDS or _NUMBER.fullmatch(value)):
        return value
    return json.dumps(value, ensure_ascii=ascii_only)


def insert_after(source: Source, leaf: Leaf, value: str) -> Splice:
    """A new element after the element ``leaf``, or into an empty list. Raises RefusedError."""
    if leaf.kind is Kind.EMPTY:
        if leaf.value == "[]":
            text = _text(value, string=False)
            return Splice(leaf.start, leaf.end, as_bytes(f"[{text}]"))
        raise RefusedError("an item of another shape")
    listing, index, kind = _listing(source, leaf)
    if kind != "array":
        raise RefusedError("not a list item")
    return listing.inserted(index, as_bytes(_text(value, string=leaf.kind is Kind.STRING)))


def insert_key(source: Source, parent: KeyPath, name: str, value: str) -> Splice:
    """A new last member of the object at ``parent``. Raises RefusedError."""
    node = _at(source, parent)
    entries = _entries(node)
    if any(_pair(source, entry)[0] == name for entry in entries):
        raise RefusedError("the key exists")
    gap = b": "
    if entries:
        colon = source.data[entries[-1].start_byte : entries[-1].end_byte]
        gap = b": " if b'": ' in colon else b":"
    pair = as_bytes(json.dumps(name, ensure_ascii=False)) + gap
    pair += as_bytes(_text(value, string=False))
    if not entries:
        return Splice(node.start_byte, node.end_byte, b"{" + pair + b"}")
    spans = [(entry.start_byte, entry.end_byte) for entry in entries]
    return Listing(source.data, spans).inserted(len(spans) - 1, pair)


def _at(source: Source, path: KeyPath) -> Node:
    found = _entries(_tree(source))
    for step in path:
        node = found[-1] if found else None
        if node is None or node.type not in {"object", "array"}:
            raise RefusedError("no such mapping")
        if node.type == "array":
            found = [e for i, e in enumerate(_entries(node)) if i == step]
        else:
            pairs = [_pair(source, entry) for entry in _entries(node)]
            found = [value for name, value in pairs if name == step]
        if len(found) != 1:
            raise RefusedError("no such mapping")
    if len(found) != 1 or found[0].type != "object":
        raise RefusedError("not a mapping")
    return found[0]


def remove(source: Source, leaf: Leaf) -> Splice:
    """Without the element or member ``leaf``. Raises RefusedError."""
    listing, index, _ = _listing(source, leaf)
    return listing.removed(index)


def _listing(source: Source, leaf: Leaf) -> tuple[Listing, int, str]:
    """The list or object around ``leaf``, the position of its element, and which of the two."""
    node = _tree(source).descendant_for_byte_range(leaf.start, leaf.end)
    while node is not None and node.parent is not None:
        parent = node.parent
        if parent.type in {"array", "object"} and (node.type == "pair" or parent.type == "array"):
            entries = _entries(parent)
            spans = [(entry.start_byte, entry.end_byte) for entry in entries]
            return Listing(source.data, spans), entries.index(node), parent.type
        node = parent
    raise RefusedError("the whole document")
