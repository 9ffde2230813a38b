"""JenkinsDeployer against the stand-in: a run gets one build, and its state is told as it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.adapters.jenkins_deployer import JenkinsDeployer
from bot.ports import Build, BuildState, DeployError
from bot.sandbox.jenkins import BuildContext, Jenkins
from bot.sandbox.loopback import Loopback
from tests.jenkinses import deployer_of, jenkins_with

JOB = "team/deploy-aws"
DECLARED = ("CLOUD", "COMMIT", "CFG_RUN")
GIVEN = {"CLOUD": "aws", "COMMIT": "abc"}


@pytest.fixture
def jenkins() -> Iterator[Jenkins]:
    """A Jenkins with one job in a folder, whose builds take no time."""
    with jenkins_with(JOB, DECLARED, 0.01) as made:
        yield made


@pytest.fixture
def deployer(jenkins: Jenkins) -> JenkinsDeployer:
    """A deployer that knows a good token."""
    return deployer_of(jenkins)


def in_state(deployer: JenkinsDeployer, run: str, *states: BuildState, job: str = JOB) -> Build:
    """The build of ``run`` once it is in one of the states."""
    for _ in range(2_000):
        build = deployer.build(job, run)
        if build.state in states:
            return build
    raise AssertionError(f"{build} never comes to {states}")


def ended(deployer: JenkinsDeployer, run: str, job: str = JOB) -> Build:
    """The build of ``run`` once it neither waits nor runs."""
    return in_state(deployer, run, BuildState.SUCCEEDED, BuildState.FAILED, job=job)


def runs(jenkins: Jenkins, job: str = JOB) -> list[str]:
    """The runs that were built, oldest first."""
    return [build.parameters["CFG_RUN"] for build in jenkins.builds(job)]


def test_a_run_is_built_with_its_parameters(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """One trigger makes one build that carries the parameters and the run."""
    deployer.trigger(JOB, "r1", GIVEN)
    build = ended(deployer, "r1")
    url = f"{jenkins.url}/job/team/job/deploy-aws/1/"
    assert build == Build(BuildState.SUCCEEDED, 1, url, "SUCCESS")
    assert [one.parameters for one in jenkins.builds(JOB)] == [{**GIVEN, "CFG_RUN": "r1"}]


def test_a_run_is_queued_then_runs_then_ends() -> None:
    """Every state is told, with number and address from the moment there are any."""
    jenkins, gate = Jenkins(quiet_period=60), threading.Event()
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        jenkins.add_job(JOB, DECLARED)
        jenkins.add_job("now", DECLARED, script=lambda _: "SUCCESS" if gate.wait(20) else "FAILURE")
        deployer = JenkinsDeployer(server.url, "bot", jenkins.add_user("bot"))
        deployer.trigger(JOB, "r1", GIVEN)
        assert deployer.build(JOB, "r1") == Build(BuildState.QUEUED)
        jenkins.quiet_period = 0
        deployer.trigger("now", "r2", GIVEN)
        running = in_state(deployer, "r2", BuildState.RUNNING, job="now")
        assert running == Build(BuildState.RUNNING, 1, f"{server.url}/job/now/1/")
        gate.set()
        assert ended(deployer, "r2", "now").result == "SUCCESS"
        jenkins.close()


@pytest.mark.parametrize("result", ["FAILURE", "UNSTABLE", "ABORTED", "NOT_BUILT"])
def test_whatever_is_not_success_failed(
    jenkins: Jenkins, deployer: JenkinsDeployer, result: str
) -> None:
    """Jenkins' own word goes with the failure."""
    jenkins.faults.fail_next(JOB, result)
    deployer.trigger(JOB, "r1", GIVEN)
    build = ended(deployer, "r1")
    assert (build.state, build.result, build.number) == (BuildState.FAILED, result, 1)


def test_a_run_nobody_triggered_is_gone(deployer: JenkinsDeployer) -> None:
    """Neither queued nor built."""
    assert deployer.build(JOB, "r1") == Build(BuildState.GONE)


def test_a_run_cancelled_in_the_queue_is_gone() -> None:
    """A person took it out: nothing will come, also by the hint of our own trigger."""
    jenkins = Jenkins(quiet_period=60)
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        jenkins.add_job(JOB, DECLARED)
        deployer = JenkinsDeployer(server.url, "bot", jenkins.add_user("bot"))
        deployer.trigger(JOB, "r1", GIVEN)
        jenkins.cancel(1)
        assert deployer.build(JOB, "r1").state is BuildState.GONE
        jenkins.close()


