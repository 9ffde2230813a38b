"""Addresses as a process on loopback sees them: IPv4-mapped IPv6 is IPv4.

Decides when two spellings are the same address. It never looks a name up.
"""

from __future__ import annotations

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MAPPED_BITS = 96
# what stands for an IPv6 address begins so, once it is plain
SIXTH = "127.6."


def plain(text: str) -> str | None:
    """The one spelling of an address, or None: ``::ffff:7f06:5c8`` is 127.6.5.200."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def network(text: str) -> Network:
    """An address or a range with prefix. Raises ValueError for anything else."""
    found = ipaddress.ip_network(text, strict=False)
    mapped = getattr(found.network_address, "ipv4_mapped", None)
    if mapped is None or found.prefixlen < _MAPPED_BITS:
        return found
    return ipaddress.ip_network(f"{mapped}/{found.prefixlen - _MAPPED_BITS}")


def holds(networks: tuple[Network, ...], address: str) -> bool:
    """True where one of the ranges holds the address, which is one as ``plain`` spells it."""
    found = ipaddress.ip_address(address)
    return any(found.version == one.version and found in one for one in networks)
