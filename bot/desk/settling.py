"""Settle: merge the approved head, or wait outside every queue for what is still missing.

Gathers what GitHub says now, lets ``bot.core.settling`` decide, and acts. It must never merge a
head that was not judged, nor hold a worker while people, checks or builds take their time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from bot.core.freshness import matters, values_of
from bot.core.settling import CheckFact, Facts, Settling, Step, settle
from bot.desk import publishing
from bot.desk.deploying import begin_deploy
from bot.desk.office import CHECK_NAME, Do, Errand, Json, Office, carry, settle_errand
from bot.desk.saying import load, say
from bot.desk.task import Judged, State, Task, files_from
from bot.hub import HeadMoved, MergeState, NotMergeable
from bot.ports import Library

MAX_WAIT = timedelta(hours=72)
CALM = frozenset({MergeState.CLEAN, MergeState.HAS_HOOKS})
_UNSETTLED = frozenset({State.WORKING, State.WAITING, State.REJECTED})


def settle_later(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """An approved pull request is looked at again: its time has come, or something happened.

    Raises HubError.
    """
    key, chain = str(payload["task"]), payload["chain"]
    return _settle(office, do, key, int(payload["n"]), chain)


def settle_now(office: Office, do: Do, key: str) -> list[Errand]:
    """Look at once, and go on looking until nothing is missing or another judgement takes over."""
    chain = do("chain", lambda: f"{load(office, key).judgements}-{uuid4().hex[:8]}")
    return _settle(office, do, key, 0, chain)


def _settle(office: Office, do: Do, key: str, n: int, chain: str | None) -> list[Errand]:
    """Look once, act once; a wait is an errand for later. Without a chain it leads to none."""
    look = do(f"look:{n}", lambda: look_at(office, key))
    step = look["step"]
    if step == "done" or _overtaken(chain, look):
        return []
    if step == "merged-before":
        return _after_merge(office, do, key, State.FAILED)
    if step == Step.MERGE:
        return _merge(office, do, key, n, chain)
    if step in {Step.WAIT, Step.STOP}:
        return _wait(office, do, key, n, look["notes"], chain)
    if step == "expired":
        do("status:expired", lambda: say(office, key, State.FAILED, tuple(look["notes"])))
        return []
    turn = f"{look['judgements']}-{look['head']}-{chain or look['seen']}-{n}"
    if step == Step.REJUDGE:
        return [carry(key, look["repo"], "rejudge", turn)]
    if step == Step.JUDGE_PUSHED:
        return [carry(key, look["repo"], "judge-head", turn)]
    return _ended_by_hand(office, do, key, step)


def _overtaken(chain: str | None, look: Json) -> bool:
    """A newer judgement looks for itself."""
    return chain is not None and chain.split("-")[0] != str(look["judgements"])


def look_at(office: Office, key: str) -> Json:
    """What GitHub says of the task's pull request, and the step that follows."""
    task = load(office, key)
    if task.merged is not None and task.state in _UNSETTLED:
        return {"step": "merged-before", "judgements": task.judgements}
    if task.state not in _UNSETTLED or task.pull is None or task.judged is None:
        return {"step": "done"}
    if task.published != task.judgements:
        return {"step": "done"}  # the head does not show this judgement yet; who publishes it looks
    facts = gather_facts(office, task)
    settling = settle(facts)
    if settling.step is Step.REJUDGE and task.foreign:
        # the commits are somebody else's to move
        settling = Settling(Step.STOP, (("pushed-behind", ()),))
    if settling.step is not Step.JUDGE_PUSHED and not task.judged.approved:
        # a rejected pull request has nothing to settle, unless people closed or merged it
        settling = settling if settling.step in {Step.MERGED, Step.CLOSED} else Settling(Step.STOP)
        if settling.step is Step.STOP:
            return {"step": "done"}
    if settling.step is Step.MERGE and (why := held_back(office, task)) is not None:
        settling = Settling(Step.WAIT, (why,))
    notes: list[Json] = [[name, dict(words)] for name, words in settling.reasons]
    step: str = settling.step.value
    if settling.step in {Step.WAIT, Step.STOP} and _too_late(office, task):
        step, notes = "expired", [["waited-too-long", {"hours": "72"}]]
    return {
        "step": step,
        "notes": notes,
        "repo": str(task.repo.id),
        "head": facts.head[:12],
        "judgements": task.judgements,
        "seen": uuid4().hex[:8],
    }


