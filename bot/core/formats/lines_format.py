"""Any text that has no format of its own: lines, and the literals that stand in them.

Decides which lines are comments and how a line is named: by its own words with every literal
left out, so that a change of any other word makes another key.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

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
)
from bot.core.leaf import Kind, Leaf
from bot.core.literals import Literal, LiteralKind, literals

# Kinds that stand for each other when a value changes: a host may be named or numbered.
_ROLES = {
    LiteralKind.ADDRESS: "host",
    LiteralKind.NETWORK: "host",
    LiteralKind.HOSTNAME: "host",
    LiteralKind.URL: "host",
    LiteralKind.BOOLEAN: "boolean",
}
_NUMBER = "number"
# A line that starts with one of these, followed by white space or nothing, is a comment.
_MARKS = re.compile(r"[ \t]*(?:#|//|(?:;+|--+|!+)(?=\s|\Z))")
# Languages whose "//" or "#" at the start of a line is no comment.
_NO_SLASHES = {".sh", ".bash", ".py", ".rb", ".pl", ".yml", ".tpl"}
_QUOTE_OR_MARK = re.compile(r"[\"'`]|[ \t]#(?=[ \t]|\Z)")


def parse(source: Source) -> Parsed:
    """The leaves of ``source``; any text is lines."""
    parsed, seen = Parsed(), Counter[str]()
    slashes = PurePosixPath(source.path).suffix.lower() not in _NO_SLASHES
    start = 0
    for line in source.text.split("\n"):
        code, comment = split_comment(line.removesuffix("\r"), slashes=slashes)
        if comment is not None:
            end = start + len(line.removesuffix("\r"))
            parsed.comments.append(source.comment(start + comment, end))
        if code.strip():
            parsed.leaves.extend(_line_leaves(source, start, code, seen))
        start += len(line) + 1
    return parsed


def split_comment(line: str, *, slashes: bool) -> tuple[str, int | None]:
    """The code of ``line`` without its comment, and where the comment starts (characters)."""
    mark = _MARKS.match(line)
    if mark and (slashes or "//" not in mark[0]):
        return "", len(line) - len(line.lstrip())
    unclosed: set[str] = set()
    for match in _QUOTE_OR_MARK.finditer(line):
        if not match[0].endswith("#"):
            unclosed ^= {match[0]}
        elif not unclosed:
            return line[: match.start()], match.start() + 1
    return line, None


def skeleton(code: str, found: tuple[Literal, ...]) -> str:
    """``code`` with each literal replaced by its role in guillemets."""
    pieces, position = [], 0
    for literal in found:
        pieces.append(code[position : literal.start])
        pieces.append(f"‹{_ROLES.get(literal.kind, _NUMBER)}›")
        position = literal.end
    return "".join([*pieces, code[position:]]).strip()


def _line_leaves(source: Source, start: int, code: str, seen: Counter[str]) -> list[Leaf]:
    found = literals(code)
    name = skeleton(code, found)
    occurrence = seen[name]
    seen[name] += 1
    if not found:
        end = start + len(code.rstrip())
        return [source.leaf((name, occurrence), "", Kind.EMPTY, end, end, "line")]
    return [
        source.leaf(
            (name, occurrence, index),
            literal.text,
            Kind.STRING,
            start + literal.start,
            start + literal.end,
            literal.kind,
        )
        for index, literal in enumerate(found)
    ]


def write(source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` replaced by ``value``, which must be a literal too. Raises RefusedError."""
    if leaf.kind is Kind.EMPTY:
        raise RefusedError("a line without literals")
    start, code = _code(source, leaf)
    left = leaf.start - line_start(source.data, leaf.start)
    raw = source.data[start : start + left].decode() + value
    after = code[len(source.data[start : leaf.end].decode()) :]
    if _face(source, raw + after) != (leaf.key[0], _values(code, leaf, value)):
        raise RefusedError("the value would not be read as the same kind of literal")
    return Splice(leaf.start, leaf.end, as_bytes(value))


def _face(source: Source, line: str) -> tuple[str, list[str]] | None:
    slashes = PurePosixPath(source.path).suffix.lower() not in _NO_SLASHES
    code, _ = split_comment(line, slashes=slashes)
    if "\n" in line or "\r" in line or code != line:
        return None
    found = literals(code)
    return skeleton(code, found), [literal.text for literal in found]


def _values(code: str, leaf: Leaf, value: str) -> list[str]:
    values = [literal.text for literal in literals(code)]
    values[int(leaf.key[2])] = value
    return values


def _code(source: Source, leaf: Leaf) -> tuple[int, str]:
    """The byte where the line of ``leaf`` starts, and its text without its comment."""
    start = line_start(source.data, leaf.start)
    line = source.data[start : line_end(source.data, leaf.start)].decode()
    slashes = PurePosixPath(source.path).suffix.lower() not in _NO_SLASHES
    return start, split_comment(line, slashes=slashes)[0]


def insert_after(source: Source, leaf: Leaf, value: str) -> Splice:
    """The line of ``leaf`` again, with ``value`` for its literal. Raises RefusedError."""
    splice = write(source, leaf, value)
    start, code = _code(source, leaf)
    end = start + len(code.rstrip().encode())
    line = source.data[start : leaf.start] + splice.new + source.data[leaf.end : end]
    return line_added(source.data, leaf.start, line)


def remove(source: Source, leaf: Leaf) -> Splice:
    """Without the line of ``leaf``."""
    return lines_removed(source.data, leaf.start, leaf.end)
