"""``explained-value``: every leaf change has evidence that its value was meant."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.checks.case import Case
from bot.core.checks.explained_place import lacking
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import show_key
from bot.core.protected import protected_kind


def check(case: Case) -> Iterator[Finding]:
    """A computed value needs its derivation, or the same one from a model that was blind to it."""
    for item in case.explained:
        kind = protected_kind(item.change)
        problem = lacking(item.value, kind)
        if problem:
            facts = {"key": show_key(item.change.key), "old": item.change.before or "∅", "new": item.change.after or "∅"}
            yield blocks("explained-value", item.change.path, item.change.line, problem, kind=kind or "", **facts)


RULE = Rule("explained-value", 3, check)
