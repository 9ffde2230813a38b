"""Endpoints of issues and their comments.

Decides what an issue endpoint does with a pull request: the same, for those who may.
Source: GitHub REST, "Issues".
"""

from __future__ import annotations

from bot.sandbox.github import events, shapes_issue
from bot.sandbox.github.calls import Answer, Call, Json, invalid, missing, route
from bot.sandbox.github.labelling import may_edit_labels, relabel
from bot.sandbox.github.moves import close
from bot.sandbox.github.rows import Comment, Issue
from bot.sandbox.github.writing import (
    checked_body,
    checked_text,
    issue_of,
    known_label,
    label_names,
    may_edit,
    since,
)

_READ = "issues:read|pull_requests:read"
_WRITE = "issues:write|pull_requests:write"


def _shape(call: Call, issue: Issue) -> Json:
    return shapes_issue.issue(call.world, call.repo, issue)


@route("POST", "/repos/{owner}/{repo}/issues", app="issues:write")
def create_issue(call: Call) -> object:
    """A new issue; labels only from those who may label."""
    title = call.text("title")
    checked_text(call, "Issue")
    may_label = call.caller.kind != "user" or call.repo.allows(call.actor.login, "triage")
    names = label_names(call) if may_label else []
    now, number = call.world.now(), call.repo.next_number()
    issue = Issue(
        call.world.new_id(),
        call.actor,
        call.maybe("body"),
        now,
        now,
        call.caller.app,
        number=number,
        title=title,
        labels=[known_label(call.world, call.repo, name) for name in names],
    )
    call.repo.issues[number] = issue
    events.issue_happened(call.world, call.repo, issue, "opened", call.actor)
    for label in shapes_issue.labels(call.world, call.repo, issue.labels):
        events.issue_happened(call.world, call.repo, issue, "labeled", call.actor, label=label)
    shape = _shape(call, issue)
    return Answer(201, shape, {"Location": shape["url"]})


@route("GET", "/repos/{owner}/{repo}/issues", app=_READ)
def list_issues(call: Call) -> object:
    """Issues and pull requests, newest first."""
    state, labels = call.query.get("state", "open"), call.query.get("labels", "")
    wanted = {name.strip().lower() for name in labels.split(",") if name.strip()}
    creator = call.query.get("creator", "").lower()
    rows = [
        issue
        for issue in reversed(call.repo.issues.values())
        if state in {"all", issue.state}
        and wanted <= {name.lower() for name in issue.labels}
        and creator in {"", issue.user.login.lower()}
    ]
    return [_shape(call, issue) for issue in call.page(since(call, rows, alone=True))]


@route("GET", "/repos/{owner}/{repo}/issues/{number:int}", app=_READ)
def get_issue(call: Call) -> object:
    """An issue or pull request."""
    return _shape(call, issue_of(call))


@route("PATCH", "/repos/{owner}/{repo}/issues/{number:int}", app=_WRITE)
def update_issue(call: Call) -> object:
    """Title, body, state and labels."""
    issue = issue_of(call)
    edit_issue(call, issue)
    if "labels" in call.body:
        may_edit_labels(call)
        relabel(call, issue, label_names(call))
    return _shape(call, issue)


def edit_issue(call: Call, issue: Issue) -> None:
    """Change title, body and state as the body says, and tell of what really changed."""
    changes: Json = {}
    checked_text(call, "PullRequest" if issue.pull else "Issue")
    for name in ("title", "body"):
        if name in call.body and call.maybe(name) != getattr(issue, name):
            may_edit(call, issue)
            changes[name] = {"from": getattr(issue, name) or ""}
            setattr(issue, name, call.maybe(name) or ("" if name == "title" else None))
    if changes:
        issue.updated_at = call.world.now()
        events.issue_happened(call.world, call.repo, issue, "edited", call.actor, changes=changes)
    state = call.maybe("state") or issue.state
    if state not in {"open", "closed"}:
        invalid("Issue", "state", "invalid")
    if state != issue.state:
        may_edit(call, issue, "triage")
        _turn(call, issue, state)


def _turn(call: Call, issue: Issue, state: str) -> None:
    if state == "closed":
        issue.state_reason = None if issue.pull else call.text("state_reason", default="completed")
        close(call.world, call.repo, issue, call.actor)
        return
    if issue.pull and (issue.pull.merged_at or issue.pull.head_ref not in call.repo.heads):
        invalid(
            "PullRequest",
            "state",
            "invalid",
            "state cannot be changed. The pull request cannot be reopened.",
        )
    issue.state, issue.closed_at, issue.closed_by = "open", None, None
    issue.state_reason = None if issue.pull else "reopened"
    issue.updated_at = call.world.now()
    events.issue_happened(call.world, call.repo, issue, "reopened", call.actor)


def _comment(call: Call) -> Comment:
    return call.repo.comments.get(call.number("comment")) or missing()


def _said(call: Call, comment: Comment) -> Json:
    return shapes_issue.comment(call.world, call.repo, comment)


@route("POST", "/repos/{owner}/{repo}/issues/{number:int}/comments", app=_WRITE)
def create_comment(call: Call) -> object:
    """A comment below an issue or pull request."""
    issue, body, now = issue_of(call), checked_body(call), call.world.now()
    comment = Comment(
        call.world.new_id(), call.actor, body, now, now, call.caller.app, number=issue.number
    )
    call.repo.comments[comment.id] = comment
    issue.updated_at = now
    events.comment_happened(call.world, call.repo, comment, "created", call.actor)
    shape = _said(call, comment)
    return Answer(201, shape, {"Location": shape["url"]})


@route("GET", "/repos/{owner}/{repo}/issues/{number:int}/comments", app=_READ)
def list_comments(call: Call) -> object:
    """The comments of an issue, oldest first."""
    number = issue_of(call).number
    rows = [row for row in call.repo.comments.values() if row.number == number]
    return [_said(call, row) for row in call.page(since(call, rows))]


@route("GET", "/repos/{owner}/{repo}/issues/comments", app=_READ)
def list_repo_comments(call: Call) -> object:
    """Every comment of the repository."""
    return [_said(call, row) for row in call.page(since(call, [*call.repo.comments.values()]))]


@route("GET", "/repos/{owner}/{repo}/issues/comments/{comment:int}", app=_READ)
def get_comment(call: Call) -> object:
    """One comment."""
    return _said(call, _comment(call))


@route("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment:int}", app=_WRITE)
def update_comment(call: Call) -> object:
    """A comment reads otherwise from now on."""
    comment, body = _comment(call), checked_body(call)
    may_edit(call, comment)
    before, comment.body = comment.body, body
    comment.updated_at = call.world.now()
    if before != body:
        changes = {"body": {"from": before or ""}}
        events.comment_happened(
            call.world, call.repo, comment, "edited", call.actor, changes=changes
        )
    return _said(call, comment)


@route("DELETE", "/repos/{owner}/{repo}/issues/comments/{comment:int}", app=_WRITE)
def delete_comment(call: Call) -> object:
    """A comment goes."""
    comment = _comment(call)
    may_edit(call, comment)
    events.comment_happened(call.world, call.repo, comment, "deleted", call.actor)
    del call.repo.comments[comment.id]
    return Answer(204)
