"""Base + edits → change, seen as files and as leaf changes.

Decides which leaves differ between two versions of a file and whether everything else stayed.
Never decides whether a difference is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from bot.core.leaf import Document, KeyPath, Leaf, Unparsable


class Action(StrEnum):
    """What happened to a leaf."""

    SET = "set"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class LeafChange:
    """One leaf that differs: ``old`` in the base (not when added), ``new`` in the head."""

    action: Action
    path: str
    old: Leaf | None
    new: Leaf | None

    @property
    def key(self) -> KeyPath:
        """The key path, in the head where the leaf still stands, else in the base."""
        return self._leaf.key

    @property
    def line(self) -> int:
        """The 1-based line, in the head where the leaf still stands, else in the base."""
        return self._leaf.line

    @property
    def before(self) -> str | None:
        """The value in the base, or None where the leaf was added."""
        return self.old.value if self.old else None

    @property
    def after(self) -> str | None:
        """The value in the head, or None where the leaf was removed."""
        return self.new.value if self.new else None

    @property
    def _leaf(self) -> Leaf:
        leaf = self.new or self.old
        if leaf is None:
            raise ValueError("a leaf change has at least one side")
        return leaf


REGULAR = "100644"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file in both versions; a side is None where the file does not exist there.

    ``*_mode`` is git's file mode ("100644" regular, "100755" executable, "120000" symlink,
    "160000" submodule).
    """

    path: str
    base: bytes | None
    head: bytes | None
    base_mode: str = REGULAR
    head_mode: str = REGULAR


@dataclass(frozen=True)
class Change:
    """A base tree and a head tree, where they differ.

    ``base_docs``/``head_docs`` hold each changed file parsed (or why it is not), by path.
    """

    files: tuple[FileChange, ...]
    base_docs: dict[str, Document | Unparsable]
    head_docs: dict[str, Document | Unparsable]
    leaf_changes: tuple[LeafChange, ...]

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The changed paths, in order."""
        return tuple(file.path for file in self.files)
