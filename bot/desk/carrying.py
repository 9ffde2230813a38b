"""Carry out: judge, publish, settle; and the same again for a base or head that moved.

Reads like the README's sentence. Every line that has an effect is a named step; what a step
returns is small, plain and enough to go on after a restart.
"""

from __future__ import annotations

from bot.core.report.thread_words import ANSWERS, STATES
from bot.core.settling import Step
from bot.desk import publishing
from bot.desk.deploying import begin_deploy
from bot.desk.judging import judge_pushed, judge_task
from bot.desk.office import Do, Errand, Json, Office, Workshop
from bot.desk.saying import load, say
from bot.desk.settling import look_at, settle_now
from bot.desk.task import Judged, State, Task, may_go_on
from bot.hub import HeadMoved

MAX_BASE_MOVES = 6


def carry_out(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """A new request, from its first status comment to wherever it must wait or ends.

    Raises HubError.
    """
    key = str(payload["task"])
    stand = do("stand", lambda: where_it_stands(office, key))
    if stand["at"] == "begun":
        do("status:working", lambda: say(office, key, State.WORKING))
        return go_on(office, do, key, do("judge", lambda: judge(office, key)))
    return resume(office, do, key, stand)


def rejudge(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """The base moved where it matters, or conflicts: propose and judge anew on the new base."""
    key = str(payload["task"])
    stand = do("stand", lambda: where_it_stands(office, key))
    if stand["at"] != "published":
        return resume(office, do, key, stand)
    if do("needed", lambda: look_at(office, key)["step"]) != Step.REJUDGE:
        return settle_now(office, do, key)
    found = do("judge", lambda: judge(office, key, again=True))
    if found["restless"]:
        do("status:restless", lambda: say(office, key, State.FAILED, (["base-restless", {}],)))
        return []
    return go_on(office, do, key, found)


def where_it_stands(office: Office, key: str, revision: str | None = None) -> Json:
    """How far an errand had come that is begun anew: after trouble, or by another version.

    ``begun``: nothing was judged yet. ``judged``: to be published. ``published``: to be settled.
    ``merged``: to be deployed.
    """
    task = load(office, key)
    taken = revision is None or revision in task.revisions
    if not may_go_on(task):
        at = "merged" if task.state is State.MERGED else "ended"
        state = STATES["merged" if task.merged else "closed"].say(task.language)
        why = ANSWERS["already-merged"].say(task.language, {"state": state})
        return {"at": at, "taken": taken, "why": why}
    if task.judged is None or not taken:
        return {"at": "begun"}
    published = task.head is not None and task.pull is not None
    fresh = published and task.published == task.judgements
    return {"at": "published" if fresh else "judged", "found": found_in(task, task.judged)}


def resume(office: Office, do: Do, key: str, stand: Json) -> list[Errand]:
    """Go on from where ``where_it_stands`` found the task, past its judgement."""
    if stand["at"] == "ended":
        return []
    if stand["at"] == "merged":
        return begin_deploy(office, do, key)
    if stand["at"] == "judged":
        return go_on(office, do, key, stand["found"])
    return _show_and_settle(office, do, key, approved=stand["found"]["approved"])


def judge_head(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """Somebody pushed to the branch: judge that commit; only then may it be merged."""
    key = str(payload["task"])
    found = do("judge-pushed", lambda: judge_foreign(office, key))
    if found["gone"]:
        return settle_now(office, do, key)
    notes = (["pushed-rejected", {"sha": found["head"]}],)
    return _show_and_settle(office, do, key, approved=found["approved"], notes=notes)


def judge(office: Office, key: str, *, again: bool = False) -> Json:
    """Judge the task on the base branch as it is now; what is found goes to the ledger.

    ``again``: since the base would not stand still.
    """
    task = load(office, key)
    branch = task.base_branch
    with office.workshop(task.repo, (branch,)) as workshop:
        base = workshop.library.commit(branch)
        judged = judge_task(task, workshop, base)
    number, moves = task.judgements + 1, task.base_moves + 1 if again else 0
    task = office.ledger.change(
        key, judged=judged, branch=branch, judgements=number, base_moves=moves
    )
    office.ledger.note(key, "judged", "approved" if judged.approved else "not approved")
    return found_in(task, judged)


def judge_foreign(office: Office, key: str) -> Json:
    """Judge the commit that is the head now."""
    task = load(office, key)
    if task.pull is None:
        return {"gone": True}
    pull = office.hub.pull(task.repo, task.pull)
    if not pull.open or pull.head_sha == task.head:
        return {"gone": not pull.open, "approved": task.approved, "head": pull.head_sha}
    branch = task.base_branch
    refs = (branch, pull.head_sha, *([task.judged.base] if task.judged else []))
    with office.workshop(task.repo, refs) as workshop:
        judged = _judge_their_head(task, workshop, branch, pull.head_sha)
    number = task.judgements + 1
    office.ledger.change(
        key, judged=judged, head=pull.head_sha, foreign=True, judgements=number, published=number
    )
    office.ledger.note(key, "judged-pushed", pull.head_sha)
    return {"gone": False, "approved": judged.approved, "head": pull.head_sha}


def _judge_their_head(task: Task, workshop: Workshop, branch: str, head: str) -> Judged:
    """On the base as it is, or, where their commits are older than that, as it was."""
    now = workshop.library.commit(branch)
    judged = judge_pushed(task, workshop, now, head)
    before = task.judged.base if task.judged else now
    return (
        judged if judged.approved or before == now else judge_pushed(task, workshop, before, head)
    )


def found_in(task: Task, judged: Judged) -> Json:
    """What the steps after a judgement need to know of it."""
    return {
        "approved": judged.approved,
        "publishable": judged.publishable,
        "plan": task.verb == "plan",
        "foreign": task.foreign,
        "pull": task.pull is not None,
        "restless": task.base_moves > MAX_BASE_MOVES,
        "reason": None,
    }


def go_on(office: Office, do: Do, key: str, found: Json) -> list[Errand]:
    """From a judgement: say why not, show the plan, or publish and merge."""
    if found["plan"]:
        state = State.PLANNED if found["approved"] else State.DECLINED
        do("status:planned", lambda: say(office, key, state))
        return []
    if not found["publishable"] and not found["foreign"]:
        return _decline(office, do, key, found)
    if not found["foreign"] and not _publish(office, do, key):
        return []
    return _show_and_settle(office, do, key, approved=found["approved"])


def _decline(office: Office, do: Do, key: str, found: Json) -> list[Errand]:
    """Nothing to publish; a pull request of before must not look approved any longer."""
    if found["pull"]:
        _show_verdict(office, do, key)
    state = State.REJECTED if found["pull"] else State.DECLINED
    do("status:declined", lambda: say(office, key, state))
    return []


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
    do("published", lambda: publishing.published(office, key))
    return True


def _point(office: Office, key: str, head: str) -> bool:
    try:
        publishing.point(office, key, head)
    except HeadMoved:
        return True
    return False


def _show_and_settle(
    office: Office, do: Do, key: str, *, approved: bool, notes: tuple[Json, ...] = ()
) -> list[Errand]:
    """The verdict on the head, and what follows from it; ``notes`` are said of a rejection."""
    _show_verdict(office, do, key)
    if not approved:
        do("status:rejected", lambda: say(office, key, State.REJECTED, notes))
        return []
    return settle_now(office, do, key)


def _show_verdict(office: Office, do: Do, key: str) -> None:
    do("label", lambda: publishing.label(office, key))
    do("review", lambda: publishing.review(office, key))
    do("check", lambda: publishing.check(office, key))


KINDS = {"carry": carry_out, "rejudge": rejudge, "judge-head": judge_head}
