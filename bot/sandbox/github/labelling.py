"""Putting labels on issues and pull requests.

Decides who may: people who may sort issues. Every label more or less is told of.
"""

from __future__ import annotations

from bot.sandbox.github import events, shapes_issue
from bot.sandbox.github.calls import Call, Refused
from bot.sandbox.github.rows import Issue
from bot.sandbox.github.writing import known_label


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
