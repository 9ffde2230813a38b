"""Where a rollout is → what to do now.

Decides nothing that ``bot.core.rollout.progress`` has not decided. Every action may be carried out
more than once: the same state always asks for the same, until an event says what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.rollout.following import BASELINE_PACE
from bot.core.rollout.health import HealthCheck
from bot.core.rollout.plan import PlannedStage, rendered
from bot.core.rollout.sampling import pace
from bot.core.rollout.state import DeploymentState, Phase, Reason, RolloutState, Track

_LAND_PACE = 10.0
_BUILD_PACE = 5.0


@dataclass(frozen=True, slots=True)
class MeasureBaseline:
    """Read ``check`` as it is before the first wave. Answer: Baselined."""

    environment: str
    index: int
    check: HealthCheck


@dataclass(frozen=True, slots=True)
class Land:
    """Bring a stage onto the base branch. Answer: Landed or NotLanded.

    ``stage.undoes`` names the stage to take back, where it does that.
    """

    stage: PlannedStage


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Something failed while a stage was landing: see that it is decided. Answer as for Land.

    Landed where it is on the base branch already, NotLanded once it never will be.
    """

    stage: PlannedStage


@dataclass(frozen=True, slots=True)
class Trigger:
    """Have the job build, once for ``run``, looking first. Answer: Triggered or Refused."""

    run: str
    environment: str
    job: str
    parameters: tuple[tuple[str, str], ...]
    commit: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Look where the build is. Answer: Triggered while it is there, Ended once it has."""

    run: str
    job: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Have a build stopped that took too long. Answer: Ended, by watching."""

    run: str
    job: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Read a health check of a deployment. Answer: Sampled."""

    run: str
    environment: str
    index: int
    check: HealthCheck


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing more to do for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StartRollback:
    """Tell everyone that it is being taken back, and why. Answer: RollbackBegan."""

    why: Reason


@dataclass(frozen=True, slots=True)
class Freeze:
    """It ended half-way: stop merges of this repository, and call for a person.

    ``why`` is what failed first, ``stuck`` what kept it from being taken back.
    """

    why: Reason | None
    stuck: Reason | None


@dataclass(frozen=True, slots=True)
class Done:
    """It ended whole: everywhere, or nowhere (``phase`` is DONE or ROLLED_BACK)."""

    phase: Phase
    why: Reason | None = None


Action = (
    MeasureBaseline
    | Land
    | Withdraw
    | Trigger
    | Watch
    | Cancel
    | Sample
    | Wait
    | StartRollback
    | Freeze
    | Done
)


def next_actions(state: RolloutState) -> tuple[Action, ...]:
    """What to do now, in this order; never empty."""
    match state.phase:
        case Phase.DONE | Phase.ROLLED_BACK:
            return (Done(state.phase, state.why),)
        case Phase.FROZEN:
            return (Freeze(state.why, state.stuck),)
        case Phase.TURNING:
            return (StartRollback(state.why or Reason("stopped")),)
        case Phase.BASELINE:
            return (*_baselines(state), Wait(BASELINE_PACE))
        case Phase.HALTING:
            return (*_withdrawals(state), *_builds(state), Wait(_BUILD_PACE))
        case Phase.ROLLING:
            return _rolling(state)


def _withdrawals(state: RolloutState) -> Iterator[Action]:
    if state.landing is not None and state.current is not None:
        yield Withdraw(state.current)


def _baselines(state: RolloutState) -> Iterator[Action]:
    for one in state.baselines:
        if one.value is None:
            mine = (it for it in state.plan.deployments if it.environment == one.environment)
            # before anything landed there is no commit to speak of
            deployment = rendered(next(mine), "")
            yield MeasureBaseline(one.environment, one.index, deployment.health[one.index])


def _rolling(state: RolloutState) -> tuple[Action, ...]:
    stage = state.current
    if stage is not None and state.commit(stage.name) is None:
        return (Land(stage), Wait(_LAND_PACE))
    found = (*_triggers(state), *_builds(state, due=False), *_samples(state))
    return (*found, Wait(_pause(state, found)))


def _triggers(state: RolloutState) -> Iterator[Action]:
    for one in state.in_wave:
        if one.state is DeploymentState.DUE:
            it = one.deployment
            commit = state.commit(it.stage) or ""
            yield Trigger(it.id, it.environment, it.job, it.parameters, commit)


def _builds(state: RolloutState, *, due: bool = True) -> Iterator[Action]:
    """``due``: also those that were to be triggered, since nobody knows whether they were."""
    for one in state.tracks:
        run, job = one.deployment.id, one.deployment.job
        if one.state is DeploymentState.CANCELLING:
            yield Cancel(run, job)
        if one.state in {DeploymentState.CANCELLING, DeploymentState.TRIGGERED} or (
            due and one.state is DeploymentState.DUE
        ):
            yield Watch(run, job)


def _samples(state: RolloutState) -> Iterator[Action]:
    for one in state.in_wave:
        if _is_looked_at(one):
            for index, check in enumerate(one.deployment.health):
                yield Sample(one.deployment.id, one.deployment.environment, index, check)


def _is_looked_at(track: Track) -> bool:
    return track.state in {DeploymentState.BUILT, DeploymentState.HEALTHY}


def _pause(state: RolloutState, found: tuple[Action, ...]) -> float:
    """The shortest that anything asks for; what is left of the soak where that is all."""
    asked = [pace(one.check) for one in found if isinstance(one, Sample)]
    if any(isinstance(one, Trigger | Watch | Cancel) for one in found):
        asked.append(_BUILD_PACE)
    if state.calm_since is not None:
        asked.append(max(state.calm_since + state.plan.soak - state.clock, 0.1))
    return min(asked, default=_BUILD_PACE)
