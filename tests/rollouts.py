"""Rollouts on values: plans made of a few words, and a world that answers every action."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.core.change import FileChange
from bot.core.policy import Environment, Policy
from bot.core.rollout.actions import (
    Action,
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
from bot.core.rollout.health import HealthCheck, Reading
from bot.core.rollout.ledger import state_from, to_json
from bot.core.rollout.plan import PlannedStage, RolloutPlan, make_plan
from bot.core.rollout.progress import begin, observe
from bot.core.rollout.rules import OnFailure, Rollout
from bot.core.rollout.stages import Stage, StageName
from bot.core.rollout.state import (
    Baselined,
    End,
    Ended,
    Event,
    Landed,
    NotLanded,
    Refused,
    RollbackBegan,
    RolloutState,
    Sampled,
    Triggered,
)

START = 1_000_000.0
NAMES = ("admit", "switch", "remove")


def environment(
    name: str, wave: int = 0, *health: HealthCheck, timeout: float = 600
) -> Environment:
    """An environment whose files are those under its name."""
    parameters = (("CLOUD", name), ("SHA", "{commit}"))
    return Environment(name, (f"{name}/**",), f"job-{name}", parameters, wave, timeout, health)


def stage(name: str, *environments: str) -> Stage:
    """A stage that touches those environments."""
    files = tuple(FileChange(f"{one}/a", b"1", name.encode()) for one in environments)
    return Stage(StageName(name), files)


def plan_of(
    environments: tuple[Environment, ...],
    stages: tuple[Stage, ...] | None = None,
    rollout: Rollout | None = None,
) -> RolloutPlan:
    """The plan of ``stages``; without any, of one that touches all."""
    whole = (stage("whole", *(one.name for one in environments)),)
    policy = Policy(environments=environments, rollout=rollout or Rollout())
    return make_plan(policy, stages or whole, "m")


@dataclass
class World:
    """Answers actions as a scripted world would; remembers what was asked, in order.

    ``builds`` says how the build of a run ends (None: it runs on), ``reads`` what a check reads,
    ``lands`` whether a stage lands.
    """

    builds: Callable[[str], End | None] = lambda _: End.SUCCEEDED
    reads: Callable[[str, int], Reading] = lambda _run, _index: Reading((1.0,), None)
    lands: Callable[[str], bool] = lambda _: True
    cancels: bool = True
    log: list[str] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    most: int = 0

    def answers(self, action: Action, now: float) -> Iterator[Event]:
        """What comes of ``action``."""
        match action:
            case Land() | Withdraw():
                yield from self._land(action.stage)
            case MeasureBaseline():
                yield Baselined(action.environment, action.index, self._read("", action.index, now))
            case Trigger():
                assert action.run not in self.log or action.run in self.forgotten
                self.log.append(action.run)
                self.running.add(action.run)
                self.most = max(self.most, len(self.running))
                yield Triggered(action.run)
            case Watch():
                yield from self._watch(action.run)
            case Cancel():
                if self.cancels:
                    self.cancelled.add(action.run)
            case Sample():
                yield Sampled(action.run, action.index, self._read(action.run, action.index, now))
            case StartRollback():
                self.log.append("back")
                yield RollbackBegan()
            case Wait() | Freeze() | Done():
                pass

    def _land(self, planned: PlannedStage) -> Iterator[Event]:
        if self.lands(planned.name):
            self.log.append(f"land {planned.name}")
            yield Landed(planned.name, f"c-{planned.name}")
        else:
            yield NotLanded(planned.name, "refused")

    def _watch(self, run: str) -> Iterator[Event]:
        end = End.FAILED if run in self.cancelled else self.builds(run)
        if run in self.running and end is not None:
            self.running.discard(run)
            if end is End.GONE:
                self.forgotten.add(run)
            yield Ended(run, end)
        elif run not in self.log:
            yield Ended(run, End.GONE)

    def _read(self, run: str, index: int, now: float) -> Reading:
        said = self.reads(run, index)
        at = now if said.values and said.at is None else said.at
        return Reading(said.values, at, said.status, said.seconds)


def run(plan: RolloutPlan, world: World, steps: int = 2_000) -> RolloutState:
    """The rollout carried to its end, its state written and read again at every step."""
    now = START
    state = begin(plan, now)
    for _ in range(steps):
        if state.ended:
            return state
        for action in next_actions(state):
            if isinstance(action, Wait):
                now += action.seconds
            else:
                state = observe(state, tuple(world.answers(action, now)), now)
                if action not in next_actions(state) and not isinstance(action, Trigger):
                    break
        state = observe(state_from(to_json(state)), (), now)
    raise AssertionError(f"never ended: {state.phase} {state.landing}")


def refusing(run_id: str) -> tuple[Event, ...]:
    """The answer to a trigger that the build server will never take."""
    return (Refused(run_id, "no such job"),)


STOP = Rollout(on_failure=OnFailure.STOP)
