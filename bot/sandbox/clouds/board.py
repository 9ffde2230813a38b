"""The clouds over HTTP: one place that a probe or a person can ask about all of them.

Decides what is healthy of a cloud: every one of its servers in service says so itself. A cloud that
has none is unknown, which is not healthy.
"""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.seen import Status


def board(clouds: Clouds) -> Starlette:
    """An application to be served on loopback.

    ``/status``: everything as JSON. ``/health``, ``/health/<cloud>``, ``/health/<cloud>/<server>``:
    200 where all servers meant are healthy, 503 with why not, 404 where there is none.
    """

    def status(_: Request) -> Response:
        return JSONResponse(as_json(clouds))

    def health(request: Request) -> Response:
        asked = request.path_params
        meant = [one for one in clouds.statuses() if one.in_service and _meant(one, asked)]
        ill = [f"{one.name}: {'; '.join(one.why)}" for one in meant if not one.healthy]
        if not meant:
            return PlainTextResponse("there is no such server\n", 404)
        return PlainTextResponse("\n".join(ill or ["healthy"]) + "\n", 503 if ill else 200)

    return Starlette(
        routes=[
            Route("/status", status),
            Route("/health", health),
            Route("/health/{cloud}", health),
            Route("/health/{cloud}/{server}", health),
        ]
    )


def _meant(status: Status, asked: dict[str, str]) -> bool:
    return asked.get("cloud", status.cloud) == status.cloud and (
        asked.get("server", status.name) == status.name
    )


def as_json(clouds: Clouds) -> dict[str, Any]:
    """All machines, and what was refused, as JSON has it."""
    return {
        "servers": [
            {
                "name": one.name,
                "cloud": one.cloud,
                "address": one.address,
                "on": one.on,
                "in_service": one.in_service,
                "commit": one.commit,
                "healthy": one.healthy,
                "why": list(one.why),
                "calls": sorted(one.calls),
            }
            for one in clouds.statuses()
        ],
        "refused": [
            {
                "by": f"{one.server} ({one.address}:{one.port})",
                "caller": f"{one.caller} ({one.source})",
                "count": one.count,
            }
            for one in clouds.refusals()
        ],
    }
