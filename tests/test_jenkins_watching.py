"""JenkinsDeployer beyond the trigger: the end of a log, cancelling, builds that a push started."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from bot.adapters import jenkins_log, jenkins_session
from bot.adapters.jenkins_deployer import JenkinsDeployer
from bot.ports import Build, BuildState, DeployError, LogTail
from bot.sandbox.jenkins import BuildContext, Jenkins
from tests.jenkinses import deployer_of, jenkins_with
from tests.test_jenkins_deployer import DECLARED, GIVEN, ended, in_state

JOB = "team/fleet/feature%2Fx"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def jenkins() -> Iterator[Jenkins]:
    """A Jenkins with the job of one branch, in the folder of a repository, in a folder."""
    with jenkins_with(JOB, DECLARED, 0.01) as made:
        yield made


@pytest.fixture
def deployer(jenkins: Jenkins) -> JenkinsDeployer:
    """A deployer that knows a good token."""
    return deployer_of(jenkins)


def built(jenkins: Jenkins, job: str, count: int) -> None:
    """The job has so many builds, all ended."""
    for _ in range(20_000):
        builds = jenkins.builds(job)
        if len(builds) >= count and not any(build.building for build in builds):
            return
        time.sleep(0.001)
    raise AssertionError("the builds do not end")


# --- the log ---------------------------------------------------------------------------------


def logged(jenkins: Jenkins, deployer: JenkinsDeployer, text: str, lines: int = 50) -> LogTail:
    """The tail of a build whose script wrote ``text``."""

    def script(build: BuildContext) -> str:
        build.write(text)
        return "SUCCESS"

    jenkins.add_job("talks", DECLARED, script=script)
    deployer.trigger("talks", "r1", GIVEN)
    ended(deployer, "r1", "talks")
    return deployer.log_tail("talks", "r1", lines)


def test_the_last_lines_of_a_log_are_given(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """So many as were asked for, from the end, and it is said that there is more."""
    found = logged(jenkins, deployer, "".join(f"line {n}\n" for n in range(90)), 3)
    assert found == LogTail(("line 88", "line 89", "Finished: SUCCESS"), whole=False)


def test_a_short_log_is_whole(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """Nothing is left out where everything fits."""
    found = logged(jenkins, deployer, "one\r\n도쿄\n")
    assert found.whole
    assert found.lines[-3:] == ("one", "도쿄", "Finished: SUCCESS")


def test_of_a_huge_log_only_the_end_travels(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """A window from the end is asked for; the line it begins within is left out."""
    found = logged(jenkins, deployer, "".join(f"{n:09d}\n" for n in range(100_000)), 10_000)
    assert not found.whole
    assert found.lines[-2:] == ("000099999", "Finished: SUCCESS")
    assert all(len(line) == 9 for line in found.lines[:-1])
    assert len(found.lines) < jenkins_log.WINDOW / 9
    asked = [one.query for one in jenkins.log if one.path.endswith("progressiveText")]
    assert asked[0] == ""
    assert int(asked[1].removeprefix("start=")) > 900_000


def test_a_log_is_fit_to_be_shown(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """No colours, no control characters, no progress bars, no line without end."""
    text = "\x1b[31mred\x1b[0m\x1b]0;title\x07 x\x00y\n10%\r55%\r100%\n" + "z" * 5_000 + "\n"
    found = logged(jenkins, deployer, text)
    assert found.lines[-4:-2] == ("red x y", "100%")
    assert found.lines[-2] == "z" * 499 + "…"


def test_no_secret_comes_out_of_a_log(jenkins: Jenkins) -> None:
    """Neither our own token, nor what is named or formed like a secret, nor a key's lines."""
    token = jenkins.add_user("bot")
    deployer = JenkinsDeployer(jenkins.url, "bot", token, timeout=5.0)
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n"
    text = (
        f"curl -u bot:{token} x\nDB_PASSWORD=hunter2-9f8e7d6c\n"
        f"git clone https://me:s3cr3t-of-mine@git.example.com/x\n{key}"
    )
    shown = "\n".join(logged(jenkins, deployer, text).lines)
    for secret in (token, "hunter2-9f8e7d6c", "s3cr3t-of-mine", "MIIEvQIBADANBgkqhkiG9w0B"):
        assert secret not in shown
    assert "git.example.com/x" in shown


