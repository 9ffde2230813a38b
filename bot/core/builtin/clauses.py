"""A request's tokens as clauses: one verb each, with what it speaks of.

Decides where one wish ends and the next begins, and refuses what no rule may act on: a negation,
a condition, a doubt, a choice. It never drops a clause it did not understand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.builtin.tokens import Sort, Token, tokenize
from bot.core.builtin.verbs import (
    Verb,
    english_verb,
    gives_reason,
    is_bare_noun,
    korean_verb,
    mistyped_verb,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One wish in words; ``tokens`` are without the verb and without noise.

    ``before_verb`` is where an English verb stood (a start in characters): what is said before it
    is its subject.
    """

    verb: Verb | None
    tokens: tuple[Token, ...]
    korean: bool
    reason: bool = False
    before_verb: int = 0

    @property
    def text(self) -> str:
        """The clause for people, roughly as written."""
        return " ".join(token.text + token.unit + token.particle for token in self.tokens)


class Doubtful(Exception):  # noqa: N818 - an answer that unwinds
    """The request holds a negation, a condition, a doubt or a choice; ``word`` is what shows it."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


_POLITE = (
    r"(?:주시면|주면|해주시면)\s*(?:됩니다|돼요?|되겠습니다|감사\S*|고맙\S*|좋겠\S*)",
    r"(?:줄|주실|해줄)\s*수\s*(?:있나요|있을까요|있어요?|있니|있습니까)\??",
    r"(?:줄래요?|주실래요|주시겠어요|주시겠습니까|주라|주십시오)\??",
    r"\bif (?:possible|you can|you could|that's ok|ok)\b,?",
    r"\b(?:can|could|would|will) (?:you|we)(?: please| kindly)?\b",
    r"\b(?:don'?t forget to)\b",
)
_POLITE_WORDS = re.compile("|".join(_POLITE), re.IGNORECASE)
_DOUBT = re.compile(
    r"""\b(?:not|don'?t|doesn'?t|never|without|unless|if|whether|maybe|perhaps|probably|might|either|neither|nor|or|rather|
        until|before|after|when|later|tomorrow|tonight|back|undo|revert|swap|about|around|roughly|some|somewhat|slightly)\b
    | \b(?:why|what|how|which|who)\b | ^\s*(?:is|are|do|does|did|should|shall)\b
    | 말고 | 지\s?마 | 마세요 | 않[가-힣]* | 아니[가-힣]* | 없이 | 만약 | 혹시 | [가-힣]+(?:거나|든지|든가)(?![가-힣]) | 아마 | 적당히 | 적절히 | 알아서
    | [가-힣]*(?:을까|할까|될까|일까|는지|나요|가요|까요)\s*\? | [가-힣]*(?:으면|하면|되면|이면|다면)(?![가-힣]) | 나중에 | 내일 | 이따가? | 되돌려 | 원래대로
    | 서로\s | 맞바꿔 | 정도 | 조금 | 약간 | (?<![가-힣])쯤 | 대충 | 또는 | 혹은 | 아니면""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER_WORDS = {
    "half an hour": "30 minutes", "an hour": "1 hour", "one hour": "1 hour", "one minute": "1 minute", "a minute": "1 minute",
    "반 시간": "30분", "반시간": "30분", "한 시간": "1시간", "한시간": "1시간", "두 시간": "2시간", "일 분": "1분",
    "두 배": "2배", "두배": "2배", "세 배": "3배", "세배": "3배", "네 배": "4배", "절반으로": "0.5배로", "반으로": "0.5배로",
    "instead of": "⇐", "rather than": "⇐",
}  # fmt: skip
_QUOTED_TEXT = re.compile(r"\"[^\"\n]+\"|`[^`\n]+`|“[^”\n]+”")

_KOREAN_NOISE = frozenset(
    """좀 제발 부탁 부탁해 부탁해요 부탁드려요 부탁드립니다 부탁합니다 해줘 줘 주세요 해주세요 줘요 해줘요 주라 감사합니다 감사해요 고마워 고마워요 안녕
    안녕하세요 하이 저기 지금 이제 그냥 이번에 오늘 방금 우리 저희 해당 기존 현재 새 새로운 신규 것 거 걸 그 이 저 요 네 응 빨리 급해 급함 급합니다 얼른 바로
    됩니다 돼요 돼 합니다 해 할게 하자 있는 있던 들어있는 쓰는 쓰던 적힌 되어있는 된 대해 대한 관해 관련 그럼 음 아 값 값을 하고 그리고 및 또 또한 이랑 같이 함께 대신
    에서 부터 까지 으로 로 를 을 에 의 봇 봇아 cfgbot""".split()
)
_ENGLISH_NOISE = frozenset(
    """please pls plz kindly hey hi hello thanks thank you thx the a an our my your its this that these those we i i'd i'll need needs want like
    would to let's lets us just now currently current existing new be is are was has have been it they so also then and too as well
    which value s there here ok okay team bot cfgbot must shall will should right over address do up down
    """.split()
) - {"to", "and", "then", "address", "up", "down", "was"}
_FOLLOW = frozenset(
    """다른 서버 서버들 서버들도 나머지 나머지도 관련 설정 모든 전부 전체 다 모두 곳 곳도 데 데도 파일 파일들 것 것도 클라이언트 클라이언트들 방화벽 방화벽도
    같이 함께 그에 거기에 이에 맞게 따라 쪽 들 여기저기 참조 참조하는 바라보는 보는 쓰는 사용하는 주소 클라우드 각 알아서 이거
    update the other others server servers everything else everywhere all references reference accordingly rest config configs configuration
    files file that mention mentions it them adjust make sure follow follows along match too also please as well client clients firewall firewalls
    and to with in services service every any use uses using depend depends on point points us of refers keep sync places place where settings
    so they can still reach their its this change talk talks talking everyone anything connect connects connected reaches pointing
    accordingly whatever wherever matching to match""".split()
)


