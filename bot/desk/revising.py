"""Revise: a person wants a pull request of ours otherwise.

Decides what a revision may mean, and that it is taken in only where it is no step back from what
stands there. It must never touch a branch with commits that are not ours.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.in_thread import InFull, in_full
from bot.core.report.neutral import plain
from bot.core.report.thread import marker, revised
from bot.core.request import Language
from bot.core.secret_places import without_secrets
from bot.desk.carrying import found_in, go_on, resume, where_it_stands
from bot.desk.judging import judge_task
from bot.desk.office import Do, Errand, Json, Office, Workshop
from bot.desk.saying import load
from bot.desk.task import Judged, State, Task, files_from
from bot.hub import HubError


def revise(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """A person wants it otherwise: judge everything asked so far, change the same pull request."""
    key, asked = str(payload["task"]), payload["asked"]
    stand = do("stand", lambda: where_it_stands(office, key, asked["key"]))
    if stand["at"] in {"merged", "ended"} and not stand["taken"]:
        _answer(office, do, key, asked, stand["why"])
        return []
    if stand["at"] != "begun":
        errands = resume(office, do, key, stand)
        _answer(office, do, key, asked, None)
        return errands
    found = do("judge", lambda: judge_revision(office, key, asked))
    errands = go_on(office, do, key, found) if found["reason"] is None else []
    _answer(office, do, key, asked, found["reason"])
    return errands


def judge_revision(office: Office, key: str, asked: Json) -> Json:
    """Judge with one more sentence; kept only where it is no step back from what stands there."""
    before = load(office, key)
    if asked["key"] in before.revisions and before.judged is not None:
        return found_in(before, before.judged)
    if before.foreign:
        return {"reason": "foreign"}
    after, reason = _best_revision(office, before, asked)
    if after is None or after.judged is None:
        return {"reason": reason}
    office.ledger.change(
        key,
        groups=after.groups,
        judged=after.judged,
        judgements=after.judgements,
        revisions=after.revisions,
        base_moves=0,
    )
    office.ledger.note(key, "revised", without_secrets(asked["text"]))
    return found_in(after, after.judged)


def _best_revision(office: Office, before: Task, asked: Json) -> tuple[Task | None, str]:
    """The task with the new sentence taken in, judged; None where that would be a step back."""
    branch = before.base_branch
    reason = ""
    with office.workshop(before.repo, (branch,)) as workshop:
        base = workshop.library.commit(branch)
        full = said_in_full(before, asked, workshop, base)
        for groups in ways_to_ask(before, in_context(asked), full):
            task = replace(before, groups=groups, state=State.WORKING, notes=())
            judged = judge_task(task, workshop, base)
            if judged.approved or (judged.publishable and not before.approved):
                revisions = (*before.revisions, asked["key"])
                number = before.judgements + 1
                return replace(task, judged=judged, revisions=revisions, judgements=number), ""
            reason = reason or why_not(judged)
    return None, reason


def said_in_full(before: Task, asked: Json, workshop: Workshop, base: str) -> InFull:
    """A bare value below a line of the diff, as a sentence that names its place."""
    path, line = asked["path"], asked["line"]
    if not path or not line or before.judged is None:
        return InFull(None, None)
    heads = {file.path: file.head for group in before.judged.files for file in files_from(group)}
    bases = workshop.library.read(base, [path])
    language = Language(asked["language"])
    return in_full(asked["text"], path, line, bases.get(path), heads.get(path), language)


def ways_to_ask(before: Task, text: str, full: InFull) -> tuple[tuple[str, ...], ...]:
    """What a revision may mean, the likelier first.

    After an approved change it is one more; of a rejected one it is a part, or says it anew.
    """
    rest, last = before.groups[:-1], before.groups[-1]
    if before.approved:
        ways = [(*before.groups, one) for one in (full.for_head, text) if one]
    else:
        anew = [(*rest, one) for one in (full.for_base, text) if one]
        ways = [(*rest, f"{last}\n{text}"), *anew] if not full.for_base else anew
    return tuple(ways)


def in_context(asked: Json) -> str:
    """The sentence with the file its review thread is about, unless it names one itself."""
    path, text = asked["path"], str(asked["text"])
    if not path or path in text:
        return text
    return f"{path}: {text}"


def why_not(judged: Judged) -> str:
    """The first thing that stands in the way, in the requester's language."""
    for verdict in judged.verdicts:
        if verdict["question"] and not verdict["changes"]:
            return plain(verdict["question"]["message"])
        for finding in verdict["findings"]:
            if finding["severity"] == "blocks":
                return plain(finding["message"])
        if verdict["question"]:
            return plain(verdict["question"]["message"])
        if verdict["error"]:
            return plain(verdict["error"]["message"])
    return plain(judged.verdicts[-1]["verdict"])


def _answer(office: Office, do: Do, key: str, asked: Json, reason: str | None) -> None:
    """Tell the thread where the revision was asked for how it went; resolve it when done."""
    do("answer-revision", lambda: _say_revised(office, key, asked, reason))
    if reason is None and asked["thread"] is not None:
        do("resolve", lambda: _resolve(office, key, asked["thread"]))


def _say_revised(office: Office, key: str, asked: Json, reason: str | None) -> None:
    task = load(office, key)
    if task.pull is None:
        return
    body = revised(
        asked["key"], task.head or "", reason, task.approved, Language(asked["language"])
    )
    mark = marker("revised", asked["key"])
    if asked["thread"] is None:
        office.hub.comment(task.repo, task.pull, body, mark)
    else:
        office.hub.reply(task.repo, task.pull, asked["thread"], body, mark)


def _resolve(office: Office, key: str, thread: int) -> None:
    """An outdated thread may be gone; the answer stands either way."""
    task = load(office, key)
    try:
        office.hub.resolve(task.repo, task.pull or 0, thread)
    except HubError as error:
        if error.code not in {"hub-missing", "hub-refused"}:
            raise
