"""What stands between an approved pull request and its merge.

Decides the next step from what GitHub says now. Ready only when the head is the judged commit, the
base is the judged one or moved in nothing that matters, every check on the head is good, and what
protection or policy name is there: a check that has not reported is not a pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """The next step."""

    MERGE = "merge"
    WAIT = "wait"
    STOP = "stop"  # a person must act; the merge goes on by itself when they have
    REJUDGE = "rejudge"
    JUDGE_PUSHED = "judge-pushed"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CheckFact:
    """A check on the head: ``conclusion`` is None while it runs."""

    name: str
    conclusion: str | None

    @property
    def good(self) -> bool:
        """True where it lets a merge through."""
        return self.conclusion in {"success", "neutral", "skipped"}


@dataclass(frozen=True)
class Facts:
    """A pull request, as GitHub has it, beside what was judged.

    ``merge_state`` is GitHub's ``mergeable_state``; ``retargeted`` says that somebody chose another
    base branch than the judged one. ``checks`` is None where they were not asked
    for, since GitHub says that the pull request is clean.
    """

    open: bool
    merged: bool
    head: str
    judged_head: str
    base_matters: bool
    merge_state: str
    retargeted: bool = False
    required: tuple[str, ...] = ()
    approvals: int = 0
    checks: tuple[CheckFact, ...] | None = None


@dataclass(frozen=True)
class Settling:
    """The step, and why: names of sentences with their facts."""

    step: Step
    reasons: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


def settle(facts: Facts) -> Settling:
    """The next step for a pull request whose judged head was approved."""
    if facts.merged:
        return Settling(Step.MERGED)
    if not facts.open:
        return Settling(Step.CLOSED)
    if facts.retargeted:
        return Settling(Step.STOP, (("retargeted", ()),))
    if facts.head != facts.judged_head:
        return Settling(Step.JUDGE_PUSHED)
    if facts.base_matters or facts.merge_state in {"dirty", "behind"}:
        return Settling(Step.REJUDGE)
    if facts.merge_state == "draft":
        return _wait("draft")
    return _by_checks(facts)


def _by_checks(facts: Facts) -> Settling:
    checks = facts.checks or ()
    failed = [check.name for check in checks if check.conclusion is not None and not check.good]
    if failed:
        return Settling(Step.STOP, (("checks-failed", (("names", _names(failed)),)),))
    running = [check.name for check in checks if check.conclusion is None]
    missing = sorted(set(facts.required) - {check.name for check in checks})
    reasons = [
        (code, (("names", _names(names)),))
        for code, names in (("checks-running", running), ("checks-missing", missing))
        if names
    ]
    if reasons:
        return Settling(Step.WAIT, tuple(reasons))
    if facts.merge_state in {"clean", "has_hooks", "unstable"}:
        return Settling(Step.MERGE)
    if facts.merge_state == "blocked":
        return _blocked(facts)
    return _wait("unknown")


def _blocked(facts: Facts) -> Settling:
    if facts.approvals:
        return _wait("approvals", count=str(facts.approvals))
    return _wait("protected")


def _wait(code: str, **words: str) -> Settling:
    return Settling(Step.WAIT, ((code, tuple(words.items())),))


def _names(names: Sequence[str]) -> str:
    return "\n".join(sorted(set(names)))
