"""A mistyped word as the one word of the repository, or of plain speech, that it can be meant for.

Decides only for words that mean nothing here as they stand, that are long enough to be known again,
and that have one nearest word; names with a number are never mended (worker-3 is not worker-2).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.core.builtin.clause_words import ENGLISH_NOISE, FOLLOW
from bot.core.builtin.filler import is_filler
from bot.core.builtin.inventory import owners_called
from bot.core.glossary import known, korean_words, options
from bot.core.index import Index
from bot.core.words import terms_of

_SHORTEST, _LONG = 5, 9
_PLAIN = frozenset(w for w in ENGLISH_NOISE | FOLLOW if w.isascii() and len(w) >= 4) | {
    "everywhere", "every", "please", "thanks", "each", "both",
}  # fmt: skip


def mended(words: Iterable[str], index: Index) -> tuple[str, ...]:
    """``words`` with slips mended; a slip of a word that says nothing is left out."""
    found = (_mended(word, index) for word in words)
    return tuple(word for word in found if word)


def _mended(word: str, index: Index) -> str:
    alias = index.aliases.get(re.sub(r"들$", "", word))
    if alias and not options(word) & index.vocabulary:
        return f"{alias}s" if word.endswith("들") else alias
    if any(character.isdigit() for character in word) or means_something(word, index):
        return word
    if is_filler(word):
        return ""
    if known(word):
        return word  # a word of config files, though not of this one: no slip of another
    if not word.isascii():
        near = _nearest(_jamo(word), {_jamo(known): known for known in korean_words()})
        return near.pop() if len(near) == 1 else word
    if not word.isalpha():
        return word
    choices = {known: known for known in index.vocabulary if known.isascii() and known.isalpha()}
    near = _nearest(word.lower(), choices) | _nearest(word.lower(), dict.fromkeys(_PLAIN, ""))
    return near.pop() if len(near) == 1 else word


def is_live_word(word: str) -> bool:
    """True for what people call the environment that is not for trying things."""
    return "production" in options(word.lower())


def means_something(word: str, index: Index) -> bool:
    """True where a place or a file is known by the word, or the word only describes."""
    terms = terms_of((word,))
    known = any(option in index.vocabulary for term in terms for option in term.options)
    return known or not any(t.required for t in terms) or bool(owners_called((word,), index))


def _nearest(word: str, choices: dict[str, str]) -> set[str]:
    """What the nearest choices stand for: one slip away, two for a long word."""
    reach = 0 if len(word) < _SHORTEST else 1 if len(word) < _LONG else 2
    for distance in range(1, reach + 1):
        found = {
            meant
            for known, meant in choices.items()
            if len(known) >= _SHORTEST - 1
            and OSA.distance(word, known, score_cutoff=distance) == distance
        }
        if found:
            return found
    return set()


@lru_cache(maxsize=4096)
def _jamo(word: str) -> str:
    """A Korean word as its letters, in which one slip of the finger is one letter."""
    return unicodedata.normalize("NFD", word)
