"""A promise × a tree → where it is broken, and where it could not be evaluated.

Decides whether one promise holds in one version of the files. Whether a change is to blame is
decided by ``bot.core.invariants.compare``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import pairwise
from pathlib import PurePosixPath

from bot.core.invariants.expressions import compile_expression
from bot.core.invariants.places import Documents, Found, Spot, canonical, find, interface
from bot.core.invariants.promise import (
    Distinct,
    Members,
    Ordered,
    Per,
    Places,
    Promise,
    Same,
    Within,
    places_of,
)
from bot.core.invariants.quantity import at_most
from bot.core.leaf import KeyPath, Leaf, shape, show_key
from bot.core.literals import Network
from bot.core.report.redact import shown_value


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a promise is not kept; ``variant`` names the sentence.

    ``mark`` tells a breach that was there before from one that came with the change. ``hopeless``
    where the promise could not be evaluated at all.
    """

    variant: str
    mark: tuple[object, ...]
    path: str | None
    line: int | None
    facts: tuple[tuple[str, str], ...]
    hopeless: bool = False


def breaches(promise: Promise, documents: Documents) -> tuple[Breach, ...]:
    """Every breach of ``promise`` in ``documents``; none only where it was evaluated and holds."""
    found = {places: find(places, documents) for places in places_of(promise)}
    missing = [breach for places, one in found.items() for breach in _missing(places, one)]
    unread = {file.path: file for one in found.values() for file in one.unread}
    misfits = [
        _at("shape", path, leaf, pattern=places.pattern or "")
        for places, one in found.items()
        for path, leaf in one.misfits
    ]
    broken = [
        *missing,
        *(_unread(path, file.line, file.reason) for path, file in sorted(unread.items())),
        *misfits,
    ]
    if not missing:
        broken += _judge(promise, found)
    return tuple(broken)


def _missing(places: Places, found: Found) -> Iterator[Breach]:
    facts = {"files": ", ".join(places.files), "key": places.key, "value": ""}
    if not found.files:
        yield _hopeless("no-file", facts)
    elif not found.spots:
        yield _hopeless("no-key", facts)


def _hopeless(variant: str, facts: dict[str, str]) -> Breach:
    items = tuple(sorted(facts.items()))
    return Breach(variant, (variant, items), None, None, items, hopeless=True)


def _unread(path: str, line: int | None, reason: str) -> Breach:
    facts = (("key", ""), ("reason", reason), ("value", ""))
    return Breach("unreadable", ("unreadable", path, reason), path, line, facts)


def _at(variant: str, path: str, leaf: Leaf, text: str | None = None, **facts: str) -> Breach:
    """A breach at a leaf: it is the same one as before if place, value and kind are."""
    value = shown_value(leaf.key, leaf.value)
    if text is not None and text in value:
        value = text  # the part that counts, unless hiding a secret took it away
    said = {"key": show_key(leaf.key), "value": value, **facts}
    mark = (variant, path, shape(leaf.key), leaf.value, text)
    return Breach(variant, mark, path, leaf.line, tuple(sorted(said.items())))


def _at_spot(variant: str, spot: Spot, **facts: str) -> Breach:
    return _at(variant, spot.path, spot.leaf, spot.text, **facts)


def _where(spot: Spot) -> str:
    return f"{spot.path}:{spot.leaf.line}"


def _shown(spot: Spot) -> str:
    value = shown_value(spot.leaf.key, spot.leaf.value)
    return spot.text if spot.text in value else value


@singledispatch
def _judge(promise: Promise, found: dict[Places, Found]) -> Iterator[Breach]:
    """The breaches of a promise all of whose places were found."""
    raise TypeError(f"no such promise: {promise} of {len(found)} places")


@_judge.register
def _(promise: Same, found: dict[Places, Found]) -> Iterator[Breach]:
    spots = _all(promise.places, found)
    if len(spots) < 2:
        facts = {"files": ", ".join(promise.places[0].files), "key": promise.places[0].key}
        yield _hopeless("alone", {**facts, "value": ""})
        return
    votes = Counter(spot.value for spot in spots)
    most = max(votes.values())
    right = next(spot for spot in spots if votes[spot.value] == most)  # first listed wins a tie
    for spot in spots:
        if spot.value != right.value:
            yield _at_spot("differs", spot, other=_shown(right), place=_where(right))


