"""Whether a place lets in or keeps out: what a rule, a directive or a line does with its value.

Decides by the words of the key and by what stands beside it. Never weighs how much.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.leaf import Document
from bot.core.words import words_in

if TYPE_CHECKING:
    from bot.core.checks.case import Case
    from bot.core.leaf import KeyPath, Leaf


class Stance(StrEnum):
    """What is done with who matches."""

    ADMITS = "admits"
    DENIES = "denies"


_ADMIT = frozenset(
    ["allow", "allowed", "accept", "permit", "pass", "allowlist", "whitelist", "trusted", "ingress"]
)
_DENY = frozenset(
    ["deny", "denied", "drop", "reject", "block", "blocked", "blocklist", "blacklist", "denylist"]
)
# The sibling that says what a rule does: {access: deny, source: …}
_VERDICTS = frozenset({"access", "action", "effect", "policy", "verdict", "decision", "type"})


def said_by(value: str) -> Stance | None:
    """What a value such as ``DROP`` or ``allow`` does."""
    word = value.strip().lower()
    if word in _DENY:
        return Stance.DENIES
    return Stance.ADMITS if word in _ADMIT else None


def stance_of(case: Case, path: str, leaf: Leaf, *, head: bool) -> Stance | None:
    """What the place of ``leaf`` does with its value, in the head or in the base."""
    for step in reversed(leaf.key):
        words = words_in(step) if isinstance(step, str) else frozenset()
        if words & _DENY:
            return Stance.DENIES
        if words & _ADMIT:
            break
    document = (case.change.head_docs if head else case.base).get(path)
    beside = _beside(document, leaf.key) if isinstance(document, Document) else None
    if beside is not None:
        return beside
    words = frozenset().union(*(words_in(step) for step in leaf.key if isinstance(step, str)))
    return Stance.ADMITS if words & _ADMIT else None


def _beside(document: Document, key: KeyPath) -> Stance | None:
    """What the mapping around the leaf says of itself; the nearest that says anything."""
    for length in range(len(key) - 1, 0, -1):
        outer = key[:length]
        if not any(isinstance(step, int) for step in outer):
            return None
        for leaf in document.leaves:
            name = leaf.key[-1] if leaf.key[:-1] == outer else None
            if isinstance(name, str) and words_in(name) & _VERDICTS:
                stance = said_by(re.split(r"[\s:,]", leaf.value)[0])
                if stance is not None:
                    return stance
    return None
