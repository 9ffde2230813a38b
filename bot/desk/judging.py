"""A task's sentences → what was judged: the pipeline of ``bot.pipeline``, once for each group.

Decides what of a judgement may be published: files that hold a secret in clear, or that policy
keeps the bot from touching, never leave this machine. Whether a change is right is the gate's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from bot import pipeline
from bot.core.change import Change, FileChange, build_change
from bot.core.outcome import Outcome, Status, Trouble
from bot.core.policy import Policy, touched
from bot.core.report.as_json import as_json
from bot.core.report.pull_request import lines_of
from bot.core.report.redact import hide_all
from bot.core.request import Language, Request, RequestError, read_request
from bot.core.secret_places import secrets_said
from bot.desk.office import Workshop
from bot.desk.task import Json, Judged, Task, files_to_json
from bot.pipeline import Work
from bot.policy import PolicyError
from bot.ports import BaseMoved, ModelError, RepositoryError

# What these rules refuse must not even be shown on a branch.
UNPUBLISHABLE = frozenset(
    {"plaintext-secret", "protected-path", "allowed-path", "size-limits", "hidden-characters"}
)

_Trouble = RequestError | PolicyError | ModelError | RepositoryError
_TROUBLE = (RequestError, PolicyError, ModelError, RepositoryError)


@dataclass(frozen=True)
class _Round:
    outcome: Outcome
    files: tuple[FileChange, ...]


def judge_task(task: Task, workshop: Workshop, base: str) -> Judged:
    """Judge every group on what the one before left, from commit ``base`` on.

    Never raises for a request, policy, model or repository in trouble: the outcome says so.
    """
    try:
        work = workshop.work(base)
    except _TROUBLE as error:
        return _unjudged(task, base, error)
    rounds: list[_Round] = []
    tips = [base]
    for text in task.groups:
        outcome = _judge_one(text, task.language, workshop, work, tips[-1])
        files = outcome.change.files if outcome.change else ()
        rounds.append(_Round(outcome, files))
        if outcome.status is not Status.WOULD_MERGE:
            break
        if len(rounds) < len(task.groups):
            tips.append(workshop.forge.publish(tips[-1], files, "cfgbot: judged"))
    for tip in tips[1:]:
        workshop.forge.discard(tip)  # only the next group needed it
    return _judged(rounds, work.policy, base, len(task.groups))


def judge_pushed(task: Task, workshop: Workshop, base: str, head: str) -> Judged:
    """Judge a commit that somebody else pushed, against everything that was asked."""
    try:
        request = read_request("\n".join(task.groups))
        work = workshop.work(base)
        outcome = pipeline.verify(request, base, head, work)
    except _TROUBLE as error:
        return _unjudged(task, base, error)
    files = outcome.change.files if outcome.change else ()
    judged = _judged([_Round(outcome, files)], work.policy, base, 1)
    return replace(judged, approved=outcome.status is Status.APPROVED)


def _unjudged(task: Task, base: str, error: _Trouble) -> Judged:
    """Nothing is approved where something could not even be read."""
    outcome = _troubled(task.groups[-1], task.language, error.code, error.facts)
    return _judged([_Round(outcome, ())], Policy(), base, len(task.groups))


def _judge_one(text: str, language: Language, workshop: Workshop, work: Work, tip: str) -> Outcome:
    """Judge one group; policy comes from the base branch whatever the tip holds."""
    try:
        request = Request(read_request(text).text, language)
        return pipeline.change(request, "", tip, workshop.forge, work, plan=True)
    except _TROUBLE as error:
        return _troubled(text, language, error.code, error.facts)
    except BaseMoved:
        return _troubled(text, language, "base-moved", {})


def _troubled(text: str, language: Language, code: str, facts: dict[str, str]) -> Outcome:
    return Outcome(
        status=Status.ERROR,
        request=Request(text, language),
        mode="",
        author="",
        reviewer="none",
        trouble=Trouble(code, tuple(sorted(facts.items()))),
    )


def _judged(rounds: Sequence[_Round], policy: Policy, base: str, groups: int) -> Judged:
    outcomes = [one.outcome for one in rounds]
    approved = len(rounds) == groups and all(
        outcome.status is Status.WOULD_MERGE for outcome in outcomes
    )
    net = net_change([one.files for one in rounds])
    return Judged(
        approved=approved,
        publishable=_publishable(outcomes, net),
        base=base,
        verdicts=tuple(_verdict(outcome) for outcome in outcomes),
        files=tuple(files_to_json(one.files) for one in rounds if one.files),
        lines=lines_of(net),
        environments=tuple(asdict(one) for one in touched(policy, net.paths)),
        checks=policy.checks,
        while_rolling=policy.rollout.while_rolling.value,
    )


def _verdict(outcome: Outcome) -> Json:
    """As JSON, without any secret of the change or of the request's own words."""
    if outcome.request is None:
        return as_json(outcome, Language.ENGLISH)
    plain = as_json(outcome, outcome.request.language)
    return hide_all(plain, secrets_said(outcome.request.text))


def _publishable(outcomes: Sequence[Outcome], net: Change) -> bool:
    rules = {finding.rule for outcome in outcomes for finding in outcome.findings if finding.blocks}
    return bool(net.files) and not rules & UNPUBLISHABLE


def net_change(groups: Sequence[Sequence[FileChange]]) -> Change:
    """All groups as one change: the first base side of every path, the last head side."""
    files: dict[str, FileChange] = {}
    for group in groups:
        for file in group:
            first = files.get(file.path, file)
            files[file.path] = FileChange(
                file.path, first.base, file.head, first.base_mode, file.head_mode
            )
    return build_change(tuple(files.values()))
