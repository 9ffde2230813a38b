"""The Jenkins stand-in, request by request: statuses, headers, queue, logs, trees, faults."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bot.sandbox.jenkins import Build, BuildContext, Dropped, Jenkins, Request
from bot.sandbox.loopback import Loopback

JOB = "/job/team/job/deploy"


class World:
    """A Jenkins that is served, and a client with a token of it."""

    def __init__(self, jenkins: Jenkins, http: httpx.Client) -> None:
        self.jenkins = jenkins
        self.http = http
        self.gate = threading.Event()

    def json(self, path: str, **params: str) -> Any:  # noqa: ANN401 - JSON
        """The JSON at ``path``."""
        answer = self.http.get(f"{path}/api/json", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def work(self, context: BuildContext) -> str:
        """A build that writes, waits for the gate, and writes again."""
        context.write("first\n")
        self.gate.wait(20)
        context.write("<second>\n")
        return "SUCCESS"


@pytest.fixture
def world() -> Iterator[World]:
    """Jobs: team/deploy with parameters and a gate, plain without, off disabled."""
    jenkins = Jenkins(seconds=0, executors=1)
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        token = jenkins.add_user("dana", "s3cret")
        with httpx.Client(base_url=server.url, auth=("dana", token), trust_env=False) as http:
            world = World(jenkins, http)
            jenkins.add_job("team/deploy", ("CLOUD", "CFG_RUN"), script=world.work)
            jenkins.add_job("plain")
            jenkins.add_job("off", disabled=True)
            yield world
        world.gate.set()
        jenkins.close()


def until(ready: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it waits for
    """What ``ready`` gives once that is true."""
    pause = threading.Event()
    for _ in range(5_000):
        if found := ready():
            return found
        pause.wait(0.002)
    raise AssertionError("it never comes")


def ended(jenkins: Jenkins, name: str, count: int = 1) -> tuple[Build, ...]:
    """The builds of a job once there are ``count`` and none runs."""

    def ready() -> tuple[Build, ...] | None:
        builds = jenkins.builds(name)
        done = len(builds) == count and not any(build.building for build in builds)
        return builds if done else None

    found: tuple[Build, ...] = until(ready)
    return found


def test_a_trigger_is_201_with_the_place_of_its_item(world: World) -> None:
    """An absolute address below the one it is served at."""
    answer = world.http.post("/job/plain/build")
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{world.jenkins.url}/queue/item/1/"
    assert answer.content == b""


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/job/plain/build", 405),
        ("GET", f"{JOB}/build", 405),
        ("GET", f"{JOB}/buildWithParameters", 405),
        ("GET", "/job/plain/disable", 405),
        ("GET", "/queue/cancelItem?id=1", 405),
        ("POST", f"{JOB}/build", 400),
        ("POST", "/job/plain/buildWithParameters", 400),
        ("POST", "/job/off/build", 409),
        ("POST", "/job/nothing/build", 404),
        ("POST", "/job/team/build", 404),
        ("POST", "/queue/cancelItem?id=77", 404),
        ("POST", "/queue/cancelItem?id=²", 404),
        ("GET", "/job/plain/1/api/json", 404),
        ("GET", "/job/plain/lastBuild/api/json", 404),
        ("GET", "/job/plain/x/api/json", 404),
        ("GET", "/queue/item/1/api/json", 404),
        ("GET", "/queue/item/x/api/json", 404),
        ("GET", "/manage", 404),
        ("GET", "/user/nobody/api/json", 404),
        ("GET", "/api/json?tree=jobs[", 500),
        ("GET", "/api/json?tree=", 500),
    ],
)
def test_what_jenkins_refuses(world: World, method: str, path: str, status: int) -> None:
    """Each with Jenkins' own status, its version, and nothing queued; 405 says what is allowed."""
    answer = world.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers.get("Allow") == ("POST" if status == 405 else None)
    assert re.fullmatch(r"2\.\d+\.\d+", answer.headers["X-Jenkins"])
    assert world.json("/queue")["items"] == []


