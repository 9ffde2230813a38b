"""Every word of a request is accounted for, or nothing is derived from it.

Decides, on the words as they were typed, whether each is part of a wish that is carried out, names
something that is kept, is plain speech, or stands in a reason that is marked as one. It reads no
meaning into a word: one it does not know may be a limit, a doubt or a date, so it ends in a question.
However a request was rewritten on its way to a wish, nothing it said is lost unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.core.builtin.clause_words import (
    ENGLISH_NOISE,
    EXCEPT,
    FOLLOW,
    KOREAN_NOISE,
    POLITE_WORDS,
)
from bot.core.builtin.clauses import Doubtful, in_figures
from bot.core.builtin.excused import excused, tells, thoughts
from bot.core.builtin.filler import EVERYBODY, is_filler
from bot.core.builtin.gist import Unclear
from bot.core.builtin.inventory import owners_called
from bot.core.builtin.keeping import take_kept
from bot.core.builtin.ordering import must_be_ordered
from bot.core.builtin.parts import MANY
from bot.core.builtin.roles import PREPOSITIONS
from bot.core.builtin.spelling import means_something, mended
from bot.core.builtin.tokens import Sort, Token, tokenize
from bot.core.builtin.value_roles import AFTER_OLD, BEFORE_OLD
from bot.core.builtin.verbs import english_verb, is_korean_order, mistyped_verb
from bot.core.builtin.wishes import FlagWish, ItemWish, KeyWish, MoveWish, SetWish, Wish
from bot.core.glossary import DESCRIPTORS, known
from bot.core.index import Index
from bot.core.literals import LiteralKind, is_distinctive
from bot.core.words import terms_of

_SMALL = (
    ENGLISH_NOISE
    | KOREAN_NOISE
    | FOLLOW
    | PREPOSITIONS
    | MANY
    | BEFORE_OLD
    | AFTER_OLD
    | DESCRIPTORS
    | frozenset(
        """on off turn turned switch let through connect access reach double halve triple address and then so since while incl including
        instead of there it its them their they he she some both two three too ip ips addr 아이피 up down from by than via was were am here
        drop can go goes away out of call calls get gets hit use uses see sees know knows talk reads writes ever only there nightly daily weekly
        hour minute second days hours minutes seconds percent times day week month
        말고 대신 그거 그걸 그것 거기 거기서 이었는데 였는데 둘 둘다 까지 포함 포함해서 도 및 줘 만 로그""".split()
    )
)
_SCOPING = frozenset("in on for within inside at under of only".split())
_ASKING = re.compile(r"\?[!?.~ㅋㅎㅠㅜ)\s]*$")
# "1 and 2" after a name: both may be names, and one is soon taken for a value.
_NUMBERS = re.compile(
    r"[A-Za-z가-힣]+\s?\d{1,3}번?(?:\s*[,&]\s*|\s+and\s+|\s+or\s+|\s*(?:이?랑|과|와)\s*|번\s+)\d{1,3}번?(?![\d.:/%a-zA-Z]|\s?(?:초|분|시간|개|명|회))",
    re.IGNORECASE,
)
_ALL_CONFIGS = frozenset("configs 컨피그 컨피그들 설정들 files 파일들 configurations".split())
_STANDS = frozenset("sits sitting runs running lives living stands".split())
_OTHERS = frozenset(
    "other others rest same likewise else everything anyone 나머지 나머지도 관련 연관 다른 똑같이 마찬가지".split()
)
_SENTENCE = re.compile(r"(?<=[.!?])\s|\n")
# Thanks, who sends it, and that all else of what moves stays.
_SAYS_NOTHING = re.compile(
    r"\b(?i:thanks|thank you|thx|cheers|regards|best)[,!. ]*\n*[A-Z][a-z]+\s*[.!]?\s*$|[ㄱ-ㅎㅏ-ㅣ]{2,}"
    r"|\b(?:(?:the )?whole|all|last) (?:night|day|week|month|morning|weekend|\w+day)\b|\bthis morning\b|\byesterday\b"
    r"|(?<=기)로\s?(?:했|됐|정했|결정했)(?:어요?|습니다|음|네요|는데요?|죠|지요)"
    r"|\bsame (?:port|name|path|user|password)s?\b(?: as (?:before|the old one|now|ever)\b)?(?!\s+as\b)"
)


def must_be_accounted(text: str, wishes: Iterable[Wish], index: Index) -> None:
    """Raises Doubtful for a question, Unclear for a word that nobody can place."""
    text, _ = take_kept(text)
    _asks_nothing(text)
    wishes = tuple(wishes)
    said = frozenset(_said(wishes))
    text = in_figures(_SAYS_NOTHING.sub(" ", POLITE_WORDS.sub(" ", text)))
    numbers = _NUMBERS.search(text)
    if numbers and not any(isinstance(wish, ItemWish | MoveWish) for wish in wishes):
        raise Unclear("clause-unknown", numbers.group())
    for wish in wishes:
        if isinstance(wish, MoveWish) and {w.lower() for w in wish.within} & _ALL_CONFIGS:
            raise Unclear("clause-unknown", " ".join(wish.within))
    tokens = tokenize(text)
    must_be_ordered(text, tokens, wishes, index)
    telling = excused(tokens, text, lambda word: _is_a_place(word, index))
    _must_not_be_about_another(tokens, index)
    if any(_points(tokens, n) for n in range(len(tokens))):
        telling = frozenset()  # "billing is slow, turn it off there": what is pointed at counts
    _must_not_limit_unseen(tokens, wishes, index)
    _must_point_at_nobody_else(tokens, wishes, index)
    for position, token in enumerate(tokens):
        if token.sort is not Sort.WORD or position in telling or _is_said(token, said, index):
            continue
        if token.text.lower() in EXCEPT and any(wish.without for wish in wishes):
            continue
        if not _is_plain(tokens, position) and not (
            _goes_everywhere(wishes)
            and _is_named(token.text, index)
            and _takes_in_more(tokens, position)
        ):
            named = means_something(token.text, index)
            raise Unclear("word-left-over" if named else "word-unknown", token.text)


def _must_point_at_nobody_else(
    tokens: Sequence[Token], wishes: Iterable[Wish], index: Index
) -> None:
    """No others beside a wish that is not for all, nobody for whom, nothing that is still needed."""
    everywhere = _goes_everywhere(wishes)
    for position, token in enumerate(tokens):
        others = token.text.lower() in _OTHERS and not everywhere
        if others or _says_whom(tokens, position) or _is_needed(tokens, position, index):
            raise Unclear("word-left-over", token.text)


def _is_named(word: str, index: Index) -> bool:
    bare = re.sub(r"(?:도|까지)요?$", "", word)
    return known(bare.lower()) or means_something(bare, index)


def _takes_in_more(tokens: Sequence[Token], position: int) -> bool:
    """``db 방화벽도요``, ``incl. the firewall``: what follows anyway, where all places are meant."""
    thought = [
        token for token in tokens[max(position - 3, 0) : position] if token.sort is Sort.WORD
    ]
    if any(token.text.lower() in {"incl", "including"} for token in thought):
        return True
    for token in tokens[position : position + 4]:
        whole = token.text + token.particle
        if token.particle in {"도", "까지", "들도"} or whole.endswith(("도요", "까지")):
            return True
        if token.text.lower() in {"too", "included", "also", "포함", "까지"}:
            return True
        if token.sort is not Sort.WORD and token.text not in {",", "&"}:
            return False
    return False


def _must_not_be_about_another(tokens: Sequence[Token], index: Index) -> None:
    """``api-1 is slow, api-2 pool size to 20``: who is complained of must be who is changed."""
    told: set[str] = set()
    asked: set[str] = set()
    everywhere = any(token.text.lower() in {"everywhere", "전부", "모두"} for token in tokens)
    for part in _told_apart(tokens):
        places = {t.text.lower() for t in part if t.sort is Sort.WORD and _is_server(t, index)}
        if any(t.valued or _orders(t) for t in part) or not any(tells(t) for t in part):
            asked |= places
        else:
            told |= places
    if told and ((asked - told) or everywhere):
        raise Unclear("word-left-over", min(told))


def _told_apart(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Thoughts; where one has told something, what follows "and" is another."""
    for start, end in thoughts(tokens):
        begin = start
        for position in range(start, end):
            joins = tokens[position].text.lower() in {"and", "so", "but"}
            if joins and any(tells(token) for token in tokens[begin:position]):
                yield tokens[begin:position]
                begin = position + 1
        yield tokens[begin:end]


