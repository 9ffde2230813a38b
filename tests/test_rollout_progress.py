"""The way of a rollout: waves, health, failures and the way back, on values alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.rollout.actions import (
    Cancel,
    Done,
    Freeze,
    Land,
    MeasureBaseline,
    Sample,
    StartRollback,
    Trigger,
    Wait,
    Watch,
    Withdraw,
    next_actions,
)
from bot.core.rollout.health import MetricCheck, ProbeCheck, Reading
from bot.core.rollout.ledger import state_from, to_json
from bot.core.rollout.plan import RolloutPlan
from bot.core.rollout.progress import begin, observe
from bot.core.rollout.rules import OnFailure, Rollout
from bot.core.rollout.state import (
    ENDED,
    IN_FLIGHT,
    Baselined,
    DeploymentState,
    Direction,
    End,
    Ended,
    Event,
    Landed,
    NotLanded,
    Phase,
    Refused,
    RollbackBegan,
    RolloutState,
    Sampled,
    Standing,
    Stopped,
    Triggered,
    standings,
)
from tests.rollouts import START, STOP, World, environment, plan_of, run, stage

UP = MetricCheck("up", above=0.5, hold=20.0, grace=10.0)
RELATIVE = MetricCheck("errors", at_most=1.5, negligible=0.01, hold=0.0, grace=0.0)


def code(state: RolloutState) -> str | None:
    """Why it turned."""
    return state.why.code if state.why else None


def test_waves_come_one_after_the_other() -> None:
    """The canary alone, then the rest in the order of the plan."""
    plan = plan_of((environment("b", 1), environment("a"), environment("c", 1)))
    world = World()
    assert run(plan, world).phase is Phase.DONE
    assert world.log == ["land whole", "m-whole-a", "m-whole-b", "m-whole-c"]


@pytest.mark.parametrize("parallel", [1, 2, 5])
def test_no_more_than_allowed_run_at_once(parallel: int) -> None:
    """A wave of five keeps to ``parallel``, and uses it."""
    plan = plan_of(tuple(environment(name) for name in "abcde"), rollout=Rollout(parallel=parallel))
    slow: dict[str, int] = {}

    def builds(which: str) -> End | None:
        slow[which] = slow.get(which, 0) + 1
        return End.SUCCEEDED if slow[which] > 3 else None

    world = World(builds=builds)
    assert run(plan, world).phase is Phase.DONE
    assert world.most == parallel


def test_a_stage_begins_only_once_the_one_before_is_healthy_everywhere() -> None:
    """Each lands, is deployed, and only then does the next one land."""
    stages = (stage("admit", "a", "b"), stage("switch", "a"), stage("remove", "a", "b"))
    world = World()
    assert run(plan_of((environment("a"), environment("b")), stages), world).phase is Phase.DONE
    assert world.log == [
        *("land admit", "m-admit-a", "m-admit-b"),
        *("land switch", "m-switch-a"),
        *("land remove", "m-remove-a", "m-remove-b"),
    ]


def test_the_parameters_know_the_commit_of_their_stage() -> None:
    """The placeholder stands until the stage has landed."""
    state = begin(plan_of((environment("a"),)), START)
    (land, _) = next_actions(state)
    assert isinstance(land, Land)
    state = observe(state, (Landed("whole", "abc"),), START)
    (trigger, _) = next_actions(state)
    assert trigger == Trigger("m-whole-a", "a", "job-a", (("CLOUD", "a"), ("SHA", "abc")), "abc")


def test_what_has_landed_already_does_not_land_again() -> None:
    """A merge that was made before the rollout is its first stage."""
    state = begin(plan_of((environment("a"),)), START, (("whole", "abc"),))
    assert isinstance(next_actions(state)[0], Trigger)


def test_a_failure_takes_everything_back_in_reverse() -> None:
    """Stage by stage, wave by wave, cloud by cloud; clouds that never began stay as they are."""
    environments = (environment("a"), environment("b", 1), environment("c", 1), environment("d", 2))
    stages = (stage("admit", "a", "b", "c"), stage("switch", "a", "b", "c", "d"))
    world = World(builds=lambda it: End.FAILED if it == "m-switch-c" else End.SUCCEEDED)
    state = run(plan_of(environments, stages), world)
    assert (state.phase, code(state)) == (Phase.ROLLED_BACK, "build-failed")
    assert world.log[world.log.index("back") + 1 :] == [
        "land undo-switch",
        *("m-undo-switch-c", "m-undo-switch-b", "m-undo-switch-a"),
        "land undo-admit",
        *("m-undo-admit-c", "m-undo-admit-b", "m-undo-admit-a"),
    ]
    assert "m-switch-d" not in world.log


def test_no_wave_begins_after_a_failure() -> None:
    """What is at work is waited for, nothing new begins."""
    plan = plan_of((environment("a"), environment("b"), environment("c", 1)))
    state = begin(plan, START, (("whole", "x"),))
    state = observe(state, (Triggered("m-whole-a"), Triggered("m-whole-b")), START)
    state = observe(state, (Ended("m-whole-a", End.FAILED),), START)
    assert state.phase is Phase.HALTING
    assert [type(one) for one in next_actions(state)] == [Watch, Wait]
    state = observe(state, (Ended("m-whole-b", End.SUCCEEDED),), START)
    assert isinstance(next_actions(state)[0], StartRollback)


def test_a_failing_way_back_freezes() -> None:
    """It is said what failed first, and what kept it from being taken back."""
    world = World(builds=lambda it: End.FAILED)
    state = run(plan_of((environment("a"),)), world)
    (freeze,) = next_actions(state)
    assert isinstance(freeze, Freeze)
    assert freeze.why is not None
    assert freeze.stuck is not None
    assert (freeze.why.code, freeze.stuck.code) == ("build-failed", "build-failed")


def test_a_revert_that_cannot_land_freezes() -> None:
    """Somebody else changed the same files since."""
    world = World(builds=lambda _: End.FAILED, lands=lambda name: name == "whole")
    state = run(plan_of((environment("a"),)), world)
    assert state.phase is Phase.FROZEN
    assert state.stuck is not None
    assert state.stuck.code == "not-landed"


def test_a_policy_may_ask_to_stop_instead() -> None:
    """Nothing is touched any more."""
    world = World(builds=lambda _: End.FAILED)
    state = run(plan_of((environment("a"),), rollout=STOP), world)
    assert state.phase is Phase.FROZEN
    assert world.log == ["land whole", "m-whole-a"]


def test_where_nothing_landed_there_is_nothing_to_take_back() -> None:
    """A merge that was refused ends the rollout as if it had never been."""
    state = run(plan_of((environment("a"),)), World(lands=lambda _: False))
    assert (state.phase, code(state)) == (Phase.ROLLED_BACK, "not-landed")
    assert next_actions(state) == (Done(Phase.ROLLED_BACK, state.why),)


@pytest.mark.parametrize("end", [End.FAILED, End.HUNG, End.GONE])
def test_every_bad_end_of_a_build_is_a_failure(end: End) -> None:
    """Each under its own name."""
    world = World(builds=lambda it: end if it == "m-whole-a" else End.SUCCEEDED)
    state = run(plan_of((environment("a"),)), world)
    assert (state.phase, code(state)) == (Phase.ROLLED_BACK, f"build-{end.value}")


def test_a_build_that_takes_too_long_is_cancelled_and_taken_back() -> None:
    """Cancelled first, so that no two builds of one cloud are at work."""
    world = World(builds=lambda it: None if it == "m-whole-a" else End.SUCCEEDED)
    state = run(plan_of((environment("a", timeout=30),)), world)
    assert (state.phase, code(state)) == (Phase.ROLLED_BACK, "build-timeout")
    assert world.cancelled == {"m-whole-a"}


def test_a_build_that_cannot_be_ended_freezes() -> None:
    """Rolling back beside it would mix two deployments."""
    world = World(builds=lambda _: None, cancels=False)
    state = run(plan_of((environment("a", timeout=30),)), world)
    assert state.phase is Phase.FROZEN
    assert state.stuck is not None
    assert state.stuck.code == "build-endless"
    assert world.log == ["land whole", "m-whole-a"]


def test_a_build_forgotten_in_the_queue_is_asked_for_again() -> None:
    """Jenkins restarted: it never began, so nothing happened twice; and nothing is taken back."""
    forgets = iter([End.GONE, End.GONE])
    world = World(builds=lambda _: next(forgets, End.SUCCEEDED))
    state = run(plan_of((environment("a"),)), world)
    assert (state.phase, code(state)) == (Phase.DONE, None)
    assert world.log == ["land whole", *["m-whole-a"] * 3]
    assert world.most == 1


def test_a_jenkins_that_forgets_again_and_again_does_not_deploy() -> None:
    """Three times is no accident."""
    world = World(builds=lambda it: End.GONE if it == "m-whole-a" else End.SUCCEEDED)
    state = run(plan_of((environment("a"),)), world)
    assert (state.phase, code(state)) == (Phase.ROLLED_BACK, "build-gone")
    assert world.log.count("m-whole-a") == 4


def test_a_build_that_began_and_is_gone_is_never_asked_for_again() -> None:
    """Nobody knows what it did before somebody deleted it."""
    state = begin(plan_of((environment("a"),)), START, (("whole", "x"),))
    state = observe(state, (Triggered("m-whole-a"), Triggered("m-whole-a", began=True)), START)
    state = observe(state, (Triggered("m-whole-a"), Ended("m-whole-a", End.GONE)), START)
    assert (state.phase, code(state)) == (Phase.TURNING, "build-gone")
    assert not any(isinstance(one, Trigger) for one in next_actions(state))


def test_nothing_is_asked_for_again_once_something_failed() -> None:
    """What is gone stays gone while it is being halted."""
    state = begin(plan_of((environment("a"),)), START, (("whole", "x"),))
    events = (Triggered("m-whole-a"), Stopped("dana"), Ended("m-whole-a", End.GONE))
    assert observe(state, events, START).phase is Phase.TURNING


def test_time_in_which_nobody_looked_is_held_against_no_build() -> None:
    """The bot was away for an hour: both builds have long succeeded, and neither is cancelled."""
    plan = plan_of((environment("a", timeout=30), environment("b", timeout=30)))
    state = begin(plan, START, (("whole", "x"),))
    state = observe(state, (Triggered("m-whole-a"), Triggered("m-whole-b")), START)
    for cloud in "ab":
        state = observe(state, (Ended(f"m-whole-{cloud}", End.SUCCEEDED),), START + 3600)
    assert state.phase is Phase.DONE


def test_a_build_that_runs_on_while_nobody_looks_has_its_time_again() -> None:
    """It is cancelled once it was watched for as long as it may take, not never."""
    state = begin(plan_of((environment("a", timeout=30),)), START, (("whole", "x"),))
    state = observe(state, (Triggered("m-whole-a"),), START)
    state = observe(state, (Triggered("m-whole-a", began=True),), START + 3600)
    assert state.phase is Phase.ROLLING
    state = observe(state, (), START + 3631)
    assert (state.phase, code(state)) == (Phase.HALTING, "build-timeout")


def test_a_trigger_that_nobody_takes_is_given_up() -> None:
    """The build server was away for as long as a build may take."""
    state = begin(plan_of((environment("a", timeout=30),)), START, (("whole", "x"),))
    state = observe(state, (), START + 31)
    assert (state.phase, code(state)) == (Phase.TURNING, "trigger-timeout")


def test_a_refused_trigger_leaves_its_cloud_alone() -> None:
    """There is no such job: the cloud is not deployed on the way back either."""
    state = begin(plan_of((environment("a"),)), START, (("whole", "x"),))
    state = observe(state, (Refused("m-whole-a", "gone"), RollbackBegan()), START)
    assert code(state) == "trigger-refused"
    state = observe(state, (Landed("undo-whole", "y"),), START)
    assert state.phase is Phase.ROLLED_BACK


def test_a_landing_is_decided_before_anything_is_taken_back() -> None:
    """A stage that lands after the failure is taken back too."""
    plan = plan_of((environment("a"),), (stage("admit", "a"), stage("remove", "a")))
    state = observe(begin(plan, START), (Stopped("somebody"),), START)
    assert [type(one) for one in next_actions(state)] == [Withdraw, Wait]
    state = observe(state, (Landed("admit", "x"), RollbackBegan()), START)
    (land, _) = next_actions(state)
    assert isinstance(land, Land)
    assert land.stage.undoes == "admit"
    state = observe(begin(plan, START), (Stopped("s"), NotLanded("admit")), START)
    assert state.phase is Phase.ROLLED_BACK


def test_health_must_be_good_for_its_time() -> None:
    """Good once is not good for twenty seconds."""
    state = begin(plan_of((environment("a", 0, UP),)), START, (("whole", "x"),))
    built = (Triggered("m-whole-a"), Ended("m-whole-a", End.SUCCEEDED))
    state = observe(state, built, START)
    for second in (0, 5, 10, 15):
        good = Sampled("m-whole-a", 0, Reading((1.0,), START + second))
        state = observe(state, (good,), START + second)
        assert state.phase is Phase.ROLLING
    state = observe(state, (Sampled("m-whole-a", 0, Reading((1.0,), START + 20)),), START + 20)
    assert state.phase is Phase.DONE


def test_a_silence_breaks_the_time_of_being_good() -> None:
    """Good an hour ago and good now is not good for an hour."""
    state = begin(plan_of((environment("a", 0, UP),)), START, (("whole", "x"),))
    state = observe(state, (Triggered("m-whole-a"), Ended("m-whole-a", End.SUCCEEDED)), START)
    for second in (0, 3600):
        good = Sampled("m-whole-a", 0, Reading((1.0,), START + second))
        state = observe(state, (good,), START + second)
    assert state.phase is Phase.ROLLING


@pytest.mark.parametrize(
    ("reading", "why"),
    [
        (Reading((0.0,)), "unhealthy"),
        (Reading((1.0, 0.0)), "unhealthy"),
        (Reading(), "health-unknown"),
        (Reading((float("nan"),)), "health-unknown"),
        (Reading((1.0,), START - 1), "health-unknown"),
    ],
)
def test_bad_empty_and_stale_are_not_healthy(reading: Reading, why: str) -> None:
    """None of them lets the wave end; each is taken back."""

    def reads(which: str, _: int) -> Reading:
        return reading if "undo" not in which else Reading((1.0,))

    state = run(plan_of((environment("a", 0, UP),)), World(reads=reads))
    assert (state.phase, code(state)) == (Phase.ROLLED_BACK, why)


def test_a_start_may_be_rough() -> None:
    """Bad within the grace, good after it."""
    readings = iter([Reading((0.0,)), Reading()])
    world = World(reads=lambda _run, _index: next(readings, Reading((1.0,))))
    assert run(plan_of((environment("a", 0, UP),)), world).phase is Phase.DONE


def test_what_never_settles_is_given_up() -> None:
    """Good, then nothing, for ever: never good for long enough."""
    count = 0

    def reads(which: str, _: int) -> Reading:
        nonlocal count
        count += 1
        return Reading((1.0,)) if "undo" in which or count % 3 else Reading()

    state = run(plan_of((environment("a", 0, UP),)), World(reads=reads))
    assert code(state) == "health-slow"


def test_a_wave_soaks_before_the_next() -> None:
    """Health is still looked at meanwhile; bad then is bad."""
    environments = (environment("a", 0, replace(UP, hold=0.0, grace=0.0)), environment("b", 1))
    plan = plan_of(environments, rollout=Rollout(soak=100.0))
    state = begin(plan, START, (("whole", "x"),))
    state = observe(state, (Triggered("m-whole-a"), Ended("m-whole-a", End.SUCCEEDED)), START)
    state = observe(state, (Sampled("m-whole-a", 0, Reading((1.0,), START)),), START)
    assert [type(one) for one in next_actions(state)] == [Sample, Wait]
    bad = observe(state, (Sampled("m-whole-a", 0, Reading((0.0,), START + 50)),), START + 50)
    assert code(bad) == "unhealthy"
    good = observe(state, (Sampled("m-whole-a", 0, Reading((1.0,), START + 99)),), START + 99)
    assert not any(isinstance(one, Trigger) for one in next_actions(good))
    good = observe(good, (), START + 100)
    assert [type(one) for one in next_actions(good)] == [Trigger, Wait]


def test_the_baseline_comes_before_anything_else() -> None:
    """Nothing lands until it is known; one that cannot be read ends it there."""
    plan = plan_of((environment("a", 0, RELATIVE),))
    state = begin(plan, START)
    assert [type(one) for one in next_actions(state)] == [MeasureBaseline, Wait]
    lost = state
    for second in range(116):  # asked every second, yet tries are five seconds apart
        assert lost.phase is Phase.BASELINE
        lost = observe(lost, (Baselined("a", 0, Reading()),), START + second)
    assert (lost.phase, code(lost)) == (Phase.ROLLED_BACK, "baseline-missing")
    state = observe(state, (Baselined("a", 0, Reading((2.0, 4.0), START)),), START)
    assert isinstance(next_actions(state)[0], Land)
    assert state.baselines[0].value == 2.0


@pytest.mark.parametrize(("value", "good"), [(3.0, True), (3.1, False), (0.009, True)])
def test_values_are_compared_with_the_baseline(value: float, good: bool) -> None:
    """One and a half times 2 is 3; what is negligible never counts."""
    plan = plan_of((environment("a", 0, RELATIVE),))
    world = World(reads=lambda which, _: Reading((value if "whole" in which else 2.0,)))
    if not good:
        world.reads = lambda which, _: Reading((value if which == "m-whole-a" else 2.0,))
    assert run(plan, world).phase is (Phase.DONE if good else Phase.ROLLED_BACK)


def test_a_probe_must_answer_in_time() -> None:
    """The status, and how long it took."""
    plan = plan_of((environment("a", 0, ProbeCheck("http://a/", 204, 2.0, grace=0.0)),))
    for status, seconds, phase in [
        (204, 1.0, Phase.DONE),
        (200, 1.0, Phase.ROLLED_BACK),
        (204, 3.0, Phase.ROLLED_BACK),
    ]:

        def reads(which: str, _: int, status: int = status, seconds: float = seconds) -> Reading:
            back = "undo" in which
            return Reading((), None, 204 if back else status, 1.0 if back else seconds)

        assert run(plan, World(reads=reads)).phase is phase


def test_events_about_nothing_awaited_change_nothing() -> None:
    """Twice the same, somebody else's, too late."""
    plan = plan_of((environment("a", 0, UP), environment("b", 1)))
    state = begin(plan, START, (("whole", "x"),))
    for event in (
        Landed("whole", "y"),
        Landed("other", "y"),
        NotLanded("whole"),
        Triggered("m-whole-b"),
        Refused("m-whole-b"),
        Ended("m-whole-b", End.SUCCEEDED),
        Sampled("m-whole-a", 0, Reading()),
        Sampled("nobody", 7, Reading()),
        Baselined("a", 0, Reading()),
        RollbackBegan(),
    ):
        assert observe(state, (event,), START) == state
    assert observe(state, (), START - 50) == state


