"""Promises × the files before and after → findings: what a change breaks blocks.

Decides who is to blame. A breach that was there before, at the same place and with the same value,
only warns; one that came with the change blocks, and so does a promise that cannot be evaluated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from bot.core.finding import Finding, blocks, warns
from bot.core.invariants.breaches import Breach, breaches
from bot.core.invariants.places import Documents, find
from bot.core.invariants.promise import Distinct, Invariant, Members, Promise, places_of

RULE = "invariants-kept"
MAX_SHOWN = 20  # findings of one promise; the rest are counted


def kept_promises(
    invariants: Iterable[Invariant], base: Documents, head: Documents
) -> Iterator[Finding]:
    """What is to be said of every promise after a change from ``base`` to ``head``.

    Both hold every file that any promise names, parsed.
    """
    for invariant in invariants:
        yield from _shortened(invariant, tuple(_findings(invariant, base, head)))


def _findings(invariant: Invariant, base: Documents, head: Documents) -> Iterator[Finding]:
    before = Counter(breach.mark for breach in breaches(invariant.promise, base))
    for breach in breaches(invariant.promise, head):
        old = before[breach.mark] > 0 and not breach.hopeless
        before[breach.mark] -= 1
        yield _finding(invariant, breach, old=old)
    for path in _lost(invariant.promise, base, head):
        yield blocks(RULE, path, None, "lost", name=invariant.name, why=_why(invariant))


def _finding(invariant: Invariant, breach: Breach, *, old: bool) -> Finding:
    facts = {**dict(breach.facts), "name": invariant.name, "why": _why(invariant)}
    if old:
        return warns(RULE, breach.path, breach.line, "already", **facts)
    return blocks(RULE, breach.path, breach.line, breach.variant, **facts)


def _why(invariant: Invariant) -> str:
    return f" ({invariant.why})" if invariant.why else ""


def _lost(promise: Promise, base: Documents, head: Documents) -> Iterator[str]:
    """Files that had such a place, and have none left: a key that is renamed escapes no promise.

    Items may leave a list, so promises over members and distinct values ask for none to stay.
    """
    if isinstance(promise, Members | Distinct):
        return
    for places in places_of(promise):
        after = find(places, head)
        left = {spot.path for spot in after.spots} | {path for path, _ in after.misfits}
        gone = {spot.path for spot in find(places, base).spots} - left
        unread = {file.path for file in after.unread}
        yield from sorted((gone & head.keys()) - unread)


def _shortened(invariant: Invariant, findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """The worst first, and no more than people read; what is left out still counts."""
    ranked = sorted(findings, key=lambda finding: not finding.blocks)
    yield from ranked[:MAX_SHOWN]
    rest = ranked[MAX_SHOWN:]
    if rest:
        say = blocks if any(finding.blocks for finding in rest) else warns
        yield say(RULE, None, None, "more", name=invariant.name, count=len(rest))
