"""What Jenkins' JSON says of jobs, builds and queue items.

Decides a build's state, and which build or item belongs to a run or a commit. It must never trust
the form of an answer: whatever is not there as Jenkins has it, is none. Names of properties:
https://www.jenkins.io/doc/book/using/remote-access-api/ and, for what was checked out, the Git
plugin's ``BuildData``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.ports import Build, BuildState, DeployError

RUN = "CFG_RUN"
COMMIT = "COMMIT"
ACTIONS = "actions[parameters[name,value]]"
BUILD = f"number,url,result,building,{ACTIONS}"
# what a build has checked out stands beside its parameters, once for each repository
PUSHED = (
    "number,url,result,building,timestamp,"
    "actions[parameters[name,value],lastBuiltRevision[SHA1,branch[SHA1]]]"
)
QUEUE = f"items[id,task[url],{ACTIONS}]"
# a job's own list of builds never holds more than its 100 newest
PAGE = 100
JOB = f"url,buildable,property[parameterDefinitions[name]],builds[{BUILD}]{{0,{PAGE}}}"
# and this one holds all, from disk: looked at only where the newest do not answer
OLDER = f"allBuilds[{BUILD}]{{{PAGE},{5 * PAGE}}}"


@dataclass(frozen=True, slots=True)
class JobNow:
    """A job: its URL as Jenkins writes it, the parameters it declares, and its newest builds."""

    url: str
    buildable: bool
    declared: frozenset[str]
    builds: tuple[Mapping[str, Any], ...]


def job_now(job: str, data: Mapping[str, Any]) -> JobNow:
    """The job that ``JOB`` asked for. Raises DeployError for a folder, and for no job at all."""
    if "builds" not in data:
        raise DeployError("deploy-no-job", job=job, detail="this is a folder, not a job")
    url = data.get("url")
    if not isinstance(url, str):
        raise DeployError("deploy-refused", job=job, detail="what answered is not Jenkins")
    declared = frozenset(
        str(definition.get("name"))
        for prop in rows(data.get("property"))
        for definition in rows(prop.get("parameterDefinitions"))
    )
    return JobNow(url, data.get("buildable") is True, declared, tuple(rows(data["builds"])))


def of_run(builds: object, run: str) -> Iterator[Build]:
    """The builds of ``run``, newest first: a person may have rebuilt it with its parameters."""
    return (as_build(build) for build in rows(builds) if value(build, RUN) == run)


def items_of_run(data: Mapping[str, Any], now: JobNow, run: str) -> Iterator[int]:
    """The numbers of the queue items of ``run`` of that job."""
    for item in rows(data.get("items")):
        mine = value(item, RUN) == run and member(item, "task").get("url") == now.url
        if mine and isinstance(item.get("id"), int):
            yield item["id"]


def pushed(data: Mapping[str, Any], commit: str, since: float) -> Iterator[Build]:
    """The builds of ``commit`` that carry no run; ``since`` is in epoch seconds."""
    for build in rows(data.get("builds")):
        begun = build.get("timestamp")
        late = isinstance(begun, int) and begun >= since * 1000
        if late and not value(build, RUN) and commit.lower() in _commits(build):
            yield as_build(build)


def _commits(build: Mapping[str, Any]) -> frozenset[str]:
    """What a build says it is of: its parameter, and what it checked out."""
    said = {value(build, COMMIT) or ""}
    for action in rows(build.get("actions")):
        revision = member(action, "lastBuiltRevision")
        said |= {str(revision.get("SHA1") or "")}
        said |= {str(branch.get("SHA1") or "") for branch in rows(revision.get("branch"))}
    return frozenset(one.lower() for one in said if one)


def as_build(data: Mapping[str, Any]) -> Build:
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


def value(owner: Mapping[str, Any], name: str) -> str | None:
    """A parameter of a build or queue item; actions may be null, and a secret has no value."""
    for action in rows(owner.get("actions")):
        for parameter in rows(action.get("parameters")):
            if parameter.get("name") == name:
                found = parameter.get("value")
                return found if isinstance(found, str) else None
    return None


def member(owner: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within an object; an empty one where there is none."""
    found = owner.get(name)
    return found if isinstance(found, Mapping) else {}


def rows(found: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a list of JSON; whatever else there is, is none."""
    listed = found if isinstance(found, list | tuple) else ()
    return (row for row in listed if isinstance(row, Mapping))
