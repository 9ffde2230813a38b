"""understand → propose → apply → checks → review → gate → merge, over ports.

The one order in which a request is carried out, for every forge. Decides nothing: what to change
is the author's answer, what may be merged is the gate's. It never merges a commit other than the
one that was judged, and what a request ends in is always an ``Outcome``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import monotonic

from bot.core.builtin.derive import derive
from bot.core.change import Change, FileChange, build_change
from bot.core.duel.transcript import Transcript
from bot.core.expectation import Derivation, Expectation, Unproven
from bot.core.finding import Finding
from bot.core.gate import Agreement, Ask, Decision, Evaluation, Merge, Mode, Revise, decide, rank
from bot.core.index import Index
from bot.core.invariants import patterns_of
from bot.core.operation import Proposal, Question, Unusable
from bot.core.outcome import Outcome, Spent, Status
from bot.core.policy import Policy
from bot.core.request import Request
from bot.core.resolve import Unresolved, resolve, with_modes
from bot.core.review import Review
from bot.gather import gather, promised
from bot.judge import AgreementOf, Matter, Validate, evaluate, nothing_run
from bot.ports import BaseMoved, Forge, Library, Validator

Propose = Callable[[Request, Index, tuple[Finding, ...]], "Proposal | Question | Unusable"]
# How far from merging a candidate is, given what the other side would do.
Rank = Callable[[Change, "Change | None"], tuple[int, tuple[Finding, ...]]]
Play = Callable[[Request, Index, Expectation, Rank], "tuple[FileChange, ...] | Question | Unusable"]
OnStage = Callable[[str], None]
MAX_BASE_MOVES = 3


@dataclass(frozen=True)
class Team:
    """Who works on a request: ``propose`` is None where rules are the author."""

    author: str
    reviewer: str
    propose: Propose | None
    agree: AgreementOf
    spent: Callable[[], tuple[Spent, ...]]
    rounds: int = 0
    uses_models: bool = False
    play: Play | None = None
    transcript: Callable[[], Transcript | None] = lambda: None


@dataclass(frozen=True)
class Work:
    """Where and how a request is worked on."""

    library: Library
    team: Team
    mode: Mode
    policy: Policy = field(default_factory=Policy)
    on_stage: OnStage = lambda _: None
    validator: Validator | None = None

    def matter(
        self,
        request: Request,
        index: Index,
        expectation: Expectation,
        candidate: Change,
        base: str,
    ) -> Matter:
        """``candidate`` on commit ``base``, with every file that a promise names."""
        patterns = patterns_of(self.policy.invariants)
        files = promised(patterns, self.library, base, index)
        return Matter(request, index, expectation, candidate, self.policy, files)

    def validate(self, base: str) -> Validate:
        """The native validators, on what becomes of commit ``base``."""
        validator = self.validator
        if validator is None:
            return nothing_run
        return lambda checks, files: validator.validate(checks, base, files)


class Stopwatch:
    """Seconds spent in each stage, told as they begin."""

    def __init__(self, on_stage: OnStage) -> None:
        self._on_stage = on_stage
        self._marks: list[tuple[str, float]] = []

    def stage(self, name: str) -> None:
        """``name`` begins now."""
        self._marks.append((name, monotonic()))
        self._on_stage(name)

    def seconds(self) -> tuple[tuple[str, float], ...]:
        """Seconds by stage, in order; a stage entered twice is summed."""
        ends = [begun for _, begun in self._marks[1:]] + [monotonic()]
        spent: dict[str, float] = {}
        for (name, begun), end in zip(self._marks, ends, strict=True):
            spent[name] = spent.get(name, 0.0) + end - begun
        return tuple((name, round(value, 4)) for name, value in spent.items())


def verify(request: Request, base: str, head: str, work: Work) -> Outcome:
    """Judge the difference from ``base`` to ``head`` (refs), whoever made it.

    Raises RepositoryError, ModelError.
    """
    watch = Stopwatch(work.on_stage)
    watch.stage("understand")
    base_sha, head_sha = work.library.commit(base), work.library.commit(head)
    files = work.library.difference(base_sha, head_sha)
    changed = [file.path for file in files if file.base is not None]
    index = gather(request, work.library, base_sha, changed, for_models=work.team.uses_models)
    matter = work.matter(request, index, derive(request, index), build_change(files), base_sha)
    watch.stage("checks")
    evaluation = evaluate(matter, work.mode, _staged(work, watch), work.validate(base_sha))
    watch.stage("gate")
    decision = decide(evaluation, may_revise=False)
    status = Status.APPROVED if isinstance(decision, Merge) else Status.REJECTED
    ending = _ending(request, work, status, matter, evaluation)
    return replace(ending, base=base_sha, head=head_sha, seconds=watch.seconds())


def change(
    request: Request, branch: str, base: str, forge: Forge, work: Work, *, plan: bool
) -> Outcome:
    """Carry out ``request`` on ``branch``, which is at ``base``; with ``plan`` stop before the merge.

    Raises RepositoryError, ModelError, BaseMoved (the base would not stand still).
    """
    for _ in range(MAX_BASE_MOVES):
        try:
            return _change_once(request, branch, base, forge, work, plan=plan)
        except BaseMoved:
            base = work.library.commit(f"refs/heads/{branch}")
    raise BaseMoved


def _change_once(
    request: Request, branch: str, base: str, forge: Forge, work: Work, *, plan: bool
) -> Outcome:
    watch = Stopwatch(work.on_stage)
    watch.stage("understand")
    index = gather(request, work.library, base, for_models=work.team.uses_models)
    expectation = derive(request, index)
    attempt = _best_attempt(request, base, index, expectation, work, watch)
    ending = replace(attempt.ending, branch=branch, base=base)
    if isinstance(attempt.decision, Merge) and attempt.evaluation is not None:
        watch.stage("merge")
        ending = _merge(request, branch, base, attempt.evaluation.change, forge, ending, plan=plan)
    return replace(ending, seconds=watch.seconds())


@dataclass(frozen=True)
class _Attempt:
    """One round: what was decided, on what, and how a request ending here would read."""

    decision: Decision
    ending: Outcome
    evaluation: Evaluation | None = None

    @property
    def distance(self) -> int:
        """How far from merging; a round without a change is the furthest."""
        return rank(self.evaluation.findings) if self.evaluation else 1_000_000


def _best_attempt(
    request: Request,
    base: str,
    index: Index,
    expectation: Expectation,
    work: Work,
    watch: Stopwatch,
) -> _Attempt:
    """Rounds of proposing and judging; a later round never replaces a better one."""
    best: _Attempt | None = None
    feedback: tuple[Finding, ...] = ()
    for number in range(work.team.rounds + 1):
        may_revise = number < work.team.rounds
        attempt = _attempt(request, base, index, expectation, work, watch, feedback, may_revise)
        attempt = replace(attempt, ending=replace(attempt.ending, rounds=number))
        if best is None or attempt.distance < best.distance:
            best = attempt
        if not isinstance(attempt.decision, Revise):
            break
        feedback = attempt.decision.findings
    if best is None:
        raise ValueError("at least one round is worked")
    return best


def _attempt(
    request: Request,
    base: str,
    index: Index,
    expectation: Expectation,
    work: Work,
    watch: Stopwatch,
    feedback: tuple[Finding, ...],
    may_revise: bool,  # noqa: FBT001
) -> _Attempt:
    watch.stage("propose")
    made = _candidate(request, index, expectation, work, base, feedback)
    if isinstance(made, Unproven):
        return _Attempt(
            Ask(made), _ending(request, work, Status.DECLINED, None, None, question=made)
        )
    watch.stage("apply")
    modes = {entry.path: entry.mode for entry in work.library.tree(base)}
    candidate = build_change(with_modes(made, modes))
    matter = work.matter(request, index, expectation, candidate, base)
    watch.stage("checks")
    evaluation = evaluate(matter, work.mode, _staged(work, watch), work.validate(base))
    watch.stage("gate")
    decision = decide(evaluation, may_revise=may_revise)
    status = Status.WOULD_MERGE if isinstance(decision, Merge) else Status.DECLINED
    return _Attempt(decision, _ending(request, work, status, matter, evaluation), evaluation)


def _candidate(
    request: Request,
    index: Index,
    expectation: Expectation,
    work: Work,
    base: str,
    feedback: tuple[Finding, ...],
) -> tuple[FileChange, ...] | Unproven:
    """The files as the author would have them, or the question that stands in the way."""
    team = work.team
    proposal: tuple[FileChange, ...] | Proposal | Question | Unusable
    if team.play is not None:
        proposal = team.play(
            request, index, expectation, _ranking(request, index, expectation, work, base)
        )
    elif team.propose is not None:
        proposal = team.propose(request, index, feedback)
    else:
        return expectation.change.files if isinstance(expectation, Derivation) else expectation
    if isinstance(proposal, Question):
        return Unproven("author-asks", (("text", proposal.text),))
    if isinstance(proposal, Unusable):
        return Unproven("author-unusable", (("reason", proposal.reason),))
    if isinstance(proposal, tuple):
        return proposal
    files = resolve(proposal.operations, index.data)
    return Unproven(files.code, files.facts) if isinstance(files, Unresolved) else files


def _ranking(
    request: Request, index: Index, expectation: Expectation, work: Work, base: str
) -> Rank:
    """The gate's own order, as if the reviewer had only its own change to say."""

    def ranking(candidate: Change, other: Change | None) -> tuple[int, tuple[Finding, ...]]:
        matter = work.matter(request, index, expectation, candidate, base)
        said = Agreement(other or Unusable("none"), Review(approved=True))
        found = evaluate(matter, Mode.BLIND, lambda _m, _f: said).findings
        return rank(found), tuple(one for one in found if one.blocks)

    return ranking


