"""One wish in the making, from words that fit no grammar: values by role, names.

Holds values only. ``gist_taking`` fills it token by token, ``gist_wishes`` makes wishes of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.builtin.tokens import Token
from bot.core.builtin.verbs import Verb


class Unclear(Exception):  # noqa: N818 - an answer that unwinds
    """No gist; ``word`` is the one that could not be placed."""

    def __init__(self, code: str, word: str) -> None:
        super().__init__(code)
        self.code = code
        self.word = word


@dataclass(slots=True)
class Gist:
    """One wish in the making: its values by role, the words that name its place. Filled in turn."""

    verb: Verb | None = None
    old: Token | None = None
    new: list[Token] = field(default_factory=list)
    assigned: list[Token] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    within: list[str] = field(default_factory=list)
    subject: int | None = None
    shares: bool = False
    reached: bool = False
    every: bool = False
    many: bool = False
    refers: bool = False
    marked: int = 0
    bounded: int = 0

    @property
    def words_since(self) -> bool:
        """True where it has its value and more was named after it."""
        named = len(self.words) > self.marked or len(self.within) > self.bounded
        return bool(self.new) and named

    @property
    def whole(self) -> bool:
        """True where it could be carried out as it is."""
        return bool(self.new or self.assigned) or self.verb in {Verb.ON, Verb.OFF, Verb.REMOVE}
