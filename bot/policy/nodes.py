"""YAML nodes → plain values, noting everything that is wrong and where.

Decides what a text, a number, a list and a mapping of the policy are. Goes on after a fault, so
that a person is told of all of them at once; what it gives back after one is never used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

import yaml

from bot.core.scope import matches
from bot.policy.faults import Fault, fault

Node = yaml.Node
MAX_BYTES = 262_144
MAX_NODES = 20_000
_STR = "tag:yaml.org,2002:str"


@dataclass
class Reading:
    """One policy file while it is read."""

    loader: yaml.SafeLoader
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, node: Node | None, code: str, **facts: str) -> None:
        """Note a fault at ``node``."""
        line = node.start_mark.line + 1 if node is not None and node.start_mark else None
        self.faults.append(fault(code, line, **facts))

    def mapping(
        self, node: Node, where: str, known: Collection[str], needed: Collection[str] = ()
    ) -> dict[str, Node]:
        """The values by key; keys that are unknown, missing or twice are faults."""
        found = dict(self.pairs(node, where))
        for key in [key for key in found if key not in known]:
            self._unknown(found.pop(key), key, where, known)
        for key in needed:
            if key not in found and isinstance(node, yaml.MappingNode):
                self.wrong(node, "key-missing", where=where, key=key)
        return found

    def pairs(self, node: Node, where: str) -> Iterator[tuple[str, Node]]:
        """Every key with its value, in order; merge keys (``<<``) are followed."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, "no-mapping", where=where)
            return
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if name in seen:
                self.wrong(key, "key-twice", where=where, key=repr(name))
            seen.add(name)
        self.loader.flatten_mapping(node)
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield str(key.value), value
            else:
                self.wrong(key, "no-scalar", where=where)

    def _unknown(self, node: Node, key: str, where: str, known: Collection[str]) -> None:
        near = get_close_matches(key, known, 1)
        if near:
            self.wrong(node, "unknown-key-near", where=where, key=repr(key), near=repr(near[0]))
        else:
            self.wrong(node, "unknown-key", where=where, key=repr(key))

    def items(self, node: Node, where: str) -> list[Node]:
        """The nodes of a list."""
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, "no-list", where=where)
            return []
        return list(node.value)

    def text(self, node: Node, where: str) -> str:
        """A text that is not empty; a number or a boolean is none."""
        if not isinstance(node, yaml.ScalarNode) or node.tag != _STR or not node.value.strip():
            self.wrong(node, "no-text", where=where)
            return ""
        return str(node.value)

    def scalar(self, node: Node, where: str) -> str:
        """A value as it is written: ``8080``, ``45s``, ``true``."""
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self.wrong(node, "no-scalar", where=where)
            return ""
        return str(node.value)

    def flag(self, node: Node, where: str) -> bool:
        """True or false."""
        value = self._plain(node)
        if not isinstance(value, bool):
            self.wrong(node, "no-flag", where=where)
        return value is True

    def number(
        self, node: Node, where: str, least: float, most: float, *, whole: bool = True
    ) -> float:
        """A number between the bounds; ``whole`` where it must be an integer."""
        value = self._plain(node)
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
            code = "no-whole-number" if whole else "no-number"
            self.wrong(node, code, where=where, least=f"{least:g}", most=_shown(most))
            return least
        return value

    def choice(self, node: Node, where: str, choices: Collection[str]) -> str:
        """One of ``choices``."""
        value = self.text(node, where)
        if not value or value in choices:
            return value
        near = get_close_matches(value, choices, 1)
        facts = {"where": where, "value": repr(value), "choices": ", ".join(choices)}
        if near:
            self.wrong(node, "no-choice-near", near=repr(near[0]), **facts)
        else:
            self.wrong(node, "no-choice", **facts)
        return ""

    def globs(self, node: Node, where: str, *, needed: bool = False) -> tuple[str, ...]:
        """Path patterns, gitignore-style; one alone may stand without its list."""
        nodes = [node] if isinstance(node, yaml.ScalarNode) else self.items(node, where)
        if needed and not nodes and isinstance(node, yaml.SequenceNode):
            self.wrong(node, "empty-list", where=where)
        return tuple(self._glob(one, where) for one in nodes)

    def _glob(self, node: Node, where: str) -> str:
        pattern = self.text(node, where)
        if not pattern:
            return ""
        try:
            matches("x", (pattern,))
            meant = pattern.strip().lstrip("!").strip("/") and not pattern.startswith("#")
        except ValueError:
            meant = False
        if not meant or "\n" in pattern:
            self.wrong(node, "bad-glob", where=where, pattern=repr(pattern))
        return pattern

    def _plain(self, node: Node) -> object:
        if not isinstance(node, yaml.ScalarNode):
            return None
        try:
            value: object = self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            return None
        return value

    def value(self, node: Node) -> object:
        """A scalar as YAML means it; None where it is no plain one."""
        return self._plain(node)


def _shown(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def compose(text: str) -> tuple[yaml.SafeLoader, Node | None]:
    """The file's root node and the loader that knows its tags. Raises yaml.YAMLError."""
    loader = yaml.SafeLoader(text)
    node = loader.get_single_node()
    if node is not None and count_nodes(node) > MAX_NODES:
        raise yaml.YAMLError("too many values")
    return loader, node


def count_nodes(root: Node) -> int:
    """How many nodes a walk would see: an alias counts as all it stands for, up to MAX_NODES."""
    waiting, count = [root], 0
    while waiting and count <= MAX_NODES:
        node = waiting.pop()
        count += 1
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(one for pair in node.value for one in pair)
    return count
