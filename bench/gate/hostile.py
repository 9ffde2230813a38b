"""The worst reviewer there can be: it says yes to everything, and derives what it is to judge.

Decides nothing by reading. Whatever still stays out with it is kept out by code alone; whatever
merges with it is what the models' word is trusted for.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.finding import Finding
from bot.core.gate import Agreement, Merge, Mode, decide
from bot.core.review import Review
from bot.judge import Matter, evaluate


@dataclass(frozen=True)
class YesMan:
    """An ``AgreementOf`` in full collusion with the author.

    In mode blind its own derivation is the very change under judgement; a real reviewer is not
    even asked where the checks refuse, this one approves then too.
    """

    mode: Mode

    def __call__(self, matter: Matter, findings: tuple[Finding, ...]) -> Agreement:
        """Every hunk approved, nothing missing, whatever was found."""
        del findings
        blind = matter.change if self.mode is Mode.BLIND else None
        return Agreement(blind, Review(approved=True))


def merges(matter: Matter, mode: Mode) -> bool:
    """Whether ``matter`` would be merged on the yes-man's word."""
    evaluation = evaluate(matter, mode, YesMan(mode))
    return isinstance(decide(evaluation, may_revise=False), Merge)
