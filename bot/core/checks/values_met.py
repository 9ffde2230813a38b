"""``values-met``: every value that the request gives is somewhere in the change.

Where rules derived the whole change, ``expected-change`` compares more exactly; this one holds
where they could not: a request of two wishes is not answered by one of them. It never says where
a value belongs.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from bot.core.builtin.clauses import Doubtful, read_clauses
from bot.core.builtin.reading import read_wish
from bot.core.builtin.tokens import Sort, Token, tokenize
from bot.core.builtin.wishes import ItemWish
from bot.core.checks.rule import Rule
from bot.core.expectation import Derivation
from bot.core.finding import Finding, blocks
from bot.core.items import split_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change import LeafChange
    from bot.core.checks.case import Case

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# "45 seconds" may stand as 45000, 0.75 or 45s: time in powers of 60, sizes in 1000 and 1024.
_STEPS = tuple(Fraction(one) for one in (1, 24, 60, 1_000, 1_024, 1_440, 3_600, 86_400))
_RATIOS = frozenset(
    ratio for a in _STEPS for b in _STEPS for ratio in (a, 1 / a, a * b, 1 / (a * b), a / b)
)
_RELATIVE = frozenset(
    {"배", "times", "x", "%", "percent", "퍼센트", "프로", "번", "번째", "대", "개"}
)


def check(case: Case) -> Iterator[Finding]:
    """Numbers must be among the changed values; names may also say where, in a changed file."""
    if isinstance(case.expectation, Derivation):
        return
    tokens, items = _said(case.request.text)
    for token in tokens:
        if not _is_met(token, case):
            yield blocks("values-met", None, None, value=token.text + token.unit)
    for item in items:
        if not any(_moves_item(change, item) for change in case.change.leaf_changes):
            yield blocks("values-met", None, None, "item", value=item.value)


def _said(text: str) -> tuple[list[Token], list[ItemWish]]:
    """What gives a value; of a request that rules doubt, every value in it."""
    try:
        clauses = read_clauses(text)
    except Doubtful:
        return [token for token in tokenize(text) if _counts(token)], []
    wishes = [read_wish(clause) for clause in clauses]
    tokens = [token for clause in clauses for token in clause.tokens if _counts(token)]
    return tokens, [wish for wish in wishes if isinstance(wish, ItemWish)]


def _counts(token: Token) -> bool:
    gives = token.valued or token.sort is Sort.ASSIGN
    return gives and token.unit.lower() not in _RELATIVE


def _is_met(token: Token, case: Case) -> bool:
    text = token.text.partition("=")[2].strip() if token.sort is Sort.ASSIGN else token.text
    changed = [value for one in case.change.leaf_changes for value in _texts(one)]
    if _NUMBER.fullmatch(text):
        return any(_amounts_to(value, Fraction(text), unit=token.unit) for value in changed)
    low = text.lower()
    if any(low in value.lower() for value in (*changed, *case.change.paths)):
        return True
    bases = (file.base or b"" for file in case.change.files)
    return any(low.encode() in base.lower() for base in bases)


def _texts(change: LeafChange) -> tuple[str, ...]:
    steps = (step for step in change.key if isinstance(step, str))
    return (change.before or "", change.after or "", *steps)


def _amounts_to(value: str, number: Fraction, *, unit: str) -> bool:
    """The number itself, or, of one with a unit, the same amount in another unit."""
    ratios = _RATIOS if unit else frozenset({Fraction(1)})
    found = (Fraction(one) for one in _NUMBER.findall(value))
    return any(one == number or (number and one / number in ratios) for one in found)


def _moves_item(change: LeafChange, wish: ItemWish) -> bool:
    """The item is on one side and not on the other."""
    before, after = (split_items(text or "") for text in (change.before, change.after))
    sides = (after, before) if wish.add else (before, after)
    if any(wish.value in one for one in sides[0]) and wish.value not in sides[1]:
        return True
    return any(wish.value in step for step in change.key if isinstance(step, str))


RULE = Rule("values-met", 4, check)