def test_there_is_no_log_before_the_build(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """Nobody triggered it, or it is queued."""
    assert deployer.log_tail(JOB, "r1", 5) == LogTail()
    jenkins.quiet_period = 60
    deployer.trigger(JOB, "r1", GIVEN)
    assert deployer.log_tail(JOB, "r1", 5) == LogTail()


def test_what_has_no_log_size_is_not_jenkins(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """A trouble on the way to the log is said with its code."""
    deployer.trigger(JOB, "r1", GIVEN)
    ended(deployer, "r1", JOB)
    jenkins.faults.status("progressiveText", 503)
    with pytest.raises(DeployError, match="deploy-unreachable"):
        deployer.log_tail(JOB, "r1", 5)


@pytest.mark.parametrize(
    ("text", "lines", "whole", "expected"),
    [
        ("", 5, True, LogTail((), whole=True)),
        ("a\n\n", 5, True, LogTail(("a",), whole=True)),
        ("half\nb\n", 5, False, LogTail(("b",), whole=False)),
        ("half", 5, False, LogTail((), whole=False)),
        ("a\nb", 0, True, LogTail((), whole=False)),
        ("a\nb", -1, True, LogTail((), whole=False)),
    ],
)
def test_edges_of_a_tail(text: str, lines: int, whole: bool, expected: LogTail) -> None:
    """Empty logs, half lines, no lines."""
    assert jenkins_log.tail(text, lines, whole=whole) == expected


# --- cancelling --------------------------------------------------------------------------------


def test_a_queued_run_is_cancelled(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """It leaves the queue and is never built; another's item stays."""
    jenkins.quiet_period = 60
    deployer.trigger(JOB, "r1", GIVEN)
    deployer.trigger(JOB, "r2", GIVEN)
    assert deployer.cancel(JOB, "r1") == Build(BuildState.GONE)
    assert deployer.build(JOB, "r2").state is BuildState.QUEUED
    assert jenkins.builds(JOB) == ()


def test_a_running_build_is_stopped(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """It ends as aborted, which is a failure."""
    jenkins.faults.hang(JOB)
    deployer.trigger(JOB, "r1", GIVEN)
    in_state(deployer, "r1", BuildState.RUNNING, job=JOB)
    deployer.cancel(JOB, "r1")
    found = ended(deployer, "r1", JOB)
    assert (found.state, found.result) == (BuildState.FAILED, "ABORTED")


def test_every_copy_of_a_run_is_cancelled(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """Somebody rebuilt it with its parameters: the queued and the running go together."""
    jenkins.faults.hang(JOB, 2)
    jenkins.trigger(JOB, {"CFG_RUN": "r1", "COMMIT": "a"})
    jenkins.trigger(JOB, {"CFG_RUN": "r1", "COMMIT": "b"})
    in_state(deployer, "r1", BuildState.RUNNING, job=JOB)
    jenkins.quiet_period = 60
    jenkins.trigger(JOB, {"CFG_RUN": "r1", "COMMIT": "c"})
    deployer.cancel(JOB, "r1")
    built(jenkins, JOB, 2)
    assert {build.result for build in jenkins.builds(JOB)} == {"ABORTED"}
    assert len(jenkins.builds(JOB)) == 2


def test_cancelling_what_has_ended_changes_nothing(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """The build is told as it ended, and nothing is posted; an unknown run is gone."""
    deployer.trigger(JOB, "r1", GIVEN)
    ended(deployer, "r1", JOB)
    posted = len([one for one in jenkins.log if one.method == "POST"])
    assert deployer.cancel(JOB, "r1").state is BuildState.SUCCEEDED
    assert deployer.cancel(JOB, "never") == Build(BuildState.GONE)
    assert len([one for one in jenkins.log if one.method == "POST"]) == posted


def test_an_item_that_becomes_a_build_meanwhile_is_stopped(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """The queue was too quick for the cancel: what it became is stopped."""
    jenkins.quiet_period = 60
    jenkins.faults.hang(JOB)
    deployer.trigger(JOB, "r1", GIVEN)

    def begin(request: object) -> None:
        if "cancelItem" in str(request):
            jenkins.before = None
            jenkins.quiet_period = 0
            jenkins.trigger(JOB, {**GIVEN, "CFG_RUN": "r1"})  # joins the item, which is due now
            for _ in range(20_000):
                if jenkins.builds(JOB):
                    return
                time.sleep(0.001)

    jenkins.before = begin
    deployer.cancel(JOB, "r1")
    assert ended(deployer, "r1", JOB).result == "ABORTED"


def test_a_cancel_that_jenkins_refuses_is_said(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """Without the permission nothing is cancelled, and nobody is told that it was."""
    jenkins.quiet_period = 60
    deployer.trigger(JOB, "r1", GIVEN)
    jenkins.faults.status("cancelItem", 403)
    with pytest.raises(DeployError, match="deploy-forbidden"):
        deployer.cancel(JOB, "r1")
    assert deployer.build(JOB, "r1").state is BuildState.QUEUED


def test_what_may_still_be_triggered_is_not_called_cancelled(jenkins: Jenkins) -> None:
    """A trigger without an answer may be carried out later: gone would be a guess."""
    deployer = JenkinsDeployer(jenkins.url, "bot", jenkins.add_user("bot"), timeout=0.3)
    wait = threading.Event()

    def stall(request: object) -> None:
        if "buildWithParameters" in str(request):
            wait.wait(20)

    jenkins.before = stall
    with pytest.raises(DeployError, match="deploy-unreachable"):
        deployer.trigger(JOB, "r1", GIVEN)
    with pytest.raises(DeployError, match="may still come"):
        deployer.cancel(JOB, "r1")
    wait.set()


# --- builds that a push started -----------------------------------------------------------------


def test_a_build_of_a_push_is_found_by_what_it_checked_out(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """The commit that the Git plugin notes is enough; other commits are not given."""
    jenkins.push(JOB, COMMIT)
    jenkins.push(JOB, "f" * 40)
    built(jenkins, JOB, 2)
    (found,) = deployer.started_by_push(JOB, COMMIT.upper(), 0)
    assert (found.number, found.state, found.result) == (1, BuildState.SUCCEEDED, "SUCCESS")


def test_a_build_is_found_by_its_parameter_too(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """A job that a hook starts with parameters has the commit there."""
    jenkins.trigger(JOB, {"COMMIT": COMMIT})
    built(jenkins, JOB, 1)
    assert [one.number for one in deployer.started_by_push(JOB, COMMIT, 0)] == [1]


def test_our_own_builds_are_no_pushes(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """What carries a run was triggered by us."""
    deployer.trigger(JOB, "r1", {"CLOUD": "aws", "COMMIT": COMMIT})
    ended(deployer, "r1", JOB)
    assert deployer.started_by_push(JOB, COMMIT, 0) == ()


def test_a_build_from_before_does_not_count(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """Only what began at the time or later, newest first."""
    for _ in range(2):
        jenkins.push(JOB, COMMIT)
        built(jenkins, JOB, 1)
    built(jenkins, JOB, 2)
    assert [one.number for one in deployer.started_by_push(JOB, COMMIT, 0)] == [2, 1]
    assert deployer.started_by_push(JOB, COMMIT, time.time() + 5) == ()


def test_no_commit_is_no_question(deployer: JenkinsDeployer) -> None:
    """An empty commit would match what says nothing; a folder has no builds."""
    with pytest.raises(DeployError, match="no commit"):
        deployer.started_by_push(JOB, " ", 0)
    with pytest.raises(DeployError, match="folder"):
        deployer.started_by_push("team", COMMIT, 0)


# --- looking far enough, and not for ever -------------------------------------------------------


def test_a_run_is_found_behind_a_hundred_builds(jenkins: Jenkins) -> None:
    """A job's page holds a hundred: what is older has its build all the same."""
    jenkins.add_job("busy", DECLARED, script=lambda _: "SUCCESS")
    token = jenkins.add_user("bot")
    first = JenkinsDeployer(jenkins.url, "bot", token, timeout=5.0)
    first.trigger("busy", "r1", GIVEN)
    for n in range(104):
        jenkins.trigger("busy", {"CFG_RUN": f"other-{n}"})
    built(jenkins, "busy", 105)
    anew = JenkinsDeployer(jenkins.url, "bot", token, timeout=5.0)
    assert anew.build("busy", "r1").state is BuildState.SUCCEEDED
    anew.trigger("busy", "r1", GIVEN)
    assert len(jenkins.builds("busy")) == 105


@contextmanager
def answering(*pieces: bytes, pause: float = 0.0) -> Iterator[str]:
    """A server that sends the pieces to everyone, with a pause before each, then hangs up."""
    stop = threading.Event()

    def serve(listener: socket.socket) -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with closing(connection):
                connection.recv(65_536)
                for piece in pieces:
                    if stop.wait(pause):
                        break
                    try:
                        connection.sendall(piece)
                    except OSError:
                        break

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(0.1)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n"


def test_an_answer_that_drips_ends_in_time() -> None:
    """Every byte comes in time, the answer never ends: the timeout holds for the whole."""
    with answering(HEAD, *[b" "] * 1_000, pause=0.05) as url:
        deployer = JenkinsDeployer(url, "bot", "token", timeout=0.4)
        begun = time.monotonic()
        with pytest.raises(DeployError, match="deploy-unreachable"):
            deployer.build(JOB, "r1")
        assert time.monotonic() - begun < 5


def test_an_answer_without_end_is_not_read_to_it() -> None:
    """What is larger than any Jenkins' answer is refused."""
    piece = b" " * 1_048_576
    with answering(HEAD, *[piece] * 20) as url:
        deployer = JenkinsDeployer(url, "bot", "token", timeout=10)
        with pytest.raises(DeployError, match=f"more than {jenkins_session.MAX_BYTES}"):
            deployer.build(JOB, "r1")


def test_an_answer_that_breaks_off_is_unreachable() -> None:
    """Fewer bytes than were announced are no answer."""
    with answering(HEAD, b"{}") as url:
        deployer = JenkinsDeployer(url, "bot", "token", timeout=5)
        with pytest.raises(DeployError, match="deploy-unreachable"):
            deployer.build(JOB, "r1")
