"""What is seen of the machines from outside: their status, and what their firewalls cut.

Decides nothing; it repeats what each process says of itself, and says so where it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.clouds.machine import Machine


@dataclass(frozen=True, slots=True)
class Refusal:
    """Connections that ``server`` at ``address`` cut; ``source`` is where they came from.

    ``caller`` is the server there, or the address again where no server is.
    """

    server: str
    address: str
    port: int
    caller: str
    source: str
    count: int


@dataclass(frozen=True, slots=True)
class Status:
    """A machine now; ``says`` is its own page, empty where it is off or does not answer.

    ``in_service``: it is the one that the inventory last deployed to its cloud names.
    """

    name: str
    cloud: str
    address: str
    on: bool
    in_service: bool
    says: Mapping[str, Any]

    @property
    def commit(self) -> str:
        """What it runs; empty where it does not say."""
        return str(self.says.get("commit", ""))

    @property
    def healthy(self) -> bool:
        """It said so just now."""
        return self.says.get("healthy") is True

    @property
    def why(self) -> tuple[str, ...]:
        """Why it is not healthy."""
        if self.says:
            return tuple(map(str, self.says.get("why", ())))
        return ("it does not answer",) if self.on else ("it is off",)

    @property
    def calls(self) -> frozenset[str]:
        """The addresses with ports that it calls now, as ``127.0.2.7:8888``."""
        return frozenset(self.says.get("calls", ()))


def status_of(machine: Machine, *, in_service: bool) -> Status:
    """Ask it."""
    says = machine.status() or {}
    return Status(machine.name, machine.cloud, machine.address, machine.on, in_service, says)


def refusals_of(machines: Iterable[Machine]) -> tuple[Refusal, ...]:
    """Every connection that their firewalls cut since they were built, by who called whom."""
    asked = list(machines)
    names = {a: m.name for m in asked for a in (m.address, m.also) if a}
    return tuple(
        Refusal(machine.name, machine.address, port, names.get(source, source), source, count)
        for machine in asked
        for source, port, count in _rows(machine)
    )


def _rows(machine: Machine) -> list[tuple[str, int, int]]:
    says = machine.status()
    if says is None:
        return machine.refusals()
    rows = [(*row.partition(" to "), count) for row, count in says["refused"].items()]
    return [(caller, int(port), int(count)) for caller, _, port, count in rows]


def called_addresses(machines: Iterable[Machine]) -> frozenset[str] | None:
    """Whom they call; None where one of them does not say."""
    found: set[str] = set()
    for machine in machines:
        says = machine.status()
        if says is None:
            return None
        found |= {peer.rpartition(":")[0] for peer in says["calls"]}
    return frozenset(found)
