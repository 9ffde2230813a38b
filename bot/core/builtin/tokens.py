"""A request as tokens: literals, names and words, with the Korean particle each one carries.

Decides where a token ends; what a clause means is decided elsewhere. Text between tokens is never
dropped silently: everything but white space becomes a token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.glossary import known, segments
from bot.core.literals import Literal, LiteralKind, literals


class Sort(StrEnum):
    """What a token is."""

    LITERAL = "literal"  # an address, number, version, URL …
    QUOTED = "quoted"
    ASSIGN = "assign"  # KEY=value
    WORD = "word"
    ARROW = "arrow"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` without quotes and particle; ``unit`` follows a number; ``start`` in characters."""

    sort: Sort
    text: str
    particle: str = ""
    unit: str = ""
    kind: LiteralKind | None = None
    start: int = 0

    @property
    def valued(self) -> bool:
        """True where the token can only be a value."""
        return self.sort in {Sort.LITERAL, Sort.QUOTED}


PARTICLES = tuple(
    sorted(
        """
    에서부터 으로부터 로부터 에서만 에서는 에서도 에서의 에서 에게서 이라고 라고 으로만 으로는 으로도 으로 까지 부터 처럼 한테 에게 마다 이랑 랑 들도 들은 들을 들이 들의
    들에 들에서 들만 들 에는 에도 에만 과 와 은 는 이 가 을 를 의 에 도 로 만 쪽에서 쪽에서만 쪽은 쪽도 쪽을 쪽의 쪽에 쪽만 쪽 측 인데 이고 이랑은 이야 야 입니다
    이에요 예요 으로요 로요 안에서 안의 내의 용
    """.split(),
        key=len,
        reverse=True,
    )
)
_LOOSE = frozenset("에서 에서만 으로 로 을 를 은 는 이 가 에 의 만 도 부터 까지".split())
# Of an unknown word only these endings are surely particles; others may be part of a name.
_CERTAIN = ("에서만", "에서", "으로", "을", "를")
_UNITS = {
    "밀리초": "ms", "초": "s", "분": "m", "시간": "h", "일": "d", "개": "", "번": "", "회": "", "대": "", "권": "", "명": "", "건": "", "줄": "", "통": "", "장": "", "배": "times",
    "퍼센트": "%", "프로": "%", "바이트": "B", "킬로바이트": "KB", "메가바이트": "MB", "메가": "MB", "기가바이트": "GB", "기가": "GB", "meg": "MB", "megs": "MB", "gig": "GB", "gigs": "GB", "megabytes": "MB", "gigabytes": "GB",
    "ms": "ms", "millisecond": "ms", "milliseconds": "ms", "millis": "ms", "s": "s", "sec": "s", "secs": "s", "second": "s",
    "seconds": "s", "m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m", "h": "h", "hr": "h", "hrs": "h",
    "hour": "h", "hours": "h", "d": "d", "day": "d", "days": "d", "kb": "KB", "mb": "MB", "gb": "GB", "kib": "KiB",
    "mib": "MiB", "gib": "GiB", "x": "times", "times": "times", "percent": "%", "%": "%",
}  # fmt: skip
_PIECES = re.compile(
    r"""
      (?P<quoted>"[^"\n]+"|“[^”\n]+”|‘[^’\n]+’|`[^`\n]+`|「[^」\n]+」|(?<![\w])'[^'\n]+'(?![A-Za-z0-9_]))
    | (?P<email>(?<![\w.+-])[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)
    | (?P<assign>(?<![\w.-])[A-Za-z_][\w.-]*\s?=\s?[^\s=,;]+)
    | (?P<arrow>-+>|=+>|→|⇒|➡️?|>>)
    | (?P<date>(?<![\w.-])\d{4}-\d{2}-\d{2}(?![\w-]))
    | (?P<file>(?<![\w./-])[A-Za-z0-9_.-]*\.(?:conf|cfg|ini|ya?ml|toml|json|env|properties|service|timer|sh|nft|tf|xml|txt|md)(?![A-Za-z0-9_.]))
    | (?P<image>(?<![\w./-])[a-z0-9][\w.-]*(?:(?::\d+)?/[\w.-]+)*:[A-Za-z0-9][\w.-]*(?![\w/:]))
    | (?P<path>(?<![\w./-])(?:[A-Za-z0-9_.-]+/)+[A-Za-z0-9_.*-]+)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*)
    | (?P<hangul>[가-힣ㄱ-ㅎㅏ-ㅣ]+)
    | (?P<other>\S)
    """,
    re.VERBOSE,
)
_GLUED = re.compile(r"[가-힣]+|%|[A-Za-z]+")


