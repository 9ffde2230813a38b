"""What a number looks like that is a port: the forms in which configs write and mention one.

Decides by form alone, and only whether it may be a port; whose it is must be told elsewhere.
"""

from __future__ import annotations

import re

from bot.core.builtin.port_holds import Hold
from bot.core.builtin.port_service import PORT_WORDS
from bot.core.index import Index
from bot.core.leaf import Document, Leaf, Place
from bot.core.literals import address
from bot.core.words import words_in

_HOST = re.compile(r"(?P<host>\[[^\]\s]*\]|\$?\{\{?[^}]*\}\}?|\$\w+|[A-Za-z0-9_.*-]*):$")
DEFAULT = re.compile(r"\$\{(?P<name>[\w.]+):-?$")
FLAG = re.compile(r"(?<![\w-])--?(?P<name>[\w.-]*(?:port|listen))[= ]$")
MAPPING = re.compile(
    r"(?:(?:[\d.]+|\[[0-9a-f:]+\]):)?(?P<out>\d+):(?P<inside>\d+)(?:/(?:tcp|udp))?"
)
SELF = frozenset("localhost 127.0.0.1 ::1 0.0.0.0 :: * _".split()) | {""}
# What a service's own port key may be called beyond the service's name.
PLAIN = PORT_WORDS | frozenset(
    "http https tcp server service bind web app application main container env environment".split()
)
AMOUNTS = frozenset(
    """timeout size limit max maximum min minimum count client connection conn memory mem ms sec second seconds interval
    retention buffer byte bytes ttl delay retry retries capacity rate period duration age length id uid gid weight
    priority worker thread pool batch burst quota threshold amount price percent kb mb gb user row page""".split()
)
# A copy of the service that is not the one in use may keep its port.
APART = frozenset(
    "staging stage dev development test testing local example sample template sandbox default defaults demo".split()
)
# What a program listens at, and what asks it whether it lives.
BINDS = frozenset("bind addr address listener url".split())
CHECKS = frozenset("health healthcheck check test probe liveness readiness cmd curl get".split())
FIREWALLS = frozenset("firewall security ingress nsg acl permission inbound".split())
GUARDING = re.compile(r"(?i)\b(?:allow|accept|deny|drop|reject|iptables|ip6tables|ufw|[ds]port)\b")
SETTING = re.compile(r"\s*(?P<name>[\w.-]+)\s*[=:]?\s*")
GUARD = re.compile(r"(?:--dports?|\bdport|\bports?|\ballow(?: in)?)\s+(?:\{\s*)?[\d,\s]*$")
OUTWARD = re.compile(
    r"\b(?:OUTPUT|out|egress|FORWARD|route|PREROUTING|POSTROUTING|DNAT|SNAT|REDIRECT|nat|sports?|oif)\b",
    re.IGNORECASE,
)
REFUSES = re.compile(r"\b(?:deny|drop|reject|limit)\b", re.IGNORECASE)
TOWARDS = re.compile(
    r"(?:\s-d|--destination|\bdaddr|\bto)\s+(?P<host>[0-9A-Fa-f.:]+)(?:/32|/128)?(?=\s)"
)


def host_before(text: str) -> str | None:
    """What stands before ``:`` that the number follows: a host, nothing, or no such thing."""
    found = _HOST.search(text)
    return found["host"].strip("[]") if found else None


def in_ipv6(hold: Hold, number: str) -> bool:
    """``2001:db8::8443``, where the number is a part of an address; ``[::1]:8443`` is none."""
    left = re.search(r"[0-9A-Fa-f:.]*$", hold.before)
    right = re.match(r"[0-9A-Fa-f:.]*", hold.after)
    token = (left[0] if left else "") + number + (right[0] if right else "")
    return token.count(":") > 1 and address(token) is not None


def host_beside(leaf: Leaf, document: Document) -> str:
    """``DB_HOST`` beside ``DB_PORT``, ``host`` beside ``port``; empty where there is none."""
    mine = words_in(str(leaf.key[-1])) if leaf.key else frozenset()
    if document.format in {"lines", "nginx"} or "port" not in mine:
        return ""
    rest = mine - PORT_WORDS
    for other in document.leaves:
        words = words_in(str(other.key[-1])) if other.key else frozenset()
        hosts = words & {"host", "addr", "address", "hostname", "ip"}
        if other.key[:-1] == leaf.key[:-1] and hosts and words - hosts == rest:
            return other.value
    return ""


def flag_before(hold: Hold) -> str:
    """``--port`` where ``["--port", "8443"]`` gives the number as the next argument."""
    key = hold.place.leaf.key
    last = key[-1] if key else ""
    if not isinstance(last, int) or last < 1:
        return ""
    before = hold.document.by_key.get((*key[:-1], last - 1))
    return before.value if before is not None and before.value.startswith("-") else ""


def listens_plainly(place: Place, index: Index) -> bool:
    """A port under no name but that of its file: what somebody listens on, not where they call."""
    document = index.documents[place.path]
    steps = [step for step in place.leaf.key if isinstance(step, str)]
    if not isinstance(document, Document) or not steps or document.format == "lines":
        return False
    words = frozenset[str]().union(*(words_in(step) for step in steps))
    rest = {word for word in words if not word.isdigit()} - PLAIN - words_in(place.path)
    ports = words_in(steps[-1]) & PORT_WORDS
    return bool(ports) and not rest and host_beside(place.leaf, document).lower() in SELF


def looks_like_port(hold: Hold, number: str) -> bool:
    """Behind a host, in a firewall's rule, or under a key that is called a port."""
    if hold.in_key or hold.spans:
        return False
    host = host_before(hold.before)
    if host is not None or GUARD.search(hold.before) or MAPPING.fullmatch(hold.place.leaf.value):
        return True
    steps = [step for step in hold.place.leaf.key if isinstance(step, str)]
    keyed = bool(steps) and bool(words_in(steps[-1]) & PORT_WORDS)
    return keyed and hold.place.leaf.value.startswith(number)
