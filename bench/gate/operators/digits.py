"""Operators on the digits of the new value: slips of a finger, and other notations of a number.

All start from the right change and spoil its new words; first in every place consistently, then in
one place alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TypeVar

from bench.gate.operators.anatomy import Anatomy, Spot, respelt
from bench.gate.operators.kinds import IPV4
from bench.gate.operators.slots import Slot
from bench.gate.operators.wrong import Spoilt, operator

_NUMBER = re.compile(r"\d+")
_WHOLE = re.compile(r"[1-9]\d*")
_TRIES = 4
T = TypeVar("T")


def spoil(
    anatomy: Anatomy, rng: Random, respell: Callable[[str, Random], str | None]
) -> Iterator[Spoilt]:
    """Other words for a few of the new ones, as ``respell`` gives them; None means it cannot."""
    for spot in chosen(anatomy, rng):
        word = respell(spot.new, rng)
        if word is not None and word not in {spot.new, spot.old}:
            for tree, note in respelt(anatomy, spot, word):
                yield Spoilt(tree, note)


def chosen(anatomy: Anatomy, rng: Random) -> list[Spot]:
    """The new words in a random order, each word once first."""
    spots = list(anatomy.spots)
    rng.shuffle(spots)
    first = {spot.new: spot for spot in spots}
    return [*first.values(), *(spot for spot in spots if first[spot.new] is not spot)]


def shuffled(items: Sequence[T], rng: Random) -> list[T]:
    """The items in a random order."""
    return rng.sample(items, len(items))


def _number(word: str, rng: Random) -> re.Match[str] | None:
    """One run of digits of ``word``, mostly the last: that is where hands slip."""
    found = list(_NUMBER.finditer(word))
    if not found:
        return None
    return found[-1] if rng.random() < 0.7 else rng.choice(found)


def _fits(word: str) -> bool:
    """Whether every address in it still has bytes: a slip that no parser would notice."""
    parts = [part for match in IPV4.finditer(word) for part in match[0].split(".")]
    return all(int(part) < 256 for part in parts)


def _redone(word: str, rng: Random, other: Callable[[str, Random], str]) -> str | None:
    """``word`` with one number made another, valid where an address was."""
    for _ in range(_TRIES):
        match = _number(word, rng)
        if match is None:
            return None
        number = other(match[0], rng)
        made = word[: match.start()] + number + word[match.end() :]
        if number != match[0] and _fits(made):
            return made
    return None


@operator("wrong-digit", "value", specific=True)
def wrong_digit(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """One digit of the new value is another: not the value that was asked for."""

    def other(number: str, rng: Random) -> str:
        at = rng.randrange(len(number))
        digits = [d for d in "123456789" if d != number[at]]
        return number[:at] + rng.choice(digits) + number[at + 1 :]

    yield from spoil(anatomy, rng, lambda word, rng: _redone(word, rng, other))


@operator("transposed-digits", "value", specific=True)
def transposed_digits(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Two neighbouring digits changed places: not the value that was asked for."""

    def other(number: str, rng: Random) -> str:
        first = 1 if number.endswith("0") and len(number) == 2 else 0
        pairs = [n for n in range(first, len(number) - 1) if number[n] != number[n + 1]]
        if not pairs:
            return number
        at = rng.choice(pairs)
        made = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        return number if made.startswith("0") else made

    yield from spoil(anatomy, rng, lambda word, rng: _redone(word, rng, other))


@operator("off-by-one", "value", specific=True)
def off_by_one(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The new number is one more or less: not the value that was asked for."""

    def other(number: str, rng: Random) -> str:
        return str(max(0, int(number) + rng.choice((-1, 1))))

    yield from spoil(anatomy, rng, lambda word, rng: _redone(word, rng, other))


@operator("digit-lost", "value", specific=True)
def digit_lost(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A digit is missing, so 8080 becomes 808 and 192.0.2.77 becomes 192.0.2.7: another value."""

    def other(number: str, rng: Random) -> str:
        at = rng.randrange(len(number))
        made = number[:at] + number[at + 1 :]
        return made if made and not (made != "0" and made.startswith("0")) else number

    yield from spoil(anatomy, rng, lambda word, rng: _redone(word, rng, other))


@operator("digit-doubled", "value", specific=True)
def digit_doubled(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A digit stands twice, a key pressed too long: ten times the value that was asked for."""

    def other(number: str, rng: Random) -> str:
        at = rng.randrange(len(number))
        return number[:at] + number[at] + number[at:]

    yield from spoil(anatomy, rng, lambda word, rng: _redone(word, rng, other))


def _last_number(word: str, made: Callable[[str], str]) -> str | None:
    """``word`` with its last whole number rewritten."""
    found = [m for m in _NUMBER.finditer(word) if _WHOLE.fullmatch(m[0])]
    if not found:
        return None
    return word[: found[-1].start()] + made(found[-1][0]) + word[found[-1].end() :]


@operator("leading-zero", "value", specific=True)
def leading_zero(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A zero in front: many readers take 010 for eight, or refuse it as an address or a number."""
    yield from spoil(anatomy, rng, lambda word, _: _last_number(word, lambda n: "0" + n))


def _whole_numbers(anatomy: Anatomy, rng: Random) -> list[tuple[Spot, Slot]]:
    """New words that are a whole number, and the whole of their value."""
    pairs = ((spot, anatomy.slot_of(spot)) for spot in chosen(anatomy, rng))
    return [
        (spot, slot)
        for spot, slot in pairs
        if slot is not None and slot.value == spot.new and _WHOLE.fullmatch(spot.new)
    ]


@operator("hexadecimal", "meaning", specific=True)
def hexadecimal(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The number in hexadecimal: JSON does not know it, environments and flat files take text.

    Not in YAML, whose readers take it for the same number.
    """
    for spot, _ in _whole_numbers(anatomy, rng):
        if spot.path.endswith((".yml", ".yaml")):
            continue
        for tree, note in respelt(anatomy, spot, hex(int(spot.new))):
            yield Spoilt(tree, note)


@operator("exponent", "meaning", specific=True)
def exponent(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The number with an exponent: a fraction or a text where a whole number was asked for."""
    for spot, _ in _whole_numbers(anatomy, rng):
        digits = spot.new.rstrip("0")
        tens = len(spot.new) - len(digits)
        word = f"{digits}e{tens}" if tens else f"{spot.new}e0"
        for tree, note in respelt(anatomy, spot, word):
            yield Spoilt(tree, note)


@operator("negative", "value", specific=True)
def negative(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A minus in front of the number: at best refused, at worst "no limit"; nobody said minus."""
    for spot, _ in _whole_numbers(anatomy, rng):
        for tree, note in respelt(anatomy, spot, f"-{spot.new}"):
            yield Spoilt(tree, note)


DIGITS = (
    wrong_digit,
    transposed_digits,
    off_by_one,
    digit_lost,
    digit_doubled,
    leading_zero,
    hexadecimal,
    exponent,
    negative,
)
