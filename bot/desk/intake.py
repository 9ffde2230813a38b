"""An event → the errands it causes.

Decides what is worth an errand; costs no request. The same event gives the same errands, and an
errand's key makes it happen once, whether it came by webhook, redelivery or sweep.
"""

from __future__ import annotations

from typing import assert_never

from bot.commands import key_of, read_command
from bot.core.repo import Repo, Spoken
from bot.desk.office import Errand, Lane, Ledger, settle_errand
from bot.desk.task import OPEN, to_json
from bot.events import Event, Finished, HeadMoved, Ignored, Ping, PullClosed, Pushed


def errands_of(
    event: Event, ledger: Ledger, label: str | None, at: str, cause: str
) -> list[Errand]:
    """What must be done about ``event``; ``cause`` is unique to its delivery, ``at`` ISO 8601."""
    match event:
        case Spoken():
            return _greeting(event, label, at)
        case HeadMoved() | PullClosed():
            return _about_pull(event.repo, event.number, ledger, cause)
        case Finished():
            return _about_waiting(event.repo, ledger, cause, head=event.head)
        case Pushed():
            return _about_waiting(event.repo, ledger, cause, branch=event.branch)
        case Ping() | Ignored():
            return []
        case _:
            assert_never(event)


def _greeting(spoken: Spoken, label: str | None, at: str) -> list[Errand]:
    if spoken.by_bot:
        return []
    command = read_command(spoken, label)
    if command is None:
        return []
    key = key_of(spoken, command)
    payload = {"spoken": to_json(spoken), "key": key, "at": at, "label": label}
    # by each person once: who may not must not stop who may
    return [Errand("greet", f"greet:{key}:{spoken.sender}", payload, Lane.ANSWERS)]


def _about_pull(repo: Repo, number: int, ledger: Ledger, cause: str) -> list[Errand]:
    task = ledger.of_pull(repo.id, number)
    if task is None or task.state not in OPEN:
        return []
    return [settle_errand(task.key, cause)]


def _about_waiting(
    repo: Repo, ledger: Ledger, cause: str, *, head: str | None = None, branch: str | None = None
) -> list[Errand]:
    """Only tasks that wait: one that works looks by itself."""
    return [
        settle_errand(task.key, cause)
        for task in ledger.waiting(repo.id)
        if (head is None or task.head == head) and (branch is None or task.branch == branch)
    ]