# laws
ENVIRONMENTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([(), (UP,), (RELATIVE,)])), min_size=1, max_size=4
)


@st.composite
def plans(draw: st.DrawFn) -> RolloutPlan:
    """Up to four environments in up to three waves and stages."""
    made = tuple(
        environment(f"e{n}", wave, *health, timeout=40)
        for n, (wave, health) in enumerate(draw(ENVIRONMENTS))
    )
    names = [one.name for one in made]
    stages = tuple(
        stage(name, *draw(st.lists(st.sampled_from(names), unique=True)))
        for name in draw(st.sampled_from([("whole",), ("admit", "remove"), ("admit", "switch")]))
    )
    rules = Rollout(
        parallel=draw(st.integers(1, 3)),
        soak=draw(st.sampled_from([0.0, 7.0])),
        on_failure=draw(st.sampled_from(list(OnFailure))),
    )
    return plan_of(made, stages, rules)


def answer(draw: st.DrawFn, state: RolloutState, now: float) -> list[Event]:
    """What a world full of trouble makes of the actions; some it forgets."""
    events: list[Event] = []
    luck = st.integers(0, 9)
    for action in next_actions(state):
        roll = draw(luck)
        match action:
            case Land() | Withdraw() if roll < 8:
                name = action.stage.name
                events.append(NotLanded(name) if roll == 0 else Landed(name, f"c{name}"))
            case MeasureBaseline():
                events.append(
                    Baselined(action.environment, action.index, Reading((1.0,) * (roll > 2), now))
                )
            case Trigger() if roll < 9:
                events.append(Refused(action.run) if roll == 0 else Triggered(action.run))
            case Watch() if roll < 6:
                ends = [End.FAILED, End.GONE, *[End.SUCCEEDED] * 4]
                events.append(Ended(action.run, ends[roll]))
            case Sample() if roll < 9:
                values = (0.0,) if roll == 0 else (1.0,) * (roll > 1)
                events.append(Sampled(action.run, action.index, Reading(values, now)))
            case StartRollback():
                events.append(RollbackBegan())
            case _:
                pass
    if draw(st.integers(0, 60)) == 0:
        events.append(Stopped("somebody"))
    events += draw(st.lists(st.sampled_from(events), max_size=2)) if events else []
    return draw(st.permutations(events))


