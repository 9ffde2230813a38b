"""Whether an edit did to the leaves what it was meant to, and nothing else.

Decides by parsing the edited text again and comparing. Never trusts the writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.leaf import Document, KeyPath, Leaf

_Face = tuple[object, ...]


def only_value_changed(base: Document, head: Document, leaf: Leaf, value: str) -> bool:
    """True where the leaves are the same but that ``leaf`` now says ``value``."""
    if len(base.leaves) != len(head.leaves) or not _same_comments(base, head):
        return False
    return all(
        (new.value == value and new.key == leaf.key) if old is leaf else _face(old) == _face(new)
        for old, new in zip(base.leaves, head.leaves, strict=True)
    )


def only_added(base: Document, head: Document, leaf: Leaf, value: str) -> bool:
    """True where a run of leaves with ``value`` joined, no longer than the leaf's own group."""
    run = _run(base.leaves, head.leaves)
    if run is None or not _same_comments(base, head):
        return False
    longest = len(_group(base, leaf))
    return 0 < len(run) <= longest and any(new.value == value for new in run)


def only_key_added(base: Document, head: Document, key: KeyPath, value: str) -> bool:
    """True where exactly one leaf joined, at ``key`` (a position may follow), with ``value``."""
    run = _run(base.leaves, head.leaves)
    if run is None or len(run) != 1 or not _same_comments(base, head):
        return False
    return run[0].key[: len(key)] == key and run[0].value == value


def only_filled(base: Document, head: Document, leaf: Leaf, value: str) -> bool:
    """True where the empty collection ``leaf`` became one with ``value`` alone."""
    if len(base.leaves) != len(head.leaves) or not _same_comments(base, head):
        return False
    return all(
        (new.value == value and new.key[:-1] == leaf.key)
        if old is leaf
        else _face(old) == _face(new)
        for old, new in zip(base.leaves, head.leaves, strict=True)
    )


def only_removed(base: Document, head: Document, leaf: Leaf, start: int, end: int) -> bool:
    """True where ``leaf`` went, alone or with its group, and at most its own comment.

    ``start:end`` are the bytes of ``base`` that were replaced.
    """
    run = _run(head.leaves, base.leaves)
    if run is None or not run:
        return False
    group = _group(base, leaf)
    gone = {_face(old) for old in run} in ({_face(leaf)}, {_face(old) for old in group})
    after = [comment.text for comment in head.comments]
    before = [comment.text for comment in base.comments]
    own = [i for i, comment in enumerate(base.comments) if start <= comment.start < end]
    return gone and (before == after or any(before[:i] + before[i + 1 :] == after for i in own))


def _run(short: Sequence[Leaf], long: Sequence[Leaf]) -> Sequence[Leaf] | None:
    """The leaves of ``long`` that ``short`` lacks, if they stand together; else None."""
    extra = len(long) - len(short)
    if extra < 0:
        return None
    start = 0
    while start < len(short) and _face(short[start]) == _face(long[start]):
        start += 1
    rest = zip(short[start:], long[start + extra :], strict=True)
    return long[start : start + extra] if all(_face(a) == _face(b) for a, b in rest) else None


def _group(base: Document, leaf: Leaf) -> list[Leaf]:
    """The leaves that stand and fall together: a line's literals, a directive's arguments."""
    if base.format not in {"lines", "nginx"} or len(leaf.key) < 2:
        return [leaf]
    whole = leaf.key if leaf.value == "" and isinstance(leaf.key[-2], str) else leaf.key[:-1]
    return [other for other in base.leaves if other.key[: len(whole)] == whole]


def _face(leaf: Leaf) -> _Face:
    """What must stay: positions may shift, so they do not count."""
    words = tuple(step for step in leaf.key if isinstance(step, str))
    return (words, leaf.value, leaf.kind, leaf.decoration)


def _same_comments(base: Document, head: Document) -> bool:
    return [c.text for c in base.comments] == [c.text for c in head.comments]
