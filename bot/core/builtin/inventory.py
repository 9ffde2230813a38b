"""Which server an address belongs to, as the repository itself says.

Decides from leaves that hold exactly one address under a name (an inventory's ``address``,
``ansible_host``, an INI host line …). Two answers are no answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.core.index import Entry, Index
from bot.core.leaf import Document, Place
from bot.core.literals import address
from bot.core.words import terms_of, words_in

_ADDRESS_KEYS = frozenset({"address", "addr", "ip", "host", "ipv4", "ipv6"})
_INVENTORY_FILES = frozenset({"inventory", "host", "server", "node", "machine", "fleet"})


@dataclass(frozen=True, slots=True)
class Owner:
    """A server's address and the place that says so."""

    address: str
    place: Place


def is_inventory(path: str) -> bool:
    """True for a file that is named like the list of servers."""
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return bool(words_in(stem) & _INVENTORY_FILES) or "inventory" in path.lower().split("/")


def owned(index: Index) -> Iterable[tuple[Owner, Entry]]:
    """Every address that an inventory gives to somebody."""
    for document in index.readable:
        for entry in index.entries_in(document) if is_inventory(document.path) else ():
            if address(entry.place.leaf.value) and not entry.in_list:
                yield Owner(entry.place.leaf.value, entry.place), _with_line(entry, document, index)


def _with_line(entry: Entry, document: Document, index: Index) -> Entry:
    """In a table a row is a server: all of its line says whose the address is."""
    if document.format != "lines":
        return entry
    line = index.data[document.path].splitlines()[entry.place.leaf.line - 1]
    return replace(entry, around=entry.around | words_in(line.decode("utf-8", "replace")))


def owners_called(words: Iterable[str], index: Index) -> tuple[Owner, ...]:
    """The servers of the inventory that all of the words fit; of one address the first place."""
    said = terms_of(words)
    terms = [term for term in said if term.required and not term.options & _ADDRESS_KEYS]
    if not terms or any(term.identifier for term in said):
        return ()  # "db_host" is a key; a server is called by its name
    fitting = [
        (owner, entry) for owner, entry in owned(index) if all(entry.fits(term) for term in terms)
    ]
    named = {owner.address: owner for owner, _ in reversed(fitting)}
    return tuple(named.values())


def owner_of(literal: str, index: Index) -> Owner | None:
    """Whom the inventory gives this address to, if it says so once."""
    found = [owner for owner, _ in owned(index) if owner.address == literal]
    return found[0] if len(found) == 1 else None
