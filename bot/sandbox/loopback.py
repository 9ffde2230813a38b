"""An ASGI application served on 127.0.0.1 from a thread of its own.

Decides the port. It must never listen on anything but loopback.
"""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Any, Self

import uvicorn


class Loopback:
    """``with Loopback(app) as server:`` serves at ``server.url`` until the block ends.

    ``port`` 0 takes a free one. Raises OSError where the port is taken, RuntimeError where the
    application does not start within 30 seconds.
    """

    def __init__(self, app: Any, port: int = 0) -> None:  # noqa: ANN401 - any ASGI application
        # with the protocol said, asyncio sets TCP_NODELAY: without it every answer waits 40 ms
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.app = app  # may be set until the block begins: an application can need its own URL
        self._server: uvicorn.Server | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loopback", daemon=True)

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        config = uvicorn.Config(self.app, log_level="warning", access_log=False, lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread.start()
        for _ in range(3_000):
            if self._server.started:
                return self
            if not self._thread.is_alive():
                break
            self._ready.wait(0.01)
        raise RuntimeError("the application did not start")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join(timeout=10)
            if self._thread.is_alive():  # a client that never lets go must not hold the process
                self._server.force_exit = True
                self._thread.join(timeout=10)
        self._socket.close()

    def _run(self) -> None:
        if self._server is not None:
            self._server.run(sockets=[self._socket])
