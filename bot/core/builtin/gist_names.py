"""A word of a gist: what the repository knows it as, and how much one that nobody knows could say.

Decides whether a word names a place, limits where, says nothing, or is a stranger; a slip is mended
only where one word is meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.builtin.clause_words import ENGLISH_NOISE, KOREAN_NOISE, LIMITING
from bot.core.builtin.filler import is_filler
from bot.core.builtin.gist import Gist, Unclear
from bot.core.builtin.roles import PREPOSITIONS
from bot.core.builtin.segments import order_in
from bot.core.builtin.spelling import means_something, mended
from bot.core.builtin.tokens import Sort, Token
from bot.core.glossary import DESCRIPTORS
from bot.core.index import Index

_SCOPING = frozenset("in on within inside for only at under".split())


def take_name(tokens: Sequence[Token], position: int, gist: Gist, index: Index) -> None:
    """Put one word where it belongs: among the names, or the limits. Raises Unclear."""
    token = tokens[position]
    scoped = _in_scope(tokens, position)
    meaning = _meaning(token, index)
    if meaning is not None:
        (gist.within if scoped else gist.words).extend(meaning)
        return
    raise Unclear("word-unknown", token.text)


def _in_scope(tokens: Sequence[Token], position: int) -> bool:
    """``in gcp`` and ``gcp에서``: said of where."""
    if tokens[position].particle in LIMITING or tokens[position].particle in {"의", "에"}:
        return True
    for token in reversed(tokens[:position]):
        word = token.text.lower()
        if word in _SCOPING:
            return True
        if token.valued or word in PREPOSITIONS or order_in(token) or token.sort is Sort.MARK:
            return False
    return False


def is_noise(token: Token) -> bool:
    """True for politeness and small words, in either language."""
    whole = token.text + token.particle
    return (
        token.text.lower() in ENGLISH_NOISE or token.text in KOREAN_NOISE or whole in KOREAN_NOISE
    )


def _meaning(token: Token, index: Index) -> tuple[str, ...] | None:
    """The word as the repository knows it, nothing for filler; None for a word nobody knows."""
    if token.text.lower() in DESCRIPTORS:
        return (token.text,)
    spelt = mended((token.text,), index)
    if spelt != (token.text,) or means_something(token.text, index):
        return spelt
    if is_filler(token.text) or is_filler(token.text + token.particle):
        return ()
    return None


def known_words(tokens: Sequence[Token], index: Index) -> tuple[str, ...]:
    """The words of an aside that name something here, for an order that says "it".

    Raises:
        Unclear: one of them may name it too, and nobody knows it.
    """
    for token in tokens:
        word = token.text.lower()
        plain = is_noise(token) or word in PREPOSITIONS or is_filler(token.text)
        plain = plain or is_filler(token.text + token.particle) or order_in(token) is not None
        if token.sort is Sort.WORD and not plain and not means_something(token.text, index):
            raise Unclear("word-unknown", token.text)
    return tuple(
        t.text
        for t in tokens
        if t.sort is Sort.WORD
        and not is_noise(t)
        and t.text.lower() not in PREPOSITIONS
        and not is_filler(t.text)
        and means_something(t.text, index)
    )
