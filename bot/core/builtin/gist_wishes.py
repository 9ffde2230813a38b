"""A gist → the wishes it may be, or no answer.

Decides the kind of wish by its order and its values alone; a gist that fits no kind is none.
"""

from __future__ import annotations

from bot.core.builtin.filler import is_filler
from bot.core.builtin.gist import Gist, Unclear
from bot.core.builtin.inventory import owners_called
from bot.core.builtin.item_reading import HYPHENED, IDENTIFIER
from bot.core.builtin.together import Choice
from bot.core.builtin.tokens import Sort, Token
from bot.core.builtin.verbs import Verb
from bot.core.builtin.wishes import FlagWish, ItemWish, KeyWish, MoveWish, SetWish, Wish
from bot.core.index import Index
from bot.core.literals import LiteralKind, is_distinctive

_ITEMS = frozenset({Verb.ADD, Verb.ALLOW, Verb.REMOVE})
OWN_ORDERS = _ITEMS | {Verb.ON, Verb.OFF}


def choice_of(gist: Gist, index: Index) -> Choice:
    """Every way to read it: with all words, and without those that may be plain speech.

    Raises:
        Unclear: it is no wish.
    """
    words = (*gist.words, *gist.within)
    plain = tuple(word for word in words if not is_filler(word))
    periodic = (*plain, "interval") if gist.every else plain
    ways = dict.fromkeys([words, plain, periodic])
    readings = [wish for said in ways if (wish := _wish(gist, said, index))]
    if not readings:
        raise Unclear("clause-unknown", " ".join(words))
    return tuple((wish,) for wish in dict.fromkeys(readings))


def _wish(gist: Gist, words: tuple[str, ...], index: Index) -> Wish | None:
    if gist.assigned:
        return _assigned(gist, words)
    if gist.verb in {Verb.ON, Verb.OFF} and not gist.new and gist.old is None:
        return FlagWish(words, gist.verb is Verb.ON, gist.many) if words else None
    if gist.verb is Verb.REMOVE and not gist.new and gist.old is None:
        return _gone(words, many=gist.many)
    if gist.verb in _ITEMS:
        return _item(gist, words)
    if len(gist.new) != 1 or gist.verb in OWN_ORDERS:
        return None
    if gist.old and is_distinctive(gist.old.text) and is_distinctive(gist.new[0].text):
        return _moved(gist, gist.old, gist.new[0], index)
    return _valued(gist, gist.new[0], words)


def _item(gist: Gist, words: tuple[str, ...]) -> Wish | None:
    values = [*gist.new, *([gist.old] if gist.old else [])]
    if len(values) != 1 or not words:
        return None
    add = gist.verb is not Verb.REMOVE
    return ItemWish(words, values[0].text, add, (), gist.verb is Verb.ALLOW)


def _moved(gist: Gist, old: Token, new: Token, index: Index) -> Wish | None:
    """What is named after the values must take in more, or say again whose the old one is."""
    subject, rest = tuple(gist.words[: gist.subject]), tuple(gist.words[gist.subject :])
    whose = {owner.address for owner in owners_called(rest, index)} if rest else set()
    if rest and not gist.shares and whose != {old.text}:
        return None
    return MoveWish(old.text, new.text, subject, (), tuple(gist.within))


def _gone(words: tuple[str, ...], *, many: bool) -> Wish | None:
    """A key that goes is named as it stands."""
    named = [w for w in words if IDENTIFIER.fullmatch(w)] or [
        w for w in words if HYPHENED.fullmatch(w)
    ]
    if len(named) != 1:
        return None
    return KeyWish(tuple(w for w in words if w != named[0]), named[0], None, many)


def _assigned(gist: Gist, words: tuple[str, ...]) -> Wish | None:
    if len(gist.assigned) != 1 or gist.new or gist.old:
        return None
    name, _, value = (part.strip() for part in gist.assigned[0].text.partition("="))
    if gist.verb is Verb.ADD:
        return KeyWish(words, name, value.strip("\"'"), gist.many)
    return SetWish((*words, name), Token(Sort.QUOTED, value.strip("\"'")), None, gist.many)


def _valued(gist: Gist, new: Token, words: tuple[str, ...]) -> Wish | None:
    old = gist.old
    direction = gist.verb if gist.verb in {Verb.RAISE, Verb.LOWER} else None
    if not words or (direction and old is None and not (gist.reached or _towards(new))):
        return None
    if new.unit == "%":
        words = (*words, "percent")
    return SetWish(words, new, old, gist.many, direction, anchored=old is not None)


def _towards(new: Token) -> bool:
    """A version can only be reached; of an amount "to" must be said, as "by" is meant as often."""
    return new.particle in {"로", "으로"} or new.kind is LiteralKind.VERSION
