"""What happened, told to every App that listens.

Decides which Apps hear of an event: those installed in the repository that subscribed to it.
Payloads follow GitHub's "Webhook events and payloads"; they are made under the world's lock, at
the time of the event.
"""

from __future__ import annotations

from bot.sandbox.github import shapes_base, shapes_check, shapes_issue, shapes_pull
from bot.sandbox.github.accounts import Account, App, Installation
from bot.sandbox.github.calls import Json
from bot.sandbox.github.git_repo import ZERO
from bot.sandbox.github.pulls import UNKNOWN
from bot.sandbox.github.rows import (
    CheckRun,
    CheckSuite,
    Comment,
    Deployment,
    Issue,
    LineComment,
    Repo,
    Review,
    Status,
)
from bot.sandbox.github.shapes_git import simple_commit
from bot.sandbox.github.world import World, node_id, stamp

_SHOWN = 20  # commits of a push payload at the most: enough for a page, and a bound


def tell(
    world: World,
    repo: Repo,
    sender: Account,
    event: str,
    payload: Json,
    *,
    only: App | None = None,
) -> None:
    """Queue the event for every App that listens (or for ``only`` that one)."""
    if world.hooks is None:
        return
    for installation in world.installations.values():
        app = installation.app
        heard = only is app or (only is None and event in app.events)
        if not heard or repo.full_name not in installation.repos:
            continue
        node = node_id("MDIzOkluc3RhbGxhdGlvbg", installation.id)
        content = {
            **payload,
            "repository": shapes_base.full_repo(world, repo),
            "sender": shapes_base.user(world, sender),
            "installation": {"id": installation.id, "node_id": node},
        }
        world.hooks.send(app, event, content)


def installed(world: World, installation: Installation, action: str, sender: Account) -> None:
    """An App was installed (or removed); it hears of it unasked."""
    repos = [world.repo(name) for name in installation.repos]
    short = ("id", "node_id", "name", "full_name", "private")
    rows = [
        {key: value for key, value in shapes_base.minimal_repo(world, repo).items() if key in short}
        for repo in repos
    ]
    payload = {
        "action": action,
        "installation": shapes_base.installation(world, installation),
        "repositories": rows,
        "sender": shapes_base.user(world, sender),
    }
    if world.hooks:
        world.hooks.send(installation.app, "installation", payload)


def issue_happened(
    world: World, repo: Repo, issue: Issue, action: str, sender: Account, **more: object
) -> None:
    """``issues``, or ``pull_request`` where it is one."""
    if issue.pull is None:
        content = {"issue": shapes_issue.issue(world, repo, issue)}
        tell(world, repo, sender, "issues", {"action": action, **content, **more})
        return
    pull = shapes_pull.full_pull(world, repo, issue, issue.pull, UNKNOWN)
    body = {"action": action, "number": issue.number, "pull_request": pull, **more}
    tell(world, repo, sender, "pull_request", body)


def comment_happened(
    world: World, repo: Repo, comment: Comment, action: str, sender: Account, **more: object
) -> None:
    """``issue_comment``."""
    content = {
        "action": action,
        "issue": shapes_issue.issue(world, repo, repo.issues[comment.number]),
        "comment": shapes_issue.comment(world, repo, comment),
    }
    tell(world, repo, sender, "issue_comment", {**content, **more})


def _pull_of(world: World, repo: Repo, number: int) -> Json:
    issue = repo.issues[number]
    return shapes_pull.simple_pull(world, repo, issue, issue.pull) if issue.pull else {}


def line_comment_happened(
    world: World, repo: Repo, comment: LineComment, action: str, sender: Account, **more: object
) -> None:
    """``pull_request_review_comment``."""
    content = {
        "action": action,
        "comment": shapes_pull.line_comment(world, repo, comment),
        "pull_request": _pull_of(world, repo, comment.number),
    }
    tell(world, repo, sender, "pull_request_review_comment", {**content, **more})


def review_happened(world: World, repo: Repo, review: Review, action: str, sender: Account) -> None:
    """``pull_request_review``; its state is in small letters here."""
    shape = shapes_pull.review(world, repo, review)
    content = {
        "action": action,
        "review": {**shape, "state": review.state.lower(), "body": review.body or None},
        "pull_request": _pull_of(world, repo, review.number),
    }
    tell(world, repo, sender, "pull_request_review", content)


