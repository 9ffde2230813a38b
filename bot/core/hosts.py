"""Hosts as people list them: names, addresses and networks.

Decides what is one. A slip in such a list must be an error, for it would open or close a door
quietly.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def named_hosts(
    hosts: Collection[str],
) -> tuple[frozenset[str], tuple[Network, ...]]:
    """Names and networks among ``hosts``. Raises ValueError for what is neither."""
    names, networks = set(), []
    for host in hosts:
        try:
            networks.append(ipaddress.ip_network(host))
        except ValueError:
            if "/" in host or ":" in host or not host.strip() or host[-1].isdigit():
                raise ValueError(f"{host!r} is no host and no network") from None
            names.add(host.lower())
    return frozenset(names), tuple(networks)
