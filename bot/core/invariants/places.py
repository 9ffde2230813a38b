"""Places × files → the values that stand there, as a promise compares them.

Decides what of a file a place means. Never passes over silently what it cannot read: that is
given back too.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from bot.core.invariants.expressions import picked
from bot.core.invariants.keys import key_matches
from bot.core.invariants.promise import Places, Take
from bot.core.leaf import Document, Kind, Leaf, Unparsable
from bot.core.literals import LiteralKind, literals
from bot.core.scope import matches

Documents = Mapping[str, Document | Unparsable]
_SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Spot:
    """A value that counts, and the leaf it stands in; ``value`` in one spelling for comparing."""

    path: str
    leaf: Leaf
    text: str
    value: str


@dataclass
class Found:
    """What places came to: ``misfits`` are leaves that their pattern does not match."""

    files: int = 0
    spots: list[Spot] = field(default_factory=list)
    misfits: list[tuple[str, Leaf]] = field(default_factory=list)
    unread: list[Unparsable] = field(default_factory=list)


def find(places: Places, documents: Documents) -> Found:
    """Every value that ``places`` mean in ``documents``."""
    found = Found()
    for path in sorted(documents):
        if not matches(path, places.files):
            continue
        found.files += 1
        document = documents[path]
        if isinstance(document, Unparsable):
            found.unread.append(document)
            continue
        for leaf in document.leaves:
            if leaf.kind is not Kind.EMPTY and key_matches(places.key, leaf.key):
                _take(places, path, leaf, found)
    return found


def _take(places: Places, path: str, leaf: Leaf, found: Found) -> None:
    text = picked(places.pattern, leaf.value)
    if text is None:
        found.misfits.append((path, leaf))
        return
    found.spots.extend(
        Spot(path, leaf, piece, canonical(piece)) for piece in pieces(text, places.take)
    )


def pieces(text: str, take: Take) -> Iterable[str]:
    """What of ``text`` counts."""
    if take is Take.ITEMS:
        return [item for item in _SEPARATORS.split(text.strip()) if item]
    return list(addresses_in(text)) if take is Take.ADDRESSES else [text]


def addresses_in(text: str) -> Iterator[str]:
    """Every IP address and network of ``text``, those of URLs too, as they are written."""
    for literal in literals(text):
        if literal.kind in {LiteralKind.ADDRESS, LiteralKind.NETWORK}:
            yield literal.text
        elif literal.kind is LiteralKind.URL:
            host = _host(literal.text)
            if host is not None and interface(host) is not None:
                yield host


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface


@lru_cache(maxsize=4096)
def interface(text: str) -> Interface | None:
    """``text`` as an address with the network it is in, or None."""
    try:
        return ipaddress.ip_interface(text)
    except ValueError:
        return None


def canonical(text: str) -> str:
    """One spelling of an address: ``192.0.2.7/32`` is ``192.0.2.7``; all else as it stands."""
    found = interface(text) if any(mark in text for mark in ".:") else None
    if found is None:
        return text
    alone = found.network.prefixlen == found.max_prefixlen
    return str(found.ip if alone else found)
