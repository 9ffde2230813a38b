"""A task → what its right change consists of: which lines, which words in them, what stands around.

Decides nothing; offsets are into the text of the *right* tree, since operators spoil that. Bytes
that are no UTF-8 survive by surrogate escapes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from bench.gate.operators.slots import Slot, slots_of
from bench.gate.tasks import Task, Tree

_TOKEN = re.compile(
    r"(?<![\w.])[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*(?:/\d+)?"  # IPv6
    r"|\d+(?:\.\d+){3}(?:/\d+)?"  # IPv4
    r"|[^\W_](?:[\w.-]*\w)?"  # words, numbers, hosts, versions
    r"|\s+|."
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORTHY = re.compile(r"\w")


@dataclass(frozen=True)
class Hunk:
    """Lines that the right change replaces: ``old`` of the base by ``new``; either may be empty."""

    path: str
    start: int
    old: str
    new: str

    @property
    def end(self) -> int:
        """Where it ends in the right text."""
        return self.start + len(self.new)


@dataclass(frozen=True)
class Spot:
    """One new word or number; ``old`` is what stood there before, empty where it was added."""

    path: str
    start: int
    old: str
    new: str

    @property
    def end(self) -> int:
        """Where it ends in the right text."""
        return self.start + len(self.new)


@dataclass(frozen=True, eq=False)
class Anatomy:
    """The right change, taken apart. All sequences are in path and line order."""

    base: Tree
    right: Tree

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Paths that are in both trees and differ."""
        both = self.base.keys() & self.right.keys()
        return tuple(sorted(path for path in both if self.base[path] != self.right[path]))

    @cached_property
    def near(self) -> tuple[str, ...]:
        """Changed paths, those that are new where there is none, else every path."""
        new = tuple(sorted(self.right.keys() - self.base.keys()))
        return self.changed or new or tuple(sorted(self.right))

    @cached_property
    def others(self) -> tuple[str, ...]:
        """Paths the right change leaves alone."""
        return tuple(p for p in sorted(self.right) if self.base.get(p) == self.right[p])

    @cached_property
    def hunks(self) -> tuple[Hunk, ...]:
        """Every changed run of lines in the files of both trees."""
        return tuple(
            hunk
            for path in self.changed
            for hunk in _hunks(path, text_of(self.base[path]), self.text(path))
        )

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """Every new word in the hunks."""
        return tuple(spot for hunk in self.hunks for spot in _spots(hunk))

    @cached_property
    def whole_files(self) -> tuple[str, ...]:
        """Paths the right change adds or deletes."""
        return tuple(sorted(self.base.keys() ^ self.right.keys()))

    @cached_property
    def _slots(self) -> Mapping[str, tuple[Slot, ...]]:
        return {path: slots_of(path, self.text(path)) for path in sorted(self.right)}

    def text(self, path: str) -> str:
        """The right text of ``path``."""
        return text_of(self.right[path])

    def slots(self, path: str) -> tuple[Slot, ...]:
        """The places of values in the right text of ``path``."""
        return self._slots[path]

    def idle_slots(self, paths: Iterable[str]) -> tuple[Slot, ...]:
        """Places in ``paths`` on lines that the right change leaves alone."""
        return tuple(
            slot
            for path in paths
            for slot in self.slots(path)
            if self.base.get(path) is not None and not self.touches(path, slot.start)
        )

    def touches(self, path: str, offset: int) -> bool:
        """Whether the right change wrote what stands at ``offset`` of ``path``."""
        return any(h.path == path and h.start <= offset < h.end for h in self.hunks)

    def slot_of(self, spot: Spot) -> Slot | None:
        """The place whose value ``spot`` is part of."""
        slots = (s for s in self.slots(spot.path) if s.start <= spot.start < s.end)
        return next(slots, None)

    def line(self, path: str, offset: int) -> tuple[int, int]:
        """Start and end (with its line break) of the line at ``offset`` of ``path``."""
        text = self.text(path)
        end = text.find("\n", offset)
        return text.rfind("\n", 0, offset) + 1, len(text) if end < 0 else end + 1

    def rewritten(self, path: str, text: str) -> Tree:
        """The right tree with another text of ``path``."""
        return {**self.right, path: data_of(text)}

    def put(self, pieces: Iterable[tuple[Slot | Spot, str]]) -> Tree:
        """The right tree with other words at those places, which must not overlap."""
        cuts = [(piece.path, piece.start, piece.end, word) for piece, word in pieces]
        return self.cut(cuts)

    def cut(self, cuts: Iterable[tuple[str, int, int, str]]) -> Tree:
        """The right tree with ``(path, start, end, text)`` replaced; they must not overlap."""
        tree = dict(self.right)
        for path, start, end, word in sorted(cuts, reverse=True):
            text = text_of(tree[path])
            tree[path] = data_of(text[:start] + word + text[end:])
        return tree

    def without(self, hunks: Iterable[Hunk]) -> Tree:
        """The right tree with these hunks not done."""
        return self.cut((h.path, h.start, h.end, h.old) for h in hunks)


