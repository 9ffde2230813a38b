"""``allowed-path``: only files the policy allows, by names that mean one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.scope import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """A path that climbs out, or that a system may read as another, is never written."""
    for path in case.change.paths:
        if not _is_plain(path):
            yield blocks("allowed-path", path, None, "escape")
        elif not matches(path, case.policy.allowed):
            yield blocks("allowed-path", path, None, "outside")


def _is_plain(path: str) -> bool:
    parts = path.split("/")
    inside = not path.startswith("/") and ".." not in parts and "." not in parts and "" not in parts
    return (
        inside
        and "\\" not in path
        and ".git" not in (part.lower() for part in parts)
        and path.isprintable()
    )


RULE = Rule("allowed-path", 2, check)
