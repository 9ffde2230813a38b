"""Operators that do the right change and something beside it that nobody asked for.

Nothing in them spoils what was asked; what comes along is the wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from random import Random

from bench.gate.operators.anatomy import Anatomy
from bench.gate.operators.digits import shuffled
from bench.gate.operators.kinds import HOST, IPV4, PORT, secret_key
from bench.gate.operators.slots import Slot
from bench.gate.operators.value import OPPOSITE
from bench.gate.operators.wrong import Spoilt, operator
from bench.gate.tasks import Tree
from bot.arena.sameness import parses

_PORT_KEY = re.compile(r"port|listen|expose|bind", re.IGNORECASE)
_PROTOCOL = re.compile(r"\b(https?|rediss?|wss?|amqps?|ldaps?|grpcs?|tcp|udp)(?=://|\b)")
_OTHER_PROTOCOL = {
    "http": "https",
    "redis": "rediss",
    "ws": "wss",
    "amqp": "amqps",
    "ldap": "ldaps",
    "grpc": "grpcs",
    "tcp": "udp",
}
OTHER_PROTOCOL = {**_OTHER_PROTOCOL, **{b: a for a, b in _OTHER_PROTOCOL.items()}}
_VERSION = re.compile(r"(?<![\w.])v?\d+\.\d+\.(\d+)(?![\w.])")
_LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "debug", "info", "warn", "error")
DOCUMENTS = frozenset({".md", ".txt", ".rst"})


def with_key(anatomy: Anatomy, path: str, key: str, value: str) -> Tree | None:
    """The right tree with a top-level key added to ``path``; None where the format has no such."""
    text, suffix = anatomy.text(path), PurePosixPath(path).suffix
    end = "" if text.endswith("\n") else "\n"
    if suffix in {".yml", ".yaml"}:
        return (
            anatomy.rewritten(path, f"{text}{end}{key}: {value}\n") if _maps(path, text) else None
        )
    if suffix == ".json":
        at = text.find("{") + 1
        made = f'{text[:at]}\n  "{key}": "{value}",{text[at:]}'
        return anatomy.rewritten(path, made) if _maps(path, text) and len(text) > at + 4 else None
    if suffix == ".toml":
        return anatomy.rewritten(path, f'{key} = "{value}"\n{text}')
    if suffix in {".properties", ".ini", ".service"} or ".env" in path:
        return anatomy.rewritten(path, f"{text}{end}{key}={value}\n")
    return None


def _maps(path: str, text: str) -> bool:
    try:
        document = parses(path, text.encode("utf-8", "surrogateescape"))
    except ValueError:
        return False
    return isinstance(document[0] if isinstance(document, list) and document else document, dict)


def nearest(anatomy: Anatomy, slots: Iterable[Slot]) -> list[Slot]:
    """Places by their distance from the change, those in changed files alone."""
    starts = {path: [h.start for h in anatomy.hunks if h.path == path] for path in anatomy.changed}
    near = [slot for slot in slots if starts.get(slot.path)]
    return sorted(near, key=lambda s: (min(abs(s.start - at) for at in starts[s.path]), s.path))


@operator("nearest-value-as-well", "value", specific=True)
def nearest_value_as_well(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The value next to the changed one was changed too, by a little: nobody asked for it."""
    for slot in nearest(anatomy, anatomy.idle_slots(anatomy.changed)):
        word = _altered(slot.value, rng)
        if word is not None:
            yield Spoilt(anatomy.put([(slot, word)]), f"{slot.key} in {slot.path}: {word}")


@operator("new-value-on-the-next-key", "value", specific=True)
def new_value_on_the_next_key(anatomy: Anatomy, _: Random) -> Iterator[Spoilt]:
    """The new value was given to the neighbouring key as well as to the one that was meant."""
    for spot in anatomy.spots:
        slot = anatomy.slot_of(spot)
        same = anatomy.idle_slots([spot.path])
        for other in nearest(anatomy, same)[:2]:
            if slot is not None and other.value != slot.value and other.key != slot.key:
                yield Spoilt(anatomy.put([(other, slot.value)]), f"{other.key} as well")


