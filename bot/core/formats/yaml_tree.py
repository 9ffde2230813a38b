"""YAML text → a tree of nodes with character spans, from libyaml's event stream.

Decides where each scalar stands. Never composes: an alias is never followed, so a "billion
laughs" file costs no more than its own bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from bot.core.formats.source import MAX_DEPTH, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

# libyaml's, where PyYAML was built with it, and PyYAML's own, which reads the same but slower
LOADERS: tuple[type[Any], ...] = (
    *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else []),
    yaml.SafeLoader,
)
_PROPERTY = re.compile(r"(&[\w-]+|!<[^>]*>|![^\s,\[\]{}]*)((?:\s|(?<=\s)#[^\r\n]*)*)")
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
_TRAILING = " \t\r\n"


@dataclass(slots=True)
class Node:
    """A node at the characters ``start:end``; its properties (anchor, tag) stand before ``begin``.

    ``type`` is "scalar", "alias", "map" or "seq"; ``style`` the scalar's quoting or "flow" or
    "block" of a collection. A mapping's ``entries`` are (key, value), a list's (None, value).
    """

    type: str
    style: str
    start: int
    begin: int
    end: int
    value: str = ""
    tag: str = ""
    decoration: str = ""
    entries: list[tuple[Node | None, Node]] = field(default_factory=list)

    @property
    def flow(self) -> bool:
        """True for a collection in brackets."""
        return self.style == "flow"

    @property
    def last(self) -> int:
        """Where the text of the node ends; libyaml's end of a block collection is too far."""
        node = self
        while node.style == "block":
            node = node.entries[-1][1]
        return node.end


@dataclass(slots=True)
class Tree:
    """The documents of a file, and the spans that cannot hold a comment (scalars, properties)."""

    documents: list[Node]
    solid: list[tuple[int, int]]


def read_tree(text: str, loader: type[Any] = LOADERS[0]) -> Tree:
    """The nodes of ``text``, as one of LOADERS reads it. Raises MalformedError."""
    try:
        return _Builder(text, loader).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise MalformedError(f"YAML syntax: {error.problem}", line) from None
    except (yaml.YAMLError, ValueError):
        raise MalformedError("YAML syntax") from None


def _span(event: yaml.Event) -> tuple[int, int]:
    """The characters of an event; libyaml and PyYAML always give both marks."""
    if event.start_mark is None or event.end_mark is None:
        raise MalformedError("YAML syntax")
    return event.start_mark.index, event.end_mark.index


class _Builder:
    def __init__(self, text: str, loader: type[Any]) -> None:
        self.text = text
        self.loader = loader
        self.tree = Tree([], [])
        self.stack: list[Node] = []
        self.keys: list[Node | None] = []
        self.anchors: set[str] = set()

    def build(self) -> Tree:
        for event in self._events():
            if isinstance(event, yaml.ScalarEvent):
                self._attach(self._scalar(event))
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.keys.pop()
                node = self.stack.pop()
                node.end = _span(event)[1]
            elif isinstance(event, yaml.AliasEvent):
                self._attach(self._alias(event))
            elif isinstance(event, yaml.DocumentStartEvent):
                self.anchors = set()
        return self.tree

    def _events(self) -> Iterator[yaml.Event]:
        loader = self.loader(self.text)
        try:
            while loader.check_event():
                yield loader.get_event()
        finally:
            loader.dispose()

    def _line(self, char: int) -> int:
        return self.text.count("\n", 0, char) + 1

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        kind = "map" if isinstance(event, yaml.MappingStartEvent) else "seq"
        start, end = _span(event)
        begin, decoration = self._properties(event, start, end)
        node = Node(kind, "flow" if event.flow_style else "block", start, begin, end)
        node.decoration = decoration
        self._attach(node)
        if len(self.stack) >= MAX_DEPTH:
            raise MalformedError("nested too deeply", self._line(start))
        self.stack.append(node)
        self.keys.append(None)

    def _attach(self, node: Node) -> None:
        if not self.stack:
            self.tree.documents.append(node)
            return
        parent = self.stack[-1]
        if parent.type == "seq":
            parent.entries.append((None, node))
        elif self.keys[-1] is not None:
            parent.entries.append((self.keys[-1], node))
            self.keys[-1] = None
        elif node.type == "scalar":
            self.keys[-1] = node
        else:
            raise MalformedError("complex key", self._line(node.start))

    def _alias(self, event: yaml.AliasEvent) -> Node:
        start, end = _span(event)
        if event.anchor not in self.anchors:
            raise MalformedError("undefined alias", self._line(start))
        self.tree.solid.append((start, end))
        return Node("alias", "alias", start, start, end, self.text[start:end])

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        start, end = _span(event)
        begin, decoration = self._properties(event, start, end)
        style = {"'": "single", '"': "double", "|": "literal", ">": "folded"}.get(
            event.style or "", "plain"
        )
        node = Node("scalar", style, start, begin, end, event.value, event.tag or "", decoration)
        if style in {"literal", "folded"}:
            self._block_scalar(node)
        else:
            self._placed(node)
            self.tree.solid.append((node.begin, node.end))
        return node

    def _properties(
        self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, start: int, end: int
    ) -> tuple[int, str]:
        """Where the node itself begins, and its anchor and tag as they are written."""
        if event.anchor:
            self.anchors.add(event.anchor)
        if not (event.anchor or event.tag):
            return start, ""
        found: list[str] = []
        begin = start
        # an anchor and a tag at most
        while len(found) < 2 and (match := _PROPERTY.match(self.text, begin)):
            found.append(match[1])
            self.tree.solid.append((begin, match.end(1)))
            begin = match.end()
            if begin >= end:
                begin = match.end(1)
                break
        # libyaml's start of a block collection is the anchor's, its end that of the anchor too
        return begin, " ".join(found)

    def _placed(self, node: Node) -> None:
        """The span must hold what the parser read, else nothing in this file is safe to edit."""
        source = self.text[node.begin : node.end]
        quote = {"single": "'", "double": '"'}.get(node.style)
        right = (
            source[:1] == quote == source[-1:] and len(source) > 1
            if quote
            else source == node.value or "\n" in source or "\r" in source
        )
        if not right:
            raise MalformedError("scalar out of place", self._line(node.start))

    def _block_scalar(self, node: Node) -> None:
        """The span becomes the body alone, without the header line and the last line ending."""
        header = _HEADER.match(self.text, node.begin)
        if header is None:
            raise MalformedError("scalar out of place", self._line(node.start))
        comment = header.start(1) if header[1] else header.end()
        self.tree.solid.append((node.begin, comment))
        body = self.text[header.end() : node.end]
        content = len(body.rstrip(_TRAILING))
        if content:
            ending = re.compile(r"[ \t]*").match(body, content)
            node.begin, node.end = (
                header.end(),
                header.end() + (ending.end() if ending else content),
            )
        else:
            node.begin = node.end = header.start() + len(header[0].rstrip("\r\n"))
        self.tree.solid.append((node.begin, node.end))