@_judge.register
def _(promise: Members, found: dict[Places, Found]) -> Iterator[Breach]:
    listed = {spot.value for spot in _all(promise.within, found)}
    known = listed | {canonical(one) for one in promise.also}  # those mean themselves alone
    networks = [one for one in map(_network, sorted(listed)) if one]
    for spot in _all(promise.of, found):
        mine = interface(spot.value)
        inside = mine is not None and any(
            mine.version == other.version and mine.network.subnet_of(other)  # type: ignore[arg-type]  # same version
            for other in networks
        )
        if spot.value not in known and not inside:
            yield _at_spot("stranger", spot, files=", ".join(_files(promise.within)))


@_judge.register
def _(promise: Within, found: dict[Places, Found]) -> Iterator[Breach]:
    expected = _expected(promise)
    for spot in _all(promise.places, found):
        verdict = _is_within(promise, spot.text)
        if verdict is None:
            yield _at_spot("incomparable", spot, expected=expected)
        elif not verdict:
            yield _at_spot("outside", spot, expected=expected)


def _network(text: str) -> Network | None:
    """A listed network; an address written with its network's length is that address only."""
    found = interface(text)
    whole = found is not None and found.ip == found.network.network_address
    return found.network if found is not None and whole else None


def _expected(promise: Within) -> str:
    """The range, set or pattern as people read it."""
    if promise.one_of:
        return ", ".join(promise.one_of)
    if promise.matches is not None:
        return promise.matches
    return f"{promise.least or ''} … {promise.most or ''}".strip()


def _is_within(promise: Within, text: str) -> bool | None:
    if promise.one_of:
        return text in promise.one_of
    if promise.matches is not None:
        compiled = compile_expression(promise.matches)
        return len(text) <= 200 and compiled.fullmatch(text) is not None
    bounds = [
        None if promise.least is None else at_most(promise.least, text),
        None if promise.most is None else at_most(text, promise.most),
    ]
    said = [one for one, bound in zip(bounds, (promise.least, promise.most), strict=True) if bound]
    return None if None in said else all(said)


@_judge.register
def _(promise: Distinct, found: dict[Places, Found]) -> Iterator[Breach]:
    first: dict[tuple[object, str], Spot] = {}
    for spot in _all(promise.places, found):
        group = (_group(promise.per, spot), spot.value)
        other = first.setdefault(group, spot)
        if other is not spot:
            yield _at_spot("shared", spot, place=_where(other))


@_judge.register
def _(promise: Ordered, found: dict[Places, Found]) -> Iterator[Breach]:
    for lower, upper in pairwise(promise.places):
        groups: dict[object, list[Spot]] = {}
        for spot in found[upper].spots:
            groups.setdefault(_group(promise.per, spot), []).append(spot)
        for spot in found[lower].spots:
            for other in groups.get(_group(promise.per, spot), ()):
                yield from _in_order(spot, other)


def _in_order(lower: Spot, upper: Spot) -> Iterator[Breach]:
    holds = at_most(lower.text, upper.text)
    if holds is None:
        yield _at_spot("incomparable", lower, expected=f"… {_shown(upper)}")
    elif not holds:
        yield _at_spot("order", lower, other=_shown(upper), place=_where(upper))


_GROUPS: dict[Per, Callable[[Spot], object]] = {
    Per.ALL: lambda _: None,
    Per.FOLDER: lambda spot: PurePosixPath(spot.path).parent,
    Per.FILE: lambda spot: spot.path,
    Per.PARENT: lambda spot: (spot.path, _parent(spot.leaf.key)),
}


def _group(per: Per, spot: Spot) -> object:
    return _GROUPS[per](spot)


def _parent(key: KeyPath) -> object:
    """Without the last step; of a dotted key, without its last part."""
    last = key[-1] if key else ""
    if isinstance(last, str) and re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", last):
        return (*key[:-1], last.rsplit(".", 1)[0])
    return key[:-1]


def _all(places: Sequence[Places], found: dict[Places, Found]) -> list[Spot]:
    """The values of all places in the order listed, each leaf's part once."""
    spots = {
        (spot.path, spot.leaf.start, spot.text): spot
        for one in reversed(places)
        for spot in reversed(found[one].spots)
    }
    return list(reversed(spots.values()))


def _files(places: Sequence[Places]) -> list[str]:
    return list(dict.fromkeys(pattern for one in places for pattern in one.files))
