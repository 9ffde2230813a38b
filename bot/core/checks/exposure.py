"""``exposure``: nothing is opened to the world, no range grows, no guard falls unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.change import Action, LeafChange
from bot.core.checks.asked import asked_for, written
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import Document, shape, show_key
from bot.core.literals import LiteralKind, Network, holds, literals, network
from bot.core.protected import protected_kind
from bot.core.words import words_in

_WORLD = re.compile(r"(?<![\d.])0\.0\.0\.0(?![\d.])|(?<![0-9A-Fa-f:])::(?:/0)?(?![0-9A-Fa-f:])|/0(?!\d)")
_ANYONE = frozenset({"any", "*", "all", "anywhere", "everyone", "internet", "world"})
_GUARDS = frozenset("auth authentication authorization tls ssl verify verification secure csrf firewall encryption encrypt protect protection".split())
_DANGERS = frozenset("privileged insecure skipverify anonymous public".split())
_ON, _OFF = frozenset("true on yes enabled 1".split()), frozenset("false off no disabled 0 none".split())
_OPEN, _SHUT = frozenset("allow accept permit pass".split()), frozenset("deny drop reject block".split())


def check(case: Case) -> Iterator[Finding]:
    """World-open blocks even where it was asked for; the rest where it was not."""
    for change in written(case):
        yield from _world(change)
        yield from _wider(case, change)
        if not asked_for(case, change):
            yield from _guards(change)
    for change in case.change.leaf_changes:
        if change.action is Action.REMOVED and not asked_for(case, change) and _shuts(change):
            yield blocks("exposure", change.path, change.line, "deny-lost", key=show_key(change.key), old=change.before)


def _world(change: LeafChange) -> Iterator[Finding]:
    after, before = change.after or "", change.before or ""
    anyone = after.lower() in _ANYONE and before.lower() not in _ANYONE and protected_kind(change) in {"firewall", "address"}
    if anyone or len(_WORLD.findall(after)) > len(_WORLD.findall(before)):
        yield blocks("exposure", change.path, change.line, "world", key=show_key(change.key), new=after)


def _wider(case: Case, change: LeafChange) -> Iterator[Finding]:
    """A prefix shorter than the one it replaces, or than any neighbour's, admits strangers."""
    now = _networks(change.after or "")
    if not now:
        return
    then = _networks(change.before or "") or _neighbours(case, change)
    for one in now:
        same = [other.prefixlen for other in then if other.version == one.version]
        limit = min(same) if same else one.max_prefixlen
        if one.prefixlen < limit and not holds(case.request.text, str(one)):
            yield blocks("exposure", change.path, change.line, "wider", key=show_key(change.key), new=str(one), limit=f"/{limit}")


def _networks(value: str) -> list[Network]:
    found = (network(literal.text) for literal in literals(value) if literal.kind is LiteralKind.NETWORK)
    return [one for one in found if one is not None]


def _neighbours(case: Case, change: LeafChange) -> list[Network]:
    document = case.base.get(change.path)
    if not isinstance(document, Document):
        return []
    return [one for leaf in document.leaves if shape(leaf.key) == shape(change.key) for one in _networks(leaf.value)]


def _guards(change: LeafChange) -> Iterator[Finding]:
    before, after = (change.before or "").lower(), (change.after or "").lower()
    names = words_in(" ".join(str(step) for step in change.key[-2:]))
    facts = {"key": show_key(change.key), "old": before or "∅", "new": after}
    if names & _GUARDS and after in _OFF and before not in _OFF:
        yield blocks("exposure", change.path, change.line, "guard-off", **facts)
    if (names & _DANGERS and after in _ON and before not in _ON) or after == "host" and "network" in "".join(names):
        yield blocks("exposure", change.path, change.line, "danger-on", **facts)
    if before in _SHUT and after in _OPEN:
        yield blocks("exposure", change.path, change.line, "deny-lost", key=facts["key"], old=before)


def _shuts(change: LeafChange) -> bool:
    return bool(words_in(" ".join(str(step) for step in change.key)) & _SHUT) or (change.before or "").lower() in _SHUT


RULE = Rule("exposure", 5, check)
