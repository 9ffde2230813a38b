"""Two head files → do they say the same, to a person who reads both?

Decides only freedoms that mean nothing: where in a list a new item stands, where in a mapping or a
section a new key stands. Every byte else must be equal, but where a task says that its right file
was laid out anew. Uses the standard parsers, never the code under measure.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import yaml

_KEYED = frozenset({".env", ".properties", ".ini", ".service", ".timer", ".cnf"})


class _Tagged(yaml.SafeLoader):
    """Safe, and a tag of an application (CloudFormation's ``!Ref``) is part of its value."""


def _with_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> tuple[str, object]:
    if isinstance(node, yaml.MappingNode):
        return suffix, loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return suffix, loader.construct_sequence(node, deep=True)
    return suffix, node.value


_Tagged.add_multi_constructor("!", _with_tag)


def parses(path: str, data: bytes) -> Any:  # noqa: ANN401 - a document is anything
    """The document in ``data``, None for a format without a standard parser. Raises ValueError."""
    suffix = PurePosixPath(path).suffix
    try:
        if suffix in {".yml", ".yaml"}:
            return list(yaml.load_all(data, _Tagged))
        if suffix == ".json":
            return json.loads(data.decode("utf-8-sig"))
        if suffix == ".toml":
            return tomllib.loads(data.decode())
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(str(error)) from error
    return None


def same_file(path: str, base: bytes, right: bytes, other: bytes) -> bool:
    """Whether ``other`` differs from ``right`` in nothing but the place of what was added."""
    if _pieces(right) != _pieces(other):
        return False
    try:
        documents = parses(path, base), parses(path, right), parses(path, other)
    except ValueError:
        return False
    lines = [data.decode("utf-8", "replace").split("\n") for data in (base, right, other)]
    if documents[1] is not None:
        return _same(*documents) and _standing(lines[0], lines[1]) == _standing(lines[0], lines[2])
    return _same_lines(*lines, keyed=_is_keyed(path))


def same_values(path: str, right: bytes, other: bytes) -> bool:
    """Whether both parse to the same values, whatever their comments and layout."""
    try:
        mine, theirs = parses(path, right), parses(path, other)
        return mine is not None and _frozen(mine) == _frozen(theirs)
    except (ValueError, TypeError, RecursionError):
        return False


def _is_keyed(path: str) -> bool:
    pure = PurePosixPath(path)
    return pure.suffix in _KEYED or ".env" in pure.name or pure.name == "env"


def _pieces(data: bytes) -> Counter[tuple[str, ...]]:
    """The lines, whatever their order and that of the items between commas."""
    text = data.decode("utf-8", "surrogateescape")
    return Counter(tuple(sorted(_items(line))) for line in text.split("\n"))


def _items(line: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    bare, tail = line.strip(), line[len(line.rstrip()) :]
    for mark in "[]{}":
        bare = bare.replace(mark, f",{mark},")
    return [indent, tail, *(part.strip() for part in bare.split(",") if part.strip())]


def _same(base: Any, right: Any, other: Any) -> bool:  # noqa: ANN401 - documents
    if type(right) is not type(other):
        return False
    if isinstance(right, dict):
        before = base if isinstance(base, dict) else {}
        return right.keys() == other.keys() and all(
            _same(before.get(key), right[key], other[key]) for key in right
        )
    if isinstance(right, list):
        return _same_list(base, right, other)
    return bool(right == other)


def _same_list(base: Any, right: list[Any], other: list[Any]) -> bool:  # noqa: ANN401
    if len(right) != len(other):
        return False
    if isinstance(base, list) and len(base) == len(right):
        return all(_same(*three) for three in zip(base, right, other, strict=True))
    before = base if isinstance(base, list) else []
    mine, theirs = ([_frozen(item) for item in items] for items in (right, other))
    kept = Counter(_frozen(item) for item in before)
    return Counter(mine) == Counter(theirs) and _only(mine, kept) == _only(theirs, kept)


def _frozen(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value, sort_keys=True, default=str)


def _only(items: Sequence[str], kept: Counter[str]) -> list[str]:
    """The items that stood there before, in their order now."""
    return [item for item in items if item in kept]


def _same_lines(base: list[str], right: list[str], other: list[str], *, keyed: bool) -> bool:
    if len(right) == len(other) == len(base):
        return all(_same_items(*three) for three in zip(base, right, other, strict=True))
    return keyed and _sections(base, right) == _sections(base, other)


def _same_items(base: str, right: str, other: str) -> bool:
    """Equal, or a comma list that grew or shrank, in another order."""
    if right == other:
        return True
    before, mine, theirs = (_items(line) for line in (base, right, other))
    kept = Counter(before)
    return len(before) != len(mine) and _only(mine, kept) == _only(theirs, kept)


def _standing(base: list[str], lines: list[str]) -> list[str]:
    """The lines that stood there before, comments included, in their order now."""
    left, kept = Counter(base), []
    for line in lines:
        if line.strip() and left[line] > 0:
            left[line] -= 1
            kept.append(line)
    return kept


def _sections(base: list[str], lines: list[str]) -> dict[str, tuple[list[str], Counter[str]]]:
    """Section → its old lines in order, and its new ones in any order."""
    old = Counter(base)
    found: dict[str, tuple[list[str], Counter[str]]] = {}
    section = ""
    for line in lines:
        if line.startswith("["):
            section = line
        kept, new = found.setdefault(section, ([], Counter()))
        if line in old:
            kept.append(line)
        else:
            new[line] += 1
    return found
