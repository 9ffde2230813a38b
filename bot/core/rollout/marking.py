"""The small steps that every change of a rollout's state is made of.

Decides one thing: which failure counts. The first one is why a rollout turns back; one on the way
back is why it cannot.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.rollout.health import ProbeCheck
from bot.core.rollout.plan import Deployment
from bot.core.rollout.state import (
    DeploymentState,
    Direction,
    Phase,
    Reason,
    RolloutState,
    Track,
)


def put(state: RolloutState, track: Track) -> RolloutState:
    """With ``track`` in the place of the one of the same deployment."""
    run = track.deployment.id
    tracks = tuple(track if one.deployment.id == run else one for one in state.tracks)
    return replace(state, tracks=tracks)


def moved(state: RolloutState, track: Track, to: DeploymentState) -> RolloutState:
    """With ``track`` in the state ``to`` since now."""
    return put(state, replace(track, state=to, since=state.clock))


def named(deployment: Deployment, index: int) -> dict[str, str]:
    """Which health check it was: its number, and what it asks."""
    check = deployment.health[index]
    what = check.http if isinstance(check, ProbeCheck) else check.promql
    return {"check": str(index + 1), "what": what}


def failed(state: RolloutState, why: Reason) -> RolloutState:
    """Nothing new begins from here on."""
    if state.direction is Direction.BACK:
        return replace(state, phase=Phase.HALTING, stuck=state.stuck or why)
    if state.phase in {Phase.BASELINE, Phase.ROLLING}:
        return replace(state, phase=Phase.HALTING, why=why)
    return state
