"""A request on its way: everything that must survive a restart, as JSON-able values.

Decides nothing. ``groups`` are the sentences asked so far; each is judged on what the one before
left, and a sentence that revises a rejected one joins it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from bot.core.change import REGULAR, FileChange
from bot.core.repo import Repo, Spoken, Where
from bot.core.request import Language
from bot.core.secret_places import without_secrets

Json = Any


class State(StrEnum):
    """Where a task is."""

    WORKING = "working"
    WAITING = "waiting"  # approved; something outside must happen before the merge
    MERGED = "merged"  # and being deployed
    REJECTED = "rejected"  # its pull request is open and may be revised
    # nothing moves it any more:
    DECLINED = "declined"
    PLANNED = "planned"
    DEPLOYED = "deployed"
    DEPLOY_FAILED = "deploy-failed"
    ROLLED_BACK = "rolled-back"
    FROZEN = "frozen"  # half-way: nothing of the repository is merged until people say so
    CLOSED = "closed"
    BY_HAND = "merged-by-hand"
    FAILED = "failed"


OPEN = frozenset({State.WORKING, State.WAITING, State.REJECTED})


@dataclass(frozen=True)
class Judged:
    """What was judged: outcomes as JSON, the files of each group, and what the policy asks.

    ``base`` is the commit of the base branch. ``lines`` are the lines the diff shows. Where
    ``publishable`` is false no file of it may leave this machine.
    """

    approved: bool
    publishable: bool
    base: str
    verdicts: tuple[Json, ...]
    files: tuple[tuple[Json, ...], ...] = ()
    lines: Json = None
    environments: tuple[Json, ...] = ()
    checks: tuple[str, ...] = ()
    while_rolling: str = "wait"

    @property
    def paths(self) -> frozenset[str]:
        """Every path that changes."""
        return frozenset(file["path"] for group in self.files for file in group)


@dataclass(frozen=True)
class Task:
    """One request and all that became of it."""

    key: str
    repo: Repo
    number: int
    where: Where
    source: int
    url: str
    requester: str
    language: Language
    verb: str
    groups: tuple[str, ...]
    asked_at: str
    thread: int | None = None
    state: State = State.WORKING
    status_comment: int | None = None
    said: str = ""  # digest of what the status comment reads
    judged: Judged | None = None
    branch: str | None = None
    pull: int | None = None
    head: str | None = None
    merged: str | None = None
    builds: tuple[Json, ...] = ()  # the rollout as rows, for people
    rollout: Json = None  # ``bot.core.rollout.ledger`` of its state
    shown: Json = field(default_factory=dict)  # GitHub deployments by key, as last told
    undo: Json = field(default_factory=dict)  # the revert: tries, head, pull, merged, commits
    judgements: int = 0
    base_moves: int = 0  # how often in a row the base moved under it
    published: int = 0  # the number of the judgement that the pull request shows
    revisions: tuple[str, ...] = ()  # keys of the revisions that were taken in
    foreign: bool = False  # the head is a commit that somebody else pushed
    waiting_since: str | None = None  # ISO 8601, while it waits
    notes: tuple[Json, ...] = ()  # what the status comment adds: [name, facts]

    @property
    def texts(self) -> tuple[str, ...]:
        """What was asked, for others to read: no secret that it says."""
        return tuple(without_secrets(text) for text in self.groups)

    @property
    def base_branch(self) -> str:
        """The branch it is judged for and merged into."""
        return self.branch or self.repo.default_branch

    @property
    def approved(self) -> bool:
        """Whether the newest judgement approved."""
        return self.judged is not None and self.judged.approved

    @property
    def marker(self) -> str:
        """Short and unique among tasks of all repositories: names the branch and the runs.

        Not the end of the key: that is the same wherever the same words are said again.
        """
        return sha256(self.key.encode()).hexdigest()[:12]


def repo_of(key: str) -> str:
    """The repository's id in a task's key (``bot.commands.key_of``): its partition."""
    return key.split("-")[1]


def may_go_on(task: Task) -> bool:
    """Whether more may be asked of it: also where something kept it from being finished."""
    return task.state in OPEN or (task.state is State.FAILED and task.merged is None)


def new_task(key: str, spoken: Spoken, verb: str, text: str, language: Language, at: str) -> Task:
    """The task that a command begins; ``at`` is ISO 8601."""
    return Task(
        key=key,
        repo=spoken.repo,
        number=spoken.number,
        where=spoken.where,
        source=spoken.id,
        url=spoken.url,
        requester=spoken.sender,
        language=language,
        verb=verb,
        groups=(text,),
        asked_at=at,
        thread=spoken.thread,
    )


def to_json(value: Task | Spoken) -> Json:
    """Plain JSON values."""
    return asdict(value)


def task_from(data: Json) -> Task:
    """The task that ``to_json`` wrote. Raises KeyError or TypeError for anything else."""
    judged = data["judged"]
    return Task(
        **{
            **data,
            "repo": Repo(**data["repo"]),
            "where": Where(data["where"]),
            "language": Language(data["language"]),
            "state": State(data["state"]),
            "groups": tuple(data["groups"]),
            "builds": tuple(data["builds"]),
            "revisions": tuple(data["revisions"]),
            "notes": tuple(data["notes"]),
            "judged": judged_from(judged) if judged else None,
        }
    )


def judged_from(data: Json) -> Judged:
    """What ``asdict`` of a Judged wrote."""
    return Judged(
        **{
            **data,
            "verdicts": tuple(data["verdicts"]),
            "files": tuple(tuple(group) for group in data["files"]),
            "environments": tuple(data["environments"]),
            "checks": tuple(data["checks"]),
        }
    )


def spoken_from(data: Json) -> Spoken:
    """The words that ``to_json`` wrote."""
    return Spoken(
        **{
            **data,
            "repo": Repo(**data["repo"]),
            "where": Where(data["where"]),
            "labels": tuple(data["labels"]),
        }
    )


def files_to_json(files: Sequence[FileChange]) -> tuple[Json, ...]:
    """Head sides only: what a commit needs."""
    return tuple(
        {
            "path": file.path,
            "base_mode": file.base_mode,
            "head_mode": file.head_mode,
            "base": None if file.base is None else "",
            "head": None if file.head is None else base64.b64encode(file.head).decode(),
        }
        for file in files
    )


def files_from(data: Sequence[Json]) -> tuple[FileChange, ...]:
    """The files to commit; a base side is only there or not there."""
    return tuple(
        FileChange(
            file["path"],
            None if file["base"] is None else b"",
            None if file["head"] is None else base64.b64decode(file["head"]),
            file.get("base_mode", REGULAR),
            file.get("head_mode", REGULAR),
        )
        for file in data
    )
