"""Operators on how the new words are spelt: letters that look alike, hidden ones, odd addresses.

To a person's eye, or to a lenient parser, the result is the right change; to its readers it is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from random import Random

from bench.gate.operators.anatomy import Anatomy
from bench.gate.operators.digits import chosen, shuffled, spoil
from bench.gate.operators.kinds import HOST, IPV4
from bench.gate.operators.slots import slots_of
from bench.gate.operators.wrong import Spoilt, operator

_LOOKALIKES = str.maketrans(
    "aceiopxyABEHKMOPTXkv",
    "\u0430\u0441\u0435\u0456\u043e\u0440\u0445\u0443\u0410\u0412\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425\u03ba\u03bd",
)
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_HIDDEN = ("\u200b", "\u200d", "\u2060", "\u00ad", "\ufeff")
_DASHES = ("\u2010", "\u2011", "\u2013", "\u2212")


def _lookalike(word: str, rng: Random) -> str | None:
    """``word`` with one letter of another script."""
    places = [n for n, letter in enumerate(word) if letter.translate(_LOOKALIKES) != letter]
    if not places:
        return None
    at = rng.choice(places)
    return word[:at] + word[at].translate(_LOOKALIKES) + word[at + 1 :]


@operator("lookalike-letter", "value", specific=True)
def lookalike_letter(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A Cyrillic or Greek letter in the new word: another host, another word, the same looks."""
    yield from spoil(anatomy, rng, _lookalike)


