"""Endpoints of issues, their comments, labels and reactions.

Decides what an issue endpoint does with a pull request: the same, for those who may.
Source: GitHub REST, "Issues", "Reactions".
"""

from __future__ import annotations

from bot.sandbox.github import events, shapes_issue
from bot.sandbox.github.calls import Answer, Call, Json, Refused, invalid, missing, route
from bot.sandbox.github.moves import close
from bot.sandbox.github.rows import Comment, Issue, Label, Reaction, Written
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
    for label in _labels(call, issue):
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
    return [_shape(call, issue) for issue in call.page(since(call, rows))]


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
    state = call.body.get("state", issue.state)
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


def may_edit_labels(call: Call) -> None:
    """403 for people who may not sort issues."""
    if call.caller.kind == "user" and not call.repo.allows(call.actor.login, "triage"):
        raise Refused(403, "Must have triage rights to Repository.")


def relabel(call: Call, issue: Issue, names: list[str]) -> None:
    """Exactly these labels from now on; each one more or less is told."""
    wanted = list(dict.fromkeys(known_label(call.world, call.repo, name) for name in names))
    before, issue.labels = issue.labels, wanted
    gone = [name for name in before if name not in wanted]
    come = [name for name in wanted if name not in before]
    for action, changed in (("unlabeled", gone), ("labeled", come)):
        for name in changed:
            issue.updated_at = call.world.now()
            label = shapes_issue.labels(call.world, call.repo, [name])[0]
            events.issue_happened(call.world, call.repo, issue, action, call.actor, label=label)


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


def reacted_to(call: Call) -> Written:
    """What a reaction endpoint's path names."""
    if "number" in call.params:
        return issue_of(call)
    if "/pulls/comments/" in call.path:
        return call.repo.line_comments.get(call.number("comment")) or missing()
    return _comment(call)


def _list_reactions(call: Call) -> object:
    content = call.query.get("content")
    rows = [row for row in reacted_to(call).reactions if content in {None, row.content}]
    return [shapes_issue.reaction(call.world, row) for row in call.page(rows)]


def _react(call: Call) -> object:
    """201 for a new reaction, 200 where the same person gave it before."""
    target, content = reacted_to(call), call.text("content")
    if content not in shapes_issue.CONTENTS:
        invalid("Reaction", "content", "invalid")
    for row in target.reactions:
        if row.user is call.actor and row.content == content:
            return shapes_issue.reaction(call.world, row)
    new = Reaction(call.world.new_id(), call.actor, content, call.world.now())
    target.reactions.append(new)
    return Answer(201, shapes_issue.reaction(call.world, new))


def _unreact(call: Call) -> object:
    target = reacted_to(call)
    for row in target.reactions:
        if row.id == call.number("reaction") and row.user is call.actor:
            target.reactions.remove(row)
            return Answer(204)
    return missing()


for _where, _lowest, _highest in (
    ("issues/{number:int}", _READ, _WRITE),
    ("issues/comments/{comment:int}", _READ, _WRITE),
    ("pulls/comments/{comment:int}", "pull_requests:read", "pull_requests:write"),
):
    _path = f"/repos/{{owner}}/{{repo}}/{_where}/reactions"
    route("GET", _path, app=_lowest)(_list_reactions)
    route("POST", _path, app=_highest)(_react)
    route("DELETE", _path + "/{reaction:int}", app=_highest)(_unreact)
