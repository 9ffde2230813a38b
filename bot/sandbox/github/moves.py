"""What follows when branches move: pull requests track their heads, comments go out of date.

Decides what a push means for pull requests. Every way a branch can move (REST, merge, git over
HTTP) ends in ``settle``, which compares the branches with what was last told.
"""

from __future__ import annotations

from bot.sandbox.github import events
from bot.sandbox.github.accounts import Account
from bot.sandbox.github.git_diff import followed, shown
from bot.sandbox.github.git_repo import ZERO
from bot.sandbox.github.pulls import diff_base
from bot.sandbox.github.rows import CheckSuite, Issue, LineComment, Pull, Repo
from bot.sandbox.github.world import World


def settle(world: World, repo: Repo, who: Account) -> None:
    """Tell of every branch that moved since the last time, and let pull requests follow."""
    now = {
        name.removeprefix("refs/heads/"): sha for name, sha in repo.git.refs("refs/heads/").items()
    }
    before, repo.heads = repo.heads, now
    for branch in sorted({*before, *now}):
        old, new = before.get(branch, ZERO), now.get(branch, ZERO)
        if old != new:
            repo.pushed_at = world.now()
            events.pushed(world, repo, branch, old, new, who)
            if new != ZERO:
                _request_suites(world, repo, new, who)
            _follow(world, repo, branch, old, new, who)


def _request_suites(world: World, repo: Repo, sha: str, who: Account) -> None:
    """Every App that may write checks gets a suite for what was pushed."""
    for installation in list(world.installations.values()):
        app = installation.app
        if app.permissions.get("checks") != "write" or repo.full_name not in installation.repos:
            continue
        if any(row.app is app and row.head_sha == sha for row in repo.suites.values()):
            continue
        suite = CheckSuite(world.new_id(), app, sha, world.now())
        repo.suites[suite.id] = suite
        if "check_suite" in app.events:
            events.suite_happened(world, repo, suite, "requested", who, only=app)


def _follow(world: World, repo: Repo, branch: str, old: str, new: str, who: Account) -> None:
    for issue, pull in repo.pulls():
        if issue.state != "open":
            continue
        if branch in {pull.head_ref, pull.base_ref} and new == ZERO:
            close(world, repo, issue, who)
        elif pull.head_ref == branch:
            _move_head(world, repo, issue, pull, new)
            events.issue_happened(world, repo, issue, "synchronize", who, before=old, after=new)
            if repo.git.is_ancestor(new, repo.heads.get(pull.base_ref, ZERO)):
                close(world, repo, issue, who)  # nothing is left to merge
                continue
        if pull.base_ref == branch and new != ZERO and repo.git.is_ancestor(pull.head_sha, new):
            merged(world, repo, issue, pull, new, who)


def _move_head(world: World, repo: Repo, issue: Issue, pull: Pull, new: str) -> None:
    pull.head_sha = new
    pull.base_sha = repo.heads.get(pull.base_ref, pull.base_sha)
    issue.updated_at = world.now()
    repo.git.move(f"refs/pull/{issue.number}/head", new)
    age(repo, issue.number, pull)


def age(repo: Repo, number: int, pull: Pull) -> None:
    """Move every comment of the pull request to where its line stands now, or out of date."""
    base = diff_base(repo, pull)
    for comment in repo.line_comments.values():
        if comment.number == number and not comment.whole_file:
            _age_one(repo, comment, base, pull.head_sha)


def _age_one(repo: Repo, comment: LineComment, base: str, head: str) -> None:
    def now_at(line: int | None) -> int | None:
        if line is None or comment.side == "LEFT":
            return line
        return followed(repo.git, comment.original_commit_id, head, comment.path, line)

    line, start = now_at(comment.original_line), now_at(comment.original_start_line)
    there = shown(repo.git, base, head, comment.path) or {}
    lost = line is None or (comment.side, line) not in there
    if lost or (comment.original_start_line and start is None):
        comment.line = comment.start_line = None
        return
    comment.line, comment.start_line, comment.commit_id = line, start, head


def close(world: World, repo: Repo, issue: Issue, who: Account) -> None:
    """The issue or pull request is closed, and that is told."""
    issue.state = "closed"
    issue.closed_at = issue.updated_at = world.now()
    issue.closed_by = who
    events.issue_happened(world, repo, issue, "closed", who)


def merged(world: World, repo: Repo, issue: Issue, pull: Pull, commit: str, who: Account) -> None:
    """The pull request's head is in its base: it is closed as merged by ``commit``."""
    pull.merged_at, pull.merged_by, pull.merge_sha = world.now(), who, commit
    close(world, repo, issue, who)
