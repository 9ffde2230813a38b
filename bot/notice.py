"""FastAPI: Jenkins says that it has done something for a run, so that nobody waits for the next look.

Decides who may wake a watch: whoever signs with the secret that Jenkins was given. What a notice
says of a result is never read: it only names a run, and the run is then looked up in Jenkins
itself. So a notice that is repeated, late, lost or made up does no more than one look too many or
too few. Nothing of a body is looked at before its signature holds.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from bot.app import Refused, read_limited
from bot.signature import verify
from bot.telemetry import Telemetry

HEADER = "X-Cfg-Signature-256"
MAX_NOTICE = 4 * 1024
# what the bot itself calls its runs, and nothing that a log or a query would trip over
_RUN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:~-]{0,199}")
_LOG = logging.getLogger("bot.notice")

Wake = Callable[[str], None]


def add_notices(app: FastAPI, secret: str, telemetry: Telemetry, wake: Wake) -> None:
    """``POST /jenkins`` with ``{"run": "<CFG_RUN>"}``, signed as GitHub signs its webhooks.

    ``wake(run)`` is called in a thread, once for each good notice; it must only enqueue a look.
    """

    @app.post("/jenkins")
    async def jenkins(request: Request) -> Response:
        try:
            answer = await _receive(request, secret, wake)
        except Refused as refused:
            answer = JSONResponse({"error": refused.why}, refused.status)
        telemetry.webhook("jenkins" if answer.status_code < 400 else "other", answer.status_code)
        return answer


async def _receive(request: Request, secret: str, wake: Wake) -> JSONResponse:
    body = await read_limited(request, MAX_NOTICE)
    if not verify(body, request.headers.get(HEADER), [secret]):
        raise Refused(401, f"the signature {HEADER} is missing or wrong")
    run = _run(body)
    try:
        await run_in_threadpool(wake, run)
    except Exception:  # noqa: BLE001 - whatever it is, the build goes on and is looked at by time
        _LOG.exception("a notice of %s could not be taken", run)
        raise Refused(503, "not now") from None
    return JSONResponse({"accepted": run}, 202)


def _run(body: bytes) -> str:
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is no JSON") from None
    run = said.get("run") if isinstance(said, dict) else None
    if not isinstance(run, str) or not _RUN.fullmatch(run):
        raise Refused(400, "run must name a run")
    return run


def unwatched(run: str) -> None:
    """The wake of a server without a watch that could be woken: builds are looked at by time."""
    _LOG.info("Jenkins has done something for %s", run)
