"""Which service a request means by its words: what it is called, where it runs, who its neighbours are.

Decides from the inventory's rows, else from the one folder that is called so. Words that fit rows of
two names, or a part of a service's instances, name no service: it never takes the likelier one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.builtin.inventory import owned
from bot.core.builtin.planning import Refused
from bot.core.index import Entry, Index
from bot.core.leaf import Document, KeyPath, Leaf, Place
from bot.core.literals import LiteralKind, address, literals
from bot.core.words import Term, words_in

_LABELS = ("name", "hostname", "host", "id", "server", "service", "label")
_CALLED = frozenset({*_LABELS, "role", "title", "alias", "display_name", "nickname"})
_SITES = frozenset({"cloud", "provider", "region", "zone", "site", "network", "datacenter"})
_ADDRESS_KEYS = frozenset({"address", "addr", "ip", "host", "ipv4", "ipv6", "public", "private"})
# ``firewall-redis.sh`` is called by whose firewall it is.
_OF_FIREWALL = re.compile(r"^(?:firewall|ufw|iptables|nft)[-_]|[-_](?:firewall|ufw|iptables|nft)$")
PORT_WORDS = frozenset({"port", "listen", "expose"})


@dataclass(frozen=True, slots=True)
class Row:
    """A server as the inventory has it; ``parent`` and ``line`` say which leaves are its own."""

    label: str
    called: frozenset[str]
    words: frozenset[str]
    sites: frozenset[str]
    hosts: frozenset[str]
    port: str
    place: Place
    parent: KeyPath | None

    @property
    def base(self) -> str:
        """The label without its number: what all instances of a service share."""
        return re.sub(r"[-_.]?\d+$", "", self.label)

    def has(self, place: Place) -> bool:
        """True where ``place`` is of this row."""
        if place.path != self.place.path:
            return False
        if self.parent is None:
            return place.leaf.line == self.place.leaf.line
        return place.leaf.key[:-1] == self.parent


@dataclass(frozen=True, slots=True)
class Service:
    """One service: exact ``names`` of it and of ``others``; ``beside`` run on the same hosts."""

    name: str
    names: frozenset[str]
    words: frozenset[str]
    hosts: frozenset[str]
    rows: tuple[Row, ...]
    all_rows: tuple[Row, ...]
    others: frozenset[str]
    beside: frozenset[str]

    @property
    def sites(self) -> frozenset[str]:
        """The clouds or regions that it runs in."""
        return frozenset[str]().union(*(row.sites for row in self.rows))


def service_called(terms: Sequence[Term], index: Index) -> Service | None:
    """The one service that all terms name, or None. Raises Refused for a part of its instances."""
    wanted = [term for term in terms if term.required and not term.options & PORT_WORDS]
    if not wanted:
        return None
    rows = rows_of(index)
    fitting = [row for row in rows if all(term.options & row.words for term in wanted)]
    if not fitting:
        return _by_folder(wanted, rows, index)
    bases = {row.base for row in fitting}
    if len(bases) != 1:
        return None
    siblings = [row for row in rows if row.base in bases]
    if len(fitting) < len(siblings) and not all(_has_files(row, index) for row in fitting):
        raise Refused("one-of-several", (row.place for row in siblings), words=fitting[0].label)
    return _service(fitting, rows, whole=len(fitting) == len(siblings))


def _service(own: Sequence[Row], rows: Sequence[Row], *, whole: bool) -> Service:
    rest = [row for row in rows if row not in own]
    of_others = frozenset(name for row in rest for name in row.called | {row.base})
    called = frozenset(name for row in own for name in row.called) - of_others
    names = called | {row.label for row in own} | ({own[0].base} if whole else frozenset())
    hosts = frozenset(host for row in own for host in row.hosts)
    return Service(
        own[0].base if whole else own[0].label,
        names,
        frozenset(word for row in own for word in row.words),
        hosts,
        tuple(own),
        tuple(rows),
        of_others - names - {own[0].base},
        frozenset(n for row in rest if row.hosts & hosts for n in row.called | {row.base}),
    )


def _by_folder(wanted: Sequence[Term], rows: Sequence[Row], index: Index) -> Service | None:
    """Without an inventory a service is the one folder whose whole name was said."""
    folders = {
        tuple(path.split("/")[:n]) for path in index.paths for n in range(1, path.count("/") + 1)
    }
    found = [folder for folder in folders if _is_named(folder[-1], wanted)]
    if len(found) != 1:
        return None
    own = found[0]
    beside = {f[-1].lower() for f in folders if f != own and f[:-1] == own[:-1] and _runs(f, index)}
    of_rows = {name for row in rows for name in row.called | {row.base}}
    name = own[-1].lower()
    return Service(
        name,
        frozenset({name}),
        words_in(own[-1]),
        frozenset(),
        (),
        tuple(rows),
        frozenset(beside | of_rows) - {name},
        frozenset(),
    )


def _is_named(folder: str, wanted: Sequence[Term]) -> bool:
    words = words_in(folder)
    said = frozenset[str]().union(*(term.options for term in wanted))
    return words <= said and all(term.options & words for term in wanted)


def _runs(folder: Sequence[str], index: Index) -> bool:
    """A folder of a service has what starts it; ``ops/`` or ``docs/`` beside it is no service."""
    inside = {
        path.rsplit("/", 1)[-1].lower()
        for path in index.paths
        if path.startswith("/".join(folder) + "/")
    }
    return bool(
        inside & {".env", "dockerfile", "compose.yml", "compose.yaml", "docker-compose.yml"}
    )


def _has_files(row: Row, index: Index) -> bool:
    return any(row.label in parts_of(path) for path in index.paths)


def parts_of(path: str) -> frozenset[str]:
    """What a path may be called by: its folders and the pieces of its file's name between dots."""
    *folders, file = path.lower().split("/")
    pieces = [_OF_FIREWALL.sub("", piece) for piece in file.split(".")]
    return frozenset(folders) | frozenset(piece for piece in pieces if piece)


