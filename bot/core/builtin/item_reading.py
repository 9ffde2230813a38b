"""A clause that adds or removes, as a wish about an item of a list or about a key.

Decides what is added or removed and by which words its place is named; nothing about a repository.
"""

from __future__ import annotations

import re

from bot.core.builtin.clause_words import EXCEPT
from bot.core.builtin.clauses import Clause
from bot.core.builtin.parts import MANY, Parts, plain, texts
from bot.core.builtin.roles import PREPOSITIONS
from bot.core.builtin.tokens import Sort, Token
from bot.core.builtin.verbs import Verb
from bot.core.builtin.wishes import ItemWish, KeyWish


def read_item(clause: Clause, parts: Parts) -> ItemWish | None:
    """The item is the one literal; the list is named by words, after to/from/in or 에/에서."""
    valued = [token for token in clause.tokens if token.valued]
    add = clause.verb is not Verb.REMOVE
    if len(valued) == 1 and not parts.assigned:
        others = [
            token
            for token in clause.tokens
            if token.sort is Sort.WORD and plain(token) not in PREPOSITIONS | MANY
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
        cut = next((i for i, token in enumerate(tokens) if plain(token) in {"to", "from"}), None)
        if cut is None:
            return None
        items, lists = (
            tokens[:cut],
            [token for token in tokens[cut + 1 :] if plain(token) not in PREPOSITIONS],
        )
    if len(items) != 1:
        return None
    return ItemWish(texts(lists), items[0].text, add)


_PAIR = re.compile(r"(?P<name>[A-Za-z_][\w.-]*)\s*(?:=|:\s)\s*(?P<value>\S.*)")
IDENTIFIER = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*|[a-z][\w-]*[_.A-Z][\w.-]*")
HYPHENED = re.compile(r"[a-z]+(?:-[a-z]+)+")


def read_key(clause: Clause, parts: Parts) -> KeyWish | None:
    """``add LOG_FORMAT=json to worker-1`` and ``drop the DEBUG flag from api-2``."""
    if clause.verb is Verb.REMOVE:
        return _gone(clause, parts)
    quoted = [token for token in parts.loose if token.sort is Sort.QUOTED]
    pair = _PAIR.fullmatch((parts.assigned or (quoted[0] if quoted else _NONE)).text)
    words = texts(parts.words, parts.within)
    if pair:
        value = pair["value"].strip("\"'")
        return KeyWish(words, pair["name"], value, parts.many, parts.without)
    named = [
        t for t in parts.words if IDENTIFIER.fullmatch(t.text) and t.particle in {"", "을", "를"}
    ]
    if len(named) != 1 or parts.new is None or parts.loose or parts.old:
        return None
    rest = tuple(t.text for t in (*parts.words, *parts.within) if t is not named[0])
    value = parts.new.text + parts.new.unit
    return KeyWish(rest, named[0].text, value, parts.many, parts.without)


def _gone(clause: Clause, parts: Parts) -> KeyWish | None:
    tokens = [
        t for t in clause.tokens if t.sort is Sort.WORD and plain(t) not in PREPOSITIONS | MANY
    ]
    named = [t for t in tokens if IDENTIFIER.fullmatch(t.text)]
    # "redirect-all-to" is the name of a key, "api-2" that of a server
    named = named or [t for t in tokens if HYPHENED.fullmatch(t.text)]
    if len(named) != 1 or any(t.valued for t in clause.tokens) or parts.assigned:
        return None
    rest = tuple(t.text for t in tokens if t is not named[0] and t.text not in parts.without)
    return KeyWish(rest, named[0].text, None, parts.many, parts.without)


_NONE = Token(Sort.WORD, "")
