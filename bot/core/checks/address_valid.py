"""``address-valid``: what looks like an address is one, and one that a host can have.

Sources: RFC 6943, 3.1.1 (leading zeros); RFC 1122, 3.2.1.3 and RFC 6890 (addresses no host has).
Documentation and private ranges are as good as any.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.checks.asked import facts, written
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.literals import Address, address, literals, network
from bot.core.protected import holds_host, last_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf

_DOTTED = re.compile(r"(?<![\w.-])\d{1,6}(?:\.\d{1,6}){3,}(?:/\d{1,4})?(?![\w.-]*\w)")
_COLONS = re.compile(r"(?<![\w:.-])[0-9A-Fa-f:]*:[0-9A-Fa-f]*:[0-9A-Za-z:.]*(?:/\d{1,4})?(?![\w:])")
_WRONG_LENGTH = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){2}(?:\.|\.\d*\.\d*)?(?![\w.])")
# Keys whose value is made of octets and is no host.
_NO_HOST_WANTED = frozenset(
    ["mask", "netmask", "wildcard", "broadcast", "network", "subnet", "multicast", "mcast", "group"]
)
_BINDS = frozenset({"bind", "listen", "host", "address", "addr", "interface", "ip", "server"})
_V4, _V6 = 4, 6


def check(case: Case) -> Iterator[Finding]:
    """Only what the change brings: an address that stood there before is not judged."""
    for change in written(case):
        if change.new is None:
            continue
        known = set(_candidates(change.old, change.old)) if change.old else set()
        for text in dict.fromkeys(_candidates(change.new, change.old)):
            if text in known:
                continue
            problem = _problem(text, change.new)
            if problem:
                words = {**facts(change), "new": text}
                yield blocks("address-valid", change.path, change.line, problem, **words)


def _candidates(new: Leaf, old: Leaf | None) -> list[str]:
    """What has the shape of an address; of half a shape only where an address stood before."""
    found = [match.group() for match in _DOTTED.finditer(new.value)]
    was = {_version(literal.text) for literal in literals(old.value)} if old else set()
    if _V6 in was or ("::" in new.value and holds_host(new)):
        found += [match.group() for match in _COLONS.finditer(new.value)]
    if _V4 in was and not found:
        found += [match.group() for match in _WRONG_LENGTH.finditer(new.value)]
    return found


def _version(text: str) -> int | None:
    parsed = address(text.partition("/")[0])
    return parsed.version if parsed else None


def _problem(text: str, leaf: Leaf) -> str | None:
    if "/" in text:
        return "malformed" if network(text) is None else None
    found = address(text)
    if found is None:
        return "malformed" if _is_meant(leaf) else None
    return None if _can_be_host(found, leaf) else "no-host"


def _is_meant(leaf: Leaf) -> bool:
    """Not a version of four numbers or more at a key that has nothing to do with hosts."""
    return not {"version", "tag", "image", "from", "release"} & last_words(leaf.key)


def _can_be_host(found: Address, leaf: Leaf) -> bool:
    names = last_words(leaf.key)
    if names & _NO_HOST_WANTED or str(found).startswith("255.255."):
        return bool(names & _NO_HOST_WANTED)
    if found.is_unspecified:
        return bool(names & _BINDS)
    if found.is_multicast or (found.version == _V4 and found.is_reserved):
        return False
    return found.version != _V4 or str(found).rpartition(".")[2] not in {"0", "255"}


RULE = Rule("address-valid", 5, check)
