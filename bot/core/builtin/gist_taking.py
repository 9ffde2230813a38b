"""A request that fits no grammar → gists, by what its words name and where its values stand.

Decides, with the repository's own words at hand, which segments ask for something, which values
come, which went before and which words must name the place. It never drops a value, a limit, a
condition or an order, and never takes a doubt for certain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.core.builtin.clause_words import (
    DOUBT,
    EVERY,
    EXCEPT,
    FOLLOW,
    KNOWS,
    LIMITING,
    LIMITS,
    QUOTED_TEXT,
    SHARING,
)
from bot.core.builtin.clauses import Doubtful, said_plainly
from bot.core.builtin.gist import Gist, Unclear
from bot.core.builtin.gist_names import is_noise, known_words, take_name
from bot.core.builtin.gist_wishes import OWN_ORDERS, choice_of
from bot.core.builtin.parts import MANY
from bot.core.builtin.roles import PREPOSITIONS
from bot.core.builtin.segments import Segment, is_aside, order_in, segments_of
from bot.core.builtin.together import Choice
from bot.core.builtin.tokens import Sort, Token
from bot.core.builtin.value_roles import (
    AFTER_OLD,
    BEFORE_OLD,
    follows_every,
    is_old,
    is_said_old,
    numbered,
)
from bot.core.builtin.verbs import Verb, english_verb, korean_verb
from bot.core.index import Index

_DENIES = frozenset(
    "block ban deny 차단 차단해 차단해줘 차단해주세요 막아 막아줘 막아주세요".split()
)
_PRONOUNS = frozenset("it its them their there they 그거 그걸 그것 거기 거기서".split())
_ONLY = re.compile(
    r"\b(?:only|except|but|leave)\b|(?<![하같되있없맞좋았었겠였했]지)만(?![가-힣])|빼고|제외",
    re.IGNORECASE,
)
_SAYS_OLD = re.compile(r"\bnot(?=\s+\S*\d)|(?<=\d)\S*\s*말고|(?<=\s)--?[a-z][\w-]*", re.IGNORECASE)
_INCLUDING = frozenset("incl including 까지 도 포함 포함해서 포함해".split())
_WEAK = frozenset({Verb.SET, Verb.MOVE, None})


def gists(text: str, index: Index) -> tuple[Choice, ...]:
    """The wishes of a request, each with its readings. Raises Unclear, Doubtful."""
    found: list[Gist] = []
    told: tuple[Token, ...] = ()
    for said in segments_of(said_plainly(text)):
        segment = replace(said, tokens=numbered(said.tokens, index))
        if is_aside(segment):
            told = (*told, *segment.tokens)
            continue
        _must_be_certain(segment)
        if found and found[-1].whole and _follows(segment):
            continue
        _take(segment, found, told, index)
    if not found:
        raise Unclear("no-wish", "")
    return tuple(choice_of(gist, index) for gist in _sharing(found))


def _must_be_certain(segment: Segment) -> None:
    doubt = DOUBT.search(QUOTED_TEXT.sub(" ", _without_old(segment)))
    if doubt:
        raise Doubtful(doubt.group().strip())
    text = segment.text
    if any((t.text + t.particle).lower() in EXCEPT for t in segment.tokens) or _ONLY.search(text):
        raise Unclear("clause-unknown", text)


def _without_old(segment: Segment) -> str:
    """``not 15`` and ``15 말고`` only say what was."""
    return _SAYS_OLD.sub(" ", segment.text)


def _follows(segment: Segment) -> bool:
    """As in "the others too": it takes in more of what was asked, and asks for nothing itself."""
    if segment.gives or segment.verb not in {None, Verb.SET, Verb.MOVE}:
        return False
    text = segment.text
    words = [t for t in segment.tokens if t.sort is Sort.WORD]
    if LIMITS.search(text) or any(_limits(token) for token in words):
        return False
    if EVERY.search(text) and KNOWS.search(text):
        return True
    plain = all(_says(t, FOLLOW) or is_noise(t) or order_in(t) for t in words)
    shares = any(_says(t, SHARING) or t.particle in {"도", "들도"} for t in words)
    return plain and shares


def _limits(token: Token) -> bool:
    return token.particle in LIMITING or token.text.lower() in {"in", "only", "for", "on", "within"}


def _says(token: Token, words: frozenset[str]) -> bool:
    return token.text.lower() in words or token.text + token.particle in words


def _take(segment: Segment, found: list[Gist], told: Sequence[Token], index: Index) -> None:
    """Put the segment's tokens into the gist they belong to."""
    gist = _gist_for(segment, found)
    tokens = segment.tokens
    gist.shares = gist.shares or _takes_in_more(segment)
    for position, token in enumerate(tokens):
        if gist.words_since and _begins(tokens, position, gist, index):
            gist = _parted(gist, found)
        if token.sort is Sort.ASSIGN:
            gist.assigned.append(token)
        elif token.valued:
            _take_value(tokens, position, gist, index)
        elif token.sort is Sort.WORD:
            _take_word(tokens, position, gist, index)
        elif token.sort is Sort.MARK and token.text not in ",():'\"·~&%/+*@…-⇐":
            raise Unclear("clause-unknown", segment.text)
    if told and (gist.refers or (gist.whole and not gist.words and not gist.within)):
        gist.words += known_words(told, index)
        gist.refers = False


