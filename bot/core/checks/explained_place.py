"""``explained-place``: every leaf change has evidence that its place was meant."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Evidence, Finding, Ground, blocks
from bot.core.leaf import show_key
from bot.core.protected import protected_kind


def check(case: Case) -> Iterator[Finding]:
    """An author's word is no evidence; for protected kinds no model's word is."""
    if len(case.explained) != len(case.change.leaf_changes):
        yield blocks("explained-place", None, None, "uncounted")
    for item in case.explained:
        kind = protected_kind(item.change)
        problem = lacking(item.place, kind)
        if problem:
            yield blocks("explained-place", item.change.path, item.change.line, problem, key=show_key(item.change.key), kind=kind or "")


def lacking(evidence: Evidence | None, kind: str | None) -> str | None:
    """The variant that says what the evidence lacks, or None where it is enough."""
    if evidence is None or evidence.ground is Ground.ATTESTED:
        return "none"
    return "protected" if kind and not evidence.checked else None


RULE = Rule("explained-place", 3, check)
