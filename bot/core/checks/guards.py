"""What a change switches off that guarded, or switches on that endangers.

Decides for the rule ``exposure`` by names people use for guards and for rights; a name it does not
know it says nothing of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.glossary import singular
from bot.core.protected import last_words, phrases

if TYPE_CHECKING:
    from bot.core.change import LeafChange
    from bot.core.leaf import KeyPath, Leaf

# Words are as ``words_in`` gives them: lower case, without a plural's ending.
_GUARDS = frozenset(
    singular(word)
    for word in [
        "auth",
        "authentication",
        "authorization",
        "authenticate",
        "authorize",
        "tls",
        "ssl",
        "sslmode",
        "starttls",
        "usessl",
        "usetls",
        "sslenabled",
        "authenabled",
        "mtls",
        "hsts",
        "verify",
        "verification",
        "validate",
        "secure",
        "security",
        "csrf",
        "xsrf",
        "firewall",
        "encryption",
        "encrypt",
        "encrypted",
        "protect",
        "protected",
        "protection",
        "httponly",
        "mfa",
        "selinux",
        "apparmor",
        "seccomp",
        "sandbox",
        "checksum",
        "signature",
        "gpgcheck",
        "strict",
        "audit",
        "deletion protection",
        "read only",
    ]
)
_NEGATIONS = frozenset(
    [
        "insecure",
        "skip",
        "disable",
        "disabled",
        "ignore",
        "bypass",
        "without",
        "unsafe",
        "no",
        "skipverify",
    ]
)
_DANGERS = frozenset(
    [
        "privileged",
        "insecure",
        "anonymous",
        "skipverify",
        "permit root",
        "root login",
        "empty password",
        "privilege escalation",
        "host network",
        "host pid",
        "host ipc",
        "public",
        "publicly",
        "debug",
        "allow all",
        "guest",
        "autologin",
    ]
)
# A number is a switch only where the name says nothing but the guard.
_FILLERS = frozenset(
    [
        "enabled",
        "enable",
        "mode",
        "require",
        "required",
        "check",
        "peer",
        "client",
        "active",
        "on",
        "use",
    ]
)
_ON = frozenset({"true", "on", "yes", "enabled", "1", "enable", "required", "require", "always"})
_OFF = frozenset(
    [
        "false",
        "off",
        "no",
        "disabled",
        "0",
        "none",
        "disable",
        "never",
        "optional",
        "allow",
        "prefer",
        "trust",
        "permissive",
        "plaintext",
        "skip",
    ]
)
_NAMESPACES = frozenset({"network mode", "pid", "ipc", "userns mode", "uts", "network", "cgroup"})
_RIGHTS = re.compile(
    r"docker\.sock|unconfined|(?:^|=)(?:CAP_)?(?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|NET_ADMIN|NET_RAW|DAC_OVERRIDE)$"
    r"|^/:|--privileged|label[:=]disable"
)
_RIGHT_KEYS = frozenset(
    [
        "volume",
        "cap add",
        "add",
        "security opt",
        "path",
        "source",
        "option",
        "command",
        "run",
        "entrypoint",
    ]
)


def guard_off(change: LeafChange) -> bool:
    """True where something that guards is switched off, or its switch is taken away."""
    leaf = change.new or change.old
    if leaf is None or not _guards(leaf.key) or _negated(leaf.key):
        return False
    before, after = _state(change.old), _state(change.new)
    if change.new is None:
        return before == "on"
    return after == "off" and before != "off"


def danger_on(change: LeafChange) -> bool:
    """True where a right that endangers the host or lets strangers in is switched on."""
    new = change.new
    if new is None:
        return False
    names = _names(new.key)
    risky = bool(names & _DANGERS) or (_guards(new.key) and _negated(new.key))
    if risky and _state(new) == "on" and _state(change.old) != "on":
        return True
    return _rights(new) and not (change.old and _rights(change.old))


def _rights(leaf: Leaf) -> bool:
    names = last_words(leaf.key)
    value = leaf.value.strip().strip("\"'")
    if value.lower() == "host" and names & _NAMESPACES:
        return True
    if {"user", "run as"} & names and value.partition(":")[0] in {"root", "0"}:
        return True
    return bool(_RIGHT_KEYS & names) and _RIGHTS.search(value) is not None


def _names(key: KeyPath) -> frozenset[str]:
    """The last name, with the one above where the last only says "enabled"."""
    names = [step for step in key if isinstance(step, str)]
    last = last_words(key)
    plain = {word for word in last if " " not in word}
    if len(names) > 1 and plain and plain <= _FILLERS:
        return last | phrases(names[-2])
    return last


def _guards(key: KeyPath) -> bool:
    return bool(_names(key) & _GUARDS)


def _negated(key: KeyPath) -> bool:
    return bool(_names(key) & _NEGATIONS)


def _state(leaf: Leaf | None) -> str | None:
    if leaf is None:
        return None
    word = leaf.value.strip().strip("\"'").lower()
    if word.isdigit() and not _is_switch(leaf.key):
        return None
    if word in _ON:
        return "on"
    return "off" if word in _OFF else None


def _is_switch(key: KeyPath) -> bool:
    plain = {word for word in _names(key) if " " not in word}
    return plain <= _GUARDS | _FILLERS | _DANGERS | _NEGATIONS
