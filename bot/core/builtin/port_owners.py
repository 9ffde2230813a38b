"""Whose a port's number is at one place: the service's own, another's, no port, or nobody can tell.

Decides by the host beside it, else by whose file or section it stands in and what it is called
there. Where two of these disagree, or none says anything, the answer is unclear, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from bot.core.builtin.port_holds import Hold
from bot.core.builtin.port_service import PORT_WORDS, Row, Service
from bot.core.builtin.port_shapes import (
    AMOUNTS,
    BINDS,
    CHECKS,
    DEFAULT,
    FIREWALLS,
    FLAG,
    GUARD,
    GUARDING,
    MAPPING,
    OUTWARD,
    PLAIN,
    REFUSES,
    SELF,
    SETTING,
    TOWARDS,
    flag_before,
    host_before,
    host_beside,
    in_ipv6,
)
from bot.core.builtin.port_sides import Sides, Whose
from bot.core.index import Index
from bot.core.literals import address
from bot.core.words import words_in

NOT_OURS = frozenset({Whose.ANOTHERS, Whose.NO_PORT})
LISTENING = frozenset({Whose.LISTENS, Whose.PUBLISHES})


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

    @cached_property
    def sides(self) -> Sides:
        """Whose file or section a place is in."""
        return Sides(self.service, self.number, self.index)

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
        if self.sides.side(hold) is Whose.ANOTHERS or not said:
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
        if in_ipv6(hold, self.number):
            ends = not re.match(r"[0-9A-Fa-f:.]", hold.after)
            theirs = self.sides.side(hold) is Whose.ANOTHERS
            return Judged(hold, Whose.UNCLEAR if ends and not theirs else Whose.NO_PORT)
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
        if self.sides.container_beside(hold, host):
            return Whose.ANOTHERS
        whose = self._host(host)
        if whose is Whose.REACHED and address(host.strip("[]")) is None and self.sides.apart(hold):
            return Whose.UNCLEAR  # a name means whatever the copy's own network says
        if whose is Whose.ANOTHERS and self.sides.speaks_of_it(hold, ""):
            return Whose.UNCLEAR  # "PAYMENT_URL" at another's: a copy that the inventory has not
        return whose

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
        side = self.sides.side(hold)
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
        words = words_in(flag_before(hold)) or self._key_words(hold)
        return Judged(hold, self._called(hold, words))

    def _loose(self, hold: Hold) -> Whose:
        """The number within some text that no rule reads."""
        theirs = self.sides.side(hold) is Whose.ANOTHERS
        spoken = self.sides.speaks_of_it(hold, hold.line) or words_in(hold.before) & PORT_WORDS
        return Whose.ANOTHERS if theirs and not spoken else Whose.UNCLEAR

    def _at_self(self, hold: Hold) -> Whose:
        """``localhost:8080``, ``0.0.0.0:8080``: whoever's file it is, under a name of no other."""
        side = self.sides.side(hold)
        if side is Whose.ANOTHERS:
            return Whose.UNCLEAR if self.sides.speaks_of_it(hold, hold.before) else side
        words = self._key_words(hold)
        rest = {word for word in words if not word.isdigit()} - PLAIN - CHECKS - BINDS
        if side is not Whose.LISTENS or rest - self.service.words or self.sides.apart(hold):
            return Whose.UNCLEAR
        return Whose.LISTENS if words & (PORT_WORDS | BINDS) else Whose.REACHED

    def _in_line(self, hold: Hold, *, bare: bool) -> Judged:
        """A line of a firewall, by where it lets to; of anything else by the file."""
        if not bare:
            return Judged(hold, self._at_self(hold))
        if not (GUARD.search(hold.before) and GUARDING.search(hold.line)):
            named = SETTING.fullmatch(hold.before)
            words = words_in(named["name"]) if named and not hold.after.strip() else frozenset()
            plain = bool(words & PORT_WORDS)
            return Judged(hold, self._called(hold, words) if plain else self._loose(hold))
        towards = TOWARDS.search(hold.line)
        if towards is not None and towards["host"] not in SELF:
            host = towards["host"].lower()
            whose = self._host(host)
            return Judged(hold, Whose.GUARDS if whose is Whose.REACHED else whose, host)
        return Judged(hold, self._guarding(hold, hold.line))

    def _guarding(self, hold: Hold, text: str) -> Whose:
        """A rule that lets in to whoever's firewall it is; one that keeps out may be meant to stay."""
        side = self.sides.side(hold, site=True)
        if OUTWARD.search(text):
            return Whose.UNCLEAR
        if side is Whose.LISTENS:
            keeps = REFUSES.search(text) or self.sides.apart(hold)
            return Whose.UNCLEAR if keeps else Whose.GUARDS
        spoken = side is Whose.ANOTHERS and words_in(text) & self.service.words - PLAIN
        return Whose.UNCLEAR if spoken else side

    def _rule_text(self, hold: Hold) -> str:
        """What the rule says around a port, where the key is one of a firewall's; else nothing."""
        words = self._key_words(hold) | words_in(hold.place.path)
        if not words & FIREWALLS:
            return ""
        key = hold.place.leaf.key
        ends = [n for n in range(len(key)) if isinstance(key[n - 1], int)] or [len(key) - 1]
        return " ".join(
            leaf.value
            for leaf in hold.document.leaves
            if leaf.key[: ends[0]] == key[: ends[0]] and leaf.value
        )

    def _called(self, hold: Hold, words: frozenset[str]) -> Whose:
        """A key by its words: plain ones are of the file's own service, others of who they name."""
        side = self.sides.side(hold)
        if not words & PORT_WORDS:
            return self._no_port_key(hold, words, side)
        if rule := self._rule_text(hold):
            return self._guarding(hold, rule)
        if words & AMOUNTS:
            return Whose.UNCLEAR if side is not Whose.ANOTHERS else side
        rest = words - PLAIN - frozenset(word for word in words if word.isdigit())
        if side is Whose.LISTENS or (side is Whose.UNCLEAR and self._is_named(hold, rest)):
            mine = rest <= self.service.words and not self.sides.apart(hold)
            exposes = "expose" in words
            return (Whose.EXPOSES if exposes else Whose.LISTENS) if mine else Whose.UNCLEAR
        if side is Whose.ANOTHERS:
            return self._others_key(hold, rest)
        return side

    def _is_named(self, hold: Hold, words: frozenset[str]) -> bool:
        """``ledger_port`` in a file of nobody's."""
        if self.sides.around(hold) & self.service.others:
            return False
        named = ({w for w in words_in(n) if not w.isdigit()} for n in self.service.names)
        return any(words == one for one in named if one)

    def _no_port_key(self, hold: Hold, words: frozenset[str], side: Whose) -> Whose:
        if words & AMOUNTS:
            return Whose.NO_PORT
        spoken = words & self.service.words or self.sides.beside_it(hold)
        return side if side is Whose.ANOTHERS and not spoken else Whose.UNCLEAR

    def _others_key(self, hold: Hold, rest: frozenset[str]) -> Whose:
        """Another's own port, by its own name; any other name must be seen at its address as well."""
        theirs = [row for row in self.service.all_rows if row.called & self.sides.around(hold)]
        named = frozenset(
            w for name in self.sides.around(hold) & self.service.others for w in words_in(name)
        )
        if rest & self.service.words - named or self.sides.beside_it(hold):
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
