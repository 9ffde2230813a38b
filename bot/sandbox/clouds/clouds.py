"""All machines of the sandbox's fleet, from the outside: build, deploy, break, ask, switch off.

Decides which machine is in service for a server of the inventory, and when an old one may go. It
must never leave a process behind, and never call a deployment done before the machine says itself
that it runs that commit.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from bot.sandbox.clouds.addresses import plain
from bot.sandbox.clouds.deployment import DeployError, Way, deploy_to
from bot.sandbox.clouds.machine import Machine, Yard
from bot.sandbox.clouds.peers import listens
from bot.sandbox.clouds.ports import Slot
from bot.sandbox.clouds.release import WAYS, Break, Facts
from bot.sandbox.clouds.seen import Refusal, Status, called_addresses, refusals_of, status_of
from bot.sandbox.clouds.server import CONSOLE
from bot.sandbox.clouds.tree import BadTreeError, Files, Inventory, Place, files_of, read_inventory

JENKINS = "jenkins"  # the outside address from which deployments come
Say = Callable[[str], None]
Sleep = Callable[[float], None]


class Clouds:
    """The machines, in a folder that is theirs alone; a context manager that ends them all.

    ``interval`` is the time between two calls of a server to the same peer, ``patience`` how long
    a server may take to come up (it may be set); both in seconds. Methods may be called from any thread.
    """

    def __init__(self, folder: Path, *, interval: float = 0.1, patience: float = 15.0) -> None:
        self._folder, self._interval = folder, interval
        self.patience = patience
        self._lock = threading.RLock()
        self._machines: dict[tuple[str, str], Machine] = {}
        self._service: dict[str, str] = {}
        self._slot: Slot | None = None
        self._yard: Yard | None = None
        self._ends: tuple[int, ...] = ()
        self.changed: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, files: Files, commit: str) -> None:
        """Build and switch on every server with this tree. Raises BadTreeError, DeployError."""
        found = read_inventory(files)
        self._open_yard(found, files)
        built = [self._build(place) for place in found.servers.values()]
        for machine in built:
            place = found.servers[machine.name]
            machine.put(files_of(files, place), _facts(commit, place, found))
            self._service[machine.name] = machine.address
            machine.switch_on()
        self._wait_all(built)
        self._tell()

    def _open_yard(self, found: Inventory, files: Files) -> None:
        places = found.servers.values()
        ports = {CONSOLE}.union(*(listens(files_of(files, place)) for place in places))
        addresses = [a for place in places for a in (place.address, place.also) if a]
        self._slot = Slot(addresses, sorted(ports))
        self._ends = os.pipe()
        self._yard = Yard(self._slot.offset, self._ends[0], self._interval)

    def _build(self, place: Place) -> Machine:
        if self._yard is None:
            raise RuntimeError("the clouds are not started")
        held = {machine.also for machine in self._machines.values()}
        machine = Machine(
            place.name,
            place.cloud,
            place.address,
            None if place.also in held else place.also,
            self._folder / place.cloud / place.name / place.address,
            self._yard,
        )
        self._machines[place.name, place.address] = machine
        return machine

    def _wait_all(self, machines: list[Machine]) -> None:
        until = time.monotonic() + self.patience
        for machine in machines:
            if not machine.wait_up(until):
                raise DeployError(f"{machine.name} does not come up: {machine.last_words()}")

    def deploy(
        self,
        cloud: str,
        files: Files,
        commit: str,
        *,
        say: Say = lambda _: None,
        sleep: Sleep = time.sleep,
    ) -> None:
        """Put the tree of ``commit`` on every server of ``cloud``, one after the other.

        ``say`` is told what happens, line by line; ``sleep`` is how to wait, and may raise to stop.
        Raises DeployError where a server does not come up (the next ones are not touched then),
        BadTreeError where there is nothing to deploy.
        """
        found = read_inventory(files)
        wanted = [place for place in found.servers.values() if place.cloud == cloud]
        if not wanted:
            raise BadTreeError(f"the inventory has no server in {cloud}")
        self._build_missing(found, say)
        way = Way(found.outside.get(JENKINS, "127.0.0.1"), self.patience, say, sleep)
        for place in wanted:
            sleep(0)
            with self._lock:
                machine = self._machines[place.name, place.address]
            with _alone(machine, sleep):
                self._hand_over(machine, place)
                deploy_to(machine, files_of(files, place), _facts(commit, place, found), way)
                self._service[place.name] = place.address
        self._forget(cloud, found)
        self._let_go(say)
        self._tell()

    def _hand_over(self, machine: Machine, place: Place) -> None:
        """An IPv6 address that stays when a server moves goes with it to the new machine."""
        if machine.also == place.also:
            return
        with self._lock:
            for other in self._machines.values():
                if other.also == place.also:
                    other.give(None)
            machine.give(place.also)

    def _forget(self, cloud: str, found: Inventory) -> None:
        """A server that left the inventory is in service no more."""
        with self._lock:
            for name, address in list(self._service.items()):
                if name not in found.servers and self._machines[name, address].cloud == cloud:
                    del self._service[name]

    def _build_missing(self, found: Inventory, say: Say) -> None:
        """Who moves a server has built the new machine; where nobody has, it is built now."""
        with self._lock:
            for place in found.servers.values():
                if (place.name, place.address) in self._machines:
                    continue
                say(f"{place.name}: building a machine at {place.address}")
                if place.name in self._service:
                    self.second_instance(place.name, place.address)
                else:
                    self._build(place)

    def second_instance(self, name: str, address: str) -> None:
        """A copy of a server at another address: it serves, but calls nobody until deployed to.

        Raises KeyError where there is no such server, ValueError where the address is taken or is
        not on loopback, DeployError where it does not come up.
        """
        with self._lock:
            old = self._in_service(name)
            spelled = plain(address)
            if spelled is None or not spelled.startswith("127."):
                raise ValueError(f"{address} is no loopback address")
            if any(spelled in (one.address, one.also) for one in self._machines.values()):
                raise ValueError(f"{address} is taken")
            machine = self._build(Place(name, old.cloud, spelled, None, ""))
            files, facts = old.release()
            machine.put(files, replace(facts, standby=True))
            machine.switch_on()
        self._wait_all([machine])
        self._tell()

    def _in_service(self, name: str) -> Machine:
        return self._machines[name, self._service[name]]

    def _let_go(self, say: Say) -> None:
        """Switch off what the inventory no longer names and nobody calls any more."""
        with self._lock:
            on = [machine for machine in self._machines.values() if machine.on]
            old = [m for m in on if not self._serves(m) and not m.release()[1].standby]
            gone = {id(machine) for machine in old}
            called = called_addresses(m for m in on if id(m) not in gone) if old else None
            for machine in old if called is not None else ():
                if not {machine.address, machine.also} & (called or set()):
                    where = f"{machine.name} {machine.address}"
                    say(f"{where}: nobody calls it any more, switching it off")
                    machine.switch_off()

    def _serves(self, machine: Machine) -> bool:
        return self._service.get(machine.name) == machine.address

    def switch_off(self, name: str, address: str | None = None) -> None:
        """Switch off a server's machine, by default the one in service. Raises KeyError."""
        with self._lock:
            self._machines[name, address or self._service[name]].switch_off()
        self._tell()

    def switch_on(self, name: str, address: str | None = None) -> None:
        """Switch it on again, with what lies on its disk. Raises KeyError, DeployError."""
        with self._lock:
            machine = self._machines[name, address or self._service[name]]
            machine.switch_on()
        self._wait_all([machine])
        self._tell()

    def break_server(self, name: str, how: str, where: str = "") -> None:
        """Make the server in service ill: ``crash`` (it ends as soon as it is to load anything),
        ``errors`` (every answer is a 500) or ``slow`` (answers take longer than anyone waits).

        With ``where`` it is ill only while one of its deployed files holds that text, so that
        taking a change back heals it. Raises KeyError, ValueError.
        """  # noqa: D205
        if how not in WAYS:
            raise ValueError(f"{how!r} is none of {', '.join(WAYS)}")
        self._break(name, Break(how, where))

    def mend(self, name: str) -> None:
        """Nothing is wrong with the server any more; one that ended stays off. Raises KeyError."""
        self._break(name, None)

    def _break(self, name: str, broken: Break | None) -> None:
        with self._lock:
            machine = self._in_service(name)
        machine.fall_ill(broken, self.patience)

    def statuses(self) -> tuple[Status, ...]:
        """Every machine that was ever built, in the order of the inventory."""
        with self._lock:
            machines = [(m, self._serves(m)) for m in self._machines.values()]
        return tuple(status_of(machine, in_service=serves) for machine, serves in machines)

    def refusals(self) -> tuple[Refusal, ...]:
        """Every connection that a firewall cut since the start, by who called whom."""
        with self._lock:
            machines = list(self._machines.values())
        return refusals_of(machines)

    def refused_total(self) -> int:
        """How many connections firewalls cut since the start, the servers' own word for it."""
        return sum(refusal.count for refusal in self.refusals())

    def wait_healthy(self, seconds: float = 15.0) -> bool:
        """True as soon as every server in service is healthy; False where that takes too long."""
        until = time.monotonic() + seconds
        while True:
            serving = [status for status in self.statuses() if status.in_service]
            if serving and all(status.healthy for status in serving):
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.05)

    def consoles(self) -> tuple[tuple[str, str, str, str], ...]:
        """Name, cloud, address and ``host:port`` of the console of each machine that is on.

        There ``/metrics``, ``/health`` and ``/status`` are open to 127.0.0.1 alone.
        """
        with self._lock:
            return tuple(
                (m.name, m.cloud, m.address, f"{m.address}:{CONSOLE + m.yard.offset}")
                for m in self._machines.values()
                if m.on
            )

    def pids(self) -> tuple[int, ...]:
        """Process ids of the machines that are on."""
        with self._lock:
            return tuple(m.process.pid for m in self._machines.values() if m.on and m.process)

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()

    def close(self) -> None:
        """End every process; nothing is left to wait for."""
        with self._lock:
            for machine in self._machines.values():
                if machine.process is not None:
                    machine.process.terminate()
            for machine in self._machines.values():
                machine.switch_off()
            for end in self._ends:
                os.close(end)
            self._ends = ()
            if self._slot is not None:
                self._slot.close()
                self._slot = None


@contextmanager
def _alone(machine: Machine, sleep: Sleep) -> Iterator[None]:
    """One deployment to a machine at a time; who waits can be stopped."""
    while not machine.busy.acquire(timeout=0.05):
        sleep(0)
    try:
        yield
    finally:
        machine.busy.release()


def _facts(commit: str, place: Place, found: Inventory) -> Facts:
    return Facts(commit, place.name, place.cloud, tuple(sorted(found.outside.values())))
