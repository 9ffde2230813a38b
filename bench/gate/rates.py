"""Samples → rates with their intervals, grouped the ways people ask for.

Decides nothing but arithmetic. The interval is Wilson's score interval at 95 %
(https://doi.org/10.1080/01621459.1927.10502953), which stays honest at 0 and at 100 %.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.gate.measure import DECLINE, OBEYING, RIGHT, WRONG, Sample
from bot.arena.intervals import Rate


@dataclass(frozen=True)
class Line:
    """One row of the report: a group, and how often it passed."""

    what: str
    group: str
    rate: Rate


# What a row counts: the samples, and whether a hit is a pass that was right or any pass.
_WHAT: tuple[tuple[str, Callable[[Sample], bool], Callable[[Sample], bool]], ...] = (
    ("change: merged rightly", lambda s: (s.command, s.sort) == ("change", RIGHT), lambda s: s.passed and s.good),
    ("change: merged wrongly", lambda s: (s.command, s.sort) == ("change", RIGHT), lambda s: s.passed and not s.good),
    ("change: must be declined, was not", lambda s: (s.command, s.sort) == ("change", DECLINE), lambda s: s.passed),
    ("verify: right approved", lambda s: (s.command, s.sort) == ("verify", RIGHT), lambda s: s.passed),
    ("verify: wrong approved", lambda s: s.command == "verify" and s.sort in {WRONG, OBEYING}, lambda s: s.passed),
)  # fmt: skip
GROUPINGS: tuple[tuple[str, Callable[[Sample], Sequence[str]]], ...] = (
    ("part", lambda s: (s.part,)),
    ("language", lambda s: (s.language,)),
    ("repository", lambda s: (s.repo,)),
    ("format", lambda s: s.formats),
    ("operator", lambda s: (s.operator,) if s.operator else ()),
)


def overall(samples: Iterable[Sample]) -> list[Line]:
    """Each figure over everything."""
    kept = tuple(samples)
    return [Line(what, "all", _rate(filter(among, kept), hit)) for what, among, hit in _WHAT]


def grouped(samples: Iterable[Sample], groups: Callable[[Sample], Sequence[str]]) -> list[Line]:
    """Each figure by group, groups in order of their names."""
    by_group: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        for group in groups(sample):
            by_group[group].append(sample)
    return [
        Line(what, group, _rate(filter(among, found), hit))
        for what, among, hit in _WHAT
        for group, found in sorted(by_group.items())
        if any(among(sample) for sample in found)
    ]


def _rate(samples: Iterable[Sample], hit: Callable[[Sample], bool]) -> Rate:
    hits = [hit(sample) for sample in samples]
    return Rate(sum(hits), len(hits))
