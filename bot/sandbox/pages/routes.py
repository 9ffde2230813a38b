"""Which address gives which page, and under which browser rules.

Decides what a browser may load (nothing but this origin) and who may ask (only a browser that
calls this machine by a loopback name, so that no web site can read the toy tokens by rebinding
its own name). It must never pass on a request to GitHub: the pages call the stand-in themselves.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.resources import files
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.pages.builds import BuildsError, builds_of, log_of, without_credentials

# https://www.w3.org/TR/CSP3/ : scripts and styles are files of this origin, nothing is inline.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PAGE = re.compile(
    r"""/(?:
        builds
        | [\w.-]+/[\w.-]+ (?: /? | /issues (?: /new | /[0-9]+ )? | /pulls
            | /pull/[0-9]+ (?: /files | /checks | /commits )?
            | /runs/[0-9]+ | /commit/[0-9a-f]{7,40} | /(?:tree|blob) (?: /.* )? )
    )/?""",
    re.VERBOSE,
)
_STATIC = files("bot.sandbox.pages").joinpath("static")
Endpoint = Callable[[Request], Awaitable[Response]]


def pages(
    people: Mapping[str, str], *, repo: str, jenkins_url: str, examples: Sequence[str]
) -> Starlette:
    """The pages as an ASGI application, to be mounted at ``/`` after the stand-in's own routes.

    ``people`` maps a login to its token, in the order of the menu; ``repo`` is ``owner/name``;
    ``jenkins_url`` may carry ``user:token@`` and may be empty (no builds are shown then);
    ``examples`` are requests to click, with or without ``/cfg change`` before them.
    """
    session = {
        "people": [{"login": login, "token": token} for login, token in people.items()],
        "repo": repo,
        "jenkins": without_credentials(jenkins_url),
        "examples": list(examples),
    }

    async def home(_: Request) -> Response:
        return RedirectResponse(f"/{repo}/issues", status_code=302)

    async def who(request: Request) -> Response:
        return _answer(request, session, store=False)

    routes = [
        Route("/", home),
        Route("/session.json", who),
        Route("/builds.json", _builds(jenkins_url)),
        Route("/builds/{job}/{number:int}/log", _log(jenkins_url)),
        Route("/assets/{name:path}", _asset),
        Route("/favicon.ico", _icon),
        Route("/{path:path}", _page),
    ]
    return Starlette(routes=routes, middleware=[Middleware(_Guard)])


class _Guard:
    """Refuses foreign names and foreign sites; puts the browser's rules on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                rules = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *rules]}
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = _refusal(Request(scope))
        await (refused or self._app)(scope, receive, guarded)


def _refusal(request: Request) -> Response | None:
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    if host not in _LOOPBACK:
        return Response("Only 127.0.0.1 and localhost are served here.\n", 421)
    outside = request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}
    if outside and request.headers.get("sec-fetch-mode") != "navigate":
        return Response("Other sites may not read these pages.\n", 403)
    return None


async def _page(request: Request) -> Response:
    known = _PAGE.fullmatch(request.url.path) is not None
    return _file(request, "index.html", 200 if known else 404)


async def _asset(request: Request) -> Response:
    return _file(request, request.path_params["name"], 200)


async def _icon(request: Request) -> Response:
    return _file(request, "icon.svg", 200)


def _file(request: Request, name: str, status: int) -> Response:
    """A file of ours; only names that are there can be asked for, so no path leads out."""
    known = {one.name: one for one in _STATIC.iterdir() if one.is_file()}
    kind = MEDIA_TYPES.get(name[name.rfind(".") :])
    if name not in known or kind is None:
        return Response("There is no such file.\n", 404, media_type="text/plain")
    return _tagged(request, known[name].read_bytes(), kind, status)


def _answer(request: Request, value: object, *, status: int = 200, store: bool = True) -> Response:
    text = json.dumps(value, ensure_ascii=False).encode()
    answer = _tagged(request, text, "application/json", status)
    if not store:
        answer.headers["cache-control"] = "no-store"
    return answer


def _tagged(request: Request, body: bytes, kind: str, status: int) -> Response:
    """The body under an ETag; what the browser has already is not sent again."""
    headers = {
        "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "cache-control": "no-cache",
    }
    if status == 200 and request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers=headers, media_type=kind)


def _builds(jenkins_url: str) -> Endpoint:
    async def builds(request: Request) -> Response:
        try:
            return _answer(request, await builds_of(jenkins_url))
        except BuildsError as error:
            return _answer(request, {"message": str(error)}, status=error.status)

    return builds


def _log(jenkins_url: str) -> Endpoint:
    async def log(request: Request) -> Response:
        job, number = request.path_params["job"], request.path_params["number"]
        try:
            text = await log_of(jenkins_url, job, number)
        except BuildsError as error:
            return _answer(request, {"message": str(error)}, status=error.status)
        return _tagged(request, text.encode(), "text/plain; charset=utf-8", 200)

    return log
