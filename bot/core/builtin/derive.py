"""Wishes on a repository → the leaf changes they must lead to, each with its evidence.

Decides, by rules alone, the one change a request means. Where a place or a value is not certain
the answer is ``Unproven`` with the candidates; a wish is never carried out in part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from bot.core.builtin.accounted import must_be_accounted
from bot.core.builtin.clauses import Clause, Doubtful, read_clauses
from bot.core.builtin.coordination import readings
from bot.core.builtin.gist import Unclear
from bot.core.builtin.gist_taking import gists
from bot.core.builtin.keeping import Kept, must_be_kept, take_kept
from bot.core.builtin.planning import Plan, Refused
from bot.core.builtin.ports import ports_of
from bot.core.builtin.reach import (
    MAX_READ_CHARS,
    MAX_WORD_CHARS,
    is_beyond_reach,
    longest_word,
)
from bot.core.builtin.reading import other_wishes, read_wish
from bot.core.builtin.together import Choice, leaving_out, plan_together
from bot.core.builtin.wishes import (
    FlagWish,
    ItemWish,
    KeyWish,
    MoveWish,
    NotUnderstood,
    SetWish,
    Wish,
)
from bot.core.change import LeafChange, build_change
from bot.core.expectation import Derivation, Expectation, Explained, Unproven
from bot.core.index import Index
from bot.core.operation import SetValue
from bot.core.request import Request
from bot.core.resolve import Unresolved, resolve
from bot.core.suspicion import suspicion
from bot.core.words import Term, terms_of

MAX_MEANINGS = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be gathered before deriving: literals (every holder) and phrases (every word)."""

    literals: tuple[str, ...] = ()
    phrases: tuple[tuple[Term, ...], ...] = ()


def understand(request: Request) -> tuple[Choice, ...] | Unproven:
    """The wishes of a request, all of them, each with its readings, or why rules cannot read it."""
    suspect = suspicion(request.text)
    if suspect is not None:
        return Unproven("request-suspect", (("excerpt", suspect.excerpt),))
    if is_beyond_reach(request.text):
        return _beyond(request.text)
    try:
        clauses = read_clauses(request.text)
    except Doubtful as doubt:
        return Unproven("doubtful", (("word", doubt.word),))
    if not clauses:
        _, kept = take_kept(request.text)
        # "don't change X" asks for nothing, but is no greeting: say which words were the doubt
        return Unproven("doubtful", (("word", kept[0].said),)) if kept else Unproven("no-wish")
    try:
        choices = [(clause, _choice(clause)) for clause in clauses]
    except Doubtful as doubt:
        return Unproven("doubtful", (("word", doubt.word),))
    for clause, choice in choices:
        if not choice:
            return Unproven("clause-unknown", (("clause", clause.text),))
    return tuple(choice for _, choice in choices)


def _beyond(text: str) -> Unproven:
    facts = {
        "length": len(text),
        "limit": MAX_READ_CHARS,
        "word": longest_word(text),
        "word_limit": MAX_WORD_CHARS,
    }
    return Unproven("rules-read-less", tuple((name, str(fact)) for name, fact in facts.items()))


def _choice(clause: Clause) -> Choice:
    """Every reading of which all parts are understood."""
    return tuple(
        wishes
        for reading in readings(clause)
        for wishes in product(*(_meanings(part) for part in reading))
    )[:MAX_MEANINGS]


def _meanings(clause: Clause) -> tuple[Wish, ...]:
    first = read_wish(clause)
    known = () if isinstance(first, NotUnderstood) else (first,)
    return (*known, *other_wishes(clause))


def all_wishes(choices: Iterable[Choice]) -> tuple[Wish, ...]:
    """The wishes of every reading."""
    return tuple(wish for choice in choices for reading in choice for wish in reading)


def wanted(wishes: Iterable[Wish]) -> Wanted:
    """What the wishes need to see."""
    literals: list[str] = []
    phrases: list[tuple[Term, ...]] = []
    for wish in wishes:
        match wish:
            case MoveWish():
                literals += [wish.old, wish.new]
                phrases.append(terms_of((*wish.subject, *wish.within)))
            case ItemWish():
                literals.append(wish.value)
                phrases.append(terms_of(wish.words))
            case SetWish() | FlagWish():
                literals += ports_of(wish) if isinstance(wish, SetWish) else ()
                phrases.append(terms_of(wish.words))
            case KeyWish():
                phrases.append(
                    terms_of((*wish.words, wish.name) if wish.value is None else wish.words)
                )
    return Wanted(tuple(dict.fromkeys(literals)), tuple(phrase for phrase in phrases if phrase))


