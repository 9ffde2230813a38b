"""What a look at a repository's policy found, as a value: faults, what does not hold, notes.

Decides the exit code of ``cfg policy check`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.core.finding import Finding
from bot.core.report.findings import word
from bot.core.report.policy_words import say_note
from bot.core.request import Language
from bot.policy.faults import Fault


@dataclass(frozen=True, slots=True)
class Note:
    """One thing found: a ``problem`` keeps something from being merged, or looks like a slip.

    What it says is a sentence of its own, the finding of a rule, or a fault.
    """

    code: str
    problem: bool
    facts: tuple[tuple[str, str], ...] = ()
    finding: Finding | None = None
    fault: Fault | None = None

    def say(self, language: Language) -> str:
        """The sentence."""
        if self.finding is not None:
            where = f"{self.finding.path}:{self.finding.line or 1}: " if self.finding.path else ""
            return where + word(self.finding, language)[0]
        if self.fault is not None:
            return self.fault.say(language)
        return say_note(self.code, dict(self.facts), language)


def note(code: str, *, problem: bool, **facts: str) -> Note:
    """A note with its facts by name."""
    return Note(code, problem, tuple(sorted(facts.items())))


@dataclass(frozen=True)
class Inspection:
    """A policy looked at. ``path`` is None where there is none; ``sha`` that of the files it was
    held against, ``in_work_tree`` where the policy itself is not (yet) the committed one.
    """  # noqa: D205 - one sentence a field

    path: str | None
    sha: str
    in_work_tree: bool = False
    faults: tuple[Fault, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def problems(self) -> tuple[Note, ...]:
        """What does not hold."""
        return tuple(one for one in self.notes if one.problem)

    @property
    def exit_code(self) -> int:
        """0 good, 1 something does not hold, 2 unusable."""
        return 2 if self.faults else int(bool(self.problems))

    def lines(self, language: Language) -> Iterator[str]:
        """As people read it: the verdict, then one line for each thing."""
        facts = {"path": self.path or "", "source": self._source(language)}
        if self.path is None:
            yield say_note("none", {}, language)
        elif self.faults:
            yield say_note("unusable", facts, language)
            yield from (f"  {one.say(language)}" for one in self.faults)
        elif self.problems:
            yield say_note("wanting", {**facts, "count": str(len(self.problems))}, language)
            yield from (f"  {one.say(language)}" for one in self.problems)
        else:
            yield say_note("good", facts, language)
        head = say_note("note", {}, language)
        yield from (f"{head}{one.say(language)}" for one in self.notes if not one.problem)

    def _source(self, language: Language) -> str:
        if self.in_work_tree:
            return say_note("work-tree", {}, language)
        return say_note("commit", {"sha": self.sha[:12]}, language)

    def as_json(self, language: Language) -> dict[str, Any]:
        """As machines read it."""
        return {
            "path": self.path,
            "source": "work-tree" if self.in_work_tree else "commit",
            "commit": self.sha,
            "exit_code": self.exit_code,
            "errors": [
                {"code": one.code, "line": one.line, "message": one.say(language)}
                for one in self.faults
            ],
            "problems": [_note(one, language) for one in self.problems],
            "notes": [_note(one, language) for one in self.notes if not one.problem],
        }


def _note(one: Note, language: Language) -> dict[str, Any]:
    found = one.finding
    return {
        "code": one.code,
        "path": found.path if found else None,
        "line": found.line if found else None,
        "message": one.say(language),
    }
