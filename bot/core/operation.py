"""The typed operations an author answers in, and the proposal made of them.

Decides nothing: these are the closed union that models, ``builtin`` and the resolver share. An
operation never carries byte offsets; only the resolver turns one into exact replacements.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.leaf import KeyPath


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an operation may reach: paths (exact or glob) to keep to and to keep out of."""

    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """Every whole occurrence of ``old`` in config values becomes ``new``, within ``scope``."""

    old: str
    new: str
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True, slots=True)
class SetValue:
    """The leaf at ``key`` of ``path`` becomes ``value``; ``old`` guards against a wrong place.

    Where ``old`` is None the leaf may not exist yet and is added to its parent mapping.
    """

    path: str
    key: KeyPath
    value: str
    old: str | None = None


@dataclass(frozen=True, slots=True)
class AddItem:
    """``value`` joins the list at ``key`` of ``path`` (a list, or a separated string)."""

    path: str
    key: KeyPath
    value: str


@dataclass(frozen=True, slots=True)
class RemoveItem:
    """``value`` leaves the list at ``key`` of ``path`` (a list, or a separated string)."""

    path: str
    key: KeyPath
    value: str


@dataclass(frozen=True, slots=True)
class RemoveKey:
    """The leaf or mapping at ``key`` of ``path`` is deleted."""

    path: str
    key: KeyPath


@dataclass(frozen=True, slots=True)
class ReplaceText:
    """The one occurrence of ``find`` in ``path`` becomes ``replace``; only where no other fits."""

    path: str
    find: str
    replace: str


Operation = Move | SetValue | AddItem | RemoveItem | RemoveKey | ReplaceText


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an author wants done, on the base it was shown."""

    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """The author asks the person instead of answering; ``candidates`` are places it weighed."""

    text: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unusable:
    """A model's reply that cannot be used: it is asked again or refused, never repaired."""

    reason: str
