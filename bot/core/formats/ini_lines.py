"""INI text → options with their spans, as the standard library's ``configparser`` reads it.

Decides where each line of a value stands; where ``configparser`` reads anything else, the file
counts as unparsable.
"""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bot.core.formats.detect import SYSTEMD
from bot.core.formats.source import MalformedError, Source, check_white_space

_SECTION = re.compile(r"\[(.+)\]")
# configparser has one section that all others inherit from; none of ours does
_NO_DEFAULT = "\n"


@dataclass(slots=True)
class Option:
    """An option; ``lines`` are the value's (characters start, end), comments left out."""

    section: str
    name: str
    start: int
    lines: list[tuple[int, int]] = field(default_factory=list)
    bare: bool = False

    def value(self, text: str) -> str:
        """As ``configparser`` joins the lines."""
        return "\n".join(text[start:end] for start, end in self.lines).rstrip()


def may_repeat(path: str) -> bool:
    """True where an option may stand twice: in systemd units and free-form ``.conf`` files."""
    return PurePosixPath(path).suffix.lower() not in {".ini", ".cfg"}


def is_systemd(path: str) -> bool:
    """True for a systemd unit: no ``:`` and no comment after a value."""
    return PurePosixPath(path).suffix.lower() in SYSTEMD


class IniLines:
    """Walks the lines as ``configparser`` does, keeping positions."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.options: list[Option] = []
        self.headers: dict[str, int] = {}
        self.comments: list[tuple[int, int]] = []
        self.delimiters = "=" if is_systemd(source.path) else "=:"
        self.section: str | None = None
        self.indent = 0
        self.open = False

    def read(self) -> None:
        """Collects everything. Raises MalformedError."""
        start = 0
        for line in self.source.text.split("\n"):
            self.line(start, line)
            start += len(line) + 1
        for option in self.options:
            while len(option.lines) > 1 and option.lines[-1][0] == option.lines[-1][1]:
                option.lines.pop()

    def line(self, start: int, line: str) -> None:
        """Takes one line that starts at the character ``start``."""
        text = line.strip()
        first = start + len(line) - len(line.lstrip())
        end = first + len(text)
        if text.startswith(("#", ";")):
            self.comments.append((first, end))
        elif not text:
            if self.open:
                self.options[-1].lines.append((start, start))
        elif self.open and first - start > self.indent:
            if self.options[-1].bare:
                raise MalformedError("INI syntax: a continued name", self.number(start))
            self.options[-1].lines.append((first, end))
        else:
            self.indent = first - start
            self.header_or_option(first, end, text)

    def header_or_option(self, first: int, end: int, text: str) -> None:
        """Takes a line that continues nothing; its ``text`` is at ``first:end``."""
        header = _SECTION.match(text)
        if header:
            self.section = header[1]
            self.headers[header[1]] = first
            self.open = False
            return
        if self.section is None:
            raise MalformedError("INI syntax: no section", self.number(first))
        self.option(first, end, text, self.section)

    def option(self, first: int, end: int, text: str, section: str) -> None:
        """Takes ``name``, ``name =`` or ``name = value``."""
        places = [place for mark in self.delimiters if (place := text.find(mark)) >= 0]
        delimiter = min(places, default=len(text))
        option = Option(section, text[:delimiter].rstrip(), first, bare=not places)
        if not option.name:
            raise MalformedError("INI syntax: no name", self.number(first))
        value = text[delimiter + 1 :].lstrip()
        option.lines.append((end - len(value), end))
        self.options.append(option)
        self.open = True

    def number(self, char: int) -> int:
        """The 1-based line of a character."""
        return self.source.line(self.source.byte(char))


def read_lines(source: Source) -> IniLines:
    """The lines of ``source``, which ``configparser`` reads alike. Raises MalformedError."""
    check_white_space(source.text)
    reader = IniLines(source)
    reader.read()
    _check(source, reader)
    return reader


def _check(source: Source, reader: IniLines) -> None:
    """Raises MalformedError unless ``configparser`` reads the same."""
    parser = configparser.RawConfigParser(
        delimiters=tuple(reader.delimiters),
        comment_prefixes=("#", ";"),
        strict=False,
        allow_no_value=True,
        default_section=_NO_DEFAULT,
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way
    try:
        parser.read_string(source.text)
    except (configparser.Error, AttributeError) as error:
        raise MalformedError("INI syntax", getattr(error, "lineno", None)) from None
    wanted = {(name, key): text for name in parser.sections() for key, text in parser.items(name)}
    found = {(o.section, o.name): None if o.bare else o.value(source.text) for o in reader.options}
    if wanted != found:
        raise MalformedError("INI out of place")
    for option in reader.options if is_systemd(source.path) else ():
        # systemd.syntax(7): a backslash continues the line, whatever its indentation
        if option.value(source.text).endswith("\\"):
            raise MalformedError("INI continuation", reader.number(option.start))
