"""What a request must lead to, as far as rules can derive it, and why each leaf change is right.

Holds values only: ``bot.core.builtin`` derives them, checks and gate compare against them.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.change import Change, LeafChange
from bot.core.finding import Evidence
from bot.core.leaf import Place
from bot.core.operation import Operation


@dataclass(frozen=True, slots=True)
class Explained:
    """A leaf change with what its place and its value rest on; None where nothing was found."""

    change: LeafChange
    place: Evidence | None
    value: Evidence | None


@dataclass(frozen=True)
class Derivation:
    """The change that rules derive from the request and the base, with evidence a leaf change."""

    operations: tuple[Operation, ...]
    change: Change
    explained: tuple[Explained, ...]


@dataclass(frozen=True, slots=True)
class Unproven:
    """Rules cannot derive the change: ``code`` names the reason, ``candidates`` what it might be.

    ``facts`` are the words of the sentence.
    """

    code: str
    facts: tuple[tuple[str, str], ...] = ()
    candidates: tuple[Place, ...] = ()


Expectation = Derivation | Unproven
