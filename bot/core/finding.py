"""What a check says, and why one leaf change is believed: decisions that explain themselves.

Holds values only. The sentences are written by ``bot.core.report``; a finding carries the facts
that the sentence needs, never a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a finding keeps the change from being merged."""

    BLOCKS = "blocks"
    WARNS = "warns"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule has to say of a change.

    ``variant`` picks the sentence among those the rule has; ``facts`` are its words, by name.
    ``line`` is 1-based, in the head file where there is one, else in the base file.
    """

    rule: str
    severity: Severity
    path: str | None = None
    line: int | None = None
    variant: str = "default"
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def blocks(self) -> bool:
        """True where this finding alone keeps the change out."""
        return self.severity is Severity.BLOCKS


def blocks(
    rule: str,
    path: str | None = None,
    line: int | None = None,
    variant: str = "default",
    **facts: object,
) -> Finding:
    """A finding that keeps the change out."""
    return Finding(rule, Severity.BLOCKS, path, line, variant, _words(facts))


def warns(
    rule: str,
    path: str | None = None,
    line: int | None = None,
    variant: str = "default",
    **facts: object,
) -> Finding:
    """A finding that people should see and that stops nothing."""
    return Finding(rule, Severity.WARNS, path, line, variant, _words(facts))


def _words(facts: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in facts.items()))


class Ground(StrEnum):
    """What a piece of evidence rests on, strongest first."""

    NAMED = "named"  # the request itself says it
    DERIVED = "derived"  # follows from the request by a rule, with the derivation shown
    INVENTORY = "inventory"  # follows from what the repository says of itself
    AGREED = "agreed"  # another model derived the same, blind
    ATTESTED = "attested"  # the reviewer says so after seeing the diff


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a place or a value is right.

    ``code`` names the sentence and ``facts`` are its words: what it rests on, quoted.
    """

    ground: Ground
    code: str
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def checked(self) -> bool:
        """True where code, not a model's word, established it."""
        return self.ground in {Ground.NAMED, Ground.DERIVED, Ground.INVENTORY}


def evidence(ground: Ground, code: str, **facts: object) -> Evidence:
    """Evidence with its facts by name."""
    return Evidence(ground, code, _words(facts))
