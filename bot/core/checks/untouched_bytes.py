"""``untouched-bytes``: apart from the leaves that changed, every byte is as it was.

Comments are held by their own rule; here their place must stay, not their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from bot.core.change import Action, FileChange, LeafChange
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import Document, Leaf

Span = tuple[int, int]
_LEAF, _COMMENT = b"\x00", b"\x01"
_SEPARATORS = re.compile(rb"[\s,\x00\x01\"']+")
_BRACKETS = re.compile(rb"[\[\]{}(),;\s-]+")


def check(case: Case) -> Iterator[Finding]:
    """Cut the changed leaves out of both sides and compare what is left."""
    for file in case.change.files:
        base, head = case.change.base_docs.get(file.path), case.change.head_docs.get(file.path)
        if isinstance(base, Document) and isinstance(head, Document):
            changes = [change for change in case.change.leaf_changes if change.path == file.path]
            yield from _check(file, base, head, changes)


def _check(file: FileChange, base: Document, head: Document, changes: list[LeafChange]) -> Iterator[Finding]:
    before = _masked(file.base or b"", base, [c.old for c in changes if c.action is Action.SET and c.old])
    after = _masked(file.head or b"", head, [c.new for c in changes if c.action is Action.SET and c.new])
    if b"".join(text for text, _ in before) == b"".join(text for text, _ in after):
        return
    removed = {c.old.line for c in changes if c.action is Action.REMOVED and c.old}
    added = [c.new for c in changes if c.action is Action.ADDED and c.new]
    for line in _strays(before, after, removed, added):
        yield blocks("untouched-bytes", file.path, line)


def _masked(data: bytes, document: Document, leaves: Iterable[Leaf]) -> list[tuple[bytes, int]]:
    """The lines of ``data`` with leaves and comments cut out, each with its 1-based number."""
    spans = [(leaf.start, leaf.end, _LEAF) for leaf in leaves]
    spans += [(comment.start, comment.end, _COMMENT) for comment in document.comments]
    pieces, position = [], 0
    for start, end, mark in sorted(spans):
        if start < position:
            continue
        # lines inside a leaf are kept countable: the numbers people are told must be real
        pieces += [data[position:start], mark + b"\x02" * data[start:end].count(b"\n")]
        position = end
    pieces.append(data[position:])
    return _numbered(b"".join(pieces))


def _numbered(text: bytes) -> list[tuple[bytes, int]]:
    lines, number = [], 1
    for line in text.splitlines(keepends=True):
        lines.append((line.replace(b"\x02", b""), number))
        number += 1 + line.count(b"\x02")
    return lines


def _strays(before: list[tuple[bytes, int]], after: list[tuple[bytes, int]], removed: set[int], added: list[Leaf]) -> Iterator[int]:
    """Lines that came, went or changed without a leaf that did."""
    matcher = SequenceMatcher(None, [text for text, _ in before], [text for text, _ in after], autojunk=False)
    arrived = {leaf.line for leaf in added}
    for tag, base_from, base_to, head_from, head_to in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone, come = before[base_from:base_to], after[head_from:head_to]
        gone_left = [(text, number) for text, number in gone if number not in removed]
        come_left = [(text, number) for text, number in come if number not in arrived]
        if _same_bones(gone, come, removed, arrived):
            continue
        yield from (number for text, number in gone_left if not _is_frame(text))
        yield from (number for text, number in come_left if not _is_frame(text) and not _is_parent(text, added))


def _same_bones(gone: list[tuple[bytes, int]], come: list[tuple[bytes, int]], removed: set[int], arrived: set[int]) -> bool:
    """One line for one line, differing only where an item joined or left a list on that line."""
    if len(gone) != len(come):
        gone = [line for line in gone if line[1] not in removed]
        come = [line for line in come if line[1] not in arrived]
        return len(gone) == len(come) and all(_comma_only(a, b) for (a, _), (b, _) in zip(gone, come, strict=True))
    touched = all(b_number in arrived or a_number in removed or _comma_only(a, b) for (a, a_number), (b, b_number) in zip(gone, come, strict=True))
    return touched and all(_indent(a) == _indent(b) for (a, _), (b, _) in zip(gone, come, strict=True))


def _comma_only(one: bytes, other: bytes) -> bool:
    return one.rstrip().rstrip(b",") == other.rstrip().rstrip(b",") or one.replace(b",", b"", 1) == other.replace(b",", b"", 1)


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _is_frame(line: bytes) -> bool:
    """Brackets alone: they come and go with what they hold."""
    return bool(line.strip()) and _BRACKETS.fullmatch(line) is not None


def _is_parent(line: bytes, added: list[Leaf]) -> bool:
    """The line that names a mapping which came with its first leaf."""
    word = line.decode("utf-8", "replace").strip().strip("-[]{}: \"'").split(":")[0].strip()
    return bool(word) and any(word in "".join(str(step) for step in leaf.key) for leaf in added)


RULE = Rule("untouched-bytes", 1, check)
