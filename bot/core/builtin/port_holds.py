"""Where a port's number stands in a repository, each time with the text around it.

Decides what is that number as a whole and what only spans it (``8000-9000``). It never says whose
the port is, nor whether the number is a port at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.index import Index
from bot.core.leaf import Document, Leaf, Place
from bot.core.words import words_in

_RANGE = re.compile(r"(?<![\d.])(\d{1,5})\s*([-–:])\s*(\d{1,5})(?![\d.])")
_IN_KEY = -1


@dataclass(frozen=True, slots=True)
class Hold:
    """The number at ``start:end`` of a value, or in a key (``start`` is negative), or in a range."""

    place: Place
    document: Document
    start: int
    end: int
    before: str
    after: str
    spans: bool = False

    @property
    def in_key(self) -> bool:
        """True where a key's name holds the number, which no value can change."""
        return self.start == _IN_KEY

    @property
    def line(self) -> str:
        """The text it stands in."""
        return self.before + self.place.leaf.value[self.start : self.end] + self.after


def holds_of(number: str, index: Index) -> Iterator[Hold]:
    """Every place that has ``number``, in values and in keys, and every range that has it inside."""
    whole = re.compile(rf"(?<![A-Za-z0-9_.]){number}(?![A-Za-z0-9_]|\.\d)")
    for document in index.readable:
        for leaf in document.leaves:
            place = Place(document.path, leaf)
            for found in whole.finditer(leaf.value):
                before, after = _around(index, document, leaf, found.start(), found.end())
                yield Hold(place, document, found.start(), found.end(), before, after)
            for step in leaf.key:
                found_in = whole.search(step) if isinstance(step, str) else None
                if found_in and isinstance(step, str):
                    before, after = step[: found_in.start()], step[found_in.end() :]
                    yield Hold(place, document, _IN_KEY, _IN_KEY, before, after)
            if _spans(int(number), leaf, document, index):
                yield Hold(place, document, 0, len(leaf.value), "", "", spans=True)


def _around(index: Index, document: Document, leaf: Leaf, start: int, end: int) -> tuple[str, str]:
    """In a file of lines all of the line tells what a number is, else the value it stands in."""
    if document.format != "lines":
        return leaf.value[:start], leaf.value[end:]
    data = index.data[document.path]
    low = data.rfind(b"\n", 0, leaf.start) + 1
    high = data.find(b"\n", leaf.end)
    rest = data[leaf.end : high if high >= 0 else len(data)]
    return (
        data[low : leaf.start].decode("utf-8", "replace") + leaf.value[:start],
        leaf.value[end:] + rest.decode("utf-8", "replace"),
    )


def _spans(number: int, leaf: Leaf, document: Document, index: Index) -> bool:
    if document.format != "lines":
        return _in_range(number, leaf.value, "-–") or _between(number, leaf, document)
    before, after = _around(index, document, leaf, 0, len(leaf.value))
    colon = "" if re.search(rf"[A-Za-z\]]:{leaf.value}", before + leaf.value) else ":"
    return _in_range(number, before + leaf.value + after, "-–" + colon)


def _in_range(number: int, text: str, marks: str) -> bool:
    return any(
        found[2] in marks
        and int(found[1]) < int(found[3])
        and int(found[1]) <= number <= int(found[3])
        for found in _RANGE.finditer(text)
    )


_PAIRS = {"from": "to", "start": "end", "min": "max", "first": "last"}


def _between(number: int, leaf: Leaf, document: Document) -> bool:
    """``FromPort: 8000`` beside ``ToPort: 9000``."""
    name = str(leaf.key[-1]).lower() if leaf.key else ""
    low = next(
        (word for word in _PAIRS if word in words_in(str(leaf.key[-1] if leaf.key else ""))), None
    )
    if low is None or "port" not in name or not leaf.value.isdigit():
        return False
    other = name.replace(low, _PAIRS[low])
    tops = [
        one.value
        for one in document.leaves
        if one.key[:-1] == leaf.key[:-1] and str(one.key[-1]).lower() == other
    ]
    return any(
        top.isdigit() and int(leaf.value) <= number <= int(top) and leaf.value != top
        for top in tops
    )
