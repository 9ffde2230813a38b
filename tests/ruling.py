"""A Case as ``bot.judge`` makes it, from two small trees and a request; single facts overridable.

Decides nothing about a change. Every finding that a test gets from here must have words in both
languages, so that no rule says what no person can read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from bot.core.builtin.derive import derive
from bot.core.change import REGULAR, Change, FileChange, build_change
from bot.core.checks import RULES, run_checks
from bot.core.checks.case import Case
from bot.core.explain import explain, moves_in
from bot.core.gate import Agreement, Decision, Evaluation, Mode, agreement_findings, decide
from bot.core.index import Index
from bot.core.policy import Policy
from bot.core.report.findings import RULE_TEXTS, word
from bot.core.request import Language, read_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.expectation import Expectation, Explained
    from bot.core.finding import Finding
    from bot.core.operation import Move

Tree = dict[str, str] | dict[str, bytes] | dict[str, str | bytes]


class Facts(TypedDict, total=False):
    """What a test may say instead of having it found out. ``modes`` are (base, head) by path."""

    expectation: Expectation
    explained: tuple[Explained, ...]
    moves: tuple[Move, ...]
    policy: Policy
    paths_asked: frozenset[str]
    modes: Mapping[str, tuple[str, str]]
    blind: Change


def case(base: Tree, head: Tree, request: str, **overrides: Unpack[Facts]) -> Case:
    """The case of ``request`` on ``base`` with the change from ``base`` to ``head``."""
    before, after = tree(base), tree(head)
    index = Index(before, frozenset(before))
    asked = read_request(request)
    change = build_change(files(before, after, overrides.get("modes", {})))
    expectation = overrides.get("expectation") or derive(asked, index)
    explained = explain(asked, change, expectation, index, overrides.get("blind"))
    return Case(
        request=asked,
        change=change,
        base={**index.documents, **change.base_docs},
        explained=overrides.get("explained", explained),
        expectation=expectation,
        moves=overrides.get("moves", moves_in(asked, change, expectation)),
        paths=index.paths,
        paths_asked=overrides.get("paths_asked", frozenset()),
        policy=overrides.get("policy", Policy()),
        data=before,
    )


def tree(given: Tree) -> dict[str, bytes]:
    """The files as bytes."""
    return {path: text.encode() if isinstance(text, str) else text for path, text in given.items()}


def files(
    before: Mapping[str, bytes],
    after: Mapping[str, bytes],
    modes: Mapping[str, tuple[str, str]],
) -> list[FileChange]:
    """Each path of either tree in both versions."""
    return [
        FileChange(path, before.get(path), after.get(path), *modes.get(path, (REGULAR, REGULAR)))
        for path in sorted({*before, *after})
    ]


def right(base: Tree, request: str) -> dict[str, bytes]:
    """``base`` as rules say that ``request`` makes it. Fails where they cannot say."""
    before = tree(base)
    expectation = derive(read_request(request), Index(before, frozenset(before)))
    change = getattr(expectation, "change", None)
    assert isinstance(change, Change), f"not derived: {expectation}"
    return {**before, **{file.path: file.head for file in change.files if file.head is not None}}


def found(made: Case) -> tuple[Finding, ...]:
    """What all rules find; each of it worded."""
    findings = run_checks(made)
    for finding in findings:
        assert_worded(finding)
    return findings


def blocking(made: Case) -> set[str]:
    """The ids of the rules that keep the change out."""
    return {finding.rule for finding in found(made) if finding.blocks}


def warning(made: Case) -> set[str]:
    """The ids of the rules that warn."""
    return {finding.rule for finding in found(made) if not finding.blocks}


def of_rule(rule: str, made: Case) -> tuple[Finding, ...]:
    """What one rule alone finds."""
    check = next(one.check for one in RULES if one.id == rule)
    findings = tuple(check(made))
    for finding in findings:
        assert finding.rule == rule
        assert_worded(finding)
    return findings


def variants(rule: str, made: Case) -> set[str]:
    """The variants of what one rule finds."""
    return {finding.variant for finding in of_rule(rule, made)}


def assert_worded(finding: Finding) -> None:
    """A person can be told of ``finding`` in both languages, with nothing left to fill in."""
    assert finding.variant in RULE_TEXTS[finding.rule].variants, finding
    for language in Language:
        message, remedy = word(finding, language)
        assert message
        assert remedy


def judged(made: Case, agreement: Agreement | None = None, mode: Mode = Mode.BLIND) -> Decision:
    """What the gate decides on the case; without an agreement, keyless."""
    said = agreement_findings(made.change, made.expectation, agreement, mode)
    for finding in said:
        assert_worded(finding)
    evaluation = Evaluation(made.change, made.explained, (*found(made), *said), agreement)
    return decide(evaluation, may_revise=False)


def lines(findings: Iterable[Finding]) -> list[int | None]:
    """Where each finding points."""
    return [finding.line for finding in findings]
