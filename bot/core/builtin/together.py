"""The wishes of one request, planned together: readings of a clause, and what a clause leaves unsaid.

Decides which reading of a coordination holds (the only one that means certain places), and lets a
clause that alone means no certain place take the server or the key its neighbour named. Two
readings that both hold are a refusal, never a choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.core.builtin.place import plan_wish
from bot.core.builtin.planning import Plan, Refused
from bot.core.builtin.spelling import is_live_word, mended
from bot.core.builtin.wishes import FlagWish, ItemWish, KeyWish, MoveWish, SetWish, Wish
from bot.core.index import Index
from bot.core.resolve import resolve

Reading = tuple[Wish, ...]
Choice = tuple[Reading, ...]
# What more words can mend: too many places, or none of that name.
_MENDED = frozenset({"two-places", "no-place", "no-list", "word-unknown", "two-readings"})


def leaving_out(choices: Sequence[Choice], words: tuple[str, ...]) -> tuple[Choice, ...]:
    """The same wishes, except for what ``words`` name, where a wish leaves nothing out itself."""
    if not words:
        return tuple(choices)
    return tuple(
        tuple(tuple(replace(wish, without=wish.without or words) for wish in r) for r in choice)
        for choice in choices
    )


def plan_together(choices: Sequence[Choice], index: Index) -> tuple[Plan, ...]:
    """The plans of all wishes, in order. Raises Refused."""
    planned = [_attempt(choice, index) for choice in choices]
    done: list[Plan] = []
    for position, found in enumerate(planned):
        if isinstance(found, Refused):
            plans = _with_neighbours(choices[position], found, position, planned, index)
            planned[position] = plans
        else:
            plans = found
            _must_not_mean_both(choices[position], plans, planned[:position], index)
        done += plans
    return tuple(done)


def _attempt(choice: Choice, index: Index) -> tuple[Plan, ...] | Refused:
    """The one reading that holds, or why none does."""
    held: dict[frozenset[object], tuple[Plan, ...]] = {}
    first: Refused | None = None
    for reading in choice:
        try:
            plans = tuple(_planned(_spelt(wish, index), index) for wish in reading)
        except Refused as why:
            first = first or why
            continue
        if len({_meaning([plan]) for plan in plans}) == len(plans):  # "A and B" are two things
            held[_meaning(plans)] = plans
    if len({_outcome(plans, index) for plans in held.values()}) == 1:
        return next(iter(held.values()))
    if held:
        return Refused("two-readings", words=_shown(choice))
    return first or Refused("no-place", words=_shown(choice))


def _planned(wish: Wish, index: Index) -> Plan:
    """The plan; where only the others are marked ("backoffice-staging"), production is the unmarked."""
    try:
        return plan_wish(wish, index)
    except Refused:
        if isinstance(wish, MoveWish) or wish.without or "staging" not in index.vocabulary:
            raise
        live = tuple(word for word in wish.words if is_live_word(word))
        if not live:
            raise
        rest = tuple(word for word in wish.words if word not in live)
        return plan_wish(replace(wish, words=rest, without=("staging",)), index)


def _spelt(wish: Wish, index: Index) -> Wish:
    """The wish with the slips in its words mended."""
    if isinstance(wish, MoveWish):
        return replace(
            wish,
            subject=mended(wish.subject, index),
            named=mended(wish.named, index),
            within=mended(wish.within, index),
        )
    words = mended(wish.words, index)
    return replace(wish, words=words) if words else wish


def _meaning(plans: Iterable[Plan]) -> frozenset[object]:
    return frozenset(operation for plan in plans for operation in plan.operations)


def _outcome(plans: Sequence[Plan], index: Index) -> object:
    """What comes of a reading: two that lead to the same files are one."""
    files = resolve([operation for plan in plans for operation in plan.operations], index.data)
    return files if isinstance(files, tuple) else plans


def _with_neighbours(
    choice: Choice,
    why: Refused,
    position: int,
    planned: Sequence[tuple[Plan, ...] | Refused],
    index: Index,
) -> tuple[Plan, ...]:
    """``worker-1 pool_size 12로, debug는 켜고``: the nearest clause before that names a server, else after."""
    if why.code not in _MENDED:
        raise why
    before = [p for p in reversed(planned[:position]) if not isinstance(p, Refused)]
    after = [p for p in planned[position + 1 :] if not isinstance(p, Refused)]
    for plans in (*before, *after):
        for words in _offered(plans, earlier=plans in before):
            found = _attempt(_saying(choice, words), index)
            if not isinstance(found, Refused):
                return found
    raise why


def _offered(plans: Sequence[Plan], *, earlier: bool) -> Iterable[tuple[str, ...]]:
    """What a neighbour names: where it is, and, of an earlier one, what it is called."""
    if len(plans) != 1:
        return
    if plans[0].where:
        yield plans[0].where
    if earlier and plans[0].called:
        yield plans[0].called
        yield (*plans[0].where, *plans[0].called)


def _saying(choice: Choice, words: tuple[str, ...]) -> Choice:
    return tuple(tuple(_with_words(wish, words) for wish in reading) for reading in choice)


def _with_words(wish: Wish, words: tuple[str, ...]) -> Wish:
    match wish:
        case SetWish() | FlagWish() | ItemWish() | KeyWish():
            return replace(wish, words=(*words, *wish.words))
        case MoveWish():
            return wish


def _must_not_mean_both(
    choice: Choice,
    found: tuple[Plan, ...],
    earlier: Sequence[tuple[Plan, ...] | Refused],
    index: Index,
) -> None:
    """A clause that names no server, after one that does, may mean that server or the only place."""
    if any(plan.where or not plan.called for plan in found):
        return
    before = next((p for p in reversed(earlier) if not isinstance(p, Refused)), ())
    where = before[0].where if len(before) == 1 else ()
    if not where:
        return
    other = _attempt(_saying(choice, where), index)
    if not isinstance(other, Refused) and _meaning(other) != _meaning(found):
        raise Refused("two-readings", words=_shown(choice))


def _shown(choice: Choice) -> str:
    wish = choice[0][0]
    return " ".join((*wish.subject, *wish.within) if isinstance(wish, MoveWish) else wish.words)
