"""``explained-place``: every leaf change has evidence that its place was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.asked import facts
from bot.core.checks.rule import Rule
from bot.core.finding import Evidence, Finding, Ground, blocks
from bot.core.protected import protected_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """An author's word is no evidence; for protected kinds no model's word is."""
    if tuple(item.change for item in case.explained) != case.change.leaf_changes:
        yield blocks("explained-place", None, None, "uncounted")
    for item in case.explained:
        kind = protected_kind(item.change)
        problem = lacking(item.place, kind)
        if problem:
            key = facts(item.change)["key"]
            place = item.change.path, item.change.line
            yield blocks("explained-place", *place, problem, key=key, kind=kind or "")


def lacking(evidence: Evidence | None, kind: str | None) -> str | None:
    """The variant that says what the evidence lacks, or None where it is enough."""
    if evidence is None or evidence.ground is Ground.ATTESTED:
        return "none"
    return "protected" if kind and not evidence.checked else None


RULE = Rule("explained-place", 3, check)
