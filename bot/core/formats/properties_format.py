"""Java ``.properties`` (also Spring's): text → leaves, and edits.

javaproperties decides what each line means; this module finds where the value stands. A whole
key (``server.port``) is one step. Files are UTF-8, as Spring Boot 2+ and Java 9+ bundles read them.
"""

from __future__ import annotations

import re

from javaproperties import Comment as PropertiesComment
from javaproperties import (
    InvalidUEscapeError,
    KeyValue,
    PropertiesElement,
    Whitespace,
    unescape,
)
from javaproperties import parse as parse_properties

from bot.core.formats.source import (
    MalformedError,
    Parsed,
    RefusedError,
    Source,
    Splice,
    appended,
    as_bytes,
    is_scalar_text,
    lines_removed,
)
from bot.core.leaf import Duplicate, KeyPath, Kind, Leaf

_SPACE = " \t\f"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
# The library reads a continued line again at each of its lines.
_MAX_CONTINUED = 200


def parse(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    parsed, start, seen = Parsed(), 0, set()
    for element in _elements(source):
        if isinstance(element, PropertiesComment):
            text = element.source.rstrip("\r\n")
            lead = len(text) - len(text.lstrip(_SPACE))
            parsed.comments.append(source.comment(start + lead, start + len(text)))
        elif isinstance(element, KeyValue):
            leaf = _leaf(source, element, start)
            if leaf.key in seen:
                parsed.duplicates.append(Duplicate(leaf.key, leaf.line))
            seen.add(leaf.key)
            parsed.leaves.append(leaf)
        start += len(element.source)
    return parsed


def _elements(source: Source) -> list[PropertiesElement]:
    _check_continuations(source.text)
    try:
        return list(parse_properties(source.text))
    except InvalidUEscapeError as error:
        raise MalformedError(f"properties syntax: {error}") from None


def _check_continuations(text: str) -> None:
    continued = 0
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text)):
        continued = continued + 1 if line.endswith("\\") else 0
        if continued > _MAX_CONTINUED:
            raise MalformedError("continued too often", number + 1)


def _leaf(source: Source, element: KeyValue, start: int) -> Leaf:
    places = _logical(element.source)
    text = "".join(element.source[place] for place in places)
    end, first = _separator(text)
    if unescape(text[:end]) != element.key or unescape(text[first:]) != element.value:
        raise MalformedError("value out of place", source.line(source.byte(start)))
    if not (is_scalar_text(element.key) and is_scalar_text(element.value)):
        raise MalformedError("lone surrogate", source.line(source.byte(start)))
    stop = start + places[-1] + 1
    begin = start + places[first] if first < len(places) else stop
    style = "bare" if first == end else "plain"
    return source.leaf((element.key,), element.value, Kind.STRING, begin, stop, style)


def _logical(source: str) -> list[int]:
    """Where in ``source`` the characters of its logical line stand: continuations joined."""
    places: list[int] = []
    for line in _LINE.finditer(source):
        text = line[0].rstrip("\r\n")
        lead = len(text) - len(text.lstrip(_SPACE))
        slashes = len(text) - len(text.rstrip("\\"))
        continued = slashes % 2 == 1
        places.extend(range(line.start() + lead, line.start() + len(text) - continued))
    return places


def _separator(text: str) -> tuple[int, int]:
    """Where the key ends and where the value starts in a logical line."""
    end = 0
    while end < len(text) and text[end] not in "=: \t\f":
        end += 2 if text[end] == "\\" else 1
    end = min(end, len(text))
    rest = text[end:].lstrip(_SPACE)
    if rest[:1] in {"=", ":"}:
        rest = rest[1:].lstrip(_SPACE)
    return end, len(text) - len(rest)


def write(source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` with ``value``, escaped where it must be. Raises RefusedError."""
    text = _text(value, ascii_only=source.data.isascii())
    if leaf.style == "bare":
        return Splice(leaf.start, leaf.end, b"=" + text, delicate=True)
    return Splice(leaf.start, leaf.end, text)


def _text(value: str, *, ascii_only: bool) -> bytes:
    as_bytes(value)
    pieces = [_ESCAPES.get(char, char) for char in value]
    if pieces and pieces[0] == " ":
        pieces[0] = "\\ "
    if ascii_only:
        pieces = [piece if piece.isascii() else _unicode(piece) for piece in pieces]
    text = "".join(pieces)
    found = list(parse_properties(f"k={text}\n"))
    if len(found) != 1 or not isinstance(found[0], KeyValue) or found[0].value != value:
        raise RefusedError("not writable in a properties file")
    return text.encode()


def _unicode(char: str) -> str:
    r"""``\uXXXX``, twice for a character beyond the basic plane."""
    code = char.encode("utf-16-be").hex().upper()
    return "".join(f"\\u{code[i : i + 4]}" for i in range(0, len(code), 4))


def insert_key(source: Source, parent: KeyPath, name: str, value: str) -> Splice:
    """A new last line, its separator that of the last leaf. Raises RefusedError."""
    leaves = parse(source).leaves
    if parent or not re.fullmatch(r"[\w.\-\[\]/]+", name, re.ASCII):
        raise RefusedError("no such mapping" if parent else "not a key")
    if any(leaf.key == (name,) for leaf in leaves):
        raise RefusedError("the key exists")
    before = source.data[: leaves[-1].start] if leaves else b"="
    gap = re.search(rb"[ \t]*[=:]?[ \t]*\Z", before[-20:])
    separator = gap[0] if gap and (b"=" in gap[0] or b":" in gap[0]) else b"="
    last = _elements(source)[-1:]
    if last and isinstance(last[0], Whitespace) and last[0].source.strip():
        raise RefusedError("a continuation at the end")
    text = _text(value, ascii_only=source.data.isascii())
    return appended(source.data, as_bytes(name) + separator + text)


def remove(source: Source, leaf: Leaf) -> Splice:
    """Without the lines of ``leaf``. Raises RefusedError for the only one."""
    start = 0
    elements = _elements(source)
    if sum(isinstance(element, KeyValue) for element in elements) == 1:
        raise RefusedError("would be left empty")
    for element in elements:
        stop = start + len(element.source)
        if source.byte(start) <= leaf.start and leaf.end <= source.byte(stop):
            if not isinstance(element, KeyValue):
                break
            end = source.byte(start + len(element.source.rstrip("\r\n")))
            return lines_removed(source.data, source.byte(start), end)
        start = stop
    raise RefusedError("no such leaf")
