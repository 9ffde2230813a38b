"""``type-kept``: a number stays a number, a switch a switch, an address an address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.checks.asked import asked_for, facts, says, set_leaves
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks, warns
from bot.core.leaf import Kind, Leaf
from bot.core.literals import LiteralKind, address, literals, network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change import LeafChange
    from bot.core.checks.case import Case

_SWITCH = frozenset({"true", "false", "on", "off", "yes", "no", "enabled", "disabled"})
_NUMBERS = frozenset({Kind.INTEGER, Kind.FLOAT})
_WHOLE = frozenset({LiteralKind.URL, LiteralKind.DURATION, LiteralKind.SIZE})
# A host may be named or numbered, one or a network; an amount with a unit is unit-kept's business.
_HOSTS = frozenset({"address", "network", "host", "url"})
_AMOUNTS = frozenset({"number", "duration", "size"})


def check(case: Case) -> Iterator[Finding]:
    """By the format's own types, and in untyped formats by what the text is."""
    for change, old, new in set_leaves(case):
        if {old.kind, new.kind} == _NUMBERS:
            yield warns("type-kept", change.path, change.line, "number", **facts(change))
        elif old.kind is not new.kind and not (_is_bare_switch(old) and _is_bare_switch(new)):
            yield from _kind(case, change, old, new)
        else:
            yield from _sort(case, change, old, new)


def _kind(case: Case, change: LeafChange, old: Leaf, new: Leaf) -> Iterator[Finding]:
    """A value where there was none is meant if rules derive it; else quotes came or went."""
    if old.kind is Kind.NULL and asked_for(case, change):
        return
    words = {"before": old.kind.value, "after": new.kind.value, **facts(change)}
    yield blocks("type-kept", change.path, change.line, "kind", **words)


def _sort(case: Case, change: LeafChange, old: Leaf, new: Leaf) -> Iterator[Finding]:
    before, after = sort_of(old), sort_of(new)
    if before in {after, "text"} or {before, after} <= _AMOUNTS:
        return
    if asked_for(case, change) or ({before, after} <= _HOSTS and says(case, new.value)):
        return
    words = {"before": before, "after": after, **facts(change)}
    yield blocks("type-kept", change.path, change.line, "kind", **words)


def _is_bare_switch(leaf: Leaf) -> bool:
    """``yes`` is a switch to one YAML parser and a word to another; ``"yes"`` is a word to all."""
    return leaf.style.endswith("plain") and sort_of(leaf) == "switch"


def sort_of(leaf: Leaf) -> str:
    """What a value is, whatever its format calls it."""
    value = leaf.value.strip()
    if value.lower() in _SWITCH or leaf.kind is Kind.BOOLEAN:
        return "switch"
    if re.fullmatch(r"[-+]?\d[\d_]*(?:\.\d+)?", value):
        return "number"
    if address(value) is not None:
        return "address"
    if network(value) is not None:
        return "network"
    found = literals(value)
    if len(found) != 1 or found[0].text != value:
        return "text"
    if found[0].kind is LiteralKind.HOSTNAME:
        return "host"
    return found[0].kind.value if found[0].kind in _WHOLE else "text"


RULE = Rule("type-kept", 5, check)
