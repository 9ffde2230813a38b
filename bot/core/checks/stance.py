"""Whether a place lets in or keeps out, and what stands beside it.

Decides by the words of the key and by what the mapping around it says of itself. Where words say
both, a place lets in. Never weighs how much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.leaf import Document, shape
from bot.core.words import words_in

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    ["deny", "denied", "drop", "reject", "blocked", "blocklist", "blacklist", "denylist"]
)
# The sibling that says what a rule does: {access: deny, source: …}
_VERDICTS = frozenset({"access", "action", "effect", "policy", "verdict", "decision", "type"})


def said_by(value: str) -> Stance | None:
    """What a value such as ``DROP`` or ``allow`` does."""
    word = re.split(r"[\s:,]", value.strip().lower())[0]
    if word in _DENY or word == "block":
        return Stance.DENIES
    return Stance.ADMITS if word in _ADMIT else None


@dataclass(frozen=True)
class Surroundings:
    """The files around the changed places, looked at once each."""

    case: Case
    _verdicts: dict[tuple[str, bool], dict[KeyPath, Stance]] = field(default_factory=dict)
    _lists: dict[str, dict[KeyPath, list[Leaf]]] = field(default_factory=dict)

    def stance(self, path: str, leaf: Leaf, *, head: bool) -> Stance | None:
        """What the place of ``leaf`` does with its value, in the head or in the base."""
        for step in reversed(leaf.key):
            words = words_in(step) if isinstance(step, str) else frozenset()
            if words & _ADMIT:
                return self._rule_around(path, leaf, head=head) or Stance.ADMITS
            if words & _DENY:
                return Stance.DENIES
        return self._rule_around(path, leaf, head=head)

    def _rule_around(self, path: str, leaf: Leaf, *, head: bool) -> Stance | None:
        """What the nearest item of a list around the leaf says that it does."""
        verdicts = self._verdicts_of(path, head=head)
        for length in range(len(leaf.key) - 1, 0, -1):
            outer = leaf.key[:length]
            if not any(isinstance(step, int) for step in outer):
                return None
            if outer in verdicts:
                return verdicts[outer]
        return None

    def _verdicts_of(self, path: str, *, head: bool) -> dict[KeyPath, Stance]:
        if (path, head) not in self._verdicts:
            found: dict[KeyPath, Stance] = {}
            for leaf in self._leaves(path, head=head):
                name = leaf.key[-1] if leaf.key else None
                stance = said_by(leaf.value)
                if stance and isinstance(name, str) and words_in(name) & _VERDICTS:
                    found.setdefault(leaf.key[:-1], stance)
            self._verdicts[path, head] = found
        return self._verdicts[path, head]

    def neighbours(self, path: str, key: KeyPath) -> Sequence[Leaf]:
        """What the same list held in the base; where it is new, lists of the same shape."""
        if path not in self._lists:
            lists: dict[KeyPath, list[Leaf]] = {}
            for leaf in self._leaves(path, head=False):
                lists.setdefault(leaf.key[:-1], []).append(leaf)
                lists.setdefault(("", *shape(leaf.key)), []).append(leaf)
            self._lists[path] = lists
        found = self._lists[path]
        return found.get(key[:-1], []) or found.get(("", *shape(key)), [])

    def _leaves(self, path: str, *, head: bool) -> Sequence[Leaf]:
        document = (self.case.change.head_docs if head else self.case.base).get(path)
        return document.leaves if isinstance(document, Document) else ()
