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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.jenkins_client import JenkinsClient, UnansweredError, job_path
from bot.ports import Build, BuildState, DeployError

RUN = "CFG_RUN"
_ACTIONS = "actions[parameters[name,value]]"
_BUILD = f"number,url,result,building,{_ACTIONS}"
# a job's JSON never holds more than its 100 newest builds
_JOB = f"url,property[parameterDefinitions[name]],builds[{_BUILD}]{{0,100}}"
_QUEUE = f"items[id,task[url],{_ACTIONS}]"
_LOCKS = 64
_HINTS = 1_000
# how many timeouts long a trigger without an answer may still be carried out
_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class _JobNow:
    """A job: its URL as Jenkins writes it, the parameters it declares, and its newest builds."""

    url: str
    declared: frozenset[str]
    builds: tuple[Mapping[str, Any], ...]


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

    def _look(self, job: str, run: str) -> tuple[_JobNow, Build | None]:
        """The job, and the build of ``run``: among the builds, in the queue, or between the two."""
        if not run.strip():
            raise DeployError("deploy-refused", job=job, detail=f"{RUN} is empty")
        now = self._job(job)
        found = _of_run(now, run)
        if found is None and self._queued(job, now, run):
            found = Build(BuildState.QUEUED)
        if found is None:
            # it may have left the queue after the first look and before the second
            now = self._job(job)
            found = _of_run(now, run) or self._hinted(job, run)
        return now, found

    def _job(self, job: str) -> _JobNow:
        data = self._client.read(job_path(job), job, _JOB)
        if "builds" not in data:
            raise DeployError("deploy-no-job", job=job, detail="this is a folder, not a job")
        return _understood(job, data)

    def _queued(self, job: str, now: _JobNow, run: str) -> bool:
        items = self._client.read("queue/", job, _QUEUE).get("items")
        return any(
            _value(item, RUN) == run and _member(item, "task").get("url") == now.url
            for item in _rows(items)
        )

    def _hinted(self, job: str, run: str) -> Build | None:
        """What became of the queue item that our own trigger was given."""
        with self._hints_lock:
            item = self._hints.get((job, run))
        if item is None:
            return None
        try:
            tree = f"cancelled,executable[number],{_ACTIONS}"
            data = self._client.read(f"queue/item/{item}/", job, tree)
            # a Jenkins set up anew counts from one again: only an item of this run counts
            if data.get("cancelled") or _value(data, RUN) != run:
                return None
            number = _member(data, "executable").get("number")
            if not isinstance(number, int):
                return Build(BuildState.QUEUED)
            return _build(self._client.read(f"{job_path(job)}{number}/", job, _BUILD))
        except DeployError as error:
            if error.code != "deploy-no-job":
                raise
            return None

    def _remember(self, job: str, run: str, item: int) -> None:
        with self._hints_lock:
            self._hints[job, run] = item
            if len(self._hints) > _HINTS:
                self._hints.popitem(last=False)


def _understood(job: str, data: Mapping[str, Any]) -> _JobNow:
    url = data.get("url")
    if not isinstance(url, str):
        raise DeployError("deploy-refused", job=job, detail="what answered is not Jenkins")
    declared = frozenset(
        str(definition.get("name"))
        for prop in _rows(data.get("property"))
        for definition in _rows(prop.get("parameterDefinitions"))
    )
    return _JobNow(url, declared, tuple(_rows(data["builds"])))


def _refuse_undeclared(job: str, now: _JobNow, given: Mapping[str, str]) -> None:
    missing = sorted(set(given) - now.declared)
    if missing:
        detail = f"the job does not declare the parameters {', '.join(missing)}"
        raise DeployError("deploy-refused", job=job, detail=detail)


def _of_run(now: _JobNow, run: str) -> Build | None:
    """The newest build of ``run``: a person may have rebuilt it with the same parameters."""
    return next((_build(build) for build in now.builds if _value(build, RUN) == run), None)


def _build(data: Mapping[str, Any]) -> Build:
    """A build's state. A result is final only once the build does not run: it can get worse."""
    result, number = data.get("result"), data.get("number")
    state = BuildState.SUCCEEDED if result == "SUCCESS" else BuildState.FAILED
    if data.get("building") is not False:
        state = BuildState.RUNNING
    return Build(
        state,
        number if isinstance(number, int) else None,
        str(data["url"]) if data.get("url") else None,
        str(result) if result and state is not BuildState.RUNNING else None,
    )


def _value(owner: Mapping[str, Any], name: str) -> str | None:
    """A parameter of a build or queue item; actions may be null, and a secret has no value."""
    for action in _rows(owner.get("actions")):
        for parameter in _rows(action.get("parameters")):
            if parameter.get("name") == name:
                value = parameter.get("value")
                return value if isinstance(value, str) else None
    return None


def _member(owner: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = owner.get(name)
    return found if isinstance(found, Mapping) else {}


def _rows(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list of JSON; whatever else there is, is none."""
    rows = value if isinstance(value, list) else ()
    return (row for row in rows if isinstance(row, Mapping))
