"""Who may come in: the deployed firewall files of one server, as the rules they come to.

Decides whether an address may open a connection to a port. What is not understood is an error, not
a guess, and where nothing says who may come in, nobody may. Only TCP and only new connections are
judged. Readers of the formats are in ``walls``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sandbox.clouds.addresses import Network, holds, network

ANY_PORT = ((0, 65535),)


class UnreadableError(Exception):
    """A deployed file that cannot be understood; ``args[0]`` says which and why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a firewall; ``sources`` None: from anywhere. Ports are pairs, both inclusive."""

    allow: bool
    sources: tuple[Network, ...] | None = None
    ports: tuple[tuple[int, int], ...] = ANY_PORT

    def meets(self, address: str, port: int) -> bool:
        """True where it decides about this connection."""
        return any(low <= port <= high for low, high in self.ports) and (
            self.sources is None or holds(self.sources, address)
        )


@dataclass(frozen=True, slots=True)
class Wall:
    """Rules in the order in which they are asked; the first that meets decides, else ``allow``."""

    rules: tuple[Rule, ...]
    allow: bool = False

    def admits(self, address: str, port: int) -> bool:
        """True where the connection may be opened."""
        return next((r.allow for r in self.rules if r.meets(address, port)), self.allow)


@dataclass(frozen=True, slots=True)
class Firewall:
    """All walls of one server: a connection must pass each of them."""

    walls: tuple[Wall, ...] = ()

    def admits(self, address: str, port: int) -> bool:
        """True where every wall lets it in; without a wall nobody comes in."""
        return bool(self.walls) and all(wall.admits(address, port) for wall in self.walls)


def networks(texts: Sequence[str]) -> tuple[Network, ...] | None:
    """Sources as ranges; None where one of them means everywhere. Raises UnreadableError."""
    if any(text.lower() in {"*", "any", "all", "internet", "0.0.0.0/0"} for text in texts):
        return None
    try:
        return tuple(network(text) for text in texts)
    except ValueError as error:
        raise UnreadableError(str(error)) from None


def ports(values: Sequence[object]) -> tuple[tuple[int, int], ...]:
    """``8080``, ``"8080"``, ``"8000-8010"``, ``"8000:8010"`` or ``"*"``. Raises UnreadableError."""
    found = []
    for value in values:
        match = re.fullmatch(r"(\d+)(?:[-:](\d+))?", str(value))
        if match:
            found.append((int(match[1]), int(match[2] or match[1])))
        elif value == "*":
            found.extend(ANY_PORT)
        else:
            raise UnreadableError(f"{value!r} is no port")
    return tuple(found)
