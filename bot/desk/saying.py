"""The status comment of a task, posted once and edited in place when it would read differently.

Decides when an edit is worth one. It never posts a second status comment for a task.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from bot.core.report.thread import Scene, marker, status
from bot.desk.office import Json, Office
from bot.desk.task import State, Task

_HEADLINES = {
    State.WORKING: "working",
    State.WAITING: "waiting",
    State.MERGED: "deploying",
    State.REJECTED: "rejected",
    State.DECLINED: "declined",
    State.PLANNED: "planned",
    State.DEPLOYED: "deployed",
    State.DEPLOY_FAILED: "deploy-failed",
    State.ROLLED_BACK: "rolled-back",
    State.FROZEN: "frozen",
    State.CLOSED: "closed",
    State.BY_HAND: "merged-by-hand",
    State.FAILED: "failed",
}

_ENDED = frozenset(
    {
        *(State.DEPLOYED, State.DEPLOY_FAILED, State.ROLLED_BACK, State.FROZEN),
        *(State.CLOSED, State.BY_HAND, State.PLANNED),
    }
)


def load(office: Office, key: str) -> Task:
    """The task of ``key``. Raises LookupError."""
    task = office.ledger.task(key)
    if task is None:
        raise LookupError(f"no task {key}")
    return task


def say(office: Office, key: str, state: State, notes: tuple[Json, ...] = ()) -> None:
    """The task is at ``state`` now, and its status comment says so."""
    before = load(office, key)
    if before.state in _ENDED and state not in _ENDED:
        return  # somebody slower: what has ended is not begun again
    since = (before.waiting_since or office.now()) if state is State.WAITING else None
    task = replace(before, state=state, notes=notes, waiting_since=since)
    body = status(headline(task), scene(office, task))
    digest = sha256(body.encode()).hexdigest()
    # said first: a task that looks ended is never silent
    number = task.status_comment if digest == task.said else _post(office, task, body)
    after = office.ledger.change(
        key,
        unless=() if state in _ENDED else tuple(_ENDED),
        state=state,
        notes=notes,
        waiting_since=since,
        status_comment=number,
        said=digest,
    )
    office.ledger.note(key, state.value, _noted(task))
    if after.state is not state:  # another lane was faster with the end: its word stays
        _post(office, after, status(headline(after), scene(office, after)))


def headline(task: Task) -> str:
    """Merged with nothing to deploy is said plainly."""
    nothing_to_deploy = task.judged is not None and not task.judged.environments
    if task.state in {State.MERGED, State.DEPLOYED} and (nothing_to_deploy or not task.builds):
        return "merged"
    if task.state is State.MERGED and _turned_back(task):
        return "rolling-back"
    return _HEADLINES[task.state]


def _turned_back(task: Task) -> bool:
    rollout = task.rollout or {}
    return rollout.get("direction") == "back" or rollout.get("phase") in {"turning", "halting"}


def scene(office: Office, task: Task) -> Scene:
    """All that the comment tells of."""
    return Scene(
        key=task.key,
        language=task.language,
        requester=task.requester,
        texts=task.texts,
        pull=task.pull,
        verdicts=task.judged.verdicts if task.judged else (),
        merged=task.merged,
        builds=task.builds,
        notes=tuple((name, tuple(facts.items())) for name, facts in task.notes),
        timeline=office.page(task),
    )


def _post(office: Office, task: Task, body: str) -> int:
    if task.status_comment is not None:
        office.hub.edit_comment(task.repo, task.status_comment, body)
        return task.status_comment
    return office.hub.comment(task.repo, task.number, body, marker("status", task.key))


def _noted(task: Task) -> str:
    return "; ".join(str(name) for name, _ in task.notes)
