"""The way of a rollout: what has happened → where it is now.

Decides when the next cloud may begin, what counts as failed, and when to turn back. Whoever runs it
carries out ``bot.core.rollout.actions`` and feeds back what came of them; an event about something
that is not awaited changes nothing, so the same event may come twice.

It never begins a wave before the one before is healthy, never begins anything after a failure but
the way back, and never anything at all once frozen. What fails on the way back freezes it. A build
that was forgotten in the queue is asked for again under the same run; one that began never is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from bot.core.rollout.following import BASELINE_PACE, resumed, settled
from bot.core.rollout.health import baseline_of
from bot.core.rollout.marking import failed, moved, named, put
from bot.core.rollout.plan import RolloutPlan, rendered, undoing
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
    Refused,
    RollbackBegan,
    RolloutState,
    Sampled,
    Stopped,
    Track,
    Triggered,
    reason,
)

# A Jenkins that forgets its queue this often will not deploy.
MAX_LOST = 3
_SHOWN = 5  # paths in a sentence


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
    return settled(state)


def observe(state: RolloutState, events: Iterable[Event], now: float) -> RolloutState:
    """The rollout after ``events``, at the time ``now`` (Unix seconds; it never goes back)."""
    state = resumed(state, now)
    for event in events:
        if not state.ended:
            state = settled(_after(state, event))
    return settled(state)


def _after(state: RolloutState, event: Event) -> RolloutState:
    match event:
        case Landed():
            return _landed(state, event)
        case NotLanded():
            return _not_landed(state, event)
        case Baselined():
            return _baselined(state, event)
        case Triggered():
            return _triggered(state, event)
        case Refused():
            return _refused(state, event)
        case Ended():
            return _ended(state, event)
        case Sampled():
            return _sampled(state, event)
        case RollbackBegan():
            return _turned(state) if state.phase is Phase.TURNING else state
        case Stopped():
            return failed(state, reason("stopped", by=event.by))
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
    commits = (*state.commits, (event.stage, event.commit))
    landing = None if state.landing == event.stage else state.landing
    return replace(state, tracks=tracks, commits=commits, landing=landing)


def _not_landed(state: RolloutState, event: NotLanded) -> RolloutState:
    if state.landing != event.stage:
        return state
    state = replace(state, landing=None)
    if event.changed:
        return failed(state, reason("changed-since", paths=", ".join(event.changed[:_SHOWN])))
    return failed(state, reason("not-landed", stage=event.stage, detail=event.detail))


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
    if one.last is not None and state.clock - one.last < BASELINE_PACE:
        return replace(one, value=value)
    return replace(one, value=value, tries=one.tries + 1, last=state.clock)


def _triggered(state: RolloutState, event: Triggered) -> RolloutState:
    track = state.track(event.run)
    if track is None or track.state not in IN_FLIGHT:
        return state
    track = replace(track, began=track.began or event.began)
    if track.state is DeploymentState.DUE:
        return moved(state, track, DeploymentState.TRIGGERED)
    return put(state, track)


def _refused(state: RolloutState, event: Refused) -> RolloutState:
    track = state.track(event.run)
    if track is None or track.state is not DeploymentState.DUE:
        return state
    facts = {"environment": track.deployment.environment, "detail": event.detail}
    return failed(moved(state, track, DeploymentState.REFUSED), reason("trigger-refused", **facts))


def _ended(state: RolloutState, event: Ended) -> RolloutState:
    track = state.track(event.run)
    if track is None or track.state not in IN_FLIGHT:
        return state
    cancelled = track.state is DeploymentState.CANCELLING
    if event.end is End.SUCCEEDED and not cancelled:
        checks = tuple(CheckTrack() for _ in track.deployment.health)
        return moved(state, replace(track, checks=checks), DeploymentState.BUILT)
    if event.end is End.GONE and _may_begin_anew(state, track):
        return moved(state, replace(track, lost=track.lost + 1), DeploymentState.DUE)
    code = "build-timeout" if cancelled else f"build-{event.end.value}"
    why = reason(code, environment=track.deployment.environment)
    return failed(moved(state, track, DeploymentState.FAILED), why)


def _may_begin_anew(state: RolloutState, track: Track) -> bool:
    """Whether a build that is gone never was more than a place in a queue that was forgotten."""
    waited = track.state is DeploymentState.TRIGGERED and not track.began
    return waited and state.phase is Phase.ROLLING and track.lost < MAX_LOST


def _sampled(state: RolloutState, event: Sampled) -> RolloutState:
    track = state.track(event.run)
    looked_at = {DeploymentState.BUILT, DeploymentState.HEALTHY}
    if track is None or track.state not in looked_at or state.phase is not Phase.ROLLING:
        return state
    if track not in state.in_wave or not 0 <= event.index < len(track.checks):
        return state
    made, code = sampled(state, track, event)
    if code is not None:
        it = track.deployment
        facts = {"environment": it.environment, **named(it, event.index)}
        return failed(moved(state, made, DeploymentState.FAILED), reason(code, **facts))
    ok = all(one.ok for one in made.checks)
    now = DeploymentState.HEALTHY if ok else DeploymentState.BUILT
    return put(state, replace(made, state=now))  # its time still runs from the end of the build


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
