"""Keeps the lexicon cache in step with the trees asked about.

Decides what has to be read (blobs whose words are not stored) and what to do where the cache file
is of no use. It must never answer before every text of the tree is in the cache.
"""

from __future__ import annotations

import codecs
import threading
from typing import TYPE_CHECKING, TypeVar

from bot.adapters.git_search import MAX_TEXT_BYTES, TreeSearch, regular
from bot.adapters.lexicon_cache import CacheError, LexiconCache, forget
from bot.core.lexicon import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.adapters.git_process import Git
    from bot.ports import TreeEntry

_Answer = TypeVar("_Answer")
_BATCH_BYTES = 16 << 20  # stored at once: what a killed first indexing has to read again
_PROGRESS_EVERY = 100
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_of(data: bytes) -> str:
    """A file's text for searching: UTF-8, or what its byte order mark says; never fails."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    return data.decode("utf-8", "surrogateescape")


class GitIndex:
    """Answers questions about trees of one repository from the cache file at ``path``.

    A file that is damaged or of another version is made anew once; a file that cannot be written
    is done without, in memory. ``progress(done, total)`` is told of blobs.
    """

    def __init__(self, git: Git, path: Path, progress: Callable[[int, int], None] | None) -> None:
        self._git = git
        self._path: Path | None = path
        self._progress = progress
        self._cache: LexiconCache | None = None
        self._searches: dict[str, TreeSearch] = {}
        self._renewed = False
        self._lock = threading.Lock()

    def ask(
        self, sha: str, files: Sequence[TreeEntry], question: Callable[[TreeSearch], _Answer]
    ) -> _Answer:
        """The answer of the search over ``files``, the tree of commit ``sha``."""
        with self._lock:
            while True:
                try:
                    return question(self._search(sha, files))
                except CacheError as error:
                    if self._path is None:
                        raise  # memory is exhausted: nothing to fall back on
                    self._abandon(self._path, error)

    def close(self) -> None:
        """Let go of the cache file."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        self._searches.clear()
        if self._cache is not None:
            self._cache.close()
        self._cache = None

    def _abandon(self, path: Path, error: CacheError) -> None:
        self._close()
        if error.damaged and not self._renewed and forget(path):
            self._renewed = True
        else:
            self._path = None

    def _search(self, sha: str, files: Sequence[TreeEntry]) -> TreeSearch:
        if sha not in self._searches:
            if self._cache is None:
                self._cache = LexiconCache(self._path)
            self._learn(files, self._cache)
            self._searches[sha] = TreeSearch(files, self._cache)
        return self._searches[sha]

    def _learn(self, files: Sequence[TreeEntry], cache: LexiconCache) -> None:
        """Read the blobs whose words are not stored yet, and store them batch by batch."""
        texts = {entry.blob for entry in regular(files) if entry.size <= MAX_TEXT_BYTES}
        missing = sorted(texts.difference(cache.known(texts)))
        batch: dict[str, tuple[str, ...]] = {}
        waiting = 0
        for done, blob in enumerate(self._git.blobs(missing), start=1):
            batch[blob.name] = tuple(tokens(text_of(blob.read())))
            waiting += blob.size
            if waiting >= _BATCH_BYTES:
                cache.add(batch)
                batch, waiting = {}, 0
            if self._progress and (done % _PROGRESS_EVERY == 0 or done == len(missing)):
                self._progress(done, len(missing))
        if batch:
            cache.add(batch)
