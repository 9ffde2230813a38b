"""What of an object goes into its JSON: Jenkins' ``depth=`` and ``tree=``.

Decides visibility only; it must never call the value of a property that is not shown, since the
objects refer to each other in circles. The rules are those of Stapler's export package
(ByDepth and NamedPathPruner): a property shows while its visibility is not below the distance from
the root minus ``depth``, or where ``tree`` names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

ALWAYS = 999


class MalformedTree(ValueError):  # noqa: N818 - what a caller wrote, not a fault of ours
    """The ``tree`` parameter cannot be read."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property, its visibility, and how its value comes about when asked for.

    ``inline``: its value is shown as if it stood in the place of its owner.
    """

    visibility: int
    value: Callable[[], object]
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Bean:
    """An object of the remote API; ``cls`` is the Java class the clients know it by."""

    cls: str
    properties: Mapping[str, Property]


def bean(cls: str, *groups: tuple[int, Mapping[str, object]]) -> Bean:
    """A bean from groups of equal visibility; a value may be a function without arguments."""
    return Bean(
        cls,
        {
            name: value if isinstance(value, Property) else _property(visibility, value)
            for visibility, group in groups
            for name, value in group.items()
        },
    )


def inline(value: Callable[[], object]) -> Property:
    """A property of ordinary visibility that takes no level of depth."""
    return Property(1, value, inline=True)


def _property(visibility: int, value: object) -> Property:
    return Property(visibility, value if callable(value) else lambda: value)


class Pruner(Protocol):
    """Says which properties are shown, and how their own values are pruned."""

    def enter(self, name: str, prop: Property) -> Pruner | None:
        """What prunes the property's value; None: it is not shown."""

    def cut(self, values: list[object]) -> list[object]:
        """The part of a list that is asked for."""


@dataclass(frozen=True, slots=True)
class ByDepth:
    """``depth=N``: begins at level 1 - N."""

    level: int

    def enter(self, name: str, prop: Property) -> Pruner | None:  # noqa: ARG002 - the protocol
        """Shown while visible enough for this level."""
        if prop.visibility < self.level:
            return None
        return self if prop.inline else ByDepth(self.level + 1)

    def cut(self, values: list[object]) -> list[object]:
        """All of it."""
        return values


@dataclass(slots=True)
class ByTree:
    """``tree=a[b,c]{0,9},*``."""

    children: dict[str, ByTree] = field(default_factory=dict)
    first: int = 0
    last: int | None = None

    def enter(self, name: str, prop: Property) -> Pruner | None:
        """Shown where named, or, below a ``*``, where it is no object."""
        if name in self.children:
            return self.children[name]
        return ByDepth(1).enter(name, prop) if "*" in self.children else None

    def cut(self, values: list[object]) -> list[object]:
        """``{first,last}``, last not included."""
        return values[self.first : self.last]


def pruner(tree: str | None, depth: str | None) -> Pruner:
    """What the two query parameters mean; ``tree`` wins. Raises MalformedTree."""
    if tree is not None:
        return parse_tree(tree)
    return ByDepth(1 - int(depth)) if depth and re.fullmatch(r"-?\d+", depth) else ByDepth(1)


_TOKEN = re.compile(r"[^\[\]{},\s]+|[\[\]{},]")


def parse_tree(text: str) -> ByTree:
    """The tree that ``text`` describes. Raises MalformedTree."""
    tokens = [*_TOKEN.findall(text), ""]
    root = ByTree()
    _parse_list(tokens, root)
    if tokens != [""]:
        raise MalformedTree(f"expected the end, but there is {tokens[0]!r}")
    return root


def _parse_list(tokens: list[str], into: ByTree) -> None:
    while True:
        name = tokens.pop(0)
        if not name or name in "[]{},":
            raise MalformedTree(f"expected a name, but there is {name or 'nothing'!r}")
        child = into.children.setdefault(name, ByTree())
        if tokens[0] == "[":
            tokens.pop(0)
            _parse_list(tokens, child)
            _expect(tokens, "]")
        if tokens[0] == "{":
            _parse_range(tokens, child)
        if tokens[0] != ",":
            return
        tokens.pop(0)


def _parse_range(tokens: list[str], child: ByTree) -> None:
    end = tokens.index("}") if "}" in tokens else 0
    match = re.fullmatch(r"\{(\d*)(,?)(\d*)", "".join(tokens[:end]))
    if match is None or not (match[1] or match[3]):
        raise MalformedTree("bad range")
    del tokens[: end + 1]
    first, comma, last = match.groups()
    child.first = int(first or 0)
    child.last = int(last) if last else None if comma else child.first + 1


def _expect(tokens: list[str], token: str) -> None:
    found = tokens.pop(0)
    if found != token:
        raise MalformedTree(f"expected {token!r}, but there is {found or 'nothing'!r}")


def export(value: object, prune: Pruner) -> Any:  # noqa: ANN401 - JSON
    """The JSON value of a bean, pruned."""
    if isinstance(value, Bean):
        shown: dict[str, Any] = {"_class": value.cls}
        for name, prop in value.properties.items():
            inner = prune.enter(name, prop)
            if inner is not None:
                shown[name] = _export_list(prop.value(), inner)
        return shown
    return value


def _export_list(value: object, prune: Pruner) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list | tuple):
        return [export(one, prune) for one in prune.cut(list(value))]
    return export(value, prune)