def rows_of(index: Index) -> tuple[Row, ...]:
    """Every server of the inventory once, with all its addresses."""
    found: dict[tuple[str, object], Row] = {}
    for owner, entry in owned(index):
        document, at = index.documents[owner.place.path], address(owner.address)
        if not isinstance(document, Document) or at is None or at.is_unspecified or at.is_loopback:
            continue  # "listen on 0.0.0.0" in a server.yml is nobody's row
        row = (
            _line_row(entry, document, index)
            if document.format == "lines"
            else _row(entry, document)
        )
        if row is not None:
            found.setdefault((row.place.path, row.parent or row.place.leaf.line), row)
    return tuple(found.values())


def _row(entry: Entry, document: Document) -> Row | None:
    """A mapping with a name, or one called by its key, or a bare ``name: address``."""
    place = entry.place
    siblings = [leaf for leaf in document.leaves if leaf.key[:-1] == place.leaf.key[:-1]]
    texts = {str(leaf.key[-1]).lower(): leaf.value for leaf in siblings}
    named = next((texts[k] for k in _LABELS if k in texts and address(texts[k]) is None), None)
    steps = [step for step in place.leaf.key if isinstance(step, str)]
    if named is None and not words_in(steps[-1]) & _ADDRESS_KEYS:
        siblings, texts, named = [place.leaf], {}, steps[-1]
    elif named is None:
        named = steps[-2] if len(steps) > 1 else ""
    if not named:
        return None
    titles = [value for key, value in texts.items() if key in _CALLED]
    return Row(
        named.lower(),
        frozenset(
            {named.lower(), *(t.lower() for k, t in texts.items() if k in {"role", "alias"})}
        ),
        frozenset(word for title in (named, *titles) for word in words_in(title)),
        frozenset(value.lower() for key, value in texts.items() if key in _SITES),
        frozenset(host for leaf in siblings for host in _hosts(leaf)),
        next((leaf.value for leaf in siblings if words_in(str(leaf.key[-1])) == {"port"}), ""),
        place,
        place.leaf.key[:-1] if texts else place.leaf.key,
    )


def _hosts(leaf: Leaf) -> Iterable[str]:
    kinds = {LiteralKind.ADDRESS, LiteralKind.HOSTNAME}
    return (one.text.lower() for one in literals(leaf.value) if one.kind in kinds)


def _line_row(entry: Entry, document: Document, index: Index) -> Row | None:
    """A line of a table is called by its first cell that is no address."""
    place = entry.place
    lines = index.data[place.path].decode("utf-8", "replace").splitlines()
    cells = _cells(lines[place.leaf.line - 1])
    label = next((cell.lower() for cell in cells if address(cell) is None), "")
    if not label:
        return None
    own = [leaf for leaf in document.leaves if leaf.line == place.leaf.line]
    heads = [cell.lower() for cell in _cells(lines[0])]
    by_head = dict(zip(heads, cells, strict=False)) if len(heads) == len(cells) else {}
    return Row(
        label,
        frozenset({label}),
        words_in(label),
        frozenset(by_head[key].lower() for key in _SITES & by_head.keys()),
        frozenset(host for leaf in own for host in _hosts(leaf)),
        by_head.get("port", ""),
        place,
        None,
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split(",")] if "," in line else line.split()
