"""A file's bytes as text, with the way back from characters to bytes, and what parsers hand over.

Decides what is text at all (UTF-8, no NUL, not too large). Never changes a byte.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property

from bot.core.leaf import Comment, Duplicate, KeyPath, Kind, Leaf

BOM = b"\xef\xbb\xbf"
# One chunk is encoded again at each look-up: small enough to be quick on a line of 1 MiB.
_CHUNK = 256

MAX_PARSE_BYTES = 1_048_576
MAX_DEPTH = 100


class MalformedError(Exception):
    """The text is not what its format allows; ``line`` is 1-based where known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class RefusedError(Exception):
    """An edit that cannot be written without guessing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace the bytes ``start:end`` by ``new``.

    ``delicate`` asks that the whole file be parsed again to prove that only the leaf changed.
    """

    start: int
    end: int
    new: bytes
    delicate: bool = False

    def applied(self, data: bytes) -> bytes:
        """``data`` with the replacement made."""
        return data[: self.start] + self.new + data[self.end :]


@dataclass(slots=True)
class Parsed:
    """Leaves, comments and duplicates as a parser finds them."""

    leaves: list[Leaf] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)


class Source:
    """The bytes of one file and the text they hold (without a byte order mark)."""

    def __init__(self, path: str, data: bytes) -> None:
        """Raises MalformedError where ``data`` is no text we read."""
        if len(data) > MAX_PARSE_BYTES:
            raise MalformedError("too large")
        if b"\0" in data:
            raise MalformedError("NUL byte")
        self.path = path
        self.data = data
        self.bom = len(BOM) if data.startswith(BOM) else 0
        try:
            self.text = data[self.bom :].decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, self.bom + error.start) + 1
            raise MalformedError("not UTF-8", line) from None

    @cached_property
    def _ascii(self) -> bool:
        return self.text.isascii()

    @cached_property
    def _chunks(self) -> list[int]:
        offsets = [self.bom]
        for start in range(0, len(self.text), _CHUNK):
            offsets.append(offsets[-1] + len(self.text[start : start + _CHUNK].encode()))
        return offsets

    @cached_property
    def _breaks(self) -> list[int]:
        return [match.start() for match in re.finditer(b"\n", self.data)]

    def byte(self, char: int) -> int:
        """The byte offset in ``data`` of the character offset ``char`` in ``text``."""
        if self._ascii:
            return char + self.bom
        chunk = char // _CHUNK
        return self._chunks[chunk] + len(self.text[chunk * _CHUNK : char].encode())

    def line(self, byte: int) -> int:
        """The 1-based line that the byte offset stands on; only LF ends a line (so does CRLF)."""
        return bisect_left(self._breaks, byte) + 1

    def leaf(
        self,
        key: KeyPath,
        value: str,
        kind: Kind,
        start: int,
        end: int,
        style: str = "plain",
        decoration: str = "",
    ) -> Leaf:
        """A leaf at the characters ``start:end``."""
        first = self.byte(start)
        last = first + (end - start if self._ascii else len(self.text[start:end].encode()))
        return Leaf(key, value, kind, first, last, self.line(first), style, decoration)

    def comment(self, start: int, end: int) -> Comment:
        """The comment at the characters ``start:end``."""
        first, text = self.byte(start), self.text[start:end]
        return Comment(text, first, first + len(text.encode()), self.line(first))


# Some libraries' patterns take quadratic time on runs of white space.
_LONG_RUN = re.compile(r"[^\S\n]{200}")


def check_white_space(text: str) -> None:
    """Raises MalformedError for a run of white space that a line parser could hang on."""
    match = _LONG_RUN.search(text)
    if match:
        raise MalformedError("white space too long", text.count("\n", 0, match.start()) + 1)


def is_scalar_text(text: str) -> bool:
    """False where ``text`` holds a lone surrogate, which no UTF-8 file can hold."""
    return not any("\ud800" <= char <= "\udfff" for char in text) if not text.isascii() else True


def as_bytes(text: str) -> bytes:
    """UTF-8. Raises RefusedError for what UTF-8 cannot hold."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise RefusedError("not encodable") from None


def newline_of(data: bytes, near: int) -> bytes:
    """The line ending used at the line of the offset ``near``, else the file's first, else LF."""
    index = data.find(b"\n", near)
    if index < 0:
        index = data.find(b"\n")
    return b"\r\n" if index > 0 and data[index - 1 : index] == b"\r" else b"\n"


def line_start(data: bytes, offset: int) -> int:
    """Where the line of ``offset`` starts, after a byte order mark."""
    start = data.rfind(b"\n", 0, offset) + 1
    return len(BOM) if start == 0 and data.startswith(BOM) else start


def line_end(data: bytes, offset: int) -> int:
    """Where the text of the line of ``offset`` ends: before its CRLF or LF."""
    end = data.find(b"\n", offset)
    if end < 0:
        return len(data)
    return end - 1 if end > offset and data[end - 1 : end] == b"\r" else end


def after_line(data: bytes, offset: int) -> int:
    """Where the line after that of ``offset`` starts, or the end of the file."""
    end = data.find(b"\n", offset)
    return len(data) if end < 0 else end + 1


def lines_removed(data: bytes, start: int, end: int) -> Splice:
    """Without the whole lines from that of ``start`` to that of ``end``.

    Where the last line goes and had no line ending, the line before loses its own, so that the
    file still ends without one.
    """
    first, last = line_start(data, start), after_line(data, end)
    if last == len(data) and not data.endswith(b"\n") and first > line_start(data, 0):
        first -= len(newline_of(data, first - 1))
    return Splice(first, last, b"")


def line_added(data: bytes, offset: int, line: bytes) -> Splice:
    """With ``line`` on a line of its own after the line of ``offset``."""
    end = line_end(data, offset)
    return Splice(end, end, newline_of(data, offset) + line)


def appended(data: bytes, line: bytes) -> Splice:
    """With ``line`` as the last line; a missing last line ending stays missing."""
    newline, end = newline_of(data, len(data)), len(data)
    if end == line_start(data, 0):
        return Splice(end, end, line + newline)
    return Splice(end, end, line + newline if data.endswith(b"\n") else newline + line)


def blank_before(data: bytes, offset: int) -> bool:
    """True where only spaces and tabs stand before ``offset`` on its line."""
    return not data[line_start(data, offset) : offset].strip(b" \t")
