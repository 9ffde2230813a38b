"""``exposure``: nothing is opened to the world, no range grows, no guard falls unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.asked import facts, meant, says
from bot.core.checks.guards import danger_on, guard_off
from bot.core.checks.openings import ANYONE, bound, covers, unrestricted, wider, world
from bot.core.checks.rule import Rule
from bot.core.checks.stance import Stance, said_by, stance_of
from bot.core.finding import Finding, blocks, warns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change import LeafChange
    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf


def check(case: Case) -> Iterator[Finding]:
    """World-open blocks even where it was asked for; of the rest, what was asked for warns."""
    for change in case.change.leaf_changes:
        yield from _opened(case, change)
        yield from _lost(case, change)
        for variant, found in (("guard-off", guard_off), ("danger-on", danger_on)):
            if found(change):
                yield _finding(case, change, variant)


def _finding(case: Case, change: LeafChange, variant: str) -> Finding:
    make = warns if meant(case, change) else blocks
    return make("exposure", change.path, change.line, variant, **facts(change))


def _opened(case: Case, change: LeafChange) -> Iterator[Finding]:
    if change.new is None:
        return
    if stance_of(case, change.path, change.new, head=True) is Stance.DENIES:
        return
    path, line = change.path, change.line
    everyone = world(change, case)
    if everyone:
        yield blocks("exposure", path, line, "world", **{**facts(change), "new": everyone})
        return
    if unrestricted(change):
        yield _finding(case, change, "anyone")
    if bound(change):
        yield _finding(case, change, "bound")
    for one in wider(change, case):
        if not says(case, one.network):
            words = {**facts(change), "new": one.network, "limit": one.limit}
            yield blocks("exposure", path, line, "wider", **words)


def _lost(case: Case, change: LeafChange) -> Iterator[Finding]:
    old = change.old
    if old is None or not _denies(case, change, old):
        return
    path, line = change.path, change.line
    if change.new is None and old.value.strip().lower() in ANYONE:
        yield blocks("exposure", path, line, "deny-all-lost", **facts(change))
    elif change.new is None or not _still_denies(case, change, change.new):
        yield _finding(case, change, "deny-lost")


def _denies(case: Case, change: LeafChange, old: Leaf) -> bool:
    if said_by(old.value) is Stance.DENIES:
        return True
    return stance_of(case, change.path, old, head=False) is Stance.DENIES


def _still_denies(case: Case, change: LeafChange, new: Leaf) -> bool:
    """What was kept out is still kept out."""
    if said_by(change.before or "") is Stance.DENIES:
        return said_by(new.value) is not Stance.ADMITS
    return covers(change) and stance_of(case, change.path, new, head=True) is Stance.DENIES


RULE = Rule("exposure", 5, check)
