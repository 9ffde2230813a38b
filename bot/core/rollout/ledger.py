"""A rollout's state ↔ plain JSON values, as the ledger keeps it.

Decides nothing. What was written is read back equal.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.core.rollout.health import HealthCheck, MetricCheck, ProbeCheck
from bot.core.rollout.plan import Deployment, PlannedStage, RolloutPlan
from bot.core.rollout.rules import OnFailure
from bot.core.rollout.state import (
    Baseline,
    CheckTrack,
    DeploymentState,
    Direction,
    Phase,
    Reason,
    RolloutState,
    Track,
)

Json = Any
VERSION = 1


def to_json(state: RolloutState) -> Json:
    """Plain values; enumerations as their words."""
    return _plain({"version": VERSION, **asdict(state)})


def _plain(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def state_from(data: Json) -> RolloutState:
    """The state that ``to_json`` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    rest = dict(data)
    if rest.pop("version") != VERSION:
        raise ValueError("a rollout of another version")
    return RolloutState(
        **{
            **rest,
            "plan": _plan(data["plan"]),
            "course": tuple(_stage(one) for one in data["course"]),
            "tracks": tuple(_track(one) for one in data["tracks"]),
            "baselines": tuple(Baseline(**one) for one in data["baselines"]),
            "phase": Phase(data["phase"]),
            "direction": Direction(data["direction"]),
            "commits": _pairs(data["commits"]),
            "why": _reason(data["why"]),
            "stuck": _reason(data["stuck"]),
        }
    )


def _plan(data: Json) -> RolloutPlan:
    stages = tuple(_stage(one) for one in data["stages"])
    return RolloutPlan(**{**data, "stages": stages, "on_failure": OnFailure(data["on_failure"])})


def _stage(data: Json) -> PlannedStage:
    waves = tuple(tuple(_deployment(one) for one in wave) for wave in data["waves"])
    return PlannedStage(**{**data, "paths": tuple(data["paths"]), "waves": waves})


def _deployment(data: Json) -> Deployment:
    health = tuple(_check(one) for one in data["health"])
    return Deployment(**{**data, "parameters": _pairs(data["parameters"]), "health": health})


def _check(data: Json) -> HealthCheck:
    return MetricCheck(**data) if "promql" in data else ProbeCheck(**data)


def _track(data: Json) -> Track:
    return Track(
        **{
            **data,
            "deployment": _deployment(data["deployment"]),
            "state": DeploymentState(data["state"]),
            "checks": tuple(CheckTrack(**one) for one in data["checks"]),
        }
    )


def _reason(data: Json) -> Reason | None:
    return None if data is None else Reason(data["code"], _pairs(data["facts"]))


def _pairs(data: Json) -> tuple[tuple[str, str], ...]:
    return tuple((one, other) for one, other in data)
