"""Which part each token of a clause plays: old value, new value, subject, scope.

Decides by particle in Korean and by preposition in English. A mark that neither grammar explains
makes the whole clause unreadable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.core.builtin.tokens import Sort, Token
from bot.core.literals import is_distinctive

_FROM = frozenset("에서 에서는 에서부터 부터 으로부터 로부터".split())
_TO = frozenset("로 으로 라고 이라고 로요 으로요 으로만 로만".split())
_LOCATIVE = frozenset(
    "에서 에서만 에서는 에서의 쪽 쪽에서 쪽에서만 쪽은 쪽만 쪽의 쪽도 측 만 안에서 안의 내의 에만 들만 들에서".split()
)
PREPOSITIONS = frozenset(
    "from to with into by as at in on for of within inside only under ⇐".split()
)
_OBJECT = frozenset({"를", "을", "은", "는", "이", "가", "인데", "이고"})
_TOWARDS = frozenset({"to", "with", "into", "as", "at", "by"})
_WHERE = frozenset({"in", "on", "within", "inside", "only", "for", "under"})


@dataclass(slots=True)
class Roles:
    """A clause's tokens by their part; ``loose`` are values without one. Filled token by token."""

    old: Token | None = None
    new: Token | None = None
    loose: list[Token] = field(default_factory=list)
    words: list[Token] = field(default_factory=list)
    within: list[Token] = field(default_factory=list)


def korean_roles(tokens: Sequence[Token]) -> Roles | None:
    """The parts by particle, or None where a mark makes no sense."""
    roles, expects_new = Roles(), False
    tokens = _reaching(tokens)
    for token in tokens:
        if token.sort is Sort.ARROW and roles.loose:
            roles.old, expects_new = roles.loose.pop(), True
        elif _last_colon(token, tokens) and roles.new is None:
            expects_new = True
        elif expects_new and token.sort is not Sort.MARK:
            roles.new, expects_new = token, False
        elif not _take_korean(token, roles):
            return None
    _object_is_old(roles)
    return roles


def _reaching(tokens: Sequence[Token]) -> Sequence[Token]:
    """``200까지`` is where it ends up, unless a range says where it begins."""
    if any(token.particle in _FROM for token in tokens):
        return tokens
    return [
        replace(token, particle="으로") if token.valued and token.particle == "까지" else token
        for token in tokens
    ]


def _take_korean(token: Token, roles: Roles) -> bool:
    if token.valued and token.particle in _FROM and roles.old is None:
        roles.old = token
    elif token.particle in _TO and roles.new is None:
        roles.new = token
    elif token.valued:
        roles.loose.append(token)
    elif token.sort is Sort.WORD:
        (roles.within if token.particle in _LOCATIVE else roles.words).append(token)
    return token.sort is not Sort.ARROW and (token.sort is not Sort.MARK or token.text in ",()~:'·")


def _object_is_old(roles: Roles) -> None:
    """``192.0.2.7을 192.0.2.77로``: what is changed is the old value."""
    single = len(roles.loose) == 1 and roles.loose[0].particle in _OBJECT
    if single and roles.old is None and roles.new is not None and roles.new.valued:
        roles.old = roles.loose.pop()


def _last_colon(token: Token, tokens: Sequence[Token]) -> bool:
    """``log level: debug``: a colon before the last token says what it becomes."""
    return token.text == ":" and token is tokens[-2:][0]


def english_roles(tokens: Sequence[Token]) -> Roles | None:
    """The parts by preposition, or None where a mark or an amount makes no sense."""
    roles, preposition = Roles(), ""
    for token in tokens:
        word = token.text.lower() if token.sort is Sort.WORD else ""
        if word in PREPOSITIONS or word == "was":
            preposition = "from" if word == "was" else word
        elif token.sort is Sort.ARROW or token.text == "=" or _last_colon(token, tokens):
            roles.old = roles.loose.pop() if roles.loose else roles.old
            preposition = "to"
        elif token.sort in {Sort.MARK, Sort.ASSIGN}:
            if token.sort is Sort.MARK and token.text not in ",&()':":
                return None
            preposition = "" if token.text in ",&" else preposition
        elif preposition == "by" and _by_how_much(token):
            return None
        else:
            preposition = _take_english(token, preposition, roles)
    return roles


def _by_how_much(token: Token) -> bool:
    """``by 5`` is a difference, which is not read; ``by 2x`` and ``replace X by Y`` are."""
    return token.unit != "times" and not is_distinctive(token.text)


def _take_english(token: Token, preposition: str, roles: Roles) -> str:
    """Put the token where it belongs; the preposition that goes on holding."""
    towards = preposition in _TOWARDS and roles.new is None
    if token.valued and (preposition == "⇐" or (preposition == "from" and roles.old is None)):
        roles.old = token
        return ""
    if towards and (token.valued or preposition == "to"):
        roles.new = token
        return ""
    if token.valued:
        roles.loose.append(token)
    else:
        (roles.within if preposition in _WHERE else roles.words).append(token)
    return preposition
