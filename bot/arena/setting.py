"""One cell of the grid: who plays whom, how, and for how many rounds.

Decides the identity of a game: the same setting, task, number and seed are the same game for ever,
which is what makes a run resumable.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import product

from bot.core.duel.units import Scope
from bot.core.gate import Mode


@dataclass(frozen=True, slots=True)
class Setting:
    """``scope`` counts in mode duel only; ``rounds`` are those of the duel, or revisions."""

    author: str
    reviewer: str
    mode: str
    scope: str
    rounds: int

    @property
    def label(self) -> str:
        """Short, for tables."""
        where = f" {self.scope}" if self.mode == Mode.DUEL else ""
        return f"{self.author} × {self.reviewer}, {self.mode}{where}, {self.rounds} rounds"


def grid(
    authors: tuple[str, ...],
    reviewers: tuple[str, ...],
    modes: tuple[str, ...],
    scopes: tuple[str, ...],
    rounds: tuple[int, ...],
) -> tuple[Setting, ...]:
    """Every combination once; a scope is no difference but in a duel."""
    found = {
        Setting(a, b, m, s if m == Mode.DUEL else Scope.PROJECT.value, r): None
        for a, b, m, s, r in product(authors, reviewers, modes, scopes, rounds)
    }
    return tuple(found)


def game_id(setting: Setting, task: str, number: int, seed: int) -> str:
    """The name of a game."""
    said = "|".join([*map(str, asdict(setting).values()), task, str(number), str(seed)])
    return sha256(said.encode()).hexdigest()[:20]
