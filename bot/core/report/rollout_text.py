"""A rollout's plan as people and machines read it.

Decides layout; the words are ``bot.core.report.rollout_words``'.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from bot.core.leaf import show_key
from bot.core.report.rollout_words import STAGES, WARNINGS, say_count, say_plan
from bot.core.request import Language
from bot.core.rollout.health import HealthCheck, MetricCheck, ProbeCheck
from bot.core.rollout.plan import Deployment, PlannedStage, RolloutPlan
from bot.core.rollout.stages import CannotOverlap, Staging

_SHOWN_PATHS = 3


@dataclass(frozen=True, slots=True)
class Reached:
    """A deployment, and the files for which it is made."""

    deployment: Deployment
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The plan of a difference; ``environments`` is how many the policy names."""

    base: str
    head: str
    staging: Staging
    plan: RolloutPlan
    reached: tuple[Reached, ...]
    environments: int

    @property
    def exit_code(self) -> int:
        """0 where something is deployed, else 1."""
        return 0 if self.reached else 1

    def lines(self, language: Language) -> Iterator[str]:
        """As people read it."""
        yield self._head(language)
        if not self.reached:
            yield say_plan(self._why_nothing, language)
            return
        for old, new in self.staging.moved if not self.staging.warnings else ():
            yield say_plan("moved", language, {"old": old, "new": new})
        if not self.staging.apart:
            yield say_plan("one-stage", language)
        for one in self.staging.warnings:
            yield say_plan("warning", language) + say_warning(one, language)
        for number, stage in enumerate(self.plan.stages, 1):
            yield ""
            yield from self._stage(number, stage, language)
        yield ""
        yield say_plan(f"on-failure-{self.plan.on_failure.value}", language)

    @property
    def _why_nothing(self) -> str:
        if not self.staging.stages:
            return "nothing"
        return "no-files" if self.environments else "no-environments"

    def _head(self, language: Language) -> str:
        facts = {
            "base": self.base[:12],
            "head": self.head[:12],
            "stages": say_count("stage-count", len(self.plan.stages), language),
            "environments": say_count("environment-count", len(self.plan.environments), language),
            "deployments": say_count("deployment-count", len(self.reached), language),
        }
        return say_plan("head", language, facts)

    def _stage(self, number: int, stage: PlannedStage, language: Language) -> Iterator[str]:
        facts = {
            "number": str(number),
            "name": stage.name,
            "what": STAGES[stage.name].say(language),
            "files": say_count("file-count", len(stage.paths), language),
        }
        yield say_plan("stage", language, facts)
        mine = [one for one in self.reached if one.deployment.stage == stage.name]
        if not mine:
            yield "   " + say_plan("no-wave", language)
        for wave, members in groupby(mine, key=lambda one: one.deployment.wave):
            yield "   " + self._wave(wave, language)
            for one in members:
                yield from (f"     {line}" for line in _deployment(one, language))

    def _wave(self, wave: int, language: Language) -> str:
        facts = {"wave": str(wave), "parallel": str(self.plan.parallel)}
        said = say_plan("wave", language, facts)
        if self.plan.soak:
            said += "; " + say_plan("soak", language, {"soak": duration(self.plan.soak)})
        return said

    def as_json(self, language: Language) -> dict[str, Any]:
        """As machines read it."""
        return {
            "base": self.base,
            "head": self.head,
            "exit_code": self.exit_code,
            "moved": [{"old": old, "new": new} for old, new in self.staging.moved],
            "make_before_break": self.staging.apart,
            "parallel": self.plan.parallel,
            "soak": self.plan.soak,
            "on_failure": self.plan.on_failure.value,
            "warnings": [
                {
                    "code": one.code,
                    "path": one.path,
                    "line": one.line,
                    "key": show_key(one.key),
                    "message": say_warning(one, language),
                }
                for one in self.staging.warnings
            ],
            "stages": [self._stage_json(stage, language) for stage in self.plan.stages],
        }

    def _stage_json(self, stage: PlannedStage, language: Language) -> dict[str, Any]:
        because = {one.deployment.id: one for one in self.reached}
        return {
            "name": stage.name,
            "message": STAGES[stage.name].say(language),
            "paths": list(stage.paths),
            "waves": [[_as_json(because[one.id]) for one in wave] for wave in stage.waves],
        }


def _as_json(reached: Reached) -> dict[str, Any]:
    it = reached.deployment
    return {
        "run": it.id,
        "environment": it.environment,
        "wave": it.wave,
        "job": it.job,
        "parameters": dict(it.parameters),
        "timeout": it.timeout,
        "health": [asdict(check) for check in it.health],
        "because": list(reached.paths),
    }


def say_warning(one: CannotOverlap, language: Language) -> str:
    """What keeps a change from being parted."""
    facts = {"path": one.path, "line": str(one.line), "key": show_key(one.key)}
    return WARNINGS[one.code].say(language, facts)


def _deployment(reached: Reached, language: Language) -> Iterator[str]:
    it = reached.deployment
    facts = {"job": it.job, "timeout": duration(it.timeout)}
    said = [say_plan("job", language, facts)]
    if it.parameters:
        pairs = ", ".join(f"{name}={value}" for name, value in it.parameters)
        said.append(say_plan("parameters", language, {"parameters": pairs}))
    yield f"{it.environment}: {', '.join(said)}"
    for check in it.health:
        yield "  " + say_plan("health", language, {"check": say_check(check, language)})
    if not it.health:
        yield "  " + say_plan("no-health", language)
    yield "  " + say_plan("because", language, {"paths": _paths(reached.paths, language)})


def _paths(paths: Sequence[str], language: Language) -> str:
    shown = ", ".join(paths[:_SHOWN_PATHS])
    if len(paths) <= _SHOWN_PATHS:
        return shown
    facts = {"paths": shown, "count": str(len(paths) - _SHOWN_PATHS)}
    return say_plan("and-more", language, facts)


def say_check(check: HealthCheck, language: Language) -> str:
    """A health check in words."""
    if isinstance(check, ProbeCheck):
        facts = {"url": check.http, "status": str(check.status), "time": duration(check.within)}
        said = [say_plan("probe", language, facts)]
    else:
        said = [check.promql, *_bounds(check, language)]
    if check.hold:
        said.append(say_plan("for", language, {"time": duration(check.hold)}))
    return " ".join(said)


def _bounds(check: MetricCheck, language: Language) -> Iterator[str]:
    bounds = {
        "above": check.above,
        "below": check.below,
        "at-most": check.at_most,
        "negligible": check.negligible,
        "at-least": check.at_least,
    }
    for name, value in bounds.items():
        if value is not None:
            yield say_plan(name, language, {"value": f"{value:g}"})


def duration(seconds: float) -> str:
    """``90`` → ``1m30s``."""
    if seconds != int(seconds):
        return f"{seconds:g}s"
    hours, rest = divmod(int(seconds), 3_600)
    minutes, left = divmod(rest, 60)
    parts = [
        f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if count
    ]
    return "".join(parts) or "0s"
