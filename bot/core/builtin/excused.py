"""Which words of a request stand in a thought that only tells, and so may be any word.

Decides by the thought's own predicate: it must be marked as a reason ("because …", "…해서") or be of
a closed list of what happens in the world ("complains", "느려요"). A thought that limits, takes back,
puts off or names a time tells nothing; a name of the repository is never excused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from bot.core.builtin.clause_words import DOUBT, LIMITS, TAKES_BACK
from bot.core.builtin.filler import is_telling
from bot.core.builtin.tokens import Sort, Token
from bot.core.builtin.verbs import english_verb, is_korean_order

# Any time but the past: what is said of it may be when the change is wanted.
_TIMES = re.compile(
    r"""\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\b(?:tomorrow|tonight|weekend|next|later|soon|noon|midnight|during|while|by|at|from|until|week|month|hour|day)s?\b
    | 내일|모레|다음|주말|[월화수목금토일]요일|새벽|오전|오후|밤에|저녁|아침에|점심|이따|나중|동안|이후|전에|후에|까지|[0-9]시""",
    re.VERBOSE | re.IGNORECASE,
)
_PAST_TIMES = re.compile(
    r"\b(?:last|this|every|all) (?:\w+day|night|week|month|morning|weekend|time)s?\b", re.IGNORECASE
)
_MARKED = re.compile(
    r"(?:때문에|탓에|덕분에|[아어여와워려라켜져춰겨펴커나써]서(?<!받아서)|[가-힣]니까요?|길래|느라)[ㅠㅜ]*"
)
_BECAUSE = frozenset("because since cause cuz due owing".split())
_ENDS = frozenset(".,;:!?()\n—–")
_IS = frozenset("is are needs has have 필요해요 필요합니다 필요해".split())
_HAPPENS = frozenset(
    """complain complains complained complaining hammer hammers hammered hammering breaks broken fails failing
    failed hits hitting suffers suffering struggling struggles grew grows growing fills filling crashes crashing crashed floods flooding drowns drowning eats
    eating burns attacking attacked attacks scanning probing spamming joined left hired quit
    slow busy overloaded noisy flaky full tight crowded tired angry unhappy swamped sluggish laggy ready out running down dead broken late small short annoying""".split()
)


def excused(tokens: Sequence[Token], text: str, knows: Callable[[str], bool]) -> frozenset[int]:
    """The places, in ``tokens`` of ``text``, of words nobody knows (``knows``) that can ask nothing."""
    found: set[int] = set()
    for start, end in thoughts(tokens):
        said = _text_of(tokens, start, end, text)
        if TAKES_BACK.search(said) or LIMITS.search(said):
            continue
        spots = [*_because(tokens, start, end), *_told(tokens, start, end, said)]
        found |= {n for n in spots if not knows(tokens[n].text)}
        found |= set(_korean(tokens, start, end, knows))
    return frozenset(found)


def tells(token: Token) -> bool:
    """True for a predicate of what happens in the world, in either language."""
    return token.text.lower() in _HAPPENS | _IS or _tells(token.text + token.particle)


def _text_of(tokens: Sequence[Token], start: int, end: int, text: str) -> str:
    last = tokens[end].start if end < len(tokens) else len(text)
    return text[tokens[start].start : last]


def thoughts(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """What stands between marks."""
    start = 0
    for position in range(len(tokens) + 1):
        if position == len(tokens) or (
            tokens[position].sort is Sort.MARK and tokens[position].text in _ENDS
        ):
            if position > start:
                yield start, position
            start = position + 1


def _because(tokens: Sequence[Token], start: int, end: int) -> Iterator[int]:
    """``because the intern …``, to the end of the thought or the order in it; ``… so turn it off``."""
    marked = _one_of(tokens, start, end, _BECAUSE)
    said = " ".join(token.text for token in tokens[start:end])
    if _TIMES.search(_PAST_TIMES.sub(" ", said)):
        return
    if marked is not None:
        yield from range(marked, _order(tokens, marked, end))
    so = _one_of(tokens, start, end, frozenset({"so"}))
    if so is not None and not any(t.valued for t in tokens[start:so]):
        yield from range(start, so)


def _order(tokens: Sequence[Token], start: int, end: int) -> int:
    orders = (n for n in range(start, end) if english_verb(tokens[n].text) or tokens[n].valued)
    return next(orders, end)


def _one_of(tokens: Sequence[Token], start: int, end: int, words: frozenset[str]) -> int | None:
    return next((n for n in range(start, end) if tokens[n].text.lower() in words), None)


def _told(tokens: Sequence[Token], start: int, end: int, said: str) -> Iterator[int]:
    """An English thought of its own about what happens: no value, no order, no doubt, no time to come."""
    if any(t.valued or english_verb(t.text) or not t.text.isascii() for t in tokens[start:end]):
        return
    if DOUBT.search(said) or _TIMES.search(_PAST_TIMES.sub(" ", said)):
        return
    if _one_of(tokens, start + 1, end, _HAPPENS) is not None:
        yield from range(start, end)


def _korean(
    tokens: Sequence[Token], start: int, end: int, knows: Callable[[str], bool]
) -> Iterator[int]:
    """The words of ``민지님이 퇴사해서``: those nobody knows, back to the order or the value before."""
    for position in range(start, end):
        word = tokens[position].text + tokens[position].particle
        if tokens[position].sort is not Sort.WORD or not _tells(word):
            continue
        yield position
        for earlier in range(position - 1, start - 1, -1):
            other = tokens[earlier]
            said = other.text + other.particle
            if other.sort is not Sort.WORD or is_korean_order(said) or _TIMES.search(said):
                break
            if not knows(other.text):
                yield earlier


def _tells(word: str) -> bool:
    return not word.isascii() and (_MARKED.search(word) is not None or is_telling(word))
