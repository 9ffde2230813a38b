"""What health is asked of: the clouds' own page and a Prometheus, each of which can be away.

Decides nothing but what they answer now. A Prometheus that refuses has nobody listening at its
port; everything listens on loopback only.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from typing import Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.loopback import Loopback

SILENCES = ("refused", "500", "empty", "stale", "nan")


class Page:
    """The page of every cloud: 200, or 503 while ``ill``."""

    def __init__(self) -> None:
        self.ill = False
        self.app = Starlette(routes=[Route("/health", self._answer)])

    def _answer(self, _: Request) -> Response:
        return PlainTextResponse("", 503 if self.ill else 200)


class Prometheus:
    """``up`` is 1 and errors are few, or what ``silence`` says; ``with`` serves it at ``url``."""

    def __init__(self) -> None:
        self.silence = ""
        self._stack = ExitStack()
        self._app = Starlette(routes=[Route("/api/v1/query", self._answer)])
        self._port = 0

    def __enter__(self) -> Self:
        self._port = self._stack.enter_context(Loopback(self._app)).port
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def url(self) -> str:
        """The same whether somebody listens or not."""
        return f"http://127.0.0.1:{self._port}"

    def fall_silent(self, how: str) -> None:
        """One of SILENCES, until ``speak``."""
        self.silence = how
        if how == "refused":
            self._stack.close()

    def speak(self) -> None:
        """As if nothing had been."""
        if self.silence == "refused":
            self._listen()
        self.silence = ""

    def _listen(self) -> None:
        for _ in range(100):  # somebody may have the port for a moment
            with suppress(OSError):
                self._stack.enter_context(Loopback(self._app, self._port))
                return
            time.sleep(0.1)
        raise AssertionError("the port of Prometheus is taken")

    def _answer(self, request: Request) -> Response:
        if self.silence == "500":
            return JSONResponse({"status": "error", "errorType": "internal"}, 500)
        now = time.time()
        scrape = "timestamp(up)" in request.query_params["query"]
        value = now if scrape else 1.0
        if self.silence == "stale" and scrape:
            value -= 3_600  # it came back after an hour, and knows only what was before
        text = "NaN" if self.silence == "nan" else repr(value)
        rows = [] if self.silence == "empty" else [{"metric": {}, "value": [now, text]}]
        data = {"resultType": "vector", "result": rows}
        return JSONResponse({"status": "success", "data": data})
