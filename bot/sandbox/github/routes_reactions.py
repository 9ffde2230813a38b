"""Endpoints of reactions on issues, comments and comments on lines.

Decides that one person gives each reaction once.
Source: GitHub REST, "Reactions".
"""

from __future__ import annotations

from bot.sandbox.github import shapes_issue
from bot.sandbox.github.calls import Answer, Call, invalid, missing, route
from bot.sandbox.github.rows import Reaction, Written
from bot.sandbox.github.writing import issue_of

_READ = "issues:read|pull_requests:read"
_WRITE = "issues:write|pull_requests:write"


def reacted_to(call: Call) -> Written:
    """What a reaction endpoint's path names."""
    if "number" in call.params:
        return issue_of(call)
    if "/pulls/comments/" in call.path:
        return call.repo.line_comments.get(call.number("comment")) or missing()
    return call.repo.comments.get(call.number("comment")) or missing()


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
