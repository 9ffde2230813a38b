"""A clause's tokens by the part they play: what was, what comes, whom it concerns, what is left out.

Decides parts by particle and preposition only; it never looks at a repository.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.builtin.clause_words import EXCEPT
from bot.core.builtin.clauses import Clause, Doubtful
from bot.core.builtin.roles import PREPOSITIONS, english_roles, korean_roles
from bot.core.builtin.tokens import Sort, Token

MANY = frozenset(
    "모든 모두 전부 전체 다 둘 셋 둘다 셋다 양쪽 각 각각 전체적으로 everywhere all every each both".split()
)


@dataclass(frozen=True, slots=True)
class Parts:
    """A clause's tokens by the part they play."""

    old: Token | None
    new: Token | None
    loose: tuple[Token, ...]
    words: tuple[Token, ...]
    within: tuple[Token, ...]
    without: tuple[str, ...]
    many: bool
    assigned: Token | None

    @classmethod
    def of(cls, clause: Clause) -> Parts | None:
        """The parts of ``clause``, or None where a mark or an amount makes no sense."""
        tokens, without = _without(clause)
        many = any(plain(token) in MANY for token in tokens)
        tokens = [token for token in tokens if plain(token) not in MANY]
        assigned = [token for token in tokens if token.sort is Sort.ASSIGN]
        roles = korean_roles(tokens) if clause.korean else english_roles(tokens)
        if roles is None or len(assigned) > 1:
            return None
        return cls(
            roles.old,
            roles.new,
            tuple(roles.loose),
            tuple(roles.words),
            tuple(roles.within),
            without,
            many,
            assigned[0] if assigned else None,
        )


def plain(token: Token) -> str:
    """The word in lower case; nothing for a value."""
    return token.text.lower() if token.sort is Sort.WORD else ""


def _without(clause: Clause) -> tuple[list[Token], tuple[str, ...]]:
    """Take out "X 빼고" and "except X"; what is left out is said as words."""
    tokens = list(clause.tokens)
    for position, token in enumerate(tokens):
        if token.sort is not Sort.WORD or (token.text + token.particle).lower() not in EXCEPT:
            continue
        if clause.korean:
            start = _phrase_start(tokens, position)
            _must_be_one(tokens[start:position], tokens[max(start - 1, 0) : start])
            return tokens[:start] + tokens[position + 1 :], tuple(
                t.text for t in tokens[start:position]
            )
        _must_be_one(tokens[position + 1 :], ())
        return tokens[:position], tuple(
            t.text
            for t in tokens[position + 1 :]
            if t.sort is Sort.WORD and t.text.lower() not in PREPOSITIONS
        )
    return tokens, ()


def _must_be_one(left_out: Sequence[Token], before: Sequence[Token]) -> None:
    """Several things left out at once, or one with a number, are not told apart. Raises Doubtful."""
    if not left_out or any(token.valued for token in left_out):
        raise Doubtful("빼고" if not left_out else left_out[-1].text)
    for token in (*before, *left_out):
        if token.text in {"&", ","} or token.particle in {"랑", "이랑", "와", "과"}:
            raise Doubtful(token.text)


def _phrase_start(tokens: Sequence[Token], end: int) -> int:
    """Where the words before ``end`` that make one phrase begin: a particle ends the one before."""
    start = end - 1
    while start > 0 and tokens[start - 1].sort is Sort.WORD and not tokens[start - 1].particle:
        start -= 1
    return max(start, 0)


def texts(*groups: Sequence[Token]) -> tuple[str, ...]:
    """The texts of all tokens, in order."""
    return tuple(token.text for group in groups for token in group)
