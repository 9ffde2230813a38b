"""When two leaf changes on one base are the same change.

Decides by the exact place in the base: of two like entries of one list, changing the one is not
changing the other. Only where a new item stands among the items of its own list does not count.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.core.change import Action, Change, LeafChange
from bot.core.leaf import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.leaf import KeyPath

Identity = tuple[str, "KeyPath", Action, str | None, str | None, Kind | None]


def identity_of(change: LeafChange) -> Identity:
    """What makes two leaf changes of one base the same; compare only changes of the same base."""
    kind = change.new.kind if change.new else None
    return change.path, _place(change), change.action, change.before, change.after, kind


def identities(changes: Iterable[LeafChange]) -> frozenset[Identity]:
    """The identity of each change."""
    return frozenset(identity_of(change) for change in changes)


def difference(
    mine: Change, theirs: Change
) -> tuple[tuple[LeafChange, ...], tuple[LeafChange, ...]]:
    """The leaf changes only in ``mine`` and only in ``theirs``, each as often as it is extra."""
    return _only(mine.leaf_changes, theirs.leaf_changes), _only(
        theirs.leaf_changes, mine.leaf_changes
    )


def _only(these: Iterable[LeafChange], those: Iterable[LeafChange]) -> tuple[LeafChange, ...]:
    left = Counter(identity_of(change) for change in those)
    extra = []
    for change in these:
        if left[identity_of(change)] > 0:
            left[identity_of(change)] -= 1
        else:
            extra.append(change)
    return tuple(extra)


def _place(change: LeafChange) -> KeyPath:
    """The key path in the base; of an added item the head's, without its position in its list."""
    if change.old is not None:
        return change.old.key
    *parent, last = change.key or ("",)
    return (*parent, "*" if isinstance(last, int) else last)
