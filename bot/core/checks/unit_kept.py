"""``unit-kept``: 30s does not become 30, 10MB does not become 10GB, unless the request says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.change import Action
from bot.core.checks.asked import asked_for
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import show_key
from bot.core.literals import holds

_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?\s?(?P<unit>[A-Za-z%]{0,6})")


def check(case: Case) -> Iterator[Finding]:
    """Compare the letters behind the number."""
    for change in case.change.leaf_changes:
        if change.action is not Action.SET or change.before is None or change.after is None:
            continue
        before, after = _AMOUNT.fullmatch(change.before), _AMOUNT.fullmatch(change.after)
        if not before or not after or before["unit"] == after["unit"]:
            continue
        if not asked_for(case, change) and not (after["unit"] and holds(case.request.text, change.after)):
            yield blocks("unit-kept", change.path, change.line, key=show_key(change.key), old=change.before, new=change.after)


RULE = Rule("unit-kept", 5, check)
