"""``address-taken``: a server does not move onto an address that is somebody's already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import Document, show_key
from bot.core.literals import Address, LiteralKind, address, holds, literals, network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf

# A few places are enough to see whose the address is.
_MOST = 5


def check(case: Case) -> Iterator[Finding]:
    """Two servers under one address can never be told apart again by moving one back."""
    for move in case.moves:
        old, new = _host(move.old), _host(move.new)
        if new is None or new == old:
            continue
        found = (
            blocks("address-taken", path, leaf.line, new=move.new, key=show_key(leaf.key))
            for path, document in sorted(case.base.items())
            if isinstance(document, Document)
            for leaf in document.leaves
            if _holds(leaf, new)
        )
        yield from (finding for finding, _ in zip(found, range(_MOST), strict=False))


def _host(text: str) -> Address | None:
    """The one host that ``text`` means: an address, or a network of one."""
    wide = network(text)
    if wide is not None:
        return wide.network_address if wide.num_addresses == 1 else None
    return address(text)


def _holds(leaf: Leaf, host: Address) -> bool:
    text = str(host)
    if text in leaf.value and holds(leaf.value, text):
        return True
    if host.version == 4 or ":" not in leaf.value:
        return False
    kinds = {LiteralKind.ADDRESS, LiteralKind.NETWORK}
    return any(_host(one.text) == host for one in literals(leaf.value) if one.kind in kinds)


RULE = Rule("address-taken", 5, check)
