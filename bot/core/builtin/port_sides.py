"""Whose file, section or line it is where a port's number stands.

Decides by exact names in the path, in the key path and in what describes a rule's target, and by
the cloud or region a file is for. Names of two services, or none, leave it unclear.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.builtin.port_holds import Hold
from bot.core.builtin.port_service import Service, parts_of
from bot.core.builtin.port_shapes import APART, PLAIN
from bot.core.index import Index
from bot.core.leaf import Document
from bot.core.literals import holds
from bot.core.words import words_in

_NAMES_TARGET = frozenset({"description", "target", "destination"})


class Whose(StrEnum):
    """Whose the number is; the service's own by what makes it so."""

    LISTENS = "listens"  # the key that the service itself reads
    PUBLISHES = "publishes"  # the side of a container's mapping that others reach
    INSIDE = "inside"  # the side that the container itself listens on
    EXPOSES = "exposes"  # what an image says of itself
    ROW = "row"  # the inventory's
    GUARDS = "guards"  # its own firewall's
    REACHED = "reached"  # by the service's own address or name
    ANOTHERS = "anothers"
    NO_PORT = "no-port"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Sides:
    """Tells whose a place is, for one service and one number."""

    service: Service
    number: str
    index: Index

    def around(self, hold: Hold) -> frozenset[str]:
        """Exact names that the path, the key and what describes its mapping have."""
        return parts_of(hold.place.path) | self.section(hold)

    def section(self, hold: Hold) -> frozenset[str]:
        """The steps of the key, and what describes the target of the rule it is in."""
        key = hold.place.leaf.key
        steps = {step.lower() for step in key if isinstance(step, str)}
        mappings = {key[:n] for n in range(1, len(key)) if isinstance(key[n - 1], int)}
        described = {
            leaf.value.lower()
            for leaf in hold.document.leaves
            if leaf.key[:-1] in mappings and words_in(str(leaf.key[-1])) & _NAMES_TARGET
        }
        return frozenset(steps | described)

    def side(self, hold: Hold, *, site: bool = False) -> Whose:
        """LISTENS in what is the service's own, ANOTHERS in what is wholly another's, else UNCLEAR."""
        names, others = self.service.names, self.service.others
        path, section = parts_of(hold.place.path), self.section(hold)
        own_path, other_path = bool(path & names), bool(path & others)
        own_part, other_part = bool(section & names), bool(section & others)
        if (path | section) & self.service.beside or (own_part and other_part):
            return Whose.UNCLEAR
        if own_path and not other_path:
            foreign = self._other_container(hold)
            return Whose.ANOTHERS if other_part else Whose.UNCLEAR if foreign else Whose.LISTENS
        if other_path and not own_path:
            return Whose.UNCLEAR if own_part else Whose.ANOTHERS
        if own_part or other_part:
            return Whose.LISTENS if own_part else Whose.ANOTHERS
        return self._by_site(path, guards=site)

    def _other_container(self, hold: Hold) -> bool:
        """A container in the service's own file that is not called like it."""
        key = hold.place.leaf.key
        if len(key) < 2 or str(key[0]) != "services":
            return False
        return not words_in(str(key[1])) <= self.service.words

    def _by_site(self, path: frozenset[str], *, guards: bool) -> Whose:
        """A file of a cloud or region is of whom the inventory says that it runs there."""
        sites = {site for row in self.service.all_rows for site in row.sites}
        there = path & sites
        if not there:
            return Whose.UNCLEAR
        if self.service.sites and not there & self.service.sites:
            return Whose.ANOTHERS
        rows = [row for row in self.service.all_rows if row.sites & there]
        known = all(row.port for row in rows)
        mine = [row for row in rows if row.port == self.number]
        ours = bool(mine) and all(row in self.service.rows for row in mine)
        return Whose.LISTENS if guards and known and ours else Whose.UNCLEAR

    def apart(self, hold: Hold) -> bool:
        """True in a copy for tests or another stage, unless the service itself is that."""
        entry = next(e for e in self.index.entries_in(hold.document) if e.place == hold.place)
        said = entry.file | entry.around
        return bool((said & APART) - self.service.words)

    def speaks_of_it(self, hold: Hold, text: str) -> bool:
        """``PAYMENT_URL`` and what is said beside a number, by the service's words or addresses."""
        entry = next(e for e in self.index.entries_in(hold.document) if e.place == hold.place)
        words = {word for word in self.service.words if not word.isdigit()} - PLAIN
        said = entry.own | entry.around | words_in(text)
        return bool(said & words) or any(holds(text, host) for host in self.service.hosts)

    def beside_it(self, hold: Hold) -> bool:
        """True where the same mapping or list has one of the service's addresses or names."""
        around = (
            leaf.value
            for leaf in hold.document.leaves
            if len(leaf.key) > 1 and leaf.key[:-1] == hold.place.leaf.key[:-1]
        )
        return any(
            value.lower() in self.service.names or any(holds(value, h) for h in self.service.hosts)
            for value in around
        )

    def container_beside(self, hold: Hold, host: str) -> bool:
        """A container that the folder's own compose file starts, and that is not the service."""
        folder = hold.place.path.rpartition("/")[0]
        return not words_in(host) <= self.service.words and any(
            path.rpartition("/")[0] == folder
            and isinstance(document, Document)
            and any(leaf.key[:2] == ("services", host) for leaf in document.leaves)
            for path, document in self.index.documents.items()
        )
