"""What the App needs from GitHub, as a Protocol; one adapter implements it.

Decides nothing. Every method that changes something looks before it acts: called twice with the
same arguments, also by two processes one after the other, it acts once. Values cross frozen;
``HubError``, ``HeadMoved`` and ``NotMergeable`` are the only exceptions let through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.core.change import FileChange
from bot.core.repo import Repo, Spoken

# Codes of trouble that passes by itself.
PASSING = frozenset({"hub-unreachable", "hub-limited"})


class HubError(Exception):
    """GitHub could not be used; ``code`` is one of hub-unreachable (network, 5xx, after bounded
    retries), hub-limited (a rate limit that will not end soon; fact ``seconds``), hub-forbidden
    (401/403: fact ``detail``), hub-missing (404/410), hub-refused (any other 4xx, fact ``detail``)."""  # noqa: D205, D209

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


class HeadMoved(Exception):  # noqa: N818 - it is an event, not a fault
    """The pull request's head is no longer the commit that was judged (409 of the merge)."""


class NotMergeable(Exception):  # noqa: N818 - it is an event, not a fault
    """GitHub will not merge now (405): protection, conflict or a draft; ``args[0]`` says why."""


class MergeState(StrEnum):
    """``mergeable_state`` of a pull request, as GitHub names them."""

    CLEAN = "clean"
    BLOCKED = "blocked"  # protection is not satisfied
    BEHIND = "behind"  # protection wants the head up to date
    DIRTY = "dirty"  # conflict
    UNSTABLE = "unstable"  # a check that is not required fails or runs
    DRAFT = "draft"
    HAS_HOOKS = "has_hooks"
    UNKNOWN = "unknown"  # being computed: ask again


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as it is now; ``base_sha`` is where GitHub last saw the base."""

    number: int
    open: bool
    merged: bool
    merge_sha: str | None
    head_sha: str
    head_ref: str
    base_ref: str
    base_sha: str
    state: MergeState
    author: str
    body: str
    url: str


@dataclass(frozen=True, slots=True)
class Check:
    """A check run or commit status on a commit; ``conclusion`` is None while it runs.

    Statuses are given as checks: pending → None, failure and error → "failure".
    """

    name: str
    conclusion: str | None
    app: str | None = None


@dataclass(frozen=True, slots=True)
class Protection:
    """What the base branch asks for: names of required checks, and number of approvals."""

    checks: tuple[str, ...] = ()
    approvals: int = 0


@dataclass(frozen=True, slots=True)
class LineComment:
    """A remark on a line that the diff shows; ``side`` is "RIGHT" (head) or "LEFT" (base)."""

    path: str
    line: int
    side: str
    body: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark of a check run; ``level`` is notice, warning or failure."""

    path: str
    line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A finished check run to be shown on a commit."""

    name: str
    conclusion: str
    title: str
    summary: str
    annotations: tuple[Annotation, ...]
    key: str  # external_id: the same report is never posted twice
    url: str | None = None


class DeploymentState(StrEnum):
    """``state`` of a deployment's status, as GitHub names them."""

    QUEUED = "queued"
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    SUCCESS = "success"  # GitHub then calls earlier ones of the environment inactive
    FAILURE = "failure"  # it was tried and is not good
    ERROR = "error"  # it could not be tried
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A webhook delivery that GitHub could not hand over."""

    id: int
    guid: str
    event: str


class Hub(Protocol):
    """GitHub, as an App sees it. Every method raises HubError.

    ``marker`` is a text unique to one effect (an HTML comment); a body that already stands there
    with it means that the effect has happened.
    """

    def bot_login(self) -> str:
        """The login this App's comments carry, such as ``cfgbot[bot]``."""

    def token(self, repo: Repo) -> str:
        """An installation token good for at least five minutes more, for git over HTTP."""

    def clone_url(self, repo: Repo) -> str:
        """Where git fetches from, without credentials."""

    def permission(self, repo: Repo, login: str) -> str:
        """``admin``, ``write``, ``read`` or ``none`` (maintain counts as write, triage as read)."""

    def branch_head(self, repo: Repo, branch: str) -> str | None:
        """The commit a branch is at; None where there is no such branch."""

    def first_parent(self, repo: Repo, sha: str) -> str:
        """The first parent of a commit: of a merge, where the base branch was before it."""

    def protection(self, repo: Repo, branch: str) -> Protection:
        """What the branch asks of a merge, read with ``contents: read`` only."""

    def react(self, spoken: Spoken, reaction: str) -> None:
        """``eyes``, ``confused`` … on what was written."""

    def find_comment(self, repo: Repo, number: int, marker: str) -> int | None:
        """Our own comment that holds ``marker``."""

    def comment(self, repo: Repo, number: int, body: str, marker: str) -> int:
        """A comment with ``body`` (which holds ``marker``); its id."""

    def edit_comment(self, repo: Repo, comment: int, body: str) -> None:
        """The comment reads ``body`` from now on."""

    def reply(self, repo: Repo, number: int, thread: int, body: str, marker: str) -> int:
        """A reply in the review thread that begins with comment ``thread``; its id."""

    def resolve(self, repo: Repo, number: int, thread: int) -> None:
        """The review thread that begins with comment ``thread`` is resolved."""

    def commit(
        self, repo: Repo, parent: str, files: Sequence[FileChange], message: str, date: str
    ) -> str:
        """A commit on ``parent`` with exactly these files changed; its SHA.

        ``date`` (ISO 8601) makes it the same commit each time it is made.
        """

    def point_branch(self, repo: Repo, branch: str, sha: str, expected: str | None) -> None:
        """``branch`` is at ``sha``; it was at ``expected`` (None: it did not exist) or already is.

        Raises HeadMoved where it is anywhere else.
        """

    def delete_branch(self, repo: Repo, branch: str, sha: str) -> None:
        """The branch is gone, if it was at ``sha``."""

    def open_pull(self, repo: Repo, title: str, body: str, head: str, base: str) -> int:
        """The pull request from branch ``head`` into ``base``; its number."""

    def edit_pull(self, repo: Repo, number: int, title: str, body: str) -> None:
        """Title and body read so from now on."""

    def pull(self, repo: Repo, number: int) -> Pull:
        """The pull request as it is now."""

    def label(self, repo: Repo, number: int, labels: Sequence[str]) -> None:
        """The issue or pull request carries these labels too."""

    def unlabel(self, repo: Repo, number: int, label: str) -> None:
        """The issue or pull request no longer carries the label."""

    def review(
        self,
        repo: Repo,
        number: int,
        head: str,
        event: str,
        body: str,
        comments: Sequence[LineComment],
        marker: str,
    ) -> None:
        """One batched review of commit ``head``; ``event`` is COMMENT or, by a second App, APPROVE
        or REQUEST_CHANGES. A comment on a line GitHub will not take (422) moves into the body."""  # noqa: D205, D209

    def can_approve(self) -> bool:
        """True where a second App is configured as reviewer."""

    def report_check(self, repo: Repo, head: str, report: CheckReport) -> None:
        """A finished check run on commit ``head``; annotations beyond 50 in further calls."""

    def checks(self, repo: Repo, sha: str) -> tuple[Check, ...]:
        """The newest of every check run and status on the commit, by name."""

    def merge(self, repo: Repo, number: int, head: str, title: str, message: str) -> str:
        """Merge, if the head is still ``head``; the merge commit. Already merged: that commit.

        Raises HeadMoved, NotMergeable.
        """

    def repositories(self) -> tuple[Repo, ...]:
        """Every repository of every installation."""

    def spoken_since(self, repo: Repo, since: str) -> tuple[Spoken, ...]:
        """What people wrote or edited since ``since`` (ISO 8601): issues, comments, threads."""

    def failed_deliveries(self, since: str) -> tuple[FailedDelivery, ...]:
        """Deliveries of the App that failed since then and were not delivered later."""

    def redeliver(self, delivery: int) -> None:
        """Ask GitHub to deliver that one again."""

    def deployment(self, repo: Repo, sha: str, environment: str, key: str) -> int:
        """The deployment of commit ``sha`` to ``environment`` for ``key``; its id.

        Created once for a key. Nothing is merged by it, and it waits for no check.
        """

    def deployment_status(
        self,
        repo: Repo,
        deployment: int,
        state: DeploymentState,
        log_url: str | None,
        description: str,
    ) -> None:
        """The deployment is in ``state``; ``description`` is cut to GitHub's 140 characters."""
