"""``expected-change``: where rules can derive the change, it is exactly that change."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.core.change import Action, Change
from bot.core.checks.asked import facts
from bot.core.checks.rule import Rule
from bot.core.expectation import Derivation
from bot.core.finding import Finding, blocks
from bot.core.identity import difference
from bot.core.leaf import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case

# In these a line's position is part of what it means: an allow after "deny all" allows nothing.
FLAT = frozenset({"env", "properties", "ini"})
ORDERED = frozenset({"nginx", "lines", "dockerfile"})


def check(case: Case) -> Iterator[Finding]:
    """Nothing missing, nothing extra; in ordered formats also nowhere else."""
    if not isinstance(case.expectation, Derivation):
        return
    wanted = case.expectation.change
    extra, missing = difference(case.change, wanted)
    for variant, changes in (("extra", extra), ("missing", missing)):
        for change in changes:
            yield blocks("expected-change", change.path, change.line, variant, **facts(change))
    if not extra and not missing:
        yield from _order(case.change, wanted)
        yield from _form(case.change, wanted)


def _order(change: Change, expected: Change) -> Iterator[Finding]:
    wanted = {file.path: file.head for file in expected.files}
    moved = {c.path for c in change.leaf_changes if c.action is not Action.SET}
    for file in change.files:
        document = change.head_docs.get(file.path) or change.base_docs.get(file.path)
        ordered = isinstance(document, Document) and document.format in ORDERED
        if ordered and file.path in moved and file.head != wanted.get(file.path):
            yield blocks("expected-change", file.path, None, "order")


def _form(change: Change, expected: Change) -> Iterator[Finding]:
    """A new line of a flat file may stand where it likes, but is written as its neighbours are.

    ``key value`` and ``key: value`` mean the same as ``key=value`` to some readers of such files only.
    """
    wanted = {file.path: file.head for file in expected.files}
    came = {c.path for c in change.leaf_changes if c.action is Action.ADDED}
    for file in change.files:
        document = change.head_docs.get(file.path)
        flat = isinstance(document, Document) and document.format in FLAT
        if flat and file.path in came and _lines(file.head) != _lines(wanted.get(file.path)):
            yield blocks("expected-change", file.path, None, "form")


def _lines(data: bytes | None) -> Counter[bytes]:
    return Counter((data or b"").split(b"\n"))


RULE = Rule("expected-change", 3, check)
