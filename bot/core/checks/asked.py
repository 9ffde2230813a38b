"""What the request itself, by rules, asked for; and how a value may be shown.

Decides nothing of a change but whether rules derived it, or the request says it word for word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change import Action
from bot.core.identity import identity_of
from bot.core.leaf import show_key
from bot.core.literals import holds
from bot.core.secrecy import is_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change import LeafChange
    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf

_LONGEST = 120


def asked_for(case: Case, change: LeafChange) -> bool:
    """True where rules derived this very change from the request."""
    return identity_of(change) in case.derived


def meant(case: Case, change: LeafChange) -> bool:
    """True where code established that this place should get this value."""
    return identity_of(change) in case.checked or asked_for(case, change)


def says(case: Case, text: str) -> bool:
    """True where the request holds ``text`` as a whole word."""
    return bool(text) and holds(case.request.text, text)


def written(case: Case) -> Iterator[LeafChange]:
    """The leaf changes that put a value into the head."""
    return (change for change in case.change.leaf_changes if change.action is not Action.REMOVED)


def set_leaves(case: Case) -> Iterator[tuple[LeafChange, Leaf, Leaf]]:
    """The leaf changes that replace a value, with both sides."""
    for change in case.change.leaf_changes:
        if change.old is not None and change.new is not None:
            yield change, change.old, change.new


def facts(change: LeafChange) -> dict[str, str]:
    """``key``, ``old`` and ``new`` as people may see them."""
    return {
        "key": show_key(change.key),
        "old": shown(change.old),
        "new": shown(change.new),
    }


def shown(leaf: Leaf | None) -> str:
    """A leaf's value for a sentence: never a secret, never a page."""
    if leaf is None:
        return "∅"
    if is_secret(leaf.key, leaf.value):
        return "••••"
    return leaf.value if len(leaf.value) <= _LONGEST else leaf.value[:_LONGEST] + "…"
