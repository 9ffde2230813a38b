"""What stands between an approved pull request and its merge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.settling import CheckFact, Facts, Step, settle

HEAD = "a" * 40
READY = Facts(
    open=True,
    merged=False,
    head=HEAD,
    judged_head=HEAD,
    base_matters=False,
    merge_state="clean",
)


def reasons(facts: Facts) -> set[str]:
    """The names of the reasons."""
    return {name for name, _ in settle(facts).reasons}


def test_a_clean_pull_request_at_the_judged_head_is_merged() -> None:
    """Nothing is missing."""
    assert settle(READY).step is Step.MERGE


def test_a_head_that_was_not_judged_is_never_merged() -> None:
    """It is judged first, whatever GitHub says of it."""
    for state in ("clean", "unstable", "has_hooks", "blocked", "dirty"):
        moved = replace(READY, head="b" * 40, merge_state=state)
        assert settle(moved).step is Step.JUDGE_PUSHED


@pytest.mark.parametrize("state", ["dirty", "behind"])
def test_a_conflict_or_an_old_base_is_proposed_anew(state: str) -> None:
    """On the base as it is now."""
    assert settle(replace(READY, merge_state=state)).step is Step.REJUDGE


def test_a_base_that_moved_where_it_matters_is_judged_again() -> None:
    """Even where git itself sees no conflict."""
    assert settle(replace(READY, base_matters=True)).step is Step.REJUDGE


def test_a_required_check_that_has_not_reported_is_no_pass() -> None:
    """Zero checks is not a pass."""
    facts = replace(READY, required=("ci",))
    assert settle(facts).step is Step.WAIT
    assert reasons(replace(facts, checks=())) == {"checks-missing"}
    assert reasons(replace(facts, checks=(CheckFact("other", "success"),))) == {"checks-missing"}


def test_a_check_that_runs_is_waited_for() -> None:
    """Also one that nobody requires."""
    facts = replace(READY, merge_state="unstable", checks=(CheckFact("ci", None),))
    assert reasons(facts) == {"checks-running"}
    assert settle(facts).step is Step.WAIT


@pytest.mark.parametrize(
    "conclusion", ["failure", "cancelled", "timed_out", "action_required", "stale"]
)
def test_a_failed_check_stops_the_merge(conclusion: str) -> None:
    """Until people have repaired it."""
    facts = replace(READY, merge_state="unstable", checks=(CheckFact("ci", conclusion),))
    assert settle(facts).step is Step.STOP
    assert reasons(facts) == {"checks-failed"}


def test_good_checks_merge_what_github_calls_unstable_or_clean() -> None:
    """Success, neutral and skipped are good."""
    checks = tuple(CheckFact(name, name) for name in ("success", "neutral", "skipped"))
    for state in ("clean", "unstable"):
        facts = replace(READY, merge_state=state, checks=checks, required=("success",))
        assert settle(facts).step is Step.MERGE


def test_protection_that_wants_approvals_is_said() -> None:
    """Blocked with good checks means people."""
    facts = replace(READY, merge_state="blocked", checks=(), approvals=2)
    assert reasons(facts) == {"approvals"}
    assert settle(facts).step is Step.WAIT


@pytest.mark.parametrize("state", ["blocked", "unknown", "draft", "something-new"])
def test_what_is_not_known_to_be_good_waits(state: str) -> None:
    """A state that GitHub may add is never taken for a yes."""
    assert settle(replace(READY, merge_state=state, checks=())).step is Step.WAIT


def test_merged_and_closed_come_before_everything() -> None:
    """People were faster."""
    assert settle(replace(READY, merged=True, open=False, head="c" * 40)).step is Step.MERGED
    assert settle(replace(READY, open=False)).step is Step.CLOSED
