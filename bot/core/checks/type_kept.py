"""``type-kept``: a number stays a number, a switch a switch, an address an address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.change import Action
from bot.core.checks.asked import asked_for
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks, warns
from bot.core.leaf import Kind, Leaf, show_key
from bot.core.literals import LiteralKind, address, literals, network

_SWITCH = frozenset("true false on off yes no enabled disabled".split())
_NUMBERS = {Kind.INTEGER, Kind.FLOAT}


def check(case: Case) -> Iterator[Finding]:
    """By the format's own types, and in untyped formats by what the text is."""
    for change in case.change.leaf_changes:
        if change.action is not Action.SET or change.old is None or change.new is None:
            continue
        facts = {"key": show_key(change.key), "old": change.old.value, "new": change.new.value}
        before, after = sort_of(change.old), sort_of(change.new)
        if {change.old.kind, change.new.kind} == _NUMBERS:
            yield warns("type-kept", change.path, change.line, "number", **facts)
        elif change.old.kind is not change.new.kind and not (before == after == "switch"):
            yield blocks("type-kept", change.path, change.line, "kind", before=change.old.kind.value, after=change.new.kind.value, **facts)
        elif before != after and before != "text" and not asked_for(case, change):
            yield blocks("type-kept", change.path, change.line, "kind", before=before, after=after, **facts)


def sort_of(leaf: Leaf) -> str:
    """What a value is, whatever its format calls it."""
    value = leaf.value
    if value.lower() in _SWITCH or leaf.kind is Kind.BOOLEAN:
        return "switch"
    if re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        return "number"
    if address(value) is not None:
        return "address"
    if network(value) is not None:
        return "network"
    found = literals(value)
    whole = len(found) == 1 and found[0].text == value
    if whole and found[0].kind in {LiteralKind.URL, LiteralKind.DURATION, LiteralKind.SIZE}:
        return found[0].kind.value
    return "text"


RULE = Rule("type-kept", 5, check)
