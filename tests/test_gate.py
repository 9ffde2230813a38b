"""The gate: nothing merges unless every point holds, whoever says otherwise."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.change import Change, FileChange, build_change
from bot.core.expectation import Explained, Unproven
from bot.core.finding import Evidence, Finding, Ground, blocks, warns
from bot.core.gate import (
    Agreement,
    Evaluation,
    Merge,
    Mode,
    Refuse,
    Revise,
    agreement_findings,
    decide,
    rank,
)
from bot.core.operation import Unusable
from bot.core.review import Remark, Review
from tests.ruling import assert_worded, case, judged

if TYPE_CHECKING:
    from bot.core.checks.case import Case
    from bot.core.gate import Decision

BASE = {"app.yml": "server:\n  timeout: 30s\n  retries: 3\n"}
HEAD = {"app.yml": "server:\n  timeout: 30s\n  retries: 5\n"}
REQUEST = "set the server retries to 5"
UNPROVEN = Unproven("clause-unknown", (("clause", "x"),))
NAMED = Evidence(Ground.NAMED, "named", (("words", "“retries”"),))


def good(request: str = REQUEST) -> Case:
    """A change that rules derive."""
    return case(BASE, HEAD, request)


def evaluation(made: Case | None = None, *findings: Finding) -> Evaluation:
    """Everything known of a good change, plus ``findings``."""
    made = made or good()
    return Evaluation(made.change, made.explained, findings, None)


def change_to(text: str) -> Change:
    """Another model's change of the same base."""
    return build_change([FileChange("app.yml", BASE["app.yml"].encode(), text.encode())])


def agreement(**overrides: Any) -> Agreement:  # noqa: ANN401 - a field of Agreement each
    """A reviewer that derived the same and approves, but for ``overrides``."""
    return replace(Agreement(blind=good().change, review=Review(approved=True)), **overrides)


def said(made: Agreement | None, mode: Mode = Mode.BLIND, expectation: object = None) -> set[str]:
    """The blocking rules among what the reviewer's part says."""
    subject = good()
    expected = expectation if isinstance(expectation, Unproven) else subject.expectation
    findings = agreement_findings(subject.change, expected, made, mode)
    for finding in findings:
        assert_worded(finding)
    return {finding.rule for finding in findings if finding.blocks}


def refused_for(decision: Decision) -> set[str]:
    """The rules that a refusal names."""
    assert isinstance(decision, Refuse)
    return {finding.rule for finding in decision.findings}


def test_a_change_with_nothing_against_it_merges() -> None:
    """Every leaf explained and no finding: merge."""
    assert decide(evaluation(), may_revise=True) == Merge()
    assert decide(evaluation(), may_revise=False) == Merge()


def test_a_warning_alone_stops_nothing() -> None:
    """What people should see is not what keeps a change out."""
    assert decide(evaluation(None, warns("no-model")), may_revise=False) == Merge()


def test_one_blocking_finding_refuses() -> None:
    """A single blocking finding outweighs everything else, and is what is told."""
    finding = blocks("comments", "app.yml", 1, "dropped", text="# x")
    decision = decide(evaluation(None, warns("no-model"), finding), may_revise=False)
    assert decision == Refuse((finding,))


def test_one_blocking_finding_is_revised_while_rounds_are_left() -> None:
    """The author gets the blocking findings, and none of the warnings."""
    finding = blocks("comments", "app.yml", 1, "dropped", text="# x")
    decision = decide(evaluation(None, finding, warns("no-model")), may_revise=True)
    assert decision == Revise((finding,))


@pytest.mark.parametrize("side", ["place", "value"])
def test_an_unexplained_leaf_never_merges_though_no_check_says_so(side: str) -> None:
    """The gate does not depend on the check for evidence having run."""
    made = good()
    lacking = tuple(
        replace(item, place=None) if side == "place" else replace(item, value=None)
        for item in made.explained
    )
    decision = decide(Evaluation(made.change, lacking, (), None), may_revise=False)
    assert refused_for(decision) == {"explained-place"}


