"""What the gate says in the reviewer's name, and what it does when a rule or a validator fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import checks
from bot.core.change import FileChange, build_change
from bot.core.checks import run_checks
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks, warns
from bot.core.gate import (
    Agreement,
    Evaluation,
    Mode,
    Refuse,
    agreement_findings,
    decide,
    rank,
)
from bot.core.operation import Unusable
from bot.core.policy import Policy
from bot.core.review import Remark, Review
from bot.core.validation import Ended, NativeCheck, Validation
from tests.cases import case, found
from tests.test_gate import UNPROVEN, agreement, change_to, evaluation, good

# what the reviewer's part says


def said(made: Agreement | None, mode: Mode = Mode.BLIND) -> tuple[Finding, ...]:
    """All that is said of a good change."""
    subject = good()
    return agreement_findings(subject.change, subject.expectation, made, mode)


def test_agreement_of_another_model_says_nothing() -> None:
    """Nothing to tell in either mode; of the same model, that it was the same."""
    for mode in Mode:
        assert said(agreement(), mode) == ()
        assert said(agreement(same_model=True), mode) == (warns("same-model"),)
    assert not Agreement(None, Review(approved=True)).same_model
    assert not Agreement(None, Review(approved=True)).skipped


def test_without_a_model_the_reason_is_told() -> None:
    """What rules derived passes with a note; what they could not derive names why."""
    assert said(None) == (warns("no-model"),)
    subject = good()
    unproven = agreement_findings(subject.change, UNPROVEN, None, Mode.BLIND)
    assert unproven == (blocks("nothing-provable", reason="clause-unknown"),)


def test_a_review_that_was_skipped_says_so_alone() -> None:
    """Not that it was the same model, nor what its other parts lack."""
    made = agreement(skipped=True, same_model=True, blind=None)
    assert said(made) == (blocks("review-skipped"),)


def test_a_blind_derivation_that_is_unusable_names_its_reason() -> None:
    """The model's own reason, or that there was none at all."""
    assert said(agreement(blind=Unusable("no JSON"))) == (
        blocks("review-unusable", reason="no JSON"),
    )
    assert said(agreement(blind=None)) == (blocks("review-unusable", reason="no blind derivation"),)


def test_a_blind_derivation_that_differs_is_told_place_by_place() -> None:
    """Where the author changed more, and where the reviewer would have."""
    other = change_to("server:\n  timeout: 60s\n  retries: 3\n")
    assert said(agreement(blind=other)) == (
        blocks(
            "agreed-blind",
            "app.yml",
            3,
            "extra",
            key="server > retries",
            mine="5",
            theirs="3",
        ),
        blocks(
            "agreed-blind",
            "app.yml",
            2,
            "missing",
            key="server > timeout",
            mine="",
            theirs="60s",
        ),
    )


def test_a_value_that_one_side_takes_away_is_shown_as_nothing() -> None:
    """The reviewer removes a key that the author leaves, and the other way round."""
    shorter = change_to("server:\n  timeout: 30s\n")
    subject = good()
    _, missing = agreement_findings(
        subject.change, subject.expectation, agreement(blind=shorter), Mode.BLIND
    )
    assert dict(missing.facts)["theirs"] == "∅"
    extra, _ = agreement_findings(
        shorter, subject.expectation, agreement(blind=subject.change), Mode.BLIND
    )
    assert (dict(extra.facts)["mine"], dict(extra.facts)["theirs"]) == ("∅", "3")


@pytest.mark.parametrize(
    ("review", "expected"),
    [
        (Unusable("no hunk"), [blocks("review-unusable", reason="no hunk")]),
        (Review(approved=False), [blocks("agreed-review", reason="rejected without a remark")]),
        (
            Review(approved=False, missing=("port of b", "name of c")),
            [blocks("agreed-review", reason="port of b; name of c")],
        ),
        (
            Review(approved=False, remarks=(Remark("app.yml", 3, "wrong", "h1"),), missing=("b",)),
            [blocks("agreed-review", "app.yml", 3, reason="wrong")],
        ),
    ],
)
def test_a_rejection_is_told_with_its_reasons(
    review: Review | Unusable, expected: list[Finding]
) -> None:
    """Remarks where they point; else what is missing; else that nothing was said."""
    assert list(said(agreement(review=review), Mode.REVIEW)) == expected


# decisions


