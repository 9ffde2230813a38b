"""Greet: who asks, may they, and what do they want? The first errand of every command.

Decides whether a command becomes a task. People without write permission get one polite refusal
a thread and nothing else; nothing of the repository is read or changed for them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.commands import Command, CommandError, Verb, read_command
from bot.core.repo import Spoken, Where
from bot.core.report.thread import help_text, marker, refusal
from bot.core.request import language_of
from bot.desk.office import Do, Errand, Json, Lane, Office, carry, settle_errand
from bot.desk.task import State, Task, may_go_on, new_task, spoken_from, to_json

WRITERS = frozenset({"admin", "maintain", "write"})


def greet(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """Answer, refuse, or begin the task of the command in ``payload["spoken"]``.

    Raises HubError.
    """
    spoken, key = spoken_from(payload["spoken"]), str(payload["key"])
    command = read_command(spoken, payload["label"])
    if command is None:
        return []
    refused = _refused(office, do, spoken)
    if refused is not None:
        return [_refusal(spoken, refused)]
    language = language_of(spoken.text)
    if isinstance(command, CommandError):
        _answer(office, do, spoken, refusal(command.code, command.facts, key, language), key)
        do("react", lambda: office.hub.react(spoken, "confused"))
        return []
    return _begin(office, do, spoken, command, key, str(payload["at"]))


def _refusal(spoken: Spoken, who: str) -> Errand:
    """Its key says that somebody is refused once a thread, however often and fast they ask."""
    key = f"refuse:{spoken.repo.id}:{spoken.number}:{who}"
    payload = {"spoken": to_json(spoken), "who": who, "key": f"refused-{who}"}
    return Errand("refuse", key, payload, Lane.ANSWERS)


def refuse(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """Tell somebody that they may not. Raises HubError."""
    spoken, who, key = spoken_from(payload["spoken"]), str(payload["who"]), str(payload["key"])
    text = refusal("not-allowed", {"who": who}, key, language_of(spoken.text))
    _answer(office, do, spoken, text, key)
    return []


def _refused(office: Office, do: Do, spoken: Spoken) -> str | None:
    """Who lacks the permission: an edit of another's words needs it of both."""
    for login in dict.fromkeys((spoken.sender, spoken.author)):
        permission = do(f"permission:{login}", partial(office.hub.permission, spoken.repo, login))
        if permission not in WRITERS:
            return login
    return None


def _begin(
    office: Office, do: Do, spoken: Spoken, command: Command, key: str, at: str
) -> list[Errand]:
    if command.verb is Verb.HELP:
        _answer(office, do, spoken, help_text(key, command.language), key)
        return []
    if command.verb is Verb.RESUME:
        return _resume(office, do, spoken, command, key)
    do("react", lambda: office.hub.react(spoken, "eyes"))
    if command.verb is Verb.REVISE:
        return _revise(office, do, spoken, command, key, at)
    task = new_task(key, spoken, command.verb.value, command.text, command.language, at)
    do("begin", lambda: _save_once(office, task))
    return [carry(key, str(spoken.repo.id), asked_at=at)]


def _resume(office: Office, do: Do, spoken: Spoken, command: Command, key: str) -> list[Errand]:
    """Somebody has looked at the clouds: what stopped half-way stands in nobody's way any more."""
    found = do("thaw", lambda: _thaw(office, spoken.repo.id, spoken.sender))
    facts = {"pulls": ", ".join(f"#{one}" for one in found["pulls"])}
    code = "resumed" if found["pulls"] else "nothing-halted"
    _answer(office, do, spoken, refusal(code, facts, key, command.language), key)
    return [settle_errand(one, f"resumed-{key}") for one in found["waiting"]]


def _thaw(office: Office, repo_id: int, who: str) -> Json:
    pulls = []
    for task in office.ledger.rolling(repo_id):
        if task.state is State.FROZEN:
            office.ledger.change(task.key, state=State.DEPLOY_FAILED)
            office.ledger.note(task.key, "resumed", who)
            pulls.append(task.pull)
    return {"pulls": pulls, "waiting": [one.key for one in office.ledger.waiting(repo_id)]}


def _revise(
    office: Office, do: Do, spoken: Spoken, command: Command, key: str, at: str
) -> list[Errand]:
    """Only an open pull request of ours can be revised."""
    found = do("find-task", lambda: _revisable(office, spoken))
    if found["why"] is not None:
        name, facts = found["why"]
        _answer(office, do, spoken, refusal(name, facts, key, command.language), key)
        return []
    asked = {
        "key": key,
        "text": command.text,
        "language": command.language.value,
        "thread": spoken.thread,
        "path": spoken.path,
        "line": spoken.line,
        "at": at,
    }
    errand = carry(found["task"], str(spoken.repo.id), "revise", key)
    return [replace(errand, payload={**errand.payload, "asked": asked})]


def _revisable(office: Office, spoken: Spoken) -> Json:
    task = office.ledger.of_pull(spoken.repo.id, spoken.number)
    if task is None:
        return {"why": ["not-my-pull", {}]}
    if not may_go_on(task):
        merged = task.merged is not None or task.state is State.BY_HAND
        return {"why": ["already-merged", {"state": "merged" if merged else "closed"}]}
    return {"why": None, "task": task.key}


def _save_once(office: Office, task: Task) -> None:
    if office.ledger.begin(task):
        office.ledger.note(task.key, "asked", task.texts[0])


def _answer(office: Office, do: Do, spoken: Spoken, body: str, key: str) -> None:
    """Below the issue or pull request; in a review thread, there."""
    mark = marker("answer", key)
    if spoken.where is Where.REVIEW and spoken.thread is not None:
        thread = spoken.thread
        do("answer", lambda: office.hub.reply(spoken.repo, spoken.number, thread, body, mark))
    else:
        do("answer", lambda: office.hub.comment(spoken.repo, spoken.number, body, mark))
