"""One GET over HTTP with an end to it: time, size and addresses are limited.

Decides which addresses may be asked at all, and how much of an answer is read. It must never
follow a redirect, send credentials to another host than the one that was asked, or be turned by a
name server to an address that was not looked at. The body never gets into an exception.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from bot.ports import Bad

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_AGENT = "cfgbot-probe"
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # NAT64 (RFC 6052): an IPv4 address in IPv6


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was answered; ``body`` has at most the bytes that were asked for, ``cut`` says more came."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    cut: bool


def fetch(
    url: str,
    *,
    timeout: float,
    limit: int,
    headers: Mapping[str, str] | None = None,
    admits: Callable[[str, Address], bool] | None = None,
) -> Fetched | Bad:
    """The answer to GET ``url``; ``timeout`` in seconds is for all of it, ``limit`` is in bytes.

    ``admits(host, address)`` says of every address of the host whether it may be asked. Without it
    any may. Never raises for what the network does. Not to be called within an event loop.
    """
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return Bad("probe-forbidden", "this is no URL")
    if target.scheme not in {"http", "https"} or not target.host:
        return Bad("probe-forbidden", "only http and https are asked")
    if target.userinfo:
        return Bad("probe-forbidden", "a URL with credentials in it")
    return asyncio.run(_within(target, timeout, limit, dict(headers or {}), admits))


async def _within(
    target: httpx.URL,
    timeout: float,  # noqa: ASYNC109 - one deadline for all of it
    limit: int,
    headers: dict[str, str],
    admits: Callable[[str, Address], bool] | None,
) -> Fetched | Bad:
    try:
        async with asyncio.timeout(timeout):
            if admits is None:
                return await _get(target, target.host, headers, timeout, limit)
            address = await _resolved(target, admits)
            if isinstance(address, Bad):
                return address
            # connected to the address that was looked at: the name may mean another one by now
            pinned = target.copy_with(host=str(address))
            return await _get(
                pinned, target.host, {**headers, "Host": _host(target)}, timeout, limit
            )
    except (TimeoutError, httpx.TimeoutException):
        return Bad("probe-timeout", f"no answer within {timeout:.3g} s")
    except httpx.TransportError as error:
        return Bad("probe-unreachable", type(error).__name__)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return Bad("probe-unreadable", type(error).__name__)


async def _resolved(target: httpx.URL, admits: Callable[[str, Address], bool]) -> Address | Bad:
    """The first address of the host, once all of them may be asked."""
    port = target.port or (443 if target.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        rows = await loop.getaddrinfo(target.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return Bad("probe-unreachable", "the name is not known")
    found = [ipaddress.ip_address(row[4][0]) for row in rows]
    refused = next((one for one in found if not admits(target.host, plain(one))), None)
    if refused is not None or not found:
        return Bad("probe-forbidden", "an address that may not be asked")
    return found[0]


async def _get(
    target: httpx.URL,
    host: str,
    headers: dict[str, str],
    timeout: float,  # noqa: ASYNC109
    limit: int,
) -> Fetched:
    """The answer; its certificate must be that of ``host``, whatever address is asked."""
    async with (
        httpx.AsyncClient(timeout=timeout, follow_redirects=False, trust_env=False) as client,
        client.stream(
            "GET",
            target,
            headers={"User-Agent": _AGENT, "Accept-Encoding": "identity", **headers},
            extensions={"sni_hostname": host},
        ) as answer,
    ):
        body = bytearray()
        async for piece in answer.aiter_raw():
            body += piece
            if len(body) > limit:
                break
        return Fetched(answer.status_code, answer.headers, bytes(body[:limit]), len(body) > limit)


def plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address only wraps, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _host(target: httpx.URL) -> str:
    return target.netloc.decode("ascii")
