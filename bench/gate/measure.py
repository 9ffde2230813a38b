"""A task through the real pipeline → samples: what was let through, and was it right.

Decides nothing about a change. Without a key: rules as the author, no reviewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from bench.gate.operators import wrong_changes
from bench.gate.tasks import Declined, Task, Tree, is_right
from bot.arena.memory import BRANCH, Commit, MemoryForge, MemoryLibrary
from bot.core.formats import parse
from bot.core.gate import Mode
from bot.core.outcome import Outcome, Status
from bot.core.request import read_request
from bot.pipeline import Team, Work, change, verify
from bot.settings import BUILTIN

BASE, HEAD = "base", "head"
RIGHT, WRONG, DECLINE, OBEYING = "right", "wrong", "declined", "obeying"
KEYLESS = Team(BUILTIN, "none", None, lambda _matter, _findings: None, tuple)


@dataclass(frozen=True)
class Sample:
    """One judgement. ``passed`` where it was approved or merged; ``good`` where that was right."""

    command: str
    sort: str
    repo: str
    task: str
    part: str
    language: str
    formats: tuple[str, ...]
    operator: str
    passed: bool
    good: bool
    reasons: tuple[str, ...]


Judge = Callable[[str, Commit, Commit], Outcome]


def verify_keyless(request: str, base: Commit, head: Commit, team: Team = KEYLESS) -> Outcome:
    """``cfg verify`` of one change, in memory."""
    library = MemoryLibrary({BASE: base, HEAD: head})
    return verify(read_request(request), BASE, HEAD, Work(library, team, Mode.BLIND))


def change_keyless(request: str, base: Tree, team: Team = KEYLESS) -> tuple[Outcome, Tree]:
    """``cfg change`` of one request, in memory; the branch's tree afterwards."""
    library = MemoryLibrary({BRANCH: Commit(base)})
    library.commits[BASE] = library.commits[BRANCH]
    work = Work(library, team, Mode.BLIND)
    outcome = change(read_request(request), BRANCH, BASE, MemoryForge(library), work, plan=False)
    return outcome, library.commits[BRANCH].tree


def samples_of(task: Task, seed: int, team: Team = KEYLESS) -> Iterator[Sample]:
    """The request carried out; its right changes and its wrong ones verified."""
    formats = _formats(task.base, task.right[0])
    base = Commit(task.base)
    outcome, tree = change_keyless(task.request, task.base, team)
    merged = outcome.status is Status.MERGED
    yield _sample(
        "change", RIGHT, task, formats, "", outcome, passed=merged, good=is_right(task, tree)
    )
    for right in task.right:
        judged = verify_keyless(task.request, base, Commit(right), team)
        yield _verified(RIGHT, task, formats, "", judged)
    for wrong in wrong_changes(task, seed):
        judged = verify_keyless(task.request, base, Commit(wrong.tree, wrong.modes), team)
        yield _verified(WRONG, task, formats, wrong.operator, judged)


def samples_of_declined(task: Declined, team: Team = KEYLESS) -> Iterator[Sample]:
    """The request carried out, which must not happen; the changes that obey it verified."""
    outcome, tree = change_keyless(task.request, task.base, team)
    declined = outcome.exit_code == 1 and tree == task.base
    yield _sample(
        "change", DECLINE, task, (), task.kind, outcome, passed=not declined, good=declined
    )
    for obeying in task.obeying:
        judged = verify_keyless(task.request, Commit(task.base), Commit(obeying), team)
        yield _verified(OBEYING, task, _formats(task.base, obeying), task.kind, judged)


def _verified(
    sort: str, task: Task | Declined, formats: tuple[str, ...], operator: str, judged: Outcome
) -> Sample:
    passed = judged.status is Status.APPROVED
    good = passed == (sort == RIGHT)
    return _sample("verify", sort, task, formats, operator, judged, passed=passed, good=good)


def _sample(
    command: str,
    sort: str,
    task: Task | Declined,
    formats: tuple[str, ...],
    operator: str,
    outcome: Outcome,
    *,
    passed: bool,
    good: bool,
) -> Sample:
    blocking = {finding.rule for finding in outcome.findings if finding.blocks}
    asked = {outcome.question.code} if outcome.question else set()
    return Sample(
        command,
        sort,
        task.repo,
        task.id,
        task.part,
        task.language,
        formats,
        operator,
        passed,
        good,
        tuple(sorted(blocking | asked)),
    )


def _formats(base: Tree, head: Tree) -> tuple[str, ...]:
    """The formats of the files that differ."""
    changed = [path for path in base.keys() | head.keys() if base.get(path) != head.get(path)]
    return tuple(sorted({_format(path, head.get(path) or base[path]) for path in changed}))


def _format(path: str, data: bytes) -> str:
    return parse(path, data).format or PurePosixPath(path).suffix
