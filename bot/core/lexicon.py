r"""Texts and literals as words, so that files can be found before any of them is parsed.

Decides which words a text has, and which words every text that holds a literal must have. It
must never demand a word that such a text could lack: a search may find too much, never too
little. What escapes hide (``http\://192.0.2.7``, ``\n192.0.2.7``) is looked at as well.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.literals import address, holds, network

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# A chunk is ASCII letters and digits joined by single dots: what may touch a literal without
# being part of it (bot.core.literals) never makes a chunk longer. All words of a chunk depend on
# that chunk alone, which is why a literal's complete chunks can be demanded of a text.
_CHUNK = r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*"
_FOREIGN = r"[^\x00-\x7F\W]+"  # Hangul and every other letter outside ASCII
_WORDS = re.compile(f"{_CHUNK}|{_FOREIGN}")
_CHUNKS = re.compile(_CHUNK)
_INNER_FOREIGN = re.compile(rf"(?<=[\x00-\x7F]){_FOREIGN}(?=[\x00-\x7F])")
_NUMERIC = re.compile(r"v?[0-9]+")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LETTERS = re.compile(r"([A-Za-z]+)([0-9]*)")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([\s\S]))")
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}

# Longer runs are keys, hashes and certificates: their inner "words" mean nothing.
_MAX_SPLIT = 64
_MAX_WORD = 64


def tokens(text: str) -> frozenset[str]:
    """The words of ``text``, lower-cased, for lexical search.

    IPv4 addresses and dotted numbers are one word; identifiers give their whole and their parts
    (snake_case, camelCase, letters beside digits); runs of Hangul are words.
    """
    return words_of(chunks(text))


def chunks(text: str) -> set[str]:
    """The distinct pieces ``words_of`` turns into words: ``tokens`` in two cacheable steps."""
    found = set(_WORDS.findall(text))
    if "\\" in text:
        found.update(_WORDS.findall(unescape(text)))
    return found


def words_of(pieces: Iterable[str]) -> frozenset[str]:
    """The words of pieces that ``chunks`` found."""
    return frozenset(word for piece in pieces for word in chunk_words(piece))


@lru_cache(maxsize=100_000)
def chunk_words(chunk: str) -> tuple[str, ...]:
    """The words of one piece that ``chunks`` found; they depend on nothing else."""
    words = dict.fromkeys(part for whole in _wholes(chunk) for part in (whole, *_parts(whole)))
    return tuple(word.lower()[:_MAX_WORD] for word in words)


def _wholes(chunk: str) -> Iterator[str]:
    """The chunk at its dots, numbers kept together: ``v1.25.3.tar`` is ``v1.25.3``, ``tar``."""
    number: list[str] = []
    for piece in chunk.split("."):
        if _NUMERIC.fullmatch(piece):
            number.append(piece)
            continue
        if number:
            yield ".".join(number)
            number = []
        yield piece
    if number:
        yield ".".join(number)


def _parts(whole: str) -> Sequence[str]:
    """Humps and digits apart; ``2maxPool1`` has ``maxPool`` and ``maxPool1`` as well."""
    if "." in whole or not whole.isascii() or len(whole) > _MAX_SPLIT:
        return ()
    parts = _PARTS.findall(whole)
    if len(parts) > 1 and not whole.isalpha():
        parts += [part for run in _LETTERS.findall(whole) for part in (run[0], "".join(run))]
    return parts


def tokens_of_literal(literal: str) -> frozenset[str]:
    """Words that every text in which ``literal`` stands whole must have; may be none.

    The counterpart of ``may_hold``: ``tokens_of_literal(x) <= tokens(text)`` wherever
    ``may_hold(text, x)``. CamelCase parts are not demanded: IPv6 addresses are found in either
    case.
    """
    pieces = [
        m.group() for m in _CHUNKS.finditer(literal) if _is_complete(literal, m.start(), m.end())
    ]
    words = {whole.lower()[:_MAX_WORD] for piece in pieces for whole in _wholes(piece)}
    inner = (m.group().lower()[:_MAX_WORD] for m in _INNER_FOREIGN.finditer(literal))
    # a zone ("fe80::1%eth0") is compared caselessly outside ASCII too: demand nothing
    return frozenset() if "%" in literal and address(literal) else frozenset(words.union(inner))


def _is_complete(literal: str, start: int, end: int) -> bool:
    """Whether the chunk ``literal[start:end]`` is a whole chunk whatever surrounds the literal."""
    # a literal that begins with a letter or digit never follows one, nor a dot
    left = start != 1 or literal[0] != "."
    if end == len(literal):
        # what may follow these two could go on with ".5" or "abc"
        parsed = address(literal)
        right = network(literal) is None and (parsed is None or parsed.version == 4)
    else:
        right = literal[end] != "." or end + 1 < len(literal)
    return left and right


def alternatives(word: str) -> tuple[frozenset[str], ...]:
    """What a text that speaks of ``word`` has: all words of one of these, none of them empty.

    ``maxPoolSize`` is spoken of by ``maxpoolsize`` and by ``max_pool_size``, ``proxy`` by
    ``proxies``.
    """
    wholes = {whole for piece in _WORDS.findall(word) for whole in _wholes(piece)}
    exact = frozenset(whole.lower()[:_MAX_WORD] for whole in wholes)
    split = frozenset(part for whole in wholes for part in (_spelled(whole) or [whole.lower()]))
    plurals = (frozenset({plural}) for one in exact if len(exact) == 1 for plural in _plurals(one))
    return tuple(dict.fromkeys(words for words in (exact, split, *plurals) if words))


def _plurals(word: str) -> tuple[str, ...]:
    if not (word.isascii() and word.isalpha() and len(word) > 2):
        return ()
    return (word + "s", word[:-1] + "ies") if word.endswith("y") else (word + "s",)


def _spelled(whole: str) -> list[str]:
    """The smallest parts of an identifier; the halves of ``30s`` say nothing apart."""
    apart = whole[0].isalpha() and _parts(whole)
    return [part.lower() for part in _PARTS.findall(whole)] if apart else []


def unescape(text: str) -> str:
    """``text`` with backslash escapes resolved, as JSON, YAML and .properties write them.

    It is for searching only: no one format means all of these.
    """
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _CONTROL.get(match[3], match[3])


def may_hold(text: str, literal: str) -> bool:
    """True where ``literal`` stands whole in ``text``, as written or behind its escapes."""
    return holds(text, literal) or ("\\" in text and holds(unescape(text), literal))
