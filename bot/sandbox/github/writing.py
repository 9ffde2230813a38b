"""Finding and changing what people wrote: issues, comments, labels, reactions.

Decides who may change whose words: authors their own, people with write access anybody's, an App
what its permission allows.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from bot.sandbox.github.calls import Call, Refused, invalid, missing
from bot.sandbox.github.rows import Issue, Label, Pull, Repo, Written
from bot.sandbox.github.world import World

_LONGEST = 65_536
W = TypeVar("W", bound=Written)


def issue_of(call: Call) -> Issue:
    """The issue or pull request that the path names."""
    number = call.number("number")
    if number in call.repo.deleted:
        raise Refused(410, "This issue was deleted")
    return call.repo.issues.get(number) or missing()


def pull_of(call: Call) -> tuple[Issue, Pull]:
    """The pull request that the path names."""
    found = issue_of(call)
    return found, found.pull or missing()


def checked_body(call: Call) -> str:
    """The body of a comment; 422 where it is empty or too long."""
    body = call.text("body")
    if not body.strip():
        raise Refused(
            422,
            "Validation Failed",
            errors=[
                {
                    "resource": "IssueComment",
                    "field": "data",
                    "code": "unprocessable",
                    "message": "Body cannot be blank",
                }
            ],
        )
    if len(body) > _LONGEST:
        raise Refused(
            422,
            "Validation Failed",
            errors=[
                {
                    "resource": "IssueComment",
                    "code": "unprocessable",
                    "field": "data",
                    "message": f"Body is too long (maximum is {_LONGEST} characters)",
                }
            ],
        )
    return body


def checked_text(call: Call, resource: str) -> None:
    """422 where the title or body of an issue or pull request is missing or too long."""
    title = call.maybe("title")
    if title is not None and not title.strip():
        invalid(resource, "title", "missing_field")
    for name, value, most in (("title", title, 256), ("body", call.maybe("body"), _LONGEST)):
        if value is not None and len(value) > most:
            message = f"{name} is too long (maximum is {most} characters)"
            invalid(resource, name, "custom", message)


def may_edit(call: Call, written: Written, role: str = "write") -> None:
    """403 unless the caller wrote it or may change what others wrote."""
    if call.caller.kind == "installation" or written.user is call.actor:
        return
    if not call.repo.allows(call.actor.login, role):
        raise Refused(403, f"Must have {role} rights to Repository.")


def label_names(call: Call) -> list[str]:
    """The labels a body names: strings, or objects with a name."""
    given = call.body.get("labels")
    if isinstance(given, str):
        given = [given]
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refused(422, "Invalid request.\n\nFor 'labels', not an array.")
    names = [row.get("name") if isinstance(row, dict) else row for row in given]
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise Refused(
            422,
            "Validation Failed",
            errors=[{"resource": "Label", "field": "name", "code": "missing_field"}],
        )
    if any(len(str(name)) > 50 for name in names):
        invalid("Label", "name", "too_long")
    return [str(name) for name in names]


def known_label(world: World, repo: Repo, name: str) -> str:
    """The name as the repository spells it; a label nobody knew is made."""
    if name.lower() not in repo.labels:
        repo.labels[name.lower()] = Label(world.new_id(), name, "ededed")
    return repo.labels[name.lower()].name


def since(call: Call, rows: list[W], *, alone: bool = False) -> list[W]:
    """Rows changed at or after ``since``, in the order asked for.

    ``alone``: a direction counts without ``sort`` too, as it does for issues.
    """
    text = call.query.get("since")
    if text:
        try:
            start = datetime.fromisoformat(text)
        except ValueError:
            raise Refused(422, f"Invalid since: {text}") from None
        start = start if start.tzinfo else start.replace(tzinfo=call.world.now().tzinfo)
        rows = [row for row in rows if row.updated_at >= start]
    if call.query.get("sort") in {"created", "updated"} or (alone and "direction" in call.query):
        updated = call.query.get("sort") == "updated"
        newest = call.query.get("direction", "desc") == "desc"
        rows = sorted(
            rows,
            key=lambda row: (row.updated_at if updated else row.created_at, row.id),
            reverse=newest,
        )
    return rows
