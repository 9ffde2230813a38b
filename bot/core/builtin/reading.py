"""A clause as a wish: move, set, flag, item or key, in the person's own words.

Decides which word plays which part (old, new, subject, scope). What a wish means in a repository
is decided by ``place`` and ``derive``; a clause that fits no form is never forced into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.builtin.clauses import Clause
from bot.core.builtin.item_reading import read_item, read_key
from bot.core.builtin.parts import Parts, texts
from bot.core.builtin.tokens import Sort, Token
from bot.core.builtin.verbs import Verb
from bot.core.builtin.wishes import FlagWish, MoveWish, NotUnderstood, SetWish, Wish
from bot.core.literals import LiteralKind, is_distinctive


def read_wish(clause: Clause) -> Wish | NotUnderstood:
    """The wish that ``clause`` is."""
    parts = Parts.of(clause)
    if parts is None:
        return NotUnderstood(clause.text)
    wish: Wish | None
    if clause.past and not _reports_a_move(clause, parts):
        return NotUnderstood(clause.text)  # what happened is no order
    match clause.verb:
        case Verb.ADD | Verb.ALLOW | Verb.REMOVE:
            wish = read_item(clause, parts)
        case Verb.ON | Verb.OFF:
            wish = _flag(clause, parts)
        case _:
            wish = _move(clause, parts) or _set(clause, parts)
    return wish or NotUnderstood(clause.text)


def other_wishes(clause: Clause) -> tuple[Wish, ...]:
    """What the clause may mean besides ``read_wish``: "add X=1" and "remove X" may be of keys."""
    parts = Parts.of(clause)
    if parts is None or clause.past or clause.verb not in {Verb.ADD, Verb.REMOVE}:
        return ()
    wish = read_key(clause, parts)
    return (wish,) if wish else ()


def _reports_a_move(clause: Clause, parts: Parts) -> bool:
    """As "the server moved to X", which is how people ask that everything follows."""
    return (
        parts.new is not None
        and is_distinctive(parts.new.text)
        and clause.verb in {Verb.MOVE, Verb.SET, None}
    )


def _subject(clause: Clause, words: Sequence[Token]) -> tuple[Token, ...]:
    """Up to the word marked as subject in Korean; in English what stands before the verb."""
    if not clause.korean:
        return tuple(token for token in words if token.start < clause.before_verb)
    marked = [
        position
        for position, token in enumerate(words)
        if token.particle in {"이", "가", "은", "는"}
    ]
    return tuple(words[: marked[-1] + 1]) if marked else ()


def _move(clause: Clause, parts: Parts) -> MoveWish | None:
    """Two literals that mean one thing wherever they stand."""
    old, new, loose = parts.old, parts.new, list(parts.loose)
    if old is None and new is not None and len(loose) == 1:
        old, loose = loose[0], []
    if old is None or new is None or loose or parts.assigned:
        return None
    if not (is_distinctive(old.text) and is_distinctive(new.text)):
        return None
    if any("_" in token.text for token in (*parts.words, *parts.within)):
        return None  # "change db_host from … to …" sets a key
    subject = _subject(clause, parts.words)
    named = [token for token in parts.words if token not in subject]
    return MoveWish(
        old.text, new.text, texts(subject), texts(named), texts(parts.within), parts.without
    )


def _set(clause: Clause, parts: Parts) -> SetWish | None:
    direction = clause.verb if clause.verb in {Verb.RAISE, Verb.LOWER} else None
    words = texts(parts.words, parts.within)
    if parts.assigned:
        name, _, value = (part.strip() for part in parts.assigned.text.partition("="))
        token = Token(Sort.QUOTED, value.strip("\"'"))
        return (
            None
            if parts.loose or parts.new
            else SetWish(
                (*words, name), token, parts.old, parts.many, direction, without=parts.without
            )
        )
    old, new = parts.old, parts.new
    # a dotted key looks like a host name: beside a value of another kind it is a key
    keys = tuple(
        t.text for t in (*parts.loose, *([old] if old else [])) if t.kind is LiteralKind.HOSTNAME
    )
    loose = [token for token in parts.loose if token.text not in keys]
    old = None if old is not None and old.text in keys else old
    words += keys
    if new is None and direction is not None:
        return None  # "300 늘려줘" may mean by as well as to
    if new is None and len(loose) == 1 and loose[0].particle in {"", "인데"}:
        new = loose.pop()
    if new is None or (not words and not parts.old):
        return None
    words += tuple(token.text for token in loose if token.sort is Sort.QUOTED)
    if any(token.sort is not Sort.QUOTED for token in loose):
        return None
    wish = SetWish(words, new, old, parts.many, direction, without=parts.without)
    return _scaled(wish, new) if new.unit == "times" else wish


def _scaled(wish: SetWish, by: Token) -> SetWish | None:
    return replace(wish, value=None, scale=float(by.text)) if len(by.text) <= 6 else None


def _flag(clause: Clause, parts: Parts) -> FlagWish | None:
    if (
        parts.old
        or parts.new
        or parts.assigned
        or any(token.sort is not Sort.QUOTED for token in parts.loose)
    ):
        return None
    words = texts(parts.words, parts.within, parts.loose)
    return FlagWish(words, clause.verb is Verb.ON, parts.many, parts.without) if words else None
