"""Of values in a segment: which one was, which one comes, and which number is part of a name.

Decides by the words that stand beside a value, and, for what means one thing everywhere, by whether
the repository has it now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.builtin.tokens import Sort, Token
from bot.core.glossary import options
from bot.core.index import Index
from bot.core.literals import LiteralKind, is_distinctive
from bot.core.words import words_in

BEFORE_OLD = frozenset("from not was ⇐ off currently over".split())
AFTER_OLD = frozenset("today currently now 말고 대신 이었는데 였는데 이던 인데".split())
_OLD_PARTICLES = frozenset("에서 에서는 에서부터 부터 으로부터 로부터 인데 이고".split())
_REACH = frozenset({"로", "으로"})


def is_old(tokens: Sequence[Token], position: int, index: Index) -> bool:
    """Of what means one thing everywhere the repository says whether it is there now."""
    token = tokens[position]
    if is_distinctive(token.text):
        return bool(index.holders(token.text))
    return is_said_old(tokens, position)


def is_said_old(tokens: Sequence[Token], position: int) -> bool:
    """By what stands beside it: ``from 15``, ``15에서``, ``not 15``, ``15 →``, ``15 today``."""
    token = tokens[position]
    before = tokens[position - 1].text.lower() if position else ""
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    after = (following.text + following.particle).lower() if following else ""
    return (
        token.particle in _OLD_PARTICLES
        or before in BEFORE_OLD
        or before in {"기존", "현재", "지금"}
        or after in AFTER_OLD
        or (following is not None and following.sort is Sort.ARROW)
        or (after == "to" and position + 2 < len(tokens) and tokens[position + 2].valued)
    )


def follows_every(tokens: Sequence[Token], position: int) -> bool:
    """``every 20 seconds`` says an interval."""
    return (
        bool(tokens[position].unit)
        and position > 0
        and tokens[position - 1].text.lower() == "every"
    )


def numbered(tokens: Sequence[Token], index: Index) -> tuple[Token, ...]:
    """``lobby 1``: after a word whose places are numbered the number is part of a name."""
    found = list(tokens)
    for position, token in enumerate(tokens[1:], 1):
        before = tokens[position - 1]
        plain = token.kind is LiteralKind.NUMBER and not token.unit and token.text.isdigit()
        if not plain or before.sort is not Sort.WORD or before.particle or token.particle in _REACH:
            continue
        if any(_stands_with(word, token.text, index) for word in options(before.text.lower())):
            found[position] = replace(token, sort=Sort.WORD, kind=None)
    return tuple(found)


def _stands_with(word: str, number: str, index: Index) -> bool:
    known = (words_in(path) for path in index.paths)
    return any({word, number} <= words or f"{word}-{number}" in words for words in known)
