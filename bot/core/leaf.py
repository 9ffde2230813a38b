"""What a config file says, as leaves: one scalar each, with its place and exact bytes.

Decides nothing; it is the vocabulary shared by formats, index, checks and gate. A leaf never
holds bytes that are not its own scalar, so that replacing ``data[start:end]`` changes only it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

Step = str | int
KeyPath = tuple[Step, ...]


class Kind(StrEnum):
    """The type a program reading the file would see."""

    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    NULL = "null"
    REFERENCE = "reference"  # a YAML alias: it means whatever its anchor means
    EMPTY = "empty"  # an empty mapping or list, or a directive without arguments


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of a config file.

    ``value`` is what a program reads (unquoted, unescaped); ``start:end`` are the bytes of the
    scalar's source text including its quotes; ``line`` is 1-based. ``style`` belongs to the
    format that made the leaf. ``decoration`` is source text that binds to the scalar but is not
    its value (a YAML anchor or tag).
    """

    key: KeyPath
    value: str
    kind: Kind
    start: int
    end: int
    line: int
    style: str = "plain"
    decoration: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment's source text with its marker, ``data[start:end]``; ``line`` is 1-based."""

    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that stands twice in one mapping; ``line`` (1-based) is the later one."""

    key: KeyPath
    line: int


@dataclass(frozen=True)
class Document:
    """A file understood: its leaves and comments in the order of the bytes."""

    path: str
    format: str
    leaves: tuple[Leaf, ...]
    comments: tuple[Comment, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()

    @cached_property
    def by_key(self) -> dict[KeyPath, Leaf]:
        """Leaves by key path; of duplicates the last, as most programs read it."""
        return {leaf.key: leaf for leaf in self.leaves}


@dataclass(frozen=True, slots=True)
class Unparsable:
    """A file that its own format cannot read, and why; ``line`` is 1-based where known."""

    path: str
    format: str
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes ``start:end`` of ``path``'s base content by ``new``, exactly."""

    path: str
    start: int
    end: int
    new: bytes


@dataclass(frozen=True, slots=True)
class Unwritable:
    """An edit that cannot be written without guessing, and why."""

    path: str
    key: KeyPath
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf with the file it stands in."""

    path: str
    leaf: Leaf = field(compare=True)

    @property
    def shown(self) -> str:
        """``file:line key > path``: how people and models are told of a place."""
        return f"{self.path}:{self.leaf.line} {show_key(self.leaf.key)}"


def show_key(key: KeyPath) -> str:
    """A key path as ``a > b > [0]``."""
    return " > ".join(f"[{step}]" if isinstance(step, int) else step for step in key)


def shape(key: KeyPath) -> KeyPath:
    """The key path with every list position replaced by ``*``: where order does not matter."""
    return tuple("*" if isinstance(step, int) else step for step in key)
