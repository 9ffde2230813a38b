"""A Jenkins on loopback with one job, and a deployer that knows a good token of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.adapters.jenkins_deployer import JenkinsDeployer
from bot.sandbox.jenkins import Jenkins
from bot.sandbox.loopback import Loopback


@contextmanager
def jenkins_with(job: str, declared: Sequence[str], seconds: float = 0.0) -> Iterator[Jenkins]:
    """It has ``job``, whose builds take so many seconds."""
    jenkins = Jenkins(seconds=seconds)
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        jenkins.add_job(job, declared)
        yield jenkins
        jenkins.close()


def deployer_of(jenkins: Jenkins) -> JenkinsDeployer:
    """With a token of a user who may do anything."""
    return JenkinsDeployer(jenkins.url, "bot", jenkins.add_user("bot"), timeout=5.0)
