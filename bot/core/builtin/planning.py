"""What planning a wish gives: operations with their evidence, or a refusal with candidates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from bot.core.change import LeafChange
from bot.core.expectation import Explained
from bot.core.glossary import singular
from bot.core.index import Entry
from bot.core.leaf import Place
from bot.core.operation import Operation
from bot.core.words import terms_of, words_in

MAX_CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """The operations of one wish; ``explain`` gives the evidence of a leaf change that is its own.

    ``called`` are the words of the wish that name the place itself, ``where`` those that name what it
    stands in; both empty where a literal says it all.
    """

    operations: tuple[Operation, ...]
    explain: Callable[[LeafChange], Explained | None]
    called: tuple[str, ...] = ()
    where: tuple[str, ...] = ()


class Refused(Exception):  # noqa: N818 - an answer that unwinds
    """A wish that means no certain place; ``code`` names the sentence, ``candidates`` the places."""

    def __init__(self, code: str, candidates: Iterable[Place] = (), **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.candidates = tuple(candidates)[:MAX_CANDIDATES]
        self.facts = tuple(sorted((name, str(value)) for name, value in facts.items()))


def parted(words: Iterable[str], entry: Entry) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that name ``entry`` itself, and those that name what it stands in."""
    said = tuple(words)
    called = tuple(w for w in said if any(t.options & entry.own for t in terms_of((w,))))
    return called, tuple(word for word in said if word not in called)


def said_by(words: Iterable[str]) -> str:
    """The request's words, quoted."""
    return " ".join(f"“{word}”" for word in words)


def narrow_out(without: tuple[str, ...], paths: Collection[str]) -> tuple[str, ...]:
    """The paths that "except …" leaves out, as patterns. Raises Refused where it means none."""
    if not without:
        return ()
    found = paths_called(without, paths)
    if not found:
        raise Refused("scope-unknown", words=" ".join(without))
    return tuple("/" + path for path in found)


def is_called(path: str, word: str) -> bool:
    """``hosts.ini`` and ``group_vars/db.yml`` end the path, ``clouds/oracle`` is a part of it."""
    return f"/{word.strip('/')}/" in f"/{path}/"


def paths_called(words: Iterable[str], paths: Iterable[str]) -> list[str]:
    """The paths that have all the words, sorted; by meaning only where none has the words themselves."""
    said = tuple(words)
    literal = [word for word in said if re.search(r"[/.]", word)]
    paths = [path for path in paths if all(is_called(path, word) for word in literal)]
    plain = terms_of(word for word in said if word not in literal)
    terms = [term for term in plain if term.required]
    known = {path: words_in(path) for path in paths}
    if not terms:
        return sorted(paths) if literal else []
    exactly = sorted(
        path for path, there in known.items() if all(singular(term.word) in there for term in terms)
    )
    return exactly or sorted(
        path for path, there in known.items() if all(term.options & there for term in terms)
    )