def _gist_for(segment: Segment, found: list[Gist]) -> Gist:
    """What gives something new, or orders of its own, after a whole wish is a wish; else it says more."""
    again = any(t.text.lower() in _PRONOUNS for t in segment.tokens) and not segment.gives
    if not found or (
        found[-1].whole and (_gives_new(segment) or segment.verb in OWN_ORDERS) and not again
    ):
        found.append(Gist())
    return found[-1]


def _takes_in_more(segment: Segment) -> bool:
    """``방화벽까지 같이``, ``incl. the firewall``: what is named there does not limit."""
    words = [t for t in segment.tokens if t.sort is Sort.WORD]
    return any(
        _says(t, SHARING) or t.particle in {"도", "들도", "까지"} or t.text.lower() in _INCLUDING
        for t in words
    )


def _begins(tokens: Sequence[Token], position: int, gist: Gist, index: Index) -> bool:
    """A new value, or an order of another sort, after words that follow a value."""
    token = tokens[position]
    if token.valued:
        more = any(later.valued for later in tokens[position + 1 :])
        return more or not is_old(tokens, position, index)
    verb = _order_at(tokens, position)
    return verb in OWN_ORDERS and gist.verb in {Verb.SET, Verb.MOVE, Verb.RAISE, Verb.LOWER}


def _parted(gist: Gist, found: list[Gist]) -> Gist:
    """``A 1로 B 2로``: what was named since the value belongs to the value that comes."""
    after = Gist(verb=None, words=gist.words[gist.marked :], within=gist.within[gist.bounded :])
    del gist.words[gist.marked :], gist.within[gist.bounded :]
    found.append(after)
    return after


def _gives_new(segment: Segment) -> bool:
    return any(
        token.sort is Sort.ASSIGN or (token.valued and not is_said_old(segment.tokens, n))
        for n, token in enumerate(segment.tokens)
    )


def _take_value(tokens: Sequence[Token], position: int, gist: Gist, index: Index) -> None:
    token = tokens[position]
    gist.every = gist.every or token.particle == "마다" or follows_every(tokens, position)
    if gist.subject is None:
        gist.subject = len(gist.words)
    if is_old(tokens, position, index) and gist.old is None:
        gist.old = token
    else:
        gist.new.append(token)
        gist.reached = gist.reached or (position > 0 and tokens[position - 1].text.lower() == "to")
        gist.marked, gist.bounded = len(gist.words), len(gist.within)


def _take_word(tokens: Sequence[Token], position: int, gist: Gist, index: Index) -> None:
    token = tokens[position]
    word = token.text.lower()
    verb = None if _is_listed(tokens, position) else _order_at(tokens, position)
    if verb is not None or token.text.lower() in _DENIES:
        gist.verb = _stronger(gist.verb, verb or Verb.ADD)
        if verb is None:
            # only a list that keeps out is meant
            gist.words.append(token.text if token.text.isascii() else "차단")
        return
    if word in MANY:
        gist.many = gist.many or not (
            position + 1 < len(tokens) and follows_every(tokens, position + 1)
        )
    elif word in _PRONOUNS or token.text + token.particle in _PRONOUNS:
        gist.refers = True
    elif not (word in BEFORE_OLD | PREPOSITIONS | AFTER_OLD or is_noise(token)):
        take_name(tokens, position, gist, index)


def _is_listed(tokens: Sequence[Token], position: int) -> bool:
    """``the allow list``: a name made of an order."""
    following = tokens[position + 1 : position + 2]
    return bool(following) and following[0].text.lower() in {"list", "lists", "목록", "리스트"}


def _order_at(tokens: Sequence[Token], position: int) -> Verb | None:
    """The order a word gives; ``turn … off`` and ``off`` at the end are one."""
    token = tokens[position]
    word = (token.text + token.particle).lower()
    if word in {"on", "off"} and any(t.text.lower() in {"turn", "switch"} for t in tokens):
        return Verb.ON if word == "on" else Verb.OFF
    told = english_verb(word) if word.isascii() else korean_verb(word)
    return order_in(token) or (None if told in OWN_ORDERS else told)


def _stronger(one: Verb | None, other: Verb) -> Verb:
    """``turn`` is any change until ``off`` says which; two orders of their own are one too many."""
    if one in _WEAK:
        return other
    if other in _WEAK or other is one:
        return one or other
    raise Unclear("clause-unknown", f"{one} {other}")


def _sharing(found: Sequence[Gist]) -> Sequence[Gist]:
    """A wish without an order has its neighbour's."""
    for position, gist in enumerate(found):
        if gist.verb is None:
            others = [*found[position + 1 :], *reversed(found[:position])]
            gist.verb = next((one.verb for one in others if one.verb), None)
    return found
