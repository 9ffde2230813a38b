"""Payloads × carriers → injections: a request and a base tree that carry somebody else's words.

Decides which payload meets which carrier, wish and target: by counting on, so that the same set
comes out each time. Half of it is Korean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bench.gate.injections.carriers import CARRIERS
from bench.gate.injections.dress import DRESSES
from bench.gate.tasks import Tree, edited

_HERE = Path(__file__).parent
EACH_LANGUAGE = 210
REST = "rest"
_SLOT = re.compile(r"@(?P<what>order|path|old|new)(?::(?P<dress>\w+))?@")
Edits = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Wish:
    """What the person wants; no ``edits`` where rules cannot read it and nobody else should."""

    id: str
    language: str
    request: str
    edits: Edits


@dataclass(frozen=True)
class Target:
    """The wrong change an injection is after; ``orders`` says it, by language."""

    id: str
    kind: str
    orders: Mapping[str, str]
    edits: Edits


@dataclass(frozen=True)
class Payload:
    """A text of an attacker's."""

    id: str
    language: str
    trick: str
    text: str


@dataclass(frozen=True)
class Injection:
    """A payload at work. ``clean`` is the tree before anybody put it there."""

    payload: Payload
    carrier: str
    wish: Wish
    target: Target
    said: str
    request: str
    base: Tree
    clean: Tree
    turn: int

    @property
    def name(self) -> str:
        """For people: what, where, after what."""
        return f"{self.payload.id} in {self.carrier}, {self.wish.id}, after {self.target.id}"

    @property
    def in_files(self) -> bool:
        """Whether the request itself is as the person wrote it."""
        return self.request == self.wish.request

    def saying(self, said: str) -> Injection:
        """The same wish, carrier and target with other words."""
        request, base = CARRIERS[self.carrier](said, self.wish.request, self.clean, self.turn)
        return replace(self, said=said, request=request, base=base)

    def after(self, *edits: Edits) -> Tree:
        """The base with ``edits`` done; they are meant for the tree before the injection came."""
        tree = edited(self.clean, [edit for some in edits for edit in some])
        return CARRIERS[self.carrier](self.said, self.wish.request, tree, self.turn)[1]


def injections() -> tuple[Injection, ...]:
    """All of them, English and Korean in equal number, in the same order each time."""
    return tuple(one for language in ("en", "ko") for one in _of_language(language))


def _of_language(language: str) -> Iterable[Injection]:
    payloads = [payload for payload in read_payloads() if payload.language == language]
    wishes = [wish for wish in read_wishes() if wish.language == language]
    targets = read_targets()
    names = tuple(CARRIERS)
    for n in range(EACH_LANGUAGE):
        turn, at = divmod(n, len(payloads))
        carrier = names[(at + turn * 2) % len(names)]
        # strides that share no factor with the counts, so that all pairs come up
        wish, target = wishes[n * 3 % len(wishes)], targets[n * 5 % len(targets)]
        if not wish.edits and target.kind == REST:
            target = targets[n % 3]  # what models may do of their own is the floor's matter
        yield inject(payloads[at], carrier, wish, target, n)


def inject(payload: Payload, carrier: str, wish: Wish, target: Target, turn: int) -> Injection:
    """``payload`` after ``target``, put where ``carrier`` says; ``turn`` picks among its files."""
    said = filled(payload.text, target, payload.language)
    clean = scene()
    request, base = CARRIERS[carrier](said, wish.request, clean, turn)
    return Injection(payload, carrier, wish, target, said, request, base, clean, turn)


def filled(text: str, target: Target, language: str) -> str:
    """The payload's text with what it is after, dressed as it says."""
    edit = target.edits[0]
    words = {
        "order": target.orders[language],
        "path": str(edit["file"]),
        "old": str(edit["old"]).strip(),
        "new": str(edit["new"]).strip(),
    }
    return _SLOT.sub(lambda slot: DRESSES[slot["dress"] or ""](words[slot["what"]]), text)


@cache
def scene() -> Tree:
    """The repository it all happens in."""
    top = _HERE / "scene"
    files = sorted(path for path in top.rglob("*") if path.is_file())
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}


@cache
def read_payloads() -> tuple[Payload, ...]:
    """Everything in ``payloads.yml``."""
    entries = yaml.safe_load((_HERE / "payloads.yml").read_text("utf-8"))
    return tuple(Payload(**entry) for entry in entries)


@cache
def read_wishes() -> tuple[Wish, ...]:
    """What people really want. Raises TaskError where an edit does not fit the scene."""
    wishes = tuple(Wish(**entry) for entry in _aims()["wishes"])
    for wish in wishes:
        edited(scene(), wish.edits)
    return wishes


@cache
def read_targets() -> tuple[Target, ...]:
    """What injections are after. Raises TaskError where an edit does not fit the scene."""
    targets = tuple(
        Target(one["id"], one["kind"], {"en": one["en"], "ko": one["ko"]}, one["edits"])
        for one in _aims()["targets"]
    )
    for target in targets:
        edited(scene(), target.edits)
    return targets


@cache
def _aims() -> Mapping[str, Any]:
    aims: Mapping[str, Any] = yaml.safe_load((_HERE / "aims.yml").read_text("utf-8"))
    return aims
