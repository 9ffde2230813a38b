"""Names as words, and a person's word as the words a file may use for it.

Decides how identifiers come apart (``maxPoolSize``, ``MAX_POOL_SIZE`` and ``max-pool-size`` are
the same three words) and which words of a request must be found. Matches nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.core.glossary import DESCRIPTORS, known, options, segments, singular

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[가-힣]+")


@lru_cache(maxsize=65_536)
def words_in(name: str) -> frozenset[str]:
    """The words of a path, key or identifier, lower case, singular."""
    return frozenset(singular(part.lower()) for part in _PARTS.findall(name)) | _numbered(name)


@lru_cache(maxsize=65_536)
def _numbered(name: str) -> frozenset[str]:
    """``worker-1`` is also the one word people type."""
    return frozenset(match.lower() for match in re.findall(r"[A-Za-z]+[-_]?\d+", name))


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a request; ``options`` are the words a file may use; see ``terms_of``."""

    word: str
    options: frozenset[str]
    required: bool
    identifier: bool = False


_POOLS = frozenset({"pool", "풀"})
_POOLED = frozenset({"connection", "connections", "커넥션", "연결"})


def terms_of(words: Iterable[str]) -> tuple[Term, ...]:
    """The terms of a phrase; a word that only describes ("server", "값") is not required.

    "설정 서버" and "config server" name one thing, so there ``config`` is required.
    """
    flat = [piece for word in words for piece in _pieces(word)]
    found: list[Term] = []
    for position, (word, identifier) in enumerate(flat):
        following = flat[position + 1][0] if position + 1 < len(flat) else ""
        compound = word in {"설정", "config", "configuration"} and following in {
            "서버",
            "server",
            "클라이언트",
            "client",
        }
        # an identifier as a whole only tells exact names from others; its words are required
        # what a pool is of is seldom in its name: "connection pool" is a pool
        pooled = following in _POOLS and word in _POOLED
        required = not identifier and not pooled and (compound or word not in DESCRIPTORS)
        found.append(
            Term(
                word,
                frozenset(singular(option) for option in options(word)) | {word},
                required,
                identifier,
            )
        )
    return tuple(found) if any(term.required for term in found) else _descriptors_required(found)


def _descriptors_required(terms: list[Term]) -> tuple[Term, ...]:
    """A phrase of descriptors alone must mean something, so there each of them counts."""
    return tuple(
        Term(term.word, term.options, required=True, identifier=term.identifier) for term in terms
    )


def _pieces(word: str) -> list[tuple[str, bool]]:
    """A word as the pieces looked for: identifiers apart, Korean compounds by the glossary."""
    if not word.isascii():
        plain = re.sub(r"들$", "", word) if len(word) > 2 and not known(word) else word
        return [(piece, False) for piece in segments(plain) or (plain,)]
    identifier = bool(re.search(r"[a-z][A-Z]|[_.]|[A-Z]{2}", word)) and len(word) > 3
    if re.fullmatch(r"[A-Za-z]+[-_]?\d+", word):
        return [(word.lower(), False)]
    parts = [part.lower() for part in _PARTS.findall(word)]
    if identifier:
        return [(word, True), *((part, False) for part in parts)]
    return [(part, False) for part in parts]
