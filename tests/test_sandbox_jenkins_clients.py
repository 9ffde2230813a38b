"""The Jenkins stand-in as two clients see it that nobody here wrote: python-jenkins, api4jenkins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import api4jenkins
import httpx
import jenkins as python_jenkins
import pytest
import requests
from api4jenkins.exceptions import AuthenticationError, ItemNotFoundError

from bot.sandbox.jenkins import BuildContext, Jenkins
from bot.sandbox.loopback import Loopback

JOB = "team/deploy-aws"


def deploy(context: BuildContext) -> str:
    """A script that says what it was given."""
    context.write(f"deploying {context.parameters['CLOUD']}\n서버\n")
    return "SUCCESS"


@pytest.fixture
def world() -> Iterator[tuple[Jenkins, str]]:
    """A Jenkins with a job in a folder, one without parameters, one disabled; and a token."""
    jenkins = Jenkins(seconds=0.01)
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        jenkins.add_job(JOB, ("CLOUD", "CFG_RUN"), script=deploy)
        jenkins.add_job("plain")
        jenkins.add_job("off", disabled=True)
        yield jenkins, jenkins.add_user("dana", "s3cret")
        jenkins.close()


@pytest.fixture
def old(world: tuple[Jenkins, str]) -> Iterator[Any]:
    """python-jenkins with a token."""
    client = python_jenkins.Jenkins(world[0].url, "dana", world[1], timeout=5)
    yield client
    client._session.close()


@pytest.fixture
def new(world: tuple[Jenkins, str]) -> Iterator[Any]:
    """api4jenkins with a token."""
    client = api4jenkins.Jenkins(world[0].url, auth=("dana", world[1]))
    yield client
    client.http_client.close()


def until(ready: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it waits for
    """What ``ready`` gives once that is true."""
    pause = threading.Event()
    for _ in range(5_000):
        if found := ready():
            return found
        pause.wait(0.002)
    raise AssertionError("it never comes")


def test_python_jenkins_knows_server_and_user(old: Any) -> None:  # noqa: ANN401 - untyped client
    """Version, who we are, nodes, jobs in folders."""
    assert old.get_version().startswith("2.")
    assert old.get_whoami()["fullName"] == "dana"
    assert [node["name"] for node in old.get_nodes()] == ["Built-In Node"]
    names = {job["fullname"] for job in old.get_all_jobs()}
    assert names == {"team", JOB, "plain", "off"}
    assert old.job_exists(JOB)
    assert not old.job_exists("team/nothing")
    assert "<name>CFG_RUN</name>" in old.get_job_config(JOB)


def test_python_jenkins_follows_a_build(world: tuple[Jenkins, str], old: Any) -> None:  # noqa: ANN401 - untyped client
    """Trigger, queue item, build, parameters, console."""
    item = old.build_job(JOB, {"CLOUD": "aws", "CFG_RUN": "r1"})
    number = until(lambda: (old.get_queue_item(item).get("executable") or {}).get("number"))
    until(lambda: not old.get_build_info(JOB, number)["building"])
    info = old.get_build_info(JOB, number)
    assert (info["result"], info["queueId"], info["fullDisplayName"]) == (
        "SUCCESS",
        item,
        "team » deploy-aws #1",
    )
    given = next(a["parameters"] for a in info["actions"] if "parameters" in a)
    assert {one["name"]: one["value"] for one in given} == {"CLOUD": "aws", "CFG_RUN": "r1"}
    log = old.get_build_console_output(JOB, number)
    assert log.startswith("Started by user dana\n")
    assert log.endswith("deploying aws\n서버\nFinished: SUCCESS\n")
    job = old.get_job_info(JOB)
    assert job["lastSuccessfulBuild"]["number"] == job["lastCompletedBuild"]["number"] == 1
    assert job["lastFailedBuild"] is None
    assert (job["nextBuildNumber"], job["color"]) == (2, "blue")
    assert world[0].builds(JOB)[0].log == log


def test_python_jenkins_sees_and_stops_what_runs(world: tuple[Jenkins, str], old: Any) -> None:  # noqa: ANN401 - untyped client
    """A build that hangs is listed with its executor, and ends as ABORTED."""
    world[0].faults.hang("plain")
    old.build_job("plain")
    running = until(old.get_running_builds)
    assert [(one["name"], one["number"]) for one in running] == [("plain", 1)]
    old.stop_build("plain", 1)
    until(lambda: not world[0].builds("plain")[0].building)
    assert old.get_build_info("plain", 1)["result"] == "ABORTED"


def test_python_jenkins_sees_and_cancels_what_waits(world: tuple[Jenkins, str], old: Any) -> None:  # noqa: ANN401 - untyped client
    """The quiet period is a WaitingItem; the same parameters share it; cancelled, it leaves."""
    world[0].quiet_period = 60
    item = old.build_job(JOB, {"CLOUD": "aws", "CFG_RUN": "r1"})
    assert old.build_job(JOB, {"CLOUD": "aws", "CFG_RUN": "r1"}) == item
    other = old.build_job(JOB, {"CLOUD": "aws", "CFG_RUN": "r2"})
    assert [one["id"] for one in old.get_queue_info()] == [item, other]
    waiting = old.get_queue_item(item)
    assert waiting["_class"] == "hudson.model.Queue$WaitingItem"
    assert waiting["why"].startswith("In the quiet period. Expires in ")
    assert waiting["task"]["name"] == "deploy-aws"
    old.cancel_queue(item)
    assert [one["id"] for one in old.get_queue_info()] == [other]
    left = old.get_queue_item(item)
    assert (left["_class"], left["cancelled"]) == ("hudson.model.Queue$LeftItem", True)


def test_python_jenkins_meets_its_errors(world: tuple[Jenkins, str], old: Any) -> None:  # noqa: ANN401 - untyped client
    """As its users know them: its own for 401, 403, 404; requests' own for 400 and 409."""
    with pytest.raises(requests.HTTPError, match="409"):
        old.build_job("off")
    with pytest.raises(requests.HTTPError, match="400"):
        old.build_job(JOB)
    with pytest.raises(python_jenkins.NotFoundException):
        old.build_job("nothing")
    with pytest.raises(python_jenkins.JenkinsException, match="does not exist"):
        old.get_job_info("nothing")
    with pytest.raises(python_jenkins.JenkinsException, match="does not exist"):
        old.get_queue_item(77)
    stranger = python_jenkins.Jenkins(world[0].url, "dana", "wrong", timeout=5)
    with pytest.raises(python_jenkins.JenkinsException, match=r"authentication failed \[401\]"):
        stranger.get_whoami()
    stranger._session.close()


