"""Endpoints of check runs and suites.

Decides that only Apps report checks, and each App only its own.
Source: GitHub REST, "Checks".
"""

from __future__ import annotations

from datetime import datetime

from bot.sandbox.github import events, shapes_check
from bot.sandbox.github.accounts import App
from bot.sandbox.github.calls import Answer, Call, Json, Refused, invalid, missing, route
from bot.sandbox.github.routes_repos import commit_at
from bot.sandbox.github.rows import CheckRun, CheckSuite

_REPO = "/repos/{owner}/{repo}"
_STATUSES = {"queued", "in_progress", "completed", "waiting", "requested", "pending"}
_CONCLUSIONS = {
    *("success", "failure", "neutral", "cancelled", "skipped"),
    *("timed_out", "action_required", "stale"),
}
_ANNOTATIONS = 50  # a call


def _own_app(call: Call) -> App:
    if call.caller.kind != "installation" or call.caller.app is None:
        raise Refused(403, "You must authenticate via a GitHub App.")
    return call.caller.app


def _shape(call: Call, run: CheckRun) -> Json:
    return shapes_check.check_run(call.world, call.repo, run)


def _suite(call: Call, app: App, sha: str) -> CheckSuite:
    for found in call.repo.suites.values():
        if found.app is app and found.head_sha == sha:
            return found
    suite = CheckSuite(call.world.new_id(), app, sha, call.world.now())
    call.repo.suites[suite.id] = suite
    return suite


@route("POST", _REPO + "/check-runs", app="checks:write")
def create_check(call: Call) -> object:
    """A check run of the App on a commit."""
    app, sha = _own_app(call), call.text("head_sha")
    if call.repo.git.kind(sha) != "commit":
        raise Refused(422, f"No commit found for SHA: {sha}")
    name = call.text("name")
    edit = _edit(call)
    run = CheckRun(call.world.new_id(), app, _suite(call, app, sha).id, name, sha)
    run.started_at = call.world.now()
    edit(run)
    call.repo.checks[run.id] = run
    _tell(call, run, "created")
    shape = _shape(call, run)
    return Answer(201, shape, {"Location": shape["url"]})


@route("PATCH", _REPO + "/check-runs/{run:int}", app="checks:write")
def update_check(call: Call) -> object:
    """How a check run is doing now; annotations are added to those it has."""
    app, run = _own_app(call), _run(call)
    if run.app is not app:
        raise Refused(
            403,
            "Invalid app_id `"
            + str(app.id)
            + "` - check run can only be modified by the GitHub App that created it.",
        )
    was = run.status
    _edit(call)(run)
    if was != run.status:
        _tell(call, run, "created" if run.status != "completed" else "completed", again=True)
    return _shape(call, run)


def _tell(call: Call, run: CheckRun, action: str, *, again: bool = False) -> None:
    world, repo, who = call.world, call.repo, call.actor
    if not again:
        events.check_happened(world, repo, run, action, who)
    if run.status == "completed":
        events.check_happened(world, repo, run, "completed", who)
        suite = repo.suites[run.suite]
        if shapes_check.suite_state(repo, suite)[0] == "completed":
            events.suite_happened(world, repo, suite, "completed", who)


