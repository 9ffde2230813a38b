"""FastAPI: a webhook is checked, recorded and enqueued; the answer comes at once.

Decides what is let in. Nothing of a body is looked at before its signature holds, and nothing is
done about it here. What GitHub sends and expects: https://docs.github.com/en/webhooks.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from bot.events import Event, EventError, Ping, read_event
from bot.signature import verify
from bot.telemetry import Telemetry

MAX_BODY = 25 * 1024 * 1024  # GitHub caps payloads at 25 MB
_GUID = re.compile(r"[0-9A-Za-z-]{1,64}")
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LOG = logging.getLogger("bot.app")


class Service(Protocol):
    """What stands behind the web layer."""

    def take(self, event: Event, name: str, guid: str) -> int:
        """Record the delivery and enqueue what it causes; how many errands that were."""

    def ready(self) -> str | None:
        """None where work can be taken, else why not."""

    def unfinished(self) -> int:
        """Errands on their way."""

    def page(self, key: str, token: str) -> str | None:
        """The timeline of a change as HTML; None for a key or token that is not right."""


@dataclass(frozen=True)
class Refused(Exception):  # noqa: N818 - an answer, not a fault of ours
    """A request that is not taken: HTTP status and a word on why."""

    status: int
    why: str


def build_app(
    service: Service,
    secrets: Sequence[str],
    telemetry: Telemetry,
    running: Callable[[], AbstractContextManager[None]],
) -> FastAPI:
    """The application; ``running`` starts and stops what stands behind it."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        context = running()
        await run_in_threadpool(context.__enter__)
        try:
            yield
        finally:
            await run_in_threadpool(context.__exit__, None, None, None)

    app = FastAPI(
        title="cfgbot", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    _add_webhook(app, service, secrets, telemetry)
    _add_health(app, service, telemetry)
    _add_pages(app, service)
    return app


def _add_webhook(
    app: FastAPI, service: Service, secrets: Sequence[str], telemetry: Telemetry
) -> None:
    @app.post("/webhook")
    async def webhook(request: Request) -> Response:
        name = request.headers.get("X-GitHub-Event", "")
        try:
            answer = await _receive(request, name, service, secrets)
        except Refused as refused:
            answer = JSONResponse({"error": refused.why}, refused.status)
        known = name if _EVENT.fullmatch(name) and answer.status_code < 400 else "other"
        telemetry.webhook(known, answer.status_code)
        return answer


async def _receive(
    request: Request, name: str, service: Service, secrets: Sequence[str]
) -> JSONResponse:
    body = await read_limited(request)
    if not verify(body, request.headers.get("X-Hub-Signature-256"), secrets):
        raise Refused(401, "the signature X-Hub-Signature-256 is missing or wrong")
    guid = request.headers.get("X-GitHub-Delivery", "")
    if not _EVENT.fullmatch(name) or not _GUID.fullmatch(guid):
        raise Refused(400, "X-GitHub-Event and X-GitHub-Delivery must name the delivery")
    if request.headers.get("Content-Type", "").split(";")[0].strip() != "application/json":
        raise Refused(415, "set the webhook's content type to application/json")
    event = _event(name, body)
    if isinstance(event, Ping):
        return JSONResponse({"pong": True})
    count = await run_in_threadpool(service.take, event, name, guid)
    return JSONResponse({"accepted": guid, "errands": count}, 202)


async def read_limited(request: Request, most: int = MAX_BODY) -> bytes:
    """The body, never more than ``most`` bytes of it in memory. Raises Refused (413, 400)."""
    declared = request.headers.get("Content-Length", "0")
    if not declared.isdigit():
        raise Refused(400, "Content-Length is no number")
    if int(declared) > most:
        raise Refused(413, f"a body may have {most} bytes")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refused(413, f"a body may have {most} bytes")
    return bytes(body)


def _event(name: str, body: bytes) -> Event:
    try:
        payload: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "the body is no JSON") from error
    try:
        return read_event(name, payload)
    except EventError as error:
        raise Refused(400, f"the payload is not as GitHub documents it: {error.code}") from error


def _add_health(app: FastAPI, service: Service, telemetry: Telemetry) -> None:
    @app.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    async def readyz() -> Response:
        why = await run_in_threadpool(service.ready)
        return PlainTextResponse("ready\n") if why is None else PlainTextResponse(f"{why}\n", 503)

    @app.get("/metrics")
    async def metrics() -> Response:
        telemetry.unfinished(await run_in_threadpool(service.unfinished))
        return Response(telemetry.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_pages(app: FastAPI, service: Service) -> None:
    @app.get("/")
    async def index() -> Response:
        return PlainTextResponse("cfgbot is here. Webhooks go to /webhook.\n")

    @app.get("/changes/{key}")
    async def change(key: str, token: str = "") -> Response:
        html = await run_in_threadpool(service.page, key, token)
        if html is None:
            return PlainTextResponse("no such change, or the link is not whole\n", 404)
        headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        return HTMLResponse(html, headers=headers)
