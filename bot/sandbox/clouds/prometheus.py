"""Prometheus over the sandbox's fleet, where the program is installed.

Decides what is scraped, how often and under which labels. It must never listen on anything but
127.0.0.1, nor outlive whoever started it. Where the program is missing nobody is asked to install
it: every server's ``/health`` says the same to a probe.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Self

from bot.sandbox.clouds.clouds import Clouds

_CONFIG = """\
global:
  scrape_interval: {interval}s
  scrape_timeout: {interval}s
scrape_configs:
  - job_name: fleet
    file_sd_configs:
      - files: [{targets}]
        refresh_interval: 1s
"""
_PR_SET_PDEATHSIG = 1  # prctl(2)


def installed() -> str | None:
    """Where the program is, or None."""
    return shutil.which("prometheus")


class PrometheusProcess:
    """``with PrometheusProcess(clouds, folder) as it:`` answers queries at ``it.url``.

    Every machine that is on is a target of job ``fleet`` with labels ``server``, ``cloud`` and
    ``address``; machines that are built or switched off later come and go. ``interval`` is in whole
    seconds. Raises FileNotFoundError where it is not installed, RuntimeError where it does not
    start. Begin and end it in the same thread: the kernel ends it with the thread that began it.
    """

    def __init__(self, clouds: Clouds, folder: Path, *, interval: int = 1) -> None:
        program = installed()
        if program is None:
            raise FileNotFoundError("prometheus")
        self._program, self._clouds, self._folder = program, clouds, folder
        self._interval = interval
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        targets = self._folder / "targets.json"
        text = _CONFIG.format(interval=self._interval, targets=targets)
        (self._folder / "prometheus.yml").write_text(text, encoding="utf-8")
        self.write_targets()
        self._clouds.changed = self.write_targets
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        with (self._folder / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - found on the PATH
                self._command(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent(),  # noqa: PLW1509 - one system call, made before
            )
        self._wait_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self._clouds.changed = None
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _command(self, port: int) -> list[str]:
        return [
            self._program,
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--storage.tsdb.retention.time=1d",
            "--log.level=warn",
        ]

    def write_targets(self) -> None:
        """Say anew which machines are on; Prometheus notices by itself."""
        rows = [
            {"targets": [console], "labels": {"server": name, "cloud": cloud, "address": address}}
            for name, cloud, address, console in self._clouds.consoles()
        ]
        fresh = self._folder / "targets.new"
        fresh.write_text(json.dumps(rows), encoding="ascii")
        fresh.replace(self._folder / "targets.json")

    def _wait_ready(self) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until and self._process and self._process.poll() is None:
            with (
                contextlib.suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(f"{self.url}/-/ready", timeout=2),  # noqa: S310 - http, ours
            ):
                return
            time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("prometheus does not start")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _end_with_parent() -> Callable[[], None]:
    """What a child does before it becomes Prometheus: ask to be ended when its parent is."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return ask
