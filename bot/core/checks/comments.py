"""``comments``: what people wrote for people stays, in words and order.

A comment may follow a move that the request asks for, and goes with the line it stands on when
all of that line goes; nothing else. What a move leaves behind in comments is told and stops nothing.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks, warns
from bot.core.leaf import Document
from bot.core.literals import holds, substitute
from bot.core.masking import Mask
from bot.core.scope import in_scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.checks.case import Case
    from bot.core.leaf import Comment, Leaf
    from bot.core.operation import Move

_LONGEST = 80
_MOST_MENTIONS = 20


def check(case: Case) -> Iterator[Finding]:
    """Compare the comments of both sides as sequences, then look for what a move left behind."""
    removed: dict[str, set[int]] = {}
    for change in case.change.leaf_changes:
        if change.old is not None and change.new is None:
            removed.setdefault(change.path, set()).add(id(change.old))
    for path, head in case.change.head_docs.items():
        base = case.change.base_docs.get(path)
        if not isinstance(head, Document):
            continue
        if base is None and path not in case.paths_asked:
            yield from (_finding(path, comment, "added") for comment in head.comments)
        elif isinstance(base, Document):
            moves = [move for move in case.moves if in_scope(path, move.scope)]
            droppable = _lines_gone(base.leaves, removed.get(path, set()))
            yield from _compare(path, base.comments, head.comments, droppable, moves)
    yield from _left_behind(case)


def _finding(path: str, comment: Comment, variant: str) -> Finding:
    text = Mask().hide(comment.text).strip()
    return blocks("comments", path, comment.line, variant, text=text[:_LONGEST])


def _lines_gone(leaves: Sequence[Leaf], removed: set[int]) -> frozenset[int]:
    """The lines all of whose leaves are removed."""
    gone = {leaf.line for leaf in leaves if id(leaf) in removed}
    return frozenset(gone - {leaf.line for leaf in leaves if id(leaf) not in removed})


def _compare(
    path: str,
    base: Sequence[Comment],
    head: Sequence[Comment],
    droppable: frozenset[int],
    moves: Sequence[Move],
) -> Iterator[Finding]:
    kept = [comment for comment in base if comment.line not in droppable]
    if _follow(base, head, droppable, moves) or _follow(kept, head, frozenset(), moves):
        return
    base = base if len(base) == len(head) else kept
    before, after = [c.text for c in base], [c.text for c in head]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, base_from, base_to, head_from, head_to in matcher.get_opcodes():
        if tag != "equal":
            yield from _stretch(path, base[base_from:base_to], head[head_from:head_to], moves)


def _follow(
    base: Sequence[Comment],
    head: Sequence[Comment],
    droppable: frozenset[int],
    moves: Sequence[Move],
) -> bool:
    """True where ``head`` is ``base``, of which those on ``droppable`` lines may be gone."""
    position = 0
    for comment in base:
        if position < len(head) and _same(comment, head[position], moves):
            position += 1
        elif comment.line not in droppable:
            return False
    return position == len(head)


def _same(old: Comment, new: Comment, moves: Sequence[Move]) -> bool:
    text = old.text
    for move in moves:
        text = substitute(text, move.old, move.new)
    return new.text in {old.text, text}


def _stretch(
    path: str, gone: Sequence[Comment], come: Sequence[Comment], moves: Sequence[Move]
) -> Iterator[Finding]:
    if len(gone) != len(come):
        yield from (_finding(path, old, "dropped") for old in gone)
        yield from (_finding(path, new, "added") for new in come)
        return
    for old, new in zip(gone, come, strict=True):
        if not _same(old, new, moves):
            yield _finding(path, new, "changed")


def _left_behind(case: Case) -> Iterator[Finding]:
    """In a large repository one comment in a hundred files says as much as all of them."""
    after = {**case.base, **case.change.head_docs}
    told = 0
    for move in case.moves:
        for path, document in sorted(after.items()):
            if not isinstance(document, Document) or not in_scope(path, move.scope):
                continue
            for comment in document.comments:
                if move.old in comment.text and holds(comment.text, move.old):
                    yield warns("comments", path, comment.line, "mentions", old=move.old)
                    told += 1
                if told >= _MOST_MENTIONS:
                    return


RULE = Rule("comments", 1, check)
