"""Literals that mean something in any config: addresses, ports, URLs, versions, durations.

Decides where a literal stands in a text as a whole word, so that ``192.0.2.7`` is never found
inside ``192.0.2.70`` or ``1.192.0.2.7``. Never decides whether it should be there.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class LiteralKind(StrEnum):
    """What a literal is."""

    NETWORK = "network"  # an address with a prefix length
    ADDRESS = "address"
    URL = "url"
    HOSTNAME = "hostname"
    DURATION = "duration"
    SIZE = "size"
    VERSION = "version"
    NUMBER = "number"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Literal:
    """One literal; ``text[start:end]`` of the text it was found in (characters)."""

    kind: LiteralKind
    text: str
    start: int
    end: int


# Order matters: the first pattern to match at a position wins, so the more specific stand first.
# Numbers may be glued to a Korean particle or unit, hence the ASCII-only boundaries.
_V4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_V6 = r"(?:[0-9A-Fa-f]{1,4}:){2,7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}:){1,7}:(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*)?|::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*)?"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PATTERNS: tuple[tuple[LiteralKind, str], ...] = (
    (LiteralKind.URL, r"(?<![A-Za-z0-9+.-])[a-z][a-z0-9+.-]*://[^\s\"'<>`,;)\]}가-힣]+"),
    (LiteralKind.NETWORK, rf"(?<![\w.:])(?:{_V4})/\d{{1,2}}(?![\w.]*\d)"),
    (LiteralKind.NETWORK, rf"(?<![\w.:])(?:{_V6})/\d{{1,3}}(?!\d)"),
    (LiteralKind.ADDRESS, rf"(?<![A-Za-z0-9_.])(?:{_V4})(?![A-Za-z0-9_]|\.\d|\.[A-Za-z])"),
    (LiteralKind.ADDRESS, rf"(?<![A-Za-z0-9_:.])(?:{_V6})(?![A-Za-z0-9_:])"),
    (LiteralKind.HOSTNAME, rf"(?<![A-Za-z0-9_.-])(?:{_LABEL}\.)+[a-z]{{2,24}}(?![A-Za-z0-9_-])"),
    (
        LiteralKind.DURATION,
        r"(?<![A-Za-z0-9_.-])(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d|w))+(?![A-Za-z0-9_])",
    ),
    (
        LiteralKind.SIZE,
        r"(?<![A-Za-z0-9_.-])\d+(?:\.\d+)?(?:[kKMGTmg]i?[Bb]?|bytes)(?![A-Za-z0-9_])",
    ),
    (
        LiteralKind.VERSION,
        r"(?<![A-Za-z0-9_.-])v?\d+(?:\.\d+){1,3}(?:[-+_][A-Za-z0-9][A-Za-z0-9.-]*)?(?![A-Za-z0-9_]|\.\d)",
    ),
    (
        LiteralKind.VERSION,
        r"(?<![A-Za-z0-9_.-])v?\d+(?:\.\d+)*-[A-Za-z][A-Za-z0-9.-]*(?![A-Za-z0-9_])",
    ),
    (LiteralKind.NUMBER, r"(?<![A-Za-z0-9_.])-?\d+(?:\.\d+)?(?![A-Za-z0-9_]|\.\d)"),
    (LiteralKind.BOOLEAN, r"(?<![A-Za-z0-9_.-])(?:true|false|on|off|yes|no)(?![A-Za-z0-9_.-])"),
)
_ANY = re.compile("|".join(f"(?P<p{i}>{pattern})" for i, (_, pattern) in enumerate(_PATTERNS)))
_TRAILING = ".,;:!?"


def literals(text: str) -> tuple[Literal, ...]:
    """Every literal of ``text`` from left to right, none overlapping another."""
    found = []
    position = 0
    while match := _ANY.search(text, position):
        kind = _PATTERNS[int((match.lastgroup or "p0")[1:])][0]
        word = match.group().rstrip(_TRAILING) if kind is not LiteralKind.ADDRESS else match.group()
        if word and _is_real(kind, word):
            found.append(Literal(kind, word, match.start(), match.start() + len(word)))
            position = match.start() + len(word)
        else:
            position = match.start() + 1
    return tuple(found)


def _is_real(kind: LiteralKind, word: str) -> bool:
    """Patterns are loose where ``ipaddress`` can be asked."""
    if kind is LiteralKind.ADDRESS:
        return address(word) is not None
    if kind is LiteralKind.NETWORK:
        return network(word) is not None
    return True


def address(text: str) -> Address | None:
    """``text`` as an IP address, or None. Leading zeros are no address (RFC 6943, 3.1.1)."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def network(text: str) -> Network | None:
    """``text`` as a network with an explicit prefix; host bits are allowed, or None."""
    if "/" not in text:
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


