"""Whether the request itself, by rules, asked for exactly this leaf change."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.change import Action, LeafChange
from bot.core.checks.case import Case
from bot.core.expectation import Derivation
from bot.core.leaf import shape


def asked_for(case: Case, change: LeafChange) -> bool:
    """True where rules derived this very change from the request."""
    if not isinstance(case.expectation, Derivation):
        return False
    return any(_same(change, wanted) for wanted in case.expectation.change.leaf_changes)


def _same(one: LeafChange, other: LeafChange) -> bool:
    return (one.path, shape(one.key), one.action, one.before, one.after) == (
        other.path,
        shape(other.key),
        other.action,
        other.before,
        other.after,
    )


def written(case: Case) -> Iterator[LeafChange]:
    """The leaf changes that put a value into the head."""
    return (change for change in case.change.leaf_changes if change.action is not Action.REMOVED)
