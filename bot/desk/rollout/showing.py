"""GitHub Deployments: what people see beside a commit, one an environment and direction.

Decides only what is told: that a cloud is being deployed, and how it ended. It is an ornament; no
trouble with it may hold a rollout up, and nothing reads it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.rollout.state import DeploymentState as At
from bot.core.rollout.state import RolloutState, Track
from bot.desk.office import Office
from bot.desk.rollout.acting import state_of
from bot.desk.rollout.rows import is_back
from bot.desk.saying import load
from bot.desk.task import Task
from bot.hub import PASSING, DeploymentState, HubError

_BAD = frozenset({At.FAILED, At.REFUSED, At.STUCK})


@dataclass(frozen=True, slots=True)
class Shown:
    """A deployment as GitHub is to show it; ``key`` names it for ever."""

    key: str
    sha: str
    environment: str
    state: DeploymentState
    url: str | None


def show(office: Office, key: str) -> None:
    """GitHub shows every environment that has begun, as it is now."""
    task = load(office, key)
    told = dict(task.shown)
    for one in shown_of(task, state_of(office, key)):
        if told.get(one.key) == one.state.value:
            continue
        try:
            made = office.hub.deployment(task.repo, one.sha, one.environment, one.key)
            office.hub.deployment_status(task.repo, made, one.state, one.url, "")
        except HubError as error:
            if error.code in PASSING:
                return  # the next turn says it
        told[one.key] = one.state.value
    if told != task.shown:
        office.ledger.change(key, shown=told)


def shown_of(task: Task, state: RolloutState) -> Iterator[Shown]:
    """One an environment and direction that has begun, in the order of the rollout."""
    urls = {row["run"]: row.get("url") for row in task.builds}
    groups: dict[tuple[bool, str], list[Track]] = {}
    for track in state.tracks:
        groups.setdefault((is_back(track), track.deployment.environment), []).append(track)
    for (back, environment), tracks in groups.items():
        sha = task.undo.get("merged") if back else task.merged
        begun = [one for one in tracks if one.state is not At.WAITING]
        if begun and sha:
            url = urls.get(begun[-1].deployment.id)
            marker = f"{task.marker}-{'back-' if back else ''}{environment}"
            yield Shown(marker, sha, environment, _state(tracks, ended=state.ended), url)


def _state(tracks: list[Track], *, ended: bool) -> DeploymentState:
    if any(one.state in _BAD for one in tracks):
        return DeploymentState.FAILURE
    if all(one.state is At.HEALTHY for one in tracks):
        return DeploymentState.SUCCESS
    return DeploymentState.INACTIVE if ended else DeploymentState.IN_PROGRESS