def thread_happened(
    world: World, repo: Repo, root: LineComment, action: str, sender: Account
) -> None:
    """``pull_request_review_thread``."""
    rows = [c for c in repo.line_comments.values() if root.id in {c.id, c.reply_to}]
    comments = [shapes_pull.line_comment(world, repo, row) for row in rows]
    content = {
        "action": action,
        "thread": {"node_id": node_id("PRRT", root.id), "comments": comments},
        "pull_request": _pull_of(world, repo, root.number),
    }
    tell(world, repo, sender, "pull_request_review_thread", content)


def check_happened(world: World, repo: Repo, run: CheckRun, action: str, sender: Account) -> None:
    """``check_run``."""
    suite = shapes_check.check_suite(world, repo, repo.suites[run.suite])
    shape = {**shapes_check.check_run(world, repo, run), "check_suite": suite}
    tell(world, repo, sender, "check_run", {"action": action, "check_run": shape})


def suite_happened(
    world: World,
    repo: Repo,
    suite: CheckSuite,
    action: str,
    sender: Account,
    *,
    only: App | None = None,
) -> None:
    """``check_suite``."""
    shape = shapes_check.check_suite(world, repo, suite)
    content = {"action": action, "check_suite": shape}
    tell(world, repo, sender, "check_suite", content, only=only)


def status_happened(world: World, repo: Repo, status: Status, sender: Account) -> None:
    """``status``."""
    names = [name for name, sha in repo.heads.items() if sha == status.sha]
    content = {
        **shapes_check.status(world, repo, status),
        "sha": status.sha,
        "name": repo.full_name,
        "branches": [{"name": name, "protected": name in repo.protections} for name in names],
    }
    tell(world, repo, sender, "status", content)


def deployment_happened(world: World, repo: Repo, found: Deployment, sender: Account) -> None:
    """``deployment``, and ``deployment_status`` where it has one."""
    shape = shapes_check.deployment(world, repo, found)
    if not found.statuses:
        tell(world, repo, sender, "deployment", {"action": "created", "deployment": shape})
        return
    status = shapes_check.deployment_status(world, repo, found, found.statuses[-1])
    content = {"action": "created", "deployment": shape, "deployment_status": status}
    tell(world, repo, sender, "deployment_status", content)


def pushed(world: World, repo: Repo, branch: str, before: str, after: str, who: Account) -> None:
    """``push`` of a branch; ZERO before: it is new, ZERO after: it is gone."""
    git = repo.git
    rows = []
    forced = False
    if after != ZERO:
        known = before if before != ZERO else repo.heads.get(repo.default_branch, before)
        since = [f"^{known}"] if known not in {ZERO, after} or before != ZERO else []
        rows = git.commits(f"--max-count={_SHOWN}", after, *since)[::-1] if since else []
        forced = before != ZERO and not git.is_ancestor(before, after)
    page = f"{world.url}/{repo.full_name}"
    commits = [
        {
            **simple_commit(row),
            "url": f"{page}/commit/{row.sha}",
            "distinct": True,
            **_paths(repo, row.sha),
        }
        for row in rows
    ]
    content = {
        "ref": f"refs/heads/{branch}",
        "before": before,
        "after": after,
        "created": before == ZERO,
        "deleted": after == ZERO,
        "forced": forced,
        "base_ref": None,
        "compare": f"{page}/compare/{before[:12]}...{after[:12]}",
        "commits": commits,
        "head_commit": None if after == ZERO else simple_commit(git.commit(after)),
        "pusher": {"name": who.login, "email": None, "date": stamp(world.now())},
    }
    tell(world, repo, who, "push", content)


def _paths(repo: Repo, sha: str) -> Json:
    names: dict[str, list[str]] = {"A": [], "D": [], "M": []}
    raw = repo.git.text("diff-tree", "--root", "--no-commit-id", "--name-status", "-r", "-z", sha)
    fields = raw.split("\0")
    for status, path in zip(fields[::2], fields[1::2], strict=False):
        names["M" if status not in names else status].append(path)
    return {"added": names["A"], "removed": names["D"], "modified": names["M"]}
