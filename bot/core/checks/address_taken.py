"""``address-taken``: a server does not move onto an address that is somebody's already."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import Document, show_key
from bot.core.literals import address, holds


def check(case: Case) -> Iterator[Finding]:
    """Two servers under one address can never be told apart again by moving one back."""
    for move in case.moves:
        if address(move.new) is None:
            continue
        for path, document in sorted(case.base.items()):
            if not isinstance(document, Document):
                continue
            for leaf in document.leaves:
                if move.new in leaf.value and holds(leaf.value, move.new):
                    yield blocks("address-taken", path, leaf.line, new=move.new, key=show_key(leaf.key))


RULE = Rule("address-taken", 5, check)