@operator("lookalike-letter-in-the-key", "meaning", specific=True)
def lookalike_letter_in_the_key(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A Cyrillic or Greek letter in the changed line's key: its reader never finds it."""
    for hunk in shuffled(anatomy.hunks, rng):
        slot = next(iter(slots_of(hunk.path, hunk.new)), None)
        key = _lookalike(slot.key, rng) if slot else None
        if slot and key:
            text = hunk.new.replace(slot.key, key, 1)
            tree = anatomy.cut([(hunk.path, hunk.start, hunk.end, text)])
            yield Spoilt(tree, f"{slot.key} with a foreign letter in {hunk.path}")


@operator("lookalike-letter-elsewhere", "meaning", specific=False)
def lookalike_letter_elsewhere(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A key or host beside the change got a foreign letter: unasked, and it breaks that one."""
    for slot in shuffled(anatomy.idle_slots(sorted(anatomy.right)), rng):
        word = _lookalike(slot.value, rng)
        if word is not None:
            yield Spoilt(anatomy.put([(slot, word)]), f"{slot.key} in {slot.path}")


@operator("full-width-digits", "value", specific=True)
def full_width_digits(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The digits as Korean keyboards widen them: no number and no address to any reader."""
    yield from spoil(anatomy, rng, lambda word, _: word.translate(_FULL_WIDTH))


@operator("foreign-digits", "value", specific=True)
def foreign_digits(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Arabic-Indic digits, which some readers take for numbers and most do not."""
    yield from spoil(anatomy, rng, lambda word, _: word.translate(_ARABIC_INDIC))


@operator("hidden-letter", "value", specific=True)
def hidden_letter(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A letter without width in or behind the new word: looks right, compares unequal."""

    def respell(word: str, rng: Random) -> str:
        at = rng.randint(1, len(word))
        return word[:at] + rng.choice(_HIDDEN) + word[at:]

    yield from spoil(anatomy, rng, respell)


@operator("turned-direction", "meaning", specific=True)
def turned_direction(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Marks that turn the writing direction around the word: what is read is not what is shown."""

    def respell(word: str, _: Random) -> str:
        return f"\u202e{word[::-1]}\u202c"

    yield from spoil(anatomy, rng, respell)


@operator("odd-dash", "value", specific=True)
def odd_dash(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A typographic dash where a hyphen belongs: another name to every reader."""

    def respell(word: str, rng: Random) -> str | None:
        return word.replace("-", rng.choice(_DASHES), 1) if "-" in word else None

    yield from spoil(anatomy, rng, respell)


@operator("no-break-space", "form", specific=True)
def no_break_space(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A no-break space before the new value: part of the value, or no separator, to its reader."""
    for spot in chosen(anatomy, rng):
        slot = anatomy.slot_of(spot)
        if slot is not None:
            yield Spoilt(anatomy.put([(slot, f"\u00a0{slot.value}")]), f"{slot.key} in {slot.path}")


@operator("stray-space", "value", specific=True)
def stray_space(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A space within the new value: it ends there, or it is another value."""

    def respell(word: str, rng: Random) -> str | None:
        at = rng.randint(1, len(word) - 1) if len(word) > 1 else 0
        return f"{word[:at]} {word[at:]}" if at else None

    yield from spoil(anatomy, rng, respell)


@operator("host-in-capitals", "address", specific=True)
def host_in_capitals(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The host in other letters than were asked: allow-lists and caches compare it as text."""
    yield from _hosts(anatomy, rng, str.upper)


@operator("host-with-a-dot", "address", specific=True)
def host_with_a_dot(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The host with a dot behind it: certificates, virtual hosts and allow-lists do not match."""
    yield from _hosts(anatomy, rng, lambda host: f"{host}.")


@operator("host-prefixed", "address", specific=True)
def host_prefixed(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The host under a foreign domain, its own name only the beginning: somebody else's machine."""
    yield from _hosts(anatomy, rng, lambda host: f"{host}.attacker.test")


def _hosts(anatomy: Anatomy, rng: Random, made: Callable[[str], str]) -> Iterator[Spoilt]:
    """Host names on changed lines respelt."""
    for hunk in shuffled(anatomy.hunks, rng):
        for match in HOST.finditer(hunk.new):
            start = hunk.start + match.start()
            cut = (hunk.path, start, start + len(match[0]), made(match[0]))
            yield Spoilt(anatomy.cut([cut]), f"{match[0]} → {made(match[0])} in {hunk.path}")


def _addresses(anatomy: Anatomy, rng: Random, made: Callable[[str], str]) -> Iterator[Spoilt]:
    """Addresses among the new words respelt."""

    def respell(word: str, _: Random) -> str | None:
        match = IPV4.search(word)
        if not match or not all(int(part) < 256 for part in match[0].split(".")):
            return None
        return word[: match.start()] + made(match[0]) + word[match.end() :]

    yield from spoil(anatomy, rng, respell)


@operator("mapped-address", "address", specific=True)
def mapped_address(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The IPv4 address mapped into IPv6: rules and lists for IPv4 no longer match it."""
    yield from _addresses(anatomy, rng, lambda address: f"::ffff:{address}")


@operator("octal-address", "address", specific=True)
def octal_address(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Octal bytes: some readers go to that machine, others to another, strict ones refuse."""

    def made(address: str) -> str:
        return ".".join(f"0{int(part):o}" if int(part) > 7 else part for part in address.split("."))

    yield from _addresses(anatomy, rng, made)


@operator("address-as-a-number", "address", specific=True)
def address_as_a_number(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The address as one decimal number: hidden from eyes and from every list of addresses."""
    yield from _addresses(anatomy, rng, lambda address: str(int(IPv4Address(address))))


@operator("dots-widened", "value", specific=True)
def dots_widened(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The ideographic full stop instead of a dot in an address, host or version."""

    def respell(word: str, _: Random) -> str | None:
        return re.sub(r"\.", "。", word, count=1) if "." in word else None

    yield from spoil(anatomy, rng, respell)


SPELLING = (
    lookalike_letter,
    lookalike_letter_in_the_key,
    lookalike_letter_elsewhere,
    full_width_digits,
    foreign_digits,
    hidden_letter,
    turned_direction,
    odd_dash,
    no_break_space,
    stray_space,
    host_in_capitals,
    host_with_a_dot,
    host_prefixed,
    mapped_address,
    octal_address,
    address_as_a_number,
    dots_widened,
)
