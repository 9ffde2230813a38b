"""What the items of a list are, in every form a config file has lists.

Decides which leaves are items of one list, and how a separated string gains or loses one.
"""

from __future__ import annotations

import re

from bot.core.leaf import Document, KeyPath, Kind, Leaf

# Formats whose repeated directives or lines make a list: the entry itself is the item.
LINEWISE = frozenset({"nginx", "lines"})
_SEPARATED = re.compile(r"\s*[,;]\s*|\s+")


def items_of(document: Document, key: KeyPath) -> list[Leaf]:
    """The scalar items of the list at ``key``.

    In formats where repeated lines or directives are the list, ``key`` is that of any one of
    them and the items are those that differ only in position.
    """
    if document.format in LINEWISE:
        return [
            leaf
            for leaf in document.leaves
            if _same_line(leaf.key, key) and leaf.kind is not Kind.EMPTY
        ]
    return [
        leaf for leaf in document.leaves if leaf.key[:-1] == key and isinstance(leaf.key[-1], int)
    ]


def _same_line(one: KeyPath, other: KeyPath) -> bool:
    return len(one) == len(other) and all(
        a == b or (isinstance(a, int) and isinstance(b, int))
        for a, b in zip(one, other, strict=True)
    )


def split_items(value: str) -> list[str]:
    """The items of a comma-, semicolon- or space-separated value."""
    return [item for item in _SEPARATED.split(value.strip()) if item]


def joined(value: str, item: str) -> str | None:
    """``value`` with ``item`` as its last item, separated as the others; None if it is no list."""
    separators = set(_SEPARATED.findall(value.strip()))
    if len(separators) != 1:
        return None
    return f"{value.rstrip()}{separators.pop()}{item}"


def parted(value: str, item: str) -> str:
    """``value`` without the one item ``item`` and one separator beside it."""
    match = re.search(rf"(?:^|(?<=[\s,;])){re.escape(item)}(?=$|[\s,;])", value)
    if match is None:
        return value
    start, end = match.span()
    after = _SEPARATED.match(value, end)
    if after and after.end() > end:
        return value[:start] + value[after.end() :]
    return re.sub(r"\s*[,;]\s*$|\s+$", "", value[:start])
