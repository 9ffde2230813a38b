"""Ports of a sandbox, so that two at once never meet although their addresses are the same.

Decides the number that is added to every port of the fleet. It must never reach the range from
which the kernel takes ports for outgoing connections.
"""

from __future__ import annotations

import errno
import random
import socket
import sys
from collections.abc import Iterable
from pathlib import Path

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_FIRST_OUTGOING = 32768
_HIGHEST = 9999  # no service of the fleet has a higher port
# Two sandboxes differ by a multiple of this; no two ports of the fleet do.
STEP = 1009


def possible() -> bool:
    """True where processes can have addresses of 127.0.0.0/8 other than 127.0.0.1, as on Linux."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
            tried.bind(("127.0.2.7", 0))
    except OSError:
        return False
    return sys.platform == "linux"  # abstract sockets and pidfds are Linux's own


class Slot:
    """A number nobody else on this machine uses, held until ``close`` or until this process ends.

    Raises RuntimeError where all are taken. Whoever holds it has bound an abstract socket named
    after it (unix(7)): that name belongs to the same network namespace as the ports.
    """

    def __init__(self, addresses: Iterable[str], ports: Iterable[int]) -> None:
        places = [(address, port) for address in addresses for port in ports]
        choices = list(range(STEP, _first_outgoing() - _HIGHEST, STEP))
        random.shuffle(choices)
        for offset in choices:
            held = _hold(offset)
            if held is None:
                continue
            if all(_free(address, port + offset) for address, port in places):
                self.offset, self._held = offset, held
                return
            held.close()
        raise RuntimeError("no free ports for the sandbox's servers")

    def close(self) -> None:
        """Others may have it."""
        self._held.close()


def _first_outgoing() -> int:
    try:
        return int(_RANGE.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return _FIRST_OUTGOING


def _hold(offset: int) -> socket.socket | None:
    held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        held.bind(f"\0cfgbot-sandbox-clouds-{offset}")
    except OSError as error:
        held.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise
    return held


def _free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True
