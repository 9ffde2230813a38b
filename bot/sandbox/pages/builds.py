"""Jenkins' builds for the page, fetched here because a browser may only ask its own origin.

Decides which fields the page sees. It must never change anything in Jenkins, never follow it to
another host and never hand out the credentials of its address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx

# https://www.jenkins.io/doc/book/using/remote-access-api/ : `tree` names the fields wanted.
_JOBS = (
    "jobs[name,url,builds[number,result,building,timestamp,duration,url,"
    "actions[parameters[name,value]]]]"
)
_QUEUE = "items[id,why,inQueueSince,task[name]]"
_JOB = re.compile(r"[\w][\w .-]{0,99}")
SECONDS = 5.0
MAX_LOG = 200_000
MAX_BYTES = 8_000_000


class BuildsError(Exception):
    """Builds cannot be shown; ``status`` is the HTTP status that says so, the text says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def without_credentials(url: str) -> str:
    """``url`` without ``user:token@`` and without a slash at the end."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")).rstrip(
        "/"
    )


async def builds_of(url: str) -> dict[str, Any]:
    """``{"jobs": [...], "queue": [...]}`` of the Jenkins at ``url``. Raises BuildsError."""
    jobs = await _json(url, "/api/json", _JOBS)
    queue = await _json(url, "/queue/api/json", _QUEUE)
    try:
        return {
            "jobs": [_job(job) for job in jobs["jobs"]],
            "queue": [_item(item) for item in queue["items"]],
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise BuildsError(502, "What answered is not Jenkins.") from error


async def log_of(url: str, job: str, number: int) -> str:
    """The console text of a build; the end of it where it is long. Raises BuildsError."""
    if _JOB.fullmatch(job) is None:
        raise BuildsError(404, "There is no such job.")
    text = await _get(url, f"/job/{quote(job)}/{number}/consoleText", {})
    return text if len(text) <= MAX_LOG else "…\n" + text[-MAX_LOG:]


def _job(job: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(job["name"]),
        "url": without_credentials(str(job["url"])),
        "builds": [_build(build) for build in job["builds"]],
    }


def _build(build: Mapping[str, Any]) -> dict[str, Any]:
    parameters = [
        parameter
        for action in build.get("actions") or ()
        for parameter in (action or {}).get("parameters") or ()
    ]
    return {
        "number": int(build["number"]),
        "result": build["result"],
        "building": bool(build["building"]),
        "timestamp": build["timestamp"],
        "duration": build.get("duration") or 0,
        "url": without_credentials(str(build["url"])),
        "parameters": {str(one["name"]): str(one.get("value", "")) for one in parameters},
    }


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": item["id"], "why": str(item.get("why") or ""), "job": str(item["task"]["name"])}


async def _json(url: str, path: str, tree: str) -> Any:  # noqa: ANN401 - JSON
    text = await _get(url, path, {"tree": tree})
    try:
        return json.loads(text)
    except ValueError as error:
        raise BuildsError(502, "What answered is not Jenkins.") from error


async def _get(url: str, path: str, query: Mapping[str, str]) -> str:
    if not url:
        raise BuildsError(404, "This sandbox has no Jenkins.")
    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            answer = await client.get(url.rstrip("/") + path, params=dict(query))
    except httpx.TimeoutException as error:
        raise BuildsError(504, "Jenkins did not answer in time.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BuildsError(502, "Jenkins cannot be reached.") from error
    if answer.status_code == 404:
        raise BuildsError(404, "Jenkins does not know that.")
    if answer.status_code != 200 or len(answer.content) > MAX_BYTES:
        raise BuildsError(502, f"Jenkins answered {answer.status_code}.")
    return answer.text
