"""``covering-range``: a network that admitted the old address may not admit the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, warns
from bot.core.leaf import Document, show_key
from bot.core.literals import Address, LiteralKind, address, literals, network
from bot.core.scope import in_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case

# Whoever moves a server out of a network named a hundred times needs not hear it a hundred times.
_MOST = 20


def check(case: Case) -> Iterator[Finding]:
    """Warns only: whether the range was meant for this server cannot be told from here."""
    after = {**case.base, **case.change.head_docs}
    for move in case.moves:
        old, new = address(move.old), address(move.new)
        if old is None or new is None:
            continue
        found = (
            finding
            for path, document in sorted(after.items())
            if isinstance(document, Document) and in_scope(path, move.scope)
            for finding in _ranges(document, old, new)
        )
        yield from (finding for finding, _ in zip(found, range(_MOST), strict=False))


def _ranges(document: Document, old: Address, new: Address) -> Iterator[Finding]:
    for leaf in document.leaves:
        if "/" not in leaf.value:
            continue
        for literal in literals(leaf.value):
            wide = network(literal.text) if literal.kind is LiteralKind.NETWORK else None
            # everybody is in 0.0.0.0/0, and who is in it is no news
            if wide is None or wide.num_addresses == 1 or wide.prefixlen == 0:
                continue
            if old in wide and new not in wide:
                facts = {"range": literal.text, "key": show_key(leaf.key)}
                yield warns("covering-range", document.path, leaf.line, old=old, new=new, **facts)


RULE = Rule("covering-range", 4, check)
