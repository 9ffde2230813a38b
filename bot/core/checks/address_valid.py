"""``address-valid``: what looks like an address is one, and one that a host can have.

Source: RFC 6943, 3.1.1 (leading zeros), RFC 1122, 3.2.1.3 (addresses no host has).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.checks.asked import written
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import show_key
from bot.core.literals import address, network

_DOTTED = re.compile(r"(?<![\w.-])\d{1,4}(?:\.\d{1,4}){3,}(?:/\d{1,3})?(?![\w.-])")


def check(case: Case) -> Iterator[Finding]:
    """Only what the change brings; a version such as 1.2.3.4 that is a valid address passes."""
    for change in written(case):
        for match in _DOTTED.finditer(change.after or ""):
            text = match.group()
            if text in (change.before or ""):
                continue
            problem = _problem(text)
            if problem:
                yield blocks("address-valid", change.path, change.line, problem, key=show_key(change.key), new=text)


def _problem(text: str) -> str | None:
    if "/" in text:
        wide = network(text)
        return "malformed" if wide is None else None
    found = address(text)
    if found is None:
        return "malformed"
    return "no-host" if found.is_multicast or str(found) == "255.255.255.255" or found.is_reserved else None


RULE = Rule("address-valid", 5, check)
