"""Deploy: a merge reaches its clouds stage by stage and wave by wave, or is taken back.

Reads like the way of a rollout: plan, act, look, tell, and again until it has ended. It must never
call a rollout done before every cloud is deployed and healthy, nor end one without telling.
"""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha256

from bot.core.rollout.actions import Wait, next_actions
from bot.core.rollout.state import Direction, Phase, Reason, RolloutState
from bot.desk.office import Do, Errand, Json, Lane, Office, settle_errand
from bot.desk.rollout.acting import label_of, perform, record, state_of
from bot.desk.rollout.planning import drop_branches, plan_rollout
from bot.desk.rollout.showing import show
from bot.desk.saying import load, say
from bot.desk.task import State
from bot.hub import PASSING, HubError

_ENDINGS = {
    Phase.DONE: State.DEPLOYED,
    Phase.ROLLED_BACK: State.ROLLED_BACK,
    Phase.FROZEN: State.FROZEN,
}


def begin_deploy(office: Office, do: Do, key: str) -> list[Errand]:
    """What comes after the merge: a rollout, or a word on why there is none."""
    plan = do("plan-deploy", lambda: plan_rollout(office, key))
    if plan["why"] is not None:
        notes = ([plan["why"], {}],)
        do("status:merged", lambda: say(office, key, State.DEPLOYED, notes))
        return []
    do("status:deploying", lambda: say(office, key, State.MERGED))
    return [_errand(key, 0, 0.0)]


def deploy(office: Office, do: Do, payload: dict[str, Json]) -> list[Errand]:
    """One turn: carry out what the rollout asks for now, tell, and come back when it is time."""
    key = str(payload["task"])
    if do("ready", lambda: plan_rollout(office, key))["why"] is not None:
        return []
    for label in do("due", lambda: _due(office, key)):
        do(label, partial(perform, office, key, label))
    turn = do("turn", lambda: _turn(office, key))
    do("deployments", lambda: show(office, key))
    if turn["phase"] is None:
        do("status", lambda: _say_if_possible(office, key))
        return [_next(office, key, payload, turn)] if payload.get("chain", True) else []
    do("tidy-stages", lambda: drop_branches(office, key))
    ending, notes = _ENDINGS[Phase(turn["phase"])], tuple(turn["notes"])
    do("status:deployed", lambda: say(office, key, ending, notes))
    return [settle_errand(one, f"after-{key}") for one in do("held", lambda: _held(office, key))]


def _say_if_possible(office: Office, key: str) -> None:
    """What cannot be said now is said in the next turn: builds and clouds do not wait for GitHub."""
    try:
        say(office, key, State.MERGED)
    except HubError as error:
        if error.code not in PASSING:
            raise


def wake(key: str, cause: str) -> Errand:
    """Look at the rollout now, since ``cause`` was heard of; what is heard is never believed."""
    payload = {"task": key, "n": 0, "chain": False}
    return Errand("deploy", f"deploy:{key}:wake-{cause}", payload, Lane.DEPLOYS)


def _errand(key: str, n: int, delay: float, **more: Json) -> Errand:
    payload = {"task": key, "n": n, **more}
    return Errand("deploy", f"deploy:{key}:{n}", payload, Lane.DEPLOYS, None, delay)


def _next(office: Office, key: str, payload: dict[str, Json], turn: Json) -> Errand:
    """Soon after something happened, then less and less often, up to what the rollout asks for."""
    still = int(payload.get("still", 0)) + 1 if payload.get("mark") == turn["mark"] else 0
    wait = min(turn["wait"], 0.5 * 1.3 ** min(still, 16))
    number = int(payload["n"]) + 1
    return _errand(key, number, office.pace * wait, still=still, mark=turn["mark"])


def _due(office: Office, key: str) -> list[str]:
    """The steps of this turn, by name."""
    labels = (label_of(one) for one in next_actions(state_of(office, key)))
    return [label for label in labels if label is not None]


def _turn(office: Office, key: str) -> Json:
    """Where the rollout is now: how long to wait, or how it ended and why."""
    state = record(office, key)
    wait = next((one.seconds for one in next_actions(state) if isinstance(one, Wait)), 0.0)
    phase = state.phase.value if state.phase in _ENDINGS else None
    told = json.dumps([load(office, key).builds, state.phase, state.stage, state.wave])
    mark = sha256(told.encode()).hexdigest()[:16]
    return {"phase": phase, "wait": wait, "mark": mark, "notes": _notes(office, key, state)}


def _notes(office: Office, key: str, state: RolloutState) -> list[Json]:
    back = "back-" if state.direction is Direction.BACK else ""
    reasons: tuple[tuple[str, Reason | None], ...] = (("", state.why), (back, state.stuck))
    notes: list[Json] = [
        [f"rollout-{when}{one.code}", dict(one.facts)] for when, one in reasons if one is not None
    ]
    undo = load(office, key).undo
    if undo.get("pull"):
        notes.append(["rollout-reverted", {"pull": str(undo["pull"])}])
    if state.phase is Phase.FROZEN:
        notes.append(["rollout-frozen", {}])
    return notes


def _held(office: Office, key: str) -> list[str]:
    """Tasks of the repository that wait for something."""
    return [one.key for one in office.ledger.waiting(load(office, key).repo.id)]
