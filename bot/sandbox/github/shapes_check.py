"""Check runs, suites, statuses and deployments as GitHub's JSON.

Decides nothing but form. Fields are those of GitHub's OpenAPI description.
"""

from __future__ import annotations

from bot.sandbox.github import shapes_base as base
from bot.sandbox.github.calls import Json
from bot.sandbox.github.rows import (
    CheckRun,
    CheckSuite,
    Deployment,
    DeploymentStatus,
    Repo,
    Status,
)
from bot.sandbox.github.shapes_git import home, simple_commit
from bot.sandbox.github.shapes_pull import minimal_pull
from bot.sandbox.github.world import World, node_id, stamp


def _pulls(world: World, repo: Repo, sha: str) -> list[Json]:
    return [
        minimal_pull(world, repo, issue, pull)
        for issue, pull in repo.pulls()
        if pull.head_sha == sha and issue.state == "open"
    ]


def check_run(world: World, repo: Repo, found: CheckRun) -> Json:
    """A check run."""
    url = f"{home(world, repo)}/check-runs/{found.id}"
    page = f"{world.url}/{repo.full_name}/runs/{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("CR", found.id),
        "head_sha": found.head_sha,
        "external_id": found.external_id,
        "url": url,
        "html_url": page,
        "details_url": found.details_url or page,
        "status": found.status,
        "conclusion": found.conclusion,
        "started_at": stamp(found.started_at),
        "completed_at": stamp(found.completed_at),
        "name": found.name,
        "output": {
            "title": found.title,
            "summary": found.summary,
            "text": found.text,
            "annotations_count": len(found.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": found.suite},
        "app": base.app(world, found.app),
        "pull_requests": _pulls(world, repo, found.head_sha),
    }


def suite_state(repo: Repo, suite: CheckSuite) -> tuple[str, str | None]:
    """Status and conclusion of a suite, from its runs."""
    runs = [run for run in repo.checks.values() if run.suite == suite.id]
    if not runs:
        return "queued", None
    if any(run.status != "completed" for run in runs):
        return "in_progress", None
    worst = ("failure", "timed_out", "cancelled", "action_required", "stale", "success")
    found = {run.conclusion for run in runs}
    return "completed", next((word for word in worst if word in found), "neutral")


def check_suite(world: World, repo: Repo, found: CheckSuite) -> Json:
    """All check runs of an App on a commit."""
    status, conclusion = suite_state(repo, found)
    branches = [name for name, sha in repo.heads.items() if sha == found.head_sha]
    url = f"{home(world, repo)}/check-suites/{found.id}"
    return {
        "id": found.id,
        "node_id": node_id("CS", found.id),
        "head_branch": branches[0] if branches else None,
        "head_sha": found.head_sha,
        "status": status,
        "conclusion": conclusion,
        "url": url,
        "before": None,
        "after": found.head_sha,
        "pull_requests": _pulls(world, repo, found.head_sha),
        "app": base.app(world, found.app),
        "repository": base.minimal_repo(world, repo),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "head_commit": simple_commit(repo.git.commit(found.head_sha)),
        "latest_check_runs_count": sum(1 for c in repo.checks.values() if c.suite == found.id),
        "check_runs_url": f"{url}/check-runs",
    }


def status(world: World, repo: Repo, found: Status) -> Json:
    """A commit status."""
    creator = base.user(world, found.creator)
    return {
        "url": f"{home(world, repo)}/statuses/{found.sha}",
        "avatar_url": creator["avatar_url"],
        "id": found.id,
        "node_id": node_id("SC", found.id),
        "state": found.state,
        "description": found.description,
        "target_url": found.target_url,
        "context": found.context,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "creator": creator,
    }


def deployment(world: World, repo: Repo, found: Deployment) -> Json:
    """A deployment."""
    url = f"{home(world, repo)}/deployments/{found.id}"
    last = found.statuses[-1].created_at if found.statuses else found.created_at
    return {
        "url": url,
        "id": found.id,
        "node_id": node_id("DE", found.id),
        "sha": found.sha,
        "ref": found.ref,
        "task": found.task,
        "payload": found.payload,
        "original_environment": found.environment,
        "environment": found.environment,
        "description": found.description,
        "creator": base.user(world, found.creator),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(last),
        "statuses_url": f"{url}/statuses",
        "repository_url": home(world, repo),
        "transient_environment": found.transient,
        "production_environment": found.production,
        "performed_via_github_app": base.maybe_app(world, found.app),
    }


def deployment_status(world: World, repo: Repo, found: Deployment, row: DeploymentStatus) -> Json:
    """How a deployment was doing at a time."""
    url = f"{home(world, repo)}/deployments/{found.id}"
    return {
        "url": f"{url}/statuses/{row.id}",
        "id": row.id,
        "node_id": node_id("DES", row.id),
        "state": row.state,
        "creator": base.user(world, row.creator),
        "description": row.description,
        "environment": row.environment,
        "target_url": row.log_url,
        "log_url": row.log_url,
        "environment_url": row.environment_url,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.created_at),
        "deployment_url": url,
        "repository_url": home(world, repo),
        "performed_via_github_app": base.maybe_app(world, found.app),
    }