def _is_server(token: Token, index: Index) -> bool:
    return bool(owners_called((token.text,), index)) or token.text.lower() in _stems(index)


def _stems(index: Index) -> frozenset[str]:
    """What folders and files are called as a whole: ``api-2`` of ``api-2.env``."""
    steps = (step for path in index.paths for step in path.lower().split("/"))
    return frozenset(step.split(".")[0] for step in steps)


def _orders(token: Token) -> bool:
    word = token.text + token.particle
    return english_verb(word) is not None if word.isascii() else is_korean_order(word)


def _points(tokens: Sequence[Token], position: int) -> bool:
    word = tokens[position].text.lower()
    before = tokens[position - 1].text.lower() if position else ""
    return (
        word in {"its", "their", "거기", "거기서", "거기도", "그쪽"}
        or (word == "there" and before not in {"only", "is", "are"})
        or (word in {"it", "them"} and before in _SCOPING)
    )


def _must_not_limit_unseen(tokens: Sequence[Token], wishes: Sequence[Wish], index: Index) -> None:
    """``just aws``: a limit on a move that no part of the wish carries."""
    moves = [wish for wish in wishes if isinstance(wish, MoveWish) and is_distinctive(wish.old)]
    if not moves or any(wish.within for wish in moves):
        return
    for position, token in enumerate(tokens[:-1]):
        if token.text.lower() not in {"only", "just"}:
            continue
        named = tokens[position + 1 : position + 4]
        if any(_names(other, index) for other in named):
            raise Unclear("word-left-over", token.text)


