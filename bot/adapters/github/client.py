"""One HTTP exchange with GitHub, and nothing more.

Decides addresses, headers and timeouts. It never retries, never waits, and never lets a credential
into an exception. ``githubkit`` is imported when the first client is built: 0.2 s and 22 MB (typed
answers of its own would need the API of 2026-03-10, which no GitHub Enterprise Server before 3.21
speaks and whose pull requests no longer say what commit they were merged as).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.adapters.github.trouble import UNREACHABLE, Answer, Json, scrubbed
from bot.hub import HubError

if TYPE_CHECKING:
    from githubkit import GitHub

API_VERSION = "2022-11-28"
DOTCOM = "https://github.com"
_CONNECT = 5.0
_READ = 60.0  # a large tree takes GitHub long
_UNKNOWN_LIMIT = 429


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where an instance of GitHub answers; ``web`` has no slash at its end."""

    web: str
    rest: str
    graphql: str

    @classmethod
    def of(cls, url: str) -> Addresses:
        """By the address that people open: github.com, or a GitHub Enterprise Server."""
        web = url.rstrip("/")
        if web == DOTCOM:
            return cls(web, "https://api.github.com", "https://api.github.com/graphql")
        return cls(web, f"{web}/api/v3", f"{web}/api/graphql")

    def clone(self, full_name: str) -> str:
        """What git fetches from."""
        return f"{self.web}/{full_name}.git"


class Client:
    """GitHub over one pool of connections; safe between threads.

    ``on_request(method, path, status)`` is told of every exchange; the status is 0 where there was
    no answer.
    """

    def __init__(self, url: str, on_request: Callable[[str, str, int], None]) -> None:
        self.addresses = Addresses.of(url)
        self._on_request = on_request
        self._root = urlsplit(self.addresses.rest).path
        self._github, self._close = _pooled(self.addresses.rest)

    def close(self) -> None:
        """Let go of every connection."""
        self._close()

    def send(
        self,
        method: str,
        path: str,
        authorization: str,
        *,
        body: Json = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises HubError("hub-unreachable").

        ``path`` begins with a slash, below the root of the REST interface; "/graphql" is GraphQL.
        """
        url = self.addresses.graphql if path == "/graphql" else self.addresses.rest + path
        try:
            answer = self._exchange(method, url, authorization, body, params)
        except HubError:
            self._on_request(method, path, 0)
            raise
        self._on_request(method, path, answer.status)
        return answer

    def _exchange(
        self,
        method: str,
        url: str,
        authorization: str,
        body: Json,
        params: Mapping[str, str] | None,
    ) -> Answer:
        from githubkit.exception import RequestError, RequestFailed  # noqa: PLC0415 - see above

        headers = {"Authorization": authorization, "X-GitHub-Api-Version": API_VERSION}
        try:
            answer = self._github.request(method, url, params=params, json=body, headers=headers)
        except RequestFailed as error:
            answer = error.response
        except RequestError as error:
            raise _unreachable(error.exc) from None
        except (ValueError, OverflowError):  # its reading of a limit's headers is strict
            return Answer(_UNKNOWN_LIMIT, {}, None)
        heads = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, heads, _json(answer.status_code, answer.content))


def _json(status: int, content: bytes) -> Json:
    """A success that is not JSON did not come from GitHub; what a failure says is only shown."""
    if not content.strip():
        return None
    try:
        return json.loads(content)
    except ValueError:
        if status < 300:
            raise HubError(UNREACHABLE, detail="the answer is not JSON") from None
        return scrubbed(content.decode("utf-8", "replace"))


def _unreachable(error: Exception) -> HubError:
    return HubError(UNREACHABLE, detail=scrubbed(f"{type(error).__name__}: {error}"))


def _pooled(rest: str) -> tuple[GitHub[Any], Callable[[], None]]:
    """A githubkit client that keeps its connections, and what closes them.

    githubkit by itself opens a client, connections included, for every request of a thread.
    """
    import httpx  # noqa: PLC0415 - comes with githubkit
    from githubkit import GitHub  # noqa: PLC0415 - see above

    class Pooled(GitHub[Any]):
        @contextmanager
        def get_sync_client(self) -> Generator[httpx.Client, None, None]:
            yield client

    timeout = httpx.Timeout(_READ, connect=_CONNECT)
    github = Pooled(
        base_url=f"{rest}/",
        user_agent="cfgbot",
        timeout=timeout,
        http_cache=False,
        auto_retry=False,
    )
    client = github._create_sync_client()  # noqa: SLF001 - what its own get_sync_client calls
    return github, client.close
