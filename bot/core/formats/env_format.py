"""``.env`` files: text → leaves, and edits.

python-dotenv decides what each line means; this module finds where the value stands. Never
expands ``${NAME}``.
"""

from __future__ import annotations

import re
from io import StringIO

from dotenv.parser import Binding, parse_stream

from bot.core.formats.source import (
    MalformedError,
    Parsed,
    RefusedError,
    Source,
    Splice,
    appended,
    as_bytes,
    check_white_space,
    lines_removed,
)
from bot.core.leaf import Duplicate, KeyPath, Kind, Leaf

_KEY = re.compile(r"\s*(?:export[^\S\r\n]+)?(?:'[^']+'|[^=#\s]+)[^\S\r\n]*")
_GAP = re.compile(r"=[^\S\r\n]*")
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_COMMENT = re.compile(r"#[^\r\n]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_STYLES = {"'": "single", '"': "double"}
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def parse(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    check_white_space(source.text)
    if source.text.startswith("\ufeff"):
        raise MalformedError("second byte order mark", 1)
    parsed, start, seen = Parsed(), 0, set()
    for binding in parse_stream(StringIO(source.text)):
        if binding.error:
            raise MalformedError("env syntax", _line(source, binding, start))
        end = _value_end(source, binding, start, parsed)
        stop = start + len(binding.original.string)
        if binding.key in seen and parsed.leaves:
            leaf = parsed.leaves[-1]
            parsed.duplicates.append(Duplicate(leaf.key, leaf.line))
        if binding.key is not None:
            seen.add(binding.key)
        comment = _COMMENT.search(source.text, end, stop)
        if comment:
            parsed.comments.append(source.comment(*comment.span()))
        start = stop
    return parsed


def _line(source: Source, binding: Binding, start: int) -> int:
    text = binding.original.string
    return source.line(source.byte(start + len(text) - len(text.lstrip())))


def _value_end(source: Source, binding: Binding, start: int, parsed: Parsed) -> int:
    """Adds the leaf of ``binding``, if it has a key; where its value ends (characters)."""
    if binding.key is None:
        return start
    key = _KEY.match(source.text, start)
    gap = _GAP.match(source.text, key.end()) if key else None
    if key is None or (gap is None) != (binding.value is None):
        raise MalformedError("env syntax", _line(source, binding, start))
    if gap is None or binding.value is None:
        end = start + len(key[0].rstrip())
        parsed.leaves.append(source.leaf((binding.key,), "", Kind.EMPTY, end, end, "bare"))
        return end
    first, last, style = _span(source, binding.value, gap)
    parsed.leaves.append(
        source.leaf((binding.key,), binding.value, Kind.STRING, first, last, style)
    )
    return last


def _span(source: Source, value: str, gap: re.Match[str]) -> tuple[int, int, str]:
    quoted = _QUOTED.match(source.text, gap.end())
    if quoted:
        return *quoted.span(), _STYLES[quoted[0][0]]
    if not value:
        return gap.start() + 1, gap.start() + 1, "plain"
    end = gap.end() + len(value)
    if source.text[gap.end() : end] != value:
        raise MalformedError("env value out of place")
    return gap.end(), end, "plain"


def write(_source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` with ``value``, quoted as it was, or where it needs to be. Raises RefusedError."""
    if leaf.kind is Kind.EMPTY:
        raise RefusedError("a name without a value")
    return Splice(leaf.start, leaf.end, as_bytes(_text(leaf.style, value)))


def _text(style: str, value: str) -> str:
    as_bytes(value)
    double = '"' + "".join(_ESCAPES.get(char, char) for char in value) + '"'
    single = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    tries = {"plain": [value, double], "single": [single, double], "double": [double]}[style]
    for text in tries:
        if (_read(text), bool(text.startswith(("'", '"')))) == (value, text is not value):
            return text
    raise RefusedError("not writable in an env file")


def _read(text: str) -> str | None:
    """What python-dotenv reads where ``text`` stands for a value, with a comment after it."""
    found = list(parse_stream(StringIO(f"K={text} # c\n")))
    return found[0].value if len(found) == 1 and not found[0].error else None


def insert_key(source: Source, parent: KeyPath, name: str, value: str) -> Splice:
    """A new last line, with ``export`` where the last one has it. Raises RefusedError."""
    leaves = parse(source).leaves
    if parent or not _NAME.fullmatch(name):
        raise RefusedError("no such mapping" if parent else "not a key")
    if any(leaf.key == (name,) for leaf in leaves):
        raise RefusedError("the key exists")
    start = source.data.rfind(b"\n", 0, leaves[-1].start) + 1 if leaves else 0
    export = "export " if leaves and source.data[start:].lstrip().startswith(b"export ") else ""
    return appended(source.data, as_bytes(f"{export}{name}={_text('plain', value)}"))


def remove(source: Source, leaf: Leaf) -> Splice:
    """Without the line of ``leaf``. Raises RefusedError for the only one."""
    if len(parse(source).leaves) == 1:
        raise RefusedError("would be left empty")
    return lines_removed(source.data, leaf.start, leaf.end)
