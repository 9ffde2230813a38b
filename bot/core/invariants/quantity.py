"""Numbers with units, so that ``45s`` and ``1m`` can be compared, and ``512m`` with ``1Gi``.

Decides which of two values is more. Where a unit means one thing to one program and another to
the next (``k`` is 1000 to Kubernetes and 1024 to nginx; ``m`` is minutes or mega), a comparison
holds only if it holds in every reading. Never compares quantities of different kinds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

MAX_TEXT = 40
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([A-Za-zµ%]*)")
_DURATIONS = re.compile(r"(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w))+")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)")
# ISO 8601 durations as Java's and Spring's settings write them; months and years have no length
_ISO = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.IGNORECASE
)
_ISO_SECONDS = (604_800, 86_400, 3_600, 60, 1)
_TIME: Mapping[str, Decimal] = {
    unit: Decimal(seconds)
    for units, seconds in (
        ("ns", "0.000000001"),
        ("us µs", "0.000001"),
        ("ms milli millis millisecond milliseconds", "0.001"),
        ("s sec secs second seconds", "1"),
        ("m min mins minute minutes", "60"),
        ("h hr hrs hour hours", "3600"),
        ("d day days", "86400"),
        ("w week weeks", "604800"),
    )
    for unit in units.split()
}
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
# Dimension → the value in the reading where k is 1000, and in the one where it is 1024.
Readings = Mapping[str, tuple[Decimal, Decimal]]


@lru_cache(maxsize=4096)
def readings(text: str) -> Readings:
    """Everything ``text`` may mean as a quantity; empty where it is none."""
    text = text.strip()
    if not text or len(text) > MAX_TEXT:
        return {}
    found: dict[str, tuple[Decimal, Decimal]] = {}
    seconds = _seconds(text)
    if seconds is not None:
        found["time"] = (seconds, seconds)
    match = _NUMBER.fullmatch(text)
    if match:
        found.update(_measured(Decimal(match[1]), match[2]))
    return found


def _seconds(text: str) -> Decimal | None:
    """``1h30m`` and ``PT90S``."""
    if _DURATIONS.fullmatch(text):
        return sum((Decimal(n) * _TIME[unit] for n, unit in _DURATION.findall(text)), Decimal(0))
    match = _ISO.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    parts = zip(match.groups(), _ISO_SECONDS, strict=True)
    return sum((Decimal(n) * length for n, length in parts if n), Decimal(0))


def _measured(number: Decimal, unit: str) -> dict[str, tuple[Decimal, Decimal]]:
    if not unit:
        return {"number": (number, number)}
    if unit == "%":
        return {"percent": (number, number)}
    found = {}
    if unit.lower() in _TIME and unit != "M":
        found["time"] = (number * _TIME[unit.lower()],) * 2
    size = re.fullmatch(r"(?i)([kmgtp]?)(i?)(?:b|bytes)?", unit)
    if size and (size[1] or not size[2]):
        power = _POWERS[size[1].lower()]
        binary = number * Decimal(1024) ** power
        found["size"] = (binary if size[2] else number * Decimal(1000) ** power, binary)
    return found


def at_most(one: str, other: str) -> bool | None:
    """True where ``one`` is not more than ``other`` in every reading; None: they do not compare."""
    mine, theirs = readings(one), readings(other)
    shared = mine.keys() & theirs.keys()
    if not shared:
        return None
    return all(a <= b for kind in shared for a, b in zip(mine[kind], theirs[kind], strict=True))
