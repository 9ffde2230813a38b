"""What ``cfg doctor`` asks of a Jenkins beyond what a deployment needs.

Decides nothing, and changes nothing: triggering and cancelling go the deployer's own way.
"""

from __future__ import annotations

from bot.adapters.jenkins_client import JenkinsClient, job_path
from bot.adapters.jenkins_reading import JOB, QUEUE, JobNow, items_of_run, job_now, of_run


class JenkinsInspection:
    """Looks at the Jenkins at ``url`` as ``user``; ``timeout`` in seconds a request.

    Raises ValueError for a URL that is not http or https; every method raises DeployError.
    """

    def __init__(self, url: str, user: str, token: str, *, timeout: float = 10.0) -> None:
        self._client = JenkinsClient(url, user, token, timeout=timeout)

    def version(self) -> str | None:
        """Of Jenkins; None where something else answers."""
        return self._client.version()

    def user(self) -> str:
        """The id of the user that Jenkins takes us for; empty where it does not say."""
        return str(self._client.read("me/", "", "id").get("id") or "")

    def job(self, job: str) -> JobNow:
        """The job as it is now."""
        return job_now(job, self._client.read(job_path(job), job, JOB))

    def copies(self, job: str, run: str) -> int:
        """How many builds and queue items carry ``run``; one that begins meanwhile counts once."""
        queue = self._client.read("queue/", job, QUEUE)
        now = self.job(job)
        builds = sum(1 for _ in of_run(now.builds, run))
        return builds or sum(1 for _ in items_of_run(queue, now, run))
