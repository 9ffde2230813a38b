"""The way of a rollout: what has happened → where it is now.

Decides when the next cloud may begin, what counts as failed, and when to turn back. Whoever runs it
carries out ``bot.core.rollout.actions`` and feeds back what came of them; an event about something
that is not awaited changes nothing, so the same event may come twice.

It never begins a wave before the one before is healthy, never begins anything after a failure but
the way back, and never anything at all once frozen. What fails on the way back freezes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from bot.core.rollout.health import baseline_of
from bot.core.rollout.plan import RolloutPlan, rendered, undoing
from bot.core.rollout.rules import OnFailure
from bot.core.rollout.sampling import sampled
from bot.core.rollout.state import (
    IN_FLIGHT,
    TOUCHED,
    Baseline,
    Baselined,
    CheckTrack,
    DeploymentState,
    Direction,
    End,
    Ended,
    Event,
    Landed,
    NotLanded,
    Phase,
    Reason,
    Refused,
    RollbackBegan,
    RolloutState,
    Sampled,
    Stopped,
    Track,
    Triggered,
    reason,
)

BASELINE_TRIES = 10
# How long a build that was told to stop may take to do so.
CANCEL_PATIENCE = 300.0
_BUSY = IN_FLIGHT | {DeploymentState.BUILT}
_END_CODES = {
    End.FAILED: "build-failed",
    End.HUNG: "build-hung",
    End.GONE: "build-gone",
    End.SUCCEEDED: "build-timeout",  # only where it was being cancelled
}


def begin(plan: RolloutPlan, now: float, commits: Iterable[tuple[str, str]] = ()) -> RolloutState:
    """A rollout at its start; ``commits`` are (stage, commit) of stages that have landed already."""
    compared: dict[tuple[str, int], Baseline] = {}
    for one in plan.deployments:
        for index, check in enumerate(one.health):
            if check.compares:
                compared[one.environment, index] = Baseline(one.environment, index)
    tracks = tuple(Track(one) for one in plan.deployments)
    state = RolloutState(plan, plan.stages, tracks, tuple(compared.values()), clock=now)
    for stage, commit in commits:
        state = _landed(state, Landed(stage, commit))
    return _settled(state)


def observe(state: RolloutState, events: Iterable[Event], now: float) -> RolloutState:
    """The rollout after ``events``, at the time ``now`` (Unix seconds; it never goes back)."""
    state = replace(state, clock=max(now, state.clock))
    for event in events:
        if not state.ended:
            state = _settled(_after(state, event))
    return _settled(state)


def _after(state: RolloutState, event: Event) -> RolloutState:
    match event:
        case Landed():
            return _landed(state, event)
        case NotLanded():
            facts = {"stage": event.stage, "detail": event.detail}
            awaited = state.current is not None and state.current.name == event.stage
            unknown = state.commit(event.stage) is None
            return _failed(state, reason("not-landed", **facts)) if awaited and unknown else state
        case Baselined():
            return _baselined(state, event)
        case Triggered():
            return _triggered(state, event.run)
        case Refused():
            return _refused(state, event)
        case Ended():
            return _ended(state, event)
        case Sampled():
            return _sampled(state, event)
        case RollbackBegan():
            return _turned(state) if state.phase is Phase.TURNING else state
        case Stopped():
            return _failed(state, reason("stopped", by=event.by))
        case _:
            assert_never(event)


def _landed(state: RolloutState, event: Landed) -> RolloutState:
    """From now on the stage's deployments know what they deploy."""
    known = {one.name for one in state.course}
    if event.stage not in known or state.commit(event.stage) is not None:
        return state
    tracks = tuple(
        replace(one, deployment=rendered(one.deployment, event.commit))
        if one.deployment.stage == event.stage
        else one
        for one in state.tracks
    )
    return replace(state, tracks=tracks, commits=(*state.commits, (event.stage, event.commit)))


def _baselined(state: RolloutState, event: Baselined) -> RolloutState:
    made = tuple(
        _measured(state, one, event)
        if (one.environment, one.index) == (event.environment, event.index) and one.value is None
        else one
        for one in state.baselines
    )
    return replace(state, baselines=made) if state.phase is Phase.BASELINE else state


def _measured(state: RolloutState, one: Baseline, event: Baselined) -> Baseline:
    checks = (
        track.deployment.health[one.index]
        for track in state.tracks
        if track.deployment.environment == one.environment
    )
    value = baseline_of(next(checks), event.reading, state.clock)
    return replace(one, value=value, tries=one.tries + 1)


def _changed(state: RolloutState, run: str, **what: object) -> RolloutState:
    tracks = tuple(
        replace(one, **what) if one.deployment.id == run else one  # type: ignore[arg-type]
        for one in state.tracks
    )
    return replace(state, tracks=tracks)


def _triggered(state: RolloutState, run: str) -> RolloutState:
    track = state.track(run)
    if track is None or track.state is not DeploymentState.DUE:
        return state
    return _changed(state, run, state=DeploymentState.TRIGGERED, since=state.clock)


