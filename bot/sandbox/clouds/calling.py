"""How one server calls another: a new connection each time, from its own address.

Decides what counts as answered, refused (the connection was opened and cut before a byte came
back, as a firewall does here) and failed (nobody there, too slow, or a bad answer).
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct

from bot.sandbox.clouds.counts import ANSWERED, FAILED, REFUSED
from bot.sandbox.clouds.peers import Endpoint

PATIENCE = 1.0  # seconds until a peer counts as gone
_REQUEST = b"GET / HTTP/1.1\r\nHost: peer\r\nConnection: close\r\n\r\n"
# closing with a reset leaves no connection waiting for a minute: there are hundreds a second
_LINGER = struct.pack("ii", 1, 0)


async def call(peer: Endpoint, source: str, offset: int) -> tuple[str, str]:
    """The outcome, and why where it is not ``answered``. Ports are the configured one + offset."""
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)  # noqa: FBT003 - the socket's own signature
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        connection.bind((source, 0))
        async with asyncio.timeout(PATIENCE):
            answer = await _asked(connection, (peer.address, peer.port + offset))
    except (ConnectionResetError, BrokenPipeError):
        answer = b""  # a firewall may be quicker than whoever looks whether the connection stands
    except TimeoutError:
        return FAILED, f"no answer within {PATIENCE:g} s"
    except OSError as error:
        return FAILED, os.strerror(error.errno) if error.errno else type(error).__name__
    finally:
        connection.close()
    if not answer:
        return REFUSED, "refused by its firewall"
    status = answer[9:12].decode("ascii", "replace")
    return (ANSWERED, "") if status == "200" else (FAILED, f"answered {status}")


async def _asked(connection: socket.socket, where: tuple[str, int]) -> bytes:
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, where)
    await loop.sock_sendall(connection, _REQUEST)
    return await loop.sock_recv(connection, 4096)
