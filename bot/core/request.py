"""What a person asked for, in their words.

Decides the language answers are given in, and refuses requests no one can act on. Never decides
what a request means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_REQUEST_CHARS = 8_000


class Language(StrEnum):
    """The languages cfgbot answers in."""

    ENGLISH = "en"
    KOREAN = "ko"


@dataclass(frozen=True, slots=True)
class Request:
    """A request: its text as typed, and the language to answer in."""

    text: str
    language: Language


class RequestError(ValueError):
    """A request that cannot be read at all; ``code`` names the sentence that says why."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


def read_request(text: str) -> Request:
    """The request in ``text``.

    Raises:
        RequestError: ``request-empty`` or ``request-too-long``.
    """
    stripped = text.strip()
    if not stripped:
        raise RequestError("request-empty")
    if len(stripped) > MAX_REQUEST_CHARS:
        raise RequestError("request-too-long", length=len(stripped), limit=MAX_REQUEST_CHARS)
    return Request(stripped, language_of(stripped))


def language_of(text: str) -> Language:
    """Korean where any Hangul syllable stands in ``text``: people mix English terms into Korean."""
    return Language.KOREAN if re.search(r"[가-힣]", text) else Language.ENGLISH