def _refused(state: RolloutState, event: Refused) -> RolloutState:
    track = state.track(event.run)
    if track is None or track.state is not DeploymentState.DUE:
        return state
    state = _changed(state, event.run, state=DeploymentState.REFUSED, since=state.clock)
    environment = track.deployment.environment
    return _failed(state, reason("trigger-refused", environment=environment, detail=event.detail))


def _ended(state: RolloutState, event: Ended) -> RolloutState:
    track = state.track(event.run)
    if track is None or track.state not in IN_FLIGHT:
        return state
    if event.end is End.SUCCEEDED and track.state is not DeploymentState.CANCELLING:
        checks = tuple(CheckTrack() for _ in track.deployment.health)
        built = DeploymentState.BUILT
        return _changed(state, event.run, state=built, since=state.clock, checks=checks)
    state = _changed(state, event.run, state=DeploymentState.FAILED, since=state.clock)
    code = _END_CODES[event.end]
    if track.state is DeploymentState.CANCELLING:
        code = "build-timeout"
    return _failed(state, reason(code, environment=track.deployment.environment))


def _sampled(state: RolloutState, event: Sampled) -> RolloutState:
    track = state.track(event.run)
    looked_at = {DeploymentState.BUILT, DeploymentState.HEALTHY}
    if track is None or track.state not in looked_at or state.phase is not Phase.ROLLING:
        return state
    if track not in state.in_wave or not 0 <= event.index < len(track.checks):
        return state
    made, code = sampled(state, track, event)
    ok = all(one.ok for one in made.checks)
    now = DeploymentState.HEALTHY if ok else DeploymentState.BUILT
    state = _changed(state, event.run, checks=made.checks, state=now)
    if code is None:
        return state
    state = _changed(state, event.run, state=DeploymentState.FAILED, since=state.clock)
    check = str(event.index + 1)
    return _failed(state, reason(code, environment=track.deployment.environment, check=check))


def _failed(state: RolloutState, why: Reason) -> RolloutState:
    """The first failure counts; one on the way back is why it cannot be taken back."""
    if state.direction is Direction.BACK:
        return replace(state, phase=Phase.HALTING, stuck=state.stuck or why)
    if state.phase in {Phase.BASELINE, Phase.ROLLING}:
        return replace(state, phase=Phase.HALTING, why=why)
    return state


def _turned(state: RolloutState) -> RolloutState:
    """The course is now the way back: of what has landed, the last stage first."""
    landed = [one for one in state.plan.stages if state.commit(one.name) is not None]
    touched = sorted(
        (one for one in state.tracks if one.state in TOUCHED), key=lambda one: one.order
    )
    runs = [one.deployment.id for one in touched]
    course = tuple(undoing(stage, runs) for stage in reversed(landed))
    tracks = tuple(Track(one) for stage in course for one in stage.deployments)
    return replace(
        state,
        course=course,
        tracks=(*state.tracks, *tracks),
        direction=Direction.BACK,
        phase=Phase.ROLLING,
        stage=0,
        wave=0,
        calm_since=None,
    )


def _settled(state: RolloutState) -> RolloutState:
    """Everything that follows by itself, until nothing more does."""
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
        facts = {"environment": lost[0].environment, "check": str(lost[0].index + 1)}
        return _failed(state, reason("baseline-missing", **facts))
    if all(one.value is not None for one in state.baselines):
        return replace(state, phase=Phase.ROLLING)
    return state


def _overdue(state: RolloutState) -> RolloutState:
    """Builds that took too long are cancelled; those that cannot be are stuck."""
    for one in state.tracks:
        run, waited = one.deployment.id, state.clock - one.since
        where = one.deployment.environment
        if one.state is DeploymentState.DUE and waited > one.deployment.timeout:
            state = _changed(state, run, state=DeploymentState.FAILED, since=state.clock)
            state = _failed(state, reason("trigger-timeout", environment=where))
        elif one.state is DeploymentState.TRIGGERED and waited > one.deployment.timeout:
            state = _changed(state, run, state=DeploymentState.CANCELLING, since=state.clock)
            state = _failed(state, reason("build-timeout", environment=where))
        elif one.state is DeploymentState.CANCELLING and waited > CANCEL_PATIENCE:
            state = _changed(state, run, state=DeploymentState.STUCK, since=state.clock)
            state = replace(state, stuck=state.stuck or reason("build-endless", environment=where))
    return state


def _halting(state: RolloutState) -> RolloutState:
    """Once nothing is at work any more: back, or stop here for good."""
    if any(one.state in IN_FLIGHT for one in state.tracks):
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
        return state  # it has yet to land
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
            state = _changed(state, one.deployment.id, state=DeploymentState.HEALTHY)
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
    stage = state.current
    assert stage is not None  # noqa: S101 - the caller has looked
    order = sum(1 for one in state.tracks if one.state is not DeploymentState.WAITING)
    for planned in stage.waves[state.wave]:
        track = state.track(planned.id)
        if free > 0 and track is not None and track.state is DeploymentState.WAITING:
            due = DeploymentState.DUE
            state = _changed(state, planned.id, state=due, since=state.clock, order=order)
            free, order = free - 1, order + 1
    return state
