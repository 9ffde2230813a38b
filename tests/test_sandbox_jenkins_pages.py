"""The Jenkins stand-in's pages for people: readable, escaped, renewing themselves."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest

from bot.sandbox.jenkins import BuildContext, Jenkins
from bot.sandbox.loopback import Loopback

EVIL = "<script>alert('x')</script>"


def say(context: BuildContext) -> str:
    """A build that writes what it was given."""
    context.write(f"{context.parameters['CLOUD']}\n")
    return "SUCCESS"


@pytest.fixture
def world() -> Iterator[tuple[Jenkins, httpx.Client]]:
    """A Jenkins below a path, with an evil job, and a browser that is not logged in."""
    jenkins = Jenkins(seconds=0)
    with Loopback(jenkins.app) as server:
        jenkins.url = f"{server.url}/ci"
        jenkins.add_job("team/deploy", ("CLOUD",), script=say)
        jenkins.add_job("off", disabled=True)
        with httpx.Client(base_url=jenkins.url, trust_env=False) as http:
            yield jenkins, http
        jenkins.close()


def page(http: httpx.Client, path: str) -> str:
    """A page; it must be HTML that allows no script."""
    answer = http.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "http-equiv='refresh'" in answer.text
    return answer.text


def build(jenkins: Jenkins, cloud: str) -> None:
    """One build, ended."""
    jenkins.trigger("team/deploy", {"CLOUD": cloud}, by="dana")
    until(lambda: jenkins.builds("team/deploy") and not jenkins.builds("team/deploy")[-1].building)


def until(ready: Callable[[], object]) -> None:
    """Come back once ``ready`` gives something true."""
    pause = threading.Event()
    for _ in range(5_000):
        if ready():
            return
        pause.wait(0.002)
    raise AssertionError("it never comes")


def test_the_front_page_lists_jobs_builds_and_the_queue(
    world: tuple[Jenkins, httpx.Client],
) -> None:
    """Everything is reached from it by links that lead somewhere."""
    jenkins, http = world
    build(jenkins, "aws")
    jenkins.quiet_period = 60
    jenkins.trigger("team/deploy", {"CLOUD": "gcp"})
    text = page(http, "/")
    for words in ("team/deploy", "off", "(disabled)", "SUCCESS", "CLOUD=aws", "Waiting"):
        assert words in text
    links = set(re.findall(r"href='([^']+)'", text))
    assert "/ci/job/team/job/deploy/1/console" in links
    for link in links:
        page(http, str(http.base_url.join(link)))


def test_a_build_shows_its_parameters_and_its_log(world: tuple[Jenkins, httpx.Client]) -> None:
    """Also by a permalink."""
    jenkins, http = world
    build(jenkins, "aws")
    text = page(http, "/job/team/job/deploy/1/")
    assert "Started by user dana" in text
    assert "<th scope='row'>CLOUD</th><td>aws</td>" in text
    log = page(http, "/job/team/job/deploy/lastBuild/console")
    assert "aws\nFinished: SUCCESS\n</pre>" in log


@pytest.mark.parametrize(
    "path", ["/", "/job/team/", "/job/team/job/deploy/", "/job/team/job/deploy/1/"]
)
def test_what_came_from_outside_is_escaped(world: tuple[Jenkins, httpx.Client], path: str) -> None:
    """A parameter cannot become part of the page, nor of the log's."""
    jenkins, http = world
    build(jenkins, EVIL)
    for text in (page(http, path), page(http, "/job/team/job/deploy/1/console")):
        assert EVIL not in text
        assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in text


def test_an_error_page_is_escaped(world: tuple[Jenkins, httpx.Client]) -> None:
    """What it repeats of the request is text."""
    answer = world[1].post("/queue/cancelItem", auth=(EVIL, "x"))
    assert answer.status_code == 401
    assert EVIL not in answer.text


def test_it_renews_itself_faster_while_something_runs(
    world: tuple[Jenkins, httpx.Client],
) -> None:
    """Two seconds beside ten."""
    jenkins, http = world
    build(jenkins, "aws")
    assert "content='10'" in page(http, "/")
    jenkins.faults.hang("team/deploy")
    jenkins.trigger("team/deploy", {"CLOUD": "gcp"})
    until(lambda: len(jenkins.builds("team/deploy")) == 2)
    assert "content='2'" in page(http, "/")
    assert "running" in page(http, "/job/team/job/deploy/2/")
