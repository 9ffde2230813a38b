"""GitHub as the Hub: every method of the port, each in as few requests as it can be.

Decides which App acts (the second one reviews, if there is one) and who signs a commit. What a
method does stands in the modules beside; this one only holds them together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bot.adapters.github import (
    checks,
    comments,
    commits,
    deployments,
    listening,
    people,
    pulls,
    reviews,
)
from bot.adapters.github.access import Access
from bot.adapters.github.app import App
from bot.adapters.github.client import DOTCOM, Client
from bot.adapters.github.limits import Limits
from bot.adapters.github.tokens import AppKey
from bot.core.change import FileChange
from bot.core.repo import Repo, Spoken
from bot.hub import (
    Check,
    CheckReport,
    DeploymentState,
    FailedDelivery,
    LineComment,
    Protection,
    Pull,
)

__all__ = ["AppKey", "GitHubHub"]


def _now() -> datetime:
    return datetime.now(UTC)


class GitHubHub:
    """GitHub, or a GitHub Enterprise Server at ``url``, as the App ``app`` sees it.

    ``reviewer`` is a second App, installed in the same places, that reviews and so can approve.
    ``on_request(method, path, status)`` is told of every request; status 0: no answer. ``hurry``
    is for stand-ins only (``limits``). Safe between threads; ``close`` lets go of every connection.
    """

    def __init__(
        self,
        app: AppKey,
        reviewer: AppKey | None = None,
        *,
        url: str = DOTCOM,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = _now,
        on_request: Callable[[str, str, int], None] = lambda _method, _path, _status: None,
        hurry: float = 1.0,
    ) -> None:
        self._client = Client(url, on_request)
        limits = Limits(sleep, clock, hurry)
        self._app = App(app, self._client, limits, sleep, clock)
        self._reviewer = App(reviewer, self._client, limits, sleep, clock) if reviewer else None
        self._trees = commits.Trees()

    def close(self) -> None:
        """Let go of every connection."""
        self._client.close()

    def bot_login(self) -> str:
        """``<slug>[bot]``; asked once."""
        return self._app.login()

    def token(self, repo: Repo) -> str:
        """An installation token good for at least five minutes more."""
        return self._app.token(repo.installation)

    def clone_url(self, repo: Repo) -> str:
        """Over HTTP, without credentials."""
        return self._client.addresses.clone(repo.full_name)

    def permission(self, repo: Repo, login: str) -> str:
        """One request; ``none`` for whom GitHub does not know there."""
        return people.permission(self._at(repo), repo, login)

    def branch_head(self, repo: Repo, branch: str) -> str | None:
        """One request."""
        return commits.branch_head(self._at(repo), self._trees, repo, branch)

    def first_parent(self, repo: Repo, sha: str) -> str:
        """One request."""
        return commits.first_parent(self._at(repo), repo, sha)

    def protection(self, repo: Repo, branch: str) -> Protection:
        """Two requests: the branch, and the rulesets that hold for it."""
        return pulls.protection(self._at(repo), repo, branch)

    def react(self, spoken: Spoken, reaction: str) -> None:
        """One request."""
        comments.react(self._at(spoken.repo), spoken, reaction)

    def find_comment(self, repo: Repo, number: int, marker: str) -> int | None:
        """One request a hundred comments."""
        return comments.find(self._at(repo), repo, number, marker, self._app)

    def comment(self, repo: Repo, number: int, body: str, marker: str) -> int:
        """A look and a write."""
        return comments.post(self._at(repo), repo, number, body, marker, self._app)

    def edit_comment(self, repo: Repo, comment: int, body: str) -> None:
        """One request."""
        comments.edit(self._at(repo), repo, comment, body)

    def reply(self, repo: Repo, number: int, thread: int, body: str, marker: str) -> int:
        """A look and a write."""
        return comments.reply(self._at(repo), repo, number, thread, body, marker, self._app)

    def resolve(self, repo: Repo, number: int, thread: int) -> None:
        """A look and a write, over GraphQL: REST does not know threads."""
        reviews.resolve(self._at(repo), repo, number, thread)

    def commit(
        self, repo: Repo, parent: str, files: Sequence[FileChange], message: str, date: str
    ) -> str:
        """A tree and a commit; before them the parent's tree, unless it is known."""
        access = self._at(repo)
        person = {**self._app.person(access), "date": date}
        return commits.commit(access, self._trees, repo, parent, files, message, person)

    def point_branch(self, repo: Repo, branch: str, sha: str, expected: str | None) -> None:
        """One request for a new branch, two to three for one that moves."""
        commits.point_branch(self._at(repo), repo, branch, sha, expected)

    def delete_branch(self, repo: Repo, branch: str, sha: str) -> None:
        """A look and a write."""
        commits.delete_branch(self._at(repo), repo, branch, sha)

    def open_pull(self, repo: Repo, title: str, body: str, head: str, base: str) -> int:
        """One request; a second where it is open already."""
        return pulls.open_pull(self._at(repo), repo, title, body, head, base)

    def edit_pull(self, repo: Repo, number: int, title: str, body: str) -> None:
        """One request."""
        pulls.edit_pull(self._at(repo), repo, number, title, body)

    def pull(self, repo: Repo, number: int) -> Pull:
        """One request."""
        return pulls.pull(self._at(repo), repo, number)

    def label(self, repo: Repo, number: int, labels: Sequence[str]) -> None:
        """One request."""
        comments.label(self._at(repo), repo, number, labels)

    def unlabel(self, repo: Repo, number: int, label: str) -> None:
        """One request."""
        comments.unlabel(self._at(repo), repo, number, label)

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
        """A look and a write; two more requests where GitHub does not take a line."""
        app = self._reviewer or self._app
        access = app.at(self._reviewer.installation(repo) if self._reviewer else repo.installation)
        reviews.review(access, repo, number, head, event, body, comments, marker, app)

    def can_approve(self) -> bool:
        """True where a second App is configured as reviewer."""
        return self._reviewer is not None

    def report_check(self, repo: Repo, head: str, report: CheckReport) -> None:
        """A look and a write, and one more write for every further 50 annotations."""
        checks.report(self._at(repo), repo, head, report)

    def checks(self, repo: Repo, sha: str) -> tuple[Check, ...]:
        """Two requests."""
        return checks.checks(self._at(repo), repo, sha)

    def merge(self, repo: Repo, number: int, head: str, title: str, message: str) -> str:
        """One request; a second where GitHub does not merge."""
        return pulls.merge(self._at(repo), repo, number, head, title, message)

    def repositories(self) -> tuple[Repo, ...]:
        """One request, and one or more an installation."""
        return listening.repositories(self._app.access, self._app.at)

    def spoken_since(self, repo: Repo, since: str) -> tuple[Spoken, ...]:
        """Three requests a hundred texts of a kind."""
        return listening.spoken_since(self._at(repo), repo, since)

    def failed_deliveries(self, since: str) -> tuple[FailedDelivery, ...]:
        """One request a hundred deliveries."""
        return listening.failed_deliveries(self._app.access, since)

    def redeliver(self, delivery: int) -> None:
        """One request."""
        listening.redeliver(self._app.access, delivery)

    def deployment(self, repo: Repo, sha: str, environment: str, key: str) -> int:
        """A look and a write."""
        return deployments.create(self._at(repo), repo, sha, environment, key, self._app)

    def deployment_status(
        self,
        repo: Repo,
        deployment: int,
        state: DeploymentState,
        log_url: str | None,
        description: str,
    ) -> None:
        """A look and a write."""
        deployments.tell(self._at(repo), repo, deployment, state, log_url, description)

    def _at(self, repo: Repo) -> Access:
        return self._app.at(repo.installation)
