"""Config text → its ``key value`` places, by their look alone.

Decides where a value may be put that was meant for another place. It is deliberately no parser of
any format, so that it shares no mistake with the code under measure; what it does not recognise is
merely not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

_END = r"[ \t]*(?:,[ \t]*)?(?:[ \t]#[^\n]*)?\r?$"
_COLON = re.compile(
    r"^[ \t]*(?:- +)*(?P<quote>[\"']?)(?P<key>[\w./@-]+)(?P=quote)[ \t]*:[ \t]+"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'#,\[\]{}|>&*!][^#\n]*?)" + _END,
    re.MULTILINE,
)
_EQUALS = re.compile(
    r"^[ \t]*(?:export +|set +)?(?P<key>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'#\[\]{}][^\n]*?)" + _END,
    re.MULTILINE,
)
_PAIRS = re.compile(r"(?<=[ \t])(?P<key>[A-Za-z_]\w*)=(?P<value>[^\s\"'#]+)")
_WORDS = re.compile(
    r"^[ \t]*(?P<key>[a-z][a-z_-]+)[ \t]+(?P<value>[^\s;{}#=][^;{}#\n]*?)[ \t]*;?"
    r"[ \t]*(?:#[^\n]*)?\r?$",
    re.MULTILINE,
)
_COLON_FILES = frozenset({".yml", ".yaml", ".json", ".j2"})
_WORD_FILES = frozenset({".conf", ".cfg", ".nft", ".rules", ".acl"})
_SCRIPTS = frozenset({".sh", ".md", ".txt", ".groovy"})


@dataclass(frozen=True)
class Slot:
    """One value's place: offsets into the file's text, without the quotes around the value."""

    path: str
    key: str
    start: int
    end: int
    value: str


def slots_of(path: str, text: str) -> tuple[Slot, ...]:
    """Every ``key value`` place of ``text``, in its order."""
    found = {
        slot.start: slot for pattern in _patterns(path) for slot in _found(path, text, pattern)
    }
    return tuple(found[start] for start in sorted(found))


def _patterns(path: str) -> tuple[re.Pattern[str], ...]:
    suffix = PurePosixPath(path).suffix
    if suffix in _COLON_FILES:
        return (_COLON,)
    if suffix in _SCRIPTS:
        return ()
    if suffix in _WORD_FILES:
        return (_WORDS, _EQUALS)
    return (_EQUALS, _PAIRS)


def _found(path: str, text: str, pattern: re.Pattern[str]) -> Iterator[Slot]:
    for match in pattern.finditer(text):
        start, end = match.span("value")
        if text[start] in "\"'" and end - start > 2:
            start, end = start + 1, end - 1
        if start < end and text[start] not in "\"'":
            yield Slot(path, match["key"], start, end, text[start:end])
