"""One machine of a cloud, as its provider's console sees it: switch on, switch off, ask, command.

Decides how a server's process is started. It must never leave one behind: each is given the end of
a pipe that the kernel closes with the controller, and each is waited for when it ends.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bot
from bot.sandbox.clouds.counts import read_refusals
from bot.sandbox.clouds.release import (
    CRASH,
    Break,
    Facts,
    current_release,
    write_break,
    write_release,
)
from bot.sandbox.clouds.server import CONSOLE, REFUSALS

ROOT = Path(bot.__file__).resolve().parent.parent
_TIMEOUT = 3.0  # seconds for a page of the console; a busy machine is slow to schedule


@dataclass(frozen=True, slots=True)
class Yard:
    """What all machines share: ``offset`` of the ports, ``pipe`` whose end ends them, ``interval``
    seconds between two calls to the same peer."""  # noqa: D205, D209

    offset: int
    pipe: int
    interval: float


@dataclass(slots=True)
class Machine:
    """A machine that was built; it may be off. ``also`` is the address behind its IPv6 one."""

    name: str
    cloud: str
    address: str
    also: str | None
    home: Path
    yard: Yard
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    busy: threading.Lock = field(default_factory=threading.Lock, repr=False)  # being deployed to

    @property
    def on(self) -> bool:
        """True while its process runs."""
        return self.process is not None and self.process.poll() is None

    def put(self, files: Mapping[str, bytes], facts: Facts) -> None:
        """Lay a release on its disk; a running process goes on with the one before."""
        self.home.mkdir(parents=True, exist_ok=True)
        write_release(self.home, files, facts)

    def switch_on(self) -> None:
        """Start its process with the release on its disk; it is not waited for."""
        self.switch_off()
        with (self.home / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - ourselves
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONNODEBUGRANGES": "1"},
                pass_fds=(self.yard.pipe,),
                start_new_session=True,  # a terminal's Ctrl+C is not for it
            )

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "bot.sandbox.clouds.server"),
            *("--home", str(self.home), "--address", self.address),
            *(("--also", self.also) if self.also else ()),
            *("--offset", str(self.yard.offset), "--interval", str(self.yard.interval)),
            *("--pipe", str(self.yard.pipe)),
        ]

    def switch_off(self) -> None:
        """End its process, which keeps its disk."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def ask(self, path: str, *, method: str = "GET") -> tuple[int, bytes] | None:
        """A page of its console; None where nobody answers."""
        connection = http.client.HTTPConnection(
            self.address, CONSOLE + self.yard.offset, timeout=_TIMEOUT
        )
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def status(self) -> Mapping[str, Any] | None:
        """What its process says of itself; None where it is off, or says nothing."""
        answer = self.ask("/status") if self.on else None
        return None if answer is None or answer[0] != 200 else json.loads(answer[1])

    def release(self) -> tuple[dict[str, bytes], Facts]:
        """What was deployed to it last, whether or not its process runs."""
        return current_release(self.home)

    def give(self, also: str | None) -> None:
        """It has that address behind its IPv6 one from now on, or none."""
        self.also = also
        if self.on:
            self.ask(f"/also/{also or '-'}", method="POST")

    def fall_ill(self, broken: Break | None, patience: float) -> None:
        """Ill in that way from now on, or well again; a crash waits for the next deployment.

        ``patience``: seconds for which it is waited until the process noticed.
        """
        write_break(self.home, broken)
        before = self.status()
        if before is None or (broken is not None and broken.how == CRASH):
            return
        self.ask("/reload", method="POST")
        until = time.monotonic() + patience
        while time.monotonic() < until and (says := self.status()):
            if says["attempts"] > before["attempts"]:
                return
            time.sleep(0.01)

    def refusals(self) -> list[tuple[str, int, int]]:
        """Caller, port and number of the connections its firewall refused, ever."""
        return read_refusals(self.home / REFUSALS)

    def wait_up(self, until: float) -> bool:
        """True as soon as its console answers; False where it ended, or at monotonic ``until``."""
        while time.monotonic() < until:
            if not self.on:
                return False
            if self.ask("/status") is not None:
                return True
            time.sleep(0.01)
        return False

    def last_words(self) -> str:
        """The last line of its log."""
        path = self.home / "log.txt"
        lines = (
            path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        )
        return lines[-1] if lines else ""