def test_a_second_trigger_does_nothing(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """Queued, running or ended: the run has its build."""
    for _ in range(3):
        deployer.trigger(JOB, "r1", GIVEN)
    ended(deployer, "r1")
    deployer.trigger(JOB, "r1", GIVEN)
    assert runs(jenkins) == ["r1"]


def test_another_process_does_not_trigger_again(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """What Jenkins holds counts, not what a process remembers."""
    deployer.trigger(JOB, "r1", GIVEN)
    ended(deployer, "r1")
    other = JenkinsDeployer(jenkins.url, "bot2", jenkins.add_user("bot2"))
    other.trigger(JOB, "r1", GIVEN)
    assert runs(jenkins) == ["r1"]
    assert other.build(JOB, "r1").number == 1


def test_a_run_of_another_job_does_not_count(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """The same run may be deployed by two jobs, also where one's name ends like the other's."""
    jenkins.add_job(f"other/{JOB}", DECLARED)
    deployer.trigger(f"other/{JOB}", "r1", GIVEN)
    deployer.trigger(JOB, "r1", GIVEN)
    ended(deployer, "r1")
    assert runs(jenkins) == runs(jenkins, f"other/{JOB}") == ["r1"]


def test_the_queue_of_another_job_does_not_count() -> None:
    """A queued item counts for its own job only."""
    jenkins = Jenkins(quiet_period=60)
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        jenkins.add_job(JOB, DECLARED)
        jenkins.add_job(f"other/{JOB}", DECLARED)
        deployer = JenkinsDeployer(server.url, "bot", jenkins.add_user("bot"))
        deployer.trigger(f"other/{JOB}", "r1", GIVEN)
        assert deployer.build(JOB, "r1").state is BuildState.GONE
        jenkins.close()


def test_many_callers_at_once_make_one_build(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """The same run from eight threads is triggered once, other runs beside it once each."""
    asked = ["r1"] * 8 + ["r2", "r3"] * 2
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda run: deployer.trigger(JOB, run, GIVEN), asked))
    for run in set(asked):
        ended(deployer, run)
    assert sorted(runs(jenkins)) == ["r1", "r2", "r3"]


def test_a_build_is_found_behind_others(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """Sixty newer builds do not hide it."""
    for number in range(61):
        jenkins.trigger(JOB, {"CFG_RUN": f"r{number}"})
    ended(deployer, "r60")
    assert deployer.build(JOB, "r0").number == 1
    deployer.trigger(JOB, "r0", GIVEN)
    assert len(jenkins.builds(JOB)) == 61


def test_our_own_build_is_found_behind_a_hundred(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """The queue item that the trigger named leads to it while Jenkins knows the item."""
    deployer.trigger(JOB, "mine", GIVEN)
    ended(deployer, "mine")
    for number in range(101):
        jenkins.trigger(JOB, {"CFG_RUN": f"r{number}"})
    ended(deployer, "r100")
    assert deployer.build(JOB, "mine").number == 1


def test_the_newest_of_two_builds_counts(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """A person rebuilt a failed one with the same parameters."""
    jenkins.faults.fail_next(JOB)
    deployer.trigger(JOB, "r1", GIVEN)
    assert ended(deployer, "r1").state is BuildState.FAILED
    jenkins.trigger(JOB, {"CFG_RUN": "r1"})
    assert in_state(deployer, "r1", BuildState.SUCCEEDED).number == 2


def test_parameters_do_not_travel_in_the_address(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """Addresses end up in logs; also odd values arrive as they are."""
    odd = {"CLOUD": "a&b=c #%25 서울\n", "COMMIT": ""}
    deployer.trigger(JOB, "r1", odd)
    ended(deployer, "r1")
    assert jenkins.builds(JOB)[0].parameters == {**odd, "CFG_RUN": "r1"}
    posted = [request for request in jenkins.log if request.method == "POST"]
    assert [(request.status, request.query) for request in posted] == [(201, "")]


def test_no_crumb_is_fetched_with_a_token(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """Tokens need none; a request less each time."""
    deployer.trigger(JOB, "r1", GIVEN)
    assert not [request for request in jenkins.log if "crumb" in request.path]


def test_a_password_works_with_a_crumb(jenkins: Jenkins) -> None:
    """Jenkins asks for a crumb, and gets one."""
    jenkins.add_user("dana", "s3cret")
    deployer = JenkinsDeployer(jenkins.url, "dana", "s3cret")
    deployer.trigger(JOB, "r1", GIVEN)
    ended(deployer, "r1")
    assert runs(jenkins) == ["r1"]


def test_jenkins_may_live_below_a_path() -> None:
    """``https://ci.example.com/jenkins`` is a usual address."""
    jenkins = Jenkins(seconds=0)
    with Loopback(jenkins.app) as server:
        jenkins.url = f"{server.url}/jenkins"
        jenkins.add_job("a b/c%d", DECLARED)
        deployer = JenkinsDeployer(f"{jenkins.url}/", "bot", jenkins.add_user("bot"))
        deployer.trigger("a b/c%d", "r1", GIVEN)
        build = ended(deployer, "r1", "a b/c%d")
        assert build.url == f"{jenkins.url}/job/a%20b/job/c%25d/1/"
        jenkins.close()


def test_a_job_that_drops_parameters_is_refused(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """Jenkins drops what a job does not declare: the run would be lost, or the wrong thing built."""
    jenkins.add_job("plain")
    jenkins.add_job("partly", ("CFG_RUN",))
    for job, missing in (("plain", "CFG_RUN, CLOUD, COMMIT"), ("partly", "CLOUD, COMMIT")):
        with pytest.raises(DeployError) as caught:
            deployer.trigger(job, "r1", GIVEN)
        assert caught.value.code == "deploy-refused"
        assert caught.value.facts["detail"].endswith(missing)
        assert jenkins.builds(job) == ()


def test_a_run_without_a_name_is_refused(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """It would be found in every build that a person started."""
    jenkins.trigger(JOB, {})
    for act in (lambda: deployer.trigger(JOB, "", GIVEN), lambda: deployer.build(JOB, " ")):
        with pytest.raises(DeployError) as caught:
            act()
        assert caught.value.code == "deploy-refused"


def test_a_build_that_set_its_result_still_runs(
    jenkins: Jenkins, deployer: JenkinsDeployer
) -> None:
    """A result is final once the build does not run any more: it can get worse."""
    gate, marked = threading.Event(), threading.Event()

    def script(context: BuildContext) -> str:
        context.mark("SUCCESS")
        marked.set()
        return "FAILURE" if gate.wait(20) else "ABORTED"

    jenkins.add_job("early", DECLARED, script=script)
    deployer.trigger("early", "r1", GIVEN)
    assert marked.wait(20)
    assert deployer.build("early", "r1").state is BuildState.RUNNING
    gate.set()
    assert ended(deployer, "r1", "early").result == "FAILURE"