def derive(request: Request, index: Index) -> Expectation:
    """The change the request must lead to on ``index``, or why rules cannot derive it."""
    choices = understand(request)
    first = choices if isinstance(choices, Unproven) else _accounted(choices, request, index)
    if isinstance(first, Derivation) or not index.whole or first.code not in _LOOSELY:
        return first
    second = _by_gist(request, index)
    return second if isinstance(second, Derivation) else first


# Where the grammar fails: a form it does not know, a word, or a doubt that an aside may hold.
_LOOSELY = frozenset(
    {
        "clause-unknown",
        "word-unknown",
        "doubtful",
        "no-place",
        "no-wish",
        "scope-unknown",
        "not-one-address",
    }
)


def _by_gist(request: Request, index: Index) -> Expectation:
    try:
        return _accounted(gists(request.text, index), request, index)
    except Unclear as why:
        return Unproven(why.code, (("word", why.word),))
    except Doubtful as doubt:
        return Unproven("doubtful", (("word", doubt.word),))


def _accounted(choices: Sequence[Choice], request: Request, index: Index) -> Expectation:
    """The change, where every word of the request has its part in it."""
    found = _derived(choices, request, index)
    if isinstance(found, Derivation):
        try:
            must_be_accounted(request.text, all_wishes(choices), index)
            if len(choices) == 1:
                _must_be_as_many(request.text, found)
        except Unclear as why:
            return Unproven(why.code, (("words", request.text), ("word", why.word)))
        except Doubtful as doubt:
            return Unproven("doubtful", (("word", doubt.word),))
    return found


_TWO = re.compile(r"\bboth\b|(?<![가-힣])(?:둘|둘다|양쪽)(?![가-힣])", re.IGNORECASE)


def _must_be_as_many(text: str, found: Derivation) -> None:
    """Where single values are set, "both" are two."""
    sets = all(isinstance(operation, SetValue) for operation in found.operations)
    if sets and _TWO.search(text) and len(found.operations) % 2:
        raise Unclear("clause-unknown", "both")


def _derived(choices: Sequence[Choice], request: Request, index: Index) -> Expectation:
    _, kept = take_kept(request.text)
    try:
        return _keeping(choices, kept, index)
    except Refused as why:
        return Unproven(why.code, why.facts, why.candidates)


def _keeping(choices: Sequence[Choice], kept: Sequence[Kept], index: Index) -> Expectation:
    """The change as asked, where it leaves alone what must be; else with that left out by name."""
    first: Refused | None = None
    for without in ((), *(one.words for one in kept if one.words)):
        try:
            found = _carried_out(plan_together(leaving_out(choices, without), index), index)
            if isinstance(found, Derivation):
                must_be_kept(found.change, kept, index)
        except Refused as why:
            first = first or why
        else:
            return found
    raise first or Refused("no-wish")


def _carried_out(plans: Sequence[Plan], index: Index) -> Expectation:
    operations = tuple(operation for plan in plans for operation in plan.operations)
    files = resolve(operations, index.data)
    if isinstance(files, Unresolved):
        return Unproven(files.code, files.facts)
    change = build_change(files)
    explained = tuple(_explain(leaf_change, plans) for leaf_change in change.leaf_changes)
    return _whole(Derivation(operations, change, explained))


def _explain(change: LeafChange, plans: Sequence[Plan]) -> Explained:
    explainers: Iterable[Callable[[LeafChange], Explained | None]] = (
        plan.explain for plan in plans
    )
    return next(
        (found for explain in explainers if (found := explain(change))),
        Explained(change, None, None),
    )


def _whole(derivation: Derivation) -> Expectation:
    """A derivation with an unexplained leaf change is none (two wishes fought over one place)."""
    for item in derivation.explained:
        if item.place is None or item.value is None:
            return Unproven("wishes-collide", (("path", item.change.path),))
    return derivation if derivation.change.files else Unproven("already-so-all")
