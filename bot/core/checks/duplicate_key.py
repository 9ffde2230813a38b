"""``duplicate-key``: no mapping says a key twice that did not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import Document, show_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """Programs disagree on which of two equal keys counts."""
    for path, head in case.change.head_docs.items():
        if not isinstance(head, Document):
            continue
        base = case.change.base_docs.get(path)
        known = (
            [duplicate.key for duplicate in base.duplicates] if isinstance(base, Document) else []
        )
        for duplicate in head.duplicates:
            if duplicate.key in known:
                known.remove(duplicate.key)
            else:
                yield blocks("duplicate-key", path, duplicate.line, key=show_key(duplicate.key))


RULE = Rule("duplicate-key", 1, check)
