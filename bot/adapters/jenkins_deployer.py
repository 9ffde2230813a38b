"""Jenkins as the Deployer: one build for one run, found again by the parameter that names the run.

Decides whether a run has its build already, and what the build's state is. It must never trigger
without looking first, nor call a build that still runs ended. Numbers of queue items are only
hints: Jenkins forgets an item some five minutes after it left the queue, and everything on a hint
is lost with this process.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping

from bot.adapters import jenkins_log
from bot.adapters.jenkins_client import JenkinsClient, UnansweredError, job_path
from bot.adapters.jenkins_reading import (
    ACTIONS,
    BUILD,
    JOB,
    OLDER,
    PAGE,
    PUSHED,
    QUEUE,
    RUN,
    JobNow,
    as_build,
    items_of_run,
    job_now,
    member,
    of_run,
    pushed,
    value,
)
from bot.ports import Build, BuildState, DeployError, LogTail

_LOCKS = 64
_HINTS = 1_000
# how many timeouts long a trigger without an answer may still be carried out
_PATIENCE = 3
# a queued item may become a build while it is being cancelled: then the build is stopped
_CANCELS = 3
_ENDED = frozenset({BuildState.SUCCEEDED, BuildState.FAILED})


class JenkinsDeployer:
    """The Deployer of one Jenkins; ``token`` is an API token, ``timeout`` in seconds a request.

    Safe to use from several threads. The job must declare the parameter ``CFG_RUN`` and every other
    that it is given: Jenkins silently drops those it does not know.
    Raises ValueError for a URL that is not http or https.
    """

    def __init__(self, url: str, user: str, token: str, *, timeout: float = 10.0) -> None:
        self._client = JenkinsClient(url, user, token, timeout=timeout)
        # one of a fixed number, so that they need no clearing away; two runs may share one
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))
        self._hints: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._hints_lock = threading.Lock()
        self._patience = _PATIENCE * timeout
        self._pending: dict[tuple[str, str], float] = {}

    def trigger(self, job: str, run: str, parameters: Mapping[str, str]) -> None:
        """Queue ``job`` once for ``run``; see Deployer. Raises DeployError.

        Where the answer to the trigger is lost, Jenkins is asked what became of it: an error then
        means that the build was not seen, and calling again is safe. Where Jenkins did not answer
        in time it may come to it later: for three timeouts it is only looked for, not asked again.
        """
        given = {**parameters, RUN: run}
        with self._locks[hash((job, run)) % _LOCKS]:
            now, found = self._look(job, run)
            if found is not None:
                self._pending.pop((job, run), None)
                return
            _refuse_undeclared(job, now, given)
            self._refuse_pending(job, run)
            lost = self._trigger(job, run, given)
            if lost is not None and not self._arrived(job, run):
                raise lost

    def build(self, job: str, run: str) -> Build:
        """The build of ``job`` for ``run``; GONE where there is none. Raises DeployError."""
        _, found = self._look(job, run)
        return found or Build(BuildState.GONE)

    def log_tail(self, job: str, run: str, lines: int) -> LogTail:
        """See Deployer; at most the last 64 KiB of the console are looked at."""
        _, found = self._look(job, run)
        if found is None or found.number is None:
            return LogTail()
        path = f"{job_path(job)}{found.number}/"
        start = max(0, self._client.log_size(path, job) - jenkins_log.WINDOW)
        text = self._client.clean(self._client.log_from(path, job, start))
        return jenkins_log.tail(text, lines, whole=start == 0)

    def cancel(self, job: str, run: str) -> Build:
        """See Deployer. A trigger that Jenkins may still come to is an error: ask again."""
        with self._locks[hash((job, run)) % _LOCKS]:
            for _ in range(_CANCELS):
                now, found = self._look(job, run)
                items = self._items(job, now, run)
                running = [one for one in of_run(now.builds, run) if one.state not in _ENDED]
                if not items and not running:
                    break
                self._stop(job, items, running)
            _, found = self._look(job, run)
            if found is None:
                self._refuse_pending(job, run)
            return found or Build(BuildState.GONE)

    def _stop(self, job: str, items: list[int], running: list[Build]) -> None:
        try:
            for item in items:
                self._client.act("queue/cancelItem", job, id=str(item))
            for build in running:
                self._client.act(f"{job_path(job)}{build.number}/stop", job)
        except DeployError as error:
            # older ones answer 404 to what they have cancelled (JENKINS-21311); a look tells
            if error.code != "deploy-no-job":
                raise

    def started_by_push(self, job: str, commit: str, since: float) -> tuple[Build, ...]:
        """See Deployer. A build is known by its parameter COMMIT, or by what it checked out.

        A pipeline is not known before its checkout, nor one of the 100 newest builds ago.
        """
        if not commit.strip():
            raise DeployError("deploy-refused", job=job, detail="no commit is named")
        tree = f"url,builds[{PUSHED}]{{0,{PAGE}}}"
        data = self._client.read(job_path(job), job, tree)
        job_now(job, data)
        return tuple(pushed(data, commit, since))

    def _trigger(self, job: str, run: str, given: Mapping[str, str]) -> DeployError | None:
        """Ask for the build; the error where it is not known whether Jenkins heard."""
        try:
            item = self._client.build(job, given)
        except DeployError as error:
            if error.code != "deploy-unreachable":
                raise
            if isinstance(error, UnansweredError):
                self._pending[job, run] = time.monotonic() + self._patience
            return error
        if item is not None:
            self._remember(job, run, item)
        return None

    def _refuse_pending(self, job: str, run: str) -> None:
        until = self._pending.get((job, run))
        if until is None:
            return
        if time.monotonic() < until:
            detail = "Jenkins may still come to a trigger that it has not answered"
            raise DeployError("deploy-unreachable", job=job, detail=detail)
        self._pending.pop((job, run))

    def _arrived(self, job: str, run: str) -> bool:
        try:
            return self._look(job, run)[1] is not None
        except DeployError:
            return False

    def _look(self, job: str, run: str) -> tuple[JobNow, Build | None]:
        """The job, and the build of ``run``: among the builds, in the queue, or between the two."""
        if not run.strip():
            raise DeployError("deploy-refused", job=job, detail=f"{RUN} is empty")
        now = self._job(job)
        found = _newest(now, run)
        if found is None and self._items(job, now, run):
            found = Build(BuildState.QUEUED)
        if found is None:
            # it may have left the queue after the first look and before the second
            now = self._job(job)
            found = _newest(now, run) or self._hinted(job, run) or self._older(job, now, run)
        return now, found

    def _job(self, job: str) -> JobNow:
        return job_now(job, self._client.read(job_path(job), job, JOB))

    def _items(self, job: str, now: JobNow, run: str) -> list[int]:
        return list(items_of_run(self._client.read("queue/", job, QUEUE), now, run))

    def _older(self, job: str, now: JobNow, run: str) -> Build | None:
        """The build of ``run`` where a hundred newer ones stand before it."""
        if len(now.builds) < PAGE:
            return None
        found = self._client.read(job_path(job), job, OLDER).get("allBuilds")
        return next(of_run(found, run), None)

    def _hinted(self, job: str, run: str) -> Build | None:
        """What became of the queue item that our own trigger was given."""
        with self._hints_lock:
            item = self._hints.get((job, run))
        if item is None:
            return None
        try:
            tree = f"cancelled,executable[number],{ACTIONS}"
            data = self._client.read(f"queue/item/{item}/", job, tree)
            # a Jenkins set up anew counts from one again: only an item of this run counts
            if data.get("cancelled") or value(data, RUN) != run:
                return None
            number = member(data, "executable").get("number")
            if not isinstance(number, int):
                return Build(BuildState.QUEUED)
            return as_build(self._client.read(f"{job_path(job)}{number}/", job, BUILD))
        except DeployError as error:
            if error.code != "deploy-no-job":
                raise
            return None

    def _remember(self, job: str, run: str, item: int) -> None:
        with self._hints_lock:
            self._hints[job, run] = item
            if len(self._hints) > _HINTS:
                self._hints.popitem(last=False)


def _newest(now: JobNow, run: str) -> Build | None:
    return next(of_run(now.builds, run), None)


def _refuse_undeclared(job: str, now: JobNow, given: Mapping[str, str]) -> None:
    missing = sorted(set(given) - now.declared)
    if missing:
        detail = f"the job does not declare the parameters {', '.join(missing)}"
        raise DeployError("deploy-refused", job=job, detail=detail)
