"""``explained-value``: every leaf change has evidence that its value was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.asked import facts
from bot.core.checks.explained_place import lacking
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.protected import protected_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """A computed value needs its derivation, or the same one from a model that was blind to it."""
    for item in case.explained:
        kind = protected_kind(item.change)
        problem = lacking(item.value, kind)
        if problem:
            words = {"kind": kind or "", **facts(item.change)}
            yield blocks("explained-value", item.change.path, item.change.line, problem, **words)


RULE = Rule("explained-value", 3, check)
