"""Held to account: what a run of simulated models measured beside what it had to come to.

Decides which laws there are: a measured share lies within its Wilson interval of the implied one
(at 99.9 %, since many are looked at), no duel is worse than its own round 0 beyond the paired 95 %
margin, and nothing wrong of a protected kind is merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from bot.arena.figures import Record, by_setting, compare
from bot.arena.game import RIGHT, WRONG, Played, play
from bot.arena.implied import right_merges
from bot.arena.intervals import Rate
from bot.arena.running import open_model
from bot.arena.setting import Setting
from bot.arena.tasks import Task
from bot.core.duel.units import Scope
from bot.core.gate import Mode
from bot.simulated.faults import read_faults
from bot.simulated.truth import truth_of

_Z999 = 3.2905
_DUEL = ("wrong_value=0.2", "missed_place=0.2", "wrong_place=0.15", "extra_change=0.3")


@dataclass(frozen=True)
class Law:
    """``implied`` None where the law is a bound and no figure."""

    name: str
    implied: float | None
    measured: Rate
    holds: bool


def passing(tasks: Sequence[Task], seed: int) -> tuple[Task, ...]:
    """Those whose right change the gate lets through: the others say nothing of the players."""
    perfect = Setting("sim:perfect", "sim:perfect", Mode.BLIND.value, Scope.PROJECT.value, 0)
    return tuple(
        task for task in tasks if play(Played(perfect, task, 0, seed), open_model)["ended"] == RIGHT
    )


def settings_of_laws() -> tuple[Setting, ...]:
    """More than twelve settings, each with its round 0 where it duels."""
    blind = Mode.BLIND.value
    found = [
        _setting("sim:wrong_value=0.1", "sim:wrong_value=0.1", blind, 0),
        _setting("sim:wrong_value=0.3", "sim:perfect", blind, 0),
        _setting("sim:perfect", "sim:missed_place=0.25", blind, 0),
        _setting("sim:wrong_place=0.2", "sim:extra_change=0.2", blind, 0),
        _setting("sim:perfect", "sim:false_accusation=0.3", blind, 0),
        _setting("sim:perfect", "sim:random_verdict=0.5", blind, 0),
        _setting(
            "sim:wrong_value=0.2,correlation=1", "sim:wrong_value=0.2,correlation=1", blind, 0
        ),
    ]
    duel = Mode.DUEL.value
    for name in (
        *(f"sim:{fault}" for fault in _DUEL),
        "sim:wrong_value=0.3,stubbornness=0.5",
        "sim:wrong_value=0.3,oversight=0.5",
        "sim:wrong_value=0.2,false_accusation=0.5",
        "sim:wrong_value=0.2,sycophancy=0.5",
        "sim:wrong_value=0.2,injection=1,correlation=0.5",
    ):
        found += [_setting(name, name, duel, rounds) for rounds in (0, 1, 3)]
    return tuple(found)


def _setting(author: str, reviewer: str, mode: str, rounds: int) -> Setting:
    return Setting(author, reviewer, mode, Scope.PROJECT.value, rounds)


def broken_laws(records: Sequence[Record], tasks: Sequence[Task]) -> list[Law]:
    """Every law with what was measured."""
    values = {f"{task.repo}/{task.id}": _values(task) for task in tasks}
    groups = by_setting(record for record in records if record["task"] in values)
    found = [law for setting, mine in groups.items() if (law := _implied(setting, mine, values))]
    found += [law for setting, mine in groups.items() if (law := _no_worse(setting, mine, groups))]
    every = [record for mine in groups.values() for record in mine]
    bad = sum(1 for record in every if record["ended"] == WRONG and record["protected"])
    return [*found, Law("wrong merges of protected kinds", 0.0, Rate(bad, len(every)), bad == 0)]


def _values(task: Task) -> int:
    truth = truth_of(task.id, task.request, task.base, task.right[0])
    return len(truth.right) if truth else 0


def _implied(setting: Setting, records: Sequence[Record], values: Mapping[str, int]) -> Law | None:
    a, b = read_faults(setting.author), read_faults(setting.reviewer)
    chances = [
        right_merges(a, b, setting.mode, setting.rounds, values[one["task"]]) for one in records
    ]
    known = [chance for chance in chances if chance is not None]
    if len(known) != len(records) or not known:
        return None
    implied = sum(known) / len(known)
    measured = Rate(sum(1 for one in records if one["ended"] == RIGHT), len(records))
    # the exact spread of a sum of unequal coins, never less than one game's worth
    spread = sqrt(sum(chance * (1 - chance) for chance in known)) / len(known)
    holds = abs(measured.share - implied) <= _Z999 * spread + 1 / len(known)
    return Law(setting.label, implied, measured, holds)


def _no_worse(
    setting: Setting, records: Sequence[Record], groups: Mapping[Setting, Sequence[Record]]
) -> Law | None:
    """A duel beside its own round 0, game by game."""
    if setting.mode != Mode.DUEL or setting.rounds == 0:
        return None
    start = Setting(setting.author, setting.reviewer, setting.mode, setting.scope, 0)
    found = compare(groups.get(start, ()), records)
    if not found.games:
        return None
    right = Rate(sum(1 for one in records if one["ended"] == RIGHT), len(records))
    return Law(f"no worse than round 0: {setting.label}", None, right, found.high >= 0)
