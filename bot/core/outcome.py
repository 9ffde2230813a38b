"""How a request ended, as one value: everything a person or a machine is told comes from here.

Decides the exit code of each ending and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.change import Change
from bot.core.duel.transcript import Transcript
from bot.core.expectation import Explained, Unproven
from bot.core.finding import Finding
from bot.core.request import Request


class Status(StrEnum):
    """The endings."""

    MERGED = "merged"
    WOULD_MERGE = "would-merge"
    APPROVED = "approved"
    DECLINED = "declined"
    REJECTED = "rejected"
    ERROR = "error"


EXIT_CODES = {
    Status.MERGED: 0,
    Status.WOULD_MERGE: 0,
    Status.APPROVED: 0,
    Status.DECLINED: 1,
    Status.REJECTED: 1,
    Status.ERROR: 2,
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error that is nobody's verdict; ``code`` names the sentence, ``facts`` its words."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What one model call cost."""

    model: str
    role: str
    prompt_tokens: int
    completion_tokens: int
    cost: float
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """A request's ending with its evidence; times in seconds, by stage."""

    status: Status
    request: Request | None
    mode: str
    author: str
    reviewer: str
    branch: str | None = None
    base: str | None = None
    head: str | None = None
    merged: str | None = None
    change: Change | None = None
    explained: tuple[Explained, ...] = ()
    findings: tuple[Finding, ...] = ()
    question: Unproven | None = None
    trouble: Trouble | None = None
    spent: tuple[Spent, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    rounds: int = 0
    transcript: Transcript | None = None

    @property
    def exit_code(self) -> int:
        """0 good, 1 declined or rejected, 2 error."""
        return EXIT_CODES[self.status]
