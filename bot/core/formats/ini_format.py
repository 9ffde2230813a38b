"""INI files and systemd units: text → leaves, and edits.

Unlike ``configparser`` it takes `` ;`` and `` #`` after a value for a comment, as most programs
but systemd do: such an edit keeps the comment under either reading.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from bot.core.formats.ini_lines import Option, is_systemd, may_repeat, read_lines
from bot.core.formats.source import (
    Parsed,
    RefusedError,
    Source,
    Splice,
    as_bytes,
    line_added,
    line_end,
    line_start,
    lines_removed,
    newline_of,
)
from bot.core.leaf import Duplicate, KeyPath, Kind, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

_INLINE = re.compile(r"\s[;#]")
_NAME = re.compile(r"[^\s=:#;\[\]][^\r\n=:]*")


def parse(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    reader, parsed, seen = read_lines(source), Parsed(), Counter[KeyPath]()
    for option in reader.options:
        key: KeyPath = (option.section, option.name)
        count, seen[key] = seen[key], seen[key] + 1
        if count and may_repeat(source.path):
            key = (*key, count)
        elif count:
            parsed.duplicates.append(Duplicate(key, reader.number(option.start)))
        leaf, comment = _leaf(source, option, key)
        parsed.leaves.append(leaf)
        if comment is not None:
            reader.comments.append((comment, option.lines[0][1]))
    parsed.comments = [source.comment(start, end) for start, end in sorted(reader.comments)]
    return parsed


def _leaf(source: Source, option: Option, key: KeyPath) -> tuple[Leaf, int | None]:
    """The leaf, and where the comment after its value starts (characters)."""
    start, end = option.lines[0][0], option.lines[-1][1]
    if option.bare:
        return source.leaf(key, "", Kind.EMPTY, end, end, "bare"), None
    if len(option.lines) > 1:
        value = option.value(source.text)
        return source.leaf(key, value, Kind.STRING, start, end, "lines"), None
    value, comment = _without_comment(source.text[start:end], systemd=is_systemd(source.path))
    quoted = _quote(value)
    leaf = source.leaf(
        key,
        value[1:-1] if quoted else value,
        Kind.STRING,
        start,
        start + len(value),
        quoted or "plain",
    )
    return leaf, None if comment is None else start + comment


def _without_comment(text: str, *, systemd: bool) -> tuple[str, int | None]:
    quote = text[:1] if text[:1] in {'"', "'"} else ""
    closing = text.find(quote, 1) if quote else 0
    mark = None if systemd else _INLINE.search(text, max(closing, 0) + 1)
    if mark is None:
        return text, None
    value = text[: mark.start()].rstrip()
    return value, mark.start() + 1


def _quote(value: str) -> str:
    """The name of the quotes around the whole value, or nothing."""
    for name, quote in (("double", '"'), ("single", "'")):
        if len(value) > 1 and value[0] == quote == value[-1] and value.count(quote) == 2:
            return name
    return ""


def write(source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` with ``value``, in its quotes if it has them. Raises RefusedError."""
    if leaf.kind is Kind.EMPTY:
        raise RefusedError("a name without a value")
    if leaf.style == "lines":
        return Splice(leaf.start, leaf.end, _lines_text(source, leaf, value), delicate=True)
    quote = {"double": '"', "single": "'"}.get(leaf.style, "")
    text = f"{quote}{value}{quote}"
    systemd = is_systemd(source.path)
    exact = text == text.strip() and "\n" not in text and "\r" not in text
    tail = source.data[leaf.end : line_end(source.data, leaf.end)].decode()
    if not exact or _without_comment(text + tail.rstrip(), systemd=systemd)[0] != text:
        raise RefusedError("not writable in an INI file")
    if _quote(text) != ("" if leaf.style == "plain" else leaf.style):
        raise RefusedError("its quotes would be read otherwise")
    if systemd and text.endswith("\\"):
        raise RefusedError("it would continue on the next line")
    return Splice(leaf.start, leaf.end, _space(source, leaf) + as_bytes(text))


def _space(source: Source, leaf: Leaf) -> bytes:
    """``key =`` gets a space before its first value, ``key=`` none."""
    before = source.data[line_start(source.data, leaf.start) : leaf.start]
    return b" " if leaf.start == leaf.end and re.search(rb"\s[=:]\Z", before) else b""


def _lines_text(source: Source, leaf: Leaf, value: str) -> bytes:
    """The lines of ``value`` where those of ``leaf`` stood; added ones at the same indentation."""
    option = _option(source, leaf)
    old, new = leaf.value.split("\n"), value.split("\n")
    first, last = option.lines[0][0], option.lines[-1][1]
    if len(old) == len(new):
        pieces, position = [], first
        for (start, end), line in zip(option.lines, new, strict=True):
            pieces.append(source.text[position:start] + line)
            position = end
        return as_bytes("".join(pieces))
    indented = next((s for s, e in option.lines[1:] if e > s), last)
    indent = source.text[source.text.rfind("\n", 0, indented) + 1 : indented]
    newline = newline_of(source.data, leaf.start).decode()
    return as_bytes((newline + indent).join(new))


def _option(source: Source, leaf: Leaf) -> Option:
    for option in read_lines(source).options:
        if source.byte(option.lines[0][0]) <= leaf.start <= source.byte(option.lines[-1][1]):
            return option
    raise RefusedError("no such leaf")


def insert_after(source: Source, leaf: Leaf, value: str) -> Splice:
    """The option once more, where options may repeat. Raises RefusedError."""
    others = [other for other in parse(source).leaves if other.key[:2] == leaf.key[:2]]
    if not is_systemd(source.path) and (len(others) == 1 or not may_repeat(source.path)):
        raise RefusedError("not a list item")
    if leaf.kind is Kind.EMPTY or leaf.style == "lines":
        raise RefusedError("an item of another shape")
    start = line_start(source.data, leaf.start)
    line = source.data[start : leaf.start] + write(source, leaf, value).new
    return line_added(source.data, leaf.start, line)


def insert_key(source: Source, parent: KeyPath, name: str, value: str) -> Splice:
    """A new last option of the section. Raises RefusedError."""
    reader = read_lines(source)
    if len(parent) != 1 or parent[0] not in reader.headers:
        raise RefusedError("no such mapping")
    options = [option for option in reader.options if option.section == parent[0]]
    if not _NAME.fullmatch(name) or name != name.strip():
        raise RefusedError("not a key")
    if any(option.name == name for option in options):
        raise RefusedError("the key exists")
    gap = next(_gaps(source, options or reader.options), " = ")
    text = as_bytes(f"{name}{gap}{value}")
    if not options:
        return line_added(source.data, source.byte(reader.headers[str(parent[0])]), text)
    start = source.byte(options[-1].start)
    indent = source.data[line_start(source.data, start) : start]
    return line_added(source.data, source.byte(options[-1].lines[-1][1]), indent + text)


def _gaps(source: Source, options: list[Option]) -> Iterator[str]:
    """What stands between name and value, from the last option on."""
    for option in reversed(options):
        gap = source.text[option.start + len(option.name) : option.lines[0][0]]
        if not option.bare and option.lines[0][0] < option.lines[0][1]:
            yield gap


def remove(source: Source, leaf: Leaf) -> Splice:
    """Without the option ``leaf``. Raises RefusedError for the only one of its section."""
    option = _option(source, leaf)
    if sum(other.section == option.section for other in read_lines(source).options) == 1:
        raise RefusedError("would be left empty")
    return lines_removed(source.data, source.byte(option.start), leaf.end)
