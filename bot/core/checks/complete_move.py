"""``complete-move``: where the request moves X to Y, no place in scope still holds X."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks, warns
from bot.core.leaf import Leaf, Unparsable, show_key
from bot.core.literals import Address, LiteralKind, address, holds, literals, substitute
from bot.core.scope import in_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.leaf import Document
    from bot.core.operation import Move

_V6 = 6
# "192.0.2.7.yml" is named after the address
_SUFFIX = re.compile(r"\.[A-Za-z]+$")


def check(case: Case) -> Iterator[Finding]:
    """Every gathered file, as it will be after the change, is looked through."""
    deleted = {file.path for file in case.change.files if file.head is None}
    after = {**case.base, **case.change.head_docs}
    for move in case.moves:
        for path, document in sorted(after.items()):
            if path not in deleted and in_scope(path, move.scope):
                yield from _left(case, move, path, document)
        yield from _paths(case, move, deleted)


def _paths(case: Case, move: Move, deleted: set[str]) -> Iterator[Finding]:
    for path in sorted(case.paths - deleted):
        names = _SUFFIX.sub("", path)
        if move.old in path and holds(names, move.old) and in_scope(path, move.scope):
            yield warns("complete-move", path, None, "path", old=move.old)


def _left(case: Case, move: Move, path: str, document: Document | Unparsable) -> Iterator[Finding]:
    if isinstance(document, Unparsable):
        data = case.data.get(path)
        if data is None or move.old.lower().encode() in data.lower():
            facts = {"old": move.old, "reason": document.reason}
            yield blocks("complete-move", path, document.line, "unreadable", **facts)
        return
    for leaf in document.leaves:
        texts = (leaf.value, *(step for step in leaf.key if isinstance(step, str)))
        facts = {"old": move.old, "key": show_key(leaf.key)}
        if any(_still_holds(text, move) for text in texts):
            yield blocks("complete-move", path, leaf.line, "left", **facts)
        elif (spelling := _disguised(_text(leaf), move.old)) is not None:
            yield blocks("complete-move", path, leaf.line, "disguised", spelling=spelling, **facts)


def _still_holds(text: str, move: Move) -> bool:
    """A new value may hold the old one ("host" → "host:8080"): that is no remainder."""
    if move.old.lower() not in text.lower():
        return False
    if holds(move.new, move.old):
        text = substitute(text, move.new, "")
    return holds(text, move.old)


def _text(leaf: Leaf) -> str:
    """What stands in a leaf and in its key: an address hides in both."""
    return " ".join([*(str(step) for step in leaf.key), leaf.value])


def _disguised(value: str, old: str) -> str | None:
    """The address in another spelling, or None."""
    parsed = address(old)
    if parsed is None:
        return None
    if parsed.version == _V6:
        return _spelled_otherwise(value, parsed) if ":" in value else None
    return _written_otherwise(value, old, parsed)


def _written_otherwise(value: str, old: str, parsed: Address) -> str | None:
    """Escaped in a pattern, dashed in a host name, reversed in DNS."""
    for spelling in (old.replace(".", r"\."), old.replace(".", "-"), parsed.reverse_pointer):
        if spelling in value and re.search(
            rf"(?<![\d.]){re.escape(spelling)}(?![\d]|-\d|\\?\.\d)", value
        ):
            return spelling
    return None


def _spelled_otherwise(value: str, parsed: Address) -> str | None:
    """IPv6 addresses have many spellings (RFC 5952)."""
    for literal in literals(value):
        if literal.kind in {LiteralKind.ADDRESS, LiteralKind.NETWORK}:
            host, _, prefix = literal.text.partition("/")
            if address(host) == parsed and prefix in {"", str(parsed.max_prefixlen)}:
                return literal.text
    return None


RULE = Rule("complete-move", 4, check)
