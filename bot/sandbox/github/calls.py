"""One request as the routes see it, what they may answer, and the table of routes.

Decides how a path finds its route, who may use it, and how lists are paged. It must never let a
route run for somebody without the access its entry names.
Sources: GitHub's REST documentation, "Using pagination in the REST API", "Troubleshooting".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from urllib.parse import unquote, urlencode

from bot.sandbox.github.accounts import Account, App, Installation
from bot.sandbox.github.rows import Repo

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

Json = dict[str, Any]
T = TypeVar("T")
DOCS = "https://docs.github.com/rest"


class Refused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """The request gets an error answer."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})


def missing() -> NoReturn:
    """There is no such thing, or none that this caller may see."""
    raise Refused(404, "Not Found")


def invalid(resource: str, name: str, code: str, message: str | None = None) -> NoReturn:
    """422 as GitHub words it: which field of what is wrong, and how."""
    error = {"resource": resource, "field": name, "code": code}
    raise Refused(
        422, "Validation Failed", errors=[{**error, **({"message": message} if message else {})}]
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body (JSON value, text or None) and extra headers."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person, an App by its JWT, or an installation of it by its token.

    ``kind`` is "anonymous", "user", "app" or "installation"; permissions and repos are what an
    installation's token holds.
    """

    kind: str = "anonymous"
    account: Account | None = None
    app: App | None = None
    installation: Installation | None = None
    permissions: Mapping[str, str] = field(default_factory=dict)
    repos: tuple[str, ...] = ()

    @property
    def login(self) -> str | None:
        """The login what it does is shown under."""
        return self.account.login if self.account else None

    def may(self, need: str) -> bool:
        """True where the token holds one of ``need`` ("issues:write|pull_requests:write")."""
        ranks = ("none", "read", "write", "admin")
        return any(
            ranks.index(self.permissions.get(name, "none")) >= ranks.index(level)
            for name, _, level in (part.partition(":") for part in need.split("|"))
        )


@dataclass(slots=True)
class Call:
    """A request that found its route; ``repo`` is set where the path names one."""

    world: World
    caller: Caller
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json
    params: Mapping[str, str]
    found_repo: Repo | None = None
    out: dict[str, str] = field(default_factory=dict)

    @property
    def repo(self) -> Repo:
        """The repository of the path."""
        return self.found_repo or missing()

    @property
    def actor(self) -> Account:
        """Who does it."""
        if self.caller.account is None:
            raise Refused(401, "Requires authentication")
        return self.caller.account

    def number(self, name: str) -> int:
        """A number of the path."""
        return int(self.params[name])

    def text(self, name: str, *, default: str | None = None) -> str:
        """A string of the body; 422 where it is missing (without a default) or no string."""
        value = self.body.get(name, default)
        if value is None and default is None:
            raise Refused(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        if value is None:
            return default or ""
        if not isinstance(value, str):
            raise Refused(422, f"Invalid request.\n\nFor '{name}', {value!r} is not a string.")
        return value

    def maybe(self, name: str) -> str | None:
        """A string of the body, or None where it is missing or null."""
        return None if self.body.get(name) is None else self.text(name)

    def listed(self, name: str, kind: type[T]) -> list[T]:
        """A list of the body whose items are of ``kind``; empty where it is missing."""
        value = self.body.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
            raise Refused(422, f"Invalid request.\n\nFor '{name}', {value!r} is not an array.")
        return value

    def flag(self, name: str) -> bool:
        """A boolean of the body, False where it is missing."""
        value = self.body.get(name, False)
        if not isinstance(value, bool):
            raise Refused(422, f"Invalid request.\n\nFor '{name}', {value!r} is not a boolean.")
        return value

    def page_size(self) -> int:
        """How many rows a page has: ``per_page``, 30 without it, 100 at the most."""
        return min(max(_whole(self.query.get("per_page"), 30), 1), 100)

    def page(self, items: Iterable[T]) -> list[T]:
        """The page asked for; tells of the others in the Link header."""
        rows = list(items)
        size = self.page_size()
        page = max(_whole(self.query.get("page"), 1), 1)
        last = max((len(rows) + size - 1) // size, 1)
        turns = []
        if page > 1:
            turns += [(1, "first"), (page - 1, "prev")]
        if page < last:
            turns += [(page + 1, "next"), (last, "last")]
        self.link({name: {"page": str(number)} for number, name in turns})
        return rows[(page - 1) * size : page * size]

    def link(self, turns: Mapping[str, Mapping[str, str]]) -> None:
        """Set the Link header: for every relation the query parameters that differ."""
        base = self.world.api + self.path
        found = [
            f'<{base}?{urlencode({**self.query, **changed})}>; rel="{name}"'
            for name, changed in turns.items()
        ]
        if found:
            self.out["Link"] = ", ".join(found)


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else default


Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint: who may use it, and what it does.

    ``app`` is the permission an installation needs (None: any; "never": people only), ``role`` the
    one a person needs in the repository, ``who`` "any" (no login), "jwt" (the App itself) or
    "token".
    """

    method: str
    pattern: re.Pattern[str]
    handler: Handler
    app: str | None
    role: str
    who: str


ROUTES: list[Route] = []
_PARTS = {"int": r"\d+", "path": r".+", "str": r"[^/]+"}


def _pattern(path: str) -> re.Pattern[str]:
    def part(match: re.Match[str]) -> str:
        return f"(?P<{match[1]}>{_PARTS[match[2] or 'str']})"

    return re.compile(re.sub(r"\{(\w+)(?::(\w+))?\}", part, path))


def route(
    method: str, path: str, *, app: str | None = None, role: str = "read", who: str = "token"
) -> Callable[[Handler], Handler]:
    """Enter a function in the table; see Route."""

    def enter(handler: Handler) -> Handler:
        ROUTES.append(Route(method, _pattern(path), handler, app, role, who))
        return handler

    return enter


def find(method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    """The route of a percent-encoded path below ``/api/v3``, and the path's parts, decoded.

    Where several fit, the one with most fixed text is meant.
    """
    best: tuple[int, Route, Mapping[str, str]] | None = None
    for entry in ROUTES:
        if entry.method != method or not (found := entry.pattern.fullmatch(path)):
            continue
        parts = found.groupdict()
        fixed = len(path) - sum(len(part) for part in parts.values())
        if best is None or fixed > best[0]:
            best = fixed, entry, {name: unquote(part) for name, part in parts.items()}
    return best[1:] if best else None
