"""Readers of the fleet's firewall files: five clouds, five formats, and PostgreSQL's own.

Decides what a file's lines mean for a new TCP connection. It must never skip a line that could
open or close something: such a line is an UnreadableError. Sources of the formats: the reference of
each cloud's API (compute.firewalls, EC2 IpPermission, Microsoft.Network/networkSecurityGroups),
iptables(8), nft(8), and chapter "The pg_hba.conf File" of PostgreSQL's manual.
"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from bot.sandbox.clouds.firewall import (
    ANY_PORT,
    Firewall,
    Rule,
    UnreadableError,
    Wall,
    networks,
    ports,
)

_Files = Mapping[str, bytes]
_ANY_PROTOCOL = {"tcp", "all", "-1", "*", "any", "6"}


def security_group(text: str, _: _Files) -> Wall:
    """``security-group.json``: AWS. What no permission lets in stays out."""
    return Wall(
        tuple(
            Rule(allow=True, sources=networks(_cidrs(row)), ports=_aws_ports(row))
            for row in json.loads(text)["IpPermissions"]
            if str(row["IpProtocol"]).lower() in _ANY_PROTOCOL
        )
    )


def _cidrs(row: Mapping[str, Any]) -> list[str]:
    return [
        *(one["CidrIp"] for one in row.get("IpRanges", [])),
        *(one["CidrIpv6"] for one in row.get("Ipv6Ranges", [])),
    ]


def _aws_ports(row: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    return ((int(row["FromPort"]), int(row["ToPort"])),) if "FromPort" in row else ANY_PORT


def google(text: str, _: _Files) -> Wall:
    """``firewall.yaml``: Google. Lower priorities first, a denial before a permission alike."""
    rows = [
        row
        for row in yaml.safe_load(text)["rules"]
        if row.get("direction", "INGRESS") == "INGRESS" and not row.get("disabled", False)
    ]
    rows.sort(key=lambda row: (row.get("priority", 1000), "allowed" in row))
    return Wall(tuple(rule for row in rows for rule in _google_rules(row)))


def _google_rules(row: Mapping[str, Any]) -> Iterator[Rule]:
    if "sourceRanges" not in row:
        raise UnreadableError(f"{row.get('name')} has no sourceRanges")
    sources = networks(row["sourceRanges"])
    for verdict in ("denied", "allowed"):
        for one in row.get(verdict, []):
            if str(one["IPProtocol"]).lower() in _ANY_PROTOCOL:
                let_in = ports(one["ports"]) if "ports" in one else ANY_PORT
                yield Rule(verdict == "allowed", sources, let_in)


def azure(text: str, _: _Files) -> Wall:
    """``nsg.toml``: Azure. Lower priorities first."""
    found = tomllib.loads(text)
    rows = sorted(found.get("rule", []), key=lambda row: int(row["priority"]))
    rules = [
        Rule(_allows(row["access"]), networks(_list(row["source"])), ports(_list(row["port"])))
        for row in rows
        if str(row.get("protocol", "*")).lower() in _ANY_PROTOCOL
    ]
    return Wall(tuple(rules), _allows(found.get("default", "deny")))


def _allows(word: str) -> bool:
    if word.lower() not in {"allow", "deny"}:
        raise UnreadableError(f"{word!r} is neither allow nor deny")
    return word.lower() == "allow"


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - TOML
    return value if isinstance(value, list) else [value]


_CHAIN = re.compile(r"chain\s+input\s*\{")
_POLICY = re.compile(r"hook\s+input\b.*?policy\s+(accept|drop)\s*;")
_SADDR = re.compile(r"\bip6?\s+saddr\s+(!=\s*)?(\{[^}]*\}|\S+)")
_DPORT = re.compile(r"\btcp\s+dport\s+(!=\s*)?(\{[^}]*\}|\S+)")
_VERDICT = re.compile(r"\b(accept|drop|reject)\b")
# They never decide about a new TCP connection from another machine.
_BESIDE = re.compile(
    r"\b(iif(name)?\s+\"?lo\"?|ct\s+state|meta\s+l4proto\s+icmp(v6)?|icmp(v6)?|udp\s+dport)\b"
)
_SAID = re.compile(r"\b(counter|comment\s+\"[^\"]*\"|log(\s+prefix\s+\"[^\"]*\")?)")


def nftables(text: str, _: _Files) -> Wall:
    """``firewall.nft``: the chain ``input`` of nftables."""
    bare = re.sub(r"(?m)(^|\s)#.*$", "", text)
    begun = _CHAIN.search(bare)
    policy = _POLICY.search(bare)
    if begun is None or policy is None:
        raise UnreadableError("there is no chain input with a policy")
    body = _until_closed(bare[begun.end() :])
    rules = [rule for line in body.splitlines() if (rule := _nft_rule(line.strip()))]
    return Wall(tuple(rules), policy[1] == "accept")


def _until_closed(text: str) -> str:
    depth = 1
    for place, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            return text[:place]
    raise UnreadableError("a brace is not closed")


def _nft_rule(line: str) -> Rule | None:
    if not line or line.startswith("type ") or _BESIDE.search(line):
        return None
    source, port, verdict = _SADDR.search(line), _DPORT.search(line), _VERDICT.search(line)
    rest = _SAID.sub("", _VERDICT.sub("", _DPORT.sub("", _SADDR.sub("", line, 1), 1), 1))
    if verdict is None or rest.strip(" ;") or (source and source[1]) or (port and port[1]):
        raise UnreadableError(f"not understood: {line}")
    sources = networks(_set(source[2])) if source else None
    return Rule(verdict[1] == "accept", sources, ports(_set(port[2])) if port else ANY_PORT)


def _set(text: str) -> list[str]:
    return [part.strip() for part in text.strip("{}; ").split(",") if part.strip()]


def iptables(text: str, _: _Files) -> Wall:
    """``firewall.sh``: the chain INPUT after each iptables command of the script, in order."""
    rules: list[Rule] = []
    allow = True  # the kernel's own policy, until the script says another
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if not words or words[0] != "iptables":
            continue
        if any("$" in word for word in words):
            raise UnreadableError(f"not understood: {line.strip()}")
        match words[1:]:
            case ["-F"] | ["-F", "INPUT"]:
                rules.clear()
            case ["-P", "INPUT", policy]:
                allow = policy == "ACCEPT"
            case ["-A", "INPUT", *rest]:
                rules += _iptables_rule(rest)
            case ["-I", "INPUT", *rest]:
                rules[:0] = _iptables_rule(rest)
            case [_, chain, *_] if chain in {"FORWARD", "OUTPUT"}:
                continue
            case _:
                raise UnreadableError(f"not understood: {line.strip()}")
    return Wall(tuple(rules), allow)


def _iptables_rule(words: list[str]) -> list[Rule]:
    if len(words) % 2:
        raise UnreadableError(f"not understood: {' '.join(words)}")
    given = list(zip(words[::2], words[1::2], strict=True))
    options = {name: value for name, value in given if name not in {"-m", "--comment"}}
    target = options.pop("-j", "")
    beside = options.get("-i") == "lo" or options.get("-p", "tcp") not in {"tcp", "all"}
    if beside or "NEW" not in options.pop("--ctstate", "NEW").split(","):
        return []
    source, port = options.pop("-s", None), options.pop("--dport", None)
    many = options.pop("--dports", None)
    options.pop("-p", None)
    if options or target not in {"ACCEPT", "DROP", "REJECT"}:
        raise UnreadableError(f"not understood: {' '.join(words)}")
    let_in = ports((many or port or "").split(",")) if many or port else ANY_PORT
    return [Rule(target == "ACCEPT", networks(source.split(",")) if source else None, let_in)]


def pg_hba(text: str, files: _Files) -> Wall:
    """``pg_hba.conf``: who may reach PostgreSQL's port; it says nothing about other ports.

    Rows of several databases and users count alike: a process here has neither.
    """
    port = _postgres_port(files)
    rules = [rule for line in text.splitlines() if (rule := _hba_rule(line.split("#")[0], port))]
    return Wall((*rules, Rule(allow=False, ports=port)), allow=True)


def _hba_rule(line: str, port: tuple[tuple[int, int], ...]) -> Rule | None:
    words = line.split()
    if not words or words[0] == "local":
        return None
    if len(words) < 5 or not words[0].startswith("host") or "." in words[4]:
        raise UnreadableError(f"not understood: {line.strip()}")
    return Rule(words[4] != "reject", networks([words[3]]), port)


def _postgres_port(files: _Files) -> tuple[tuple[int, int], ...]:
    text = files.get("postgresql.conf", b"").decode("utf-8", "replace")
    found = re.search(r"(?m)^\s*port\s*=\s*(\d+)", text)
    return ports([found[1] if found else 5432])


READERS: Mapping[str, Callable[[str, _Files], Wall]] = {
    "security-group.json": security_group,
    "firewall.yaml": google,
    "nsg.toml": azure,
    "firewall.nft": nftables,
    "firewall.sh": iptables,
    "pg_hba.conf": pg_hba,
}


def read_firewall(files: Mapping[str, bytes]) -> Firewall:
    """The firewall of a server, from its deployed files by path. Raises UnreadableError."""
    walls = {}
    for path, data in sorted(files.items()):
        name = path.rpartition("/")[2]
        if name not in READERS:
            continue
        try:
            walls[path] = READERS[name](data.decode("utf-8"), files)
        except UnreadableError as error:
            raise UnreadableError(f"{path}: {error}") from None
        except (ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
            raise UnreadableError(f"{path}: {type(error).__name__}: {error}") from None
    # PostgreSQL's own list is no firewall: it says nothing about other ports
    own = [path for path in walls if not path.endswith("pg_hba.conf")]
    return Firewall(tuple(walls.values()) if own else ())
