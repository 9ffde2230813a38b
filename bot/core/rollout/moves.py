"""What a change does to allow-lists: who comes in, who goes out, and who is used meanwhile.

Decides which leaf changes are an allow-list's, which of them must not happen at the same moment as
the rest, and why. Never decides whether they are right.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core.change import Change, LeafChange
from bot.core.leaf import Document, KeyPath, Leaf, Unparsable
from bot.core.literals import address, holds, network
from bot.core.rollout.admission import Admissions, canonical
from bot.core.rollout.rules import Admission

_HOST = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)|(?<![\w:])[0-9A-Fa-f:]*::?[0-9A-Fa-f:]+"
)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A leaf change of an allow-list: whom it lets in and whom it no longer does (canonical)."""

    change: LeafChange
    gained: frozenset[str]
    lost: frozenset[str]
    mixed: bool = False

    @property
    def path(self) -> str:
        """The file."""
        return self.change.path

    @property
    def key(self) -> KeyPath:
        """The key, in the head where it still stands there."""
        return self.change.key


@dataclass(frozen=True)
class Moves:
    """The allow-list changes of ``change``, and the addresses that the rest of it turns to."""

    change: Change
    patterns: tuple[Admission, ...] = ()

    @cached_property
    def admitted(self) -> tuple[Admitted, ...]:
        """Every change of an allow-list, in the order of the change."""
        base, head = self._read(self.change.base_docs), self._read(self.change.head_docs)
        made = (_admitted(one, base, head) for one in self.change.leaf_changes)
        return tuple(one for one in made if one is not None)

    def _read(self, docs: Mapping[str, Document | Unparsable]) -> dict[str, Admissions]:
        return {
            path: Admissions(document, self.patterns)
            for path, document in docs.items()
            if isinstance(document, Document)
        }

    @cached_property
    def swapped(self) -> tuple[tuple[str, str], ...]:
        """Addresses (old, new) that change places in an allow-list, each pair once."""
        pairs = ((old, new) for one in self.admitted for old, new in _pairs(one))
        return tuple(dict.fromkeys(pairs))

    @cached_property
    def binding(self) -> tuple[Admitted, ...]:
        """Those that must not happen in one moment with the rest of the change."""
        return tuple(one for one in self.admitted if self._binds(one))

    def _binds(self, one: Admitted) -> bool:
        if one.gained and one.lost:
            return True
        return bool(one.gained & self._turned_to) or bool(one.lost & self._turned_from)

    @cached_property
    def _others(self) -> tuple[LeafChange, ...]:
        mine = {id(one.change) for one in self.admitted}
        return tuple(one for one in self.change.leaf_changes if id(one) not in mine)

    @cached_property
    def _turned_to(self) -> frozenset[str]:
        """Of those let in anew, whom some other place newly speaks of."""
        gained = frozenset().union(*(one.gained for one in self.admitted))
        pairs = [(one.before, one.after) for one in self._others]
        return frozenset(host for host in gained if _newly(host, pairs))

    @cached_property
    def _turned_from(self) -> frozenset[str]:
        """Of those shut out, whom some other place no longer speaks of."""
        lost = frozenset().union(*(one.lost for one in self.admitted))
        pairs = [(one.after, one.before) for one in self._others]
        return frozenset(host for host in lost if _newly(host, pairs))


def _newly(host: str, pairs: Iterable[tuple[str | None, str | None]]) -> bool:
    return any(
        new is not None and uses(new, host) and not (old is not None and uses(old, host))
        for old, new in pairs
    )


def _pairs(one: Admitted) -> Iterator[tuple[str, str]]:
    if one.gained and one.lost:
        yield from zip(sorted(one.lost), sorted(one.gained), strict=False)


def _admitted(
    change: LeafChange, base: Mapping[str, Admissions], head: Mapping[str, Admissions]
) -> Admitted | None:
    old, old_mixed = _of(base.get(change.path), change.old)
    new, new_mixed = _of(head.get(change.path), change.new)
    mixed = old_mixed or new_mixed
    if old == new and not mixed:
        return None
    return Admitted(change, new - old, old - new, mixed)


def _of(admissions: Admissions | None, leaf: Leaf | None) -> tuple[frozenset[str], bool]:
    if admissions is None or leaf is None:
        return frozenset(), False
    if admissions.is_mixed(leaf):
        texts = [leaf.value, *(step for step in leaf.key if isinstance(step, str))]
        return frozenset(str(one) for text in texts for one in addresses_in(text)), True
    return frozenset(canonical(one) for one in admissions.hosts(leaf)), False


def addresses_in(text: str) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Every IP address of ``text``, also those in URLs."""
    for match in _HOST.finditer(text):
        found = address(match[0])
        if found is not None:
            yield found


def uses(value: str, host: str) -> bool:
    """Whether ``value`` speaks of ``host``, or of an address in it where it is a network."""
    wide = network(host)
    single = address(host)
    if wide is None and single is None:
        return holds(value.lower(), host)
    return any(one == single or (wide is not None and one in wide) for one in addresses_in(value))


def admitted_by(documents: Iterable[Document], patterns: Sequence[Admission]) -> frozenset[str]:
    """Everyone whom the allow-lists of ``documents`` let in (canonical)."""
    lists = ((one, Admissions(one, tuple(patterns))) for one in documents)
    return frozenset(
        canonical(host)
        for document, admissions in lists
        for leaf in document.leaves
        for host in admissions.hosts(leaf)
    )
