"""``no-change``: a change that changes nothing fulfils no request."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks


def check(case: Case) -> Iterator[Finding]:
    """An empty difference must not pass as a good one."""
    if not case.change.files:
        yield blocks("no-change")


RULE = Rule("no-change", 2, check)
