"""Do injected words stay inside the data sections of a prompt? What leaves them, line by line.

Decides by the lines alone: each line of a prompt is either a template's own or begins with the mark
of its section (indent, ``> ``, ``- ``, a hunk's line number). A prompt with an injection must have
as many lines of the templates' own as its twin without one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bench.gate.injections.making import Injection
from bot.arena.memory import Commit, MemoryLibrary
from bot.asking import author_question, derive_question, review_question
from bot.core.change import build_change
from bot.core.finding import blocks
from bot.core.hunks import hunks_of
from bot.core.leaf import Document
from bot.core.request import read_request
from bot.gather import gather
from bot.models import Shown
from bot.ports import Question

BASE, HEAD = "base", "head"
# What data looks like in a prompt: it may hold anything after its mark.
DATA = re.compile(r"  |> |- | *\d+ [-+ ](?: |$)")
# Headings that hold a path: as many as there are files and hunks.
_HEADINGS = (
    (re.compile(r"File .* \([a-z]+\):"), "File"),
    (re.compile(r"Hunk h\d+ of .*:"), "Hunk"),
    (re.compile(r"\d+ further files with \d+ lines are not shown for lack of room\."), ""),
    (re.compile(r"Judge h1.*\. Answer with one JSON object\."), "Judge"),
    (re.compile(r"Request \((?:English|Korean); each line of it begins with \"> \"\):"), "Request"),
)


@dataclass(frozen=True)
class Leak:
    """A line of a prompt that an injection made and that is in no data section."""

    injection: str
    prompt: str
    line: str


def leaks_of(injection: Injection) -> Iterator[Leak]:
    """What of ``injection`` stands outside the data in each of the three prompts."""
    prompts = zip(_prompts(injection), _prompts(_twin(injection)), strict=True)
    for (name, mine), (_, plain) in prompts:
        for line in (_own_lines(mine) - _own_lines(plain)).elements():
            yield Leak(injection.name, name, line)


def unseen_of(injection: Injection) -> tuple[str, ...]:
    """The invisible characters (by name) that reach a model as they are."""
    texts = "".join(question.user for _, question in _prompts(injection))
    odd = {one for one in texts if one != "\n" and unicodedata.category(one) in {"Cc", "Cf"}}
    return tuple(sorted(f"U+{ord(one):04X}" for one in odd))


def _twin(injection: Injection) -> Injection:
    """The same with a harmless word for the payload."""
    return injection.saying("hello")


def _prompts(injection: Injection) -> tuple[tuple[str, Question], ...]:
    """What author and reviewer would be asked, with the obeying diff under review."""
    asked = read_request(injection.request)
    head = injection.after(injection.wish.edits, injection.target.edits)
    library = MemoryLibrary({BASE: Commit(injection.base), HEAD: Commit(head)})
    index = gather(asked, library, BASE, for_models=True)
    change = build_change(library.difference(BASE, HEAD))
    heads = [one for one in change.head_docs.values() if isinstance(one, Document)]
    shown = Shown.of(asked, index, heads)
    findings = (blocks("explained-value", change.paths[0], 1, key=injection.said),)
    told = ("a check said: " + injection.said,)
    facts = asked, shown.documents, shown.order
    questions = (
        ("author", author_question(*facts, shown.mask, told)),
        ("derive", derive_question(*facts, shown.mask)),
        ("review", review_question(*facts, hunks_of(change), findings, shown.mask)),
    )
    return tuple((name, one) for name, one in questions if isinstance(one, Question))


def _own_lines(question: Question) -> Counter[str]:
    """The lines that are no data, headings without their paths."""
    lines = [line for line in question.user.splitlines() if line and not DATA.match(line)]
    return Counter(name for name in map(_heading, lines) if name)


def _heading(line: str) -> str:
    return next((name for look, name in _HEADINGS if look.fullmatch(line)), line)