def test_who_asks_decides(world: World) -> None:
    """Bad credentials 401; anybody reads; nobody unknown triggers; a password needs a crumb."""
    url = world.jenkins.url
    with httpx.Client(base_url=url, trust_env=False) as http:
        for auth in (("dana", "wrong"), ("nobody", "x"), ("", "")):
            answer = http.get("/api/json", auth=auth)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == 'Basic realm="Jenkins"'
        assert http.get("/api/json", headers={"Authorization": "Basic %%"}).status_code == 401
        assert http.get("/api/json").status_code == 200
        answer = http.post("/job/plain/build")
        assert answer.status_code == 403
        assert "No valid crumb" in answer.text
        answer = http.get("/job/plain/build")
        assert answer.status_code == 403
        assert answer.headers["X-Required-Permission"] == "hudson.model.Item.Build"
        assert http.post("/job/plain/build", auth=("dana", "s3cret")).status_code == 403
        assert http.get("/me/api/json").status_code == 404


def test_a_crumb_is_good_for_its_session_and_user_only(world: World) -> None:
    """Given in a header or in the form; worth nothing without the session's cookie."""
    url, auth = world.jenkins.url, ("dana", "s3cret")
    with httpx.Client(base_url=url, auth=auth, trust_env=False) as http:
        found = http.get("/crumbIssuer/api/json").json()
        assert found["crumbRequestField"] == "Jenkins-Crumb"
        crumb = {"Jenkins-Crumb": found["crumb"]}
        assert http.post("/job/plain/build", headers=crumb).status_code == 201
        assert http.post("/job/plain/build", data=crumb).status_code == 201
        assert http.get("/crumbIssuer/api/json").json()["crumb"] == found["crumb"]
        http.cookies.clear()
        assert http.post("/job/plain/build", headers=crumb).status_code == 403
    world.jenkins.add_user("sam", "s4m")
    with httpx.Client(base_url=url, auth=("sam", "s4m"), trust_env=False) as http:
        assert http.post("/job/plain/build", headers=crumb).status_code == 403


def test_nothing_is_read_where_reading_is_for_users(world: World) -> None:
    """A private Jenkins: 403 for whoever is unknown."""
    world.jenkins.access.anonymous_read = False
    answer = httpx.get(f"{world.jenkins.url}/api/json", trust_env=False)
    assert answer.status_code == 403
    assert answer.headers["X-You-Are-Authenticated-As"] == "anonymous"
    assert world.json("/me")["id"] == "dana"


def test_an_item_waits_is_buildable_and_leaves(world: World) -> None:
    """WaitingItem → BuildableItem → LeftItem with its executable."""
    world.http.post(f"{JOB}/buildWithParameters", data={"CLOUD": "aws"})
    first = until(lambda: world.json("/queue/item/1").get("executable"))
    assert first == {
        "_class": "hudson.model.FreeStyleBuild",
        "number": 1,
        "url": f"{world.jenkins.url}{JOB}/1/",
    }
    world.http.post(f"{JOB}/buildWithParameters?delay=60sec", data={"CLOUD": "gcp"})
    waiting = world.json("/queue/item/2")
    assert (waiting["_class"], waiting["url"]) == (
        "hudson.model.Queue$WaitingItem",
        "queue/item/2/",
    )
    world.http.post(f"{JOB}/buildWithParameters?delay=0", data={"CLOUD": "gcp"})
    buildable = world.json("/queue/item/2")
    assert (buildable["_class"], buildable["why"]) == (
        "hudson.model.Queue$BuildableItem",
        "Waiting for next available executor",
    )
    assert world.json(JOB)["inQueue"] is True
    world.gate.set()
    assert until(lambda: world.json("/queue/item/2").get("executable"))["number"] == 2


