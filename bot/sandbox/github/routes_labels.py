"""Endpoints of labels.

Decides that a label nobody knew is made when it is put on an issue.
Source: GitHub REST, "Labels for issues".
"""

from __future__ import annotations

from bot.sandbox.github import shapes_issue
from bot.sandbox.github.calls import Answer, Call, Json, Refused, invalid, missing, route
from bot.sandbox.github.labelling import relabel
from bot.sandbox.github.rows import Issue, Label
from bot.sandbox.github.writing import issue_of, label_names

_READ = "issues:read|pull_requests:read"
_WRITE = "issues:write|pull_requests:write"


def _labels(call: Call, issue: Issue) -> list[Json]:
    return shapes_issue.labels(call.world, call.repo, issue.labels)


@route("GET", "/repos/{owner}/{repo}/issues/{number:int}/labels", app=_READ)
def list_labels(call: Call) -> object:
    """The labels of an issue."""
    return call.page(_labels(call, issue_of(call)))


@route("POST", "/repos/{owner}/{repo}/issues/{number:int}/labels", app=_WRITE, role="triage")
def add_labels(call: Call) -> object:
    """More labels."""
    issue = issue_of(call)
    relabel(call, issue, [*issue.labels, *label_names(call)])
    return _labels(call, issue)


@route("PUT", "/repos/{owner}/{repo}/issues/{number:int}/labels", app=_WRITE, role="triage")
def set_labels(call: Call) -> object:
    """These labels and no others."""
    issue = issue_of(call)
    relabel(call, issue, label_names(call))
    return _labels(call, issue)


@route(
    "DELETE", "/repos/{owner}/{repo}/issues/{number:int}/labels/{name}", app=_WRITE, role="triage"
)
def remove_label(call: Call) -> object:
    """One label less; 404 where the issue does not have it."""
    issue, name = issue_of(call), call.params["name"].lower()
    if name not in {label.lower() for label in issue.labels}:
        raise Refused(404, "Label does not exist")
    relabel(call, issue, [label for label in issue.labels if label.lower() != name])
    return _labels(call, issue)


@route("DELETE", "/repos/{owner}/{repo}/issues/{number:int}/labels", app=_WRITE, role="triage")
def remove_labels(call: Call) -> object:
    """No labels."""
    relabel(call, issue_of(call), [])
    return Answer(204)


@route("GET", "/repos/{owner}/{repo}/labels", app=_READ)
def list_repo_labels(call: Call) -> object:
    """Every label of the repository."""
    rows = call.page(sorted(call.repo.labels.values(), key=lambda row: row.name))
    return [shapes_issue.label(call.world, call.repo, row) for row in rows]


@route("POST", "/repos/{owner}/{repo}/labels", app=_WRITE, role="write")
def create_label(call: Call) -> object:
    """A label with a colour."""
    name = call.text("name")
    if name.lower() in call.repo.labels:
        invalid("Label", "name", "already_exists")
    color = call.text("color", default="ededed").lstrip("#")
    label = Label(call.world.new_id(), name, color, call.maybe("description"))
    call.repo.labels[name.lower()] = label
    return Answer(201, shapes_issue.label(call.world, call.repo, label))


@route("GET", "/repos/{owner}/{repo}/labels/{name}", app=_READ)
def get_label(call: Call) -> object:
    """One label."""
    found = call.repo.labels.get(call.params["name"].lower()) or missing()
    return shapes_issue.label(call.world, call.repo, found)
