"""What GitHub's answers mean when they are no success, in the words of ``bot.hub``.

Decides which code an answer has. A token, key or header must never get into a fact.
Meaning of the statuses: docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.hub import HubError

Json = Any
_T = TypeVar("_T")

UNREACHABLE = "hub-unreachable"
LIMITED = "hub-limited"
FORBIDDEN = "hub-forbidden"
MISSING = "hub-missing"
REFUSED = "hub-refused"

_CODES = {401: FORBIDDEN, 403: FORBIDDEN, 404: MISSING, 410: MISSING}
_MAX_DETAIL = 300
# GitHub's own token prefixes, JSON web tokens, and what follows an Authorization scheme.
_SECRET = re.compile(
    r"\b(?:gh[a-z]_|github_pat_)\w+|\beyJ[\w-]+(?:\.[\w-]+)+"
    r"|(?i:\b(?:bearer|basic|token)\s+)[\w.~+/=-]{16,}|://[^/@\s]+@"
)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer: status, headers in lower case, and the JSON of the body (None: no body)."""

    status: int
    headers: Mapping[str, str]
    data: Json = field(repr=False)

    @property
    def good(self) -> bool:
        """True for a success."""
        return self.status < 300


class Refusal(HubError):  # noqa: N818 - an answer, told apart from HubError's own codes
    """GitHub answered, and said no; ``status`` is its HTTP status, ``said`` its whole message."""

    def __init__(self, code: str, status: int, said: str) -> None:
        super().__init__(code, detail=scrubbed(said))
        self.status = status
        self.said = said

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, int, str]]:
        """So that a process that runs steps elsewhere can hand it on."""
        return (Refusal, (self.code, self.status, scrubbed(self.said)))


def scrubbed(text: str) -> str:
    """``text`` on one line, short, and without anything that opens a door."""
    return _SECRET.sub("[hidden]", " ".join(text.split()))[:_MAX_DETAIL]


def trouble(answer: Answer) -> HubError:
    """The exception that an answer without success stands for."""
    if answer.status >= 500:
        return HubError(UNREACHABLE, detail=scrubbed(f"{answer.status} {said(answer.data)}"))
    return Refusal(_CODES.get(answer.status, REFUSED), answer.status, said(answer.data))


def said(data: Json) -> str:
    """GitHub's message with what it lists as errors, as one text."""
    if not isinstance(data, dict):
        return str(data or "")
    errors = data.get("errors")
    listed = errors if isinstance(errors, list) else [errors] if errors else []
    return "; ".join([str(data.get("message") or ""), *(_reason(error) for error in listed)])


def _reason(error: Json) -> str:
    if not isinstance(error, dict):
        return str(error)
    if error.get("message"):
        return str(error["message"])
    return " ".join(str(error[name]) for name in ("resource", "field", "code") if error.get(name))


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Reading an answer in here: one that has not the form of ``what`` is a HubError."""
    try:
        yield
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise HubError(REFUSED, detail=f"GitHub's answer is no {what}") from error


def unless_missing(ask: Callable[[], _T]) -> _T | None:
    """What ``ask`` gives; None where GitHub knows no such thing."""
    try:
        return ask()
    except HubError as error:
        if error.code != MISSING:
            raise
        return None
