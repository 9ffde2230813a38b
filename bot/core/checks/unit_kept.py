"""``unit-kept``: 30s does not become 30, 10MB not 10GB, unless the request says so.

A bare number said of a place that has a unit says nothing of the unit: there only rules that
derive the very change are believed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.checks.asked import asked_for, facts, says, set_leaves
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.literals import LiteralKind, literals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf

_AMOUNT = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>\s?[A-Za-z%]+(?![A-Za-z0-9_]))?")
# A digit in these is no amount.
_OTHER = frozenset(
    {
        LiteralKind.ADDRESS,
        LiteralKind.NETWORK,
        LiteralKind.HOSTNAME,
        LiteralKind.URL,
        LiteralKind.VERSION,
    }
)


def check(case: Case) -> Iterator[Finding]:
    """Compare what stands behind each number, where everything else is as it was."""
    for change, old, new in set_leaves(case):
        if not _is_amount(old, new) or _units(old.value) == _units(new.value):
            continue
        kept = all(_units(new.value))
        if asked_for(case, change) or (kept and says(case, new.value)):
            continue
        yield blocks("unit-kept", change.path, change.line, **facts(change))


def _is_amount(old: Leaf, new: Leaf) -> bool:
    if any(one.kind in _OTHER for leaf in (old, new) for one in literals(leaf.value)):
        return False
    before, after = _AMOUNT.sub("#", old.value), _AMOUNT.sub("#", new.value)
    return "#" in before and before.strip() == after.strip()


def _units(value: str) -> list[str]:
    return [(found["unit"] or "").strip() for found in _AMOUNT.finditer(value)]


RULE = Rule("unit-kept", 5, check)
