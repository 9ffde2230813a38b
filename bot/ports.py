"""What the pipeline needs from the world, as Protocols; adapters implement them.

Decides nothing. Values cross these borders frozen; exceptions named here are the only ones an
adapter lets through.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.core.change import FileChange
from bot.core.validation import NativeCheck, Validation


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file of a commit: path, git mode, blob id and size in bytes."""

    path: str
    mode: str
    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class RankedPath:
    """A file that speaks of the words asked for; ``score`` grows with rarity and number."""

    path: str
    score: float


class RepositoryError(Exception):
    """The repository, or a ref of it, cannot be used; ``code`` names the sentence that says why."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


class BaseMoved(Exception):  # noqa: N818 - it is an event, not a fault
    """The base branch is no longer at the commit that was judged."""


class Library(Protocol):
    """Reads one repository's commits and finds which files speak of something."""

    def commit(self, ref: str) -> str:
        """The full SHA of ``ref``. Raises RepositoryError("unknown-ref")."""

    def tree(self, sha: str) -> tuple[TreeEntry, ...]:
        """Every file of the commit, in path order."""

    def read(self, sha: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """The bytes of those files; a path that is no regular file is left out."""

    def holding(self, sha: str, literal: str) -> tuple[str, ...]:
        """Paths of regular files in whose text or path ``literal`` may stand; never misses one."""

    def about(self, sha: str, words: Collection[str], limit: int) -> tuple[RankedPath, ...]:
        """The ``limit`` files that speak most of the words (in path or text), best first."""

    def covering(self, sha: str, groups: Sequence[Collection[str]], limit: int) -> tuple[str, ...]:
        """Files that have, in path or text, a word of every group; ``limit`` of them at the most.

        As many as ``limit`` means that there may be more; never misses one otherwise.
        """

    def frequency(self, sha: str, words: Collection[str]) -> Mapping[str, int]:
        """In how many files each word stands (in path or text)."""

    def difference(self, base: str, head: str) -> tuple[FileChange, ...]:
        """Every file that differs; a rename is a deletion and an addition."""


class Forge(Protocol):
    """Where a change becomes a commit, and a commit becomes part of the base branch."""

    def publish(self, base: str, files: Sequence[FileChange], message: str) -> str:
        """A commit on ``base`` with exactly these files changed, on a branch of its own; its SHA."""

    def merge(self, branch: str, base: str, head: str) -> str:
        """``branch`` becomes ``head`` only if it still is ``base``. The SHA it is at then.

        Raises BaseMoved, RepositoryError.
        """

    def discard(self, head: str) -> None:
        """Forget the branch that ``publish`` made; never raises for one already gone."""


class Validator(Protocol):
    """Programs of this machine that know whether files are good."""

    def validate(
        self, checks: Sequence[NativeCheck], base: str, files: Sequence[FileChange]
    ) -> tuple[Validation, ...]:
        """What each of ``checks`` says of commit ``base`` with ``files`` changed.

        Never raises for a program that is missing, forbidden, slow or broken: the answer says so.
        """


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked: texts, and the JSON schema its answer must satisfy."""

    role: str
    system: str
    user: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call cost: tokens, US dollars (0 where unknown) and seconds."""

    model: str
    role: str
    prompt_tokens: int
    completion_tokens: int
    cost: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's answer as it came, and what it cost."""

    text: str
    usage: Usage


class ModelError(Exception):
    """A model that could not be asked; ``code`` is one of model-unreachable, model-refused,
    model-budget, model-timeout."""  # noqa: D205, D209

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


class Model(Protocol):
    """One language model."""

    @property
    def name(self) -> str:
        """The name people configured, such as ``openai/gpt-5``."""

    def ask(self, question: Question) -> Reply:
        """The model's answer. Raises ModelError once its own bounded retries are used up."""


class BuildState(StrEnum):
    """Where a deployment's build is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    GONE = "gone"  # neither in the queue nor among the builds


@dataclass(frozen=True, slots=True)
class Build:
    """A build of a job; ``number`` and ``url`` are None while it is queued."""

    state: BuildState
    number: int | None = None
    url: str | None = None
    result: str | None = None  # Jenkins' own word: SUCCESS, FAILURE, UNSTABLE, ABORTED, NOT_BUILT


@dataclass(frozen=True, slots=True)
class LogTail:
    """The end of a console; ``whole`` is False where there is more before it."""

    lines: tuple[str, ...] = ()
    whole: bool = True


class DeployError(Exception):
    """The build server could not be used; ``code`` is one of deploy-unreachable,
    deploy-forbidden, deploy-no-job, deploy-disabled, deploy-refused."""  # noqa: D205, D209

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


class Deployer(Protocol):
    """The build server that deploys an environment."""

    def trigger(self, job: str, run: str, parameters: Mapping[str, str]) -> None:
        """Queue ``job`` once for ``run``, which travels as parameter ``CFG_RUN``.

        Looks first: where a queued item or a build of the job carries ``run`` already, nothing is
        triggered. Raises DeployError.
        """

    def build(self, job: str, run: str) -> Build:
        """The build of ``job`` whose parameter ``CFG_RUN`` is ``run``. Raises DeployError."""

    def log_tail(self, job: str, run: str, lines: int) -> LogTail:
        """The last ``lines`` of the build's console, without colours, secrets and control characters.

        Empty while there is no build. Raises DeployError.
        """

    def cancel(self, job: str, run: str) -> Build:
        """Whatever of ``run`` is queued leaves the queue, whatever of it runs is asked to stop.

        Gives what is seen of it then: GONE, ended, or RUNNING while it still winds down. Nothing
        happens to a build that has ended. Raises DeployError.
        """

    def started_by_push(self, job: str, commit: str, since: float) -> tuple[Build, ...]:
        """Builds of ``commit`` that nobody triggered with a run, begun at ``since`` (epoch seconds)
        or later, newest first. Raises DeployError."""  # noqa: D205, D209


@dataclass(frozen=True, slots=True)
class Sample:
    """A number that was measured; ``at`` is when, in epoch seconds."""

    value: float
    at: float


@dataclass(frozen=True, slots=True)
class Empty:
    """The question was understood and there is nothing: never a sign of health."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The newest number there is, is ``seconds`` old: more than the probe believes."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Bad:
    """No number that can be believed; ``code`` is one of probe-unreachable, probe-timeout,
    probe-refused (status or redirect), probe-forbidden (an address or URL that may not be asked),
    probe-too-large, probe-unreadable, probe-many (several series), probe-not-a-number,
    probe-partial (the server itself warns), probe-clock (a time in the future)."""  # noqa: D205, D209

    code: str
    detail: str = ""


Reading = Sample | Empty | Stale | Bad


class Probe(Protocol):
    """Something that can be asked for one number."""

    def ask(self, question: str) -> Reading:
        """The answer to ``question``: PromQL for metrics, a URL (its status) over HTTP.

        Never raises for what the other side does or fails to do: the reading says so.
        """


@dataclass(frozen=True, slots=True)
class Probes:
    """What health can be asked of; ``metrics`` is None where no Prometheus is set."""

    metrics: Probe | None = None
    http: Probe | None = None
