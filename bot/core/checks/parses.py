"""``parses``: a changed file must be readable in its own format, before and after."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import Unparsable


def check(case: Case) -> Iterator[Finding]:
    """What cannot be read cannot be compared leaf by leaf, so it is never merged."""
    for path, document in case.change.head_docs.items():
        if isinstance(document, Unparsable):
            yield blocks("parses", path, document.line, "head", reason=document.reason, format=document.format)
    for path, document in case.change.base_docs.items():
        head = case.change.head_docs.get(path)
        if isinstance(document, Unparsable) and not isinstance(head, Unparsable):
            yield blocks("parses", path, document.line, "base", reason=document.reason, format=document.format)
        elif head is not None and document.format != head.format:
            yield blocks("parses", path, None, "format", before=document.format, after=head.format)


RULE = Rule("parses", 1, check)
