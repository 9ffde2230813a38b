"""Endpoints of deployments and how they are doing.

Decides that a deployment waits for green checks where the request does not say otherwise.
Source: GitHub REST, "Deployments" (409 where required contexts are not green).
"""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.github import events, shapes_check
from bot.sandbox.github.calls import Answer, Call, Refused, invalid, missing, route
from bot.sandbox.github.pulls import GOOD, latest_checks
from bot.sandbox.github.routes_repos import commit_at
from bot.sandbox.github.rows import Deployment, DeploymentStatus

_ALL = "/repos/{owner}/{repo}/deployments"
_STATES = {"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}


def _refuse_red(call: Call, sha: str) -> None:
    """409 where a context that must be green is not; by default all that were reported."""
    checks = latest_checks(call.repo, sha)
    given = call.body.get("required_contexts")
    names = list(checks) if given is None else call.listed("required_contexts", str)
    red = [name for name in names if not set(checks.get(name, [None])) <= GOOD]
    if red:
        error = {"resource": "Deployment", "field": "required_contexts", "code": "invalid"}
        message = f"Conflict: Commit status checks failed for {call.text('ref')}."
        raise Refused(409, message, errors=[{**error, "contexts": red}])


@route("POST", _ALL, app="deployments:write", role="write")
def create_deployment(call: Call) -> object:
    """A deployment of a commit to an environment."""
    ref = call.text("ref")
    sha = commit_at(call, ref)
    _refuse_red(call, sha)
    environment = call.text("environment", default="production")
    found = Deployment(
        call.world.new_id(),
        sha,
        ref,
        call.text("task", default="deploy"),
        call.body.get("payload") or {},
        environment,
        call.maybe("description"),
        call.actor,
        call.world.now(),
        call.caller.app,
        production=call.body.get("production_environment", environment == "production") is True,
        transient=call.flag("transient_environment"),
    )
    call.repo.deployments[found.id] = found
    events.deployment_happened(call.world, call.repo, found, call.actor)
    shape = shapes_check.deployment(call.world, call.repo, found)
    return Answer(201, shape, {"Location": shape["url"]})


@route("GET", _ALL, app="deployments:read")
def list_deployments(call: Call) -> object:
    """Deployments, newest first."""
    query = call.query
    rows = [
        row
        for row in reversed(call.repo.deployments.values())
        if all(
            query.get(name) in {None, "none", getattr(row, name)}
            for name in ("sha", "ref", "task", "environment")
        )
    ]
    return [shapes_check.deployment(call.world, call.repo, row) for row in call.page(rows)]


def _deployment(call: Call) -> Deployment:
    return call.repo.deployments.get(call.number("deployment")) or missing()


@route("GET", _ALL + "/{deployment:int}", app="deployments:read")
def get_deployment(call: Call) -> object:
    """One deployment."""
    return shapes_check.deployment(call.world, call.repo, _deployment(call))


@route("POST", _ALL + "/{deployment:int}/statuses", app="deployments:write", role="write")
def create_deployment_status(call: Call) -> object:
    """How a deployment is doing; a success ends the earlier ones of its environment."""
    found, state = _deployment(call), call.text("state")
    if state not in _STATES:
        invalid("DeploymentStatus", "state", "inclusion")
    row = DeploymentStatus(
        call.world.new_id(),
        state,
        call.text("description", default=""),
        call.text("log_url", default=call.text("target_url", default="")),
        call.text("environment_url", default=""),
        call.text("environment", default=found.environment),
        call.actor,
        call.world.now(),
    )
    if len(row.description) > 140:
        invalid("DeploymentStatus", "description", "too_long")
    found.statuses.append(row)
    events.deployment_happened(call.world, call.repo, found, call.actor)
    if state == "success" and call.body.get("auto_inactive", True):
        _end_earlier(call, found, row)
    shape = shapes_check.deployment_status(call.world, call.repo, found, row)
    return Answer(201, shape, {"Location": shape["url"]})


def _end_earlier(call: Call, found: Deployment, row: DeploymentStatus) -> None:
    for other in call.repo.deployments.values():
        same = other.environment == found.environment and other is not found
        last = other.statuses[-1].state if other.statuses else ""
        if same and not other.transient and other.id < found.id and last == "success":
            ended = replace(row, id=call.world.new_id(), state="inactive", description="")
            other.statuses.append(ended)


@route("GET", _ALL + "/{deployment:int}/statuses", app="deployments:read")
def list_deployment_statuses(call: Call) -> object:
    """How a deployment was doing, newest first."""
    found = _deployment(call)
    return [
        shapes_check.deployment_status(call.world, call.repo, found, row)
        for row in call.page(list(reversed(found.statuses)))
    ]


@route("GET", _ALL + "/{deployment:int}/statuses/{status:int}", app="deployments:read")
def get_deployment_status(call: Call) -> object:
    """One of them."""
    found = _deployment(call)
    for row in found.statuses:
        if row.id == call.number("status"):
            return shapes_check.deployment_status(call.world, call.repo, found, row)
    raise Refused(404, "Not Found")
