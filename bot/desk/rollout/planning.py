"""A merged task → its rollout: stages as commits, waves, deployments.

Decides where the commits of the stages stand: on what the merge found on the base branch, so that
a stage never takes back what others merged meanwhile. The last stage is the merge commit itself.
It must never plan from a policy other than that of the judged base.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.change import Change, FileChange, build_change
from bot.core.policy import Policy
from bot.core.rollout.ledger import to_json
from bot.core.rollout.plan import make_plan
from bot.core.rollout.progress import begin
from bot.core.rollout.stages import Stage, Staging, make_stages
from bot.desk.branches import drop
from bot.desk.judging import net_change
from bot.desk.office import Json, Office
from bot.desk.rollout.clock import clock
from bot.desk.rollout.rows import rows_of
from bot.desk.saying import load
from bot.desk.task import Judged, Task, files_from
from bot.ports import Library


def plan_rollout(office: Office, key: str) -> Json:
    """The rollout goes to the ledger; or the reason why there is none."""
    task = load(office, key)
    if task.rollout is not None:
        return {"why": None}
    if task.judged is None or task.merged is None or not task.judged.environments:
        return {"why": "no-environment"}
    if office.deployer is None:
        return {"why": "no-jenkins"}
    with office.workshop(task.repo, (task.merged, task.judged.base)) as workshop:
        policy = workshop.work(task.judged.base).policy
        staging = staging_of(task.judged, workshop.library, policy)
    commits = _land(office, task, staging.stages)
    plan = make_plan(policy, staging.stages, task.marker)
    state = begin(plan, clock(office), commits)
    office.ledger.change(key, rollout=to_json(state), builds=rows_of(state, ()))
    return {"why": None}


def staging_of(judged: Judged, library: Library, policy: Policy) -> Staging:
    """The stages of what was judged."""
    return make_stages(judged_change(judged, library), policy.rollout)


def judged_change(judged: Judged, library: Library) -> Change:
    """What was judged, with both sides of every file."""
    net = net_change([files_from(group) for group in judged.files])
    before = library.read(judged.base, net.paths)
    whole = (
        FileChange(one.path, before.get(one.path), one.head, one.base_mode, one.head_mode)
        for one in net.files
    )
    return build_change(tuple(whole))


def stage_branch(task: Task) -> str:
    """Keeps the stages' commits within reach of whoever checks them out."""
    return f"cfgbot/rollout-{task.marker}"


def _land(office: Office, task: Task, stages: Sequence[Stage]) -> list[tuple[str, str]]:
    """Each stage's commit; the last is the merge."""
    merged, commits = task.merged or "", []
    tip = office.hub.first_parent(task.repo, merged) if len(stages) > 1 else ""
    for stage in stages[:-1]:
        message = f"{stage.name.value}: {task.url}\n"
        tip = office.hub.commit(task.repo, tip, stage.files, message, task.asked_at)
        commits.append((stage.name.value, tip))
    if commits:
        office.hub.point_branch(task.repo, stage_branch(task), tip, None)
    return [*commits, (stages[-1].name.value, merged)]


def drop_branches(office: Office, key: str) -> None:
    """The commits between the stages are needed no longer."""
    task = load(office, key)
    for branch in (stage_branch(task), f"{stage_branch(task)}-back"):
        head = office.hub.branch_head(task.repo, branch)
        if head is not None:
            drop(office, task.repo, branch, head)
