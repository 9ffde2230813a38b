"""The door of a server: who knocks at which port, and what is answered.

Decides nothing about who may come in: it asks whoever owns it. HTTP/1.1 as far as a probe, a
scrape or a peer speaks it (RFC 9112), one request a connection.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Protocol

_MOST = 65536
_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; ``after`` seconds later than it could be."""

    status: int
    body: bytes = b""
    media: str = "text/plain; charset=utf-8"
    after: float = 0.0


class Owner(Protocol):
    """Whose door it is."""

    def admits(self, address: str, port: int) -> bool:
        """True where the connection may stay open; what is refused is counted there."""
        ...

    def reply(self, method: str, path: str, address: str, port: int) -> Reply:
        """The answer to a request on the port, as it is configured (without the offset)."""
        ...


class Door(asyncio.Protocol):
    """One connection."""

    def __init__(self, owner: Owner, port: int) -> None:
        self._owner, self._port = owner, port
        self._got = b""
        self._peer = ""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let in, or cut at once, as a reset: what a firewall's drop is to who waits for long."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type alone
        self._peer = str(transport.get_extra_info("peername")[0])
        if self._owner.admits(self._peer, self._port):
            self._transport = transport
            return
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()

    def data_received(self, data: bytes) -> None:
        """Answer once the head is whole."""
        if self._transport is None:
            return
        self._got += data
        if b"\r\n\r\n" not in self._got:
            if len(self._got) > _MOST:
                self._transport.abort()
            return
        words = self._got.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        method, path = (*words, "", "")[:2]
        reply = self._owner.reply(method, path.partition("?")[0], self._peer, self._port)
        self._got = b""
        if reply.after:
            asyncio.get_running_loop().call_later(reply.after, self._send, reply)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        reason = _REASONS.get(reply.status, "Error")
        head = (
            f"HTTP/1.1 {reply.status} {reason}\r\nContent-Type: {reply.media}\r\n"
            f"Content-Length: {len(reply.body)}\r\nConnection: close\r\n\r\n"
        )
        self._transport.write(head.encode("latin-1") + reply.body)
        self._transport.close()
