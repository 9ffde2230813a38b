"""``hidden-characters``: new text holds nothing that looks like something else, or like nothing.

Sources: Unicode TR 36 and TR 39 (mixed scripts), CVE-2021-42574 (bidirectional controls).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.core.checks.asked import written
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks

_WORD = re.compile(r"[^\W\d_]+")
_FULL_WIDTH = range(0xFF01, 0xFF5F)


def check(case: Case) -> Iterator[Finding]:
    """Only text that the change brings is looked at: values, key names and paths."""
    for change in written(case):
        text = " ".join(str(step) for step in change.key) + " " + (change.after or "")
        before = (" ".join(str(step) for step in change.old.key) + " " + change.old.value) if change.old else ""
        for character in strange(text):
            if character not in before:
                yield _finding(change.path, change.line, character)
    for file in case.change.files:
        if file.base is None:
            yield from (_finding(file.path, None, character) for character in strange(file.path))


def _finding(path: str, line: int | None, character: str) -> Finding:
    name = unicodedata.name(character, "no name")
    return blocks("hidden-characters", path, line, character=f"U+{ord(character):04X}", name=name)


def strange(text: str) -> list[str]:
    """The characters of ``text`` that hide, or pass for others, each once."""
    found = [character for character in text if _is_strange(character)]
    for word in _WORD.findall(text):
        scripts = {_script(character) for character in word}
        if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}:
            found += [character for character in word if _script(character) != "LATIN"]
        elif scripts & {"CYRILLIC", "CHEROKEE"}:
            found.append(word[0])
    return list(dict.fromkeys(found))


def _is_strange(character: str) -> bool:
    if character in " \n\t\r" or character.isascii() and character.isprintable():
        return False
    category = unicodedata.category(character)
    wide = ord(character) in _FULL_WIDTH
    digit = category in {"Nd", "No", "Nl"}
    return category in {"Cf", "Cc", "Co", "Cn", "Cs", "Zs", "Zl", "Zp"} or wide or digit or ord(character) in {0x3164, 0x115F, 0x1160, 0xFFA0}


def _script(character: str) -> str:
    return unicodedata.name(character, "?").split()[0]


RULE = Rule("hidden-characters", 1, check)
