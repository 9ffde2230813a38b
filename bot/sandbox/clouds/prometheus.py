"""Prometheus over the sandbox's fleet, where the program is installed.

Decides what is scraped, how often and under which labels. It must never listen on anything but
127.0.0.1, nor outlive whoever started it. Where the program is missing nobody is asked to install
it: every server's ``/health`` says the same to a probe.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx

from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.machine import ROOT

_CONFIG = """\
global:
  scrape_interval: {interval}s
  scrape_timeout: {interval}s
scrape_configs:
  - job_name: node
    file_sd_configs:
      - files: [{targets}]
        refresh_interval: 1s
"""


def installed() -> str | None:
    """Where the program is, or None."""
    return shutil.which("prometheus")


class PrometheusProcess:
    """``with PrometheusProcess(clouds, folder) as it:`` answers queries at ``it.url``.

    Every machine that is on is a target of job ``node``, as in the sample fleet's own monitoring (so
    that its policy's ``up{job="node", cloud="…"}`` is answered), with labels ``server``, ``cloud`` and
    ``address``; machines that are built or switched off later come and go. ``interval`` is in whole
    seconds. Raises FileNotFoundError where it is not installed, RuntimeError where it does not
    start.
    """

    def __init__(self, clouds: Clouds, folder: Path, *, interval: int = 1) -> None:
        program = installed()
        if program is None:
            raise FileNotFoundError("prometheus")
        self._program, self._clouds, self._folder = program, clouds, folder
        self._interval, self._ends = interval, os.pipe()
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
                env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
                pass_fds=(self._ends[0],),
                start_new_session=True,
            )
        self._wait_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self._clouds.changed = None
        os.close(self._ends[1])
        if self._process is not None:
            self._process.wait()
        os.close(self._ends[0])

    def _command(self, port: int) -> list[str]:
        return [
            *(sys.executable, "-m", "bot.sandbox.clouds.keeper", str(self._ends[0])),
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
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/-/ready", timeout=2).is_success:
                    return
            time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("prometheus does not start")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
