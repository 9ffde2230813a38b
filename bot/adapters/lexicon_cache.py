"""Which words stand in which blobs, kept in SQLite between runs.

A blob's words never change, so whatever is stored stays true. Decides only storage: it must
never answer from a file that another version wrote, that is damaged, or that holds half a batch.
A plain inverted table was measured against FTS5 (contentless, ``detail=none``) on 10,000 files of
50 MB: see ``bench/speed/README.md``.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import weakref
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

VERSION = 1  # raise it whenever bot.core.lexicon gives other words
_MAGIC = 0x63666762  # "cfgb": a file of ours
_SCHEMA = """
CREATE TABLE document(id INTEGER PRIMARY KEY, blob TEXT NOT NULL UNIQUE, words INTEGER NOT NULL);
CREATE TABLE posting(word TEXT, batch INTEGER, documents BLOB NOT NULL, PRIMARY KEY(word, batch)) WITHOUT ROWID;
"""
BUSY_SECONDS = 30.0
_PARAMETERS = 500  # SQLite took at most 999 in one statement for long
MEMORY = ":memory:"


class CacheError(Exception):
    """The file cannot be used: damaged (then a new one may take its place), or unwritable, full
    or held by another process."""  # noqa: D205, D209

    def __init__(self, reason: str, *, damaged: bool) -> None:
        super().__init__(reason)
        self.damaged = damaged


def forget(path: Path) -> bool:
    """Remove a cache file of no use; False where that is not allowed."""
    try:
        for name in (path, path.with_name(f"{path.name}-journal")):
            name.unlink(missing_ok=True)
    except OSError:
        return False
    return True


class LexiconCache:
    """An inverted index of blobs. ``path`` None keeps it in memory.

    Raises CacheError from every method once SQLite cannot go on.
    """

    def __init__(self, path: Path | None) -> None:
        with _errors():
            self._db = _open(path)
        weakref.finalize(self, self._db.close)  # Python 3.13 warns of what is left open

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def known(self, blobs: Collection[str]) -> dict[str, tuple[int, int]]:
        """Document id and number of words of those of ``blobs`` that are stored."""
        with _errors():
            return self._known(blobs)

    def _known(self, blobs: Collection[str]) -> dict[str, tuple[int, int]]:
        return {
            blob: (document, words)
            for part in _parts(list(blobs))
            for document, blob, words in self._db.execute(
                f"SELECT id, blob, words FROM document WHERE blob IN ({','.join('?' * len(part))})",  # noqa: S608
                part,
            )
        }

    def add(self, batch: Mapping[str, Collection[str]]) -> None:
        """Store the words of each blob, all or none; a blob stored meanwhile is left alone."""
        with _errors(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            stored = self._known(batch)
            (last,) = self._db.execute("SELECT coalesce(max(id), 0) FROM document").fetchone()
            new = [(blob, words) for blob, words in batch.items() if blob not in stored]
            numbered = list(enumerate(new, start=last + 1))
            rows = ((number, blob, len(words)) for number, (blob, words) in numbered)
            self._db.executemany("INSERT INTO document VALUES (?, ?, ?)", rows)
            postings = _invert((number, words) for number, (_, words) in numbered)
            # a batch is named after its first document: no two of them share it
            self._db.executemany(
                "INSERT INTO posting VALUES (?, ?, ?)",
                ((word, last + 1, _packed(postings[word])) for word in sorted(postings)),
            )

    def documents(self, word: str) -> frozenset[int]:
        """The documents that have ``word``."""
        return self._collect("SELECT documents FROM posting WHERE word = ?", (word,))

    def documents_from(self, prefix: str) -> frozenset[int]:
        """The documents that have a word beginning with ``prefix``."""
        last = chr(sys.maxunicode)
        return self._collect(
            "SELECT documents FROM posting WHERE word BETWEEN ? AND ?", (prefix, prefix + last)
        )

    def _collect(self, query: str, parameters: tuple[str, ...]) -> frozenset[int]:
        with _errors():
            rows = self._db.execute(query, parameters)
            return frozenset(number for (packed,) in rows for number in _unpacked(packed))


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise CacheError(str(error), damaged="no such" in str(error)) from error
    except OSError as error:
        raise CacheError(str(error), damaged=False) from error
    except (sqlite3.Error, ValueError) as error:
        raise CacheError(str(error), damaged=True) from error


def _open(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(
        path or MEMORY, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    # A rollback journal with real syncs: neither a kill nor a power cut leaves half a batch.
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("PRAGMA synchronous = FULL")
    with database:
        database.execute("BEGIN IMMEDIATE")
        (magic,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not tables:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                database.execute(statement)
            database.execute(f"PRAGMA application_id = {_MAGIC}")
            database.execute(f"PRAGMA user_version = {VERSION}")
        elif (magic, version) != (_MAGIC, VERSION):
            raise ValueError(f"written by another version: {version}")
    (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise ValueError(state)


def _parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _PARAMETERS):
        yield items[start : start + _PARAMETERS]


def _invert(documents: Iterable[tuple[int, Collection[str]]]) -> dict[str, array[int]]:
    postings: dict[str, array[int]] = {}
    for number, words in documents:
        for word in words:
            found = postings.get(word)
            if found is None:
                postings[word] = array("I", (number,))
            else:
                found.append(number)
    return postings


def _packed(numbers: array[int]) -> bytes:
    """Four bytes each, little-endian on every machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(packed: bytes) -> array[int]:
    numbers = array("I")
    numbers.frombytes(packed)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
