"""A sentence in every language people are answered in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.request import Language


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence; ``{name}`` stands for a fact and is never itself formatted again."""

    en: str
    ko: str

    def say(self, language: Language, facts: Mapping[str, str] | None = None) -> str:
        """The sentence in ``language`` with its facts. Raises KeyError where one is missing."""
        template = self.ko if language is Language.KOREAN else self.en
        return template.format_map(facts or {})
