"""Endpoints of commit statuses.

Decides how many contexts become one word: a failure counts first, then what still waits.
Source: GitHub REST, "Commit statuses".
"""

from __future__ import annotations

from bot.sandbox.github import events, shapes_check
from bot.sandbox.github.calls import Answer, Call, Refused, invalid, route
from bot.sandbox.github.routes_repos import commit_at
from bot.sandbox.github.rows import Status
from bot.sandbox.github.shapes_base import minimal_repo
from bot.sandbox.github.shapes_git import home

_REPO = "/repos/{owner}/{repo}"


@route("POST", _REPO + "/statuses/{sha}", app="statuses:write", role="write")
def create_status(call: Call) -> object:
    """A commit status; the newest of a context counts."""
    sha, state = call.params["sha"], call.text("state")
    if call.repo.git.kind(sha) != "commit":
        raise Refused(422, f"No commit found for SHA: {sha}")
    if state not in {"error", "failure", "pending", "success"}:
        invalid("Status", "state", "inclusion")
    status = Status(
        call.world.new_id(),
        sha,
        state,
        call.text("context", default="default"),
        call.maybe("description"),
        call.maybe("target_url"),
        call.actor,
        call.world.now(),
    )
    call.repo.statuses.append(status)
    events.status_happened(call.world, call.repo, status, call.actor)
    return Answer(201, shapes_check.status(call.world, call.repo, status))


def _statuses(call: Call) -> tuple[str, list[Status]]:
    sha = commit_at(call, call.params["ref"])
    return sha, [row for row in reversed(call.repo.statuses) if row.sha == sha]


@route("GET", _REPO + "/commits/{ref:path}/statuses", app="statuses:read")
def list_statuses(call: Call) -> object:
    """Every status of a commit, newest first."""
    rows = call.page(_statuses(call)[1])
    return [shapes_check.status(call.world, call.repo, row) for row in rows]


@route("GET", _REPO + "/commits/{ref:path}/status", app="statuses:read")
def combined_status(call: Call) -> object:
    """The newest status of every context, and all of them in one word."""
    sha, rows = _statuses(call)
    newest = list({row.context: row for row in reversed(rows)}.values())
    states = {row.state for row in newest}
    if states & {"error", "failure"}:
        state = "failure"
    else:
        state = "pending" if not states or "pending" in states else "success"
    shapes = [shapes_check.status(call.world, call.repo, row) for row in call.page(newest)]
    url = f"{home(call.world, call.repo)}/commits/{sha}"
    return {
        "state": state,
        "statuses": shapes,
        "sha": sha,
        "total_count": len(newest),
        "repository": minimal_repo(call.world, call.repo),
        "commit_url": url,
        "url": f"{url}/status",
    }
