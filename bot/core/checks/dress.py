"""The text around a leaf that belongs to it: its key, separators, brackets, blank lines.

Decides whether text came or went with a leaf. Any word that is not of the leaf's own key is not
its dress.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.checks.rows import COMMENT, OWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.checks.rows import Row, Side
    from bot.core.leaf import KeyPath, Leaf

_TOKEN = re.compile(r"\x00[a-z]|\w+|[^\S\n]+|.", re.DOTALL)
_WORD = re.compile(r"\w+")
_FRAME = re.compile(r"[\[\]{}(),;\s-]+")
# What an item needs to stand beside another, and a key before its value.
_PUNCTUATION = frozenset("[]{}(),;:=|<>-+\"'`\\/.!?&*@#%$~^")
# Words of a format that are no part of a key.
_SYNTAX = frozenset({"export"})
_COMMA = frozenset({",", ";"})


def dressed(row: Row) -> bool:
    """True where everything on the row belongs to the leaves that only its side has."""
    return _is_dress(_TOKEN.findall(row.text), _words_of(row.leaves))


def joined(old: Row, new: Row, before: Side, after: Side) -> bool:
    """True where the rows differ by leaves that came or went with their dress, or by a separator.

    The last item of a list gains or loses one when another joins or leaves it.
    """
    gone, come = _TOKEN.findall(old.text), _TOKEN.findall(new.text)
    lost = (_words_of(old.leaves), bool(before.own))
    gained = (_words_of(new.leaves), bool(after.own))
    matcher = SequenceMatcher(None, gone, come, autojunk=False)
    return all(
        tag == "equal"
        or (_fits(gone[gone_from:gone_to], *lost) and _fits(come[come_from:come_to], *gained))
        for tag, gone_from, gone_to, come_from, come_to in matcher.get_opcodes()
    )


def _fits(tokens: Sequence[str], words: frozenset[str], owns: bool) -> bool:  # noqa: FBT001 - private
    separator = len(tokens) == 1 and tokens[0] in _COMMA and owns
    return not tokens or separator or _is_dress(tokens, words)


def _is_dress(tokens: Sequence[str], words: frozenset[str]) -> bool:
    """A leaf of its own with what belongs to it."""
    return OWN in tokens and all(_belongs(token, words) for token in tokens)


def _belongs(token: str, words: frozenset[str]) -> bool:
    if token in {OWN, COMMENT} or token in _PUNCTUATION or token.isspace():
        return True
    return token.lower() in words


def came_with(row: Row, side: Side) -> bool:
    """True for a line that only frames leaves of its side's own: a bracket, a blank, a new parent."""
    if not side.own or row.leaves or row.shared:
        return False
    text = row.text.replace(COMMENT, "")
    if COMMENT in row.text and not text.strip():
        return False
    if not text.strip():
        return row.text.strip("\r") == "" and row.number in side.blank_allowed
    if _FRAME.fullmatch(text):
        return text.strip() != "---"  # YAML: another document begins
    words = frozenset(word.lower() for word in _WORD.findall(text))
    return any(_is_new_parent(leaf.key, words, side) for leaf in side.own)


def _is_new_parent(key: KeyPath, words: frozenset[str], side: Side) -> bool:
    """The line names a mapping of the leaf's key that nothing of the other side stands in."""
    for length in range(1, len(key) + 1):
        outer = key[:length]
        names = [step for step in outer if isinstance(step, str)]
        if outer in side.inhabited or not names:
            continue
        known = frozenset().union(*(_words(name) for name in names))
        if _words(names[-1]) <= words <= known:
            return True
    return False


def _words_of(leaves: Iterable[Leaf]) -> frozenset[str]:
    texts = [str(step) for leaf in leaves for step in (*leaf.key, leaf.decoration)]
    return _SYNTAX.union(*(_words(text) for text in texts))


@lru_cache(maxsize=16_384)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))
