"""What a repository allows cfgbot to do, as a value.

Decides which paths may change and how much. ``bot.policy`` reads it from the base branch; this
module never reads anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.core.invariants.promise import Invariant
from bot.core.rollout.health import HealthCheck
from bot.core.rollout.rules import Rollout
from bot.core.scope import matches
from bot.core.validation import NativeCheck

# CI definitions, the bot's own policy and the people rules: a change to one of these could change
# who judges the next change.
PROTECTED = (
    ".cfgbot.yml",
    ".cfgbot.yaml",
    ".github/**",
    ".gitlab-ci.yml",
    ".gitmodules",
    ".gitattributes",
    ".circleci/**",
    ".pre-commit-config.yaml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    ".drone.yml",
    ".travis.yml",
    ".woodpecker.yml",
    ".woodpecker/**",
    "**/Jenkinsfile",
    "**/Jenkinsfile.*",
    "**/*.jenkinsfile",
    "**/CODEOWNERS",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes beyond which a change is not judged but refused."""

    files: int = 500
    leaf_changes: int = 2_000
    file_bytes: int = 1_048_576


@dataclass(frozen=True, slots=True)
class Environment:
    """One cloud: the paths that belong to it, and the Jenkins job that deploys it.

    Lower waves come first. ``timeout`` is how many seconds a build may take; values of
    ``parameters`` and texts of ``health`` are templates (``bot.core.rollout.templates``).
    """

    name: str
    paths: tuple[str, ...]
    job: str
    parameters: tuple[tuple[str, str], ...] = ()
    wave: int = 0
    timeout: float = 1_800.0
    health: tuple[HealthCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class Models:
    """What the repository asks of the models; None leaves it to who runs the bot.

    It can ask for more care than the operator does, and for models that the operator lists;
    ``bot.choosing`` holds it to that.
    """

    author: str | None = None
    reviewer: str | None = None
    mode: str | None = None
    rounds: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one repository; patterns are gitignore-style, matched against whole paths.

    ``checks`` are names of check runs and statuses that must succeed on the head before a merge,
    besides those that branch protection asks for. ``invariants`` must stay true of the values,
    and ``validators`` must find a changed file good.
    """

    allowed: tuple[str, ...] = ("**",)
    protected: tuple[str, ...] = PROTECTED
    limits: Limits = Limits()
    environments: tuple[Environment, ...] = ()
    checks: tuple[str, ...] = ()
    models: Models = Models()
    invariants: tuple[Invariant, ...] = ()
    validators: tuple[NativeCheck, ...] = ()
    rollout: Rollout = field(default_factory=Rollout)


def touched(policy: Policy, paths: Iterable[str]) -> tuple[Environment, ...]:
    """The environments that a change of ``paths`` must be deployed to, in the policy's order."""
    changed = tuple(paths)
    return tuple(
        environment
        for environment in policy.environments
        if any(matches(path, environment.paths) for path in changed)
    )
