"""``comments``: what people wrote for people stays, in words and order.

A comment may follow a move the request asks for, and goes with the line it stands on; nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.core.change import Action
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks, warns
from bot.core.leaf import Comment, Document
from bot.core.literals import holds, substitute
from bot.core.scope import in_scope


def check(case: Case) -> Iterator[Finding]:
    """Compare the comments of both sides as sequences, then look for what a move left behind."""
    for path, head in case.change.head_docs.items():
        base = case.change.base_docs.get(path)
        if isinstance(base, Document) and isinstance(head, Document):
            yield from _changed(case, path, base, head)
        elif base is None and isinstance(head, Document):
            yield from (blocks("comments", path, comment.line, "added", text=comment.text[:80]) for comment in head.comments)
    yield from _left_behind(case)


def _changed(case: Case, path: str, base: Document, head: Document) -> Iterator[Finding]:
    matcher = SequenceMatcher(None, [c.text for c in base.comments], [c.text for c in head.comments], autojunk=False)
    gone_lines = {c.old.line for c in case.change.leaf_changes if c.path == path and c.action is Action.REMOVED and c.old}
    for tag, base_from, base_to, head_from, head_to in matcher.get_opcodes():
        if tag != "equal":
            yield from _stretch(case, path, base.comments[base_from:base_to], head.comments[head_from:head_to], gone_lines)


def _stretch(case: Case, path: str, gone: Sequence[Comment], come: Sequence[Comment], gone_lines: set[int]) -> Iterator[Finding]:
    if len(gone) == len(come):
        for old, new in zip(gone, come, strict=True):
            if not _follows_a_move(case, path, old.text, new.text):
                yield blocks("comments", path, new.line, "changed", text=old.text[:80])
        return
    for old in gone:
        if old.line not in gone_lines:
            yield blocks("comments", path, old.line, "dropped", text=old.text[:80])
    for new in come:
        yield blocks("comments", path, new.line, "added", text=new.text[:80])


def _follows_a_move(case: Case, path: str, old: str, new: str) -> bool:
    for move in case.moves:
        if in_scope(path, move.scope):
            old = substitute(old, move.old, move.new)
    return old == new


def _left_behind(case: Case) -> Iterator[Finding]:
    for move in case.moves:
        for path, document in {**case.base, **case.change.head_docs}.items():
            if not isinstance(document, Document) or not in_scope(path, move.scope):
                continue
            for comment in document.comments:
                if move.old in comment.text and holds(comment.text, move.old):
                    yield warns("comments", path, comment.line, "mentions", old=move.old)


RULE = Rule("comments", 1, check)
