"""A rule: a stable id, the point of the gate it serves, and the check that applies it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.core.checks.case import Case
from bot.core.finding import Finding

Check = Callable[[Case], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One deterministic rule. ``point`` is the gate's point (1 applies … 8 current)."""

    id: str
    point: int
    check: Check
