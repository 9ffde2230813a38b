"""``complete-move``: where the request moves X to Y, no place in scope still holds X."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks, warns
from bot.core.leaf import Document, Unparsable, show_key
from bot.core.literals import address, holds
from bot.core.operation import Move
from bot.core.scope import in_scope


def check(case: Case) -> Iterator[Finding]:
    """Every gathered file as it will be after the change is looked through."""
    for move in case.moves:
        after = {**case.base, **case.change.head_docs}
        for path, document in sorted(after.items()):
            if in_scope(path, move.scope) and (path in case.change.head_docs or path not in case.change.paths):
                yield from _left(case, move, path, document)


def _left(case: Case, move: Move, path: str, document: Document | Unparsable) -> Iterator[Finding]:
    if isinstance(document, Unparsable):
        if move.old.encode() in case.data.get(path, move.old.encode()):
            yield blocks("complete-move", path, document.line, "unreadable", old=move.old, reason=document.reason)
        return
    if holds(path, move.old):
        yield warns("complete-move", path, None, "path", old=move.old)
    spellings = _spellings(move.old)
    for leaf in document.leaves:
        named = any(holds(step, move.old) for step in leaf.key if isinstance(step, str))
        if holds(leaf.value, move.old) or named:
            yield blocks("complete-move", path, leaf.line, "left", old=move.old, key=show_key(leaf.key))
        elif (spelling := _disguised(leaf.value, spellings)) is not None:
            yield blocks("complete-move", path, leaf.line, "disguised", old=move.old, key=show_key(leaf.key), spelling=spelling)


def _spellings(old: str) -> tuple[str, ...]:
    """An address escaped in a pattern, dashed in a host name, reversed in DNS."""
    parsed = address(old)
    if parsed is None or parsed.version != 4:  # noqa: PLR2004 - IPv4
        return ()
    return old.replace(".", r"\."), old.replace(".", "-"), parsed.reverse_pointer


def _disguised(value: str, spellings: tuple[str, ...]) -> str | None:
    """The spelling under which the address stands in ``value`` all the same."""
    for spelling in spellings:
        if spelling in value and re.search(rf"(?<![\d.]){re.escape(spelling)}(?![\d]|-\d|\\?\.\d)", value):
            return spelling
    return None


RULE = Rule("complete-move", 4, check)
