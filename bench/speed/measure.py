"""One command as a child process: how long it took, how much memory it had, what it printed."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KIBIBYTE = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts in


@dataclass(frozen=True)
class Run:
    """Wall seconds, peak resident megabytes (with its own children), exit code and output."""

    seconds: float
    megabytes: float
    code: int
    output: str


def run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> Run:
    """Run to the end, measured from before the start; no model and no setting of the caller's."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CFG_")}
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment | dict(variables or {}),
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    return Run(seconds, usage.ru_maxrss * _KIBIBYTE / 1e6, process.returncode, text)


def median(command: Sequence[str], times: int) -> Run:
    """The median in time of so many runs, with the largest memory of all."""
    runs = sorted((run(command) for _ in range(times)), key=lambda one: one.seconds)
    middle = runs[len(runs) // 2]
    seconds = statistics.median(one.seconds for one in runs)
    return Run(seconds, max(one.megabytes for one in runs), middle.code, middle.output)
