"""Checks, review and gate over one change: the part of the pipeline that ``cfg verify`` is.

Gathers what the pure judges need and puts their answers together. Decides nothing itself: the
gate does, and this module never softens what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.change import Change, FileChange
from bot.core.checks import run_checks
from bot.core.checks.case import Case
from bot.core.expectation import Expectation
from bot.core.explain import explain, moves_in
from bot.core.finding import Finding
from bot.core.formats import parse
from bot.core.gate import Agreement, Evaluation, Mode, agreement_findings
from bot.core.index import Index
from bot.core.policy import Policy
from bot.core.request import Request
from bot.core.validation import NativeCheck, Validation, concerning


@dataclass(frozen=True)
class Matter:
    """What is judged: a request on a base, and a change somebody made for it.

    ``promised`` are the bytes of every base file that the policy's invariants name.
    """

    request: Request
    index: Index
    expectation: Expectation
    change: Change
    policy: Policy = field(default_factory=Policy)
    promised: Mapping[str, bytes] = field(default_factory=dict)


AgreementOf = Callable[[Matter, tuple[Finding, ...]], Agreement | None]
Validate = Callable[[Sequence[NativeCheck], Sequence[FileChange]], tuple[Validation, ...]]
# What a validator's run or the reviewer's own derivation may still put right.
_OPEN = frozenset({"validators-pass", "explained-place", "explained-value"})


def nothing_run(
    _checks: Sequence[NativeCheck], _files: Sequence[FileChange]
) -> tuple[Validation, ...]:
    """No validator at hand: the rule ``validators-pass`` then blocks what needs one."""
    return ()


def evaluate(
    matter: Matter, mode: Mode, agree: AgreementOf, validate: Validate = nothing_run
) -> Evaluation:
    """Everything found out about ``matter``: evidence, findings of the checks, the reviewer's part.

    ``agree`` asks the reviewer, who is shown the findings; it gives None where there is none.
    ``validate`` runs native validators, and only on what no check refuses.
    """
    first = _case(matter, None)
    findings = run_checks(first)
    wanted = concerning(matter.policy.validators, matter.change.files)
    if wanted and not any(finding.blocks and finding.rule not in _OPEN for finding in findings):
        first = replace(first, validations=validate(wanted, matter.change.files))
        findings = run_checks(first)
    agreement = agree(matter, findings)
    blind = agreement.blind if agreement and isinstance(agreement.blind, Change) else None
    case = _case(matter, blind, first.validations) if blind is not None else first
    findings = run_checks(case) if blind is not None else findings
    said = agreement_findings(matter.change, matter.expectation, agreement, mode)
    return Evaluation(matter.change, case.explained, (*findings, *said), agreement)


def _case(matter: Matter, blind: Change | None, said: tuple[Validation, ...] = ()) -> Case:
    explained = explain(matter.request, matter.change, matter.expectation, matter.index, blind)
    return Case(
        request=matter.request,
        change=matter.change,
        base={**matter.index.documents, **matter.change.base_docs},
        explained=explained,
        expectation=matter.expectation,
        moves=moves_in(matter.request, matter.change, matter.expectation),
        paths=matter.index.paths,
        policy=matter.policy,
        data=matter.index.data,
        promised={path: parse(path, data) for path, data in matter.promised.items()},
        validations=said,
    )
