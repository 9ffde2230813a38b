"""A clause as a wish: move, set, flag, item or scale, in the person's own words.

Decides which word plays which part (old, new, subject, scope). What a wish means in a repository
is decided by ``locate`` and ``derive``; a clause that fits no form is never forced into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.builtin.clause_words import EXCEPT
from bot.core.builtin.clauses import Clause
from bot.core.builtin.roles import PREPOSITIONS, english_roles, korean_roles
from bot.core.builtin.tokens import Sort, Token
from bot.core.builtin.verbs import Verb
from bot.core.literals import LiteralKind, is_distinctive


@dataclass(frozen=True, slots=True)
class MoveWish:
    """``old`` becomes ``new``; ``subject`` is who is said to have moved, ``within`` limits where.

    ``named`` are other words: whose it is, or where.
    """

    old: str
    new: str
    subject: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetWish:
    """The place called ``words`` becomes ``value``; ``many`` where every such place is meant.

    ``direction`` is RAISE or LOWER where the person said so; ``scale`` multiplies, ``delta`` adds.
    """

    words: tuple[str, ...]
    value: Token | None
    old: Token | None = None
    many: bool = False
    direction: Verb | None = None
    scale: float | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlagWish:
    """The switch called ``words`` goes on or off."""

    words: tuple[str, ...]
    on: bool
    many: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemWish:
    """``value`` joins (``add``) or leaves the list called ``words``."""

    words: tuple[str, ...]
    value: str
    add: bool
    without: tuple[str, ...] = ()
    allows: bool = False


Wish = MoveWish | SetWish | FlagWish | ItemWish


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A clause that fits no form."""

    text: str


_MANY = frozenset(
    "모든 모두 전부 전체 다 둘 셋 둘다 셋다 양쪽 각 각각 전체적으로 everywhere all every each both".split()
)


def read_wish(clause: Clause) -> Wish | NotUnderstood:
    """The wish that ``clause`` is."""
    parts = _Parts.of(clause)
    if parts is None:
        return NotUnderstood(clause.text)
    wish: Wish | None
    if clause.past and not _reports_a_move(clause, parts):
        return NotUnderstood(clause.text)  # what happened is no order
    match clause.verb:
        case Verb.ADD | Verb.ALLOW | Verb.REMOVE:
            wish = _item(clause, parts)
        case Verb.ON | Verb.OFF:
            wish = _flag(clause, parts)
        case _:
            wish = _move(clause, parts) or _set(clause, parts)
    return wish or NotUnderstood(clause.text)


def _reports_a_move(clause: Clause, parts: _Parts) -> bool:
    """As "the server moved to X", which is how people ask that everything follows."""
    return (
        parts.new is not None
        and is_distinctive(parts.new.text)
        and clause.verb in {Verb.MOVE, Verb.SET, None}
    )


@dataclass(frozen=True, slots=True)
class _Parts:
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
    def of(cls, clause: Clause) -> _Parts | None:
        tokens, without = _without(clause)
        many = any(_plain(token) in _MANY for token in tokens)
        tokens = [token for token in tokens if _plain(token) not in _MANY]
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


def _plain(token: Token) -> str:
    return token.text.lower() if token.sort is Sort.WORD else ""


def _without(clause: Clause) -> tuple[list[Token], tuple[str, ...]]:
    """Take out "X 빼고" and "except X"; what is left out is said as words."""
    tokens = list(clause.tokens)
    for position, token in enumerate(tokens):
        if token.sort is not Sort.WORD or (token.text + token.particle).lower() not in EXCEPT:
            continue
        if clause.korean:
            start = _phrase_start(tokens, position)
            return tokens[:start] + tokens[position + 1 :], tuple(
                t.text for t in tokens[start:position]
            )
        return tokens[:position], tuple(
            t.text
            for t in tokens[position + 1 :]
            if t.sort is Sort.WORD and t.text.lower() not in PREPOSITIONS
        )
    return tokens, ()


def _phrase_start(tokens: Sequence[Token], end: int) -> int:
    """Where the words before ``end`` that make one phrase begin: a particle ends the one before."""
    start = end - 1
    while start > 0 and tokens[start - 1].sort is Sort.WORD and not tokens[start - 1].particle:
        start -= 1
    return max(start, 0)


def _texts(*groups: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.text for group in groups for token in group)


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


def _move(clause: Clause, parts: _Parts) -> MoveWish | None:
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
        old.text, new.text, _texts(subject), _texts(named), _texts(parts.within), parts.without
    )


def _set(clause: Clause, parts: _Parts) -> SetWish | None:
    direction = clause.verb if clause.verb in {Verb.RAISE, Verb.LOWER} else None
    words = _texts(parts.words, parts.within)
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


def _flag(clause: Clause, parts: _Parts) -> FlagWish | None:
    if (
        parts.old
        or parts.new
        or parts.assigned
        or any(token.sort is not Sort.QUOTED for token in parts.loose)
    ):
        return None
    words = _texts(parts.words, parts.within, parts.loose)
    return FlagWish(words, clause.verb is Verb.ON, parts.many, parts.without) if words else None


def _item(clause: Clause, parts: _Parts) -> ItemWish | None:
    """The item is the one literal; the list is named by words, after to/from/in or 에/에서."""
    valued = [token for token in clause.tokens if token.valued]
    add = clause.verb is not Verb.REMOVE
    if len(valued) == 1 and not parts.assigned:
        others = [
            token
            for token in clause.tokens
            if token.sort is Sort.WORD and _plain(token) not in PREPOSITIONS | _MANY
        ]
        words = tuple(
            t.text
            for t in others
            if t.text not in parts.without and (t.text + t.particle).lower() not in EXCEPT
        )
        return (
            ItemWish(words, valued[0].text, add, parts.without, clause.verb is Verb.ALLOW)
            if words
            else None
        )
    if valued or parts.assigned:
        return None
    return _word_item(clause, add)


def _word_item(clause: Clause, add: bool) -> ItemWish | None:  # noqa: FBT001 - the wish's own field
    """``allowed_hosts에 admin.internal을 추가``: the item is the one Latin word marked as object."""
    tokens = [token for token in clause.tokens if token.sort is Sort.WORD]
    if clause.korean:
        items = [
            token
            for token in tokens
            if token.particle in {"을", "를", "은", "는", "도"} and token.text.isascii()
        ]
        if (
            not items
            and tokens
            and not tokens[-1].particle
            and tokens[-1].text.isascii()
            and any(t.particle in {"에", "에서"} for t in tokens)
        ):
            items = tokens[-1:]
        lists = [token for token in tokens if token not in items]
    else:
        cut = next((i for i, token in enumerate(tokens) if _plain(token) in {"to", "from"}), None)
        if cut is None:
            return None
        items, lists = (
            tokens[:cut],
            [token for token in tokens[cut + 1 :] if _plain(token) not in PREPOSITIONS],
        )
    if len(items) != 1:
        return None
    return ItemWish(_texts(lists), items[0].text, add)