def _staged(work: Work, watch: Stopwatch) -> AgreementOf:
    def agree(matter: Matter, findings: tuple[Finding, ...]) -> Agreement | None:
        watch.stage("review")
        return work.team.agree(matter, findings)

    return agree


def _merge(
    request: Request,
    branch: str,
    base: str,
    candidate: Change,
    forge: Forge,
    ending: Outcome,
    *,
    plan: bool,
) -> Outcome:
    """The judged commit, and no other, becomes the branch; its own branch is gone afterwards."""
    if plan:
        return ending
    head = forge.publish(base, candidate.files, _message(request, candidate))
    try:
        merged = forge.merge(branch, base, head)
    finally:
        forge.discard(head)
    return replace(ending, status=Status.MERGED, head=head, merged=merged)


def _message(request: Request, candidate: Change) -> str:
    """The request's first line as subject, what changed as body."""
    subject = " ".join(request.text.split())[:72]
    count = f"{len(candidate.leaf_changes)} values in {len(candidate.files)} files"
    return f"{subject}\n\n{request.text}\n\n{count}, by cfgbot.\n"


def _ending(
    request: Request,
    work: Work,
    status: Status,
    matter: Matter | None,
    evaluation: Evaluation | None,
    question: Unproven | None = None,
) -> Outcome:
    return Outcome(
        status=status,
        request=request,
        mode=work.mode.value,
        author=work.team.author,
        reviewer=work.team.reviewer,
        change=matter.change if matter else None,
        explained=evaluation.explained if evaluation else (),
        findings=evaluation.findings if evaluation else (),
        question=question
        or (matter.expectation if matter and isinstance(matter.expectation, Unproven) else None),
        spent=work.team.spent(),
        transcript=work.team.transcript(),
    )
