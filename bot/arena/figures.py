"""Records → rates by setting, and two runs compared on the games they share.

Decides nothing but arithmetic: Wilson intervals for shares, and for a pair of runs the exact
McNemar test with the difference's interval (Wald on the paired differences, with a correction for continuity).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from typing import Any

from bot.arena.game import DECLINED, ERROR, RIGHT, WRONG
from bot.arena.intervals import Z95, Rate
from bot.arena.setting import Setting

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One setting's figures; tokens, cost and seconds are means a game."""

    setting: Setting
    right: Rate
    wrong: Rate
    declined: Rate
    errors: int
    protected: int
    tokens: float
    calls: float
    cost: float
    seconds: float
    broken: Rate  # a candidate that was right before the last round and is not after it
    mended: Rate


def cells(records: Sequence[Record]) -> tuple[Cell, ...]:
    """The figures of every setting, in the order in which they were played first."""
    return tuple(_cell(setting, found) for setting, found in by_setting(records).items())


def by_setting(records: Iterable[Record]) -> dict[Setting, list[Record]]:
    """The records of every setting, in the order in which it was played first."""
    groups: dict[Setting, list[Record]] = {}
    for record in records:
        groups.setdefault(setting_of(record), []).append(record)
    return groups


def setting_of(record: Record) -> Setting:
    """The setting a record was played in."""
    names = ("author", "reviewer", "mode", "scope", "rounds")
    return Setting(*(record[name] for name in names))


def _cell(setting: Setting, found: Sequence[Record]) -> Cell:
    count = len(found)

    def ended(how: str) -> Rate:
        return Rate(sum(1 for one in found if one["ended"] == how), count)

    def mean(what: str) -> float:
        return float(sum(one[what] for one in found) / count)

    answers = [pair for one in found for pair in _answers(one)]
    return Cell(
        setting,
        ended(RIGHT),
        ended(WRONG),
        ended(DECLINED),
        sum(1 for one in found if one["ended"] == ERROR),
        sum(1 for one in found if one.get("protected")),
        mean("tokens"),
        mean("calls"),
        mean("cost"),
        mean("seconds"),
        Rate(sum(1 for before, after in answers if before and not after), len(answers)),
        Rate(sum(1 for before, after in answers if after and not before), len(answers)),
    )


def _answers(record: Record) -> list[tuple[bool, bool]]:
    """Each player's candidate at the start and at the end of a duel: right or not."""
    played = record.get("played") or []
    if len(played) < 2:
        return []
    return [(played[0][player], played[-1][player]) for player in ("A", "B")]


@dataclass(frozen=True)
class Comparison:
    """Of the games both runs have: how often only one of them merged rightly.

    ``difference`` is second minus first, with its 95 % interval; ``p`` is McNemar's, two-sided.
    """

    games: int
    first_only: int
    second_only: int
    difference: float
    low: float
    high: float
    p: float


def compare(first: Sequence[Record], second: Sequence[Record]) -> Comparison:
    """Paired by task and number, whatever else differs between the runs."""
    ones = {_pair(record): record["ended"] == RIGHT for record in first}
    others = {_pair(record): record["ended"] == RIGHT for record in second}
    return paired([(ones[name], others[name]) for name in sorted(ones.keys() & others.keys())])


def paired(pairs: Sequence[tuple[bool, bool]]) -> Comparison:
    """The comparison of two outcomes of each game."""
    first_only = sum(1 for a, b in pairs if a and not b)
    second_only = sum(1 for a, b in pairs if b and not a)
    count = len(pairs)
    difference = (second_only - first_only) / count if count else 0.0
    spread = (first_only + second_only) / count - difference**2 if count else 1.0
    half = Z95 * sqrt(max(spread, 0.0) / count) + 0.5 / count if count else 1.0
    low, high = max(-1.0, difference - half), min(1.0, difference + half)
    return Comparison(
        count, first_only, second_only, difference, low, high, mcnemar(first_only, second_only)
    )


def mcnemar(first_only: int, second_only: int) -> float:
    """The exact two-sided test: how odd the split is if both are as good."""
    count, least = first_only + second_only, min(first_only, second_only)
    if count == 0:
        return 1.0
    tail = sum(comb(count, k) for k in range(least + 1)) / 2**count
    return float(min(1.0, 2 * tail))


def _pair(record: Record) -> tuple[str, int]:
    return record["task"], record["number"]


def as_json(found: Sequence[Cell]) -> list[dict[str, Any]]:
    """For machines."""
    return [
        {
            **{name: getattr(cell.setting, name) for name in Setting.__slots__},
            **{
                name: _rate(getattr(cell, name))
                for name in ("right", "wrong", "declined", "broken", "mended")
            },
            **{
                name: round(getattr(cell, name), 4)
                for name in ("errors", "protected", "tokens", "calls", "cost", "seconds")
            },
        }
        for cell in found
    ]


def _rate(rate: Rate) -> dict[str, float]:
    return {
        "hits": rate.hits,
        "of": rate.of,
        "share": round(rate.share, 5),
        "low": round(rate.low, 5),
        "high": round(rate.high, 5),
    }
