"""A request's tokens as clauses: one verb each, with what it speaks of.

Decides where one wish ends and the next begins, and refuses what no rule may act on: a negation,
a condition, a doubt, a choice. It never drops a clause it did not understand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.builtin.clause_words import (
    DOUBT,
    ENGLISH_NOISE,
    EVERY,
    EXCEPT,
    FOLLOW,
    KNOWS,
    KOREAN_NOISE,
    LIMITING,
    LIMITS,
    NUMBER_WORDS,
    ORDERS,
    POLITE_WORDS,
    QUOTED_TEXT,
    REASONS,
    SAID_OTHERWISE,
    SHARING,
    TAKES_BACK,
)
from bot.core.builtin.keeping import take_kept
from bot.core.builtin.reach import is_beyond_reach
from bot.core.builtin.tokens import Sort, Token, tokenize
from bot.core.builtin.verbs import (
    Verb,
    english_verb,
    gives_reason,
    is_bare_noun,
    is_past,
    korean_verb,
    mistyped_verb,
)
from bot.core.literals import is_distinctive


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
    past: bool = False

    @property
    def text(self) -> str:
        """The clause for people, roughly as written."""
        return " ".join(token.text + token.unit + token.particle for token in self.tokens)


class Doubtful(Exception):  # noqa: N818 - an answer that unwinds
    """The request holds a negation, a condition, a doubt or a choice; ``word`` is what shows it."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def read_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a request, without those that ask for nothing (thanks, "the others too").

    Raises:
        Doubtful: the request must be asked about before anything is derived from it.
    """
    if is_beyond_reach(text):
        raise Doubtful(text[:20] + "…")
    plain = said_plainly(text)
    doubt = DOUBT.search(QUOTED_TEXT.sub(" ", plain))
    if doubt:
        raise Doubtful(doubt.group().strip())
    found = _with_exclusions(
        [clause for sentence in _sentences(tokenize(plain)) for clause in _clauses(sentence)]
    )
    found = _with_afterthoughts(_with_reports(found))
    found = _inherit(found)
    return tuple(
        clause
        for position, clause in enumerate(found)
        if not _asks_nothing(clause) and not _repeats_a_move(found[:position], clause)
    )


def said_plainly(text: str) -> str:
    """The request without what it keeps, its reasons and politeness, in the grammar's own words."""
    text, _ = take_kept(text)
    for pattern, meaning in SAID_OTHERWISE:
        text = pattern.sub(meaning, text)
    for pattern in REASONS:
        text = pattern.sub(_unless_it_limits, text)
    return in_figures(POLITE_WORDS.sub(" 줘 " if re.search("[가-힣]", text) else " ", text))


def in_figures(text: str) -> str:
    """``half an hour`` as ``30 minutes``."""
    for words, meaning in NUMBER_WORDS.items():
        text = re.sub(rf"(?<![A-Za-z가-힣]){re.escape(words)}", meaning, text, flags=re.IGNORECASE)
    return text


def _unless_it_limits(match: re.Match[str]) -> str:
    """A reason is left out; what limits or takes back is none."""
    said = match.group()
    return said if LIMITS.search(said) or TAKES_BACK.search(said) else " "


def _repeats_a_move(before: Sequence[Clause], clause: Clause) -> bool:
    """After a move, "fix every place that knows the old address" asks for what a move is anyway."""
    moves = any(
        token.valued and is_distinctive(token.text)
        for earlier in before
        for token in earlier.tokens
    )
    text = clause.text
    return (
        moves
        and clause.verb in {None, Verb.SET, Verb.MOVE}
        and not any(_gives(token) for token in clause.tokens)
        and not any("_" in token.text for token in clause.tokens)
        and bool(EVERY.search(text) and KNOWS.search(text))
        and not LIMITS.search(text)
    )


def _with_reports(clauses: list[Clause]) -> list[Clause]:
    """``캐시 서버 이사갔음 203.0.113.20 -> 203.0.113.40``: the values follow what happened."""
    done: list[Clause] = []
    for clause in clauses:
        last = done[-1] if done else None
        reports = last is not None and (
            last.verb in {Verb.MOVE, Verb.SET} if last.korean else _is_pronoun(clause)
        )
        if (
            last is not None
            and reports
            and last.tokens
            and not any(_gives(token) for token in last.tokens)
            and (clause.verb is None or not last.korean)
            and any(_gives(token) for token in clause.tokens)
        ):
            verb = last.verb if last.korean else clause.verb
            tokens = (*last.tokens, *clause.tokens)
            done[-1] = replace(last, verb=verb, tokens=tokens, reason=False, past=False)
        else:
            done.append(clause)
    return done


def _is_pronoun(clause: Clause) -> bool:
    """``make it 45s``: nothing but values, so what was named before is meant."""
    return not clause.korean and not any(
        t.sort is Sort.WORD and t.text.lower() not in {"to", "from"} for t in clause.tokens
    )


def _with_afterthoughts(clauses: list[Clause]) -> list[Clause]:
    """``… 바꿔줘 (auth-1)``: words after the verb that give no value say more of the wish before."""
    done: list[Clause] = []
    for clause in clauses:
        only_was = all(t.valued and t.particle == "에서" for t in clause.tokens)  # "(지금 100)"
        says = any(_gives(token) for token in clause.tokens) and not only_was
        bare = clause.verb is None and clause.korean and not says
        asks = not _asks_nothing(clause) and not _repeats_a_move(done, clause)
        if bare and done and asks and done[-1].korean:
            done[-1] = replace(done[-1], tokens=(*done[-1].tokens, *clause.tokens))
        else:
            done.append(clause)
    return done


