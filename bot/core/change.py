"""Base + edits → change, seen as files and as leaf changes.

Decides which leaves differ between two versions of a file and whether everything else stayed.
Never decides whether a difference is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property

from bot.core.formats import parse
from bot.core.leaf import Document, KeyPath, Leaf, Unparsable, shape


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


# Aligning is quadratic at worst; a rewrite this large is shown as removed and added as a whole.
MAX_ALIGNED = 4_000


def build_change(files: Sequence[FileChange]) -> Change:
    """The change that ``files`` make: both sides parsed, their leaves aligned."""
    changed = tuple(
        file for file in files if file.base != file.head or file.base_mode != file.head_mode
    )
    base_docs = {
        file.path: parse(file.path, file.base) for file in changed if file.base is not None
    }
    head_docs = {
        file.path: parse(file.path, file.head) for file in changed if file.head is not None
    }
    changes = [
        leaf_change
        for file in changed
        for leaf_change in _file_leaf_changes(
            file.path, base_docs.get(file.path), head_docs.get(file.path)
        )
    ]
    return Change(changed, base_docs, head_docs, tuple(changes))


def _file_leaf_changes(
    path: str, base: Document | Unparsable | None, head: Document | Unparsable | None
) -> Iterator[LeafChange]:
    """A side that cannot be parsed has no leaves to compare: the check ``parses`` refuses it."""
    if isinstance(base, Unparsable) or isinstance(head, Unparsable):
        return iter(())
    return align(path, base.leaves if base else (), head.leaves if head else ())


def align(path: str, base: Sequence[Leaf], head: Sequence[Leaf]) -> Iterator[LeafChange]:
    """The leaf changes from ``base`` to ``head``, in the order of the bytes.

    Leaves are aligned by key shape, value, kind and decoration, so that an item inserted into a
    list does not make every later item look changed.
    """
    start = _common(zip(base, head, strict=False))
    base, head = base[start:], head[start:]
    end = _common(zip(reversed(base), reversed(head), strict=False))
    base, head = base[: len(base) - end], head[: len(head) - end]
    if max(len(base), len(head)) > MAX_ALIGNED:
        yield from _pair(path, base, head)
        return
    matcher = SequenceMatcher(
        None, [_face(x) for x in base], [_face(x) for x in head], autojunk=False
    )
    for tag, base_from, base_to, head_from, head_to in matcher.get_opcodes():
        if tag != "equal":
            yield from _pair(path, base[base_from:base_to], head[head_from:head_to])


def _face(leaf: Leaf) -> tuple[object, ...]:
    return (shape(leaf.key), leaf.value, leaf.kind, leaf.decoration)


def _common(pairs: Iterable[tuple[Leaf, Leaf]]) -> int:
    count = 0
    for one, other in pairs:
        if _face(one) != _face(other):
            break
        count += 1
    return count


def _pair(path: str, base: Sequence[Leaf], head: Sequence[Leaf]) -> Iterator[LeafChange]:
    """Within a stretch that differs, leaves of one shape belong together, first with first."""
    waiting: dict[KeyPath, list[Leaf]] = {}
    for leaf in head:
        waiting.setdefault(shape(leaf.key), []).append(leaf)
    for leaf in base:
        partners = waiting.get(shape(leaf.key))
        if not partners:
            yield LeafChange(Action.REMOVED, path, leaf, None)
            continue
        partner = partners.pop(0)
        if _face(leaf) != _face(partner):
            yield LeafChange(Action.SET, path, leaf, partner)
    for leaf in head:
        if any(leaf is left for left in waiting[shape(leaf.key)]):
            yield LeafChange(Action.ADDED, path, None, leaf)
