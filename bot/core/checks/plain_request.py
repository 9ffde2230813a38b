"""``plain-request``: the request is a person's plain words and nothing that plays to a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.suspicion import suspicion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """One finding: the first thing that no plain wish holds."""
    found = suspicion(case.request.text)
    if found is not None:
        yield blocks("plain-request", None, None, found.kind, excerpt=found.excerpt)


RULE = Rule("plain-request", 3, check)
