"""Who a change lets in that was not let in before: networks, everyone, interfaces, lost denials.

Decides for the rule ``exposure``; gives what is new of each kind and never whether it was asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.literals import LiteralKind, Network, address, literals, network
from bot.core.protected import holds_host, in_firewall, last_words
from bot.core.words import words_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.change import LeafChange
    from bot.core.checks.stance import Surroundings
    from bot.core.leaf import Leaf

ANYONE = frozenset({"any", "*", "all", "anywhere", "everyone", "internet", "world", "0/0"})
_V4 = 4
# Shorter prefixes hold whole continents.
_SHORTEST = {_V4: 8, 6: 16}
_UNSPECIFIED = re.compile(
    r"(?<![\w.])0\.0\.0\.0(?![\w.]|/\d)|(?<![\w.:])(?:\[::\]|::)(?![\w.:/]*[\w/])|(?<![\w.])\*(?=:\d)"
)
_LOOPBACK = re.compile(r"(?<![\w.-])(?:127(?:\.\d{1,3}){3}|localhost|\[?::1\]?)(?![\w.])")
_BINDS = frozenset(
    [
        "bind",
        "listen",
        "host",
        "address",
        "addr",
        "interface",
        "port",
        "server",
        "expose",
        "publish",
    ]
)
# Lines that let in without saying whom, and are none the worse for it.
_HARMLESS = frozenset({"established", "related", "lo", "icmp", "icmpv6", "loopback"})
_TOOLS = frozenset({"iptable", "ufw", "nft", "dport", "firewall"})
_LINE_ADMITS = frozenset({"accept", "allow", "permit"})


@dataclass(frozen=True, slots=True)
class Wider:
    """A network that holds more than the place, or its neighbours, held before."""

    network: str
    limit: str


def world(change: LeafChange, around: Surroundings) -> str | None:
    """What lets everyone in, where it was not so before; None where nothing does."""
    new, old = change.new, change.old
    if new is None:
        return None
    before = _everyone(old.value) if old else []
    fresh = [one for one in _everyone(new.value) if one not in before]
    if fresh:
        return fresh[0]
    words = _words(new.value) - (_words(old.value) if old else frozenset())
    if words & ANYONE and _is_about_hosts(change, around):
        return new.value
    return None


def _everyone(value: str) -> list[str]:
    """Networks too large for any server park, in order."""
    return [text for text, wide in _ranges(value) if wide.prefixlen < _SHORTEST[wide.version]]


def _ranges(value: str) -> list[tuple[str, Network]]:
    """The networks of a value, as written and as read."""
    found = [literal.text for literal in literals(value) if literal.kind is LiteralKind.NETWORK]
    return [(text, wide) for text in found if (wide := network(text)) is not None]


def _words(value: str) -> frozenset[str]:
    return frozenset(word.lower() for word in re.split(r"[\s,;]+", value) if word)


def _is_about_hosts(change: LeafChange, around: Surroundings) -> bool:
    """True in a firewall or where addresses stood or stand beside."""
    leaves = [leaf for leaf in (change.new, change.old) if leaf is not None]
    if any(in_firewall(change.path, leaf.key) or holds_host(leaf) for leaf in leaves):
        return True
    return bool(_networks(around.neighbours(change.path, change.key)))


def bound(change: LeafChange) -> bool:
    """True where a service would be reached from everywhere that was reached from less."""
    new, old = change.new, change.old
    if new is None:
        return False
    opened = _UNSPECIFIED.search(new.value) is not None
    if old is None:
        return opened
    if opened:
        return _UNSPECIFIED.search(old.value) is None
    binds = bool(_BINDS & last_words(new.key))
    return binds and bool(_LOOPBACK.search(old.value)) and not _names_host(new)


def _names_host(leaf: Leaf) -> bool:
    """A host is named before the port: not ``8080:80``, nor a bare ``8080``."""
    return re.search(r"[A-Za-z]|\d+\.\d+\.\d+\.\d+|::", leaf.value) is not None


def wider(change: LeafChange, around: Surroundings) -> tuple[Wider, ...]:
    """Each network that is larger than any the place held, or than its neighbours."""
    new = change.new
    if new is None:
        return ()
    ranges = [(text, wide) for text, wide in _ranges(new.value) if wide.num_addresses > 1]
    if not ranges:
        return ()
    limits = _networks([change.old]) if change.old else []
    limits = limits or _networks(around.neighbours(change.path, change.key))
    found = []
    for text, wide in ranges:
        known = [one.prefixlen for one in limits if one.version == wide.version]
        limit = min(known) if known else wide.max_prefixlen
        if wide.prefixlen < limit:
            found.append(Wider(text, f"/{limit}"))
    return tuple(found)


def _networks(leaves: Iterable[Leaf]) -> list[Network]:
    """Addresses are networks of one."""
    found = []
    for leaf in leaves:
        for literal in literals(leaf.value):
            if literal.kind not in {LiteralKind.NETWORK, LiteralKind.ADDRESS}:
                continue
            text = literal.text
            wide = network(text if "/" in text else f"{text}/{_length(text)}")
            if wide is not None:
                found.append(wide)
    return found


def _length(text: str) -> int:
    parsed = address(text)
    return parsed.max_prefixlen if parsed else 0


def covers(change: LeafChange) -> bool:
    """True where the new networks still hold all that the old ones held."""
    old = _networks([change.old]) if change.old else []
    new = _networks([change.new]) if change.new else []
    return all(any(_within(one, other) for other in new) for one in old)


def _within(one: Network, other: Network) -> bool:
    return one.version == other.version and (
        one.network_address in other and one.broadcast_address in other
    )


def unrestricted(change: LeafChange) -> bool:
    """True for a new line of a firewall that accepts without saying from whom."""
    if change.new is None or change.old is not None:
        return False
    line = change.new.key[0] if change.new.key else ""
    if not isinstance(line, str) or "‹host›" in line:
        return False
    words = words_in(line)
    firewall = in_firewall(change.path, ()) or bool(words & _TOOLS)
    return firewall and bool(words & _LINE_ADMITS) and not words & _HARMLESS
