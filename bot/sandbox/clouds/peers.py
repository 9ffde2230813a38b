"""Which addresses a server is configured with: whom it calls, and where it listens.

Decides both from the deployed files alone, as the programs of the fleet would. It must never call
what a comment or a firewall names, nor an address outside 127.0.0.0/8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.sandbox.clouds.addresses import plain
from bot.sandbox.clouds.reading import Key, values

SSH = 22
# Where a host stands without its port, the service's own says it (IANA's registry of ports).
_USUAL = {"db": 5432, "database": 5432, "postgres": 5432, "redis": 6379, "cache": 6379}
_HOST = r"\[[0-9A-Fa-f:.]+\]|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
_URL = re.compile(rf"\b(https?)://({_HOST})(?::(\d+))?")
_WITH_PORT = re.compile(rf"({_HOST}):(\d{{1,5}})(?!\d)")
_BARE = re.compile(_HOST)
_PUBLISHED = re.compile(r"(?:[\d.]+:)?(\d+):\d+(?:/tcp)?")
# Programs of the fleet that listen on the host's own network, by a word of their image.
_HOST_PORTS = {"node-exporter": (9100,), "nginx-prometheus-exporter": (9113,)}
_LISTEN = re.compile(r"(?m)^\s*listen\s+(?:\[::\]:)?(\d+)\b")


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """Where a server of another address is called."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class Uses:
    """What the deployed files name: ``calls`` can be called, ``names`` are addresses alone."""

    calls: frozenset[Endpoint]
    names: frozenset[str]


def uses(files: Mapping[str, bytes]) -> Uses:
    """Every address of the settings, this machine's own 127.0.0.1 left out. Raises UnreadableError."""
    rows = list(values(files))
    by_place = {(path, key): value for path, key, value in rows}
    calls: set[Endpoint] = set()
    names: set[str] = set()
    for path, key, value in rows:
        if key[-1:] in {("listen",), ("allow",), ("deny",)}:
            continue
        calls.update(_endpoints(value))
        names.update(_on_loopback(_BARE.findall(value)))
        calls.update(_beside(path, key, value, by_place))
    return Uses(frozenset(calls), frozenset(names))


def _endpoints(value: str) -> Iterator[Endpoint]:
    for scheme, host, port in _URL.findall(value):
        for address in _on_loopback([host]):
            yield Endpoint(address, int(port or {"http": 80, "https": 443}[scheme]))
    for host, port in _WITH_PORT.findall(value):
        for address in _on_loopback([host]):
            yield Endpoint(address, int(port))


def _on_loopback(hosts: list[str]) -> Iterator[str]:
    for host in hosts:
        address = plain(host.strip("[]"))
        if address and address.startswith("127.") and address != "127.0.0.1":
            yield address


def _beside(
    path: str, key: Key, value: str, by_place: Mapping[tuple[str, Key], str]
) -> Iterator[Endpoint]:
    """``host`` with a ``port`` beside it, ``REDIS_HOST`` with ``REDIS_PORT`` or the usual one."""
    match = re.fullmatch(r"(.*?)host", key[-1], re.IGNORECASE) if key else None
    if match is None or _BARE.fullmatch(value) is None:
        return
    port_key = match[1] + ("PORT" if key[-1].isupper() else "port")
    owner = match[1].strip("_-.").lower() or (key[-2].lower() if len(key) > 1 else "")
    port = by_place.get((path, (*key[:-1], port_key)), str(_USUAL.get(owner, "")))
    if port.isdigit():
        yield from (Endpoint(address, int(port)) for address in _on_loopback([value]))


def listens(files: Mapping[str, bytes]) -> frozenset[int]:
    """Ports on which the machine is reached: those that compose.yml publishes, and ssh."""
    rows = [(key, value) for path, key, value in values(files) if path == "compose.yml"]
    found = {SSH}
    for key, value in rows:
        if "ports" in key:
            match = _PUBLISHED.fullmatch(value)
            found.update({int(match[1])} if match else set())
    for key, value in rows:
        if key[-1] == "image" and ((*key[:-1], "network_mode"), "host") in rows:
            found.update(_on_host(value, files))
    return frozenset(found)


def _on_host(image: str, files: Mapping[str, bytes]) -> set[int]:
    name = image.rpartition("/")[2].partition(":")[0]
    if name == "nginx":
        texts = [d.decode("utf-8") for p, d in files.items() if p.startswith("nginx/")]
        return {int(port) for text in texts for port in _LISTEN.findall(text)}
    return set(_HOST_PORTS.get(name, ()))
