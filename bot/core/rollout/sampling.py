"""One reading of a deployment's health → how its check stands, and whether the deployment failed.

Decides how long good must last and how often nothing may be heard. A bad value counts as a failure
once the grace is over; silence does after a few readings, and what never settles after many.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.rollout.health import HealthCheck, Verdict, judge
from bot.core.rollout.state import CheckTrack, RolloutState, Sampled, Track

MISSING_LIMIT = 5
# Good is only what was seen: after a longer silence the time of being good begins anew.
MAX_GAP = 120.0
_PACE = (1.0, 15.0)
_SPARE_TRIES = 30


def pace(check: HealthCheck) -> float:
    """How many seconds to wait between two readings."""
    return min(max(check.hold / 4, _PACE[0]), _PACE[1])


def sampled(state: RolloutState, track: Track, event: Sampled) -> tuple[Track, str | None]:
    """The track after a reading; with the code of a failure, or None."""
    check, now = track.deployment.health[event.index], state.clock
    verdict = judge(check, event.reading, _baseline(state, track, event.index), track.since, now)
    before = track.checks[event.index]
    after = _counted(check, before, verdict, now)
    checks = (*track.checks[: event.index], after, *track.checks[event.index + 1 :])
    over = now - track.since > check.grace
    return replace(track, checks=checks), _failure(state, check, after, verdict, over=over)


def _baseline(state: RolloutState, track: Track, index: int) -> float | None:
    for one in state.baselines:
        if (one.environment, one.index) == (track.deployment.environment, index):
            return one.value
    return None


def _counted(check: HealthCheck, before: CheckTrack, verdict: Verdict, now: float) -> CheckTrack:
    tries = before.tries + 1
    if verdict is Verdict.GOOD:
        gap = before.last is not None and now - before.last > MAX_GAP
        kept = None if gap else before.good_since
        since = now if kept is None else kept
        return CheckTrack(since, now, now - since >= check.hold, 0, tries)
    missing = 0 if verdict is Verdict.BAD else before.missing + 1
    return CheckTrack(None, now, ok=False, missing=missing, tries=tries)


def _failure(
    state: RolloutState, check: HealthCheck, after: CheckTrack, verdict: Verdict, *, over: bool
) -> str | None:
    if not over:
        return None
    if verdict is Verdict.BAD:
        return "unhealthy"
    if after.missing >= MISSING_LIMIT:
        return "health-unknown"
    limit = (check.grace + 3 * check.hold + 2 * state.plan.soak) / pace(check) + _SPARE_TRIES
    return "health-slow" if after.tries > limit and not after.ok else None
