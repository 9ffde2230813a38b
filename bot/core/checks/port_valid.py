"""``port-valid``: a port is a number from 1 to 65535 (RFC 6335)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.checks.asked import facts, written
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.protected import holds_host, names_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf

_HIGHEST = 65_535
_BEHIND_HOST = re.compile(r"(?<=[\w\].-]):(-?\d+)(?=/|$|[,\s?#;\"'])")
# What may stand in a list of ports: 80, 8000-8010, 127.0.0.1:8080:80/tcp
_PUBLISHED = re.compile(r"(?:\S+:)?\d+(?:-\d+)?(?::\d+(?:-\d+)?)?(?:/(?:tcp|udp|sctp))?")
_RANGE = re.compile(r"\d+(?:-\d+)?")
# In a line of a file without keys, a port follows its name, alone or in a set.
_LITERAL = re.compile(r"‹\w+›")
_BEFORE_SET = re.compile(r"(?:[\s{}(),:=\"']|‹number›)+$")
_NAME = re.compile(r"[\w-]*$")


def check(case: Case) -> Iterator[Finding]:
    """By the key's name, or behind a host; a port that stood there before is not judged."""
    for change in written(case):
        if change.new is None:
            continue
        # only what was a port there: "0" is also the last octet of many an address
        known = set(_ports(change.old)) if change.old else set()
        for port in _ports(change.new):
            if port not in known and not _is_port(port):
                words = {**facts(change), "new": port}
                yield blocks("port-valid", change.path, change.line, **words)


def _is_port(text: str) -> bool:
    return text.isdigit() and not text.startswith("0") and int(text[:6]) <= _HIGHEST


def _ports(leaf: Leaf) -> list[str]:
    if _is_port_place(leaf):
        if re.fullmatch(r"-?\d+", leaf.value):
            return [leaf.value]
        if _PUBLISHED.fullmatch(leaf.value):
            parts = re.sub(r"/\w+$", "", leaf.value).split(":")
            return [n for part in parts if _RANGE.fullmatch(part) for n in part.split("-")]
    return _BEHIND_HOST.findall(leaf.value) if holds_host(leaf) else []


def _is_port_place(leaf: Leaf) -> bool:
    names = [step for step in leaf.key if isinstance(step, str)]
    if not names:
        return False
    if "‹" in names[-1]:
        return names_port(_name_before(names[-1], leaf))
    return names_port(names[-1]) or (len(names) > 1 and names[-2].lower() in {"ports", "expose"})


def _name_before(line: str, leaf: Leaf) -> str:
    """The word of the line that the leaf's literal, or the set it stands in, follows."""
    index = leaf.key[-1]
    literals = list(_LITERAL.finditer(line))
    if not isinstance(index, int) or index >= len(literals):
        return ""
    before = _BEFORE_SET.sub("", line[: literals[index].start()])
    found = _NAME.search(before)
    return found.group() if found else ""


RULE = Rule("port-valid", 5, check)