def test_python_jenkins_uses_a_password_with_a_crumb(world: tuple[Jenkins, str]) -> None:
    """It fetches the crumb by itself and keeps the session that the crumb is for."""
    client = python_jenkins.Jenkins(world[0].url, "dana", "s3cret", timeout=5)
    client.build_job("plain")
    client.crumb["crumb"] = "stale"
    with pytest.raises(python_jenkins.JenkinsException, match="No valid crumb"):
        client.build_job("plain")
    client._session.close()


def test_python_jenkins_without_crumbs() -> None:
    """Where the issuer is off it answers 404, and a password alone will do."""
    jenkins = Jenkins(crumbs=False)
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        jenkins.add_user("dana", "s3cret")
        jenkins.add_job("plain")
        client = python_jenkins.Jenkins(server.url, "dana", "s3cret", timeout=5)
        assert client.build_job("plain") == 1
        assert client.crumb is False
        client._session.close()
        jenkins.close()


def test_api4jenkins_knows_server_and_jobs(new: Any) -> None:  # noqa: ANN401 - untyped client
    """Version, jobs in folders, what they declare."""
    assert new.version.startswith("2.")
    assert {job.full_name for job in new.iter(depth=2)} == {"team", JOB, "plain", "off"}
    job = new.get_job(JOB)
    assert type(job).__name__ == "FreeStyleProject"
    assert [one["name"] for one in job.get_parameters()] == ["CLOUD", "CFG_RUN"]
    assert job.parent.full_name == "team"
    assert (job.buildable, new.get_job("off").buildable) == (True, False)
    assert new.get_job("team/nothing") is None
    assert new.user.api_json()["id"] == "dana"


def test_api4jenkins_follows_a_build(new: Any) -> None:  # noqa: ANN401 - untyped client
    """Trigger, queue item, build, parameters, cause, console and progressive log."""
    item = new.build_job(JOB, CLOUD="aws", CFG_RUN="r1")
    build = until(item.get_build)
    until(lambda: not build.building)
    assert type(until(lambda: new.get_job(JOB).get_last_build())).__name__ == "FreeStyleBuild"
    assert (build.result, build.queue_id, build.number) == ("SUCCESS", item.id, 1)
    given = {one.name: one.value for one in build.get_parameters()}
    assert given == {"CLOUD": "aws", "CFG_RUN": "r1"}
    assert build.get_causes()[0]["shortDescription"] == "Started by user dana"
    expected = ["deploying aws", "서버", "Finished: SUCCESS"]
    assert list(build.console_text())[-3:] == expected
    assert list(build.progressive_output())[-3:] == expected
    assert build.project == new.get_job(JOB)
    assert build.get_previous_build() is None
    assert item.get_job() == new.get_job(JOB)


def test_api4jenkins_follows_what_waits(world: tuple[Jenkins, str], new: Any) -> None:  # noqa: ANN401 - untyped client
    """Queue and items have the addresses and classes it builds objects from."""
    world[0].quiet_period = 60
    item = new.build_job(JOB, CLOUD="aws")
    assert [(one.id, one._class) for one in new.queue] == [
        (item.id, "hudson.model.Queue$WaitingItem")
    ]
    assert item.get_build() is None
    assert new.queue.get(item.id).get_job() == new.get_job(JOB)
    item.cancel()
    assert list(new.queue) == []


def test_api4jenkins_finds_and_stops_what_runs(world: tuple[Jenkins, str], new: Any) -> None:  # noqa: ANN401 - untyped client
    """By the executors of the nodes; a job's ball blinks while it runs."""
    world[0].faults.hang("plain")
    new.build_job("plain")
    build = until(lambda: next(new.nodes.iter_builds(), None))
    assert new.get_job("plain").building
    assert new.get_job("plain").color == "notbuilt_anime"
    build.stop()
    until(lambda: not build.building)
    assert build.result == "ABORTED"


def test_api4jenkins_meets_its_errors(world: tuple[Jenkins, str], new: Any) -> None:  # noqa: ANN401 - untyped client
    """401, 403, 404 by their own names, 409 as it comes."""
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        new.build_job("off")
    with pytest.raises(ItemNotFoundError):
        new.build_job("nothing")
    with pytest.raises(ItemNotFoundError):
        new.queue.cancel(77)
    new.get_job("off").enable()
    assert new.build_job("off").id
    stranger = api4jenkins.Jenkins(world[0].url, auth=("dana", "wrong"))
    with pytest.raises(AuthenticationError):
        stranger.api_json()
    stranger.http_client.close()
    nobody = api4jenkins.Jenkins(world[0].url)
    with pytest.raises(PermissionError):
        nobody.build_job("plain")
    nobody.http_client.close()