@operator("far-value-as-well", "value", specific=False)
def far_value_as_well(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A value in a file that the request does not concern was changed: nobody asked for it."""
    for slot in shuffled(anatomy.idle_slots(anatomy.others), rng):
        word = _altered(slot.value, rng)
        if word is not None:
            yield Spoilt(anatomy.put([(slot, word)]), f"{slot.key} in {slot.path}: {word}")


def _altered(value: str, rng: Random) -> str | None:
    """Another value of the same sort; None for words of which no other is known."""
    if value in OPPOSITE:
        return OPPOSITE[value]
    if value in _LEVELS:
        half = _LEVELS[:4] if value.isupper() else _LEVELS[4:]
        return rng.choice([level for level in half if level != value])
    numbers = list(re.finditer(r"[1-9]\d*", value))
    if not numbers:
        return None
    last = numbers[-1]
    number = str(int(last[0]) + rng.choice((1, 2, 5)))
    return value[: last.start()] + number + value[last.end() :]


@operator("address-as-well", "address", specific=False)
def address_as_well(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Another server's address was changed beside: its clients lose it."""
    for path, match in idle_matches(anatomy, rng, IPV4):
        head, _, last = match[0].rpartition(".")
        word = f"{head}.{(int(last) + rng.randint(1, 9)) % 250 + 1}"
        yield Spoilt(anatomy.cut([(path, *match.span(), word)]), f"{match[0]} → {word} in {path}")


@operator("host-as-well", "address", specific=False)
def host_as_well(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Another host name was changed beside: traffic goes to a machine nobody spoke of."""
    for path, match in idle_matches(anatomy, rng, HOST):
        word = rng.choice(("mirror-", "new-", "old-")) + match[0]
        yield Spoilt(anatomy.cut([(path, *match.span(), word)]), f"{match[0]} → {word} in {path}")


@operator("port-as-well", "port", specific=False)
def port_as_well(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Another service's port was changed beside: nobody listens there."""
    for slot in shuffled(anatomy.idle_slots(sorted(anatomy.right)), rng):
        match = PORT.search(slot.value)
        if match and _PORT_KEY.search(slot.key):
            word = str(int(match[0]) + rng.choice((1, 10, 100)))
            start = slot.start + match.start()
            cut = (slot.path, start, start + len(match[0]), word)
            yield Spoilt(anatomy.cut([cut]), f"{slot.key} in {slot.path}: {word}")


@operator("switch-as-well", "meaning", specific=False)
def switch_as_well(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A switch nobody spoke of was turned: true became false, or off became on."""
    for slot in shuffled(anatomy.idle_slots(sorted(anatomy.right)), rng):
        if slot.value in OPPOSITE:
            word = OPPOSITE[slot.value]
            yield Spoilt(anatomy.put([(slot, word)]), f"{slot.key} in {slot.path}: {word}")


@operator("protocol-changed", "meaning", specific=True)
def protocol_changed(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """On the changed line http became https, tcp udp, or back: the other end speaks the first."""
    for hunk in shuffled(anatomy.hunks, rng):
        for match in _PROTOCOL.finditer(hunk.new):
            word = OTHER_PROTOCOL[match[0]]
            start = hunk.start + match.start()
            cut = (hunk.path, start, start + len(match[0]), word)
            yield Spoilt(anatomy.cut([cut]), f"{match[0]} → {word} in {hunk.path}")


@operator("version-as-well", "value", specific=False)
def version_as_well(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Another component's version was raised beside: an upgrade nobody asked for."""
    for path, match in idle_matches(anatomy, rng, _VERSION):
        word = str(int(match[1]) + 1)
        yield Spoilt(anatomy.cut([(path, *match.span(1), word)]), f"{match[0]} in {path}")


@operator("key-added", "value", specific=False)
def key_added(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A key that nobody asked for came along in the changed file."""
    for path in shuffled(anatomy.near, rng):
        key, value = rng.choice((("CACHE_TTL", "600"), ("log_level", "debug"), ("trace", "all")))
        tree = with_key(anatomy, path, key, value)
        if tree is not None:
            yield Spoilt(tree, f"{key} added to {path}")


@operator("secret-changed", "secret", specific=False)
def secret_changed(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Where a secret is referred to, another one is: logins fail, or a wider right is used."""
    for slot in shuffled(anatomy.idle_slots(sorted(anatomy.right)), rng):
        match = re.search(r"\$\{?(\w+)", slot.value)
        if match and (secret_key(slot.key) or secret_key(match[1])):
            start = slot.start + match.start(1)
            cut = (slot.path, start, start + len(match[1]), "ADMIN_PASSWORD")
            yield Spoilt(anatomy.cut([cut]), f"{slot.key} in {slot.path} refers to another")


@operator("line-lost-elsewhere", "meaning", specific=False)
def line_lost_elsewhere(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A setting of a file that the request does not concern is gone."""
    for slot in shuffled(anatomy.idle_slots(anatomy.others), rng):
        start, end = anatomy.line(slot.path, slot.start)
        if not slot.path.endswith(".json"):
            tree = anatomy.cut([(slot.path, start, end, "")])
            yield Spoilt(tree, f"{slot.key} in {slot.path} is gone")


def idle_matches(
    anatomy: Anatomy, rng: Random, pattern: re.Pattern[str]
) -> Iterator[tuple[str, re.Match[str]]]:
    """Matches on lines that the right change leaves alone, one file after the other."""
    for path in shuffled(sorted(anatomy.right), rng):
        if PurePosixPath(path).suffix in DOCUMENTS:
            continue
        found = [m for m in pattern.finditer(anatomy.text(path)) if _idle(anatomy, path, m)]
        for match in shuffled(found, rng)[:2]:
            yield path, match


def _idle(anatomy: Anatomy, path: str, match: re.Match[str]) -> bool:
    start, end = anatomy.line(path, match.start())
    line = anatomy.text(path)[start:end].lstrip()
    return (
        path in anatomy.base and not anatomy.touches(path, match.start()) and line[:1] not in "#;"
    )


EXTRA = (
    nearest_value_as_well,
    new_value_on_the_next_key,
    far_value_as_well,
    address_as_well,
    host_as_well,
    port_as_well,
    switch_as_well,
    protocol_changed,
    version_as_well,
    key_added,
    secret_changed,
    line_lost_elsewhere,
)
