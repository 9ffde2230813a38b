"""The promises a policy can declare, as values: which places, and what must be true of them.

Holds values only; ``bot.policy`` reads them, ``bot.core.invariants.breaches`` evaluates them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Take(StrEnum):
    """What of a value counts."""

    VALUE = "value"  # the whole of it
    ITEMS = "items"  # each item of a list written in one value, parted by commas or white space
    ADDRESSES = "addresses"  # each IP address or network in it; a value without one is passed over


class Per(StrEnum):
    """Among which places a promise compares."""

    ALL = "all"
    FOLDER = "folder"
    FILE = "file"
    PARENT = "parent"  # the mapping or list that the place stands in


@dataclass(frozen=True, slots=True)
class Places:
    """Leaves of the tree: files by gitignore-style patterns, keys by a key pattern.

    ``pattern`` is a regular expression with at most one group that the whole value must match; the
    group, where there is one, is what counts.
    """

    files: tuple[str, ...]
    key: str
    pattern: str | None = None
    take: Take = Take.VALUE


@dataclass(frozen=True, slots=True)
class Same:
    """All these places say the same; where they are divided evenly the first listed is right."""

    places: tuple[Places, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """Every value ``of`` these places is one of those that stand ``within`` others, or in ``also``.

    An address is also a member of a network that contains it.
    """

    of: tuple[Places, ...]
    within: tuple[Places, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Within:
    """Every value at these places is in a range (units allowed), in a set, or matches."""

    places: tuple[Places, ...]
    least: str | None = None
    most: str | None = None
    one_of: tuple[str, ...] = ()
    matches: str | None = None


@dataclass(frozen=True, slots=True)
class Distinct:
    """No two of these places say the same, compared within each ``per``."""

    places: tuple[Places, ...]
    per: Per = Per.ALL


@dataclass(frozen=True, slots=True)
class Ordered:
    """No value of a place is more than one of the next listed, compared within each ``per``."""

    places: tuple[Places, ...]
    per: Per = Per.FILE


Promise = Same | Members | Within | Distinct | Ordered


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise with its name, and why it is made (shown to whoever would break it)."""

    name: str
    promise: Promise
    why: str = ""


def places_of(promise: Promise) -> tuple[Places, ...]:
    """Every place a promise speaks of."""
    if isinstance(promise, Members):
        return (*promise.of, *promise.within)
    return promise.places


def patterns_of(invariants: Iterable[Invariant]) -> tuple[tuple[str, ...], ...]:
    """The file patterns of all promises, each list once: which files must be read to judge them."""
    return tuple(
        dict.fromkeys(place.files for one in invariants for place in places_of(one.promise))
    )