def _names(token: Token, index: Index) -> bool:
    if token.sort is not Sort.WORD or token.text.lower() in {"update", "change"} | PREPOSITIONS:
        return token.text.lower() == "there"
    plain = token.text.lower() in _SMALL or english_verb(token.text) or is_filler(token.text)
    return not plain and means_something(token.text, index)


def _is_a_place(word: str, index: Index) -> bool:
    """A word that tells servers or files apart: said of one, even a complaint may say where."""
    options = {option for term in terms_of((word,)) for option in term.options}
    return bool(options & index.path_words) or bool(owners_called((word,), index))


def _goes_everywhere(wishes: Iterable[Wish]) -> bool:
    """Only where all places are meant "the others" may be left to follow."""
    return any(
        is_distinctive(wish.old) if isinstance(wish, MoveWish) else _moves_somebody(wish)
        for wish in wishes
    )


def _moves_somebody(wish: Wish) -> bool:
    """``the cache server's address to 172.21.0.70``: who is called at it follows."""
    return (
        isinstance(wish, SetWish)
        and wish.value is not None
        and wish.value.kind is LiteralKind.ADDRESS
    )


def _asks_nothing(text: str) -> None:
    """``…?`` asks whether, unless it politely asks for it to be done."""
    for sentence in _SENTENCE.split(text):
        if "?" in sentence[-6:] and _ASKING.search(sentence) and not POLITE_WORDS.search(sentence):
            raise Doubtful("?")


def _said(wishes: Iterable[Wish]) -> Iterator[str]:
    """Every word by which the wishes name something, lower case."""
    for wish in wishes:
        match wish:
            case MoveWish():
                words = (*wish.subject, *wish.named, *wish.within, *wish.without)
            case SetWish():
                values = (t.text for t in (wish.value, wish.old) if t is not None)
                words = (*wish.words, *wish.without, *values)
            case KeyWish():
                words = (*wish.words, *wish.without, wish.name, wish.value or "")
            case ItemWish():
                words = (*wish.words, *wish.without, wish.value)
            case FlagWish():
                words = (*wish.words, *wish.without)
        yield from (word.lower() for word in words)


def _is_said(token: Token, said: frozenset[str], index: Index) -> bool:
    word = token.text.lower()
    if is_filler(word) and not any(ch.isdigit() for ch in word):
        return False  # it was dropped on the way to a place: it must pass as plain speech
    if word in said or (token.text + token.particle).lower() in said:
        return True
    return any(other.lower() in said for other in mended((token.text,), index))


def _is_plain(tokens: Sequence[Token], position: int) -> bool:
    token = tokens[position]
    word, whole = token.text.lower(), (token.text + token.particle).lower()
    if word in {"today", "overnight"}:
        return position > 0 and tokens[position - 1].valued  # "(200 today)"
    if word in _SMALL or whole in _SMALL:
        return True
    if word.isascii():
        if english_verb(word) or mistyped_verb(word):
            return True
        return is_filler(word) and (word in EVERYBODY or not _says_where(tokens[:position]))
    return is_filler(token.text) or is_filler(whole) or is_korean_order(whole)


_PEOPLE = frozenset(
    "고객 고객들 고객님 고객님들 손님 손님들 유저들 사용자들 직원 직원들 팀 분들".split()
)


def _says_whom(tokens: Sequence[Token], position: int) -> bool:
    """``고객들 25%로`` and ``for hosts``: plain words that here say for whom, or of what."""
    token = tokens[position]
    if token.text in _PEOPLE and not token.particle:
        return any(after.valued for after in tokens[position + 1 : position + 2])
    word, before = token.text.lower(), [t.text.lower() for t in tokens[:position]]
    several = word in DESCRIPTORS and word.isascii() and word.endswith("s")
    return several and before[-1:] == ["for"]


def _is_needed(tokens: Sequence[Token], position: int, index: Index) -> bool:
    """``staging은 필요해요``: said of a place, it asks to spare it."""
    needs = any(after.text.startswith("필요") for after in tokens[position + 1 : position + 2])
    topic = tokens[position].particle in {"은", "는", "도"}
    return needs and topic and means_something(tokens[position].text, index)


def _stands(before: Sequence[Token], scope: Token) -> bool:
    """``sits on a big machine``: where something stands limits no wish."""
    place = before.index(scope)
    return place > 0 and before[place - 1].text.lower() in _STANDS


def _says_where(before: Sequence[Token]) -> bool:
    """``for the customers``: after a word of place even plain speech says where."""
    for token in reversed(before):
        word = token.text.lower()
        if token.sort is not Sort.WORD or word not in EVERYBODY:
            return token.sort is Sort.WORD and word in _SCOPING and not _stands(before, token)
    return False
