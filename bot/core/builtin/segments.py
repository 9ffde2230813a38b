"""A request's tokens as segments, and which of them only tell.

Decides where one thought ends and the next begins (marks, conjunctions, Korean verb endings) and
whether a segment asks for anything. A segment that gives a value, orders, limits or sets a
condition is never taken for an aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.builtin.clause_words import EXCEPT, LIMITS
from bot.core.builtin.tokens import Sort, Token, tokenize
from bot.core.builtin.verbs import Verb, english_verb, gives_reason, is_past, korean_verb

_BREAKS = frozenset(".!?;\n。—–,:()")
_CONJUNCTIONS = frozenset(
    "but because since so while though although as and whereas cause cuz".split()
)
# A Korean word with one of these endings is a verb that tells: its thought ends here.
_TELLS = re.compile(
    r"(?:는데요?|은데요?|인데요?|던데요?|아서|어서|여서|라서|해서|워서|와서|져서|려서|니까요?|길래|느라|거든요?|네요?|더라고요?|더라구요?"
    r"|습니다|합니다|입니다|됩니다|ㅂ니다|답니다|랍니다|[가-힣](?<!필)(?<!중)(?<!주)(?<!개)(?<!수)요|었음|았음|했음|였음|중임|중이에요|어요|아요|여요|해요|에요|예요|세요|지요|죠|잖아요?|래요?|대요|군요"
    r"|았어|었어|했어|됐어|였어|지만|(?<=[가-힣])다고|다네요?|라네요?|김에|때문에|탓에|덕분에)[ㅠㅜㅋㅎ~^]*$"
)
_CONDITIONS = re.compile(
    r"""\b(?:if|unless|until|till|whenever|when|once|whether|after|later|tomorrow|tonight|next|maybe|perhaps|probably|might|either|
        ignore|approve|approved|merge|revert|undo|cancel|swap)\b
    | 만약|혹시|나중에|내일|모레|이따|다음\s?(?:주|달|번)|(?:으면|하면|되면|이면|다면)(?![가-힣])|아마|거나|든지|또는|혹은|되돌|원래대로|승인|무시""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """Tokens that make one thought, and the text they stand in; ``tells`` by a Korean ending."""

    tokens: tuple[Token, ...]
    text: str
    tells: bool = False

    @property
    def gives(self) -> bool:
        """True where it holds a value."""
        return any(t.valued or t.sort in {Sort.ASSIGN, Sort.ARROW} for t in self.tokens)

    @property
    def verb(self) -> Verb | None:
        """The first order in it."""
        return next((verb for t in self.tokens if (verb := order_in(t))), None)


def order_in(token: Token) -> Verb | None:
    """The class of a word that orders; what has happened orders nothing."""
    if token.sort is not Sort.WORD:
        return None
    word = token.text + token.particle
    if word.isascii():
        return None if is_past(word) else english_verb(word)
    return None if gives_reason(word) or is_past(word) else korean_verb(word)


def segments_of(text: str) -> tuple[Segment, ...]:
    """The segments of a request, in order."""
    tokens = tokenize(text)
    ends = [token.start for token in tokens[1:]] + [len(text)]
    found = []
    for first, last, tells in _cut(tokens):
        part = tuple(tokens[first:last])
        if part:
            found.append(Segment(part, text[part[0].start : ends[last - 1]].strip(), tells))
    return tuple(found)


def _cut(tokens: Sequence[Token]) -> Iterator[tuple[int, int, bool]]:
    """Where each segment starts and ends, and whether a Korean ending ended it."""
    start = 0
    for position, token in enumerate(tokens):
        if _breaks(tokens, position):
            yield start, position, False
            start = position + 1
        elif _ends_a_telling(token):
            yield start, position + 1, True
            start = position + 1
    yield start, len(tokens), False


def _breaks(tokens: Sequence[Token], position: int) -> bool:
    token = tokens[position]
    if token.sort is Sort.MARK:
        return token.text in _BREAKS or (token.text == "-" and not _bare_option(tokens, position))
    if token.sort is not Sort.WORD or token.text.lower() not in _CONJUNCTIONS:
        return False
    following = tokens[position + 1 : position + 2]
    return bool(following) and (token.text.lower() != "as" or following[0].sort is Sort.WORD)


def _bare_option(tokens: Sequence[Token], position: int) -> bool:
    """``--dry-run``: a dash that touches what follows."""
    following = tokens[position + 1 : position + 2]
    return bool(following) and following[0].start == tokens[position].start + 1


def _ends_a_telling(token: Token) -> bool:
    word = token.text + token.particle
    return (
        token.sort is Sort.WORD
        and not word.isascii()
        and order_in(token) is None
        and _TELLS.search(word) is not None
    )


_FINITE = frozenset(
    """is are was were has have had does did isn't isnt aren't arent wasn't wasnt weren't hasn't hasnt haven't doesn't doesnt didn't didnt can't cant
    won't wont it's that's there's he's she's we're they're i'm we've they've i've can will could would gets got goes went gone keeps kept runs ran
    comes came reads read writes says said looks feels seems needs takes took makes made fails breaks broke dies died hits starts began ends ended
    wants asked told thinks knows hammers hammered complains crashes crashed grew fell lost found left stopped became turned ran sits lives""".split()
)
_TELLERS = frozenset("it they we this that he she there which who i".split())
_SCOPES = frozenset(
    "in on for within inside at under with of to from only just except but not by near".split()
)


def is_aside(segment: Segment) -> bool:
    """True where it tells something, gives no value, orders and limits nothing, sets no condition."""
    text = segment.text
    return _tells(segment) and not (
        segment.gives
        or segment.verb
        or LIMITS.search(text)
        or _CONDITIONS.search(text)
        or any((t.text + t.particle).lower() in EXCEPT for t in segment.tokens)
    )


def _tells(segment: Segment) -> bool:
    """A Korean segment by its ending, an English one by a verb that reports; a fragment tells nothing."""
    words = [token.text.lower() for token in segment.tokens if token.sort is Sort.WORD]
    if segment.tells or not words:
        return segment.tells
    if not segment.text.isascii() or words[0] in _SCOPES:
        return False
    if len(words) > 1 and words[0] in _TELLERS and words[1] not in _SCOPES:
        return True
    return len(words) > 1 and any(word in _FINITE or is_past(word) for word in words[1:])
