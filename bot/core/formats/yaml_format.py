"""YAML (also compose files, Spring ``application*.yml``, Prometheus): text → leaves, and edits.

Decides keys (multi-documents start with ``---N``) and comments. Never follows an alias and never
edits one.
"""

from __future__ import annotations

import re

from bot.core.formats.commas import Listing
from bot.core.formats.source import (
    Parsed,
    RefusedError,
    Source,
    Splice,
    as_bytes,
    blank_before,
    line_added,
    line_end,
    line_start,
    lines_removed,
)
from bot.core.formats.yaml_scalar import block_text, key_text, kind_of, new_text, scalar_text
from bot.core.formats.yaml_tree import Node, Tree, read_tree
from bot.core.leaf import Comment, Duplicate, KeyPath, Kind, Leaf

_COMMENT = re.compile(r"#[^\r\n]*")
_OWN_TAIL = re.compile(rb"[ \t]*(?:(?<=[ \t])#[^\r\n]*)?(?=\r?\n|\Z)")


def parse(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    tree = read_tree(source.text)
    parsed = Parsed(comments=_comments(source, tree))
    for root, key in _roots(tree):
        _leaves(source, root, key, parsed, flow=False)
    return parsed


def _roots(tree: Tree) -> list[tuple[Node, KeyPath]]:
    many = len(tree.documents) > 1
    return [(root, (f"---{index}",) if many else ()) for index, root in enumerate(tree.documents)]


def _leaves(source: Source, node: Node, key: KeyPath, parsed: Parsed, *, flow: bool) -> None:
    """Nested no deeper than MAX_DEPTH, which the tree has made sure of."""
    if not node.entries:
        parsed.leaves.append(_leaf(source, node, key, flow=flow))
        return
    seen: set[str] = set()
    inside = flow or node.flow
    for index, (name, value) in enumerate(node.entries):
        if name is None:
            _leaves(source, value, (*key, index), parsed, flow=inside)
            continue
        step = (*key, name.value)
        if name.value in seen:
            line = source.line(source.byte(name.begin))
            parsed.duplicates.append(Duplicate(step, line))
        seen.add(name.value)
        _leaves(source, value, step, parsed, flow=inside)


def _leaf(source: Source, node: Node, key: KeyPath, *, flow: bool) -> Leaf:
    value, style = node.value, node.style
    if node.type == "alias":
        kind = Kind.REFERENCE
    elif node.type == "scalar":
        kind = kind_of(value, style, node.tag)
        style = f"flow-{style}" if flow else style
    else:
        kind, value = Kind.EMPTY, "{}" if node.type == "map" else "[]"
    return source.leaf(key, value, kind, node.begin, node.end, style, node.decoration)


def _comments(source: Source, tree: Tree) -> list[Comment]:
    """Every ``#`` outside scalars, anchors and tags starts one; a directive line holds none."""
    text, position = source.text, 0
    found: list[tuple[int, int]] = []
    if "#" not in text:
        return []
    for start, end in [*sorted(tree.solid), (len(text), len(text))]:
        while (match := _COMMENT.search(text, position, start)) is not None:
            # a comment runs to the end of its line, whatever the parser saw before it
            found.append(match.span())
            position = match.end()
        position = max(position, end)
    return [source.comment(start, end) for start, end in found]


def write(source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` with ``value`` in its own style. Raises RefusedError."""
    if leaf.kind in {Kind.REFERENCE, Kind.EMPTY}:
        raise RefusedError("an alias" if leaf.kind is Kind.REFERENCE else "an empty collection")
    if leaf.style.endswith(("literal", "folded")):
        body = source.data[leaf.start : leaf.end].decode()
        text = block_text(leaf, body, value)
        return Splice(leaf.start, leaf.end, as_bytes(text), delicate=True)
    new = as_bytes(scalar_text(leaf, value))
    if leaf.start < leaf.end:
        return Splice(leaf.start, leaf.end, new)
    before = source.data[line_start(source.data, leaf.start) : leaf.start]
    if not before.rstrip(b" ").endswith((b":", b"-")) and not leaf.decoration:
        raise RefusedError("no place for a value")
    space = b"" if before.endswith(b" ") else b" "
    return Splice(leaf.start, leaf.end, space + new, delicate=True)


def insert_after(source: Source, leaf: Leaf, value: str) -> Splice:
    """A new list item after the item ``leaf``, or into an empty list. Raises RefusedError."""
    if leaf.kind is Kind.EMPTY and leaf.value == "[]":
        return Splice(leaf.start, leaf.end, as_bytes(f"[{new_text(value, flow=True)}]"))
    parent, index = _parent(source, leaf)
    if parent.type != "seq":
        raise RefusedError("not a list item")
    if leaf.kind in {Kind.REFERENCE, Kind.EMPTY} or leaf.style.endswith(("literal", "folded")):
        raise RefusedError("an item of another shape")
    text = as_bytes(scalar_text(leaf, value))
    if parent.flow:
        return _listing(source, parent).inserted(index, text)
    return _block_item(source, parent.entries[index][1], leaf, text)


def _block_item(source: Source, node: Node, leaf: Leaf, text: bytes) -> Splice:
    data, start = source.data, source.byte(node.start)
    dash = data.rfind(b"-", line_start(data, start), start)
    gap = data[dash + 1 : start]
    if dash < 0 or gap.strip(b" ") or not gap:
        raise RefusedError("an item of another shape")
    # "- - a": the column of the inner dash, made of spaces
    column = len(data[line_start(data, dash) : dash].decode())
    lead = data[line_start(data, dash) : dash]
    if lead.strip(b" -"):
        raise RefusedError("an item of another shape")
    return line_added(data, leaf.end, b" " * column + b"-" + gap + text)


def insert_key(source: Source, parent: KeyPath, name: str, value: str) -> Splice:
    """A new last key of the mapping at ``parent``. Raises RefusedError."""
    node = _node(source, parent)
    if node.type != "map":
        raise RefusedError("not a mapping")
    if any(key and key.value == name for key, _ in node.entries):
        raise RefusedError("the key exists")
    flow = node.flow
    pair = as_bytes(f"{key_text(name, flow=flow)}: {new_text(value, flow=flow)}")
    if not node.entries:
        return Splice(source.byte(node.begin), source.byte(node.end), b"{" + pair + b"}")
    if flow:
        return _listing(source, node).inserted(len(node.entries) - 1, pair)
    first = node.entries[0][0]
    start = source.byte(first.start if first else node.start)
    column = len(source.data[line_start(source.data, start) : start].decode())
    return line_added(source.data, source.byte(node.last), b" " * column + pair)


def remove(source: Source, leaf: Leaf) -> Splice:
    """Without the item or key that ``leaf`` is the value of. Raises RefusedError."""
    parent, index = _parent(source, leaf)
    if len(parent.entries) == 1:
        raise RefusedError("would be left empty")
    if parent.flow:
        return _listing(source, parent).removed(index)
    data = source.data
    start, end = _entry_start(source, parent, index), leaf.end
    if not _OWN_TAIL.match(data, end):
        raise RefusedError("shares its line")
    if blank_before(data, start):
        return lines_removed(data, start, end)
    if index == len(parent.entries) - 1:
        raise RefusedError("shares its line")
    following = _entry_start(source, parent, index + 1)
    if data[line_end(data, end) : following].strip():
        raise RefusedError("a comment would move")
    return Splice(start, following, b"")


def _entry_start(source: Source, parent: Node, index: int) -> int:
    """Where the entry starts, with its dash or key."""
    key, value = parent.entries[index]
    if key is not None:
        start = source.byte(key.start)
        if source.data[line_start(source.data, start) : start].rstrip().endswith(b"?"):
            raise RefusedError("an explicit key")
        return start
    dash = source.data.rfind(b"-", 0, source.byte(value.start))
    if dash < 0 or source.data[dash + 1 : source.byte(value.start)].strip():
        raise RefusedError("an item of another shape")
    return dash


def _listing(source: Source, node: Node) -> Listing:
    spans = [
        (source.byte(key.start if key else value.start), source.byte(value.end))
        for key, value in node.entries
    ]
    return Listing(source.data, spans)


def _parent(source: Source, leaf: Leaf) -> tuple[Node, int]:
    """The collection whose entry ``leaf`` is, and the position of the entry."""
    if not leaf.key:
        raise RefusedError("the whole document")
    tree = read_tree(source.text)
    for root, key in _roots(tree):
        if leaf.key[: len(key)] == key and leaf.key != key:
            start = leaf.start
            found = _holder(source, root, leaf.key[len(key) : -1], start)
            if found:
                return found
    raise RefusedError("no such leaf")


def _holder(source: Source, node: Node, path: KeyPath, start: int) -> tuple[Node, int] | None:
    if not path:
        for index, (_, value) in enumerate(node.entries):
            if source.byte(value.begin) == start:
                return node, index
        return None
    for index, (key, value) in enumerate(node.entries):
        if path[0] == (index if key is None else key.value):
            found = _holder(source, value, path[1:], start)
            if found:
                return found
    return None


def _node(source: Source, path: KeyPath) -> Node:
    """The one node at ``path``. Raises RefusedError."""
    for root, key in _roots(read_tree(source.text)):
        if path[: len(key)] == key:
            return _descend(root, path[len(key) :])
    raise RefusedError("no such mapping")


def _descend(node: Node, path: KeyPath) -> Node:
    for step in path:
        nodes = [v for i, (k, v) in enumerate(node.entries) if step == (k.value if k else i)]
        if len(nodes) != 1:
            raise RefusedError("no such mapping")
        node = nodes[0]
    return node
