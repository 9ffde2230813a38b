"""``parses``: a changed file must be readable in its own format, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import Unparsable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """What cannot be read cannot be compared leaf by leaf, so it is never merged."""
    for file in case.change.files:
        base = case.change.base_docs.get(file.path)
        head = case.change.head_docs.get(file.path)
        if (file.base is None) != (base is None) or (file.head is None) != (head is None):
            yield blocks("parses", file.path, None, "unread")
        if isinstance(head, Unparsable):
            yield _unreadable(head, "head")
        elif isinstance(base, Unparsable):
            yield _unreadable(base, "base")
        elif base is not None and head is not None and base.format != head.format:
            facts = {"before": base.format, "after": head.format}
            yield blocks("parses", file.path, None, "format", **facts)


def _unreadable(document: Unparsable, variant: str) -> Finding:
    facts = {"reason": document.reason, "format": document.format}
    return blocks("parses", document.path, document.line, variant, **facts)


RULE = Rule("parses", 1, check)
