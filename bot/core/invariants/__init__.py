"""What a repository declares must stay true of its values: named promises over all its files.

Decides whether a promise holds in a tree and whether a change breaks it. Never reads anything, and
never counts as kept what it could not evaluate.
"""

from __future__ import annotations

from bot.core.invariants.compare import kept_promises
from bot.core.invariants.promise import (
    Distinct,
    Invariant,
    Members,
    Ordered,
    Per,
    Places,
    Promise,
    Same,
    Take,
    Within,
    patterns_of,
)

__all__ = [
    "Distinct",
    "Invariant",
    "Members",
    "Ordered",
    "Per",
    "Places",
    "Promise",
    "Same",
    "Take",
    "Within",
    "kept_promises",
    "patterns_of",
]
