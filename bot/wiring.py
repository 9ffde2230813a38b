"""The composition root: the only place that builds adapters.

Decides which adapter stands behind each port. Model libraries are imported only where a model is
set: they take seconds and hundreds of megabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from bot.adapters.git_forge import GitForge
from bot.adapters.git_library import GitLibrary
from bot.adapters.native_validator import NativeValidator
from bot.choosing import chosen
from bot.core.finding import Finding
from bot.core.gate import Agreement, Mode
from bot.judge import Matter
from bot.pipeline import OnStage, Team, Work
from bot.policy import read_policy
from bot.ports import Library
from bot.settings import ANY, BUILTIN, Settings


def open_library(
    repository: Path, progress: Callable[[int, int], None] | None = None
) -> GitLibrary:
    """The repository's commits. Raises RepositoryError."""
    return GitLibrary(repository, progress=progress)


def open_forge(repository: Path) -> GitForge:
    """The repository's branches. Raises RepositoryError."""
    return GitForge(repository)


def assemble(
    library: GitLibrary,
    settings: Settings,
    mode: Mode,
    base: str,
    on_stage: OnStage,
    *,
    programs: bool,
) -> Work:
    """Everything one request needs; the policy is that of commit ``base``, never of the head.

    ``programs`` says whether the policy's validators run where no setting speaks of it. Raises
    PolicyError.
    """
    policy = read_policy(library, base)
    settings, mode = chosen(settings, policy.models, mode)
    validator = open_validator(library, settings, programs=programs)
    return Work(library, _team(settings, mode), mode, policy, on_stage, validator)


def open_validator(library: Library, settings: Settings, *, programs: bool) -> NativeValidator:
    """Runs the programs that a policy names, if they are allowed here."""
    usual = (ANY,) if programs else ()
    names = usual if settings.validators is None else settings.validators
    return NativeValidator(library, lambda program: allows(names, program), settings.search)


def allows(names: Collection[str], program: str) -> bool:
    """True where ``program`` is among ``names`` exactly as it is written there, or all are."""
    return ANY in names or program in names


def _team(settings: Settings, mode: Mode) -> Team:
    if not settings.uses_models:
        return Team(BUILTIN, "none", None, _nobody, tuple)
    if mode is Mode.DUEL:
        from bot.duelling import model_duel  # noqa: PLC0415 - only where a model is asked

        return model_duel(settings)
    from bot.models import model_team  # noqa: PLC0415 - only where a model is asked

    return model_team(settings, mode)


def _nobody(_matter: Matter, _findings: tuple[Finding, ...]) -> Agreement | None:
    return None