class _Edit:
    """A checked change of a check run; nothing is changed before all of it was checked."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._output = _checked_output(call)
        self._status, self._conclusion = _checked_state(call)
        self._times = {name: _time(call, name) for name in ("started_at", "completed_at")}
        self._texts = {
            name: call.text(name)
            for name in ("name", "external_id", "details_url")
            if call.body.get(name) is not None
        }

    def __call__(self, run: CheckRun) -> None:
        for name, value in self._texts.items():
            setattr(run, name, value)
        for key in ("title", "summary", "text"):
            if key in self._output:
                setattr(run, key, self._output[key])
        run.annotations += self._output.get("annotations") or []
        run.status = self._status or run.status
        if self._conclusion:
            run.conclusion = self._conclusion
        elif run.status != "completed":
            run.conclusion = None
        for name, at in self._times.items():
            if at:
                setattr(run, name, at)
        if run.status == "completed" and run.completed_at is None:
            run.completed_at = self._call.world.now()


_edit = _Edit


def _checked_state(call: Call) -> tuple[str | None, str | None]:
    status, conclusion = call.maybe("status"), call.maybe("conclusion")
    if status is not None and status not in _STATUSES:
        invalid("CheckRun", "status", "invalid")
    if conclusion is not None and conclusion not in _CONCLUSIONS:
        invalid("CheckRun", "conclusion", "invalid")
    if status == "completed" and conclusion is None:
        raise Refused(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
    return ("completed" if conclusion else status), conclusion


def _checked_output(call: Call) -> Json:
    output = call.body.get("output") or {}
    if not isinstance(output, dict):
        raise Refused(422, "Invalid request.\n\nFor 'output', not an object.")
    if output and not isinstance(output.get("summary"), str):
        raise Refused(422, 'Invalid request.\n\n"summary" wasn\'t supplied.')
    for name in ("summary", "text"):
        if len(output.get(name) or "") > 65_535:
            raise Refused(
                422, f"Invalid request.\n\nOnly 65535 characters are allowed; {name} is longer."
            )
    rows = output.get("annotations") or []
    if len(rows) > _ANNOTATIONS:
        raise Refused(
            422,
            "Invalid request.\n\nNo more than 50 annotations can be sent in a request.",
        )
    return {**output, "annotations": [_annotation(call, row) for row in rows]}


def _annotation(call: Call, row: object) -> Json:
    needed = {"path": str, "start_line": int, "end_line": int, "message": str}
    if not isinstance(row, dict) or not all(
        isinstance(row.get(name), kind) for name, kind in needed.items()
    ):
        raise Refused(
            422, "Invalid request.\n\nAn annotation lacks path, start_line, end_line or message."
        )
    if row.get("annotation_level") not in ("notice", "warning", "failure"):
        invalid("CheckAnnotation", "annotation_level", "invalid")
    sha = call.body.get("head_sha") or call.repo.default_branch
    page = f"{call.world.url}/{call.repo.full_name}/blob/{sha}/{row['path']}"
    names = ("title", "raw_details", "start_column", "end_column")
    kept = {name: row.get(name) for name in (*needed, "annotation_level", *names)}
    return {**kept, "blob_href": page}


def _time(call: Call, name: str) -> datetime | None:
    text = call.maybe(name)
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(422, f"Invalid request.\n\n{text} is not a date.") from None


def _run(call: Call) -> CheckRun:
    return call.repo.checks.get(call.number("run")) or missing()


@route("GET", _REPO + "/check-runs/{run:int}", app="checks:read")
def get_check(call: Call) -> object:
    """One check run."""
    return _shape(call, _run(call))


@route("GET", _REPO + "/check-runs/{run:int}/annotations", app="checks:read")
def list_annotations(call: Call) -> object:
    """The remarks of a check run."""
    return call.page(_run(call).annotations)


@route("POST", _REPO + "/check-runs/{run:int}/rerequest", app="checks:write", role="write")
def rerequest(call: Call) -> object:
    """Somebody wants the check to run again; its App is told."""
    run = _run(call)
    events.check_happened(call.world, call.repo, run, "rerequested", call.actor)
    return Answer(201, {})


def _filtered(call: Call, rows: list[CheckRun]) -> Json:
    name, status = call.query.get("check_name"), call.query.get("status")
    app = call.query.get("app_id")
    rows = [
        run
        for run in rows
        if name in {None, run.name}
        and status in {None, run.status}
        and app in {None, str(run.app.id)}
    ]
    if call.query.get("filter", "latest") == "latest":
        rows = list({(run.app.id, run.name): run for run in rows}.values())
    rows.sort(key=lambda run: run.id, reverse=True)
    return {"total_count": len(rows), "check_runs": [_shape(call, run) for run in call.page(rows)]}


@route("GET", _REPO + "/commits/{ref:path}/check-runs", app="checks:read")
def list_checks(call: Call) -> object:
    """Check runs on a commit; the newest of each name unless all are asked for."""
    sha = commit_at(call, call.params["ref"])
    return _filtered(call, [run for run in call.repo.checks.values() if run.head_sha == sha])


@route("GET", _REPO + "/commits/{ref:path}/check-suites", app="checks:read")
def list_suites(call: Call) -> object:
    """Check suites on a commit."""
    sha = commit_at(call, call.params["ref"])
    rows = [suite for suite in call.repo.suites.values() if suite.head_sha == sha]
    shapes = [shapes_check.check_suite(call.world, call.repo, row) for row in call.page(rows)]
    return {"total_count": len(rows), "check_suites": shapes}


@route("GET", _REPO + "/check-suites/{suite:int}", app="checks:read")
def get_suite(call: Call) -> object:
    """One suite."""
    found = call.repo.suites.get(call.number("suite")) or missing()
    return shapes_check.check_suite(call.world, call.repo, found)


@route("GET", _REPO + "/check-suites/{suite:int}/check-runs", app="checks:read")
def list_runs_of_suite(call: Call) -> object:
    """The runs of a suite."""
    found = call.repo.suites.get(call.number("suite")) or missing()
    return _filtered(call, [run for run in call.repo.checks.values() if run.suite == found.id])