class _Identity:
    """Holds a task as a key of the cache: tasks hold dictionaries and have no hash."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def __hash__(self) -> int:
        return id(self.task)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.task is self.task


def anatomy_of(task: Task) -> Anatomy:
    """The anatomy of the task's main right change; the last few are remembered."""
    return _anatomy(_Identity(task))


@lru_cache(maxsize=4)
def _anatomy(key: _Identity) -> Anatomy:
    return Anatomy(key.task.base, key.task.right[0])


def text_of(data: bytes) -> str:
    """Bytes → text without loss."""
    return data.decode("utf-8", "surrogateescape")


def data_of(text: str) -> bytes:
    """Text → bytes, the inverse of ``text_of``."""
    return text.encode("utf-8", "surrogateescape")


def lines_of(text: str) -> list[str]:
    """Lines with their breaks; only line feeds break a line."""
    return _LINE.findall(text)


def _hunks(path: str, old: str, new: str) -> Iterator[Hunk]:
    before, after = lines_of(old), lines_of(new)
    offsets = [0]
    for line in after:
        offsets.append(offsets[-1] + len(line))
    for sort, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if sort == "equal":
            continue
        if j - i == m - k:
            for n in range(j - i):
                yield Hunk(path, offsets[k + n], before[i + n], after[k + n])
        else:
            yield Hunk(path, offsets[k], "".join(before[i:j]), "".join(after[k:m]))


def _spots(hunk: Hunk) -> Iterator[Spot]:
    old, new = _TOKEN.findall(hunk.old), _TOKEN.findall(hunk.new)
    if not old:
        yield from _added(hunk)
        return
    for sort, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if sort in {"replace", "insert"}:
            start = hunk.start + sum(map(len, new[:k]))
            yield from _paired(hunk.path, start, old[i:j], new[k:m])


def _paired(path: str, start: int, old: Sequence[str], new: Sequence[str]) -> Iterator[Spot]:
    """New words; the old one belongs to them where just one word was replaced by one."""
    worthy = [word for word in old if _WORTHY.search(word)]
    fresh = [word for word in new if _WORTHY.search(word)]
    before = worthy[0] if len(worthy) == len(fresh) == 1 else ""
    for word in new:
        if _WORTHY.search(word):
            yield Spot(path, start, before, word)
        start += len(word)


def _added(hunk: Hunk) -> Iterator[Spot]:
    """The values of added lines; any word with a digit where none is recognised."""
    slots = slots_of(hunk.path, hunk.new)
    if slots:
        for slot in slots:
            yield Spot(hunk.path, hunk.start + slot.start, "", slot.value)
        return
    for match in _TOKEN.finditer(hunk.new):
        if any(letter.isdigit() for letter in match[0]):
            yield Spot(hunk.path, hunk.start + match.start(), "", match[0])


Respell = Callable[[str], Iterable[str]]


def respelt(anatomy: Anatomy, spot: Spot, word: str) -> Iterator[tuple[Tree, str]]:
    """``word`` for ``spot``: in every place that got the same new word, then in that one alone."""
    same = [other for other in anatomy.spots if other.new == spot.new]
    where = f"{spot.new} → {word}"
    if len(same) > 1:
        yield anatomy.put((other, word) for other in same), f"{where} in all {len(same)} places"
    yield anatomy.put([(spot, word)]), f"{where} in {spot.path}"
