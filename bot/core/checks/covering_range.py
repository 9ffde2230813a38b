"""``covering-range``: a network that admitted the old address may not admit the new one."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, warns
from bot.core.leaf import Document, show_key
from bot.core.literals import Address, LiteralKind, address, literals, network
from bot.core.scope import in_scope


def check(case: Case) -> Iterator[Finding]:
    """Warns only: whether the range was meant for this server cannot be told from here."""
    for move in case.moves:
        old, new = address(move.old), address(move.new)
        if old is None or new is None:
            continue
        for path, document in {**case.base, **case.change.head_docs}.items():
            if isinstance(document, Document) and in_scope(path, move.scope):
                yield from _ranges(document, old, new)


def _ranges(document: Document, old: Address, new: Address) -> Iterator[Finding]:
    for leaf in document.leaves:
        if "/" not in leaf.value:
            continue
        for literal in literals(leaf.value):
            wide = network(literal.text) if literal.kind is LiteralKind.NETWORK else None
            if wide is not None and wide.num_addresses > 1 and old in wide and new not in wide:
                yield warns("covering-range", document.path, leaf.line, range=literal.text, old=str(old), new=str(new), key=show_key(leaf.key))


RULE = Rule("covering-range", 4, check)
