"""Which files of one commit have which words, in their paths or in their texts.

Decides ranking only. It must never open a file: it knows trees and the lexicon cache, and what
it names may hold a literal, until someone has read it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from bot.core.lexicon import alternatives, tokens, tokens_of_literal
from bot.ports import RankedPath, TreeEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.adapters.lexicon_cache import LexiconCache

REGULAR_MODES = frozenset({"100644", "100755"})
# Larger files are not made words of: they are searched byte by byte instead.
MAX_TEXT_BYTES = 1 << 20

# BM25 for words that are counted once a file: how much a long file's words weigh less.
_SATURATION = 1.2
_LENGTH_WEIGHT = 0.3
_PATH_WEIGHT = 1.0  # a word in the path, beside the same word in the text
_HANGUL = ("가", "힣")
_Item = TypeVar("_Item")


def regular(files: Sequence[TreeEntry]) -> list[TreeEntry]:
    """Those files that have a text: no symlinks, no submodules."""
    return [entry for entry in files if entry.mode in REGULAR_MODES]


class TreeSearch:
    """Searches one tree. Every text of it up to MAX_TEXT_BYTES must be in ``cache`` already."""

    def __init__(self, files: Sequence[TreeEntry], cache: LexiconCache) -> None:
        self._files = regular(files)
        self._cache = cache
        self._by_document: dict[int, list[TreeEntry]] = {}
        self._length: dict[str, int] = {}
        self._place()
        self._by_path_word = _path_words(self._files)
        self.texts_with = lru_cache(maxsize=512)(self._texts_with)

    def _place(self) -> None:
        small = [entry for entry in self._files if entry.size <= MAX_TEXT_BYTES]
        known = self._cache.known({entry.blob for entry in small})
        for entry in small:
            document, words = known[entry.blob]
            self._by_document.setdefault(document, []).append(entry)
            self._length[entry.path] = words
        self._mean_length = max(1.0, sum(self._length.values()) / max(1, len(self._length)))

    def candidates(self, literal: str) -> list[TreeEntry]:
        """Files up to MAX_TEXT_BYTES in whose text ``literal`` may stand; never misses one."""
        documents: Collection[int] = self._by_document.keys()
        for word in sorted(tokens_of_literal(literal), key=len, reverse=True):
            documents = self._cache.documents(word).intersection(documents)
            if not documents:
                return []
        return [entry for document in documents for entry in self._by_document.get(document, ())]

    def frequency(self, word: str) -> int:
        """In how many files ``word`` stands, in path or text."""
        return len(self._files_with(word))

    def covering(self, groups: Sequence[Collection[str]], limit: int) -> tuple[str, ...]:
        """Files with a word of every group, in path or text, at most ``limit``, in path order."""
        named = [frozenset().union(*map(self._files_with, group)) for group in groups]
        found = frozenset.intersection(*named) if named else frozenset()
        return tuple(sorted(found)[: max(0, limit)])

    def about(self, words: Collection[str], limit: int) -> tuple[RankedPath, ...]:
        """The ``limit`` files that speak most of ``words``, best first, ties in path order."""
        scores: dict[str, float] = defaultdict(float)
        for word in sorted(set(words)):
            texts, paths = self.texts_with(word), self._paths_with(word)
            rarity = math.log1p(len(self._files) / max(1, len(texts | paths)))
            for path in texts:
                scores[path] += rarity * self._weight(path)
            for path in paths:
                scores[path] += rarity * _PATH_WEIGHT
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return tuple(RankedPath(path, score) for path, score in ranked[: max(0, limit)])

    def _weight(self, path: str) -> float:
        share = 1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * self._length[path] / self._mean_length
        return (_SATURATION + 1) / (1 + _SATURATION * share)

    def _files_with(self, word: str) -> frozenset[str]:
        return self.texts_with(word) | self._paths_with(word)

    def _texts_with(self, word: str) -> frozenset[str]:
        documents = _any_of(word, self._documents)
        return frozenset(
            entry.path for document in documents for entry in self._by_document.get(document, ())
        )

    def _documents(self, word: str) -> frozenset[int]:
        """Korean particles follow a word without a space: ``서버를`` speaks of ``서버``."""
        if _is_hangul(word):
            return self._cache.documents_from(word)
        return self._cache.documents(word)

    def _paths_with(self, word: str) -> frozenset[str]:
        return _any_of(word, lambda part: self._by_path_word.get(part, frozenset()))


def _any_of(word: str, find: Callable[[str], frozenset[_Item]]) -> frozenset[_Item]:
    found = (frozenset.intersection(*map(find, words)) for words in alternatives(word))
    return frozenset().union(*found)


def _is_hangul(word: str) -> bool:
    first, last = _HANGUL
    return len(word) > 1 and all(first <= letter <= last for letter in word)


def _path_words(files: Sequence[TreeEntry]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entry in files:
        for word in tokens(entry.path):
            found.setdefault(word, set()).add(entry.path)
    return {word: frozenset(paths) for word, paths in found.items()}
