"""JenkinsDeployer against the stand-in: one build a run, states, and every kind of trouble."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.adapters.jenkins_deployer import JenkinsDeployer
from bot.ports import Build, BuildState
from bot.sandbox.jenkins import Jenkins
from bot.sandbox.loopback import Loopback

JOB = "team/deploy-aws"
DECLARED = ("CLOUD", "COMMIT", "CFG_RUN")


@pytest.fixture
def jenkins() -> Iterator[Jenkins]:
    """A Jenkins with one job in a folder, whose builds take no time."""
    jenkins = Jenkins(seconds=0.01)
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        jenkins.add_job(JOB, DECLARED)
        yield jenkins
        jenkins.close()


@pytest.fixture
def deployer(jenkins: Jenkins) -> JenkinsDeployer:
    """A deployer that knows a good token."""
    return JenkinsDeployer(jenkins.url, "bot", jenkins.add_user("bot"), timeout=5.0)


def ended(deployer: JenkinsDeployer, run: str) -> Build:
    """The build of ``run`` once it neither waits nor runs."""
    for _ in range(2_000):
        build = deployer.build(JOB, run)
        if build.state not in {BuildState.QUEUED, BuildState.RUNNING}:
            return build
    raise AssertionError("the build does not end")


def test_a_run_is_built_with_its_parameters(jenkins: Jenkins, deployer: JenkinsDeployer) -> None:
    """One trigger makes one build that carries the parameters and the run."""
    deployer.trigger(JOB, "r1", {"CLOUD": "aws", "COMMIT": "abc"})
    build = ended(deployer, "r1")
    url = f"{jenkins.url}/job/team/job/deploy-aws/1/"
    assert build == Build(BuildState.SUCCEEDED, 1, url, "SUCCESS")
    assert [one.parameters for one in jenkins.builds(JOB)] == [
        {"CLOUD": "aws", "COMMIT": "abc", "CFG_RUN": "r1"}
    ]
