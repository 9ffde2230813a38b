"""JenkinsDeployer when Jenkins refuses, fails, hangs up, restarts or is something else."""

from __future__ import annotations

import json
import logging
import socket
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import pytest

from bot.adapters.jenkins_client import JenkinsClient
from bot.adapters.jenkins_deployer import JenkinsDeployer
from bot.ports import BuildState, DeployError
from bot.sandbox.jenkins import Dropped, Jenkins, Request
from bot.sandbox.loopback import Loopback
from tests.jenkinses import deployer_of, jenkins_with

JOB = "team/deploy-aws"
DECLARED = ("CLOUD", "CFG_RUN")
GIVEN = {"CLOUD": "aws"}
BUILD = "/buildWithParameters"
Json = dict[str, Any]


@pytest.fixture
def jenkins() -> Iterator[Jenkins]:
    """A Jenkins with one job in a folder, whose builds take no time."""
    with jenkins_with(JOB, DECLARED) as made:
        yield made


@pytest.fixture
def deployer(jenkins: Jenkins) -> JenkinsDeployer:
    """A deployer that knows a good token."""
    return deployer_of(jenkins)


def trouble(act: Callable[[], object]) -> DeployError:
    """The error that ``act`` ends with; nothing else may come out."""
    with pytest.raises(DeployError) as caught:
        act()
    return caught.value


def seen(deployer: JenkinsDeployer, run: str = "r1") -> BuildState:
    """The run's state once it is not queued any more."""
    for _ in range(2_000):
        state = deployer.build(JOB, run).state
        if state not in {BuildState.QUEUED, BuildState.RUNNING}:
            return state
    raise AssertionError("the build does not end")


