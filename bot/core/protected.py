"""Which leaf changes no model's word may carry: addresses, ports, firewalls, secrets, CI, paths.

Decides the kind only, and errs on the side of naming one: such a change needs evidence that code
established. It never looks at the rest of the file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.core.glossary import singular
from bot.core.leaf import Kind
from bot.core.literals import LiteralKind, literals
from bot.core.scope import matches
from bot.core.secrecy import is_secret, names_secret
from bot.core.words import words_in

if TYPE_CHECKING:
    from bot.core.change import LeafChange
    from bot.core.leaf import KeyPath, Leaf

# Words are as ``words_in`` gives them: lower case, singular; two are a pair side by side.
FIREWALL_WORDS = frozenset(
    [
        "firewall",
        "nft",
        "nftable",
        "iptable",
        "6 table",  # ip6tables
        "ufw",
        "nsg",
        "ingress",
        "egress",
        "acl",
        "allow",
        "deny",
        "allowed",
        "denied",
        "allowlist",
        "whitelist",
        "blocklist",
        "blacklist",
        "denylist",
        "trusted",
        "permit",
        "cidr",
        "hba",
        "accept",
        "drop",
        "reject",
        "security group",
        "security rule",
        "source range",
        "ip permission",
        "ip range",
        "cor",
        "origin",
    ]
)
_PORTS = frozenset({"port", "expose", "listen", "dport", "sport"})
_NOT_PORTS = frozenset({"support", "import", "export", "report", "transport", "passport"})
_HOSTS = frozenset(
    [
        "host",
        "hostname",
        "server",
        "url",
        "uri",
        "endpoint",
        "upstream",
        "address",
        "addr",
        "ip",
        "bind",
        "backend",
        "target",
        "domain",
        "proxy pass",
        "broker",
        "bootstrap server",
        "peer",
        "gateway",
        "nameserver",
        "dns",
    ]
)
_IMAGES = frozenset({"image", "from"})
_SECRET_PLACES = frozenset({"secret", "vault", "credential", "htpasswd"})
_CI = (
    "Jenkinsfile*",
    "*.jenkinsfile",
    ".github/",
    ".gitlab-ci.yml",
    ".gitlab/",
    ".circleci/",
    ".ci/",
    "ci/",
    ".woodpecker*",
    ".drone.yml",
    ".travis.yml",
    ".buildkite/",
    ".teamcity/",
    "azure-pipelines*.yml",
    "bitbucket-pipelines.yml",
    "cloudbuild.y*ml",
    "buildspec*.y*ml",
    "pipeline*.y*ml",
    "jenkins/",
)
_HOST_KINDS = frozenset(
    {LiteralKind.ADDRESS, LiteralKind.NETWORK, LiteralKind.HOSTNAME, LiteralKind.URL}
)
# Each of these looks like a host name to ``literals`` and is none.
_FILE_NAME = re.compile(
    r"[\w-]+\.(?:ya?ml|json|toml|conf|jar|properties|log|sh|py|xml|crt|pem|key)"
)
_FILE_PATH = re.compile(
    r"(?<![\w/.-])(?:~|\.{1,2})?/[\w.@-]+(?:/[\w.@*-]*)*|(?<![A-Za-z])[A-Za-z]:\\"
)
_HOST_PORT = re.compile(
    r"(?<![\w.-])(?:[A-Za-z][\w.-]*|\[[0-9A-Fa-f:]+\]|\d+(?:\.\d+){3}):\d{1,5}(?![\w.])"
)
_PUBLISHED = re.compile(r"(?:\S+:)?\d{1,5}(?:-\d{1,5})?(?::\d{1,5}(?:-\d{1,5})?)?(?:/(?:tcp|udp))?")


def protected_kind(change: LeafChange) -> str | None:
    """``secret``, ``address``, ``firewall``, ``port``, ``ci`` or ``path``; None for other leaves."""
    leaves = [leaf for leaf in (change.old, change.new) if leaf is not None]
    if any(_is_secret(change.path, leaf) for leaf in leaves):
        return "secret"
    if any(holds_host(leaf) for leaf in leaves) or _names_host(change):
        return "address"
    if any(in_firewall(change.path, leaf.key) for leaf in leaves):
        return "firewall"
    if any(holds_port(leaf) for leaf in leaves):
        return "port"
    if matches(change.path, _CI):
        return "ci"
    texts = [leaf.value for leaf in leaves]
    if change.old is None or change.new is None:
        texts += [step for leaf in leaves for step in leaf.key if isinstance(step, str)]
    return "path" if any(_FILE_PATH.search(text) for text in texts) else None


def _names_host(change: LeafChange) -> bool:
    """A line that came or went whole has its words in the key."""
    leaf = change.old if change.new is None else change.new if change.old is None else None
    steps = [step for step in leaf.key if isinstance(step, str)] if leaf else []
    kinds = {LiteralKind.ADDRESS, LiteralKind.NETWORK, LiteralKind.URL}
    return any(found.kind in kinds for step in steps for found in literals(step))


def _is_secret(path: str, leaf: Leaf) -> bool:
    names = [step for step in leaf.key if isinstance(step, str)]
    named = bool(names) and names_secret(names[-1])
    return named or is_secret(leaf.key, leaf.value) or bool(_SECRET_PLACES & words_in(path))


def holds_host(leaf: Leaf) -> bool:
    """True where the value holds an address, network, URL or host name, or its key says so."""
    if any(
        found.kind in _HOST_KINDS and not _FILE_NAME.fullmatch(found.text)
        for found in literals(leaf.value)
    ):
        return True
    if leaf.kind in {Kind.BOOLEAN, Kind.INTEGER, Kind.FLOAT} or not re.search(
        r"[^\W\d]", leaf.value
    ):
        return False
    return bool(_HOSTS & last_words(leaf.key)) or _has_host_port(leaf)


def in_firewall(path: str, key: KeyPath) -> bool:
    """True where the file or any step of the key is about who may come in."""
    if FIREWALL_WORDS & phrases(path):
        return True
    return any(FIREWALL_WORDS & phrases(step) for step in key if isinstance(step, str))


def holds_port(leaf: Leaf) -> bool:
    """True where the value is a port by its key's name, or holds one behind a host."""
    if not re.search(r"\d", leaf.value):
        return False
    if _has_host_port(leaf):
        return True
    names = [step for step in leaf.key if isinstance(step, str)]
    near = any(names_port(name) for name in names[-2:])
    return near and bool(_PUBLISHED.fullmatch(leaf.value) or names_port(names[-1]))


def _has_host_port(leaf: Leaf) -> bool:
    """An image's tag ("redis:7") is no port."""
    return not _IMAGES & last_words(leaf.key) and bool(_HOST_PORT.search(leaf.value))


@lru_cache(maxsize=65_536)
def names_port(name: str) -> bool:
    """True for a key such as ``port``, ``HTTP_PORTS``, ``dbport`` or ``listen``."""
    words = words_in(name)
    return bool(words & _PORTS) or any(
        word.endswith("port") and word not in _NOT_PORTS for word in words
    )


def last_words(key: KeyPath) -> frozenset[str]:
    """The words and word pairs of the key's last name."""
    names = [step for step in key if isinstance(step, str)]
    return phrases(names[-1]) if names else frozenset()


_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[가-힣]+")


@lru_cache(maxsize=65_536)
def phrases(name: str) -> frozenset[str]:
    """The words of a name and each two that stand side by side: "source range" of sourceRanges."""
    parts = [singular(part.lower()) for part in _PARTS.findall(name)]
    pairs = {f"{one} {other}" for one, other in pairwise(parts)}
    return words_in(name) | frozenset(pairs)
