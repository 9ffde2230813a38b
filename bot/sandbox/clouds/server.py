"""One server of the fleet: a process that loads what was deployed to it, serves, calls and counts.

Decides whether it is healthy. It must never run with half a release, bind anything but its own
loopback addresses, or outlive whoever started it: it ends when the pipe it was given ends, which
the kernel sees to even where its parent is killed. Start it with ``python -m`` and ``--help``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.sandbox.clouds.addresses import SIXTH, plain
from bot.sandbox.clouds.answering import Door, Reply
from bot.sandbox.clouds.calling import call
from bot.sandbox.clouds.counts import ANSWERED, Counts, Last
from bot.sandbox.clouds.firewall import UnreadableError
from bot.sandbox.clouds.peers import Endpoint
from bot.sandbox.clouds.release import CRASH, ERRORS, SLOW, Loaded, load

CONSOLE = 1  # the provider's own way in, beside every firewall: a port no service has
REFUSALS = "refused.json"
FRESH = 1.0  # seconds for which a peer's answer says that it is there
DELAY = 3.0  # seconds a slow server takes: longer than anyone waits
_JSON = "application/json"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


class Server:
    """The process's state. ``also`` is the address behind its IPv6 one; ports are + ``offset``."""

    def __init__(
        self, home: Path, address: str, also: str | None, offset: int, interval: float
    ) -> None:
        self._home, self._offset, self._interval = home, offset, interval
        self._address, self._also = address, also
        self._counts = Counts()
        self._last: dict[Endpoint, Last] = {}
        self._listeners: dict[int, list[asyncio.Server]] = {}
        self._callers: dict[Endpoint, asyncio.Task[None]] = {}
        self._saving: asyncio.TimerHandle | None = None
        self._error = ""
        self._attempts = 0
        self._loaded: Loaded | None = None
        self._loading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Load, listen, call. Raises OSError where a port is taken, UnreadableError."""
        self._counts.remember(self._home / REFUSALS)
        await self._use(load(self._home))
        for listener in (await self._bind([CONSOLE]))[CONSOLE]:
            await listener.start_serving()

    async def reload(self) -> None:
        """Take the current release; one that cannot be used leaves the old one running."""
        async with self._loading:
            try:
                await self._use(load(self._home))
                self._error = ""
            except (UnreadableError, OSError, ValueError) as error:
                self._error = f"{type(error).__name__}: {error}"
                sys.stderr.write(f"cannot load the release: {self._error}\n")
            self._attempts += 1

    async def _use(self, loaded: Loaded) -> None:
        if loaded.broken == CRASH:
            sys.stderr.write("broken on purpose: crash\n")
            sys.stderr.flush()
            os._exit(3)
        fresh = await self._bind(loaded.ports - set(self._listeners))
        self._loaded = loaded  # before anybody can knock at a new port
        self._listeners |= fresh
        for listener in (one for listeners in fresh.values() for one in listeners):
            await listener.start_serving()
        for port in set(self._listeners) - loaded.ports:
            for listener in self._listeners.pop(port):
                listener.close()
        self._counts.loads += 1
        self._call_anew(loaded)

    async def _bind(self, ports: Iterable[int]) -> dict[int, list[asyncio.Server]]:
        """Ports that are ours but closed yet: all of them, or none. Raises OSError."""
        made: dict[int, list[asyncio.Server]] = {}
        try:
            for port in ports:
                for address in filter(None, (self._address, self._also)):
                    made.setdefault(port, []).append(await self._open(port, address))
        except OSError:
            for listener in (one for listeners in made.values() for one in listeners):
                listener.close()
            raise
        return made

    async def _open(self, port: int, address: str) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: Door(self, port),
            address,
            port + self._offset,
            backlog=256,
            start_serving=False,
        )

    async def take(self, also: str | None) -> None:
        """Listen at that second address from now on, instead of the one it had."""
        async with self._loading:
            self._also = also
            for port, listeners in self._listeners.items():
                for listener in listeners[1:]:
                    listener.close()
                listeners[1:] = [await self._once_free(port, also)] if also else []

    async def _once_free(self, port: int, address: str) -> asyncio.Server:
        """Who had the address is told to let it go at the same time, and may take a moment."""
        while True:
            try:
                listener = await self._open(port, address)
                await listener.start_serving()
            except OSError:
                await asyncio.sleep(0.01)
            else:
                return listener

    def _call_anew(self, loaded: Loaded) -> None:
        wanted = set() if loaded.facts.standby else set(self._wanted(loaded))
        for peer in set(self._callers) - wanted:
            self._callers.pop(peer).cancel()
            del self._last[peer]
        for peer in sorted(wanted - set(self._callers)):
            self._last[peer] = Last()
            self._callers[peer] = asyncio.create_task(self._keep_calling(peer))

    def _wanted(self, loaded: Loaded) -> Iterator[Endpoint]:
        without = {self._address, self._also, *loaded.facts.outside}
        return (peer for peer in loaded.uses.calls if peer.address not in without)

    async def _keep_calling(self, peer: Endpoint) -> None:
        loop = asyncio.get_running_loop()
        # who is configured with an IPv6 address is reached from the caller's own IPv6 one
        sixth = self._also if peer.address.startswith(SIXTH) else None
        source = sixth or self._address
        last = self._last[peer]
        while True:
            begun = loop.time()
            last.outcome, last.why = await call(peer, source, self._offset)
            self._counts.calls[peer, last.outcome] += 1
            if last.outcome == ANSWERED:
                last.at = loop.time()
            await asyncio.sleep(max(0.0, self._interval - (loop.time() - begun)))

    def admits(self, address: str, port: int) -> bool:
        """As the deployed firewall says; the console admits this machine alone."""
        if port == CONSOLE:
            return address == "127.0.0.1"
        if self._loaded is not None and self._loaded.firewall.admits(address, port):
            return True
        self._counts.refused[address, port] += 1
        if self._saving is None:
            self._saving = asyncio.get_running_loop().call_later(0.05, self.save)
        return False

    def save(self) -> None:
        """Write down what was refused."""
        self._saving = None
        self._counts.keep(self._home / REFUSALS)

    def reply(self, method: str, path: str, address: str, port: int) -> Reply:
        """What a service answers to anybody, and the console to commands."""
        if port == CONSOLE and method == "POST":
            return self._commanded(path)
        broken = self._loaded.broken if self._loaded else None
        if port != CONSOLE:
            self._counts.served[address, port] += 1
            if broken == ERRORS:
                self._counts.errors += 1
                return Reply(500, b"broken on purpose\n")
        after = DELAY if broken == SLOW and port != CONSOLE else 0.0
        return self._page(path, after)

    def _commanded(self, path: str) -> Reply:
        if path == "/reload":
            self._soon(self.reload())
        elif path.startswith("/also/"):
            self._soon(self.take(plain(path.removeprefix("/also/"))))
        else:
            return Reply(404)
        return Reply(200, b"at once\n")

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _page(self, path: str, after: float) -> Reply:
        why = self.unhealthy()
        if path in {"/health", "/actuator/health"}:
            return Reply(
                503 if why else 200, ("\n".join(why) or "healthy").encode() + b"\n", after=after
            )
        if path in {"/metrics", "/actuator/prometheus"}:
            commit = self._loaded.facts.commit if self._loaded else ""
            text = self._counts.prometheus(commit, healthy=not why)
            return Reply(200, text.encode(), _METRICS, after)
        if path == "/status":
            return Reply(200, json.dumps(self.status()).encode(), _JSON, after)
        return Reply(200, b"ok\n", after=after)

    def unhealthy(self) -> list[str]:
        """Why it is not healthy; empty where all its peers answered just now."""
        found = [self._error] if self._error else []
        if self._loaded is not None and self._loaded.broken:
            found.append(f"ill: {self._loaded.broken}")
        now = asyncio.get_running_loop().time()
        for peer, last in sorted(self._last.items()):
            if last.at is None or now - last.at > FRESH + self._interval:
                found.append(f"{peer}: {last.why or 'no answer lately'}")
        return found

    def status(self) -> dict[str, object]:
        """Everything about it, as JSON has it."""
        loaded, why = self._loaded, self.unhealthy()
        facts = loaded.facts if loaded else None
        named = {*map(str, loaded.uses.calls), *loaded.uses.names} if loaded else set()
        return {
            "name": facts.name if facts else "",
            "cloud": facts.cloud if facts else "",
            "address": self._address,
            "commit": facts.commit if facts else "",
            "standby": facts is not None and facts.standby,
            "ready": not self._error and (loaded is None or loaded.broken is None),
            "healthy": not why,
            "why": why,
            "ports": sorted(loaded.ports) if loaded else [],
            "configured": sorted(named),
            "error": self._error,
            "attempts": self._attempts,
            "pid": os.getpid(),
            **self._counts.as_json(self._last),
        }


async def _until_ended(pipe: int) -> None:
    """Return when the other end of the pipe is gone, or when told to end."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(pipe, ended.set)
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


async def _serve(given: argparse.Namespace) -> None:
    server = Server(given.home, given.address, given.also, given.offset, given.interval)
    await server.start()
    await _until_ended(given.pipe)
    server.save()
    os._exit(0)  # open connections are cut, as where a machine is switched off


def main() -> None:
    """Run until the parent is gone."""
    parser = argparse.ArgumentParser(prog="cloud-server")
    parser.add_argument("--home", type=Path, required=True, help="its releases")
    parser.add_argument("--address", required=True, help="its own, on loopback")
    parser.add_argument("--also", help="the address that stands for its IPv6 one")
    parser.add_argument("--offset", type=int, required=True, help="added to every port")
    parser.add_argument("--interval", type=float, default=0.1, help="seconds between calls")
    parser.add_argument("--pipe", type=int, required=True, help="it ends when this ends")
    try:
        asyncio.run(_serve(parser.parse_args()))
    except (UnreadableError, OSError) as error:
        sys.stderr.write(f"cannot start: {type(error).__name__}: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
