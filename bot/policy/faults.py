"""What is wrong with a policy file, all of it at once, and the error that carries it.

Decides nothing; the sentences are ``bot.core.report.policy_words``'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.report.policy_words import say_fault
from bot.core.request import Language

FIRST = ".cfgbot.yml"
FILES = (FIRST, ".cfgbot.yaml")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong; ``code`` names the sentence, ``line`` is 1-based."""

    code: str
    line: int | None = None
    facts: tuple[tuple[str, str], ...] = ()

    def say(self, language: Language) -> str:
        """The sentence, with its line."""
        return say_fault(self.code, self.line, dict(self.facts), language)


def fault(code: str, line: int | None = None, **facts: str) -> Fault:
    """A fault with its facts by name."""
    return Fault(code, line, tuple(sorted(facts.items())))


class PolicyError(Exception):
    """A policy that cannot be used; ``faults`` say where and why, ``facts`` word them."""

    def __init__(self, path: str, faults: Sequence[Fault]) -> None:
        said = {language: _joined(faults, language) for language in Language}
        super().__init__(f"{path}: {said[Language.ENGLISH]}")
        self.code = "policy-invalid"
        self.path = path
        self.faults = tuple(faults)
        self.facts = {
            "path": path,
            "detail": said[Language.ENGLISH],
            "detail_ko": said[Language.KOREAN],
        }


def _joined(faults: Sequence[Fault], language: Language) -> str:
    return "; ".join(one.say(language) for one in faults)
