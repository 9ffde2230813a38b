"""What follows by itself from where a rollout is, and from the time: no event, no choice.

Decides when the next cloud, wave or stage may begin, when a build took too long, and where a
failed rollout ends once nothing is at work any more. Always comes to rest.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.rollout.marking import failed, moved, named
from bot.core.rollout.rules import OnFailure
from bot.core.rollout.state import (
    IN_FLIGHT,
    TOUCHED,
    DeploymentState,
    Direction,
    Phase,
    RolloutState,
    reason,
)

# Two minutes: nothing has begun yet, and a Prometheus that restarts must not undo a merge.
BASELINE_TRIES = 24
# What is asked sooner is asked, but is no further try.
BASELINE_PACE = 5.0
# How long a build that was told to stop may take to do so.
CANCEL_PATIENCE = 300.0
# After a longer silence nobody was there to look, and builds had no chance to be seen ending.
UNWATCHED = 120.0
_BUSY = IN_FLIGHT | {DeploymentState.BUILT}


def resumed(state: RolloutState, now: float) -> RolloutState:
    """The time is ``now``. For as long as nobody looked, no build is held to have taken too long."""
    gap = now - state.clock
    state = replace(state, clock=max(now, state.clock))
    if gap <= UNWATCHED:
        return state
    tracks = tuple(
        replace(one, since=one.since + gap) if one.state in IN_FLIGHT else one
        for one in state.tracks
    )
    return replace(state, tracks=tracks)


def settled(state: RolloutState) -> RolloutState:
    """Everything that follows by itself, until nothing more does; it always comes to rest."""
    while True:
        after = _follow(state)
        if after == state:
            return state
        state = after


def _follow(state: RolloutState) -> RolloutState:
    if state.ended or state.phase is Phase.TURNING:
        return state
    state = _overdue(state)
    if state.phase is Phase.BASELINE:
        return _measuring(state)
    if state.phase is Phase.HALTING:
        return _halting(state)
    return _rolling(state)


def _measuring(state: RolloutState) -> RolloutState:
    lost = [one for one in state.baselines if one.value is None and one.tries >= BASELINE_TRIES]
    if lost:
        first = lost[0]
        mine = (it for it in state.plan.deployments if it.environment == first.environment)
        facts = {"environment": first.environment, **named(next(mine), first.index)}
        return failed(state, reason("baseline-missing", **facts))
    if all(one.value is not None for one in state.baselines):
        return replace(state, phase=Phase.ROLLING)
    return state


def _overdue(state: RolloutState) -> RolloutState:
    """Builds that took too long are cancelled; those that cannot be are stuck."""
    for one in state.tracks:
        where, waited = one.deployment.environment, state.clock - one.since
        late = waited > one.deployment.timeout
        if one.state is DeploymentState.DUE and late:
            state = moved(state, one, DeploymentState.FAILED)
            state = failed(state, reason("trigger-timeout", environment=where))
        elif one.state is DeploymentState.TRIGGERED and late:
            state = moved(state, one, DeploymentState.CANCELLING)
            state = failed(state, reason("build-timeout", environment=where))
        elif one.state is DeploymentState.CANCELLING and waited > CANCEL_PATIENCE:
            state = moved(state, one, DeploymentState.STUCK)
            state = replace(state, stuck=state.stuck or reason("build-endless", environment=where))
    return state


def _halting(state: RolloutState) -> RolloutState:
    """Once nothing is at work any more: back, or stop here for good."""
    if state.landing is not None or any(one.state in IN_FLIGHT for one in state.tracks):
        return state
    if state.direction is Direction.BACK or state.stuck is not None:
        return replace(state, phase=Phase.FROZEN)
    if not state.commits and not any(one.state in TOUCHED for one in state.tracks):
        return replace(state, phase=Phase.ROLLED_BACK)
    stop = state.plan.on_failure is OnFailure.STOP
    return replace(state, phase=Phase.FROZEN if stop else Phase.TURNING)


def _rolling(state: RolloutState) -> RolloutState:
    stage = state.current
    if stage is None:
        back = state.direction is Direction.BACK
        return replace(state, phase=Phase.ROLLED_BACK if back else Phase.DONE)
    if state.commit(stage.name) is None:
        return replace(state, landing=stage.name)
    if state.wave >= len(stage.waves):
        return replace(state, stage=state.stage + 1, wave=0, calm_since=None)
    state = _healthy_at_once(state)
    if all(one.state is DeploymentState.HEALTHY for one in state.in_wave):
        return _calm(state)
    return _due(replace(state, calm_since=None))


def _healthy_at_once(state: RolloutState) -> RolloutState:
    """Where nothing is to be looked at, a build that ended well is all there is."""
    for one in state.in_wave:
        if one.state is DeploymentState.BUILT and not one.checks:
            state = moved(state, one, DeploymentState.HEALTHY)
    return state


def _calm(state: RolloutState) -> RolloutState:
    """The next wave, once this one has been healthy for long enough."""
    if state.calm_since is None:
        return replace(state, calm_since=state.clock)
    if state.clock - state.calm_since < state.plan.soak:
        return state
    return replace(state, wave=state.wave + 1, calm_since=None)


def _due(state: RolloutState) -> RolloutState:
    """As many of the wave as may be at work at once, in the order of the plan."""
    free = state.plan.parallel - sum(1 for one in state.in_wave if one.state in _BUSY)
    waiting = [one for one in state.in_wave if one.state is DeploymentState.WAITING]
    order = sum(1 for one in state.tracks if one.state is not DeploymentState.WAITING)
    for turn, one in enumerate(waiting[: max(free, 0)], order):
        state = moved(state, replace(one, order=turn), DeploymentState.DUE)
    return state
