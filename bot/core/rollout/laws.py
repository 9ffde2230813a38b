"""What stages must keep, looked at once more when they are made.

Decides whether stages are lawful by reading every version of every file again, knowing nothing of
how they were written: they end at the judged head, everything can be read, nobody is let in whom
neither base nor head lets in, an address is in use only where it was let in everywhere one stage
before, and shut out only where it was in use nowhere one stage before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from bot.core.change import Change
from bot.core.formats import parse
from bot.core.leaf import Document, Unparsable
from bot.core.rollout.admission import Admissions, canonical
from bot.core.rollout.moves import uses
from bot.core.rollout.rules import Admission

Files = Mapping[str, bytes | None]
_Read = Mapping[str, "_Version"]


class _Version:
    """One version of one file: whom it lets in, and the values that are no allow-list's."""

    def __init__(self, path: str, data: bytes | None, patterns: tuple[Admission, ...]) -> None:
        document = parse(path, data) if data is not None else Document(path, "lines", ())
        self.readable = not isinstance(document, Unparsable)
        self.admitted: frozenset[str] = frozenset()
        self._values: tuple[str, ...] = ()
        self._counts: dict[str, int] = {}
        if isinstance(document, Document):
            admissions = Admissions(document, patterns)
            hosts = [(leaf, admissions.hosts(leaf)) for leaf in document.leaves]
            self.admitted = frozenset(canonical(host) for _, found in hosts for host in found)
            self._values = tuple(leaf.value for leaf, found in hosts if not found and leaf.value)

    def count(self, host: str) -> int:
        """How often the file speaks of ``host`` where it is no allow-list."""
        if host not in self._counts:
            self._counts[host] = sum(1 for value in self._values if uses(value, host))
        return self._counts[host]


def are_lawful(
    change: Change, versions: Sequence[Files], patterns: tuple[Admission, ...] = ()
) -> bool:
    """Whether the files of ``change`` may be as in ``versions``, from the base to the last stage."""
    head = {file.path: file.head for file in change.files}
    if not versions or dict(versions[-1]) != head:
        return False
    read = [
        {path: _Version(path, data, patterns) for path, data in files.items()} for files in versions
    ]
    base, last = read[0], read[-1]
    if not all(_is_between(base, now, last) for now in read):
        return False
    steps = list(pairwise(read))
    gained = _differing(base, last)
    lost = _differing(last, base)
    return all(
        _is_let_in_first(before, now, base, last, gained)
        and _is_shut_out_last(before, now, last, lost)
        for before, now in steps
    )


def _is_between(base: _Read, now: _Read, head: _Read) -> bool:
    return all(
        (version.readable or not (base[path].readable and head[path].readable))
        and version.admitted <= base[path].admitted | head[path].admitted
        for path, version in now.items()
    )


def _differing(one: _Read, other: _Read) -> frozenset[str]:
    """Everyone whom some allow-list of ``other`` lets in and the same one of ``one`` does not."""
    found: Iterable[frozenset[str]] = (
        version.admitted - one[path].admitted for path, version in other.items()
    )
    return frozenset().union(*found)


def _is_let_in_first(
    before: _Read, now: _Read, base: _Read, head: _Read, gained: frozenset[str]
) -> bool:
    """Whoever is newly turned to in ``now`` was let in by every list of the head ``before``."""
    return all(
        host in before[path].admitted
        for host in gained
        if any(now[path].count(host) > base[path].count(host) for path in now)
        for path in head
        if host in head[path].admitted
    )


def _is_shut_out_last(before: _Read, now: _Read, head: _Read, lost: frozenset[str]) -> bool:
    """Whoever is no longer let in by a list of ``now`` was ``before`` turned to no more than in the end."""
    return all(
        before[path].count(host) <= head[path].count(host)
        for host in lost
        if any(host in before[path].admitted - now[path].admitted for path in now)
        for path in head
    )
