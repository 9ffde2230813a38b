"""``port-valid``: a port is a number from 1 to 65535 (RFC 6335)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.checks.asked import written
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import show_key
from bot.core.words import words_in

_BEHIND_HOST = re.compile(r"(?:[A-Za-z0-9.\]-]+):(\d+)(?=/|$|,|\s)")
_HIGHEST = 65_535


def check(case: Case) -> Iterator[Finding]:
    """By the key's name, or behind a host."""
    for change in written(case):
        for port in _ports(change.key[-1] if change.key else "", change.after or ""):
            if not 0 < port <= _HIGHEST and str(port) not in (change.before or ""):
                yield blocks("port-valid", change.path, change.line, key=show_key(change.key), new=port)


def _ports(name: str | int, value: str) -> list[int]:
    if "port" in words_in(str(name)) and re.fullmatch(r"-?\d+", value):
        return [int(value)]
    addressed = "." in value or "://" in value or value.startswith("localhost")
    return [int(port) for port in _BEHIND_HOST.findall(value)] if addressed and "@sha256:" not in value else []


RULE = Rule("port-valid", 5, check)
