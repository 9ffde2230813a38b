"""GitHub as one actor: an App, or one installation of it. Limits, retries and pages live here.

Decides what is tried again. A write is tried again only where that is harmless (``repeat``) or
after a look (``once``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import tenacity

from bot.adapters.github.client import Client
from bot.adapters.github.limits import Limits, held_for, limited, until_reset
from bot.adapters.github.trouble import (
    FORBIDDEN,
    MISSING,
    UNREACHABLE,
    Answer,
    Json,
    Refusal,
    said,
    trouble,
    understood,
)
from bot.hub import HubError

PAGE = 100  # the most that GitHub gives
TRIES = 4
_MAX_WAITS = 3
_READING = frozenset({"GET", "HEAD"})
_GRAPHQL_CODES = {"NOT_FOUND": MISSING, "FORBIDDEN": FORBIDDEN, "INSUFFICIENT_SCOPES": FORBIDDEN}
_T = TypeVar("_T")


class Access:
    """Asks as ``actor``.

    ``credential()`` is the value of the Authorization header; ``expired(value)`` is told that
    GitHub did not take it, and says whether a new one may help.
    """

    def __init__(
        self,
        client: Client,
        limits: Limits,
        actor: str,
        credential: Callable[[], str],
        expired: Callable[[str], bool],
        sleep: Callable[[float], None],
        clock: Callable[[], Any],
    ) -> None:
        self._client = client
        self._limits = limits
        self._actor = actor
        self._credential = credential
        self._expired = expired
        self._sleep = sleep
        self._clock = clock

    def get(self, path: str, **params: str) -> Json:
        """The body of the answer. Raises HubError."""
        return self.repeat("GET", path, params=params).data

    def listed(self, path: str, within: str | None = None, **params: str) -> Iterator[Json]:
        """Everything a list holds, page by page; ``within`` names the field that holds the list."""
        asked: Mapping[str, str] | None = {"per_page": str(PAGE), **params}
        while asked is not None:
            answer = self.repeat("GET", path, params=asked)
            yield from entries(answer, within)
            asked = link(answer, "next")

    def repeat(
        self, method: str, path: str, body: Json = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        """An exchange that may happen twice without harm: tried again where GitHub is away."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_away),
            stop=tenacity.stop_after_attempt(TRIES),
            wait=tenacity.wait_exponential(multiplier=0.5, max=8) + tenacity.wait_random(0, 0.3),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self.act, method, path, body, params)

    def once(self, look: Callable[[], _T | None], act: Callable[[], _T]) -> _T:
        """What ``look`` finds, else what ``act`` makes.

        Where the answer to ``act`` was lost, it is looked again before it is acted again.
        """
        found = look()
        return found if found is not None else self.first(act, look)

    def first(self, act: Callable[[], _T], look: Callable[[], _T | None]) -> _T:
        """As ``once``, where GitHub itself refuses to act twice: acts without a look."""
        for pause in (0.5, 2.0, 5.0):
            try:
                return act()
            except HubError as error:
                if not _away(error):
                    raise
            self._sleep(pause)
            found = look()
            if found is not None:
                return found
        return act()

    def act(
        self, method: str, path: str, body: Json = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        """One exchange; waits out a short rate limit, for then nothing has happened.

        Raises HubError.
        """
        for _ in range(_MAX_WAITS):
            answer = self._ask(method, path, body, params)
            held = held_for(answer, self._clock())
            if held is None:
                break
            self._limits.hold(self._actor, held)
        else:
            raise limited(held or 0)
        if not answer.good:
            raise trouble(answer)
        return answer

    def graphql(self, query: str, **variables: Json) -> Json:
        """``data`` of the answer. Raises HubError for any error in it."""
        answer = self.repeat("POST", "/graphql", {"query": query, "variables": variables})
        with understood("GraphQL answer"):
            errors = answer.data.get("errors") or []
            kinds = {str(error.get("type")) for error in errors}
            if "RATE_LIMITED" in kinds:
                raise limited(until_reset(answer, self._clock()))
            if errors:
                code = next(
                    (_GRAPHQL_CODES[kind] for kind in kinds if kind in _GRAPHQL_CODES), None
                )
                raise Refusal(code or "hub-refused", answer.status, said(answer.data))
            return answer.data["data"]

    def _ask(self, method: str, path: str, body: Json, params: Mapping[str, str] | None) -> Answer:
        """An exchange; once more with a new credential where the old one is not taken."""
        self._limits.ready(self._actor)
        if method not in _READING and path != "/graphql":
            self._limits.pace(self._actor)
        credential = self._credential()
        answer = self._client.send(method, path, credential, body=body, params=params)
        if answer.status == 401 and self._expired(credential):
            credential = self._credential()
            answer = self._client.send(method, path, credential, body=body, params=params)
        return answer


def entries(answer: Answer, within: str | None = None) -> list[dict[str, Json]]:
    """What one page of a list holds. Raises HubError where it is no list of objects."""
    with understood("list"):
        found = answer.data[within] if within else answer.data
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise TypeError(type(found).__name__)
        return found


def _away(error: BaseException) -> bool:
    return isinstance(error, HubError) and error.code == UNREACHABLE


def link(answer: Answer, relation: str) -> dict[str, str] | None:
    """The query of the page that the Link header names ``next``, ``last`` … (RFC 8288).

    Only the query: an address out of an answer is not followed with our credential.
    """
    for part in answer.headers.get("link", "").split(","):
        target, _, attributes = part.partition(";")
        if f'rel="{relation}"' in attributes:
            return dict(parse_qsl(urlsplit(target.strip().strip("<>")).query))
    return None
