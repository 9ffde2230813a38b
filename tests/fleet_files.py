"""Reads the sample fleet with parsers of its own, so that the fleet is not judged by what it tries.

Decides who may reach which port of a server, in the five ways its clouds say so. Only the standard
library and PyYAML: an error in ``bot.core.formats`` must not hide one in the fleet.
"""

from __future__ import annotations

import ipaddress
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FLEET = Path(__file__).resolve().parent.parent / "examples" / "fleet"
TEXTS = {
    path.relative_to(FLEET).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(FLEET.rglob("*"))
    if path.is_file()
}
INVENTORY: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(TEXTS["inventory.yml"])
SERVERS = INVENTORY["servers"]
CLIENTS = {"api-1", "api-2", "worker-1", "worker-2", "mail-1", "auth-1"}
EVERYONE = "everyone"

Openings = dict[int, set[str]]

_V4 = re.compile(r"(?<![\w.])\d+(?:\.\d+){3}(?![\w.]*\d)")
_V6 = re.compile(r"(?<![\w:.])[0-9a-f]{1,4}:[0-9a-f:]*:[0-9a-f]*(?![\w:.])")
_ENDPOINT = re.compile(r"(?<![\w.])(\d+(?:\.\d+){3}|\[[0-9a-f:]+\]):(\d+)")
_IPTABLES = re.compile(
    r"^iptables -A INPUT -p tcp -s (\S+) --dport (\d+) .*-j ACCEPT$", re.MULTILINE
)
_NFT = re.compile(r"^ *(?:ip6? saddr (\{.*?\}|\S+) )?tcp dport (\{.*?\}|\d+) accept$", re.MULTILINE)


def addresses(text: str) -> Iterator[str]:
    """Every word of ``text`` that looks like an address, valid or not."""
    yield from _V4.findall(text)
    yield from (word for word in _V6.findall(text) if "::" in word or word.count(":") > 2)


def endpoints(text: str) -> Iterator[tuple[str, int]]:
    """Every ``address:port`` of ``text``."""
    for host, port in _ENDPOINT.findall(text):
        yield host.strip("[]"), int(port)


def first_document(path: str) -> Any:  # noqa: ANN401 - a YAML document is any value
    """The first YAML document of a file of the fleet."""
    return next(iter(yaml.safe_load_all(TEXTS[path])))


def owners() -> dict[str, str]:
    """Whose each address of the inventory is; an address that two share is told by the last."""
    return {
        entry[field]: name
        for entries in INVENTORY.values()
        for name, entry in entries.items()
        for field in ("address", "address6")
        if field in entry
    }


def folder(server: str) -> str:
    """Where a server's own files are, with a slash at the end."""
    return f"clouds/{SERVERS[server]['cloud']}/{server}/"


def firewall(server: str) -> Openings:
    """Who may reach each port of ``server``, by its own firewall file."""
    for name, read in _READERS.items():
        if (path := folder(server) + name) in TEXTS:
            return _openings(read(TEXTS[path]))
    raise AssertionError(f"{server} has no firewall")


def peer(source: str) -> str:
    """The name behind a firewall's source, which must be one whole host."""
    network = ipaddress.ip_network(source)
    assert network.num_addresses == 1, source
    return owners()[str(network.network_address)]


def _openings(rules: Iterator[tuple[str, int]]) -> Openings:
    found: Openings = {}
    for source, port in rules:
        found.setdefault(port, set()).add(source if source == EVERYONE else peer(source))
    return found


def _iptables(text: str) -> Iterator[tuple[str, int]]:
    for source, port in _IPTABLES.findall(text):
        yield source, int(port)


def _gcp(text: str) -> Iterator[tuple[str, int]]:
    for rule in yaml.safe_load(text)["rules"]:
        for allowed in rule["allowed"]:
            for port in allowed["ports"]:
                yield from ((source, int(port)) for source in rule["sourceRanges"])


def _aws(text: str) -> Iterator[tuple[str, int]]:
    for permission in json.loads(text)["IpPermissions"]:
        assert permission["FromPort"] == permission["ToPort"]
        yield from ((entry["CidrIp"], permission["FromPort"]) for entry in permission["IpRanges"])


def _azure(text: str) -> Iterator[tuple[str, int]]:
    for rule in tomllib.loads(text)["rule"]:
        assert rule["access"] == "allow"
        yield from ((source, rule["port"]) for source in rule["source"])


def _nft(text: str) -> Iterator[tuple[str, int]]:
    for sources, ports in _NFT.findall(text):
        for port in re.findall(r"\d+", ports):
            for source in re.findall(r"[^{},\s]+", sources) or [EVERYONE]:
                yield source, int(port)


_READERS: dict[str, Callable[[str], Iterator[tuple[str, int]]]] = {
    "firewall.sh": _iptables,
    "firewall.yaml": _gcp,
    "security-group.json": _aws,
    "nsg.toml": _azure,
    "firewall.nft": _nft,
}
