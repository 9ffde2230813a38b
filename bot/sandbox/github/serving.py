"""The ASGI application: REST, GraphQL and git over HTTP behind one door.

Decides the order of a request: who asks, faults, limits, the route under the world's lock, the
log, then the answer. It must never answer before what happened is stored and logged.
Sources: GitHub REST, "Getting started", "Rate limits", "Best practices" (conditional requests).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from bot.sandbox.github import graphql, smart_http
from bot.sandbox.github.auth import admit, caller_of
from bot.sandbox.github.calls import DOCS, Answer, Call, Caller, Json, Refused, find, missing
from bot.sandbox.github.faults import Faults
from bot.sandbox.github.limits import Limits
from bot.sandbox.github.markdown import with_html
from bot.sandbox.github.traffic import Asked, Logged
from bot.sandbox.github.world import World

API = "/api/v3"
_VERSIONS = {"", "2022-11-28", "2026-03-10"}
_REMOVED = {"merge_commit_sha", "assignee", "has_downloads", "rate"}  # in the newest version
_METHODS = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Location, Retry-After, X-GitHub-Request-Id,"
    " X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, X-RateLimit-Resource,"
    " X-RateLimit-Reset, X-Accepted-GitHub-Permissions",
}
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, Accept,"
    " X-GitHub-Api-Version",
    "Access-Control-Allow-Methods": "GET, POST, PATCH, PUT, DELETE",
    "Access-Control-Max-Age": "86400",
}


@dataclass(slots=True)
class Door:
    """Lets requests in, one thread a request; ``before`` and ``after`` are a test's hooks."""

    world: World
    faults: Faults
    log: list[Logged] = field(default_factory=list)
    before: Callable[[Asked], Response | None] | None = None
    after: Callable[[Logged], None] | None = None
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        self._limits = Limits(self.world, self.faults)

    def application(self) -> Starlette:
        """The ASGI application."""
        routes = [Path("/{path:path}", self._enter, methods=_METHODS)]
        return Starlette(routes=routes)

    async def _enter(self, request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(self._serve, request, body)

    def _serve(self, request: Request, body: bytes) -> Response:
        path = request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**_CORS, **_PREFLIGHT})
        kind = _kind(path)
        shown = path.removeprefix(API) or "/" if kind == "rest" else path.removeprefix("/api")
        shown = path if kind == "git" else shown
        caller, refusal = self._caller(request.headers)
        asked = Asked(
            next(self._numbers),
            request.method,
            shown,
            request.url.query,
            caller.app.slug if caller.app else None,
            caller.login,
            kind,
            body,
        )
        response = self.before(asked) if self.before else None
        if response is None:
            response = self._respond(request, asked, caller, refusal)
        self._note(asked, response)
        return response

    def _note(self, asked: Asked, response: Response) -> None:
        mutation = asked.kind == "graphql" and graphql.is_mutation(asked.body)
        row = Logged(
            asked.number,
            asked.method,
            asked.path,
            asked.query,
            response.status_code,
            asked.app,
            asked.login,
            asked.kind,
            mutation,
        )
        self.log.append(row)
        if self.after:
            self.after(row)

    def _caller(self, headers: Mapping[str, str]) -> tuple[Caller, Refused | None]:
        try:
            with self.world.lock:
                return caller_of(self.world, headers), None
        except Refused as refusal:
            return Caller(), refusal

    def _respond(
        self, request: Request, asked: Asked, caller: Caller, refusal: Refused | None
    ) -> Response:
        fault = self.faults.meet(asked.method, asked.path)
        if fault:
            return _response(fault, {})
        if asked.kind == "git":
            return smart_http.serve(self.world, request, asked, caller, refused=refusal is not None)
        headers, limited = self._limits.spend(asked, caller)
        try:
            if refusal:
                raise refusal
            if limited:
                raise limited
            answer, more = self._answer(request, asked, caller)
        except Refused as refused:
            return _response(_error(refused), headers)
        if asked.method in {"GET", "HEAD"} and answer.status == 200:
            response = _conditional(request, answer, {**headers, **more})
            if response.status_code == 304:
                self._limits.give_back(caller)
            return response
        return _response(answer, {**headers, **more})

    def _answer(
        self, request: Request, asked: Asked, caller: Caller
    ) -> tuple[Answer, dict[str, str]]:
        if asked.kind == "graphql":
            with self.world.lock:
                return graphql.answer(self.world, caller, asked), {}
        version = request.headers.get("x-github-api-version", "")
        accept = request.headers.get("accept", "")
        if version not in _VERSIONS:
            raise Refused(400, f'"{version}" is not a supported API version.')
        if asked.path == "/rate_limit":
            return _rendered(Answer(200, self._limits.overview(caller)), accept, version), {}
        method = "GET" if asked.method == "HEAD" else asked.method
        entry, params = find(method, asked.path) or missing()
        body = _body(asked)
        with self.world.lock:
            repo = admit(self.world, caller, entry, params)
            call = Call(
                self.world,
                caller,
                method,
                asked.path,
                dict(request.query_params),
                request.headers,
                body,
                params,
                repo,
            )
            found = entry.handler(call)
            if entry.handler.__name__ == "get_pull" and self.faults.unknowns():
                found = _uncomputed(found)
        answer = found if isinstance(found, Answer) else Answer(200, found)
        return _rendered(answer, accept, version), call.out


