"""The sandbox's own fleet: documentation addresses become loopback ones that processes can have.

Decides which address stands for which. It must never touch anything but whole addresses of the
three ranges of RFC 5737 and of RFC 3849's; the sample fleet itself stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# RFC 5737: TEST-NET-1 to -3. All of 127.0.0.0/8 is this machine (RFC 6890), so each can be bound.
RANGES = {"192.0.2": "127.0.2", "198.51.100": "127.51.100", "203.0.113": "127.0.113"}
# Boundaries are ASCII: a Korean particle may touch an address
_V4 = re.compile(
    rf"(?<![A-Za-z0-9_.])({'|'.join(map(re.escape, RANGES))})\.(\d{{1,3}})(?![A-Za-z0-9_]|\.\d)"
)
_V6 = re.compile(
    r"(?<![A-Za-z0-9_:])2001:db8:([0-9a-f]{1,2})::(\d{1,3})(?![A-Za-z0-9_:])", re.IGNORECASE
)
_OCTET = 255


def loopback_text(text: str) -> str:
    """``text`` with each documentation address as its loopback address.

    192.0.2.7 is 127.0.2.7, 198.51.100.10 is 127.51.100.10, 203.0.113.99 is 127.0.113.99. IPv6 has
    but one loopback address; there 2001:db8:5::200 is ::ffff:7f06:5c8, which is 127.6.5.200 as an
    IPv4-mapped address (RFC 4291, 2.5.5.2): still IPv6 to whoever reads the text.
    """
    return _V6.sub(_mapped, _V4.sub(_looped, text))


def _looped(match: re.Match[str]) -> str:
    return f"{RANGES[match[1]]}.{match[2]}" if int(match[2]) <= _OCTET else match[0]


def _mapped(match: re.Match[str]) -> str:
    if int(match[2]) > _OCTET:
        return match[0]
    return f"::ffff:7f06:{int(match[1], 16) * 256 + int(match[2]):x}"


def loopback_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same tree with loopback addresses; what is no UTF-8 stays as it is."""
    return {path: _converted(data) for path, data in files.items()}


def _converted(data: bytes) -> bytes:
    try:
        return loopback_text(data.decode("utf-8")).encode("utf-8")
    except UnicodeDecodeError:
        return data
