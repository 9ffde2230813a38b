"""``plaintext-secret``: no new secret stands in clear in a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.asked import written
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import Leaf, show_key
from bot.core.secrecy import secret_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change import LeafChange
    from bot.core.checks.case import Case

# YAML tags whose scalar is encrypted or kept elsewhere.
_REFERENCE_TAGS = frozenset({"!vault", "!sops", "!env", "!secret", "!ENV"})


def check(case: Case) -> Iterator[Finding]:
    """A reference to a secret is fine; the secret itself is not, and is not repeated here.

    A secret that stood at the place before, in a value of which another part changed, is not new.
    """
    gone: dict[tuple[str, object], set[str]] = {}
    for change in case.change.leaf_changes:
        if change.old is not None:
            gone.setdefault(_known_at(change), set()).update(_secrets(change.old))
    for change in written(case):
        if change.new is not None and _secrets(change.new) - gone.get(_known_at(change), set()):
            yield blocks("plaintext-secret", change.path, change.line, key=show_key(change.key))


def _known_at(change: LeafChange) -> tuple[str, object]:
    """A place by its last name: a key above it may itself have moved."""
    return change.path, change.key[-1] if change.key else ""


def _secrets(leaf: Leaf) -> set[str]:
    if _REFERENCE_TAGS.intersection(leaf.decoration.split()):
        return set()
    return {leaf.value[start:end] for start, end in secret_spans(leaf.key, leaf.value)}


RULE = Rule("plaintext-secret", 5, check)
