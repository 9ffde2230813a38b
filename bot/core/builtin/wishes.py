"""What a clause may wish for, in the person's own words: a move, a value, a switch, an item, a key.

Holds values only; ``reading`` makes them of clauses, ``place`` says what they mean in a repository.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.builtin.tokens import Token
from bot.core.builtin.verbs import Verb


@dataclass(frozen=True, slots=True)
class MoveWish:
    """``old`` becomes ``new``; ``subject`` is who is said to have moved, ``within`` limits where.

    ``named`` are other words: whose it is, or where.
    """

    old: str
    new: str
    subject: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetWish:
    """The place called ``words`` becomes ``value``; ``many`` where every such place is meant.

    ``direction`` is RAISE or LOWER where the person said so; ``scale`` multiplies;
    ``anchored`` where the old value may tell the place though its own name was not said.
    """

    words: tuple[str, ...]
    value: Token | None
    old: Token | None = None
    many: bool = False
    direction: Verb | None = None
    scale: float | None = None
    without: tuple[str, ...] = ()
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class FlagWish:
    """The switch called ``words`` goes on or off."""

    words: tuple[str, ...]
    on: bool
    many: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemWish:
    """``value`` joins (``add``) or leaves the list called ``words``."""

    words: tuple[str, ...]
    value: str
    add: bool
    without: tuple[str, ...] = ()
    allows: bool = False


@dataclass(frozen=True, slots=True)
class KeyWish:
    """The key ``name`` comes, with ``value``, to what ``words`` call, or goes from it (value None)."""

    words: tuple[str, ...]
    name: str
    value: str | None
    many: bool = False
    without: tuple[str, ...] = ()


Wish = MoveWish | SetWish | FlagWish | ItemWish | KeyWish


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A clause that fits no form."""

    text: str
