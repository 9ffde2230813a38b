"""A smaller run of ``bench.rollout_faults``: two faults at once, each rollout with an end that is told."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.rollout_faults.faults import FAULTS, FROZEN, Fault
from bench.rollout_faults.playing import Played, expected, play
from bench.rollout_faults.world import world_of

NAMED = {fault.name: fault for fault in FAULTS}


def of(names: str) -> tuple[Fault, ...]:
    """Faults by their names."""
    return tuple(NAMED[name] for name in names.split(" + "))


def rollouts(folder: Path, *names: str) -> list[Played]:
    """One after the other in one world."""
    chance = random.Random(20261123)
    with world_of(folder) as world:
        return [play(world, of(one), chance) for one in names]


@pytest.mark.parametrize(
    "names",
    [
        (
            "bot killed three times + queue item forgotten",
            "Jenkins restarts, queue forgotten + answer to trigger lost",
            "clouds ill shortly + any answer lost",
            "Prometheus down for long + bot killed",
        ),
        (
            "way back fails",
            "build fails + Jenkins away for a while",
            "build hangs",
            "Prometheus down shortly + trigger lost",
        ),
    ],
)
def test_one_build_each_the_right_end_and_people_are_told(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    """What passes is deployed, what lasts is taken back, what disturbs both stops until resumed."""
    played = rollouts(tmp_path, *names)
    assert [one.problems for one in played] == [[]] * len(names), [one.thread for one in played]


def test_two_faults_are_expected_to_end_as_the_worse_of_them() -> None:
    """And never better."""
    assert expected(of("way back fails + bot killed")) == [FROZEN]
    assert expected(of("build fails + Prometheus down shortly")) == ["taken back"]
    assert expected(of("bot killed")) == ["deployed"]


def test_no_fault_is_forgotten_in_the_table() -> None:
    """Names are unique, since rows are known by them."""
    assert len(NAMED) == len(FAULTS) >= 24
