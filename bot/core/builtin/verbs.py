"""What a clause wants done: the verb's class, in Korean and English.

Decides the class of a single word; whether a clause is an order at all is decided by the clause.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from enum import StrEnum

from bot.core.glossary import known


class Verb(StrEnum):
    """What to do."""

    SET = "set"
    MOVE = "move"
    RAISE = "raise"
    LOWER = "lower"
    ON = "on"
    OFF = "off"
    ADD = "add"
    REMOVE = "remove"
    ALLOW = "allow"


# Verb stems that inflect, and nouns that become verbs with 하다/되다/시키다. Longer first where one
# begins like another: 비활성화 is not 활성화.
_KOREAN: tuple[tuple[Verb, str], ...] = (
    (Verb.OFF, r"꺼|끄|끈|끌|꺼지|비활성화"),
    (Verb.ON, r"켜|켠|킬|키고|켤|활성화"),
    (Verb.MOVE, r"옮|이사|넘어[가갔]|이전|이동|마이그레이션"),
    (Verb.RAISE, r"올려|올리|올릴|올립|올라|늘려|늘리|늘릴|늘어|높여|높이|높일|키워|키우|증가|상향|업그레이드|업글|버전업|범프|연장|증설|확대|확장|상향조정"),
    (Verb.LOWER, r"내려|내리|내릴|줄여|줄이|줄일|줄어|낮춰|낮추|낮출|감소|하향|다운그레이드|단축|축소|감축"),
    (Verb.ADD, r"추가|넣어|넣을|넣고|등록"),
    (Verb.ALLOW, r"허용|허가"),
    (Verb.REMOVE, r"빼|제거|삭제|지워|지우|없애|없앤"),
    (Verb.SET, r"바꿔|바꾸|바꿀|바꿈|바꼈|바껴|바뀠|바뀌|바뀐|바뀜|바뀔|변경|수정|교체|고쳐|고치|맞춰|맞추|맞출|맞게|대체|조정|전환|업데이트|업뎃|갱신|반영|적용|지정|통일"
               r"|설정(?=해|하|했|부탁|좀)|세팅(?=해|하)|(?=해줘$|해주세요$|해요$|합시다$|하자$|해라$|해$|할게)"),
)  # fmt: skip
_KOREAN_VERBS = tuple((verb, re.compile(rf"(?:{stems})")) for verb, stems in _KOREAN)
# A bare noun (변경, 추가, 허용 …) is a verb only where a sentence can end with it.
_NOUN = re.compile(
    r"(?:비활성화|활성화|이사|이전|이동|마이그레이션|증가|상향|업그레이드|업글|버전업|범프|연장|증설|확대|확장|단축|축소|감축|감소|하향|다운그레이드|추가|허용|허가|등록|제거|삭제"
    r"|변경|수정|교체|대체|조정|전환|업데이트|갱신|반영|적용|지정|통일)"
)
_INFLECTED = re.compile(
    r"(?:갔|간|가|해|하|했|한|할|함|합|됐|되|된|될|돼|됨|시켜|시키|요망|요청|부탁|바람|바랍|좀|필요|요|고|$)"
)

_ENGLISH: dict[str, Verb] = {
    word: verb
    for verb, words in {
        Verb.SET: "set change changed changing changes update updated updates updating make replace replaced replaces use put adjust configure edit swap point repoint correct fix should becomes become became turn switch",
        Verb.MOVE: "move moved moves moving migrate migrated migrates relocate relocated relocates readdress renumbered lives",
        Verb.RAISE: "bump bumped upgrade upgraded raise increase bumping extend grow",
        Verb.LOWER: "lower decrease reduce downgrade shorten shrink cut",
        Verb.ON: "enable activate",
        Verb.OFF: "disable deactivate",
        Verb.ADD: "add append include",
        Verb.ALLOW: "allow accept permit admit whitelist allowlist",
        Verb.REMOVE: "remove delete",
    }.items()
    for word in words.split()
}


def korean_verb(word: str) -> Verb | None:
    """The class of a Korean word that may end a clause, or None."""
    noun = _NOUN.match(word)
    if noun and not _INFLECTED.match(word[noun.end() :]):
        return None
    for verb, stems in _KOREAN_VERBS:
        if stems.match(word):
            return verb
    return None


# What a Korean verb must not end with to order or to tell what happened: hearsay, intent, doubt,
# choice, condition, and what was so once.
_HEARSAY = re.compile(
    r"었었|았었|했었|였었|졌었|다가|려다|다는|다던|라던|라고|다고|자고|냐고|자는|기로|든지|거나|도록|려고|을지|할지|될지|꿀지|릴지|는지|은지|던지|지도|지만|지\s?마|지\s?말|지\s?못|지\s?않"
    r"|(?:까|나|가|냐|니)요?\??$|면$|[간한난단란린긴진친킨힌신인쓴온운춘꾼킨뀐]대요?|[았었였했됐갔왔졌꿨췄렸꼈]대요?|는대요?|답니다|랍니다|단다|란다|다네|라네|ㄹ걸|을걸|할걸|야\s?할|뻔|적이|줄\s?알"
)
_ORDER_ENDS = re.compile(
    r"(?:줘|줭|줘용|줘여|줘라|쥬|주삼|주세여|주시와요|되|줘요|주세요|주세용|주셈|주십시오|주시고|주고|주라|주시면|줄래|줄래요|주시겠어요|주시겠습니까|주시길|주길|주시기|주기|주시기로|달라|라|요청|부탁|부탁해요|부탁드려요|부탁드립니다|부탁합니다|바람|바랍니다|바래요|요망|필요|해|하자|합시다|할게|할게요"
    r"|함|됨|음|임|김|꿈|뀜|워|둬|려|켜|꺼|춰|꿔|겨|쳐|펴|줌|[았었였했됐갔왔졌꿨췄렸꼈껐켰뺐겼]어|[았었였했됐갔왔졌꿨췄렸꼈껐켰뺐겼]어요|[았었였했됐갔왔졌꿨췄렸꼈껐켰뺐겼]는데|아요|어요|해요|돼요|여요|와요|려요|세요|세용|셔요|십시오|니다|고|서|게|기|자|죠|지|네|네요|니까|니까요|면서"
    r"|뀐|꾼|된|한|할|될|갈|간|온|[가-힣]인|빼|을|를|은|는|이|가|도|로|으로|에|좀|건|중|처리)[요ㅠㅜㅋㅎ]*"
)


def is_korean_order(word: str) -> bool:
    """True where a verb orders, or tells plainly what happened; never where it is another's word."""
    verb = korean_verb(word)
    if verb is None or (_NOUN.fullmatch(word) is None and _HEARSAY.search(word)):
        return False
    return any(
        stems.fullmatch(word)
        or re.fullmatch(f"{stems.pattern}[가-힣]{{0,3}}?{_ORDER_ENDS.pattern}", word)
        for _, stems in _KOREAN_VERBS
    )


