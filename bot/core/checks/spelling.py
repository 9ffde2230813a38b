r"""How a value that changed is spelled: as it was where it stays, and plainly where it is new.

Decides whether the source text of a changed leaf differs from what it was by the change of value
alone. ``http:\/\/`` and ``http://`` read the same to a program and not to the next person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import formats
from bot.core.leaf import Edit
from bot.core.literals import substitute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.leaf import Document, Leaf
    from bot.core.operation import Move

_Middle = tuple[bytes, bytes]


def respelled(
    document: Document, texts: tuple[bytes, bytes], old: Leaf, new: Leaf, moves: Iterable[Move]
) -> bool:
    """True where more of the source text changed than the value.

    ``texts`` are base and head, ``document`` is the base parsed.
    """
    base, head = texts
    before, after = base[old.start : old.end], head[new.start : new.end]
    margin = _margin(before)
    plain = _middle(_without(before, margin), _without(after, margin))
    if plain == _middle(old.value.encode(), new.value.encode()):
        return False
    return after not in {_moved(before, moves), _written(document, base, old, new.value)}


def _margin(text: bytes) -> bytes:
    """The white space that every line of a value over several lines begins with, but its first."""
    found = [
        line[: len(line) - len(line.lstrip())] for line in text.splitlines()[1:] if line.strip()
    ]
    return min(found, key=len, default=b"")


def _without(text: bytes, margin: bytes) -> bytes:
    """A line that lacks the margin is left, and so differs."""
    first, *rest = text.split(b"\n")
    return b"\n".join([first, *(line.removeprefix(margin) for line in rest)])


def _middle(before: bytes, after: bytes) -> _Middle:
    """What is left of both without the text they begin and end with alike."""
    shorter = min(len(before), len(after))
    start = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    most = shorter - start
    end = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    return before[start : len(before) - end], after[start : len(after) - end]


def _moved(before: bytes, moves: Iterable[Move]) -> bytes:
    """The source text with what moved replaced in it, at more than one place if need be."""
    text = before.decode("utf-8", "surrogateescape")
    for move in moves:
        text = substitute(text, move.old, move.new)
    return text.encode("utf-8", "surrogateescape")


def _written(document: Document, base: bytes, old: Leaf, value: str) -> bytes | None:
    """The source text as our own writer would have it; it quotes where the value needs it."""
    edit = formats.write(document, base, old, value)
    if not isinstance(edit, Edit):
        return None
    return base[old.start : edit.start] + edit.new + base[edit.end : old.end]