def read_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a request, without those that ask for nothing (thanks, "the others too").

    Raises:
        Doubtful: the request must be asked about before anything is derived from it.
    """
    plain = _POLITE_WORDS.sub(" 줘 " if re.search("[가-힣]", text) else " ", text)
    for words, meaning in _NUMBER_WORDS.items():
        plain = re.sub(
            rf"(?<![A-Za-z가-힣]){re.escape(words)}", meaning, plain, flags=re.IGNORECASE
        )
    doubt = _DOUBT.search(_QUOTED_TEXT.sub(" ", plain))
    if doubt:
        raise Doubtful(doubt.group().strip())
    found = _with_exclusions(
        [clause for sentence in _sentences(tokenize(plain)) for clause in _clauses(sentence)]
    )
    return tuple(clause for clause in _inherit(found) if not _asks_nothing(clause))


def _with_exclusions(clauses: list[Clause]) -> list[Clause]:
    """``…로 바꾸되 monitoring은 빼고``: what is left out belongs to the wish before it."""
    done: list[Clause] = []
    for clause in clauses:
        words = [token.text + token.particle for token in clause.tokens]
        only_excludes = (
            clause.verb is None
            and words
            and words[-1] in EXCEPT
            and not any(token.valued for token in clause.tokens)
        )
        if only_excludes and done:
            done[-1] = replace(done[-1], tokens=(*done[-1].tokens, *clause.tokens))
        else:
            done.append(clause)
    return done


def _sentences(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    current: list[Token] = []
    for token in tokens:
        if token.sort is Sort.MARK and token.text in ".!?;\n。":
            yield current
            current = []
        else:
            current.append(token)
    yield current


def _clauses(sentence: list[Token]) -> Iterator[Clause]:
    if not sentence:
        return
    if any(re.search("[가-힣]", token.text + token.particle) for token in sentence):
        yield from _korean_clauses(sentence)
    else:
        yield from _english_clauses(sentence)


def _korean_clauses(sentence: list[Token]) -> Iterator[Clause]:
    """A Korean clause ends with its verb; a comma ends one that already has its new value."""
    current: list[Token] = []
    for position, token in enumerate(sentence):
        verb = _verb_here(sentence, position)
        if verb is not None:
            yield Clause(verb, tuple(current), korean=True, reason=gives_reason(token.text))
            current = []
        elif (token.sort is Sort.MARK and token.text == ",") or token.text in {
            "그리고",
            "하고",
            "또",
            "및",
        }:
            if any(t.particle in {"로", "으로"} and t.valued for t in current):
                yield Clause(None, tuple(current), korean=True)
                current = []
        elif not _noise(token, _KOREAN_NOISE) and not _noise(token, _ENGLISH_NOISE):
            current.append(token)
    if current:
        yield Clause(None, tuple(current), korean=True)


EXCEPT = frozenset("except excluding 제외 제외하고 제외하고는 빼고 빼고는 제외한 제외하곤".split())


def _excludes(sentence: list[Token], position: int) -> bool:
    """``gcp는 빼고`` leaves something out; ``192.0.2.9를 빼고`` takes something away."""
    word = sentence[position].text + sentence[position].particle
    return word in EXCEPT and position > 0 and sentence[position - 1].sort is Sort.WORD


def _verb_here(sentence: list[Token], position: int) -> Verb | None:
    token = sentence[position]
    if token.sort is not Sort.WORD or _excludes(sentence, position):
        return None
    if token.text.isascii():
        return _switch_here(sentence, position)
    verb = korean_verb(token.text + token.particle)
    if verb is None or not is_bare_noun(token.text + token.particle):
        return verb
    following = sentence[position + 1 :]
    ends = not following or following[0].text in _KOREAN_NOISE or following[0].sort is Sort.MARK
    return verb if ends else None


def _switch_here(sentence: list[Token], position: int) -> Verb | None:
    """``debug on 해주세요``: on and off are verbs where 하다 follows."""
    word, following = sentence[position].text.lower(), sentence[position + 1 : position + 2]
    if (
        word not in {"on", "off"}
        or sentence[position].particle
        or not following
        or not following[0].text.startswith(("해", "하", "시켜"))
    ):
        return None
    return Verb.ON if word == "on" else Verb.OFF


def _english_clauses(sentence: list[Token]) -> Iterator[Clause]:
    """An English clause starts with its verb, or takes that of the clause before."""
    for part in _english_parts(sentence):
        verb, tokens = _english_verb(part)
        kept = tuple(token for token in tokens if not _noise(token, _ENGLISH_NOISE))
        if verb or kept:
            yield Clause(verb, kept, korean=False, before_verb=_verb_start(part))


def _verb_start(part: list[Token]) -> int:
    return next(
        (token.start for token in part if token.sort is Sort.WORD and english_verb(token.text)), 0
    )


def _english_parts(sentence: list[Token]) -> Iterator[list[Token]]:
    current: list[Token] = []
    for position, token in enumerate(sentence):
        joins = token.text.lower() in {"and", "then", "also", ",", "&"} and token.sort in {
            Sort.WORD,
            Sort.MARK,
        }
        if joins and _starts_anew(sentence[position + 1 :], current):
            yield current
            current = []
        elif not joins:
            current.append(token)
        else:
            current.append(Token(Sort.MARK, ",", start=token.start))
    yield current


def _starts_anew(rest: Sequence[Token], current: Sequence[Token]) -> bool:
    """After "and": another verb, or, where a value was given already, another subject."""
    ahead = [
        token for token in rest if token.text.lower() not in {"and", "then", "also", "please", ","}
    ]
    if ahead and english_verb(ahead[0].text) is not None:
        return True
    given = any(token.valued or token.sort is Sort.ASSIGN for token in current)
    return given and bool(ahead) and not ahead[0].valued


def _english_verb(part: list[Token]) -> tuple[Verb | None, list[Token]]:
    for position, token in enumerate(part):
        verb = english_verb(token.text) if token.sort is Sort.WORD else None
        if verb is None:
            continue
        rest = part[:position] + part[position + 1 :]
        if token.text.lower() in {"turn", "switch"}:
            return _turned(rest, verb)
        return verb, rest
    for position, token in enumerate(part):
        if token.sort is Sort.WORD and (slip := mistyped_verb(token.text)) is not None:
            return slip, part[:position] + part[position + 1 :]
        if token.text.lower() in {"double", "halve", "triple"}:
            factor = {"double": "2", "halve": "0.5", "triple": "3"}[token.text.lower()]
            by = Token(Sort.LITERAL, factor, unit="times", start=token.start)
            return Verb.SET, [*part[:position], *part[position + 1 :], by]
    return None, part


def _turned(rest: list[Token], verb: Verb) -> tuple[Verb, list[Token]]:
    """``turn X on`` and ``switch off X``; without on or off it is an ordinary change."""
    for position, token in enumerate(rest):
        if token.text.lower() in {"on", "off"}:
            before = rest[position - 1].text.lower() if position else ""
            if before != "to":
                found = Verb.ON if token.text.lower() == "on" else Verb.OFF
                return found, rest[:position] + rest[position + 1 :]
    return verb, rest


def _noise(token: Token, words: frozenset[str]) -> bool:
    if token.sort is not Sort.WORD:
        return False
    return token.text.lower() in words or (token.text + token.particle) in words


def _inherit(clauses: Sequence[Clause]) -> list[Clause]:
    """``A를 1로, B를 2로 바꿔줘`` and ``set A to 1 and B to 2``: a clause without a verb has its neighbour's."""
    done: list[Clause] = []
    for position, clause in enumerate(clauses):
        verb = clause.verb
        if verb is None and clause.korean:
            verb = next((later.verb for later in clauses[position + 1 :] if later.verb), None)
            gives = any(
                token.particle in {"로", "으로"} and token.valued for token in clause.tokens
            )
            verb = (
                Verb.SET if gives and verb in {Verb.ON, Verb.OFF, Verb.ADD, Verb.REMOVE} else verb
            )
        elif verb is None and done:
            verb = done[-1].verb
        done.append(replace(clause, verb=verb))
    return done


def _asks_nothing(clause: Clause) -> bool:
    """Thanks, reasons without a literal, and "the others too" ask for nothing of their own."""
    words = [token for token in clause.tokens if token.sort is not Sort.MARK]
    if any(token.valued or token.sort is Sort.ASSIGN for token in words):
        return False
    if clause.reason and clause.verb is not None:
        return True
    follows = all(
        token.text.lower() in _FOLLOW or token.text + token.particle in _FOLLOW for token in words
    )
    return follows and clause.verb in {None, Verb.SET, Verb.MOVE}
