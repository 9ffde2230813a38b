"""A whole new text of a YAML or JSON file → the head tree's bytes it means.

Decides how a reference answer is held against a change. Where base and answer have the same keys
and items, the base's own bytes with only the differing values replaced are right, and nothing else
is. Where keys or items come or go, the answer stands as it was written and is compared by its
values, since its authors laid the whole file out anew. Only PyYAML is asked, never our own formats.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from bot.arena.sameness import same_values

Edit = tuple[int, int, str]
_ONE_LINE = (None, "'", '"')


class NoTextError(Exception):
    """The text does not parse; the message says where."""


def right_text(path: str, base: str, answer: str) -> tuple[str, bool]:
    """The right head of ``path``, and whether only its values count. Raises NoTextError."""
    edits = _edits(base, answer)
    if edits is not None:
        made = _applied(base, edits)
        if same_values(path, made.encode(), answer.encode()):
            return made, False
    return answer, True


def documents(text: str) -> list[yaml.Node]:
    """The documents of ``text`` as nodes. Raises NoTextError."""
    try:
        return [node for node in yaml.compose_all(text, yaml.SafeLoader) if node is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NoTextError(" ".join(str(error).split())[:200]) from error


def _edits(base: str, answer: str) -> list[Edit] | None:
    """The stretches of ``base`` that become others; None where the shapes differ."""
    mine, theirs = documents(base), documents(answer)
    if len(mine) != len(theirs):
        return None
    try:
        return [
            edit for pair in zip(mine, theirs, strict=True) for edit in _differing(*pair, answer)
        ]
    except _ShapeError:
        return None


class _ShapeError(Exception):
    pass


def _differing(mine: yaml.Node, theirs: yaml.Node, answer: str) -> Iterator[Edit]:
    if isinstance(mine, yaml.MappingNode) and isinstance(theirs, yaml.MappingNode):
        here, there = _by_key(mine), _by_key(theirs)
        if here.keys() != there.keys() or mine.tag != theirs.tag:
            raise _ShapeError
        for key, node in here.items():
            yield from _differing(node, there[key], answer)
    elif isinstance(mine, yaml.SequenceNode) and isinstance(theirs, yaml.SequenceNode):
        if len(mine.value) != len(theirs.value) or mine.tag != theirs.tag:
            raise _ShapeError
        for one, other in zip(mine.value, theirs.value, strict=True):
            yield from _differing(one, other, answer)
    elif isinstance(mine, yaml.ScalarNode) and isinstance(theirs, yaml.ScalarNode):
        if (mine.tag, mine.value) != (theirs.tag, theirs.value):
            yield mine.start_mark.index, mine.end_mark.index, _written(mine, theirs, answer)
    else:
        raise _ShapeError


def _by_key(node: yaml.MappingNode) -> dict[tuple[str, str], yaml.Node]:
    found: dict[tuple[str, str], yaml.Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or (key.tag, key.value) in found:
            raise _ShapeError
        found[key.tag, key.value] = value
    return found


def _written(mine: yaml.ScalarNode, theirs: yaml.ScalarNode, answer: str) -> str:
    """The new value in the dress the old one has, where it can have that; else in the answer's."""
    if mine.style not in _ONE_LINE or theirs.style not in _ONE_LINE:
        raise _ShapeError
    plain = not set(theirs.value) & {"'", '"', "\\", "\n"}
    if mine.style and theirs.tag == mine.tag and plain:
        return f"{mine.style}{theirs.value}{mine.style}"
    return answer[theirs.start_mark.index : theirs.end_mark.index]


def _applied(base: str, edits: list[Edit]) -> str:
    made, at = [], 0
    for start, end, text in sorted(edits):
        made += [base[at:start], text]
        at = end
    return "".join([*made, base[at:]])