def _kind(path: str) -> str:
    if path == "/api/graphql":
        return "graphql"
    if smart_http.is_git(path):
        return "git"
    return "rest" if path.startswith(API) else "oauth"


def _body(asked: Asked) -> Json:
    if not asked.body or asked.method in {"GET", "HEAD"}:
        return {}
    try:
        found = json.loads(asked.body)
    except ValueError:
        raise Refused(400, "Problems parsing JSON") from None
    if isinstance(found, list) and asked.path.endswith("/labels"):
        return {"labels": found}
    if not isinstance(found, dict):
        raise Refused(400, "Body should be a JSON object")
    return found


def _uncomputed(found: object) -> object:
    """A pull request whose trial merge GitHub has not finished."""
    if not isinstance(found, dict):
        return found
    unknown = {"mergeable": None, "rebaseable": None, "mergeable_state": "unknown"}
    return {**found, **unknown, **({} if found["merged"] else {"merge_commit_sha": None})}


def _rendered(answer: Answer, accept: str, version: str) -> Answer:
    data, full = answer.data, "full+json" in accept
    if version == "2026-03-10":
        data = _without(data, _REMOVED)
    if full or "html+json" in accept:
        data = with_html(data, keep_source=full)
    return Answer(answer.status, data, answer.headers, answer.media)


def _without(data: object, names: set[str]) -> object:
    if isinstance(data, list):
        return [_without(item, names) for item in data]
    if isinstance(data, dict):
        return {key: _without(item, names) for key, item in data.items() if key not in names}
    return data


def _error(refused: Refused) -> Answer:
    content: Json = {"message": refused.message}
    if refused.errors is not None:
        content["errors"] = refused.errors
    content |= {"documentation_url": DOCS, "status": str(refused.status)}
    return Answer(refused.status, content, refused.headers)


def _content(answer: Answer) -> bytes:
    if answer.data is None:
        return b""
    if isinstance(answer.data, bytes):
        return answer.data
    if isinstance(answer.data, str) and "json" not in answer.media:
        return answer.data.encode()
    return json.dumps(answer.data, ensure_ascii=False).encode()


def _response(answer: Answer, headers: Mapping[str, str]) -> Response:
    return Response(
        _content(answer),
        answer.status,
        {
            "Content-Type": answer.media,
            "Server": "github.com",
            "X-GitHub-Request-Id": secrets.token_hex(8).upper(),
            "X-GitHub-Media-Type": "github.v3; format=json",
            **_CORS,
            **headers,
            **answer.headers,
        },
    )


def _conditional(request: Request, answer: Answer, headers: Mapping[str, str]) -> Response:
    """The answer with its ETag, or 304 where the client has it already."""
    digest = hashlib.sha256(_content(answer) + answer.media.encode()).hexdigest()
    etag = f'W/"{digest}"'
    cache = {
        "ETag": etag,
        "Cache-Control": "private, max-age=60, s-maxage=60",
        "Vary": "Accept, Authorization",
    }
    known = request.headers.get("if-none-match", "")
    if digest in known:
        return _response(Answer(304), {**headers, **cache})
    return _response(answer, {**headers, **cache})
