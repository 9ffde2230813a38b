"""Which leaf changes no model's word may carry: addresses, ports, firewalls, secrets, CI, paths.

Decides the kind only. Such a change needs evidence that code established.
"""

from __future__ import annotations

import re

from bot.core.change import LeafChange
from bot.core.literals import LiteralKind, literals
from bot.core.secrecy import is_secret
from bot.core.words import words_in

_FIREWALL = frozenset(
    "firewall nft nftables iptables ufw nsg ingress egress acl allow deny allowed denied allowlist whitelist blocklist blacklist "
    "trusted permit security cidr sourcerange peer hba accept drop reject".split()
)
_PORT = frozenset({"port", "expose", "listen", "dport", "sport"})
_CI = frozenset({"jenkinsfile", "pipeline", "workflow", "ci"})
_SECRET = frozenset({"secret", "password", "passwd", "token", "credential", "privatekey", "apikey"})
_PATH = frozenset({"path", "dir", "directory", "root", "volume", "mount", "file", "folder"})
_HOST_KINDS = {LiteralKind.ADDRESS, LiteralKind.NETWORK, LiteralKind.HOSTNAME, LiteralKind.URL}
_FILE_PATH = re.compile(r"(?:~|\.{0,2})/[\w.@-]+(?:/[\w.@-]*)*|[A-Za-z]:\\.+")
_HOST_PORT = re.compile(r"\S+:\d{1,5}(?:/\w+)?")


def protected_kind(change: LeafChange) -> str | None:
    """``address``, ``firewall``, ``port``, ``secret``, ``ci`` or ``path``; None for an ordinary leaf."""
    values = [value for value in (change.before, change.after) if value]
    names = words_in(" ".join(str(step) for step in change.key))
    last = words_in(str(next((step for step in reversed(change.key) if isinstance(step, str)), "")))
    if any(found.kind in _HOST_KINDS for value in values for found in literals(value)):
        return "address"
    if _FIREWALL & (names | words_in(change.path)):
        return "firewall"
    if _PORT & last or any(_HOST_PORT.fullmatch(value) and _PORT & names for value in values):
        return "port"
    if _SECRET & names or any(is_secret(change.key, value) for value in values):
        return "secret"
    if _CI & words_in(change.path):
        return "ci"
    return "path" if _PATH & last and any("/" in value for value in values) or any(map(_FILE_PATH.fullmatch, values)) else None