def test_an_explanation_too_few_never_merges() -> None:
    """A leaf change that nobody looked at is an unexplained one."""
    made = good()
    decision = decide(Evaluation(made.change, (), (), None), may_revise=False)
    assert refused_for(decision) == {"explained-place"}


def test_explanations_of_other_changes_never_merge() -> None:
    """As many explanations as changes is not the same as an explanation of each."""
    made = good()
    other = change_to("server:\n  timeout: 45s\n  retries: 3\n")
    wrong = tuple(Explained(change, NAMED, NAMED) for change in other.leaf_changes)
    assert len(wrong) == len(made.change.leaf_changes)
    decision = decide(Evaluation(made.change, wrong, (), None), may_revise=False)
    assert refused_for(decision) == {"explained-place"}


def test_attested_alone_never_merges() -> None:
    """That a reviewer liked the diff is no evidence of a place or a value."""
    made = good()
    attested = Evidence(Ground.ATTESTED, "attested")
    liked = tuple(Explained(item.change, attested, attested) for item in made.explained)
    decision = judged(case(BASE, HEAD, REQUEST, explained=liked), agreement())
    assert {"explained-place", "explained-value"} <= refused_for(decision)


def test_no_change_never_merges() -> None:
    """An empty difference is refused even where no check ran."""
    made = case(BASE, BASE, REQUEST)
    decision = decide(Evaluation(made.change, (), (), None), may_revise=False)
    assert refused_for(decision) == {"no-change"}


def test_without_a_model_a_derived_change_merges_and_says_so() -> None:
    """Keyless: rules derived it, the verdict warns that no language model judged."""
    made = good()
    findings = agreement_findings(made.change, made.expectation, None, Mode.BLIND)
    assert findings == (warns("no-model"),)
    assert judged(made) == Merge()


def test_without_a_model_and_a_derivation_nothing_is_provable() -> None:
    """A change nobody could derive is not merged for looking fine."""
    assert said(None, expectation=UNPROVEN) == {"nothing-provable"}
    made = case(BASE, HEAD, "make the server sturdier")
    assert isinstance(made.expectation, Unproven)
    assert "nothing-provable" in refused_for(judged(made))


def test_a_reviewer_that_agrees_merges() -> None:
    """The same leaf changes, derived blind, and an approval: merge."""
    assert said(agreement()) == set()
    assert judged(good(), agreement()) == Merge()


def test_one_model_for_both_parts_is_told() -> None:
    """Allowed by settings, but every verdict says so."""
    made = good()
    findings = agreement_findings(
        made.change, made.expectation, agreement(same_model=True), Mode.BLIND
    )
    assert [(finding.rule, finding.blocks) for finding in findings] == [("same-model", False)]
    different = agreement_findings(made.change, made.expectation, agreement(), Mode.BLIND)
    assert different == ()


@pytest.mark.parametrize("mode", Mode)
def test_an_unusable_review_refuses(mode: Mode) -> None:
    """A review that left a hunk out, or cannot be read, is none."""
    made = agreement(review=Unusable("hunk h2 is left out"))
    assert said(made, mode) == {"review-unusable"}
    assert refused_for(judged(good(), made, mode)) == {"review-unusable"}


@pytest.mark.parametrize("blind", [None, Unusable("no JSON")])
def test_a_missing_blind_derivation_refuses(blind: Unusable | None) -> None:
    """In mode blind an approval without the derivation counts for nothing."""
    made = agreement(blind=blind)
    assert said(made) == {"review-unusable"}
    assert refused_for(judged(good(), made)) == {"review-unusable"}


def test_mode_review_needs_no_blind_derivation() -> None:
    """The cheaper mode rests on the review and the checks."""
    assert said(agreement(blind=None), Mode.REVIEW) == set()


def test_a_skipped_review_refuses() -> None:
    """Where the reviewer was not asked, nothing else may make up for it."""
    made = agreement(skipped=True)
    assert said(made) == {"review-skipped"}
    assert refused_for(judged(good(), made)) == {"review-skipped"}