def check_step(before: RolloutState, after: RolloutState, begun: set[str]) -> None:
    """What must hold of every step."""
    for one in after.tracks:
        was = before.track(one.deployment.id)
        fresh = was is None or was.state is DeploymentState.WAITING
        if fresh and one.state is not DeploymentState.WAITING:
            assert one.deployment.id not in begun
            assert not before.ended
            begun.add(one.deployment.id)
            _must_be_its_turn(after, one.deployment.id)
    busy = [one for one in after.tracks if one.state in IN_FLIGHT]
    assert len(busy) <= after.plan.parallel
    assert len({one.deployment.environment for one in busy}) == len(busy)
    if before.ended:
        assert after == before


def _must_be_its_turn(state: RolloutState, run_id: str) -> None:
    """Everything of the waves and stages before it is healthy."""
    for planned in state.course:
        for wave in planned.waves:
            if run_id in {one.id for one in wave}:
                return
            for one in wave:
                track = state.track(one.id)
                assert track is not None
                assert track.state is DeploymentState.HEALTHY


@settings(max_examples=250)
@given(st.data(), plans())
def test_whatever_happens_it_ends_whole_or_is_frozen(
    data: st.DataObject, plan: RolloutPlan
) -> None:
    """Exactly one end; no run begins twice, out of turn, or after the end; back means all of it."""
    now, state = START, begin(plan, START)
    begun: set[str] = set()
    check_step(replace(state, tracks=()), state, begun)
    for _ in range(3_000):
        if state.ended:
            break
        now += data.draw(st.sampled_from([0.5, 5.0, 15.0]))
        for event in answer(data.draw, state, now):  # type: ignore[arg-type]
            after = observe(state, (event,), now)
            check_step(state, after, begun)
            state = after
        after = observe(state, (), now)
        check_step(state, after, begun)
        state = state_from(json.loads(json.dumps(to_json(after))))
        assert state == after
    assert state.phase in ENDED
    assert len(next_actions(state)) == 1
    assert not any(one.state in IN_FLIGHT for one in state.tracks)
    _must_be_whole(state)


