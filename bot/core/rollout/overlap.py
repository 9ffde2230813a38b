"""One file that lets in whom its base and its head let in, for as long as both are needed.

Decides the bytes: the file of one version with the other's entries beside its own. What it makes is
read again, and refused unless only such entries joined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile

from bot.core.formats import parse
from bot.core.leaf import Document, Edit, KeyPath, Kind, Leaf
from bot.core.rollout.admission import Admissions
from bot.core.rollout.elements import Side, beside, object_beside
from bot.core.rollout.lines import line_after
from bot.core.rollout.moves import admitted_by
from bot.core.rollout.refusal import OverlapRefusedError
from bot.core.rollout.rules import Admission

Pair = tuple[Leaf | None, Leaf | None]


def with_theirs(
    side: Side, other: Side, pairs: Sequence[Pair], patterns: Sequence[Admission] = ()
) -> bytes:
    """``side`` that also lets in whom ``other`` does: ``pairs`` are (its leaf, the other's leaf).

    Raises OverlapRefusedError where that cannot be written without guessing.
    """
    edits: dict[Edit, None] = {}
    for mine, theirs in pairs:
        if theirs is None:
            continue
        if mine is not None:
            edits[beside(side, mine, other, theirs)] = None
        else:  # leaves of one new entry ask for the same
            edits[_joined(side, other, theirs)] = None
    made = _applied(side.data, tuple(edits))
    _must_only_join(side, other, made, tuple(patterns))
    return made


def _joined(side: Side, other: Side, theirs: Leaf) -> Edit:
    """An entry that only the other version has, beside the neighbour that both have."""
    if side.document.format == "lines":
        return line_after(side, _same_line(side, other, theirs), other, theirs)
    places = [index for index, step in enumerate(theirs.key) if isinstance(step, int)]
    for depth in reversed(places):
        neighbour = _neighbour(side.document, other.document, theirs.key[: depth + 1])
        if neighbour is None:
            continue
        if depth == len(theirs.key) - 1 or side.document.format == "nginx":
            return beside(side, _first(side.document, neighbour), other, theirs)
        return object_beside(side, neighbour, other, theirs.key[: depth + 1])
    raise OverlapRefusedError("new-list")


def _first(document: Document, item: KeyPath) -> Leaf:
    return next(leaf for leaf in document.leaves if leaf.key[: len(item)] == item)


def _neighbour(document: Document, other: Document, item: KeyPath) -> KeyPath | None:
    """The item of the same list in ``document`` that says what one beside ``item`` says."""
    mine, theirs = _items(document, item[:-1]), _items(other, item[:-1])
    index = item[-1]
    for position in sorted(theirs, key=lambda one: (one > index, abs(one - index))):  # type: ignore[operator]
        for place, said in mine.items():
            if said == theirs[position]:
                return (*item[:-1], place)
    return None


def _items(document: Document, container: KeyPath) -> dict[int, tuple[object, ...]]:
    found: dict[int, tuple[object, ...]] = {}
    depth = len(container)
    for leaf in document.leaves:
        step = leaf.key[depth] if len(leaf.key) > depth else None
        if leaf.key[:depth] == container and isinstance(step, int):
            found[step] = (*found.get(step, ()), (leaf.key[depth + 1 :], leaf.value))
    return found


def _same_line(side: Side, other: Side, theirs: Leaf) -> int:
    """The byte of ``side`` where the line of ``theirs`` would stand."""
    mine = side.data.splitlines(keepends=True)
    others = other.data.splitlines(keepends=True)
    matcher = SequenceMatcher(None, mine, others, autojunk=False)
    for tag, _, end, first, last in matcher.get_opcodes():
        if tag != "equal" and first < theirs.line <= last:
            return sum(len(line) for line in mine[:end])
    raise OverlapRefusedError("unwritable")


def _applied(data: bytes, edits: Sequence[Edit]) -> bytes:
    """All edits at once; those at one place in the order in which they were made."""
    made, position = [], 0
    for edit in sorted((_narrowed(data, one) for one in edits), key=lambda one: one.start):
        if edit.start < position:
            raise OverlapRefusedError("unwritable")
        made += [data[position : edit.start], edit.new]
        position = edit.end
    return b"".join([*made, data[position:]])


def _narrowed(data: bytes, edit: Edit) -> Edit:
    """The edit without what it leaves as it was, so that two may meet at one place."""
    old, start = data[edit.start : edit.end], edit.start
    pairs = zip(old, edit.new, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return Edit(edit.path, start + same, edit.end, edit.new[same:])


def _must_only_join(side: Side, other: Side, made: bytes, patterns: tuple[Admission, ...]) -> None:
    """Read again: all that stood there stands, and nobody is let in whom neither version lets in."""
    document = parse(side.document.path, made)
    if not isinstance(document, Document) or document.format != side.document.format:
        raise OverlapRefusedError("unreadable")
    if len(document.duplicates) > len(side.document.duplicates):
        raise OverlapRefusedError("identity")
    if _said(side.document, patterns) - _said(document, patterns):
        raise OverlapRefusedError("unwritable")
    known = admitted_by([side.document, other.document], patterns)
    if admitted_by([document], patterns) != known:
        raise OverlapRefusedError("unwritable")


def _said(document: Document, patterns: tuple[Admission, ...]) -> Counter[tuple[object, ...]]:
    """What must stay; a separated text of hosts counts by its hosts, a line by its literals."""
    admissions = Admissions(document, patterns)
    found: Counter[tuple[object, ...]] = Counter()
    for leaf in document.leaves:
        hosts = admissions.hosts(leaf)
        words = tuple(step for step in leaf.key if isinstance(step, str))
        names = () if document.format == "lines" and leaf.kind is not Kind.EMPTY else words
        for host in hosts or (leaf.value,):
            found[(names, host)] += 1
    return found


def same_entries(one: bytes, other: bytes, path: str) -> bool:
    """Whether two versions say the same but for the order of their entries."""
    first, second = parse(path, one), parse(path, other)
    if not isinstance(first, Document) or not isinstance(second, Document):
        return False
    lines = Counter(line.strip(b" \t\r,") for line in one.split(b"\n"))
    if lines == Counter(line.strip(b" \t\r,") for line in other.split(b"\n")):
        return True
    comments = Counter(comment.text for comment in first.comments)
    return _said(first, ()) == _said(second, ()) and comments == Counter(
        comment.text for comment in second.comments
    )
