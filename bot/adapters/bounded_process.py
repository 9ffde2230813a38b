"""One program, run with bounds: seconds, output kept, an environment of its own, no input.

Decides nothing about what it says. Never leaves a process of the program's group behind, never
lets it read this process's environment or input, and never goes through a shell.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KEPT = 65_536  # bytes of the output's end
LARGEST_FILE = 268_435_456  # bytes the program may write into one file
_BEAT = 0.05


@dataclass(frozen=True, slots=True)
class BoundedRun:
    """How it ended: ``status`` is the exit status (negative: a signal), None after the time limit.

    ``output`` is standard output and error as they came, the end of it where ``cut``.
    """

    status: int | None
    output: bytes
    cut: bool = False


def run_bounded(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> BoundedRun:
    """Run ``command`` in ``folder`` to its end, or to the end of its time. Raises OSError."""
    deadline = monotonic() + seconds
    with subprocess.Popen(  # noqa: S603 - no shell; who may name a command is decided before
        list(command),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        umask=0o077,
    ) as process:
        try:
            _limit(process.pid)
            return _watch(process, deadline)
        finally:
            _end_group(process)


def _limit(pid: int) -> None:
    """No endless files and no core dumps, where the system can say so of a running process."""
    import resource  # noqa: PLC0415 - Unix only

    if not hasattr(resource, "prlimit"):
        return
    with contextlib.suppress(OSError, ValueError):
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Whatever the program left running ends with it."""
    _kill_group(process)
    process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _waited(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _watch(process: subprocess.Popen[bytes], deadline: float) -> BoundedRun:
    if process.stdout is None:
        raise OSError("no output")
    kept, total, silent = bytearray(), 0, False
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := deadline - monotonic()) > 0:
            ended = process.poll() is not None  # asked first: what was written before is read below
            if silent:
                return _run(_waited(process, left), kept, total)
            if ended:
                _kill_group(process)  # nothing it left running keeps us reading
            if not selector.select(0 if ended else min(left, _BEAT)):
                if ended:
                    return _run(process.returncode, kept, total)
                continue
            data = os.read(process.stdout.fileno(), KEPT)
            silent = not data
            total += len(data)
            kept += data
            del kept[:-KEPT]
    return _run(None, kept, total)


def _run(status: int | None, kept: bytearray, total: int) -> BoundedRun:
    return BoundedRun(status, bytes(kept), cut=total > len(kept))
