"""A rollout as rows of the status comment: one a deployment, with what Jenkins said of its build.

Decides nothing; what a row says follows from the state, but for number, address and result of the
build, which are kept from row to row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.core.rollout.state import DeploymentState, RolloutState, Track

Json = Any
_STATES = {
    DeploymentState.WAITING: "planned",
    DeploymentState.DUE: "queued",
    DeploymentState.TRIGGERED: "queued",
    DeploymentState.CANCELLING: "cancelling",
    DeploymentState.BUILT: "checking",
    DeploymentState.HEALTHY: "succeeded",
    DeploymentState.REFUSED: "error",
    DeploymentState.FAILED: "failed",
    DeploymentState.STUCK: "stuck",
}
# What is not going on any more is not said as if it were.
_AT_THE_END = {"planned": "skipped", "checking": "unchecked"}
_SAID_BY_JENKINS = {
    DeploymentState.TRIGGERED: frozenset({"running"}),
    DeploymentState.FAILED: frozenset({"gone", "error", "unhealthy"}),
    DeploymentState.REFUSED: frozenset({"error"}),
}


def rows_of(
    state: RolloutState,
    before: Sequence[Mapping[str, Json]],
    known: Mapping[str, Json] | None = None,
) -> tuple[Json, ...]:
    """The rows of ``state``; ``known`` is what was just learnt of one build, by its run."""
    rows = {str(row["run"]): row for row in before}
    learnt = {str(known["run"]): known} if known else {}
    back = {one.deployment.environment for one in state.tracks if is_back(one)}
    made = (
        _row(one, {**rows.get(one.deployment.id, {}), **learnt.get(one.deployment.id, {})}, back)
        for one in state.tracks
    )
    return tuple(_at_the_end(one) if state.ended else one for one in made)


def is_back(track: Track) -> bool:
    """Whether the deployment is of the way back."""
    return track.deployment.stage.startswith("undo-")


def _row(track: Track, known: Mapping[str, Json], back: Collection[str]) -> Json:
    it = track.deployment
    said = known.get("seen")
    shown = _STATES[track.state]
    if said in _SAID_BY_JENKINS.get(track.state, frozenset()):
        shown = str(said)
    elif track.state is DeploymentState.BUILT and it.environment in back and not is_back(track):
        shown = "succeeded"  # nobody looks at its health any more
    elif track.state is DeploymentState.FAILED and not said:
        shown = "unstarted"
    elif track.state is DeploymentState.FAILED and said == "succeeded":
        shown = "unhealthy" if track.checks else "late"
    return {
        **known,
        "run": it.id,
        "environment": it.environment,
        "stage": it.stage,
        "job": it.job,
        "parameters": [list(pair) for pair in it.parameters],
        "state": shown,
    }


def _at_the_end(row: Json) -> Json:
    return {**row, "state": _AT_THE_END.get(row["state"], row["state"])}
