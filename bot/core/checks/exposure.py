"""``exposure``: nothing is opened to the world, no range grows, no guard falls unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.asked import facts, meant, says
from bot.core.checks.guards import danger_on, guard_off
from bot.core.checks.openings import ANYONE, bound, covers, unrestricted, wider, world
from bot.core.checks.rule import Rule
from bot.core.checks.stance import Stance, Surroundings, said_by
from bot.core.finding import Finding, blocks, warns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change import LeafChange
    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf


def check(case: Case) -> Iterator[Finding]:
    """World-open blocks even where it was asked for; of the rest, what was asked for warns."""
    around = Surroundings(case)
    for change in case.change.leaf_changes:
        yield from _opened(change, around)
        yield from _lost(change, around)
        for variant, found in (("guard-off", guard_off), ("danger-on", danger_on)):
            if found(change):
                yield _finding(case, change, variant)


def _finding(case: Case, change: LeafChange, variant: str) -> Finding:
    make = warns if meant(case, change) else blocks
    return make("exposure", change.path, change.line, variant, **facts(change))


def _opened(change: LeafChange, around: Surroundings) -> Iterator[Finding]:
    if change.new is None:
        return
    if around.stance(change.path, change.new, head=True) is Stance.DENIES:
        return
    path, line = change.path, change.line
    everyone = world(change, around)
    if everyone:
        yield blocks("exposure", path, line, "world", **{**facts(change), "new": everyone})
        return
    if unrestricted(change):
        yield _finding(around.case, change, "anyone")
    if bound(change):
        yield _finding(around.case, change, "bound")
    for one in wider(change, around):
        if not says(around.case, one.network):
            words = {**facts(change), "new": one.network, "limit": one.limit}
            yield blocks("exposure", path, line, "wider", **words)


def _lost(change: LeafChange, around: Surroundings) -> Iterator[Finding]:
    old = change.old
    if old is None or not _denies(change, old, around):
        return
    path, line = change.path, change.line
    if change.new is None and old.value.strip().lower() in ANYONE:
        yield blocks("exposure", path, line, "deny-all-lost", **facts(change))
    elif change.new is None or not _still_denies(change, change.new, around):
        yield _finding(around.case, change, "deny-lost")


def _denies(change: LeafChange, old: Leaf, around: Surroundings) -> bool:
    if said_by(old.value) is Stance.DENIES:
        return True
    return around.stance(change.path, old, head=False) is Stance.DENIES


def _still_denies(change: LeafChange, new: Leaf, around: Surroundings) -> bool:
    """What was kept out is still kept out."""
    if said_by(change.before or "") is Stance.DENIES:
        return said_by(new.value) is not Stance.ADMITS
    return covers(change) and around.stance(change.path, new, head=True) is Stance.DENIES


RULE = Rule("exposure", 5, check)
