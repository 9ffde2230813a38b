"""Carry out: judge, publish, settle; and the same again for a revision or a base that moved.

Reads like the README's sentence. Every line that has an effect is a named step; what a step
returns is small, plain and enough to go on after a restart.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.in_thread import InFull, in_full
from bot.core.repo import Repo
from bot.core.report.thread import marker, revised
from bot.core.request import Language
from bot.core.spoken_secrets import without_secrets
from bot.desk import publishing
from bot.desk.judging import judge_pushed, judge_task
from bot.desk.office import Do, Errand, Json, Office, Workshop
from bot.desk.saying import load, say
from bot.desk.settling import settle_now
from bot.desk.task import Judged, State, Task, files_from
from bot.hub import HeadMoved, HubError

MAX_JUDGEMENTS = 6


def carry_out(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """A new request, from its first status comment to wherever it must wait or ends.

    Raises HubError.
    """
    key = str(payload["task"])
    do("status:working", lambda: say(office, key, State.WORKING))
    found = do("judge", lambda: judge(office, key))
    return _go_on(office, do, key, found)


def rejudge(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """The base moved where it matters, or conflicts: propose and judge anew on the new base."""
    key = str(payload["task"])
    found = do("judge", lambda: judge(office, key))
    if found["restless"]:
        do("status:restless", lambda: say(office, key, State.FAILED, (["base-restless", {}],)))
        return []
    return _go_on(office, do, key, found)


def revise(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """A person wants it otherwise: judge everything asked so far, change the same pull request."""
    key, asked = str(payload["task"]), payload["asked"]
    found = do("judge", lambda: judge_revision(office, key, asked))
    errands = _go_on(office, do, key, found) if found["reason"] is None else []
    _answer(office, do, key, asked, found["reason"])
    return errands


def judge_head(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """Somebody pushed to the branch: judge that commit; only then may it be merged."""
    key = str(payload["task"])
    found = do("judge-pushed", lambda: judge_foreign(office, key))
    if found["gone"]:
        return []
    _show_verdict(office, do, key)
    if not found["approved"]:
        notes = (["pushed-rejected", {"sha": found["head"]}],)
        do("status:pushed", lambda: say(office, key, State.REJECTED, notes))
        return []
    return settle_now(office, do, key)


def judge(office: Office, key: str) -> Json:
    """Judge the task on the base branch as it is now; what is found goes to the ledger."""
    task = load(office, key)
    branch = task.branch or task.repo.default_branch
    with office.workshop(task.repo, (branch,)) as workshop:
        base = workshop.library.commit(branch)
        judged = (
            judge_pushed(task, workshop, base, task.head)
            if task.foreign and task.head
            else judge_task(task, workshop, base)
        )
    task = replace(task, judged=judged, branch=branch, judgements=task.judgements + 1)
    office.ledger.save(task)
    office.ledger.note(key, "judged", "approved" if judged.approved else "not approved")
    return _found(task, judged)


def judge_revision(office: Office, key: str, asked: Json) -> Json:
    """Judge with one more sentence; kept only where it is no step back from what stands there."""
    before = load(office, key)
    if asked["key"] in before.revisions and before.judged is not None:
        return _found(before, before.judged)
    if before.foreign:
        return {**_nothing(before), "reason": "foreign"}
    after, reason = _best_revision(office, before, asked)
    if after is None or after.judged is None:
        return {**_nothing(before), "reason": reason}
    office.ledger.save(after)
    office.ledger.note(key, "revised", without_secrets(asked["text"]))
    return _found(after, after.judged)


def _best_revision(office: Office, before: Task, asked: Json) -> tuple[Task | None, str]:
    """The task with the new sentence taken in, judged; None where that would be a step back."""
    branch = before.branch or before.repo.default_branch
    reason = ""
    with office.workshop(before.repo, (branch,)) as workshop:
        base = workshop.library.commit(branch)
        full = said_in_full(before, asked, workshop, base)
        for groups in ways_to_ask(before, in_context(asked), full):
            task = replace(before, groups=groups, state=State.WORKING, notes=())
            judged = judge_task(task, workshop, base)
            if judged.approved or (judged.publishable and not _approved(before)):
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
    if _approved(before):
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
            return str(verdict["question"]["message"])
        for finding in verdict["findings"]:
            if finding["severity"] == "blocks":
                return str(finding["message"])
        if verdict["question"]:
            return str(verdict["question"]["message"])
        if verdict["error"]:
            return str(verdict["error"]["message"])
    return str(judged.verdicts[-1]["verdict"])


def judge_foreign(office: Office, key: str) -> Json:
    """Judge the commit that is the head now."""
    task = load(office, key)
    if task.pull is None:
        return {"gone": True}
    pull = office.hub.pull(task.repo, task.pull)
    if not pull.open or pull.head_sha == task.head:
        return {"gone": not pull.open, "approved": _approved(task), "head": pull.head_sha}
    branch = task.branch or task.repo.default_branch
    with office.workshop(task.repo, (branch, pull.head_sha)) as workshop:
        base = workshop.library.commit(branch)
        judged = judge_pushed(task, workshop, base, pull.head_sha)
    office.ledger.save(
        replace(
            task,
            judged=judged,
            head=pull.head_sha,
            foreign=True,
            judgements=task.judgements + 1,
        )
    )
    office.ledger.note(key, "judged-pushed", pull.head_sha)
    return {"gone": False, "approved": judged.approved, "head": pull.head_sha}


def _approved(task: Task) -> bool:
    return task.judged is not None and task.judged.approved


def _found(task: Task, judged: Judged) -> Json:
    return {
        "approved": judged.approved,
        "publishable": judged.publishable,
        "plan": task.verb == "plan",
        "foreign": task.foreign,
        "restless": task.judgements > MAX_JUDGEMENTS,
        "reason": None,
    }


def _nothing(task: Task) -> Json:
    return {
        "approved": False,
        "publishable": False,
        "plan": task.verb == "plan",
        "foreign": task.foreign,
        "restless": False,
        "reason": None,
    }


def _go_on(office: Office, do: Do, key: str, found: Json) -> list[Errand]:
    """From a judgement: say why not, show the plan, or publish and merge."""
    if found["plan"]:
        state = State.PLANNED if found["approved"] else State.DECLINED
        do("status:planned", lambda: say(office, key, state))
        return []
    if not found["publishable"] and not found["foreign"]:
        do("status:declined", lambda: say(office, key, State.DECLINED))
        return []
    if not found["foreign"] and not _publish(office, do, key):
        return []
    _show_verdict(office, do, key)
    if not found["approved"]:
        do("status:rejected", lambda: say(office, key, State.REJECTED))
        return []
    return settle_now(office, do, key)


def _publish(office: Office, do: Do, key: str) -> bool:
    """Commits, branch, pull request; False where the branch is no longer ours to move."""
    head = do("commit", lambda: publishing.commit(office, key))
    moved = do("branch", lambda: _point(office, key, head))
    if moved:
        branch = publishing.branch_of(load(office, key))
        notes = (["branch-taken", {"branch": branch}],)
        do("status:branch-taken", lambda: say(office, key, State.FAILED, notes))
        return False
    do("pull", lambda: publishing.open_pull(office, key))
    return True


def _point(office: Office, key: str, head: str) -> bool:
    try:
        publishing.point(office, key, head)
    except HeadMoved:
        return True
    return False


def _show_verdict(office: Office, do: Do, key: str) -> None:
    do("label", lambda: publishing.label(office, key))
    do("review", lambda: publishing.review(office, key))
    do("check", lambda: publishing.check(office, key))


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
        asked["key"], task.head or "", reason, _approved(task), Language(asked["language"])
    )
    mark = marker("revised", asked["key"])
    if asked["thread"] is None:
        office.hub.comment(task.repo, task.pull, body, mark)
    else:
        office.hub.reply(task.repo, task.pull, asked["thread"], body, mark)


def _resolve(office: Office, key: str, thread: int) -> None:
    """An outdated thread may be gone; the answer stands either way."""
    task = load(office, key)
    repo: Repo = task.repo
    try:
        office.hub.resolve(repo, task.pull or 0, thread)
    except HubError as error:
        if error.code not in {"hub-missing", "hub-refused"}:
            raise


KINDS = {"carry": carry_out, "rejudge": rejudge, "revise": revise, "judge-head": judge_head}
