"""Comma separated lists (JSON, TOML, YAML flow): one element more or one less.

Decides where the commas go. Never moves a comment to another element, and refuses where it would.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.formats.source import (
    RefusedError,
    Splice,
    after_line,
    blank_before,
    line_start,
    newline_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

# What may follow an element that is the last on its line: a comma and a comment of its own.
_TAIL = re.compile(
    rb"[ \t]*(,?)[ \t]*(?:#[^\r\n]*|//[^\r\n]*|/\*(?:(?!\*/)[^\r\n])*\*/[ \t]*)?(?=\r?\n|\Z)"
)
_COMMA_GAP = re.compile(rb"[ \t]*,[ \t]*")


@dataclass(frozen=True, slots=True)
class Listing:
    """A bracketed list in ``data``: the byte spans of its elements, in order."""

    data: bytes
    spans: Sequence[tuple[int, int]]

    def tail(self, index: int) -> re.Match[bytes] | None:
        """What follows an element that has its line to itself; None where it has not."""
        start, end = self.spans[index]
        return _TAIL.match(self.data, end) if blank_before(self.data, start) else None

    def inserted(self, index: int, new: bytes) -> Splice:
        """With the element ``new`` right after the one at ``index``."""
        end = self.spans[index][1]
        tail = self.tail(index)
        if tail and (tail[1] or index == len(self.spans) - 1):
            return self._on_its_own_line(index, tail, new)
        return Splice(end, end, self._separator(index) + new)

    def _on_its_own_line(self, index: int, tail: re.Match[bytes], new: bytes) -> Splice:
        start, end = self.spans[index]
        rest = self.data[end : tail.end()]
        indent = self.data[line_start(self.data, start) : start]
        first = rest if tail[1] else b"," + rest
        newline = newline_of(self.data, end)
        return Splice(end, tail.end(), first + newline + indent + new + tail[1])

    def _separator(self, index: int) -> bytes:
        """The comma and spaces between neighbours on one line."""
        for left in (index, index - 1):
            if 0 <= left < len(self.spans) - 1:
                gap = self.data[self.spans[left][1] : self.spans[left + 1][0]]
                if _COMMA_GAP.fullmatch(gap):
                    return gap
        return b", "

    def removed(self, index: int) -> Splice:
        """Without the element at ``index``. Raises RefusedError for the only one."""
        if len(self.spans) == 1:
            raise RefusedError("would be left empty")
        tail = self.tail(index)
        if tail and (tail[1] or index == len(self.spans) - 1):
            return self._line_removed(index, tail)
        return self._removed_within_line(index)

    def _line_removed(self, index: int, tail: re.Match[bytes]) -> Splice:
        start = line_start(self.data, self.spans[index][0])
        stop = after_line(self.data, tail.end())
        if tail[1]:
            return Splice(start, stop, b"")
        before = self.spans[index - 1][1]
        comma = re.compile(rb"[ \t\r\n]*,").match(self.data, before, start)
        if comma is None:
            raise RefusedError("comma out of reach")
        return Splice(before, stop, self.data[comma.end() : start])

    def _removed_within_line(self, index: int) -> Splice:
        start, end = self.spans[index]
        gap = _COMMA_GAP.match(self.data, end)
        if gap and index < len(self.spans) - 1:
            return Splice(start, gap.end(), b"")
        before = self.spans[index - 1][1] if index else start
        if index and self.data[before:start].strip(b" \t\r\n") == b",":
            return Splice(before, end, b"")
        raise RefusedError("comma out of reach")