def is_bare_noun(word: str) -> bool:
    """True for ``추가`` or ``허용`` alone: a verb only at the end of its clause."""
    return _NOUN.fullmatch(word) is not None


def english_verb(word: str) -> Verb | None:
    """The class of an English word, or None."""
    return _ENGLISH.get(word.lower())


_SHORTEST_TYPO = 5


def mistyped_verb(word: str) -> Verb | None:
    """The class of a word that is a verb but for a slip (``chnge``); names of settings are none."""
    if len(word) < _SHORTEST_TYPO or not word.isalpha() or known(word.lower()):
        return None
    near = get_close_matches(word.lower(), _ENGLISH, 1, 0.88)
    return _ENGLISH[near[0]] if near else None


_PAST = re.compile(
    r"(?:졌|었|았|였|했|됐|갔|왔|켰|껐|꼈|뺐|렸)(?:어|어요|다|습니다|음|네|네요|는데요?|지)?$"
)


def is_past(word: str) -> bool:
    """True where a Korean verb or an English one in -ed tells what has happened."""
    return _PAST.search(word) is not None or (word.isascii() and word.lower().endswith("ed"))


# A past or a reason without an order in it: context, which asks for nothing.
_REASON = re.compile(
    r"(?:어서|아서|여서|라서|해서|니까|으니|는데|은데|므로|길래|느라|다보니|었음|했음|어요|었어요|했어요|습니다)$"
)


def gives_reason(word: str) -> bool:
    """True where a Korean verb form explains instead of ordering."""
    return _REASON.search(word) is not None
