"""Issues, comments, labels and reactions as GitHub's JSON.

Decides nothing but form. Fields are those of GitHub's OpenAPI description.
"""

from __future__ import annotations

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.calls import Json
from bot.sandbox.github.rows import Comment, Issue, Label, Reaction, Repo
from bot.sandbox.github.shapes_base import maybe_app, user
from bot.sandbox.github.world import World, node_id, stamp

CONTENTS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


def association(repo: Repo, account: Account) -> str:
    """How the writer stands to the repository."""
    if account.login.lower() == repo.owner.login.lower():
        return "OWNER"
    return "COLLABORATOR" if account.login.lower() in repo.roles else "NONE"


def rollup(url: str, reactions: list[Reaction]) -> Json:
    """How many of each reaction."""
    counted = [reaction.content for reaction in reactions]
    return {
        "url": f"{url}/reactions",
        "total_count": len(counted),
        **{content: counted.count(content) for content in CONTENTS},
    }


def reaction(world: World, found: Reaction) -> Json:
    """One person's reaction."""
    return {
        "id": found.id,
        "node_id": node_id("REA", found.id),
        "user": user(world, found.user),
        "content": found.content,
        "created_at": stamp(found.created_at),
    }


def label(world: World, repo: Repo, found: Label) -> Json:
    """A label of the repository."""
    return {
        "id": found.id,
        "node_id": node_id("LA", found.id),
        "url": f"{world.api}/repos/{repo.full_name}/labels/{found.name}",
        "name": found.name,
        "color": found.color,
        "default": False,
        "description": found.description,
        "archived_at": None,
        "archived_by": None,
    }


def labels(world: World, repo: Repo, names: list[str]) -> list[Json]:
    """The labels of those names."""
    return [label(world, repo, repo.labels[name.lower()]) for name in names]


def page_of(world: World, repo: Repo, issue: Issue) -> str:
    """Where a person reads it."""
    kind = "pull" if issue.pull else "issues"
    return f"{world.url}/{repo.full_name}/{kind}/{issue.number}"


def _pull_links(world: World, repo: Repo, issue: Issue) -> Json:
    if issue.pull is None:
        return {}
    page = page_of(world, repo, issue)
    return {
        "draft": issue.pull.draft,
        "pull_request": {
            "url": f"{world.api}/repos/{repo.full_name}/pulls/{issue.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": stamp(issue.pull.merged_at),
        },
    }


def issue(world: World, repo: Repo, found: Issue) -> Json:
    """An issue; a pull request seen as one has the key ``pull_request``."""
    home = f"{world.api}/repos/{repo.full_name}"
    url = f"{home}/issues/{found.number}"
    comments = sum(1 for comment in repo.comments.values() if comment.number == found.number)
    return {
        "url": url,
        "repository_url": home,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "html_url": page_of(world, repo, found),
        "id": found.id,
        "node_id": node_id("I", found.id),
        "number": found.number,
        "title": found.title,
        "body": found.body,
        "user": user(world, found.user),
        "labels": labels(world, repo, found.labels),
        "state": found.state,
        "state_reason": found.state_reason,
        "locked": False,
        "active_lock_reason": None,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": comments,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "closed_at": stamp(found.closed_at),
        "closed_by": user(world, found.closed_by) if found.closed_by else None,
        "author_association": association(repo, found.user),
        "reactions": rollup(url, found.reactions),
        "performed_via_github_app": maybe_app(world, found.app),
        **_pull_links(world, repo, found),
    }


def comment(world: World, repo: Repo, found: Comment) -> Json:
    """A comment below an issue or pull request."""
    home = f"{world.api}/repos/{repo.full_name}"
    url = f"{home}/issues/comments/{found.id}"
    page = page_of(world, repo, repo.issues[found.number])
    return {
        "id": found.id,
        "node_id": node_id("IC", found.id),
        "url": url,
        "html_url": f"{page}#issuecomment-{found.id}",
        "issue_url": f"{home}/issues/{found.number}",
        "body": found.body,
        "user": user(world, found.user),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "author_association": association(repo, found.user),
        "reactions": rollup(url, found.reactions),
        "performed_via_github_app": maybe_app(world, found.app),
    }
