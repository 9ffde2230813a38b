"""``protected-path``: what decides who judges the next change is not changed by a bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.scope import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """CI definitions, the policy, CODEOWNERS; names differ in case on some systems."""
    for path in case.change.paths:
        lowered = tuple(pattern.lower() for pattern in case.policy.protected)
        if matches(path, case.policy.protected) or matches(path.lower(), lowered):
            yield blocks("protected-path", path)


RULE = Rule("protected-path", 2, check)