def _must_be_whole(state: RolloutState) -> None:
    """Done: all healthy. Rolled back: what landed is undone, what was touched is deployed again."""
    landed = {name for name, _ in state.commits}
    if state.phase is Phase.DONE:
        assert all(one.state is DeploymentState.HEALTHY for one in state.tracks)
        assert landed == {one.name for one in state.plan.stages}
    if state.phase is Phase.ROLLED_BACK and state.direction is Direction.BACK:
        forward = {name for name in landed if not name.startswith("undo-")}
        assert landed == forward | {f"undo-{name}" for name in forward}
        back = [one for one in state.tracks if one.deployment.stage.startswith("undo-")]
        assert all(one.state is DeploymentState.HEALTHY for one in back)


def test_cancelling_asks_until_it_has_ended() -> None:
    """The same state asks for the same."""
    state = begin(plan_of((environment("a", timeout=30),)), START, (("whole", "x"),))
    state = observe(state, (Triggered("m-whole-a"),), START)
    state = observe(state, (), START + 31)
    assert [type(one) for one in next_actions(state)] == [Cancel, Watch, Wait]
    assert next_actions(state) == next_actions(observe(state, (), START + 32))
    late = observe(state, (Ended("m-whole-a", End.SUCCEEDED),), START + 33)
    assert late.phase is Phase.TURNING


def test_people_see_where_each_cloud_is() -> None:
    """The newest of its deployments, on the way there and back."""
    plan = plan_of(
        (environment("a"), environment("b", 1)), (stage("admit", "a"), stage("remove", "a", "b"))
    )
    state = begin(plan, START, (("admit", "x"),))
    waiting, due = DeploymentState.WAITING, DeploymentState.DUE
    assert standings(state) == (Standing("a", "admit", due), Standing("b", "remove", waiting))
    state = observe(state, (Triggered("m-admit-a"), Ended("m-admit-a", End.FAILED)), START)
    assert standings(state)[0].state is DeploymentState.FAILED
    state = observe(state, (RollbackBegan(), Landed("undo-admit", "y")), START)
    assert standings(state)[0] == Standing("a", "undo-admit", due)


def test_a_state_of_another_version_is_refused() -> None:
    """It would be read as something that it is not."""
    state = to_json(begin(plan_of((environment("a", 0, UP),)), START))
    with pytest.raises(ValueError, match="another version"):
        state_from({**state, "version": 0})
