"""Lines and words → which protected kind they are of.

Decides what a wrong change is filed under, coarsely and by its look; it never decides whether a
change is wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from bench.gate.operators.anatomy import lines_of, text_of
from bench.gate.tasks import Tree

ADDRESS = re.compile(
    r"(?<![\w.])(?:\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?"
    r"|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:/\d+)?)(?![\w.])"
)
IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
HOST = re.compile(
    r"(?<![\w.@-])(?=[\w.-]*[a-z])(?:[a-zA-Z0-9](?:[\w-]*\w)?\.)+"
    r"(?:com|org|net|internal|test|local|example|lan|io)(?![\w-])"
)
PORT = re.compile(r"(?<![\w.-])[1-9]\d{1,4}(?![\w.%-])")
_PORT_LINE = re.compile(r"port|listen|expose|:\d{2,5}\b", re.IGNORECASE)
_SECRET = re.compile(
    r"passw|passwd|secret|token|credential|private[_-]?key|api[_-]?key", re.IGNORECASE
)
_FIREWALL = re.compile(
    r"iptables|ufw |\b(?:ACCEPT|DROP|REJECT)\b|\b(?:allow|deny|accept|drop|reject)\b"
    r"|allow(?:ed)?[_-]|[_-]allow|whitelist|trusted|\bcidr|source[_-]?ranges?|peers",
    re.IGNORECASE,
)
_FIREWALL_FILE = re.compile(
    r"firewall|iptables|nftables|\.nft$|ufw|security-?group|network-?polic|pg_hba|\bacl",
    re.IGNORECASE,
)
_CI = re.compile(
    r"(^|/)(Jenkinsfile|\.gitlab-ci\.yml|CODEOWNERS|\.cfgbot\.yml|\.github/workflows/[^/]+)$"
)
_WORD = re.compile(rf"(?:{ADDRESS.pattern})|(?:{HOST.pattern})|[\w.-]+")


def firewall_file(path: str) -> bool:
    """Whether the name says that the file lets in or keeps out."""
    return _FIREWALL_FILE.search(path) is not None


def firewall_line(line: str) -> bool:
    """Whether the line lets in or keeps out."""
    return _FIREWALL.search(line) is not None


def secret_key(key: str) -> bool:
    """Whether a value of that key is a secret."""
    return _SECRET.search(key) is not None


def kind_of(right: Tree, wrong: Tree, otherwise: str) -> str:
    """The kind of what differs between two trees; ``otherwise`` where it is none that is named."""
    found = Counter[str]()
    for path in sorted(right.keys() | wrong.keys()):
        if right.get(path) != wrong.get(path):
            found[_kind(path, right.get(path, b""), wrong.get(path, b""))] += 1
    for kind in ("ci", "secret", "firewall", "address", "port"):
        if found[kind]:
            return kind
    return otherwise


def _kind(path: str, right: bytes, wrong: bytes) -> str:
    if _CI.search(path):
        return "ci"
    before, after = (Counter(lines_of(text_of(data))) for data in (right, wrong))
    lines = [*(before - after), *(after - before)]
    words = _differing(before - after, after - before)
    if any(secret_key(line) for line in lines):
        return "secret"
    if firewall_file(path) or any(firewall_line(line) for line in lines):
        return "firewall"
    if any(ADDRESS.search(word) or HOST.search(word) for word in words):
        return "address"
    if any(PORT.fullmatch(word) for word in words) and _speaks_of_ports(lines):
        return "port"
    return ""


def _speaks_of_ports(lines: Iterable[str]) -> bool:
    return any(_PORT_LINE.search(line) for line in lines)


def _differing(gone: Mapping[str, int], come: Mapping[str, int]) -> list[str]:
    """Words that stand only on one side."""
    old, new = (Counter(_WORD.findall("".join(lines))) for lines in (gone, come))
    return [*(old - new), *(new - old)]