def held_back(office: Office, task: Task) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The rollout that this merge must wait for: one to the same clouds, or one stopped half-way."""
    mine = {one["name"] for one in task.judged.environments} if task.judged else set()
    for other in office.ledger.rolling(task.repo.id):
        if other.key == task.key or other.judged is None:
            continue
        facts = (("pull", str(other.pull or "")),)
        if other.state is State.FROZEN:
            return "rollout-halted", facts
        theirs = {one["name"] for one in other.judged.environments}
        waits = task.judged is not None and task.judged.while_rolling == "wait"
        if waits and mine & theirs and other.rollout is not None:
            return "rollout-running", facts
    return None


def gather_facts(office: Office, task: Task) -> Facts:
    """As few questions as can be: a clean pull request needs no look at checks."""
    if task.pull is None or task.judged is None or task.head is None:
        raise LookupError(f"{task.key} has no judged pull request")
    pull = office.hub.pull(task.repo, task.pull)
    facts = Facts(
        open=pull.open,
        merged=pull.merged,
        head=pull.head_sha,
        judged_head=task.head,
        base_matters=False,
        merge_state=pull.state.value,
        required=task.judged.checks,
        retargeted=pull.base_ref != task.base_branch,
    )
    if pull.merged or not pull.open or pull.head_sha != task.head:
        return facts
    facts = replace(facts, base_matters=_base_matters(office, task))
    if facts.base_matters or (pull.state in CALM and not facts.required):
        return facts
    protection = office.hub.protection(task.repo, pull.base_ref)
    ours = office.hub.bot_login().removesuffix("[bot]")
    checks = tuple(
        CheckFact(one.name, one.conclusion)
        for one in office.hub.checks(task.repo, pull.head_sha)
        if (one.name, one.app) != (CHECK_NAME, ours)
    )
    required = {*facts.required, *protection.checks} - {CHECK_NAME}
    approvals = protection.approvals
    return replace(facts, checks=checks, required=tuple(sorted(required)), approvals=approvals)


def _base_matters(office: Office, task: Task) -> bool:
    """Whether the base branch moved in files that could change the judgement."""
    judged = task.judged
    branch = task.base_branch
    now = office.hub.branch_head(task.repo, branch)
    if judged is None or now == judged.base:
        return False
    if now is None:
        return True  # the branch is gone, or has another name now
    with office.workshop(task.repo, (now, judged.base)) as workshop:
        moved = workshop.library.difference(judged.base, now)
    return matters(moved, judged.paths, values_of(task.groups, judged.verdicts))


def _too_late(office: Office, task: Task) -> bool:
    if task.waiting_since is None:
        return False
    since = datetime.fromisoformat(task.waiting_since)
    return datetime.fromisoformat(office.now()) - since > MAX_WAIT


def _merge(office: Office, do: Do, key: str, n: int, chain: str | None) -> list[Errand]:
    merged = do(f"merge:{n}", lambda: _try_merge(office, key))
    if merged["sha"] is None:
        why = [["blocked", {"detail": merged["why"]}]]
        return _wait(office, do, key, n, why, chain)
    return _after_merge(office, do, key, State.FAILED)


def _after_merge(office: Office, do: Do, key: str, otherwise: State) -> list[Errand]:
    """Deploy what was merged, if it is what was judged; else stop and say so."""
    problem = do("verify-merge", lambda: problem_of_merge(office, key))
    if problem is not None:
        do("status:differs", lambda: say(office, key, otherwise, (problem,)))
        return []
    do("tidy", lambda: publishing.tidy(office, key))
    return begin_deploy(office, do, key)


def _try_merge(office: Office, key: str) -> Json:
    try:
        return {"sha": publishing.merge(office, key), "why": ""}
    except HeadMoved:
        return {"sha": None, "why": "head moved"}
    except NotMergeable as refused:
        return {"sha": None, "why": str(refused)[:200]}


def problem_of_merge(office: Office, key: str) -> Json:
    """What is wrong with the merge commit, as a note; None where it is what was judged.

    GitHub compares the head when it merges, not the base: whoever pushed there, or chose another
    base, in the moment before is seen only now.
    """
    task = load(office, key)
    if task.judged is None or task.merged is None or task.pull is None:
        return ["merge-differs", {"sha": task.merged or ""}]
    base_ref = office.hub.pull(task.repo, task.pull).base_ref
    if base_ref != task.base_branch:
        return ["merge-elsewhere", {"branch": base_ref, "sha": task.merged}]
    judged = task.judged
    with office.workshop(task.repo, (task.merged, judged.base)) as workshop:
        exact = _holds(workshop.library, task.merged, judged)
        moved = workshop.library.difference(judged.base, task.merged)
    if not exact:
        return ["merge-differs", {"sha": task.merged}]
    others = [file for file in moved if file.path not in judged.paths]
    if matters(others, judged.paths, values_of(task.groups, judged.verdicts)):
        names = "\n".join(file.path for file in others[:5])
        return ["merge-raced", {"sha": task.merged, "names": names}]
    return None


def _holds(library: Library, merged: str, judged: Judged) -> bool:
    """Whether the commit has exactly the judged bytes and modes in every judged file."""
    expected = files_from([file for group in judged.files for file in group])
    last = {file.path: file for file in expected}
    made = library.read(merged, last)
    modes = {entry.path: entry.mode for entry in library.tree(merged)}
    return all(
        made.get(path) == file.head and (file.head is None or modes.get(path) == file.head_mode)
        for path, file in last.items()
    )


def _wait(
    office: Office, do: Do, key: str, n: int, notes: Sequence[Json], chain: str | None
) -> list[Errand]:
    """Said once; looked at again after 2 s, 4 s, … 5 min, and whenever something happens."""
    do(f"status:waiting:{n}", lambda: say(office, key, State.WAITING, tuple(notes)))
    if chain is None:
        return []
    delay = office.pace * min(300.0, 2.0 ** min(n + 1, 9))
    return [settle_errand(key, f"{chain}-{n + 1}", n + 1, delay, chain)]


def _ended_by_hand(office: Office, do: Do, key: str, step: str) -> list[Errand]:
    """People merged or closed it; the judged head, merged by whoever, is deployed like any."""
    if step == Step.CLOSED:
        do("status:closed", lambda: say(office, key, State.CLOSED))
        return []
    if do("merged-by-hand", lambda: _take_merge(office, key)):
        return _after_merge(office, do, key, State.BY_HAND)
    do("status:by-hand", lambda: say(office, key, State.BY_HAND))
    return []


def _take_merge(office: Office, key: str) -> bool:
    """Whether what was merged is the head that was approved."""
    task = load(office, key)
    pull = office.hub.pull(task.repo, task.pull or 0)
    if pull.merge_sha is None or not task.approved or pull.head_sha != task.head:
        return False
    office.ledger.change(key, merged=pull.merge_sha)
    return True
