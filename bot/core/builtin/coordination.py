"""``api-1 and api-2``: a clause that names several places (or items) as clauses that name one each.

Decides only how a coordination may be read; each reading is a set of clauses, and what they mean in
the repository decides which of them holds. It never chooses between two readings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from bot.core.builtin.clauses import Clause
from bot.core.builtin.roles import PREPOSITIONS
from bot.core.builtin.tokens import Sort, Token
from bot.core.builtin.verbs import Verb

Reading = tuple[Clause, ...]
LINK_PARTICLES = frozenset("과 와 랑 이랑 하고".split())
MAX_READINGS = 12
MAX_LINKS = 8
_VALUES = frozenset({"로", "으로"})
_ITEMS = frozenset({Verb.ADD, Verb.ALLOW, Verb.REMOVE})
_Parts = tuple[tuple[Token, ...], ...]


def readings(clause: Clause) -> tuple[Reading, ...]:
    """Every way to read the clause; where "and" joins, no word of it may be read as one place's."""
    if sum(_is_comma(token) or _is_and(token) for token in clause.tokens) > MAX_LINKS:
        return ((clause,),)
    split = list(_split(clause))
    joined = any(_is_and(token) for token in clause.tokens)
    found = split if joined and split else [(clause,), *split]
    return tuple(dict.fromkeys(found))[:MAX_READINGS]


def _split(clause: Clause) -> Iterator[Reading]:
    tokens = clause.tokens
    chain = next(_chains(clause), None)
    if chain is None:
        return
    start, end, parts = chain
    for alternatives in _alternatives(parts):
        clauses = [
            replace(clause, tokens=(*tokens[:start], *one, *tokens[end:])) for one in alternatives
        ]
        yield from (
            tuple(part for reading in chosen for part in reading)
            for chosen in product(*(readings(one) for one in clauses))
        )


def _chains(clause: Clause) -> Iterator[tuple[int, int, _Parts]]:
    """Where several runs of words stand joined: start, end, and the runs."""
    tokens, position = clause.tokens, 0
    while position < len(tokens):
        runs, start = [], position
        run, position = _run(clause, position)
        while run:
            runs.append(run)
            after = _after_link(tokens, position)
            if after is None:
                break
            run, position = _run(clause, after)
        if len(runs) > 1:
            yield start, position, tuple(runs)
        position = max(position, start + 1)


def _after_link(tokens: Sequence[Token], position: int) -> int | None:
    """The position after the comma, "and" or particle that joins; None where nothing does."""
    if position < len(tokens) and (_is_comma(tokens[position]) or _is_and(tokens[position])):
        both = tokens[position + 1 : position + 2]  # ", and"
        return position + (2 if both and (_is_comma(both[0]) or _is_and(both[0])) else 1)
    linked = 0 < position < len(tokens) and tokens[position - 1].particle in LINK_PARTICLES
    return position if linked else None


def _is_comma(token: Token) -> bool:
    return token.sort is Sort.MARK and token.text == ","


def _is_and(token: Token) -> bool:
    said = token.sort is Sort.MARK and token.text == "&"
    return said or (token.sort is Sort.WORD and token.particle in LINK_PARTICLES)


def _run(clause: Clause, start: int) -> tuple[tuple[Token, ...], int]:
    """The words (or, to be added or removed, the values) that stand together from ``start`` on."""
    tokens, end = clause.tokens, start
    while end < len(tokens) and _joins(tokens[end], clause):
        end += 1
        token = tokens[end - 1]
        mixed = end < len(tokens) and tokens[end].valued != tokens[start].valued
        if token.particle or token.valued or mixed:
            break
    return tokens[start:end], end


def _joins(token: Token, clause: Clause) -> bool:
    if token.sort is Sort.WORD:
        if token.particle in _VALUES:  # "debug로" is what it becomes, not whose it is
            return False
        return clause.korean or token.text.lower() not in PREPOSITIONS
    return token.valued and clause.verb in _ITEMS


def _alternatives(runs: _Parts) -> Iterator[_Parts]:
    """As whole names, and with what stands before the first or after the last meant for each."""
    first, *middle, last = (_unlinked(run) for run in runs)
    runs = (first, *middle, last)
    ending = last[-1].particle
    yield tuple(_ended(run, ending) for run in runs)
    if any(len(run) != 1 for run in middle):
        return
    before, after = first[:-1], last[1:]
    if before:
        yield (first, *((*before, *_ended(run, ending)) for run in (*middle, last)))
    if after:
        yield (*((*run, *after) for run in (first, *middle)), last)
    if before and after:
        singles = ((first[-1],), *middle, (last[0],))
        yield tuple((*before, *one, *after) for one in singles)


def _unlinked(run: tuple[Token, ...]) -> tuple[Token, ...]:
    """Once read, the particle that joined says nothing more."""
    joined = run[-1].particle in LINK_PARTICLES
    return (*run[:-1], replace(run[-1], particle="")) if joined else run


def _ended(run: tuple[Token, ...], particle: str) -> tuple[Token, ...]:
    """``api-1과`` plays the part that ``api-2의`` shows."""
    if run[-1].particle:
        return run
    return (*run[:-1], replace(run[-1], particle=particle))
