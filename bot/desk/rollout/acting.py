"""One action of a rollout, carried out: Jenkins told or asked, health read, a stage landed.

Decides nothing: the state asks, this acts, and what came of it goes back into the state at once.
An action that the state no longer asks for is not carried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.rollout.actions import (
    Action,
    Cancel,
    Land,
    MeasureBaseline,
    Sample,
    StartRollback,
    Trigger,
    Watch,
    Withdraw,
    next_actions,
)
from bot.core.rollout.ledger import state_from, to_json
from bot.core.rollout.progress import observe
from bot.core.rollout.state import (
    Baselined,
    End,
    Ended,
    Event,
    Refused,
    RollbackBegan,
    RolloutState,
    Sampled,
    Triggered,
)
from bot.desk.office import Json, Office
from bot.desk.rollout.clock import clock
from bot.desk.rollout.reading import read
from bot.desk.rollout.rows import rows_of
from bot.desk.rollout.undoing import land
from bot.desk.saying import load
from bot.ports import Build, BuildState, DeployError

# Troubles that pass: the action is simply asked for again.
_RETRY = frozenset({"deploy-unreachable"})
_ENDS = {
    BuildState.SUCCEEDED: End.SUCCEEDED,
    BuildState.FAILED: End.FAILED,
    BuildState.GONE: End.GONE,
}
LOG_LINES = 20
Told = tuple[tuple[Event, ...], dict[str, Any] | None]


def state_of(office: Office, key: str) -> RolloutState:
    """Where the task's rollout is. Raises LookupError where there is none."""
    task = load(office, key)
    if task.rollout is None:
        raise LookupError(f"{key} is not being rolled out")
    return state_from(task.rollout)


def label_of(action: Action) -> str | None:
    """A name for the action's step; None for what is no action of its own."""
    match action:
        case MeasureBaseline(environment, index):
            return f"baseline:{environment}:{index}"
        case Land(stage) | Withdraw(stage):
            return f"{type(action).__name__.lower()}:{stage.name}"
        case Trigger(run) | Watch(run) | Cancel(run):
            return f"{type(action).__name__.lower()}:{run}"
        case Sample(run, _, index):
            return f"sample:{run}:{index}"
        case StartRollback():
            return "turn-back"
        case _:
            return None


def perform(office: Office, key: str, label: str) -> None:
    """Carry out the action called ``label``, if it still is asked for, and note what came of it."""
    state = state_of(office, key)
    action = next((one for one in next_actions(state) if label_of(one) == label), None)
    if action is not None:
        record(office, key, *_done(office, key, action))


def record(
    office: Office, key: str, events: Sequence[Event] = (), known: dict[str, Any] | None = None
) -> RolloutState:
    """The state after ``events`` and now, in the ledger."""
    state = observe(state_of(office, key), events, clock(office))
    rows = rows_of(state, load(office, key).builds, known)
    office.ledger.change(key, rollout=to_json(state), builds=rows)
    return state


def _done(office: Office, key: str, action: Action) -> Told:
    match action:
        case MeasureBaseline(environment, index, check):
            return (Baselined(environment, index, read(office, check)),), None
        case Sample(run, _, index, check):
            return (Sampled(run, index, read(office, check)),), None
        case Land(stage) | Withdraw(stage):
            return land(office, key, stage, withdraw=isinstance(action, Withdraw)), None
        case Trigger():
            return _trigger(office, key, action)
        case Watch(run, job):
            return _look(office, key, job, run, cancel=False)
        case Cancel(run, job):
            return _look(office, key, job, run, cancel=True)
        case StartRollback(why):
            office.ledger.note(key, "turned-back", why.code)
            return (RollbackBegan(),), None
        case _:
            return (), None


def _trigger(office: Office, key: str, action: Trigger) -> Told:
    if office.deployer is None:
        return (Refused(action.run, "no Jenkins"),), None
    parameters = {**dict(action.parameters), "COMMIT": action.commit}
    try:
        office.deployer.trigger(action.job, action.run, parameters)
    except DeployError as error:
        if error.code in _RETRY:
            return (), None
        return (Refused(action.run, _detail(error)),), _trouble(action.run, error)
    office.ledger.note(key, "triggered", action.run)
    return (Triggered(action.run),), None


def _look(office: Office, key: str, job: str, run: str, *, cancel: bool) -> Told:
    if office.deployer is None:
        return (Ended(run, End.GONE),), None
    try:
        ask = office.deployer.cancel if cancel else office.deployer.build
        found: Build = ask(job, run)
    except DeployError as error:
        if error.code in _RETRY:
            return (), None
        return (Ended(run, End.FAILED),), _trouble(run, error)
    known = {
        "run": run,
        "seen": found.state.value,
        "number": found.number,
        "url": found.url,
        "result": found.result,
    }
    end = _ENDS.get(found.state)
    if end is End.FAILED:
        _keep_log(office, key, job, run)
    began = found.state is BuildState.RUNNING
    return ((Ended(run, end),) if end else (Triggered(run, began),)), known


def _keep_log(office: Office, key: str, job: str, run: str) -> None:
    """The end of a failed build's console goes to the task's history."""
    if office.deployer is None:
        return
    try:
        tail = office.deployer.log_tail(job, run, LOG_LINES)
    except DeployError:
        return  # the verdict does not depend on it
    office.ledger.note(key, "log", "\n".join((run, *tail.lines)))


def _trouble(run: str, error: DeployError) -> dict[str, Json]:
    return {"run": run, "seen": "error", "code": error.code, "detail": _detail(error)}


def _detail(error: DeployError) -> str:
    return " ".join(error.facts.values())[:300] or error.code
