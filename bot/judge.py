"""Checks, review and gate over one change: the part of the pipeline that ``cfg verify`` is.

Gathers what the pure judges need and puts their answers together. Decides nothing itself: the
gate does, and this module never softens what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.core.change import Change
from bot.core.checks import run_checks
from bot.core.checks.case import Case
from bot.core.expectation import Expectation
from bot.core.explain import explain, moves_in
from bot.core.finding import Finding
from bot.core.gate import Agreement, Evaluation, Mode, agreement_findings
from bot.core.index import Index
from bot.core.policy import Policy
from bot.core.request import Request


@dataclass(frozen=True)
class Matter:
    """What is judged: a request on a base, and a change somebody made for it."""

    request: Request
    index: Index
    expectation: Expectation
    change: Change
    policy: Policy = field(default_factory=Policy)


AgreementOf = Callable[[Matter, tuple[Finding, ...]], Agreement | None]


def evaluate(matter: Matter, mode: Mode, agree: AgreementOf) -> Evaluation:
    """Everything found out about ``matter``: evidence, findings of the checks, the reviewer's part.

    ``agree`` asks the reviewer, who is shown the findings; it gives None where there is none.
    """
    first = _case(matter, None)
    findings = run_checks(first)
    agreement = agree(matter, findings)
    blind = agreement.blind if agreement and isinstance(agreement.blind, Change) else None
    case = _case(matter, blind) if blind is not None else first
    findings = run_checks(case) if blind is not None else findings
    said = agreement_findings(matter.change, matter.expectation, agreement, mode)
    return Evaluation(matter.change, case.explained, (*findings, *said), agreement)


def _case(matter: Matter, blind: Change | None) -> Case:
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
    )
