"""“Make it 45” below a line of a diff → the same said in full.

Decides only where nothing is left to guess: the sentence is a bare value, the line shows exactly
one leaf, and no other leaf of the file holds what that one holds. The full sentence is shown to
people and judged like any other request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.formats import parse
from bot.core.leaf import Document, Leaf
from bot.core.literals import holds
from bot.core.request import Language

_VALUE = r"[\"'`“‘]?(?P<value>[^\s\"'`“”‘’]+?)[\"'`”’]?"
_KOREAN = re.compile(
    rf"(?:(?:이|그)?(?:값을|걸|거)\s+|그냥\s+)?{_VALUE}\s?(?:으로|로)"
    r"(?:\s*(?:해|바꿔|변경해|고쳐|수정해|설정해)(?:\s?줘|\s?주세요|요)?)?\s*[.!]?"
)
_ENGLISH = re.compile(
    r"(?:please\s+)?(?:(?:make|set)\s+(?:it|this|that)(?:\s+to)?\s+|change\s+(?:it|this|that)\s+to\s+"
    rf"|use\s+|to\s+)?{_VALUE}(?:\s+(?:please|instead))*\s*[.!]?",
    re.IGNORECASE,
)
# a bare word is no value: "nicer", "please", "no" are not to be written anywhere
_TELLING = re.compile(
    r"\d|[./:_-]|^(?:true|false|on|off|yes|no|debug|info|warn|error)$", re.IGNORECASE
)


def value_said(text: str) -> str | None:
    """The value where ``text`` says nothing but one: “45로 해줘”, “make it 45”."""
    for pattern in (_KOREAN, _ENGLISH):
        found = pattern.fullmatch(" ".join(text.split()))
        if found and _TELLING.search(found["value"]):
            return found["value"]
    return None


@dataclass(frozen=True, slots=True)
class InFull:
    """The sentence for the base, where the leaf holds ``was``, and for the head."""

    for_base: str | None
    for_head: str | None


def in_full(
    text: str, path: str, line: int, base: bytes | None, head: bytes | None, language: Language
) -> InFull:
    """What ``text`` means below line ``line`` (1-based, of the head) of ``path``."""
    value = value_said(text)
    shown = _leaf_at(path, head, line)
    if value is None or shown is None:
        return InFull(None, None)
    before = _same(path, base, shown)
    return InFull(
        _sentence(path, base, before, value, language),
        _sentence(path, head, shown, value, language),
    )


def _leaves(path: str, data: bytes | None) -> tuple[Leaf, ...]:
    document = parse(path, data) if data is not None else None
    return tuple(document.leaves) if isinstance(document, Document) else ()


def _leaf_at(path: str, data: bytes | None, line: int) -> Leaf | None:
    found = [leaf for leaf in _leaves(path, data) if leaf.line == line]
    return found[0] if len(found) == 1 else None


def _same(path: str, data: bytes | None, leaf: Leaf) -> Leaf | None:
    """The leaf of that key in another version of the file."""
    found = [one for one in _leaves(path, data) if one.key == leaf.key]
    return found[0] if len(found) == 1 else None


def _sentence(
    path: str, data: bytes | None, leaf: Leaf | None, value: str, language: Language
) -> str | None:
    if leaf is None or not leaf.value or re.search(r"\s", leaf.value + path):
        return None
    holding = [one for one in _leaves(path, data) if holds(one.value, leaf.value)]
    if len(holding) != 1:
        return None
    if language is Language.KOREAN:
        return f"{path}에서 {leaf.value}을 {value}로 바꿔줘"
    return f"in {path} change {leaf.value} to {value}"
