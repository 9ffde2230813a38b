"""The way back: a revert of exactly what was merged, and the stages that lead to it.

Decides nothing but whether the revert is exact: every file that the merge changed is as it was
before, and no other is touched; then no judgement is needed, since what it leads to was there
before. Where others changed those files since, nothing is reverted and people are called.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.change import FileChange, build_change
from bot.core.report.rollout_words import revert_body, revert_title
from bot.core.rollout.plan import PlannedStage
from bot.core.rollout.revert import CannotRevert, Version, is_exact_revert, revert_files
from bot.core.rollout.state import Event, Landed, NotLanded
from bot.desk.branches import drop
from bot.desk.office import CHECK_NAME, Office, Workshop
from bot.desk.rollout.planning import judged_change, stage_branch, staging_of
from bot.desk.saying import load
from bot.desk.task import Judged, Task
from bot.hub import CheckReport, HeadMoved, NotMergeable
from bot.ports import Library

MAX_TRIES = 60


def land(
    office: Office, key: str, stage: PlannedStage, *, withdraw: bool = False
) -> tuple[Event, ...]:
    """Landed or NotLanded for a stage of the way back; nothing while it may still come.

    The stages of the way there have landed with the merge. Raises HubError.
    """
    task = load(office, key)
    if stage.undoes is None or task.judged is None or task.merged is None:
        return (NotLanded(stage.name, "not-merged"),)
    if withdraw and not task.undo.get("merged"):
        return (NotLanded(stage.name, "withdrawn"),)
    why = None if task.undo.get("commits") else _revert(office, task, task.judged)
    commits = load(office, key).undo.get("commits", {})
    if stage.name in commits:
        return (Landed(stage.name, commits[stage.name]),)
    if isinstance(why, CannotRevert):
        return (NotLanded(stage.name, changed=why.paths),)
    return (NotLanded(stage.name, why),) if why else ()


def _revert(office: Office, task: Task, judged: Judged) -> CannotRevert | str | None:
    """Merge the revert and note the commits of its stages; why it never will, None while it may."""
    tries = int(task.undo.get("tries", 0)) + 1
    office.ledger.change(task.key, undo={**task.undo, "tries": tries})
    head = office.hub.branch_head(task.repo, task.base_branch)
    if head is None:
        return "no-branch"
    if not task.undo.get("merged"):
        why = _merge_revert(office, task, judged, head)
        if why is not None:
            return why if why != "" or tries >= MAX_TRIES else None
    _land_stages(office, load(office, task.key), judged)
    return None


def _merge_revert(
    office: Office, task: Task, judged: Judged, head: str
) -> CannotRevert | str | None:
    """None once merged; "" while it may still be; else why it cannot be."""
    with office.workshop(task.repo, (head, task.merged or "", judged.base)) as workshop:
        files = _files(workshop, judged, task.merged or "", head)
        if not isinstance(files, tuple):
            return files
    branch = f"cfgbot/revert-{task.marker}"
    title = revert_title(task.pull or 0, task.language)
    tip = office.hub.commit(task.repo, head, files, f"{title}\n\n{task.url}\n", task.asked_at)
    try:
        office.hub.point_branch(task.repo, branch, tip, task.undo.get("head"))
        office.ledger.change(task.key, undo={**load(office, task.key).undo, "head": tip})
        body = revert_body(task.pull or 0, task.url, task.language)
        pull = office.hub.open_pull(task.repo, title, body, branch, task.base_branch)
        office.hub.report_check(task.repo, tip, _check(task, tip, title, body))
        merged = office.hub.merge(task.repo, pull, tip, f"{title} (#{pull})", f"{task.url}\n")
    except (HeadMoved, NotMergeable):
        return ""
    undo = {**load(office, task.key).undo, "pull": pull, "merged": merged}
    office.ledger.change(task.key, undo=undo)
    office.ledger.note(task.key, "reverted", f"#{pull} {merged}")
    drop(office, task.repo, branch, tip)
    return None


def _check(task: Task, tip: str, title: str, body: str) -> CheckReport:
    return CheckReport(CHECK_NAME, "success", title, body, (), f"{task.marker}:undo:{tip[:12]}")


def _files(
    workshop: Workshop, judged: Judged, merged: str, head: str
) -> tuple[FileChange, ...] | CannotRevert | str:
    """What takes exactly the merge back from ``head``, or why nothing does."""
    library = workshop.library
    change = judged_change(judged, library)
    paths = change.paths
    versions = [_versions(library, sha, paths) for sha in (judged.base, merged, head)]
    files = revert_files(*versions)
    if isinstance(files, CannotRevert):
        return files
    if not files:
        return "nothing to revert"
    whole = build_change(files)
    theirs = build_change(tuple(one for one in change.files if one.path in set(whole.paths)))
    return files if is_exact_revert(whole, theirs) else "not exact"


def _versions(library: Library, sha: str, paths: tuple[str, ...]) -> Mapping[str, Version]:
    modes = {entry.path: entry.mode for entry in library.tree(sha) if entry.path in set(paths)}
    data = library.read(sha, paths)
    return {path: Version(data[path], modes[path]) for path in data if path in modes}


def _land_stages(office: Office, task: Task, judged: Judged) -> None:
    """Commits from the merged head back to what was before, the last of them the merged revert."""
    reverted = str(task.undo["merged"])
    with office.workshop(task.repo, (reverted, judged.base)) as workshop:
        policy = workshop.work(judged.base).policy
        stages = staging_of(judged, workshop.library, policy).stages
    commits = {f"undo-{stages[0].name.value}": reverted}
    tip = office.hub.first_parent(task.repo, reverted) if len(stages) > 1 else ""
    for stage in reversed(stages[1:]):
        name = f"undo-{stage.name.value}"
        files = tuple(_turned(one) for one in stage.files)
        tip = office.hub.commit(task.repo, tip, files, f"{name}: {task.url}\n", task.asked_at)
        commits[name] = tip
    if len(commits) > 1:
        office.hub.point_branch(task.repo, f"{stage_branch(task)}-back", tip, None)
    office.ledger.change(task.key, undo={**load(office, task.key).undo, "commits": commits})


def _turned(file: FileChange) -> FileChange:
    return FileChange(file.path, file.head, file.base, file.head_mode, file.base_mode)
