"""``expected-change``: where rules can derive the change, it is exactly that change."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.change import Action, Change
from bot.core.expectation import Derivation
from bot.core.explain import difference
from bot.core.finding import Finding, blocks
from bot.core.leaf import Document, show_key

# In these a line's position is part of what it means: an allow after "deny all" allows nothing.
ORDERED = frozenset({"nginx", "lines", "dockerfile"})


def check(case: Case) -> Iterator[Finding]:
    """Nothing missing, nothing extra; in ordered formats also nowhere else."""
    if not isinstance(case.expectation, Derivation):
        return
    extra, missing = difference(case.change, case.expectation.change)
    for change in extra:
        facts = {"key": show_key(change.key), "old": change.before or "∅", "new": change.after or "∅"}
        yield blocks("expected-change", change.path, change.line, "extra", **facts)
    for change in missing:
        facts = {"key": show_key(change.key), "old": change.before or "∅", "new": change.after or "∅"}
        yield blocks("expected-change", change.path, change.line, "missing", **facts)
    if not extra and not missing:
        yield from _order(case.change, case.expectation.change)


def _order(change: Change, expected: Change) -> Iterator[Finding]:
    wanted = {file.path: file.head for file in expected.files}
    moved = {c.path for c in change.leaf_changes if c.action is not Action.SET}
    for file in change.files:
        document = change.head_docs.get(file.path)
        ordered = isinstance(document, Document) and document.format in ORDERED and file.path in moved
        if ordered and file.head != wanted.get(file.path):
            yield blocks("expected-change", file.path, None, "order")


RULE = Rule("expected-change", 3, check)
