"""A server asked over HTTP: its status is the number.

Decides which hosts may be asked. It must never ask an address that only this machine or its cloud
can reach (loopback, link-local and with it the clouds' metadata) unless it was named, follow a
redirect to another host, or keep a word of a body.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Collection
from urllib.parse import urljoin, urlsplit

from bot.adapters.bounded_http import Address, Fetched, fetch
from bot.core.hosts import named_hosts
from bot.ports import Bad, Reading, Sample

_MOST = 64 * 1024  # a health page; more of it is not read
_REDIRECTS = 3
# where clouds keep the credentials of a machine, besides link-local addresses: AWS over IPv6,
# Azure's host agent, Alibaba
_METADATA = frozenset(
    ipaddress.ip_address(one) for one in ("fd00:ec2::254", "168.63.129.16", "100.100.100.200")
)
_MOVED = frozenset({301, 302, 303, 307, 308})


class HttpProbe:
    """Asks URLs; ``timeout`` in seconds is for a whole question, redirects included.

    ``hosts`` names who may be asked: host names, addresses and networks (``10.0.0.0/8``). None:
    every address that others can reach too; private networks are among them. ``clock`` gives epoch
    seconds. Safe to use from several threads. Raises ValueError for a name that is none.
    """

    def __init__(
        self,
        *,
        timeout: float = 5.0,
        hosts: Collection[str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._timeout = timeout
        self._clock = clock
        self._names, self._networks = named_hosts(hosts or ())
        self._any = hosts is None

    def ask(self, question: str) -> Reading:
        """The status of the answer to GET ``question``: 200, 503 … are samples, no answer is Bad.

        A page larger than 64 KiB is as good as a small one: only its status counts.
        """
        begun, url = time.monotonic(), question
        for _ in range(_REDIRECTS + 1):
            left = self._timeout - (time.monotonic() - begun)
            if left <= 0:
                return Bad("probe-timeout", f"no answer within {self._timeout:.3g} s")
            found = fetch(url, timeout=left, limit=_MOST, admits=self._admits)
            if isinstance(found, Bad):
                return found
            if found.status not in _MOVED:
                return Sample(float(found.status), self._clock())
            moved = _same_host(url, found)
            if isinstance(moved, Bad):
                return moved
            url = moved
        return Bad("probe-refused", "redirected again and again")

    def _admits(self, host: str, address: Address) -> bool:
        if self._any:
            return not (
                address.is_loopback
                or address.is_link_local
                or address.is_unspecified
                or address.is_multicast
                or address in _METADATA
                or (address.version == 4 and address.is_reserved)
            )
        return host.lower() in self._names or any(address in net for net in self._networks)


def _same_host(url: str, answer: Fetched) -> str | Bad:
    """Where a redirect leads, if that is the same host and no step back from https."""
    there = urljoin(url, answer.headers.get("location", ""))
    old, new = urlsplit(url), urlsplit(there)
    downgraded = old.scheme == "https" and new.scheme != "https"
    if new.hostname != old.hostname or downgraded or not answer.headers.get("location"):
        return Bad("probe-refused", f"{answer.status}: redirected away")
    return there
