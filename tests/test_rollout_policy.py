"""What a policy says about rolling out, its templates, and what a reading of health says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.policy import Environment, Policy
from bot.core.rollout.health import (
    MetricCheck,
    ProbeCheck,
    Reading,
    Verdict,
    baseline_of,
    judge,
)
from bot.core.rollout.rules import Admission, OnFailure, Rollout, WhileRolling
from bot.core.rollout.templates import (
    NAMES,
    UnknownNameError,
    health_names,
    health_values,
    names_in,
    render,
    unknown_in,
)
from bot.policy import PolicyError, parse_policy

FULL = """\
environments:
  a:
    paths: [a/**]
    job: j
    parameters: {CLOUD: a, TAG: "{commit}-{run}-{stage}-{request}-{environment}", N: 3}
    wave: 2
    timeout: 1h30m10s
    health:
      - {promql: 'up{job="{environment}"}', above: 0, below: 2.5, for: 10s, grace: 0}
      - {promql: e, at_most: 1.5x baseline, at_least: 0.5x baseline, negligible: 0.01}
      - {http: "https://{cloud}.example.com/{CLOUD}", status: 204, within: 0.5, for: 5}
  b: {paths: [b/**], job: j}
rollout:
  parallel: 3
  soak: 90
  make_before_break: false
  on_failure: stop
  while_rolling: allow
  admission: [{files: "a/**", key: "x > **"}, {files: [b, c]}]
"""
NOW = 10_000.0


def read(text: str) -> Policy:
    """The policy in ``text``."""
    return parse_policy(".cfgbot.yml", text.encode())


def test_everything_about_rolling_out_is_read() -> None:
    """Each key once, as values; what is not said is the default."""
    made = read(FULL)
    first, second = made.environments
    assert (first.wave, first.timeout) == (2, 5_410.0)
    assert first.health == (
        MetricCheck('up{job="{environment}"}', above=0, below=2.5, hold=10, grace=0),
        MetricCheck("e", at_most=1.5, at_least=0.5, negligible=0.01),
        ProbeCheck("https://{cloud}.example.com/{CLOUD}", 204, 0.5, hold=5),
    )
    assert second == Environment("b", ("b/**",), "j")
    assert made.rollout == Rollout(
        3,
        90.0,
        make_before_break=False,
        on_failure=OnFailure.STOP,
        while_rolling=WhileRolling.ALLOW,
        admission=(Admission(("a/**",), "x > **"), Admission(("b", "c"))),
    )
    assert read("{}").rollout == Rollout()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("45s", 45), ("5m", 300), ("2h", 7_200), ("1h1m1s", 3_661), ("90", 90), ("'10s'", 10)],
)
def test_times_have_units_or_are_seconds(said: str, seconds: float) -> None:
    """In order, each unit once."""
    assert read(f"rollout: {{soak: {said}}}").rollout.soak == seconds


@pytest.mark.parametrize("said", ["''", "s", "1m1h", "-1", "1.5m", "true", "1d", "25h", "[1]", "~"])
def test_what_is_no_time_is_an_error(said: str) -> None:
    """Also one that is too long."""
    with pytest.raises(PolicyError) as caught:
        read(f"rollout: {{soak: {said}}}")
    assert {one.code for one in caught.value.faults} == {"bad-duration"}


def test_a_wrong_name_is_told_the_nearest() -> None:
    """With its line."""
    with pytest.raises(PolicyError) as caught:
        read(FULL.replace("{commit}", "{comit}").replace("{cloud}", "{clud}"))
    assert [(one.code, one.line) for one in caught.value.faults] == [
        ("template-unknown-near", 5),
        ("template-unknown-near", 11),
    ]
    assert "did you mean {commit}?" in caught.value.facts["detail"]
    assert "{cloud}인가요?" in caught.value.facts["detail_ko"]


# templates
@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{a}-{ b }", "1-2"),
        ('up{job="{a}"}', 'up{job="1"}'),
        ("x{}", "x{}"),
        ('n{q=~"a{2}", r="{{a}}"}', 'n{q=~"a{2}", r="{a}"}'),
        ("plain", "plain"),
    ],
)
def test_only_a_name_in_braces_is_a_placeholder(text: str, made: str) -> None:
    """PromQL has braces of its own."""
    assert render(text, {"a": "1", "b": "2"}) == made


def test_values_are_not_looked_into() -> None:
    """What somebody put into a value stays what it is."""
    assert render("{a}", {"a": "{b}", "b": "2"}) == "{b}"


def test_an_unknown_name_never_stays() -> None:
    """It is named."""
    with pytest.raises(UnknownNameError) as caught:
        render("{a}", {})
    assert caught.value.name == "a"
    assert names_in("{a}{b}{a}{{c}}") == ("a", "b")
    assert unknown_in("{commit} {zzz}", NAMES) == ("zzz",)


@given(st.text(), st.dictionaries(st.sampled_from("abc"), st.text(), min_size=3))
def test_rendering_knows_exactly_the_names_it_finds(text: str, values: dict[str, str]) -> None:
    """It fails where a name is unknown, and nowhere else."""
    if unknown_in(text, values):
        with pytest.raises(UnknownNameError):
            render(text, values)
    else:
        render(text, values)


def test_health_may_name_the_environment_s_own_parameters() -> None:
    """In either case; the environment's name is its own."""
    parameters = (("CLOUD", "x"), ("Environment", "y"))
    assert set(health_names(parameters)) == set(health_values("e", parameters))
    assert health_values("e", parameters)["environment"] == "e"
    assert health_values("e", parameters)["cloud"] == "x"


# health
UP = MetricCheck("up", above=1.0, below=3.0)
MOST = MetricCheck("e", at_most=1.5)
LEAST = MetricCheck("e", at_least=0.5)


@pytest.mark.parametrize(
    ("check", "values", "baseline", "verdict"),
    [
        (UP, (2.0,), None, Verdict.GOOD),
        (UP, (1.0,), None, Verdict.BAD),
        (UP, (3.0,), None, Verdict.BAD),
        (UP, (2.0, 0.0), None, Verdict.BAD),
        (UP, (), None, Verdict.EMPTY),
        (UP, (2.0, float("nan")), None, Verdict.EMPTY),
        (UP, (float("inf"),), None, Verdict.EMPTY),
        (MOST, (1.5,), 1.0, Verdict.GOOD),
        (MOST, (1.6,), 1.0, Verdict.BAD),
        (MOST, (0.0,), 0.0, Verdict.GOOD),
        (MOST, (0.1,), 0.0, Verdict.BAD),
        (MOST, (1.0,), None, Verdict.EMPTY),
        (MOST, (1.0,), float("nan"), Verdict.EMPTY),
        (MetricCheck("e", at_most=1.5, negligible=0.1), (0.1,), 0.0, Verdict.GOOD),
        (MetricCheck("e", at_most=1.5, negligible=0.1), (0.2,), 0.0, Verdict.BAD),
        (MetricCheck("e", above=0.5, at_most=2.0, negligible=9.0), (0.4,), 1.0, Verdict.BAD),
        (LEAST, (0.5,), 1.0, Verdict.GOOD),
        (LEAST, (0.4,), 1.0, Verdict.BAD),
    ],
)
def test_a_metric_is_good_only_where_every_series_is(
    check: MetricCheck, values: tuple[float, ...], baseline: float | None, verdict: Verdict
) -> None:
    """What cannot be told is not good."""
    assert judge(check, Reading(values, NOW), baseline, NOW, NOW) is verdict


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        (NOW, Verdict.GOOD),
        (NOW - 100, Verdict.GOOD),
        (NOW - 151, Verdict.STALE),
        (NOW - 301, Verdict.STALE),
        (None, Verdict.STALE),
    ],
)
def test_old_news_is_stale(at: float | None, verdict: Verdict) -> None:
    """Older than any sample should be."""
    assert judge(UP, Reading((2.0,), at), None, NOW - 300, NOW) is verdict


def test_news_from_before_the_deployment_is_stale() -> None:
    """It says nothing about what was deployed."""
    assert judge(UP, Reading((2.0,), NOW - 5), None, NOW - 4, NOW) is Verdict.STALE


def test_the_baseline_is_the_strictest_of_its_series() -> None:
    """The least for an upper bound, the most for a lower one; nothing unusable."""
    assert baseline_of(MOST, Reading((3.0, 2.0), NOW), NOW) == 2.0
    assert baseline_of(LEAST, Reading((3.0, 2.0), NOW), NOW) == 3.0
    for reading in (
        Reading(),
        Reading((1.0,)),
        Reading((1.0,), NOW - 200),
        Reading((1.0,), NOW + 100),
        Reading((float("nan"),), NOW),
    ):
        assert baseline_of(MOST, reading, NOW) is None


def test_a_probe_that_did_not_answer_is_empty() -> None:
    """Neither status nor time."""
    check = ProbeCheck("http://a/")
    assert judge(check, Reading(), None, NOW, NOW) is Verdict.EMPTY
    assert judge(check, Reading(status=200, seconds=5.0), None, NOW, NOW) is Verdict.GOOD
    assert judge(check, Reading(status=200, seconds=5.1), None, NOW, NOW) is Verdict.BAD
    assert judge(check, Reading(status=500, seconds=0.1), None, NOW, NOW) is Verdict.BAD
    assert not check.compares
