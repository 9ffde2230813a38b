"""Operators on what the new value is: its unit, its type, its opposite, somebody else's value.

They spoil the right change at its own places, or a value on which the change did not ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from bench.gate.operators.anatomy import Anatomy, Spot, respelt
from bench.gate.operators.digits import chosen, spoil
from bench.gate.operators.kinds import ADDRESS, HOST
from bench.gate.operators.slots import Slot
from bench.gate.operators.wrong import Spoilt, operator
from bot.arena.sameness import parses

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([A-Za-z]{1,3})")
_OTHER_UNIT = {
    "ms": "s",
    "s": "ms",
    "m": "s",
    "h": "m",
    "d": "h",
    "w": "d",
    "Ki": "Mi",
    "Mi": "M",
    "Gi": "G",
    "M": "Mi",
    "G": "Gi",
    "MB": "GB",
    "GB": "MB",
    "k": "m",
    "K": "M",
    "g": "m",
    "MiB": "MB",
    "GiB": "GB",
    "KB": "MB",
    "kb": "mb",
    "mb": "gb",
}
_OPPOSITE = {
    "true": "false",
    "on": "off",
    "yes": "no",
    "enabled": "disabled",
    "True": "False",
    "On": "Off",
    "Yes": "No",
    "TRUE": "FALSE",
}
OPPOSITE = {**_OPPOSITE, **{no: yes for yes, no in _OPPOSITE.items()}}
_SHAPES = (ADDRESS, HOST, re.compile(r"v?\d+(?:\.\d+)+[\w.-]*"), re.compile(r"\d+[A-Za-z]*"))
_TYPED = re.compile(r"\.(?:ya?ml|json|toml)$")
_SCALAR = re.compile(r"-?\d+(?:\.\d+)?|true|false")


@operator("unit-changed", "value", specific=True)
def unit_changed(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The number of the request with another unit: a thousand, sixty or 1.05 times as much."""

    def respell(word: str, _: Random) -> str | None:
        match = _QUANTITY.fullmatch(word)
        return (match and match[2] in _OTHER_UNIT and match[1] + _OTHER_UNIT[match[2]]) or None

    yield from spoil(anatomy, rng, respell)


@operator("unit-lost", "value", specific=True)
def unit_lost(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The number without its unit: the reader's own unit counts, often milliseconds or bytes."""

    def respell(word: str, _: Random) -> str | None:
        match = _QUANTITY.fullmatch(word)
        return match[1] if match and match[2] in _OTHER_UNIT else None

    yield from spoil(anatomy, rng, respell)


@operator("unit-added", "value", specific=True)
def unit_added(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A unit behind a bare number: no number any more for its reader, or of another size."""
    for spot in chosen(anatomy, rng):
        slot = anatomy.slot_of(spot)
        if slot is not None and slot.value == spot.new and spot.new.isdigit():
            for tree, note in respelt(anatomy, spot, spot.new + rng.choice(("ms", "m", "k"))):
                yield Spoilt(tree, note)


@operator("type-changed", "meaning", specific=True)
def type_changed(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A number or a truth value became a text, or a text a number: its reader fails or guesses."""
    for spot in chosen(anatomy, rng):
        slot = anatomy.slot_of(spot)
        if slot is None or slot.value != spot.new or not _TYPED.search(spot.path):
            continue
        text = anatomy.text(spot.path)
        quoted = text[slot.start - 1] in "\"'"
        if not _SCALAR.fullmatch(spot.new):
            continue
        cut = (spot.path, spot.start, spot.end, f'"{spot.new}"')
        if quoted:
            cut = (spot.path, spot.start - 1, spot.end + 1, spot.new)
        tree = anatomy.cut([cut])
        if _means(spot.path, tree[spot.path]) != _means(spot.path, anatomy.right[spot.path]):
            yield Spoilt(tree, f"{slot.key} in {spot.path} is of another type")


def _means(path: str, data: bytes) -> str:
    try:
        return repr(parses(path, data))
    except ValueError:
        return ""


@operator("neighbours-value", "value", specific=True)
def neighbours_value(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A value of the same shape that stands elsewhere in the repository, instead of the one asked."""
    for spot in chosen(anatomy, rng):
        words = [word for word in _alike(anatomy, spot) if word not in {spot.new, spot.old}]
        if words:
            for tree, note in respelt(anatomy, spot, rng.choice(words)):
                yield Spoilt(tree, note)


def _alike(anatomy: Anatomy, spot: Spot) -> list[str]:
    """Words of the same shape, of the same file or of the same key first."""
    shape = next((shape for shape in _SHAPES if shape.fullmatch(spot.new)), None)
    slot = anatomy.slot_of(spot)
    if shape is None:
        return _same_key(anatomy, slot, spot)
    near = shape.findall(anatomy.text(spot.path))
    far = [word for path in anatomy.others for word in shape.findall(anatomy.text(path))]
    fit = [word for word in near if shape.fullmatch(word)]
    return list(dict.fromkeys(fit if set(fit) - {spot.new, spot.old} else far))


def _same_key(anatomy: Anatomy, slot: Slot | None, spot: Spot) -> list[str]:
    if slot is None or slot.value != spot.new:
        return []
    others = (one for path in sorted(anatomy.right) for one in anatomy.slots(path))
    return list(dict.fromkeys(one.value for one in others if one.key == slot.key))


@operator("values-swapped", "meaning", specific=True)
def values_swapped(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The new values of two wishes changed places: both are wrong now."""
    spots = chosen(anatomy, rng)
    for n, one in enumerate(spots[:6]):
        for two in spots[n + 1 : 7]:
            if one.new != two.new and _same_sort(one.new, two.new):
                tree = anatomy.put([(one, two.new), (two, one.new)])
                yield Spoilt(tree, f"{one.new} and {two.new} swapped")


def _same_sort(one: str, two: str) -> bool:
    return one[0].isdigit() == two[0].isdigit()


@operator("wrong-switch", "meaning", specific=True)
def wrong_switch(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The switch the request turns is left as it was while its neighbour is turned the same way."""
    switches = [spot for spot in chosen(anatomy, rng) if spot.new in OPPOSITE]
    for spot in switches:
        idle = [s for s in anatomy.idle_slots([spot.path]) if OPPOSITE.get(s.value) == spot.new]
        for slot in idle[:2]:
            word = spot.old or OPPOSITE[spot.new]
            yield Spoilt(
                anatomy.put([(spot, word), (slot, spot.new)]), f"{slot.key} was turned instead"
            )


@operator("old-value-kept-beside", "meaning", specific=True)
def old_value_kept_beside(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Old and new value with a comma between: the old one was to go, and one value was wanted."""
    for spot in chosen(anatomy, rng):
        if spot.old and spot.old != spot.new:
            yield Spoilt(
                anatomy.put([(spot, f"{spot.old},{spot.new}")]), f"both {spot.old} and {spot.new}"
            )


@operator("value-emptied", "value", specific=True)
def value_emptied(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The value is gone altogether: its reader falls back on a default nobody asked for."""
    for spot in chosen(anatomy, rng):
        slot = anatomy.slot_of(spot)
        if slot is not None and slot.start == spot.start:
            yield Spoilt(anatomy.put([(slot, "")]), f"{slot.key} is empty")


VALUE = (
    unit_changed,
    unit_lost,
    unit_added,
    type_changed,
    neighbours_value,
    values_swapped,
    wrong_switch,
    old_value_kept_beside,
    value_emptied,
)