def _gives(token: Token) -> bool:
    return token.valued or token.sort in {Sort.ASSIGN, Sort.ARROW}


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
    if not sentence or _is_context(sentence):
        return
    if any(re.search("[가-힣]", token.text + token.particle) for token in sentence):
        yield from _korean_clauses(sentence)
    else:
        yield from _english_clauses(sentence)


def _is_context(sentence: Sequence[Token]) -> bool:
    """An English sentence that orders nothing, limits nothing and gives no value only tells."""
    said = " ".join(token.text + token.particle for token in sentence)
    return (
        not re.search("[가-힣]", said)
        and not ORDERS.search(said)
        and not any(token.valued or english_verb(token.text) for token in sentence)
        and len(sentence) > 3
    )


def _korean_clauses(sentence: list[Token]) -> Iterator[Clause]:
    """A Korean clause ends with its verb; a comma ends one that already has its new value."""
    current: list[Token] = []
    for position, token in enumerate(sentence):
        verb = _verb_here(sentence, position)
        if verb is not None:
            yield Clause(
                verb,
                tuple(current),
                korean=True,
                reason=gives_reason(token.text),
                past=is_past(token.text + token.particle),
            )
            current = []
        elif _joins(token):
            given = any(t.particle in {"로", "으로"} and t.valued for t in current)
            if given and _says_more(sentence[position + 1 :]):
                yield Clause(None, tuple(current), korean=True)
                current = []
            elif current:
                current.append(_link(token))
        elif not _noise(token, KOREAN_NOISE) and not _noise(token, ENGLISH_NOISE):
            current.append(token)
    if current:
        yield Clause(None, tuple(current), korean=True)


def _joins(token: Token) -> bool:
    """A comma, or a word that says "and"."""
    return (token.sort is Sort.MARK and token.text == ",") or token.text in {
        "그리고",
        "하고",
        "또",
        "및",
    }


def _says_more(rest: Sequence[Token]) -> bool:
    """A value or a verb follows: "(api-1, api-2 둘 다)" only says where."""
    return any(
        token.valued
        or token.sort is Sort.ASSIGN
        or token.sort is Sort.ARROW
        or (token.sort is Sort.WORD and _verb_here(list(rest), position) is not None)
        for position, token in enumerate(rest)
    )


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
    ends = not following or following[0].text in KOREAN_NOISE or following[0].sort is Sort.MARK
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
        kept = tuple(token for token in tokens if not _noise(token, ENGLISH_NOISE))
        if verb or kept:
            past = any(english_verb(t.text) and is_past(t.text) for t in part)
            yield Clause(verb, kept, korean=False, before_verb=_verb_start(part), past=past)


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
            current.append(_link(token))
    yield current


def _link(token: Token) -> Token:
    """A comma may part what it likes; "and" always joins two of a kind."""
    mark = "," if token.text == "," else "&"
    return Token(Sort.MARK, mark, start=token.start)


def _starts_anew(rest: Sequence[Token], current: Sequence[Token]) -> bool:
    """After "and": another verb, or, where a value was given already, another subject."""
    ahead = [
        token for token in rest if token.text.lower() not in {"and", "then", "also", "please", ","}
    ]
    if ahead and english_verb(ahead[0].text) is not None:
        return True
    given = any(token.valued or token.sort is Sort.ASSIGN for token in current)
    if not given or not ahead:
        return False
    if ahead[0].valued:  # "… and 7 on api-2" says another value
        return len(ahead) > 1 and ahead[1].text.lower() in {"on", "in", "for"}
    # "… on api-1 and api-2" only says where
    return any(token.valued or token.sort in {Sort.ASSIGN, Sort.ARROW} for token in ahead) or any(
        token.text.lower() in {"to", "on", "off"} for token in ahead
    )


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
        if (
            token.text.lower() == "let"
            and part[position + 1 : position + 2]
            and part[position + 1].valued
        ):
            return Verb.ALLOW, [
                t for t in part if t is not token and t.text.lower() not in _REACHING
            ]
        if token.text.lower() in {"double", "halve", "triple"}:
            factor = {"double": "2", "halve": "0.5", "triple": "3"}[token.text.lower()]
            by = Token(Sort.LITERAL, factor, unit="times", start=token.start)
            return Verb.SET, [*part[:position], *part[position + 1 :], by]
    return None, part


_REACHING = frozenset("in through call reach talk connect access hit see get use into".split())


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
        token.text.lower() in FOLLOW or token.text + token.particle in FOLLOW for token in words
    )
    limits = any(
        token.particle in LIMITING or token.text.lower() in {"in", "only", "for"} for token in words
    )
    shares = any(
        token.text.lower() in SHARING
        or token.particle in {"도", "들도"}
        or (token.text + token.particle) in SHARING
        for token in words
    )
    return (
        follows
        and not limits
        and (shares or not words)
        and clause.verb in {None, Verb.SET, Verb.MOVE}
    )