def test_a_lost_answer_leaves_one_build(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """Jenkins heard the trigger, the connection broke: it is looked for, not sent again."""
    jenkins.faults.drop_connection(BUILD)
    for _ in range(3):
        deployer.trigger(JOB, "r1", GIVEN)
    assert seen(deployer) is BuildState.SUCCEEDED
    assert len(jenkins.builds(JOB)) == 1
    assert [one.status for one in jenkins.log if one.method == "POST"] == [0]


def test_a_trigger_that_never_arrived_is_said_and_can_be_repeated(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """The connection broke before Jenkins heard: nothing is built until the caller tries again."""
    jenkins.faults.drop_connection(BUILD, carried_out=False)
    error = trouble(lambda: deployer.trigger(JOB, "r1", GIVEN))
    assert error.code == "deploy-unreachable"
    assert jenkins.builds(JOB) == ()
    deployer.trigger(JOB, "r1", GIVEN)
    assert seen(deployer) is BuildState.SUCCEEDED
    assert len(jenkins.builds(JOB)) == 1


@pytest.mark.parametrize("nth", range(8))
def test_whichever_connection_is_lost_one_build_is_made(
    jenkins: Jenkins, deployer: JenkinsDeployer, nth: int
) -> None:
    """Any request of the whole way may be cut; a caller that repeats ends with one build."""
    requests: list[Request] = []

    def cut(request: Request) -> None:
        requests.append(request)
        if len(requests) == nth + 1:
            raise Dropped

    jenkins.after = cut
    try:
        deployer.trigger(JOB, "r1", GIVEN)
    except DeployError:
        deployer.trigger(JOB, "r1", GIVEN)
    jenkins.after = None
    assert seen(deployer) is BuildState.SUCCEEDED
    assert len(jenkins.builds(JOB)) == 1


def test_an_answer_that_comes_too_late_leaves_one_build(jenkins: Jenkins) -> None:
    """The trigger times out while Jenkins carries it out."""
    late = threading.Event()

    def hold(request: Request) -> None:
        if request.path.endswith(BUILD):
            late.wait(20)

    jenkins.after = hold
    deployer = JenkinsDeployer(jenkins.url, "bot", jenkins.add_user("bot"), timeout=0.3)
    deployer.trigger(JOB, "r1", GIVEN)
    late.set()
    deployer.trigger(JOB, "r1", GIVEN)
    assert seen(deployer) is BuildState.SUCCEEDED
    assert len(jenkins.builds(JOB)) == 1


def test_a_trigger_that_jenkins_comes_to_late_leaves_one_build(jenkins: Jenkins) -> None:
    """It times out, is not seen, and is carried out while the caller tries again and again."""
    late, done = threading.Event(), threading.Event()

    def hold(request: Request) -> None:
        if request.path.endswith(BUILD):
            late.wait(20)

    def tell(request: Request) -> None:
        if request.path.endswith(BUILD):
            done.set()

    jenkins.before, jenkins.after = hold, tell
    deployer = JenkinsDeployer(jenkins.url, "bot", jenkins.add_user("bot"), timeout=0.5)
    for _ in range(3):
        assert trouble(lambda: deployer.trigger(JOB, "r1", GIVEN)).code == "deploy-unreachable"
    late.set()
    assert done.wait(20)
    deployer.trigger(JOB, "r1", GIVEN)
    assert seen(deployer) is BuildState.SUCCEEDED
    assert len(jenkins.builds(JOB)) == 1


def test_a_trigger_that_jenkins_never_came_to_is_sent_again(jenkins: Jenkins) -> None:
    """A proxy's 504: after a while it is taken for lost."""
    jenkins.faults.status(BUILD, 504)
    deployer = JenkinsDeployer(jenkins.url, "bot", jenkins.add_user("bot"), timeout=0.2)
    asked = 0
    for _ in range(10_000):
        try:
            deployer.trigger(JOB, "r1", GIVEN)
        except DeployError:
            asked += 1
        else:
            break
    assert asked > 1
    assert [one.status for one in jenkins.log if one.method == "POST"] == [504, 201]


def test_a_restart_is_said_and_survived() -> None:
    """Connection refused is deploy-unreachable; after the restart the build is found again."""
    jenkins = Jenkins(seconds=0)
    jenkins.add_job(JOB, DECLARED)
    token = jenkins.add_user("bot")
    with Loopback(jenkins.app) as server:
        jenkins.url, port = server.url, server.port
        deployer = JenkinsDeployer(jenkins.url, "bot", token)
        deployer.trigger(JOB, "r1", GIVEN)
    for act in (
        lambda: deployer.build(JOB, "r1"),
        lambda: deployer.trigger(JOB, "r1", GIVEN),
        lambda: deployer.trigger(JOB, "r2", GIVEN),
    ):
        assert trouble(act).code == "deploy-unreachable"
    jenkins.faults.forget_queue_items(0)
    with Loopback(jenkins.app, port):
        deployer.trigger(JOB, "r1", GIVEN)
        deployer.trigger(JOB, "r2", GIVEN)
        assert {seen(deployer), seen(deployer, "r2")} == {BuildState.SUCCEEDED}
        assert len(jenkins.builds(JOB)) == 2
    jenkins.close()


def test_a_build_is_found_when_its_queue_item_is_forgotten(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """Items live five minutes; the parameter lives as long as the build."""
    jenkins.faults.forget_queue_items(0)
    deployer.trigger(JOB, "r1", GIVEN)
    assert seen(deployer) is BuildState.SUCCEEDED


@pytest.mark.parametrize(
    ("status", "reading", "triggering"),
    [
        (400, "deploy-refused", "deploy-refused"),
        (401, "deploy-forbidden", "deploy-forbidden"),
        (403, "deploy-forbidden", "deploy-forbidden"),
        (404, "deploy-no-job", "deploy-no-job"),
        (409, "deploy-disabled", "deploy-disabled"),
        (414, "deploy-refused", "deploy-refused"),
        (429, "deploy-unreachable", "deploy-unreachable"),
        (500, "deploy-unreachable", "deploy-refused"),
        (502, "deploy-unreachable", "deploy-unreachable"),
        (503, "deploy-unreachable", "deploy-unreachable"),
        (504, "deploy-unreachable", "deploy-unreachable"),
    ],
)
def test_every_status_has_its_code(
    jenkins: Jenkins, deployer: JenkinsDeployer, status: int, reading: str, triggering: str
) -> None:
    """Whoever calls learns whether trying again helps; the status stands in the detail."""
    jenkins.faults.status("/api/json", status)
    first = trouble(lambda: deployer.build(JOB, "r1"))
    jenkins.faults.status(BUILD, status)
    second = trouble(lambda: deployer.trigger(JOB, "r1", GIVEN))
    assert (first.code, second.code) == (reading, triggering)
    for error in (first, second):
        assert error.facts["job"] == JOB
        assert error.facts["detail"].startswith(str(status))
    assert jenkins.builds(JOB) == ()


def test_a_disabled_job_is_said(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """409 of Jenkins."""
    jenkins.add_job("off", DECLARED, disabled=True)
    assert trouble(lambda: deployer.trigger("off", "r1", GIVEN)).code == "deploy-disabled"


@pytest.mark.parametrize("job", ["nothing", "team/nothing", "nowhere/deploy-aws", "team", "", "."])
def test_a_job_that_is_none_is_said(deployer: JenkinsDeployer, job: str) -> None:
    """A name that is not there, a folder, no name."""
    assert trouble(lambda: deployer.trigger(job, "r1", GIVEN)).code == "deploy-no-job"
    assert trouble(lambda: deployer.build(job, "r1")).code == "deploy-no-job"


@pytest.mark.parametrize(
    "job", ["team/../team/deploy-aws", "./team/deploy-aws", "/team", "team//x"]
)
def test_a_name_cannot_climb(jenkins: Jenkins, deployer: JenkinsDeployer, job: str) -> None:
    """Policy names a job; nothing outside of jobs is ever asked for."""
    assert trouble(lambda: deployer.trigger(job, "r1", GIVEN)).code == "deploy-no-job"
    assert jenkins.log == ()


def test_wrong_credentials_are_said_without_them(jenkins: Jenkins) -> None:
    """401; neither the text, the facts nor the chain of exceptions hold the token."""
    token = "11secretsecretsecret"
    deployer = JenkinsDeployer(jenkins.url, "bot", token)
    error = trouble(lambda: deployer.trigger(JOB, "r1", GIVEN))
    assert error.code == "deploy-forbidden"
    shown = "".join(traceback.format_exception(error))
    assert token not in f"{shown}{error!r}{error.facts}"
    assert error.__context__ is None
    assert token not in repr(deployer)


def test_an_answer_that_repeats_the_token_is_cleaned(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a server says, the token does not come back out in a text or in a log."""
    caplog.set_level(logging.DEBUG)
    token = "11secretsecretsecret"
    page = f"<title>Error 400 bad {token}</title>".encode()
    with Loopback(Fixed(400, page)) as server:
        url = server.url.replace("://", f"://bot:{token}@")
        error = trouble(lambda: JenkinsDeployer(url, "bot", token).build(JOB, "r1"))
    assert error.facts["detail"] == "400 Error 400 bad …"
    assert token not in caplog.text


@pytest.mark.parametrize(
    ("status", "body", "headers", "code"),
    [
        (200, b"<html>hello", {}, "deploy-refused"),
        (200, b"", {}, "deploy-refused"),
        (200, b"[1]", {}, "deploy-refused"),
        (200, b'{"builds": []}', {}, "deploy-refused"),
        (200, b"\xff\xfe{", {}, "deploy-refused"),
        (200, b"no gzip at all", {"content-encoding": "gzip"}, "deploy-unreachable"),
        (302, b"", {"location": "https://sso.example.com/login?from=x"}, "deploy-forbidden"),
        (301, b"", {"location": "https://ci.example.com/"}, "deploy-refused"),
        (302, b"", {"location": "http://[bad"}, "deploy-refused"),
        (304, b"", {}, "deploy-refused"),
    ],
)
def test_what_is_not_jenkins_is_said(
    status: int, body: bytes, headers: dict[str, str], code: str
) -> None:
    """A login page, another server, a moved address: nothing is followed or guessed."""
    with Loopback(Fixed(status, body, headers)) as server:
        deployer = JenkinsDeployer(server.url, "bot", "token")
        assert trouble(lambda: deployer.build(JOB, "r1")).code == code
        assert trouble(lambda: deployer.trigger(JOB, "r1", GIVEN)).code == code


@pytest.mark.parametrize(
    "job",
    [
        {"url": "u", "builds": None},
        {"url": "u", "builds": [None, 7, {}, {"actions": None}, {"actions": [None, {}]}]},
        {"url": "u", "builds": [{"actions": [{"parameters": [{"name": "CFG_RUN"}]}]}]},
        {"url": "u", "builds": [], "property": [None, {"parameterDefinitions": [None]}]},
    ],
)
def test_holes_in_an_answer_are_no_build(job: Json) -> None:
    """Jenkins leaves out values of secrets and puts empty objects among actions."""
    with Loopback(Fixed(200, json.dumps({**job, "items": [None, {}]}).encode())) as server:
        deployer = JenkinsDeployer(server.url, "bot", "token")
        assert deployer.build(JOB, "r1").state is BuildState.GONE


def test_a_silent_server_is_given_up_on() -> None:
    """It accepts the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        deployer = JenkinsDeployer(url, "bot", "token", timeout=0.2)
        error = trouble(lambda: deployer.build(JOB, "r1"))
    assert error.code == "deploy-unreachable"
    assert error.facts["detail"] == "no answer within 0.2 s"


@pytest.mark.parametrize(
    "url", ["", "ci.example.com", "ftp://ci.example.com", "http://", "http://["]
)
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    """Settings are wrong before anything is deployed, not during it."""
    with pytest.raises(ValueError, match=r"."):
        JenkinsDeployer(url, "bot", "token")


def test_an_item_that_was_queued_already_may_be_pointed_to() -> None:
    """303 to the item means the same as 201; anything else that is no refusal is not Jenkins."""
    place = {"location": "http://ci.example.com/queue/item/7/"}
    for status, headers, item in ((303, place, 7), (201, place, 7), (201, {}, None)):
        with Loopback(Fixed(status, b"", headers)) as server:
            client = JenkinsClient(server.url, "bot", "token", timeout=5)
            assert client.build(JOB, GIVEN) == item
    with Loopback(Fixed(200, b"", place)) as server:
        client = JenkinsClient(server.url, "bot", "token", timeout=5)
        assert trouble(lambda: client.build(JOB, GIVEN)).code == "deploy-refused"


@pytest.mark.parametrize(
    ("item", "state"),
    [
        ({"run": "r1"}, BuildState.QUEUED),
        ({"run": "r1", "cancelled": True}, BuildState.GONE),
        ({"run": "another"}, BuildState.GONE),
        ({"run": "r1", "executable": {"number": 3}}, BuildState.RUNNING),
        ({"run": "r1", "executable": {"number": 4}}, BuildState.GONE),
    ],
)
def test_between_queue_and_builds_our_own_item_tells(item: Json, state: BuildState) -> None:
    """For a moment a run is in neither list; another run's item of that number is not believed."""
    run = item.pop("run")
    actions = [{"parameters": [{"name": "CFG_RUN", "value": run}]}]
    declared = [{"parameterDefinitions": [{"name": name} for name in DECLARED]}]
    pages: dict[str, Json] = {
        "/job/x/api/json": {"url": "u", "builds": [], "property": declared},
        "/queue/api/json": {"items": []},
        "/queue/item/7/api/json": {**item, "actions": actions},
        "/job/x/3/api/json": {"number": 3, "url": "u/3", "building": True, "result": None},
    }
    with Loopback(Fixed(201, b"", {"location": "/queue/item/7/"}, pages)) as server:
        deployer = JenkinsDeployer(server.url, "bot", "token")
        deployer.trigger("x", "r1", GIVEN)
        assert deployer.build("x", "r1").state is state


class Fixed:
    """Answers everything in the same way, but for the GETs of ``pages``."""

    def __init__(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        pages: dict[str, Json] | None = None,
    ) -> None:
        self._status = status
        self._body = body
        self._headers = headers or {}
        self._pages = pages

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """An ASGI application."""
        while scope["type"] == "lifespan":
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
        status, body, given = self._status, self._body, self._headers
        if self._pages is not None and scope["method"] == "GET":
            page = self._pages.get(scope["path"])
            status, body, given = 404 if page is None else 200, json.dumps(page).encode(), {}
        headers = [(name.encode(), value.encode()) for name, value in given.items()]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
