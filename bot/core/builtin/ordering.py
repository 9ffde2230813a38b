"""Whether a request orders what was read of it, or only reports, compares or counts.

Decides on the words beside each value as they were typed: a value that comes must be said to come
("to", "→", "becomes", "(으)로", an order), a move must run the way its words say, and who is said
to do something did it. It reads no wish of its own; whatever only tells of a value ends in a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.core.builtin.clauses import Doubtful
from bot.core.builtin.filler import is_telling
from bot.core.builtin.gist import Unclear
from bot.core.builtin.tokens import Sort, Token
from bot.core.builtin.verbs import Verb, english_verb, is_korean_order, is_past, korean_verb
from bot.core.builtin.wishes import FlagWish, ItemWish, KeyWish, MoveWish, SetWish, Wish
from bot.core.index import Index
from bot.core.literals import LiteralKind

# Who does something is no order to do it: "we block …", "people turn … off".
_REPORTS = re.compile(
    r"""\b(?:we|they|people|users|customers|everyone|everybody|somebody|someone|he|she|who|i)\s+(?:\w+ly\s+)?
          (?:turn|switch|block|ban|deny|add|remove|delete|drop|allow|permit|enable|disable|use|lost|blocked|added|removed|allowed|enabled|disabled)\b
      | \b(?:off|on)\s+(?:and|then)\s+(?:then\s+)?(?:back\s+)?(?:on|off)\b | \bas\s+(?:long|soon|far)\s+as\b | \bfail(?:s|ed|ing)?\s+(?:to|over)\b
      | \bwould(?!\s+(?:you|like|love|be\s+(?:nice|good|great|better|helpful|cool|lovely|fine)))\b | \bat\s+nights?\b
      | \b(?:we|they|you|he|she|who|somebody|someone|(?:the|my|our)\s+boss)\s+(?:\w+ly\s+)?(?:set|sets|changed|raised|lowered|bumped|put|removed|removes|added|adds|blocks|allows)\b(?!\s+(?:please|pls))
      | \b(?:was|were|been|got)\s+(?:set|changed|raised|lowered|bumped|increased|reduced|updated)\b | \bwent\s+(?:up\s+|down\s+)?to\b
      | ^\s*(?:setting|changing|raising|lowering|adding|removing)\b | \b(?:whenever|assuming|in\s+case|provided|supposing|given\s+that)\b
      | \bset\b[^,.;\n]*\bup\s+to\b
      | (?:올리|내리|늘리|줄이|높이|낮추|바꾸|옮기|끄|켜|빼|지우|(?:추가|변경|수정|삭제|제거|적용)하)고\s?있(?:어|습|음|네|다|었)
      | [가-힣]도\s(?:했|됐|해\s?[놨뒀])(?:어|습|음|는)
      | ^\s*where\b | \bonce\s+(?:the|it|we|they|you)\b | ^\s*as\s+the\b
      | (?:^|[.!?,;\n]\s*)(?:\w{1,5},?\s+)?(?:(?:have|has|had|will|would)\s+(?:you|we|they|he|she|it)\b|(?:was|were)\s)
      | (?:^|[.!?,;\n]\s*)(?:is|are|was|were|does|did)\s+(?:that|this|it|they|there|we|you|the)\b
      | (?:을|ㄹ|할|릴|꿀|낼|줄일|늘릴)\s?수도?\s?(?:있|없)(?!나요|을까요|습니까)|(?:가|되어|돼|져|라|와)\s?있(?:네|어|습|음|다)|실패""",
    re.VERBOSE | re.IGNORECASE,
)
# What is measured is not what is set: "errors went from 10 to 25".
_MEASURED = re.compile(
    r"\b(?:traffic|load|latency|lag|errors?|requests?|users|people|customers|complaints?|tickets?|volume|demand|queries|packets|connections? from)\b"
    r"|트래픽|부하|지연|오류|에러|사용자들?[이가]|고객들?[이가]|요청[이가은]|민원[이가]|접속자",
    re.IGNORECASE,
)
_COUNTED = frozenset(
    "errors error customers users people complaints tickets issues problems requests more times".split()
)
_TOWARDS = frozenset("to be becomes become became gets now into with".split())
_TO_PARTICLES = frozenset("로 으로 까지 로요 으로요 라고 이라고 로만 으로만".split())
_BY_HOW_MUCH = frozenset(
    "by another additional extra under over than most least about around below above".split()
)
_HAS = frozenset("with at has had crashed crashes died runs ran".split())
_TELLS = frozenset(
    """is are was were has have had runs run ran running wants want needs need takes took over at hits hit crashed crashes gets got
    says said shows sees ticket issue""".split()
)
_REPLACES = re.compile(
    r"(?P<new>\S+) (?:replaces|supersedes|takes over(?: from| for)?|took over(?: from| for)?|is the new|succeeds) (?P<old>\S+)",
    re.IGNORECASE,
)
_REPLACED = re.compile(
    r"(?P<old>\S+) (?:is|was|gets|has been|being)? ?replaced (?:by|with) (?P<new>\S+)",
    re.IGNORECASE,
)
_PLEASE = re.compile(r"^(?:please|pls|plz)$|줘|주세|주십|부탁|바랍|요청", re.IGNORECASE)
_ALL = frozenset("다 다요 모두 모두다 전부 전부다 싹 싹다 나머지 나머지는 나머지를".split())
_ITEM_VERBS = frozenset({Verb.ADD, Verb.REMOVE, Verb.ALLOW, Verb.ON, Verb.OFF})


def must_be_ordered(
    text: str, tokens: Sequence[Token], wishes: Sequence[Wish], index: Index
) -> None:
    """Raises Doubtful where the request reports, Unclear where it says no value that comes."""
    report = _REPORTS.search(text)
    if report:
        raise Doubtful(report.group().strip())
    for wish in wishes:
        match wish:
            case MoveWish():
                _must_run_that_way(wish, text, index)
                _must_be_measured_by_nobody(wish.old, tokens, text)
                _must_come(wish.new, tokens, wish.old)
                _must_not_stop_working(wish.new, tokens)
            case SetWish() if wish.value is not None:
                if wish.value.kind is not LiteralKind.ADDRESS:  # who has moved has moved
                    _must_not_be_told(wish.value, tokens)
                _must_be_measured_by_nobody(wish.value.text, tokens, text)
                _must_come(wish.value.text, tokens, wish.old.text if wish.old else "")
            case ItemWish() | FlagWish() | KeyWish():
                _must_not_have_happened(tokens)
                _must_not_spare(wish, tokens)
            case _:
                pass
    _must_share_a_scope([wish for wish in wishes if isinstance(wish, MoveWish)])


def _must_run_that_way(wish: MoveWish, text: str, index: Index) -> None:
    """``A replaces B``: B goes. And where both are held nobody knows which was which."""
    for said in (*_REPLACES.finditer(text), *_REPLACED.finditer(text)):
        if wish.old in said["new"] or wish.new in said["old"]:
            raise Unclear("clause-unknown", said.group())
    if index.holders(wish.new) and index.holders(wish.old) and _REPLACES.search(text):
        raise Unclear("clause-unknown", wish.new)


def _must_share_a_scope(moves: Sequence[MoveWish]) -> None:
    """``A → B, C → D in gcp``: whether "in gcp" holds for both is not said."""
    same = {(move.old, move.new) for move in moves}
    if len(same) < len(moves) and len({move.without for move in moves}) > 1:
        raise Unclear("clause-unknown", " ".join(w for m in moves for w in m.without))
    if len({bool(move.within or move.without) for move in moves}) > 1:
        raise Unclear("clause-unknown", " ".join(w for m in moves for w in (*m.within, *m.without)))


def _must_be_measured_by_nobody(value: str, tokens: Sequence[Token], text: str) -> None:
    """No word of what is measured stands in the thought, before its value."""
    for position, token in enumerate(tokens):
        if not _is(token, value):
            continue
        start = _start_of(tokens, position)
        end = _end_of(tokens, position) if _distinct(token) else position
        said = text[tokens[start].start : tokens[end].start if end < len(tokens) else len(text)]
        measured = _MEASURED.search(said)
        if measured and not re.search(r"\b(?:because|since|due|so)\b|(?<!에)서\s|니까\s", said):
            raise Unclear("word-left-over", measured.group())


def _start_of(tokens: Sequence[Token], position: int) -> int:
    for earlier in range(position - 1, -1, -1):
        if tokens[earlier].sort is Sort.MARK and tokens[earlier].text in ".,;:!?\n—–":
            return earlier + 1
    return 0


def _is(token: Token, value: str) -> bool:
    return token.text == value or (token.sort is Sort.ASSIGN and token.text.endswith(value))


def _must_come(value: str, tokens: Sequence[Token], old: str) -> None:
    """Every spot of a value that comes is said to come, by its neighbours or by an order."""
    spots = [n for n, token in enumerate(tokens) if _is(token, value)]
    if not spots:
        return  # said in other words ("half an hour"), which only an order is read of
    if any(_differs(tokens, n) for n in spots):
        raise Unclear("clause-unknown", f"by {value}")
    if not any(_comes(tokens, n, old) for n in spots):
        raise Unclear("clause-unknown", value)


def _differs(tokens: Sequence[Token], position: int) -> bool:
    """``by 5``, ``5 more``, ``20 errors``, ``+5``: an amount, not what it becomes."""
    before = tokens[position - 1].text.lower() if position else ""
    after = tokens[position + 1].text.lower() if position + 1 < len(tokens) else ""
    if tokens[position].unit == "times" or tokens[position].kind is None:
        return False
    by = before in _BY_HOW_MUCH and before != "by"
    by = by or (before == "by" and "." not in tokens[position].text)
    return by or before in {"+", "더"} or after in _COUNTED | {"더", "만큼", "씩"}


def _comes(tokens: Sequence[Token], position: int, old: str) -> bool:
    token = tokens[position]
    if token.sort is Sort.ASSIGN and position and tokens[position - 1].text.lower() in _HAS:
        return False
    if token.sort is Sort.ASSIGN or token.particle in _TO_PARTICLES:
        return True
    if token.particle in {"인데", "이고"}:
        return False
    before = tokens[position - 1] if position else None
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    if before is not None and _leads(before, distinct=_distinct(token)):
        return True
    if after is not None and after.text.lower() in {
        "now",
        "instead",
        "⇐",
        "over",
        "이야",
        "로",
        "으로",
    }:
        return True
    start, end = _start_of(tokens, position), _end_of(tokens, position)
    thought = tokens[start:end]
    if any(_raises(t) for t in thought):
        return False  # "raise by" is meant as often as "raise to"
    if old and _distinct(token):
        return _replaces(thought, old, token.text)
    if any(_orders(t) for t in thought):
        return True
    return not any(_reports(t) for t in thought) and not _distinct(token)


def _distinct(token: Token) -> bool:
    return "." in token.text


def _replaces(thought: Sequence[Token], old: str, new: str) -> bool:
    said = " ".join(token.text for token in thought)
    return any(
        old in match["old"] and new in match["new"]
        for match in (*_REPLACES.finditer(said), *_REPLACED.finditer(said))
    )


def _leads(before: Token, *, distinct: bool) -> bool:
    return (
        before.sort is Sort.ARROW
        or before.text in {"=", ":", "⇐"}
        or before.text.lower() in _TOWARDS
        or (distinct and before.text.lower() in {"at", "on", "is", "it's", "by"})
    )


def _end_of(tokens: Sequence[Token], position: int) -> int:
    for later in range(position + 1, len(tokens)):
        if tokens[later].sort is Sort.MARK and tokens[later].text in ".;!?\n—–":
            return later
    return len(tokens)


def _orders(token: Token) -> bool:
    if token.sort is not Sort.WORD:
        return False
    word = token.text + token.particle
    if word.isascii():
        return english_verb(word) is not None
    return is_korean_order(word)


def _raises(token: Token) -> bool:
    word = token.text + token.particle
    verb = english_verb(word) if word.isascii() else korean_verb(word)
    return token.sort is Sort.WORD and verb in {Verb.RAISE, Verb.LOWER}


def _reports(token: Token) -> bool:
    word = (token.text + token.particle).lower()
    return word in _TELLS or (not word.isascii() and korean_verb(word) is not None)


# A Korean verb that asks, or leaves the asking to the one that follows it.
_ASKS = re.compile(
    r"(?:줘|주|줄|주고|부탁|요청|바람|바랍|바래|필요|세요|십시오|해야|할게|합시다|하자)|(?:라|자|것|기|고|되|함|됨|꿈|림|임|게|지만|아|어|해|여|와|워|려|켜|꺼|춰|꿔|겨)[요용ㅠㅜ~]*$"
)
_TOLD = re.compile(
    r"(?:었|았|였|했|됐|졌|났|갔)(?:어|습|음|네|는|지|던|더)|(?:서|니까|면서|네요?|더니|던데)$"
)
_STATES = frozenset("가능 가능해요 가능합니다 가능함 정상 정상이에요 정상입니다".split())


def _must_not_be_told(value: Token, tokens: Sequence[Token]) -> None:
    """``20으로 바꿔서 장애가 났어요``: the verb that governs a Korean value must ask for it."""
    spots = [n for n, token in enumerate(tokens) if _is(token, value.text)]
    if spots and all(_is_told(tokens, n) for n in spots):
        raise Doubtful(value.text)


def _is_told(tokens: Sequence[Token], position: int) -> bool:
    for token in tokens[position + 1 : _end_of(tokens, position)]:
        word = token.text + token.particle
        if token.sort is not Sort.WORD or word.isascii():
            continue
        if korean_verb(word) is not None:
            return _TOLD.search(word) is not None or not (
                _ASKS.search(word) or is_korean_order(word)
            )
        if word in _STATES or is_telling(word) or word.startswith("쓰고"):
            return True
    return False


def _must_not_stop_working(new: str, tokens: Sequence[Token]) -> None:
    """``A에서 B로 계속 끊겨서``: what happens between two addresses is no move."""
    for position, token in enumerate(tokens):
        if not _is(token, new):
            continue
        for after in tokens[position + 1 : _end_of(tokens, position)]:
            word = after.text + after.particle
            if korean_verb(word) is not None or after.sort is not Sort.WORD:
                break
            if is_telling(word) or word.lower() in {"is", "was", "are", "fails", "drops"}:
                raise Doubtful(word)


def _must_not_have_happened(tokens: Sequence[Token]) -> None:
    """An item, a key or a switch that is only told to have changed is not asked for."""
    verbs = [t for t in tokens if t.sort is Sort.WORD and _item_verb(t)]
    if verbs and all(_happened(t.text + t.particle) for t in verbs) and not _asks(tokens):
        raise Doubtful(verbs[0].text)


def _happened(word: str) -> bool:
    return is_past(word) or (not word.isascii() and _TOLD.search(word) is not None)


def _must_not_spare(wish: ItemWish | FlagWish | KeyWish, tokens: Sequence[Token]) -> None:
    """``X 말고 다 빼줘`` spares what it names."""
    spared = [t for n, t in enumerate(tokens) if _spares(t, tokens[n + 1 : n + 2])]
    if spared and not wish.without and isinstance(wish, ItemWish) and not wish.add:
        raise Unclear("clause-unknown", spared[0].text)


def _spares(token: Token, following: Sequence[Token]) -> bool:
    """``X 말고``, and ``X 빼고 다``: all but X."""
    leaves_out = token.text in {"빼고", "제외하고"} and any(t.text in _ALL for t in following)
    return token.text in {"말고", "말고는"} or leaves_out


def _item_verb(token: Token) -> bool:
    word = token.text + token.particle
    return (english_verb(word) if word.isascii() else korean_verb(word)) in _ITEM_VERBS


def _asks(tokens: Iterable[Token]) -> bool:
    return any(_PLEASE.search(token.text + token.particle) for token in tokens)
