"""GitHub Deployments through the Hub: one a key, statuses said once, nothing merged or waited for."""

from __future__ import annotations

import pytest

from bot.hub import Annotation, CheckReport, DeploymentState, HubError
from bot.sandbox.github import Logged
from tests.test_github_hub import LOST, US
from tests.test_github_sandbox import World, world
from tests.test_github_transport import REPO, ROOT, served
from tests.test_github_transport import World as Scripted
from tests.test_github_transport import world as scripted_world

__all__ = ["scripted_world", "served", "world"]
SHA = "a" * 40
DEPLOYMENTS = f"{ROOT}/deployments"
STATUSES = f"{DEPLOYMENTS}/7/statuses"


def states(world: World, deployment: int) -> list[str]:
    """What was said of a deployment, oldest first."""
    rows = world.as_person("GET", f"/deployments/{deployment}/statuses")
    return [row["state"] for row in reversed(rows)]


def test_a_deployment_is_created_once_for_a_key(world: World) -> None:
    """The same key is the same deployment; another key, environment or commit is another."""
    head = world.head()
    first = world.hub.deployment(world.repo, head, "aws", "t1-aws")
    assert world.hub.deployment(world.repo, head, "aws", "t1-aws") == first
    others = {
        world.hub.deployment(world.repo, head, "aws", "t1-aws-back"),
        world.hub.deployment(world.repo, head, "gcp", "t1-aws"),
    }
    assert len(others | {first}) == 3
    shown = world.as_person("GET", f"/deployments/{first}")
    assert (shown["sha"], shown["environment"]) == (head, "aws")
    assert shown["payload"] == {"cfgbot": "t1-aws"}


def test_a_red_check_does_not_hold_up_a_deployment(world: World) -> None:
    """What is deployed was judged and merged; GitHub's own default would wait."""
    head = world.head()
    marks = (Annotation("a.yml", 1, "failure", "t", "m"),)
    world.hub.report_check(world.repo, head, CheckReport("x", "failure", "t", "s", marks, "k"))
    assert world.hub.deployment(world.repo, head, "aws", "t1") > 0


def test_a_status_is_said_once(world: World) -> None:
    """Said again it changes nothing; a new word is a new status."""
    made, log = world.hub.deployment(world.repo, world.head(), "aws", "t1"), "https://j.example/1/"
    for _ in range(2):
        world.hub.deployment_status(world.repo, made, DeploymentState.QUEUED, None, "")
    for words in ("begun", "begun", "half\nway"):
        world.hub.deployment_status(world.repo, made, DeploymentState.IN_PROGRESS, log, words)
    world.hub.deployment_status(world.repo, made, DeploymentState.FAILURE, log, "x" * 500)
    assert states(world, made) == ["queued", "in_progress", "in_progress", "failure"]
    newest = world.as_person("GET", f"/deployments/{made}/statuses")[0]
    assert (newest["log_url"], newest["description"]) == (log, "x" * 139 + "…")


def test_an_older_success_is_not_said_again(world: World) -> None:
    """GitHub made it inactive after a later success: that does not make it news."""
    first = world.hub.deployment(world.repo, world.head(), "aws", "t1")
    second = world.hub.deployment(world.repo, world.head(), "aws", "t2")
    for one in (first, second, first):
        world.hub.deployment_status(world.repo, one, DeploymentState.SUCCESS, None, "")
    assert states(world, first) == ["success", "inactive"]
    assert states(world, second) == ["success"]


def test_somebody_else_s_deployment_is_not_ours(world: World) -> None:
    """A payload can be copied by whoever may write."""
    body = {"ref": world.head(), "environment": "aws", "payload": {"cfgbot": "t1"}}
    theirs = world.as_person("POST", "/deployments", {**body, "required_contexts": []})
    assert world.hub.deployment(world.repo, world.head(), "aws", "t1") != theirs["id"]


@pytest.mark.parametrize("path", ["/deployments", "/statuses"])
def test_a_lost_answer_leaves_one(world: World, path: str) -> None:
    """GitHub did it, its answer broke off: it is found, not doubled."""
    head = world.head()
    lost: list[str] = []

    def lose(row: Logged) -> None:
        if row.method == "POST" and row.path.endswith(path) and not lost:
            lost.append(row.path)
            raise ConnectionAbortedError("the answer is lost")

    made = world.hub.deployment(world.repo, head, "aws", "t0") if path == "/statuses" else 0
    world.github.after = lose
    made = made or world.hub.deployment(world.repo, head, "aws", "t1")
    world.hub.deployment_status(world.repo, made, DeploymentState.QUEUED, None, "")
    world.github.after = None
    assert lost
    assert states(world, made) == ["queued"]
    assert len(world.as_person("GET", "/deployments")) == 1


def test_what_is_sent_merges_and_waits_for_nothing(scripted_world: Scripted) -> None:
    """auto_merge is off and no context is required, in so many words."""
    scripted_world.server.on(f"GET {DEPLOYMENTS}", (200, []))
    scripted_world.server.on(f"POST {DEPLOYMENTS}", (201, {"id": 7, "creator": US}))
    assert scripted_world.hub.deployment(REPO, SHA, "aws", "k") == 7
    sent = scripted_world.server.last("POST")
    assert (sent["auto_merge"], sent["required_contexts"]) == (False, [])
    (asked,) = [one.query for one in scripted_world.server.asked if one.method == "GET"]
    assert set(asked.split("&")) >= {f"sha={SHA}", "environment=aws", "task=deploy"}


@pytest.mark.parametrize("payload", ['{"cfgbot":"k"}', {"cfgbot": "k", "more": 1}])
def test_a_payload_may_come_as_text(scripted_world: Scripted, payload: object) -> None:
    """GitHub gives it as an object or as the text of one."""
    row = {"id": 7, "creator": US, "payload": payload}
    odd = [{"id": n, "creator": US, "payload": p} for n, p in enumerate(("", "[", None, 3, "{}"))]
    scripted_world.server.on(f"GET {DEPLOYMENTS}", (200, [*odd, row]))
    scripted_world.server.on("GET /app", (200, {"slug": "cfgbot"}))
    assert scripted_world.hub.deployment(REPO, SHA, "aws", "k") == 7


@pytest.mark.parametrize(
    ("answer", "code"),
    [((409, {"message": "Conflict"}), "hub-refused"), ((403, {"message": "no"}), "hub-forbidden")],
)
def test_a_refusal_is_said(scripted_world: Scripted, answer: tuple[int, object], code: str) -> None:
    """Without the permission, or where GitHub finds a conflict."""
    scripted_world.server.on(f"GET {DEPLOYMENTS}", (200, []))
    scripted_world.server.on(f"POST {DEPLOYMENTS}", answer)
    with pytest.raises(HubError) as caught:
        scripted_world.hub.deployment(REPO, SHA, "aws", "k")
    assert caught.value.code == code


def test_a_status_lost_and_not_made_is_made_again(scripted_world: Scripted) -> None:
    """The look after the lost answer finds nothing."""
    scripted_world.server.on(f"GET {STATUSES}", (200, []))
    scripted_world.server.on(f"POST {STATUSES}", LOST, (201, {"id": 1}))
    scripted_world.hub.deployment_status(REPO, 7, DeploymentState.ERROR, None, "why")
    assert scripted_world.server.names().count(f"POST {STATUSES}") == 2
    assert scripted_world.server.last("POST") == {"state": "error", "description": "why"}
