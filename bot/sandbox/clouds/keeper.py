"""A process that runs a program for another, and ends it when that other is gone.

Decides nothing. It must never end before the program did, nor leave it behind: it notices the end
of the pipe it was given, and where it is killed itself the kernel kills the program (prctl(2)).
Start it with ``python -m bot.sandbox.clouds.keeper PIPE PROGRAM …``.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys

_PR_SET_PDEATHSIG = 1
_PATIENCE = 5.0  # seconds for the program to end in order


def main() -> int:
    """Run until the program ends or the pipe does; the program's exit code."""
    pipe, command = int(sys.argv[1]), sys.argv[2:]
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    with subprocess.Popen(  # noqa: S603 - what it was told to
        command,
        # one system call, made in the only thread there is
        preexec_fn=lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),  # noqa: PLW1509
    ) as program:
        signal.signal(signal.SIGTERM, lambda *_: program.terminate())
        ended = os.pidfd_open(program.pid)
        select.select([pipe, ended], [], [])
        program.terminate()
        try:
            return program.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            program.kill()
            return program.wait()


if __name__ == "__main__":
    sys.exit(main())
