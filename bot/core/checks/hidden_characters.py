"""``hidden-characters``: new text holds nothing that looks like something else, or like nothing.

Text that stood in the base before may stay as it is. Sources: Unicode TR 36 and TR 39 (mixed
scripts, confusables), CVE-2021-42574 (bidirectional controls).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from bot.core.checks.asked import written
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.strange import strange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change import FileChange
    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """Raw text first, then values, where an escape shows the character it stands for."""
    told: set[tuple[str, str]] = set()
    for finding in (*_in_files(case), *_in_values(case)):
        mark = (finding.path or "", dict(finding.facts)["character"])
        if mark not in told:
            told.add(mark)
            yield finding


def _in_files(case: Case) -> Iterator[Finding]:
    for file in case.change.files:
        if file.base is None:
            yield from (_finding(file.path, None, one) for one in dict.fromkeys(strange(file.path)))
        if file.head is not None:
            yield from _in_file(file, file.head)


def _in_file(file: FileChange, head: bytes) -> Iterator[Finding]:
    """A character is new where the file has more of it than before."""
    after = head.decode("utf-8", "replace").removeprefix("\ufeff")
    before = (file.base or b"").decode("utf-8", "replace").removeprefix("\ufeff")
    known = set(before.split("\n"))
    fresh = Counter(strange(after)) - Counter(strange(before))
    for number, line in enumerate(after.split("\n"), 1):
        if fresh and line not in known:
            for character in dict.fromkeys(strange(line)):
                if fresh[character] > 0:
                    yield _finding(file.path, number, character)


def _in_values(case: Case) -> Iterator[Finding]:
    for change in written(case):
        fresh = Counter(strange(change.after or "")) - Counter(strange(change.before or ""))
        yield from (_finding(change.path, change.line, character) for character in fresh)


def _finding(path: str, line: int | None, character: str) -> Finding:
    name = unicodedata.name(character, "no name")
    return blocks("hidden-characters", path, line, character=f"U+{ord(character):04X}", name=name)


RULE = Rule("hidden-characters", 1, check)
