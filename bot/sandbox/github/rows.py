"""What the stand-in remembers: one class a kind of thing, changed only under the world's lock.

Decides nothing. Git objects and branches are never kept here: they live in real repositories.
Times are aware ``datetime`` in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.github.accounts import Account, App
from bot.sandbox.github.git_repo import Bare

ROLES = ("none", "read", "triage", "write", "maintain", "admin")


@dataclass(frozen=True, slots=True)
class Reaction:
    """One person's emoji on something written."""

    id: int
    user: Account
    content: str
    created_at: datetime


@dataclass(slots=True)
class Written:
    """What every text has: who wrote it through which App, when, and how people reacted."""

    id: int
    user: Account
    body: str | None
    created_at: datetime
    updated_at: datetime
    app: App | None = None
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(slots=True)
class Comment(Written):
    """A comment below issue or pull request ``number``."""

    number: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a repository."""

    id: int
    name: str
    color: str
    description: str | None = None


@dataclass(slots=True)
class Review(Written):
    """A review; ``state`` is PENDING, COMMENTED, APPROVED, CHANGES_REQUESTED or DISMISSED."""

    number: int = 0
    state: str = "PENDING"
    commit_id: str = ""
    submitted_at: datetime | None = None


@dataclass(slots=True)
class LineComment(Written):
    """A comment on a line of a pull request's diff; ``line`` None means outdated.

    ``resolved_by`` counts on the first comment of a thread only.
    """

    number: int = 0
    review: int | None = None
    path: str = ""
    side: str = "RIGHT"
    line: int | None = None
    start_line: int | None = None
    start_side: str | None = None
    original_line: int | None = None
    original_start_line: int | None = None
    commit_id: str = ""
    original_commit_id: str = ""
    diff_hunk: str = ""
    reply_to: int | None = None
    resolved_by: Account | None = None
    whole_file: bool = False


@dataclass(slots=True)
class Pull:
    """What a pull request has beyond an issue; ``base_sha`` is the base when the head last moved."""

    head_ref: str
    base_ref: str
    head_sha: str
    base_sha: str
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_sha: str | None = None
    tested: tuple[str, str, str | None] | None = None  # base, head, commit of the trial merge


@dataclass(slots=True)
class Issue(Written):
    """An issue, or a pull request where ``pull`` is set."""

    number: int = 0
    title: str = ""
    state: str = "open"
    state_reason: str | None = None
    labels: list[str] = field(default_factory=list)
    closed_at: datetime | None = None
    closed_by: Account | None = None
    pull: Pull | None = None


@dataclass(slots=True)
class CheckRun:
    """A check run; ``output`` holds title, summary and text, ``annotations`` as GitHub gives them."""

    id: int
    app: App
    suite: int
    name: str
    head_sha: str
    status: str = "queued"
    conclusion: str | None = None
    external_id: str = ""
    details_url: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[dict[str, object]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CheckSuite:
    """All check runs of one App on one commit."""

    id: int
    app: App
    head_sha: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """A commit status."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: Account
    created_at: datetime


@dataclass(slots=True)
class Deployment:
    """A deployment and its statuses, each as (id, state, fields, creator, time)."""

    id: int
    sha: str
    ref: str
    task: str
    payload: object
    environment: str
    description: str | None
    creator: Account
    created_at: datetime
    app: App | None = None
    production: bool = False
    transient: bool = False
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """How a deployment was doing at a time."""

    id: int
    state: str
    description: str
    log_url: str
    environment_url: str
    environment: str
    creator: Account
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Protection:
    """What a protected branch asks of a merge."""

    checks: tuple[str, ...] = ()
    approvals: int = 0
    strict: bool = False


@dataclass(slots=True)
class Repo:
    """A repository: its bare git repository and all that GitHub keeps beside it."""

    id: int
    owner: Account
    name: str
    default_branch: str
    private: bool
    git: Bare
    created_at: datetime
    pushed_at: datetime
    roles: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)  # branches as last told of
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    line_comments: dict[int, LineComment] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    checks: dict[int, CheckRun] = field(default_factory=dict)
    suites: dict[int, CheckSuite] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    deployments: dict[int, Deployment] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)  # numbers of issues that are no more
    merge_methods: frozenset[str] = frozenset({"merge", "squash", "rebase"})

    def next_number(self) -> int:
        """The number of the next issue or pull request; none is given twice."""
        return max([*self.issues, *self.deleted], default=0) + 1

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner.login}/{self.name}"

    def role(self, login: str) -> str:
        """What the person may do here: one of ROLES; anyone may read what is public."""
        return self.roles.get(login.lower(), "none" if self.private else "read")

    def allows(self, login: str, role: str) -> bool:
        """True where the person has at least ``role``."""
        return ROLES.index(self.role(login)) >= ROLES.index(role)

    def pulls(self) -> list[tuple[Issue, Pull]]:
        """Every pull request, oldest first."""
        return [(issue, issue.pull) for issue in self.issues.values() if issue.pull]
