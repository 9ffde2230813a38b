"""Which places of a file are allow-lists: who may come in, by address.

Decides it from the names of the file and of the keys, or by the policy's own patterns where it has
some. A place that keeps out is none. Errs on the side of naming one: an allow-list that is taken
for something else would change while clients still need it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.checks.stance import Stance, said_by
from bot.core.invariants.keys import key_matches
from bot.core.items import split_items
from bot.core.leaf import Document, KeyPath, Kind, Leaf
from bot.core.literals import LiteralKind, address, literals, network
from bot.core.protected import phrases
from bot.core.rollout.rules import Admission
from bot.core.scope import matches
from bot.core.words import words_in

# Words are as ``words_in`` and ``phrases`` give them: lower case, singular.
_FILES = frozenset("firewall nft nftable iptable nsg ufw hba acl allowlist whitelist".split()) | {
    *("security group", "6 table", "ip set", "hosts allow", "network policy")
}
# Under these a host may be named as well as numbered.
_ALLOWS = frozenset("allow allowed allowlist whitelist trusted permit permitted accept".split())
_KEYS = _ALLOWS | {
    *"firewall iptable nft ufw nsg ingress egress cidr acl hba".split(),
    *("security group", "security rule", "source range", "ip permission", "ip range"),
    *("cidr block", "ip block"),
}
# These say little by themselves: only in a list, or an object of one, is it a list of who may come.
_WEAK = frozenset({"source", "remote address", "remote ip"})
_DENIES = frozenset(
    "deny denied drop reject block blocked blocklist blacklist denylist ban banned".split()
)
# A block of addresses is no blocking.
_NOUNS = frozenset({"cidr block", "ip block", "address block", "network block"})
# A rule that sends on to an address is a user of it, not a list of who may come.
_STEERS = frozenset("dnat snat masquerade redirect tproxy".split()) | {"to destination"}
_PROSE = frozenset("description comment note name title tag label id remark".split())
_VERDICTS = frozenset("access action effect policy verdict decision type".split())
_LINEWISE = "lines"
_NUMBERED = frozenset({LiteralKind.ADDRESS, LiteralKind.NETWORK})
_NAMED = _NUMBERED | {LiteralKind.HOSTNAME}


@dataclass(frozen=True)
class Admissions:
    """One document's allow-lists; ``patterns`` replace what is known of names."""

    document: Document
    patterns: tuple[Admission, ...] = ()
    _denied: frozenset[KeyPath] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_denied", _denied(self.document))

    def hosts(self, leaf: Leaf) -> tuple[str, ...]:
        """Whom ``leaf`` lets in, as written; nobody where it is no place of an allow-list."""
        if leaf.kind in {Kind.EMPTY, Kind.NULL, Kind.BOOLEAN} or not self._is_place(leaf):
            return ()
        return hosts_in(leaf.value, named=bool(self.patterns) or self._says(leaf, _ALLOWS))

    def is_mixed(self, leaf: Leaf) -> bool:
        """Whether an allow-list says a host here in a way that cannot be taken apart.

        As a range, or as the name of a key: such a place cannot be made to hold two.
        """
        if self.document.format == _LINEWISE or not self._is_place(leaf) or self.hosts(leaf):
            return False
        if any(hosts_in(step) for step in leaf.key if isinstance(step, str)):
            return True
        prose = bool(leaf.key) and isinstance(leaf.key[-1], str) and words_in(leaf.key[-1]) & _PROSE
        kinds = {found.kind for found in literals(leaf.value)}
        return bool(kinds & _NUMBERED) and not prose

    def _is_place(self, leaf: Leaf) -> bool:
        if self._keeps_out(leaf) or self._says(leaf, _STEERS):
            return False
        if self.patterns:
            path = self.document.path
            return any(
                matches(path, one.files) and key_matches(one.key, leaf.key) for one in self.patterns
            )
        if _FILES & phrases(self.document.path) or self._says(leaf, _KEYS):
            return True
        in_list = any(isinstance(step, int) for step in leaf.key)
        return self.document.format != _LINEWISE and in_list and self._says(leaf, _WEAK)

    def _says(self, leaf: Leaf, words: frozenset[str]) -> bool:
        return any(words & phrases(step) for step in leaf.key if isinstance(step, str))

    def _keeps_out(self, leaf: Leaf) -> bool:
        """By the nearest key that says so, or by a rule around it that says what it does."""
        if any(leaf.key[:length] in self._denied for length in range(1, len(leaf.key))):
            return True
        for step in reversed(leaf.key):
            words = words_in(step) if isinstance(step, str) else frozenset()
            if words & _ALLOWS:
                return False
            denies = words & _DENIES
            if denies - {"block"} or (denies and not phrases(str(step)) & _NOUNS):
                return True
        return False


def _denied(document: Document) -> frozenset[KeyPath]:
    """The items of lists that say of themselves that they deny."""
    found = set()
    for leaf in document.leaves:
        name = leaf.key[-1] if leaf.key else None
        inside = any(isinstance(step, int) for step in leaf.key[:-1])
        verdict = isinstance(name, str) and bool(words_in(name) & _VERDICTS)
        if inside and verdict and said_by(leaf.value) is Stance.DENIES:
            found.add(leaf.key[:-1])
    return frozenset(found)


def hosts_in(value: str, *, named: bool = False) -> tuple[str, ...]:
    """The hosts that ``value`` consists of, one or a separated list; () where it says more.

    ``named`` counts names of hosts too.
    """
    items = split_items(value)
    kinds = _NAMED if named else _NUMBERED
    return tuple(items) if items and all(_is_host(item, kinds) for item in items) else ()


def _is_host(item: str, kinds: frozenset[LiteralKind]) -> bool:
    if address(item) is not None or network(item) is not None:
        return True
    found = literals(item)
    return len(found) == 1 and found[0].text == item and found[0].kind in kinds


def same_host(one: str, other: str) -> bool:
    """``192.0.2.7`` is ``192.0.2.7/32``."""
    return canonical(one) == canonical(other)


def canonical(host: str) -> str:
    """One spelling a host or network."""
    wide = network(host)
    if wide is not None:
        return str(wide.network_address) if wide.num_addresses == 1 else str(wide)
    single = address(host)
    return str(single) if single is not None else host.lower()