def test_a_job_may_build_one_at_a_time(world: World) -> None:
    """The next one is blocked, and says by which build."""
    jenkins = Jenkins(seconds=0, executors=2)
    jenkins.add_job("single", ("X",), script=world.work, concurrent=False)
    token = jenkins.add_user("dana")
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        with httpx.Client(base_url=server.url, auth=("dana", token), trust_env=False) as http:
            other = World(jenkins, http)
            for x in "12":
                http.post("/job/single/buildWithParameters", data={"X": x})
                until(lambda: jenkins.builds("single"))
            blocked = other.json("/queue/item/2")
            assert blocked["_class"] == "hudson.model.Queue$BlockedItem"
            assert blocked["why"].startswith("Build #1 is already in progress")
            world.gate.set()
            until(lambda: len(jenkins.builds("single")) == 2)
    jenkins.close()


def test_queued_twice_with_the_same_parameters_is_one_item(world: World) -> None:
    """Other parameters are another item; what has begun takes nobody in."""
    world.jenkins.quiet_period = 60
    places = [
        world.http.post(f"{JOB}/buildWithParameters", data={"CLOUD": cloud}).headers["Location"]
        for cloud in ("aws", "aws", "gcp")
    ]
    assert places[0] == places[1] != places[2]
    causes = world.json("/queue/item/1")["actions"][1]["causes"]
    assert len(causes) == 2
    world.jenkins.quiet_period = 0
    world.http.post(f"{JOB}/buildWithParameters", data={"CLOUD": "aws"})
    until(lambda: world.jenkins.builds("team/deploy"))
    again = world.http.post(f"{JOB}/buildWithParameters", data={"CLOUD": "aws"})
    assert again.headers["Location"].endswith("/queue/item/3/")


def test_items_are_forgotten(world: World) -> None:
    """404 once the knob's time is over; what still waits is kept."""
    world.http.post("/job/plain/build")
    until(lambda: world.jenkins.builds("plain"))
    assert world.json("/queue/item/1")["_class"].endswith("$LeftItem")
    world.jenkins.faults.forget_queue_items(0)
    assert world.http.get("/queue/item/1/api/json").status_code == 404


def test_parameters_that_are_not_declared_are_dropped(world: World) -> None:
    """And those not given are empty; query, form and multipart are all read."""
    body = {"CLOUD": "a&b 서울", "EVIL": "1"}
    path = f"{JOB}/buildWithParameters"
    world.gate.set()
    world.http.post(path, data=body)
    world.http.post(path, params=body, data={"CFG_RUN": "q", "CLOUD": "second"})
    world.http.post(path, data={"CFG_RUN": "m"}, files={"x": b"y"})
    form = '{"parameter": [{"name": "CLOUD", "value": "form"}]}'
    world.http.post(f"{JOB}/build", data={"json": form})
    assert world.http.post(f"{JOB}/build", data={"json": "["}).status_code == 400
    builds = until(lambda: (b := world.jenkins.builds("team/deploy"))[3:] and b)
    assert [build.parameters for build in builds] == [
        {"CLOUD": "a&b 서울", "CFG_RUN": ""},
        {"CLOUD": "a&b 서울", "CFG_RUN": "q"},
        {"CLOUD": "", "CFG_RUN": "m"},
        {"CLOUD": "form", "CFG_RUN": ""},
    ]


def test_a_log_comes_in_pieces(world: World) -> None:
    """X-Text-Size is where to go on, X-More-Data says whether to."""
    world.http.post(f"{JOB}/buildWithParameters")
    path = f"{JOB}/1/logText/progressiveText"
    piece = until(lambda: (r := world.http.get(path)).text.endswith("first\n") and r)
    assert piece.headers["X-More-Data"] == "true"
    size = int(piece.headers["X-Text-Size"])
    assert size == len(piece.content)
    assert world.http.get(path, params={"start": size}).text == ""
    world.gate.set()
    ended(world.jenkins, "team/deploy")
    rest = world.http.get(path, params={"start": size})
    assert rest.text == "<second>\nFinished: SUCCESS\n"
    assert "X-More-Data" not in rest.headers
    assert rest.headers["Content-Type"] == "text/plain;charset=utf-8"
    whole = world.http.get(f"{JOB}/1/consoleText").text
    assert whole == piece.text + rest.text
    for start in ("99999", "-1", "x"):
        assert world.http.get(path, params={"start": start}).text == whole
    html = world.http.get(f"{JOB}/1/logText/progressiveHtml", params={"start": size})
    assert html.text == "&lt;second&gt;\nFinished: SUCCESS\n"


