"""What errands work with, and what an errand is.

Decides nothing: ports and values only. ``Do`` runs a named step; whoever provides it makes the
step's result durable, so a step returns plain JSON values and is the only place with effects.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bot.desk.task import Task, repo_of
from bot.hub import Hub
from bot.pipeline import Work
from bot.ports import Deployer, Forge, Library, Probe

Json = Any
Do = Callable[[str, Callable[[], Json]], Json]
CHECK_NAME = "cfg/verdict"


class Lane(StrEnum):
    """Queues: answers at once, changes one at a time a repository, deployments on their own."""

    ANSWERS = "answers"
    CHANGES = "changes"
    DEPLOYS = "deploys"


@dataclass(frozen=True)
class Errand:
    """Something to be done, once for each ``key``; ``delay`` in seconds holds nobody up."""

    kind: str
    key: str
    payload: dict[str, Json]
    lane: Lane
    partition: str | None = None
    delay: float = 0.0
    tries: int = 0
    asked_at: str | None = None  # of those that wait in a lane, the one asked first comes first


class Ledger(Protocol):
    """The durable record of tasks and of what came in; saving again changes nothing."""

    def begin(self, task: Task) -> bool:
        """The task is known from now on; False where one of its key is already."""

    def change(self, key: str, *, unless: Collection[str] = (), **fields: Any) -> Task:  # noqa: ANN401
        """The task with these fields changed, whatever other field changed meanwhile.

        Where its state is one of ``unless`` it stays as it is. Raises LookupError.
        """

    def task(self, key: str) -> Task | None:
        """The task of that key."""

    def of_pull(self, repo_id: int, number: int) -> Task | None:
        """The newest task whose pull request that is."""

    def waiting(self, repo_id: int) -> tuple[Task, ...]:
        """Tasks of the repository that wait for something before their merge."""

    def rolling(self, repo_id: int) -> tuple[Task, ...]:
        """Tasks of the repository whose rollout is on its way, or stopped half-way."""

    def note(self, key: str, stage: str, detail: str = "") -> None:
        """A line in the task's history; the same line again is not added."""


@dataclass(frozen=True)
class Workshop:
    """A repository's commits at hand: to read, to try changes on, and to judge with."""

    library: Library
    forge: Forge
    work: Callable[[str], Work]  # the policy is that of this base commit; raises PolicyError


@dataclass(frozen=True)
class Office:
    """Everything an errand may use."""

    hub: Hub
    ledger: Ledger
    workshop: Callable[[Any, tuple[str, ...]], AbstractContextManager[Workshop]]
    now: Callable[[], str]
    deployer: Deployer | None = None
    metrics: Probe | None = None  # asked in PromQL
    http: Probe | None = None  # asked with a URL
    page: Callable[[Task], str | None] = field(default=lambda _: None)
    pace: float = 1.0  # stretches every wait; tests and the sandbox hurry


Flow = Callable[[Office, Do, dict[str, Json]], list[Errand]]


def carry(
    task_key: str,
    partition: str,
    kind: str = "carry",
    turn: str = "0",
    asked_at: str | None = None,
) -> Errand:
    """An errand on the repository's own lane, where one change is worked at a time."""
    return Errand(
        kind,
        f"{kind}:{task_key}:{turn}",
        {"task": task_key, "turn": turn},
        Lane.CHANGES,
        partition,
        asked_at=asked_at,
    )


def settle_errand(
    key: str, cause: str, n: int = 0, delay: float = 0.0, chain: str | None = None
) -> Errand:
    """Look at the task's pull request, since ``cause`` happened; without a chain it leads to none."""
    payload = {"task": key, "n": n, "chain": chain}
    return Errand("settle", f"settle:{key}:{cause}", payload, Lane.CHANGES, repo_of(key), delay)