def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of ``text`` (composed to NFC first, as Hangul may come apart from a Mac)."""
    text = unicodedata.normalize("NFC", text)
    found: list[Token] = []
    position = 0
    spots = {literal.start: literal for literal in literals(text)}
    while position < len(text):
        if text[position] == "\n":
            found.append(Token(Sort.MARK, "\n", start=position))
            position += 1
        elif text[position].isspace():
            position += 1
        else:
            token, position = _next(text, position, spots)
            found.append(token)
    return tuple(_rejoined(found))


def _rejoined(tokens: list[Token]) -> list[Token]:
    """A particle after a space or a bracket (``192.0.2.7 에서``, ``서버(192.0.2.7)가``) goes to its word."""
    done: list[Token] = []
    for token in tokens:
        bearer = next((n for n in range(len(done) - 1, -1, -1) if done[n].text != ")"), None)
        if token.text in _LOOSE and bearer is not None and _bears(done[bearer]):
            done[bearer] = replace(done[bearer], particle=token.text)
        else:
            done.append(token)
    return done


def _bears(token: Token) -> bool:
    """True for a literal or a Latin word that has no particle yet."""
    if token.particle or token.sort in {Sort.ARROW, Sort.MARK}:
        return False
    return token.valued or token.text.isascii()


def _next(text: str, position: int, spots: Mapping[int, Literal]) -> tuple[Token, int]:
    match = _PIECES.match(text, position)
    group = match.lastgroup if match else "other"
    literal = spots.get(position)
    if (
        literal is not None
        and group not in {"quoted", "assign", "date", "file", "email"}
        and not _longer_name(match, literal)
    ):
        return _literal(text, literal)
    if match is None:
        return Token(Sort.MARK, text[position], start=position), position + 1
    if group == "quoted":
        return _with_particle(
            text, Token(Sort.QUOTED, match.group()[1:-1].strip(), start=position), match.end()
        )
    if group == "assign":
        return _with_particle(
            text, _trim(Token(Sort.ASSIGN, match.group(), start=position)), match.end()
        )
    if group == "arrow":
        return Token(Sort.ARROW, match.group(), start=position), match.end()
    if group == "image":
        return _image(text, match)
    if group in {"date", "email"}:
        return _with_particle(text, Token(Sort.LITERAL, match.group(), start=position), match.end())
    if group in {"name", "path", "file"}:
        return _with_particle(text, Token(Sort.WORD, match.group(), start=position), match.end())
    if group == "hangul":
        return _hangul(match.group(), position), match.end()
    return Token(Sort.MARK, match.group(), start=position), match.end()


def _longer_name(match: re.Match[str] | None, literal: Literal) -> bool:
    """``on`` inside ``on-call`` or ``config.yml`` inside a path is part of a longer word."""
    return (
        match is not None
        and match.end() > literal.end
        and match.lastgroup in {"image", "path", "name"}
    )


def _image(text: str, match: re.Match[str]) -> tuple[Token, int]:
    """``nginx:1.27.2`` is a value; ``timeout:30`` says the same as ``timeout 30``."""
    word = match.group().rstrip(".")
    end = match.start() + len(word)
    if not re.search(r"[A-Za-z]", word.split(":")[0]) or not re.search(
        r"\d", word.rsplit(":", 1)[1]
    ):
        name = re.match(r"[\w.-]+", word)
        stop = match.start() + (name.end() if name else 1)
        return Token(Sort.WORD, text[match.start() : stop], start=match.start()), stop
    return _with_particle(text, Token(Sort.LITERAL, word, start=match.start(), kind=None), end)


def _trim(token: Token) -> Token:
    return Token(
        token.sort, re.sub(r"(?<=[0-9A-Za-z])[가-힣]+$|[.!?]+$", "", token.text), start=token.start
    )


def _literal(text: str, literal: Literal) -> tuple[Token, int]:
    """A literal, with the unit and the particle that follow it."""
    if literal.kind is LiteralKind.BOOLEAN and literal.text not in {"true", "false"}:
        # "on" is a preposition as often as a value; a value it is where its role says so
        token = Token(Sort.WORD, literal.text, start=literal.start)
        return _with_particle(text, token, literal.end)
    kind, word, end = literal.kind, literal.text, literal.end
    token = Token(Sort.LITERAL, word, kind=kind, start=literal.start)
    if kind is LiteralKind.NUMBER:
        unit = re.compile(r"\s?([A-Za-z]+|%|[가-힣]+)").match(text, end)
        if unit and (found := _unit(unit.group(1))) is not None:
            name, rest = found
            token = Token(Sort.LITERAL, word, kind=kind, unit=name, start=token.start)
            return _with_particle(text, token, unit.end() - len(rest))
    return _with_particle(text, token, end)


def _unit(word: str) -> tuple[str, str] | None:
    """The unit a word starts with, and what is left (a particle)."""
    if word.lower() in _UNITS:
        return _UNITS[word.lower()], ""
    for name in sorted(_UNITS, key=len, reverse=True):
        if (
            not name.isascii()
            and word.startswith(name)
            and (word[len(name) :] in PARTICLES or word[len(name) :] == "씩")
        ):
            return _UNITS[name], word[len(name) :]
    return None


def _with_particle(text: str, token: Token, end: int) -> tuple[Token, int]:
    """Hangul glued to a literal or a Latin word is its particle, or the start of the next word."""
    match = re.compile(r"[가-힣]+").match(text, end)
    if match is None:
        return token, end
    for particle in PARTICLES:
        if match.group() == particle:
            return Token(
                token.sort, token.text, particle, token.unit, token.kind, token.start
            ), match.end()
    return token, end


def _hangul(word: str, start: int) -> Token:
    """A Korean word parted from its particle; a word of the glossary is left whole."""
    if known(word):
        return Token(Sort.WORD, word, start=start)
    for particle in PARTICLES:
        stem = word[: -len(particle)]
        if stem and word.endswith(particle) and segments(stem) is not None:
            return Token(Sort.WORD, stem, particle, start=start)
    for particle in _CERTAIN:
        if word.endswith(particle) and len(word) > len(particle) + 1:
            return Token(Sort.WORD, word[: -len(particle)], particle, start=start)
    return Token(Sort.WORD, word, start=start)