def test_a_script_that_raises_or_lies_is_a_failed_build(world: World) -> None:
    """Its traceback stands in the log, as in Jenkins."""
    world.jenkins.add_job("raises", script=lambda _: str(1 // 0))
    world.jenkins.add_job("lies", script=lambda _: "GREAT")
    for name, words in (("raises", "ZeroDivisionError"), ("lies", "'GREAT' is no result")):
        world.http.post(f"/job/{name}/build")
        build = ended(world.jenkins, name)[0]
        assert build.result == "FAILURE"
        assert words in build.log


def test_permalinks_lead_to_their_builds(world: World) -> None:
    """Each by the result it asks for; unstable counts as successful, not as stable."""
    for result in ("SUCCESS", "UNSTABLE", "FAILURE", "ABORTED"):
        world.jenkins.faults.fail_next("plain", result)
        world.http.post("/job/plain/build")
        until(lambda: not world.json("/queue")["items"])
    ended(world.jenkins, "plain", 4)
    expected = {
        "firstBuild": 1,
        "lastBuild": 4,
        "lastCompletedBuild": 4,
        "lastFailedBuild": 3,
        "lastStableBuild": 1,
        "lastSuccessfulBuild": 2,
        "lastUnstableBuild": 2,
        "lastUnsuccessfulBuild": 4,
    }
    job = world.json("/job/plain")
    for name, number in expected.items():
        assert job[name]["number"] == number
        assert world.json(f"/job/plain/{name}")["number"] == number
    assert job["color"] == "aborted"


def test_depth_decides_how_much_is_shown(world: World) -> None:
    """As Jenkins does: names and addresses first, everything of a level below with each depth."""
    world.gate.set()
    world.http.post(f"{JOB}/buildWithParameters", data={"CLOUD": "aws"})
    ended(world.jenkins, "team/deploy")
    root = f"{world.jenkins.url}/"
    assert world.json("")["jobs"] == [
        {
            "_class": "hudson.model.FreeStyleProject",
            "name": "off",
            "url": f"{root}job/off/",
            "color": "disabled",
        },
        {
            "_class": "hudson.model.FreeStyleProject",
            "name": "plain",
            "url": f"{root}job/plain/",
            "color": "notbuilt",
        },
        {
            "_class": "com.cloudbees.hudson.plugins.folder.Folder",
            "name": "team",
            "url": f"{root}job/team/",
        },
    ]
    shallow, deep = world.json(JOB), world.json(JOB, depth="1")
    assert set(shallow["builds"][0]) == {"_class", "number", "url"}
    assert "allBuilds" not in deep
    assert deep["builds"][0]["result"] == "SUCCESS"
    assert deep["builds"][0]["actions"][0]["parameters"][0] == {
        "_class": "hudson.model.StringParameterValue",
        "name": "CLOUD",
        "value": "aws",
    }


@pytest.mark.parametrize(
    ("tree", "numbers"),
    [
        ("builds[number]", [5, 4, 3, 2, 1]),
        ("builds[number]{0,2}", [5, 4]),
        ("builds[number]{3,}", [2, 1]),
        ("builds[number]{,1}", [5]),
        ("builds[number]{1}", [4]),
        ("name, builds[ number , url ]{0,99}", [5, 4, 3, 2, 1]),
        ("allBuilds[number]{4,9}", [1]),
    ],
)
def test_a_tree_names_what_is_wanted(world: World, tree: str, numbers: list[int]) -> None:
    """Only the named, besides classes; lists in ranges."""
    for _ in range(5):
        world.http.post("/job/plain/build")
        until(lambda: not world.json("/queue")["items"])
    found = world.json("/job/plain", tree=tree)
    key = "allBuilds" if "allBuilds" in tree else "builds"
    assert [build["number"] for build in found[key]] == numbers
    assert set(found) == {"_class", key} | ({"name"} if "name" in tree else set())


def test_a_star_takes_what_is_shown_anyway(world: World) -> None:
    """``*`` and a name beside it."""
    found = world.json("/job/plain", tree="*,allBuilds[result]")
    assert found["name"] == "plain"
    assert found["allBuilds"] == []


@pytest.mark.parametrize(
    "tree", ["a]", "a,", "[a]", "a{x}", "a{", "a{}", "a{,}", "a[b", "a b[", "{1}"]
)
def test_a_tree_that_is_none_is_an_error(world: World, tree: str) -> None:
    """500, as Jenkins says it."""
    answer = world.http.get("/api/json", params={"tree": tree})
    assert answer.status_code == 500
    assert "Malformed tree expression" in answer.text


def test_every_request_is_logged(world: World) -> None:
    """In the order of arrival, with the status it got; 0 where the connection was dropped."""
    world.http.get("/api/json", params={"tree": "mode"})
    world.jenkins.faults.status("crumbIssuer", 503)
    world.http.get("/crumbIssuer/api/json")
    world.jenkins.faults.drop_connection("/job/plain/build$")
    with pytest.raises(httpx.TransportError):
        world.http.post("/job/plain/build")
    assert world.jenkins.log == (
        Request(1, "GET", "/api/json", 200, "tree=mode"),
        Request(2, "GET", "/crumbIssuer/api/json", 503),
        Request(3, "POST", "/job/plain/build", 0),
    )
    until(lambda: world.jenkins.builds("plain"))


def test_a_drop_before_it_is_carried_out_does_nothing(world: World) -> None:
    """The other half of what a lost connection can mean."""
    world.jenkins.faults.drop_connection("build", carried_out=False)
    with pytest.raises(httpx.TransportError):
        world.http.post("/job/plain/build")
    assert world.json("/job/plain")["nextBuildNumber"] == 1
    assert world.json("/queue")["items"] == []


def test_hooks_see_requests_before_and_after(world: World) -> None:
    """Before without a status, after with it; either may drop the connection."""
    seen: list[tuple[str, int]] = []

    def drop(_: Request) -> None:
        raise Dropped

    world.jenkins.before = lambda request: seen.append(("before", request.status))
    world.jenkins.after = lambda request: seen.append(("after", request.status))
    world.http.get("/api/json")
    assert seen == [("before", 0), ("after", 200)]
    world.jenkins.before = drop
    with pytest.raises(httpx.TransportError):
        world.http.post("/job/plain/build")
    assert world.jenkins.builds("plain") == ()


def test_faults_can_be_called_off(world: World) -> None:
    """Everything answers again."""
    world.jenkins.faults.status("", 503, times=9)
    world.jenkins.faults.hang("plain")
    world.jenkins.faults.fail_next("plain")
    assert world.http.get("/api/json").status_code == 503
    world.jenkins.faults.clear()
    world.http.post("/job/plain/build")
    assert ended(world.jenkins, "plain")[0].result == "SUCCESS"


def test_close_ends_what_hangs() -> None:
    """Builds that run are aborted, threads end, what is queued stays unbuilt."""
    jenkins = Jenkins(executors=1)
    jenkins.add_job("plain", ("X",))
    jenkins.faults.hang("plain")
    jenkins.trigger("plain", {"X": "1"})
    jenkins.trigger("plain", {"X": "2"})
    until(lambda: jenkins.builds("plain"))
    jenkins.close()
    assert [build.result for build in jenkins.builds("plain")] == ["ABORTED"]
    assert not [one for one in threading.enumerate() if one.name.startswith("jenkins-executor")]


@pytest.mark.parametrize("name", ["", "plain", "plain/x", "team", "team/", "a//b"])
def test_names_are_used_once(world: World, name: str) -> None:
    """A job is no folder, and a name no other's."""
    with pytest.raises(ValueError, match=r"cannot be added|is no folder"):
        world.jenkins.add_job(name)
    with pytest.raises(KeyError):
        world.jenkins.builds("nothing")
