"""The bot as a process of its own that dies (SIGKILL) at the n-th step boundary when told to.

``python -m tests.killable <folder>``: settings come from ``<folder>/environ.json``; the URL it
serves at is written to ``<folder>/url``. While ``<folder>/armed`` holds a number, that many step
boundaries (begin and end of each count) after the file appeared the process is gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

from bot.app import build_app
from bot.durable import FLOW_VERSION
from bot.sandbox.loopback import Loopback
from bot.server_settings import read_server_settings
from bot.serving import open_server
from bot.settings import read_settings
from bot.telemetry import Telemetry


class Trap:
    """Counts step boundaries while armed; writes each down, so that a test can name them."""

    def __init__(self, folder: Path) -> None:
        self._armed = folder / "armed"
        self._seen = folder / "seen"
        self._count = 0
        self._lock = threading.Lock()

    def __call__(self, name: str, moment: str) -> None:
        """A step begins or ends."""
        with self._lock:
            if not self._armed.exists():
                self._count = 0
                return
            self._count += 1
            with self._seen.open("a") as seen:
                seen.write(f"{name} {moment}\n")
            if self._count == int(self._armed.read_text() or 0):
                os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path) -> None:
    """Serve until killed."""
    environ = json.loads((folder / "environ.json").read_text())
    settings, telemetry = read_server_settings(environ), Telemetry()
    server = open_server(
        settings,
        read_settings(environ),
        telemetry,
        pace=0.02,
        version=environ.pop("VERSION", FLOW_VERSION),
        on_step=Trap(folder),
    )
    front = Loopback(build_app(server, settings.secrets, telemetry, server.running), settings.port)
    with front:
        (folder / "url").write_text(front.url)
        threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
