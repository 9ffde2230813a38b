"""Stages and policy → the plan: which cloud is deployed when, by which job, with what.

Decides the order. Within a stage, waves come one after the other, and in a wave at most ``parallel``
clouds are deployed at once, so clouds never change at one instant: between the first and the last
one, some are ahead of the others. That cuts nothing off, whatever the order within a stage is,
because of what the stages hold (``bot.core.rollout.stages``): while ``admit`` is on its way nobody
has the new address in use, and it ends only when every cloud lets it in; while ``switch`` is on its
way, the old and the new address are let in everywhere, so a client on either side of the switch is
served; and ``remove`` begins only when no client uses the old address. Only the next stage's start
needs to wait, and it waits until all clouds of this one are healthy.

Never deploys a cloud in a stage in which none of its files differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.policy import Environment, Policy, touched
from bot.core.rollout.health import HealthCheck, MetricCheck, ProbeCheck
from bot.core.rollout.rules import OnFailure, Rollout, WhileRolling
from bot.core.rollout.stages import Stage
from bot.core.rollout.templates import health_values, render


@dataclass(frozen=True, slots=True)
class Deployment:
    """One build of one environment in one stage.

    ``id`` is the run that travels with the build: unique, and the same however often the plan is
    made. ``parameters`` and ``health`` are templates until the stage's commit is known
    (``rendered``). ``timeout`` is in seconds.
    """

    id: str
    stage: str
    environment: str
    wave: int
    job: str
    parameters: tuple[tuple[str, str], ...]
    timeout: float
    health: tuple[HealthCheck, ...]
    request: str


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """A commit to land, and the waves that deploy it; no waves where no cloud has such files.

    ``undoes`` is the stage that this one takes back.
    """

    name: str
    paths: tuple[str, ...]
    waves: tuple[tuple[Deployment, ...], ...]
    undoes: str | None = None

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """In the order in which they may begin."""
        return tuple(one for wave in self.waves for one in wave)


@dataclass(frozen=True, slots=True)
class RolloutPlan:
    """Everything that rolling out a change means, in order; ``marker`` names the request."""

    marker: str
    stages: tuple[PlannedStage, ...]
    parallel: int = 2
    soak: float = 0.0
    on_failure: OnFailure = OnFailure.ROLLBACK

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """Every deployment, in order."""
        return tuple(one for stage in self.stages for one in stage.deployments)

    @property
    def environments(self) -> tuple[str, ...]:
        """Every environment it touches, each once."""
        return tuple(dict.fromkeys(one.environment for one in self.deployments))


def make_plan(policy: Policy, stages: Sequence[Stage], marker: str) -> RolloutPlan:
    """The plan for ``stages``; ``marker`` is what sets this request apart from all others."""
    rules = policy.rollout
    planned = tuple(_planned(policy, stage, marker) for stage in stages)
    return RolloutPlan(marker, planned, rules.parallel, rules.soak, rules.on_failure)


def _planned(policy: Policy, stage: Stage, marker: str) -> PlannedStage:
    environments = touched(policy, stage.paths)
    waves = tuple(
        tuple(
            _deployment(one, stage.name.value, marker) for one in environments if one.wave == wave
        )
        for wave in sorted({one.wave for one in environments})
    )
    return PlannedStage(stage.name.value, stage.paths, waves)


def _deployment(environment: Environment, stage: str, marker: str) -> Deployment:
    return Deployment(
        f"{marker}-{stage}-{environment.name}",
        stage,
        environment.name,
        environment.wave,
        environment.job,
        environment.parameters,
        environment.timeout,
        environment.health,
        marker,
    )


def rendered(deployment: Deployment, commit: str) -> Deployment:
    """The deployment with every placeholder's value. Raises UnknownNameError.

    ``bot.policy`` has refused unknown names already, so one that is met here is our own error.
    """
    values = _values(deployment, commit)
    parameters = tuple((name, render(text, values)) for name, text in deployment.parameters)
    names = health_values(deployment.environment, parameters)
    health = tuple(_named(check, names) for check in deployment.health)
    return replace(deployment, parameters=parameters, health=health)


def _values(deployment: Deployment, commit: str) -> Mapping[str, str]:
    return {
        "commit": commit,
        "environment": deployment.environment,
        "request": deployment.request,
        "run": deployment.id,
        "stage": deployment.stage,
    }


def _named(check: HealthCheck, names: Mapping[str, str]) -> HealthCheck:
    if isinstance(check, ProbeCheck):
        return replace(check, http=render(check.http, names))
    metric: MetricCheck = check
    return replace(metric, promql=render(metric.promql, names))


def undoing(stage: PlannedStage, touched_ids: Sequence[str]) -> PlannedStage:
    """The stage that takes ``stage`` back where it was deployed (``touched_ids``, in that order).

    Waves and clouds in reverse: what changed last is the first to be as it was.
    """
    name = f"undo-{stage.name}"
    order = {run: index for index, run in enumerate(touched_ids)}
    waves = []
    for wave in reversed(stage.waves):
        mine = sorted((one for one in wave if one.id in order), key=lambda one: -order[one.id])
        if mine:
            waves.append(
                tuple(
                    replace(one, id=f"{one.request}-{name}-{one.environment}", stage=name)
                    for one in mine
                )
            )
    return PlannedStage(name, stage.paths, tuple(waves), stage.name)


def waits_for(plan: RolloutPlan, rolling: Iterable[RolloutPlan], rules: Rollout) -> tuple[str, ...]:
    """The environments for which ``plan`` must wait, since one of ``rolling`` is deploying them.

    Empty where it may begin.
    """
    if rules.while_rolling is WhileRolling.ALLOW:
        return ()
    busy = {name for other in rolling for name in other.environments}
    return tuple(name for name in plan.environments if name in busy)