# What may touch a literal without being part of it. A dot, a dash or a digit continues a name
# or an address; a colon continues an IPv6 address but ends a host ("host:port").
_BEFORE = r"(?<![A-Za-z0-9_.\-])"
_AFTER = r"(?![A-Za-z0-9_\-]|\.[A-Za-z0-9])"
_BEFORE_V4 = r"(?<![A-Za-z0-9_.])"
_AFTER_V4 = r"(?![A-Za-z0-9_]|\.[A-Za-z0-9])"  # "192.0.2.7-192.0.2.9" holds both its ends
_BEFORE_V6 = r"(?<![A-Za-z0-9_:.])"
_AFTER_V6 = r"(?![A-Za-z0-9_:])"


@lru_cache(maxsize=1024)
def _whole(literal: str) -> re.Pattern[str]:
    quoted = re.escape(literal)
    parsed = address(literal)
    if parsed is not None and parsed.version == 6:
        return re.compile(_BEFORE_V6 + quoted + _AFTER_V6, re.IGNORECASE)
    if parsed is not None:
        return re.compile(_BEFORE_V4 + quoted + _AFTER_V4)
    before = _BEFORE if literal[:1].isalnum() else ""
    after = _AFTER if literal[-1:].isalnum() else ""
    if network(literal) is not None:
        after = r"(?!\d)"
    # DNS names are compared without case (RFC 4343)
    named = [one.kind for one in literals(literal)] == [LiteralKind.HOSTNAME]
    return re.compile(before + quoted + after, re.IGNORECASE if named else 0)


def occurrences(text: str, literal: str) -> tuple[tuple[int, int], ...]:
    """Where ``literal`` stands in ``text`` as a whole word: (start, end) in characters."""
    if not literal or literal.lower() not in text.lower():
        return ()
    return tuple(match.span() for match in _whole(literal).finditer(text))


def holds(text: str, literal: str) -> bool:
    """True where ``literal`` stands in ``text`` as a whole word."""
    return bool(occurrences(text, literal))


def substitute(text: str, old: str, new: str) -> str:
    """``text`` with every whole occurrence of ``old`` replaced by ``new``."""
    if not old or old.lower() not in text.lower():
        return text
    return _whole(old).sub(lambda _: new, text)


def is_numbered(text: str) -> bool:
    """True for an address or network, alone or with a port or scheme: never the name of a key."""
    kinds = {literal.kind for literal in literals(text)}
    return bool(kinds & {LiteralKind.ADDRESS, LiteralKind.NETWORK, LiteralKind.URL})


def same_sort(one: str, other: str) -> bool:
    """True where both are literals of one kind (and, of addresses, of one IP version)."""
    kinds = [tuple(literal.kind for literal in literals(text)) for text in (one, other)]
    first, second = address(one), address(other)
    if first is not None and second is not None:
        return first.version == second.version
    return kinds[0] == kinds[1]


def is_distinctive(text: str) -> bool:
    """True for a literal that means one thing wherever it stands, so that it can be moved.

    Addresses, networks, URLs and host names are; a bare number, version or duration is not:
    ``8080`` in another place is another setting.
    """
    found = literals(text)
    kinds = {LiteralKind.ADDRESS, LiteralKind.NETWORK, LiteralKind.URL, LiteralKind.HOSTNAME}
    if len(found) != 1 or found[0].text != text:
        return bool(re.fullmatch(rf"(?:{_V4}|{_LABEL}(?:\.{_LABEL})+):\d{{1,5}}", text))
    return found[0].kind in kinds