def test_a_change_of_no_file_is_refused_as_no_change() -> None:
    """Even where no rule has said so."""
    empty = replace(evaluation(), change=build_change([]), explained=())
    assert decide(empty, may_revise=False) == Refuse((blocks("no-change"),))


def test_a_leaf_without_evidence_is_refused_for_its_place() -> None:
    """Even where no rule has said so."""
    bare = replace(evaluation(), explained=())
    refusal = decide(bare, may_revise=False)
    assert refusal == Refuse((blocks("explained-place", variant="default", key="", path=""),))


def test_the_better_candidate_has_fewer_findings_that_block() -> None:
    """Warnings do not count."""
    assert rank([blocks("a"), warns("b"), blocks("c")]) == 2
    assert rank([warns("b")]) == 0
    assert isinstance(evaluation(), Evaluation)


# every rule is run, and one that fails to run has not passed


def test_what_each_rule_finds_is_told_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that crashes is told by its name and its error, and stops no other."""

    def crash(_: object) -> list[Finding]:
        raise KeyError("x")

    rules = (
        Rule("first", 1, lambda one: [warns("first", one.change.paths[0])]),
        Rule("second", 1, crash),
        Rule("third", 1, lambda _: [blocks("third")]),
    )
    monkeypatch.setattr(checks, "RULES", rules)
    assert run_checks(good()) == (
        warns("first", "app.yml"),
        blocks("check-crashed", check="second", error="KeyError"),
        blocks("third"),
    )


# validators

CHECK = NativeCheck("nginx", ("nginx", "-t"), ("*.yml",), timeout=2.5, output=20)


def validated(ended: Ended, check: NativeCheck = CHECK, **facts: object) -> tuple[Finding, ...]:
    """What is told of a validator that ended so."""
    validation = replace(Validation("nginx", ended), **facts)  # type: ignore[arg-type]
    looked_at = case("a: 1\nb: x\n", "a: 2\nb: x\n", policy=Policy(validators=(check,)))
    return found("validators-pass", replace(looked_at, validations=(validation,)))


def test_a_validator_that_passed_says_nothing() -> None:
    """Whatever it printed."""
    assert validated(Ended.PASSED, output="warning: app.yml:1") == ()


def test_a_validator_that_failed_points_at_the_line_it_named() -> None:
    """The first changed file that its output names, with the output."""
    (one,) = validated(Ended.FAILED, output="bad: ./app.yml:12 x")
    assert one == blocks(
        "validators-pass",
        "app.yml",
        12,
        "failed",
        name="nginx",
        program="nginx",
        detail="",
        output="bad: ./app.yml:12 x",
    )


@pytest.mark.parametrize(
    ("output", "place"),
    [
        ("app.yml:3: x app.yml:1", ("app.yml", 3)),
        ("other/app.yml:3", (None, None)),
        ("my-app.yml:3", (None, None)),
        ("app.yml: broken", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_line_is_only_believed_of_a_changed_file(
    output: str, place: tuple[str | None, int | None]
) -> None:
    """Another file of the same name, or no line at all, points nowhere."""
    (one,) = validated(Ended.FAILED, output=output)
    assert (one.path, one.line) == place


def test_of_two_files_the_one_named_first_is_pointed_at() -> None:
    """By where it stands in the output, not by its name."""
    files = {"a.yml": "x: 1\n", "b.yml": "x: 1\n"}
    looked_at = case(files, dict.fromkeys(files, "x: 2\n"), policy=Policy(validators=(CHECK,)))
    failed = Validation("nginx", Ended.FAILED, output="b.yml:7 then a.yml:3")
    (one,) = found("validators-pass", replace(looked_at, validations=(failed,)))
    assert (one.path, one.line) == ("b.yml", 7)


def test_output_is_shown_from_its_end_and_nothing_as_nothing() -> None:
    """As much of it as the policy allows: exactly so many characters stand whole."""
    for output, shown in (("", "∅"), ("x" * 20, "x" * 20), ("y" + "x" * 20, "…" + "x" * 20)):
        (one,) = validated(Ended.FAILED, output=output)
        assert dict(one.facts)["output"] == shown


def test_output_is_one_line_without_colours() -> None:
    """Lines and columns run together, empty lines fall out, escapes are gone."""
    (one,) = validated(Ended.FAILED, output="\x1b[31mbad\x1b[0m\n\n  a\tb \n")
    assert dict(one.facts)["output"] == "bad a b"


def test_a_secret_of_any_file_is_hidden_in_the_output() -> None:
    """Of the base, of the files the policy names, and of the head."""
    secrets = "hunter2hunter2", "swordfish9swordfish", "opensesame7open"
    check = replace(CHECK, output=500)
    base = {"app.yml": f"password: {secrets[0]}\n", "b.yml": f"password: {secrets[1]}\n"}
    head = {"app.yml": f"password: {secrets[2]}\n", "b.yml": base["b.yml"]}
    looked_at = case(base, head, policy=Policy(validators=(check,)))
    promised = {"b.yml": looked_at.base["b.yml"]}
    failed = Validation("nginx", Ended.FAILED, output=" ".join(secrets))
    alone = replace(
        looked_at,
        base={"app.yml": looked_at.base["app.yml"]},
        promised=promised,
        validations=(failed,),
    )
    (one,) = found("validators-pass", alone)
    assert not [secret for secret in secrets if secret in dict(one.facts)["output"]]


def test_a_secret_of_the_request_is_hidden_in_the_output() -> None:
    """It may stand in no file at all."""
    check = replace(CHECK, output=500)
    text = "set the password to hunter2hunter2"
    looked_at = case("a: 1\n", "a: 2\n", text, policy=Policy(validators=(check,)))
    failed = Validation("nginx", Ended.FAILED, output="bad word hunter2hunter2")
    (one,) = found("validators-pass", replace(looked_at, validations=(failed,)))
    assert "hunter2" not in dict(one.facts)["output"]


def test_a_validator_that_failed_before_only_warns() -> None:
    """The change did not break it; one that passed before blocks."""
    (one,) = validated(Ended.FAILED, before=Ended.FAILED, detail="exit 1")
    facts = {"name": "nginx", "program": "nginx", "detail": "exit 1"}
    assert one == warns("validators-pass", None, None, "already", **facts)
    (other,) = validated(Ended.FAILED, before=Ended.PASSED)
    assert other.blocks


@pytest.mark.parametrize("ended", [Ended.MISSING, Ended.FORBIDDEN])
def test_a_validator_that_is_not_here_only_warns_where_it_is_optional(ended: Ended) -> None:
    """Without that word it blocks, whatever the reason."""
    facts = {"name": "nginx", "program": "nginx", "detail": "no such program"}
    optional = replace(CHECK, optional=True)
    assert validated(ended, optional, detail="no such program") == (
        warns("validators-pass", None, None, "skipped", **facts),
    )
    assert validated(ended, detail="no such program") == (
        blocks("validators-pass", None, None, ended.value, **facts, seconds="2.5"),
    )


@pytest.mark.parametrize("ended", [Ended.TIMEOUT, Ended.NOT_STARTED])
def test_a_validator_that_did_not_end_blocks_even_where_it_is_optional(ended: Ended) -> None:
    """The program is there: that it says nothing is no yes."""
    (one,) = validated(ended, replace(CHECK, optional=True))
    assert (one.blocks, one.variant, dict(one.facts)["seconds"]) == (True, ended.value, "2.5")


def test_a_validator_that_was_not_run_blocks_by_its_name() -> None:
    """Where another one's answer is there."""
    looked_at = case("a: 1\n", "a: 2\n", policy=Policy(validators=(CHECK,)))
    other = replace(looked_at, validations=(Validation("promtool", Ended.PASSED),))
    expected = (blocks("validators-pass", None, None, "not-run", name="nginx"),)
    assert found("validators-pass", other) == expected


def test_a_validator_is_not_judged_by_its_own_new_self() -> None:
    """A change of the script that checks is told by the script's path, even if it passes."""
    check = NativeCheck("own", ("./app.yml",), ("*.yml",))
    looked_at = case("a: 1\n", "a: 2\n", policy=Policy(validators=(check,)))
    passed = replace(looked_at, validations=(Validation("own", Ended.PASSED),))
    assert found("validators-pass", passed) == (
        blocks("validators-pass", "app.yml", None, "own-file", name="own"),
    )


def test_a_file_change_is_made_of_both_sides() -> None:
    """A file that only comes has no base to be read."""
    made = build_change([FileChange("a.yml", None, b"a: 1\n")])
    assert [one.before for one in made.leaf_changes] == [None]
