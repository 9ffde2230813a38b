"""Whose a port's number is at one place: the service's own, another's, no port, or nobody can tell.

Decides by the host beside it, else by whose file or section it stands in and what it is called
there. Where two of these disagree, or none says anything, the answer is unclear, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.builtin.port_holds import Hold
from bot.core.builtin.port_service import PORT_WORDS, Row, Service, parts_of
from bot.core.builtin.port_shapes import (
    AMOUNTS,
    APART,
    DEFAULT,
    FLAG,
    GUARD,
    MAPPING,
    OUTWARD,
    PLAIN,
    REFUSES,
    SELF,
    TOWARDS,
    host_before,
    host_beside,
)
from bot.core.index import Index
from bot.core.literals import address
from bot.core.words import words_in


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


NOT_OURS = frozenset({Whose.ANOTHERS, Whose.NO_PORT})
LISTENING = frozenset({Whose.LISTENS, Whose.PUBLISHES, Whose.ROW})

_NAMES_TARGET = frozenset({"description", "target", "destination"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One place of the number with what was decided, and by which host where one says it."""

    hold: Hold
    whose: Whose
    host: str = ""


@dataclass(frozen=True)
class Judge:
    """Tells whose the number is, for one service and one number."""

    service: Service
    number: str
    index: Index

    def judge(self, hold: Hold) -> Judged:
        """What one place is."""
        row = next((r for r in self.service.all_rows if r.has(hold.place)), None)
        if hold.spans:
            return Judged(hold, self._spanning(hold))
        if hold.in_key:
            host = host_before(hold.before)
            other = host not in {None, *SELF} and self._host(host or "") is Whose.ANOTHERS
            return Judged(hold, Whose.ANOTHERS if other else Whose.UNCLEAR)
        if row is not None:
            return Judged(hold, self._in_row(hold, row))
        return self._by_host(hold)

    def _in_row(self, hold: Hold, row: Row) -> Whose:
        if row.label in self.service.beside:
            return Whose.UNCLEAR
        if row not in self.service.rows:
            return Whose.ANOTHERS
        plain = hold.place.leaf.value == row.port == self.number
        keyed = row.parent is None or words_in(str(hold.place.leaf.key[-1])) == {"port"}
        return Whose.ROW if plain and keyed and self._is_port_cell(hold, row) else Whose.UNCLEAR

    def _is_port_cell(self, hold: Hold, row: Row) -> bool:
        """Of a table's line the cell under "port", were there two of that number."""
        return row.parent is not None or hold.line.count(self.number) == 1

    def _spanning(self, hold: Hold) -> Whose:
        """A range is no place to put one number; elsewhere it may be a span of anything."""
        words = self._key_words(hold) | words_in(hold.place.path)
        said = bool(words & (PORT_WORDS | {"firewall", "dport", "ufw", "iptable", "nft"}))
        if self.side(hold) is Whose.ANOTHERS or not said:
            return Whose.ANOTHERS
        return Whose.UNCLEAR

    def _by_host(self, hold: Hold) -> Judged:
        default = DEFAULT.search(hold.before)
        mapping = self._mapping(hold)
        if default is not None:
            return Judged(hold, self._called(hold, words_in(default["name"])))
        if mapping is not None:
            return Judged(hold, mapping)
        if self._is_image_tag(hold):
            return Judged(hold, Whose.NO_PORT)
        host = host_before(hold.before)
        if hold.after.startswith("@") or (host or "").lower() in PORT_WORDS:
            return Judged(hold, Whose.UNCLEAR)
        if host is not None and host.lower() not in SELF:
            return Judged(hold, self._reached(hold, host), host)
        return self._without_host(hold, bare=host is None)

    def _is_image_tag(self, hold: Hold) -> bool:
        last = str(hold.place.leaf.key[-1]).lower() if hold.place.leaf.key else ""
        return last in {"image", "from"} and "/" not in hold.after

    def _reached(self, hold: Hold, host: str) -> Whose:
        whose = self._host(host)
        if whose is Whose.REACHED and address(host.strip("[]")) is None and self._apart(hold):
            return Whose.UNCLEAR  # a name means whatever the copy's own network says
        if whose is Whose.ANOTHERS and self._speaks_of_it(hold):
            return Whose.UNCLEAR  # a copy of the service that the inventory has not
        return whose

    def _speaks_of_it(self, hold: Hold) -> bool:
        """``PAYMENT_URL`` at another's address."""
        entry = next(e for e in self.index.entries_in(hold.document) if e.place == hold.place)
        words = {word for word in self.service.words if not word.isdigit()} - PLAIN
        return bool((entry.own | entry.around) & words)

    def _host(self, host: str) -> Whose:
        """The service's by its exact addresses and names alone; another's by the inventory's."""
        host = host.strip("[]").lower()
        if host in self.service.hosts or host in self.service.names:
            return Whose.REACHED
        known = {one for row in self.service.all_rows for one in row.hosts}
        return Whose.ANOTHERS if host in known or host in self.service.others else Whose.UNCLEAR

    def _mapping(self, hold: Hold) -> Whose | None:
        """``8443:80`` of a container: outside the one, inside the other."""
        key, value = hold.place.leaf.key, hold.place.leaf.value
        found = MAPPING.fullmatch(value)
        if len(key) < 2 or str(key[-2]).lower() != "ports" or found is None:
            return None
        side = self.side(hold)
        if side is not Whose.LISTENS:
            return side
        outside = hold.start == found.start("out")
        return Whose.PUBLISHES if outside else Whose.INSIDE

    def _without_host(self, hold: Hold, *, bare: bool) -> Judged:
        beside = host_beside(hold.place.leaf, hold.document) if bare else ""
        if beside.lower() not in SELF:
            return Judged(hold, self._reached(hold, beside), beside)
        if hold.document.format == "lines":
            return self._in_line(hold, bare=bare)
        flag = FLAG.search(hold.before)
        if flag is not None:
            return Judged(hold, self._called(hold, words_in(flag["name"])))
        if not bare:
            return Judged(hold, self._at_self(hold))
        whole = hold.place.leaf.value in {self.number, self.number + "/tcp"}
        if not whole and "listen" not in self._key_words(hold):
            return Judged(hold, self._loose(hold))
        return Judged(hold, self._called(hold, self._key_words(hold)))

    def _loose(self, hold: Hold) -> Whose:
        """The number within some text that no rule reads."""
        return Whose.ANOTHERS if self.side(hold) is Whose.ANOTHERS else Whose.UNCLEAR

    def _at_self(self, hold: Hold) -> Whose:
        """``localhost:8080``, ``0.0.0.0:8080``: whoever's file it is."""
        side = self.side(hold)
        return side if side is not Whose.LISTENS or not self._apart(hold) else Whose.UNCLEAR

    def _in_line(self, hold: Hold, *, bare: bool) -> Judged:
        """A line of a firewall, by where it lets to; of anything else by the file."""
        if not bare or not GUARD.search(hold.before):
            return Judged(hold, self._at_self(hold) if not bare else self._loose(hold))
        towards = TOWARDS.search(hold.line)
        if towards is not None and towards["host"] not in SELF:
            host = towards["host"].lower()
            whose = self._host(host)
            return Judged(hold, Whose.GUARDS if whose is Whose.REACHED else whose, host)
        side = self.side(hold, site=True)
        if OUTWARD.search(hold.line):
            return Judged(hold, Whose.UNCLEAR)
        if side is Whose.LISTENS:
            refuses = REFUSES.search(hold.line) or self._apart(hold)
            return Judged(hold, Whose.UNCLEAR if refuses else Whose.GUARDS)
        return Judged(hold, side)

    def _called(self, hold: Hold, words: frozenset[str]) -> Whose:
        """A key by its words: plain ones are of the file's own service, others of who they name."""
        side = self.side(hold)
        if not words & PORT_WORDS:
            return self._no_port_key(words, side)
        if words & AMOUNTS:
            return Whose.UNCLEAR if side is not Whose.ANOTHERS else side
        rest = words - PLAIN - frozenset(word for word in words if word.isdigit())
        if side is Whose.LISTENS or (side is Whose.UNCLEAR and rest and rest <= self.service.words):
            mine = rest <= self.service.words and not self._apart(hold)
            exposes = hold.document.format == "dockerfile" and "expose" in words
            return (Whose.EXPOSES if exposes else Whose.LISTENS) if mine else Whose.UNCLEAR
        if side is Whose.ANOTHERS:
            return self._others_key(hold, rest)
        return side

    def _no_port_key(self, words: frozenset[str], side: Whose) -> Whose:
        if words & AMOUNTS:
            return Whose.NO_PORT
        return side if side is Whose.ANOTHERS and not words & self.service.words else Whose.UNCLEAR

    def _others_key(self, hold: Hold, rest: frozenset[str]) -> Whose:
        """Another's own port, by its own name; any other name must be seen at its address as well."""
        theirs = [row for row in self.service.all_rows if row.called & self._around(hold)]
        named = frozenset(
            w for name in self._around(hold) & self.service.others for w in words_in(name)
        )
        if rest & self.service.words - named:
            return Whose.UNCLEAR
        if rest <= named or self._seen_at(theirs):
            return Whose.ANOTHERS
        return Whose.UNCLEAR

    def _seen_at(self, rows: list[Row]) -> bool:
        reached = {f"{host}:{self.number}" for row in rows for host in row.hosts}
        return any(self.index.holders(one) for one in reached)

    def _key_words(self, hold: Hold) -> frozenset[str]:
        steps = [step for step in hold.place.leaf.key if isinstance(step, str)]
        if hold.document.format == "lines":
            return words_in(hold.line)
        inner = steps[1:] if steps[:1] == ["services"] else steps
        return frozenset[str]().union(*(words_in(step) for step in inner))

    def _around(self, hold: Hold) -> frozenset[str]:
        """Exact names that the path, the key and what describes its mapping have."""
        return parts_of(hold.place.path) | self._section(hold)

    def _section(self, hold: Hold) -> frozenset[str]:
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
        path, section = parts_of(hold.place.path), self._section(hold)
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

    def _apart(self, hold: Hold) -> bool:
        """True in a copy for tests or another stage, unless the service itself is that."""
        entry = next(e for e in self.index.entries_in(hold.document) if e.place == hold.place)
        said = entry.file | entry.around
        return bool((said & APART) - self.service.words)
