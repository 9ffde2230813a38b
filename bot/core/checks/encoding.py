"""``encoding``: UTF-8, byte order mark, line ends and the last newline stay as they were."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change import FileChange
    from bot.core.checks.case import Case

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\r|\n")


def check(case: Case) -> Iterator[Finding]:
    """A file re-encoded or re-ended is a file changed everywhere."""
    for file in case.change.files:
        if file.head is not None:
            yield from _check(file, file.head)


def _check(file: FileChange, head: bytes) -> Iterator[Finding]:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        yield blocks("encoding", file.path, head[: error.start].count(b"\n") + 1, "utf8")
        return
    if file.base is None:
        return
    if file.base.startswith(_BOM) != head.startswith(_BOM):
        yield blocks("encoding", file.path, 1, "bom")
    before, after = set(_LINE_END.findall(file.base)), set(_LINE_END.findall(head))
    if before and not after <= before:
        yield blocks("encoding", file.path, None, "line-ends")
    if file.base and head and _ends(file.base) != _ends(head):
        yield blocks("encoding", file.path, head.count(b"\n") + 1, "last-newline")


def _ends(data: bytes) -> bool:
    return data.endswith((b"\n", b"\r"))


RULE = Rule("encoding", 1, check)