def test_a_rejected_hunk_refuses_with_the_remark() -> None:
    """The reviewer's remark is what people are told, with its line."""
    remark = Remark("app.yml", 3, "should be 4", "h1")
    made = agreement(review=Review(approved=False, remarks=(remark,), rejected=("h1",)))
    decision = judged(good(), made)
    assert decision == Refuse((blocks("agreed-review", "app.yml", 3, reason="should be 4"),))


@pytest.mark.parametrize("missing", [(), ("the other server",)])
def test_a_rejection_without_a_remark_refuses(missing: tuple[str, ...]) -> None:
    """No remark does not turn a rejection into an approval."""
    made = agreement(review=Review(approved=False, missing=missing))
    assert said(made, Mode.REVIEW) == {"agreed-review"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("server:\n  timeout: 30s\n  retries: 6\n", {"extra", "missing"}),
        ("server:\n  timeout: 45s\n  retries: 5\n", {"missing"}),
        ("server:\n  timeout: 30s\n  retries: 3\n", {"extra"}),
    ],
)
def test_a_blind_difference_refuses(text: str, found: set[str]) -> None:
    """Another value, one more or none: what the reviewer derived by itself must be the same."""
    made = agreement(blind=change_to(text))
    subject = good()
    findings = agreement_findings(subject.change, subject.expectation, made, Mode.BLIND)
    assert {finding.variant for finding in findings if finding.rule == "agreed-blind"} == found
    assert refused_for(judged(good(), made)) == {"agreed-blind"}


def test_a_blind_change_of_another_list_entry_is_a_difference() -> None:
    """Of two equal entries, changing the one is not changing the other."""
    base = {"app.yml": "rules:\n  - {port: 1, to: 2}\n  - {port: 1, to: 3}\n"}
    mine = {"app.yml": "rules:\n  - {port: 9, to: 2}\n  - {port: 1, to: 3}\n"}
    theirs = b"rules:\n  - {port: 1, to: 2}\n  - {port: 9, to: 3}\n"
    made = case(base, mine, "make it better")
    blind = build_change([FileChange("app.yml", base["app.yml"].encode(), theirs)])
    findings = agreement_findings(made.change, UNPROVEN, agreement(blind=blind), Mode.BLIND)
    assert {finding.variant for finding in findings if finding.blocks} == {"extra", "missing"}


def test_both_models_agreeing_carry_what_rules_cannot_derive() -> None:
    """An unprotected value, derived the same by a model blind to it, is explained."""
    made = case(BASE, HEAD, "make the server a bit more patient with retries", blind=good().change)
    assert isinstance(made.expectation, Unproven)
    assert judged(made, agreement()) == Merge()


def test_both_models_agreeing_do_not_carry_an_address() -> None:
    """For addresses no model's word is enough, nor that of two."""
    base = {"app.yml": "server:\n  host: 192.0.2.7\n"}
    head = {"app.yml": "server:\n  host: 192.0.2.8\n"}
    theirs = case(base, head, "x").change
    made = case(base, head, "use the other server", blind=theirs)
    decision = judged(made, agreement(blind=theirs))
    assert {"explained-place", "explained-value"} <= refused_for(decision)


POINTS = {
    "finding": lambda made: replace(made, findings=(blocks("no-change"),)),
    "unexplained": lambda made: replace(made, explained=()),
    "empty": lambda made: replace(made, change=build_change(())),
}


@pytest.mark.parametrize("broken", [c for n in (1, 2, 3) for c in combinations(POINTS, n)])
@pytest.mark.parametrize("may_revise", [True, False])
def test_no_combination_of_broken_points_merges(broken: tuple[str, ...], may_revise: bool) -> None:
    """Two faults never cancel each other."""
    made = evaluation()
    for point in broken:
        made = POINTS[point](made)
    assert isinstance(decide(made, may_revise=may_revise), Revise if may_revise else Refuse)


def test_fewer_blocking_findings_rank_better() -> None:
    """Which candidate to keep is counted in what blocks; warnings do not weigh."""
    worse, better = (
        (blocks("no-change"), blocks("parses")),
        (blocks("no-change"), warns("no-model")),
    )
    assert rank(better) < rank(worse)
    assert rank(()) == rank((warns("no-model"),)) == 0
