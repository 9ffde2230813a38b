"""Where a rollout is, as one value, and what may happen to it.

Decides nothing. The value holds everything that must survive a restart; ``bot.core.rollout.ledger``
writes it as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.rollout.health import Reading
from bot.core.rollout.plan import Deployment, PlannedStage, RolloutPlan


class Phase(StrEnum):
    """What a rollout is doing; the last three are where it ends."""

    BASELINE = "baseline"  # measuring what is compared with later
    ROLLING = "rolling"
    HALTING = "halting"  # something failed: nothing new begins, what runs is waited for
    TURNING = "turning"  # the way back is about to begin
    DONE = "done"
    ROLLED_BACK = "rolled-back"
    FROZEN = "frozen"


ENDED = frozenset({Phase.DONE, Phase.ROLLED_BACK, Phase.FROZEN})


class Direction(StrEnum):
    """To the new state, or back to the one before."""

    FORWARD = "forward"
    BACK = "back"


class DeploymentState(StrEnum):
    """Where one deployment is."""

    WAITING = "waiting"
    DUE = "due"  # to be triggered, and not known to be
    TRIGGERED = "triggered"
    CANCELLING = "cancelling"  # took too long
    BUILT = "built"  # its health is being looked at
    HEALTHY = "healthy"
    REFUSED = "refused"  # never began
    FAILED = "failed"
    STUCK = "stuck"  # its build can neither be waited for nor ended


# Builds that may be at work.
IN_FLIGHT = frozenset({DeploymentState.DUE, DeploymentState.TRIGGERED, DeploymentState.CANCELLING})
# What must be taken back: whatever may have changed something.
TOUCHED = frozenset(DeploymentState) - {DeploymentState.WAITING, DeploymentState.REFUSED}


@dataclass(frozen=True, slots=True)
class CheckTrack:
    """One health check of one deployment; times are Unix seconds.

    ``good_since`` is None unless the newest reading was good; ``missing`` counts readings in a row
    that said nothing.
    """

    good_since: float | None = None
    last: float | None = None
    ok: bool = False
    missing: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """One deployment's way. ``since`` is when it came into this state, ``order`` its turn.

    ``began`` says that its build was seen beyond the queue, ``lost`` how often it was gone from
    there.
    """

    deployment: Deployment
    state: DeploymentState = DeploymentState.WAITING
    since: float = 0.0
    order: int = 0
    checks: tuple[CheckTrack, ...] = ()
    began: bool = False
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Baseline:
    """The value of a check before the first wave; None until it was read. ``last`` try that counted."""

    environment: str
    index: int
    value: float | None = None
    tries: int = 0
    last: float | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rollout turned or stopped; ``code`` names the sentence."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()


def reason(code: str, **facts: str) -> Reason:
    """A reason with its facts by name."""
    return Reason(code, tuple(sorted(facts.items())))


@dataclass(frozen=True, slots=True)
class RolloutState:
    """A rollout on its way.

    ``course`` is what is being carried out: the plan's stages, or those that take them back.
    ``commits`` are (stage, commit) of what has landed, ``landing`` is the stage that is on its way
    onto the base branch. ``tracks`` are of both directions.
    ``why`` is the first failure, ``stuck`` what then kept it from being taken back.
    """

    plan: RolloutPlan
    course: tuple[PlannedStage, ...]
    tracks: tuple[Track, ...]
    baselines: tuple[Baseline, ...] = ()
    phase: Phase = Phase.BASELINE
    direction: Direction = Direction.FORWARD
    stage: int = 0
    wave: int = 0
    commits: tuple[tuple[str, str], ...] = ()
    landing: str | None = None
    calm_since: float | None = None  # since when the whole wave is healthy
    why: Reason | None = None
    stuck: Reason | None = None
    clock: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether nothing moves it any more."""
        return self.phase in ENDED

    def commit(self, stage: str) -> str | None:
        """The commit of a stage that has landed."""
        return dict(self.commits).get(stage)

    def track(self, run: str) -> Track | None:
        """The track of a deployment by its id."""
        return next((one for one in self.tracks if one.deployment.id == run), None)

    @property
    def current(self) -> PlannedStage | None:
        """The stage that is being carried out."""
        return self.course[self.stage] if self.stage < len(self.course) else None

    @property
    def in_wave(self) -> tuple[Track, ...]:
        """The deployments of the wave that is being carried out."""
        stage = self.current
        if stage is None or self.wave >= len(stage.waves):
            return ()
        runs = {one.id for one in stage.waves[self.wave]}
        return tuple(one for one in self.tracks if one.deployment.id in runs)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one environment is: its newest deployment, or the first that is to come."""

    environment: str
    stage: str
    state: DeploymentState


def standings(state: RolloutState) -> tuple[Standing, ...]:
    """Every environment of the plan, in its order: what people are shown live."""
    found = []
    for name in state.plan.environments:
        mine = [one for one in state.tracks if one.deployment.environment == name]
        begun = [one for one in mine if one.state is not DeploymentState.WAITING]
        newest = max(begun, key=lambda one: one.order) if begun else mine[0]
        found.append(Standing(name, newest.deployment.stage, newest.state))
    return tuple(found)


class End(StrEnum):
    """How a build ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    HUNG = "hung"
    GONE = "gone"  # neither in the queue nor among the builds


@dataclass(frozen=True, slots=True)
class Landed:
    """A stage is on the base branch, as ``commit``."""

    stage: str
    commit: str


@dataclass(frozen=True, slots=True)
class NotLanded:
    """A stage will not be on the base branch; ``detail`` says why.

    ``changed`` are files that somebody has changed since, which is why it is not taken back.
    """

    stage: str
    detail: str = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Baselined:
    """What a check read before the first wave."""

    environment: str
    index: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Triggered:
    """The build of a deployment is queued, or has begun (``began``)."""

    run: str
    began: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The build of a deployment was certainly not queued, and never will be."""

    run: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The build of a deployment has ended."""

    run: str
    end: End


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a check of a deployment read."""

    run: str
    index: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class RollbackBegan:
    """Everyone was told that it is being taken back."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody asked to stop; ``by`` is who."""

    by: str


Event = (
    Landed | NotLanded | Baselined | Triggered | Refused | Ended | Sampled | RollbackBegan | Stopped
)
