"""Dockerfiles: text → leaves, and edits.

Decides where an instruction's arguments stand, by the Dockerfile reference
(docs.docker.com/reference/dockerfile). Never expands a variable; an instruction that it has no
finer rule for is one leaf with its whole argument text, continuation lines and all.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from bot.core.formats.source import (
    MalformedError,
    Parsed,
    RefusedError,
    Source,
    Splice,
    as_bytes,
    blank_before,
    line_added,
    line_start,
    lines_removed,
)
from bot.core.leaf import KeyPath, Kind, Leaf

_KNOWN = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)
_ESCAPE = re.compile(r"#[ \t]*escape[ \t]*=[ \t]*([\\`])[ \t]*\r?\n", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#[ \t]*[a-z]+[ \t]*=[^\n]*\n", re.IGNORECASE)
_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)(?:[ \t]+|(?=[\\`\r\n])|\Z)")
_HEREDOC = re.compile(r"<<-?([\"']?)([A-Za-z_][A-Za-z0-9_]*)\1")
_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})
_WORD = re.compile(r"(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.|[^\s\"'\\])+", re.DOTALL)
_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)=")
_PLAIN = re.compile(r"[^\s\"'\\]*")


@dataclass(slots=True)
class _Instruction:
    """An instruction and its argument text at the characters ``start:end``."""

    name: str
    first: int
    start: int
    end: int


def parse(source: Source) -> Parsed:
    """The leaves of ``source``. Raises MalformedError."""
    parsed, seen = Parsed(), Counter[KeyPath]()
    counts: Counter[str] = Counter()
    for instruction in _instructions(source, parsed):
        number = counts[instruction.name]
        counts[instruction.name] += 1
        for leaf in _leaves(source, instruction, number):
            count, seen[leaf.key] = seen[leaf.key], seen[leaf.key] + 1
            parsed.leaves.append(_numbered(leaf, count) if count else leaf)
    return parsed


def _numbered(leaf: Leaf, count: int) -> Leaf:
    """``ENV`` may set a name again in a later stage."""
    key = (*leaf.key, count)
    return Leaf(key, leaf.value, leaf.kind, leaf.start, leaf.end, leaf.line, leaf.style)


def _instructions(source: Source, parsed: Parsed) -> list[_Instruction]:
    found, text, position = list[_Instruction](), source.text, 0
    escape = _escape(text)
    while position < len(text):
        end = _line_end(text, position)
        line = text[position:end].rstrip("\r")
        if line.lstrip().startswith("#"):
            start = position + len(line) - len(line.lstrip())
            parsed.comments.append(source.comment(start, position + len(line)))
        elif line.strip():
            instruction = _instruction(source, position, escape, parsed)
            found.append(instruction)
            end = _line_end(text, instruction.end)
        position = end + 1
    return found


def _escape(text: str) -> str:
    """The continuation mark: parser directives stand before anything else."""
    position = 0
    while match := _DIRECTIVE.match(text, position):
        if escape := _ESCAPE.match(text, position):
            return escape[1]
        position = match.end()
    return "\\"


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _instruction(source: Source, position: int, escape: str, parsed: Parsed) -> _Instruction:
    text = source.text
    match = _INSTRUCTION.match(text, position)
    if match is None or match[1].upper() not in _KNOWN:
        raise MalformedError("Dockerfile syntax", source.line(source.byte(position)))
    end = _line_end(text, position)
    while text[position:end].rstrip().endswith(escape) and end < len(text):
        end = _continued(source, end + 1, parsed)
        position = text.rfind("\n", 0, end) + 1
    name, start = match[1].upper(), match.end()
    end = start + len(text[start:end].rstrip())
    if name in _HEREDOCS:
        end = _after_heredocs(source, start, end)
    return _Instruction(name, match.start(1), start, max(start, end))


def _continued(source: Source, position: int, parsed: Parsed) -> int:
    """The end of the next line that continues: comments and blank lines between are skipped."""
    text = source.text
    while True:
        end = _line_end(text, position)
        line = text[position:end].rstrip("\r")
        if line.lstrip().startswith("#"):
            start = position + len(line) - len(line.lstrip())
            parsed.comments.append(source.comment(start, position + len(line)))
        elif line.strip() or end >= len(text):
            return end
        if end >= len(text):
            return end
        position = end + 1


def _after_heredocs(source: Source, start: int, end: int) -> int:
    """Where the last here-document of the instruction ends, or ``end``."""
    text = source.text
    for mark in _HEREDOC.finditer(text[start:end]):
        closing = re.compile(rf"^[\t]*{mark[2]}(?=\r?$)", re.MULTILINE)
        found = closing.search(text, _line_end(text, end))
        if found is None:
            raise MalformedError("Dockerfile syntax: open here-document")
        end = found.end()
    return end


def _leaves(source: Source, instruction: _Instruction, number: int) -> list[Leaf]:
    name = instruction.name
    words = list(_WORD.finditer(source.text, instruction.start, instruction.end))
    if instruction.start == instruction.end:
        place = instruction.end
        return [source.leaf((name, number), "", Kind.EMPTY, place, place, "bare")]
    plain = "\n" not in source.text[instruction.start : instruction.end]
    if name == "FROM" and plain:
        return _from(source, words, number)
    if name == "EXPOSE" and plain:
        return [
            source.leaf((name, number, index), word[0], Kind.STRING, *word.span())
            for index, word in enumerate(words)
        ]
    if name in {"ENV", "ARG"} and (pairs := _pairs(source, instruction, words)):
        return pairs
    return [_whole(source, instruction, number)]


def _whole(source: Source, instruction: _Instruction, number: int) -> Leaf:
    start, end = instruction.start, instruction.end
    value = source.text[start:end]
    return source.leaf((instruction.name, number), value, Kind.STRING, start, end, "whole")


def _from(source: Source, words: list[re.Match[str]], number: int) -> list[Leaf]:
    leaves, plain = [], list[re.Match[str]]()
    for word in words:
        flag = re.match(r"--[a-z]+=", word[0])
        if flag:
            key = ("FROM", number, flag[0].rstrip("="))
            start, end = word.start() + flag.end(), word.end()
            leaves.append(source.leaf(key, source.text[start:end], Kind.STRING, start, end))
        else:
            plain.append(word)
    names = ["image", "as"]
    if len(plain) not in {1, 3} or (len(plain) > 1 and plain[1][0].lower() != "as"):
        raise MalformedError("Dockerfile syntax: FROM", source.line(source.byte(words[0].start())))
    for name, word in zip(names, plain[::2], strict=False):
        leaves.append(source.leaf(("FROM", number, name), word[0], Kind.STRING, *word.span()))
    return leaves


def _pairs(source: Source, instruction: _Instruction, words: list[re.Match[str]]) -> list[Leaf]:
    """``NAME=value`` words as leaves; nothing where one of them is something else."""
    leaves = []
    for word in words:
        if word[0] in {"\\\n", "\\\r\n", "`"} or not word[0].strip("\\\r\n"):
            continue
        pair = _PAIR.match(word[0])
        if pair is None and instruction.name == "ARG" and re.fullmatch(r"\w+", word[0]):
            leaves.append(
                source.leaf(("ARG", word[0]), "", Kind.EMPTY, word.end(), word.end(), "bare")
            )
            continue
        value = _unquoted(word[0][pair.end() :]) if pair else None
        if pair is None or value is None:
            return []
        start = word.start() + pair.end()
        key = (instruction.name, pair[1])
        leaves.append(source.leaf(key, value[0], Kind.STRING, start, word.end(), value[1]))
    return leaves


def _unquoted(text: str) -> tuple[str, str] | None:
    """The value and style of a word that is plain or quoted as a whole; else None."""
    if _PLAIN.fullmatch(text):
        return text, "plain"
    if len(text) > 1 and text[0] == text[-1] == "'" and text.count("'") == 2:
        return text[1:-1], "single"
    if re.fullmatch(r'"(?:\\["\\$]|[^"\\\n])*"', text):
        return re.sub(r'\\(["\\$])', r"\1", text[1:-1]), "double"
    return None


def write(_source: Source, leaf: Leaf, value: str) -> Splice:
    """``leaf`` with ``value``, quoted as it was, or where it needs to be. Raises RefusedError."""
    if leaf.kind is Kind.EMPTY:
        raise RefusedError("a name without a value")
    if leaf.style == "whole" or leaf.key[0] not in {"ENV", "ARG"}:
        return Splice(leaf.start, leaf.end, as_bytes(value), delicate=True)
    double = '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    tries = {
        "plain": [value, double],
        "single": [f"'{value}'", double],
        "double": [double],
    }[leaf.style]
    for text in tries:
        read = _unquoted(text)
        if read and read[0] == value and "\n" not in text and "\r" not in text:
            return Splice(leaf.start, leaf.end, as_bytes(text), delicate=True)
    raise RefusedError("not writable in a Dockerfile")


def insert_after(source: Source, leaf: Leaf, value: str) -> Splice:
    """A new port after the port ``leaf``, or the whole instruction once more."""
    new = write(source, leaf, value).new
    if leaf.key[0] == "EXPOSE":
        return Splice(leaf.end, leaf.end, b" " + new)
    if leaf.style != "whole" or b"\n" in source.data[leaf.start : leaf.end]:
        raise RefusedError("not a list item")
    start = line_start(source.data, leaf.start)
    return line_added(source.data, leaf.start, source.data[start : leaf.start] + new)


def insert_key(source: Source, parent: KeyPath, name: str, value: str) -> Splice:
    """A new ``ENV`` or ``ARG`` line after the last one of its kind. Raises RefusedError."""
    leaves = [leaf for leaf in parse(source).leaves if leaf.key[:1] == parent]
    if parent not in {("ENV",), ("ARG",)} or not leaves:
        raise RefusedError("no such mapping")
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise RefusedError("not a key")
    if any(leaf.key[1] == name for leaf in leaves):
        raise RefusedError("the key exists")
    model = Leaf((*parent, name), "", Kind.STRING, leaves[-1].end, leaves[-1].end, 0)
    text = write(source, model, value).new
    return line_added(source.data, leaves[-1].end, as_bytes(f"{parent[0]} {name}=") + text)


def remove(source: Source, leaf: Leaf) -> Splice:
    """Without the instruction of ``leaf``, or the port or pair alone where there are others."""
    data = source.data
    if leaf.key[0] == "FROM":
        raise RefusedError("a build stage")
    for instruction in _instructions(source, Parsed()):
        first, end = source.byte(instruction.first), source.byte(instruction.end)
        if not first <= leaf.start <= end:
            continue
        if len(_leaves(source, instruction, 0)) == 1:
            if not blank_before(data, first):
                raise RefusedError("shares its line")
            return lines_removed(data, first, end)
        start = max(source.byte(instruction.start), data.rfind(b" ", 0, leaf.start) + 1)
        lead = len(data[:start]) - len(data[:start].rstrip(b" \t"))
        return Splice(start - lead, leaf.end, b"") if lead else Splice(start, leaf.end, b"")
    raise RefusedError("no such leaf")
