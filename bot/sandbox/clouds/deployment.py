"""One release onto one machine, the way the fleet's deploy script does it: over ssh, then waited for.

Decides when a server counts as deployed: its process itself says that it loaded this very commit
and is not ill. Its peers are not its own matter; whoever watches the rollout asks ``/health``.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.clouds.machine import Machine
from bot.sandbox.clouds.peers import SSH
from bot.sandbox.clouds.release import Facts
from bot.sandbox.clouds.tree import Files


class DeployError(Exception):
    """A server did not come up with what was deployed; ``args[0]`` says why, for the build's log."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a deployment goes: ``source`` is where ssh comes from, ``patience`` is in seconds.

    ``say`` is told what happens, line by line; ``sleep`` waits so many seconds, and may raise to
    stop the deployment there.
    """

    source: str
    patience: float
    say: Callable[[str], None]
    sleep: Callable[[float], None]


def deploy_to(machine: Machine, files: Files, facts: Facts, way: Way) -> None:
    """Put it there, have it loaded, wait for it. Raises DeployError."""
    where = f"{machine.name} {machine.address}"
    before = machine.status()
    if before is not None:
        _knock(machine, way.source)
    machine.put(files, facts)
    begun, attempts = time.monotonic(), -1
    if before is not None and machine.ask("/reload", method="POST"):
        way.say(f"{where}: {len(files)} files, told to load them")
        attempts = int(before["attempts"])
    else:
        way.say(f"{where}: {len(files)} files, starting it")
        machine.switch_on()
    _wait_loaded(machine, facts.commit, attempts, way)
    way.say(f"{where}: runs {facts.commit[:12]} after {time.monotonic() - begun:.2f} s")


def _knock(machine: Machine, source: str) -> None:
    """A firewall that keeps deployments out keeps out its own mending: say so before anything."""
    address = (machine.address, SSH + machine.yard.offset)
    try:
        with socket.create_connection(address, timeout=3, source_address=(source, 0)) as knocking:
            knocking.sendall(b"GET / HTTP/1.1\r\n\r\n")
            answered = knocking.recv(64)
    except OSError:
        answered = b""
    if not answered:
        raise DeployError(f"{machine.name}: ssh from {source} is refused by its firewall")


def _wait_loaded(machine: Machine, commit: str, attempts: int, way: Way) -> None:
    until = time.monotonic() + way.patience
    says: Mapping[str, Any] = {}
    while time.monotonic() < until:
        if not machine.on:
            raise DeployError(f"{machine.name} ended: {machine.last_words()}")
        says = machine.status() or says
        if says and int(says["attempts"]) > attempts:
            if says["error"]:
                raise DeployError(f"{machine.name} cannot load it: {says['error']}")
            if says["commit"] == commit and says["ready"]:
                return
        way.sleep(0.02)
    raise DeployError(f"{machine.name} is not ready: {'; '.join(says.get('why', ['no answer']))}")
