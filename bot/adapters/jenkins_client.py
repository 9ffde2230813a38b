"""python-jenkins with its traps closed: a client of its own for each call, every failure a DeployError.

Decides which trouble means what. It must never let an exception of python-jenkins or requests
through, follow a redirect, or put credentials into a text.
Traps met here (python-jenkins 1.8.3): no timeout by default; a crumb fetched for every GET and kept
for ever; requests' own exceptions; a second guess at authentication where Kerberos is installed;
one requests session for all threads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from html import unescape
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import jenkins
import requests
from requests import exceptions

from bot.ports import DeployError

_ITEM = re.compile(r"/queue/item/(\d+)/?$")
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
# what a proxy, or a Jenkins that is starting, says for a while
_PASSING = frozenset({408, 425, 429, 502, 503, 504})
_CODES = {
    401: "deploy-forbidden",
    403: "deploy-forbidden",
    404: "deploy-no-job",
    410: "deploy-no-job",
    409: "deploy-disabled",
}
_MAX_WORDS = 160
_NOT_JENKINS = "what answered is not Jenkins"


class _Session(jenkins.Jenkins):  # type: ignore[misc]  # python-jenkins ships without types
    """python-jenkins for one call: no redirects, one way to authenticate, crumbs when asked for."""

    def __init__(self, url: str, user: str, token: str, timeout: float, *, crumbs: bool) -> None:
        super().__init__(url, user, token, timeout=timeout)
        # a redirected POST would come out as a GET, and a login page as an answer
        self._session.max_redirects = 0
        del self._auths[1:]
        self._crumbs = crumbs

    def maybe_add_crumb(self, req: requests.Request) -> None:
        """Only where Jenkins asked for one: API tokens need none."""
        if self._crumbs:
            super().maybe_add_crumb(req)

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()


class JenkinsClient:
    """Asks one Jenkins as one user; ``url`` may have a path, ``timeout`` is in seconds.

    Safe to use from several threads. Raises ValueError for a URL that is not http or https.
    """

    def __init__(self, url: str, user: str, token: str, *, timeout: float) -> None:
        self._url = _bare(url)
        self._user = user
        self._token = token
        self._timeout = timeout

    def read(self, path: str, job: str, tree: str) -> Mapping[str, Any]:
        """The JSON object at ``path`` below the root. Raises DeployError."""
        request = requests.Request("GET", f"{self._url}{path}api/json", params={"tree": tree})
        answer = self._send(request, job)
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise DeployError("deploy-refused", job=job, detail=_NOT_JENKINS)
        return found

    def build(self, job: str, parameters: Mapping[str, str]) -> int | None:
        """Queue a build; the number of its queue item where Jenkins names one. Raises DeployError.

        Parameters travel in the body: a URL ends up in the logs of every proxy on the way.
        """
        request = requests.Request(
            "POST", f"{self._url}{job_path(job)}buildWithParameters", data=dict(parameters)
        )
        try:
            answer = self._send(request, job)
        except DeployError as error:
            if "crumb" not in error.facts["detail"]:
                raise
            answer = self._send(request, job, crumbs=True)
        if answer.status_code not in {201, 303}:
            raise DeployError("deploy-refused", job=job, detail=_NOT_JENKINS)
        found = _ITEM.search(answer.headers.get("Location", ""))
        return int(found[1]) if found else None

    def _send(
        self, request: requests.Request, job: str, *, crumbs: bool = False
    ) -> requests.Response:
        answer = self._answered(request, crumbs=crumbs)
        if isinstance(answer, requests.Response):
            return answer
        # raised here, where no other exception hangs on it: those hold the request, with its token
        code, detail = answer
        raise DeployError(code, job=job, detail=detail)

    def _answered(
        self, request: requests.Request, *, crumbs: bool
    ) -> requests.Response | tuple[str, str]:
        try:
            with closing(
                _Session(self._url, self._user, self._token, self._timeout, crumbs=crumbs)
            ) as session:
                answer: requests.Response = session.jenkins_request(request)
                return answer
        except (
            jenkins.JenkinsException,
            exceptions.RequestException,
            OSError,
            ValueError,
        ) as error:
            found = _response(error)
            if found is None:
                return self._silent(error)
            if _queued_elsewhere(found):
                return found
            code, detail = _code(found, request.method), _words(found)
            return code, detail.replace(self._token, "…") if self._token else detail

    def _silent(self, error: Exception) -> tuple[str, str]:
        """What it means that there was no answer."""
        unreachable = "deploy-unreachable"
        if isinstance(error, jenkins.TimeoutException | exceptions.Timeout):
            return unreachable, f"no answer within {self._timeout:g} s"
        if isinstance(error, exceptions.SSLError):
            return unreachable, "its certificate was not accepted"
        if isinstance(error, exceptions.ProxyError):
            return unreachable, "the proxy did not let us through"
        if isinstance(error, OSError) and not isinstance(error, ValueError):
            return unreachable, "no connection, or the connection was lost"
        return "deploy-refused", "the request could not be made, or the answer not be read"


def job_path(job: str) -> str:
    """Where ``team/deploy`` is below the root: ``job/team/job/deploy/``.

    Raises DeployError for what is no name of a job.
    """
    parts = job.split("/")
    if any(part.strip() in {"", ".", ".."} for part in parts):
        raise DeployError("deploy-no-job", job=job, detail="this is no name of a job")
    return "".join(f"job/{quote(part, safe='')}/" for part in parts)


def _bare(url: str) -> str:
    """``url`` without credentials, query and fragment, with a slash at the end."""
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("the URL of Jenkins must begin with http:// or https://")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/") + "/", "", ""))


def _response(error: BaseException | None) -> requests.Response | None:
    """The answer an exception is about; python-jenkins hides it in what it was raised from."""
    while error is not None:
        found = getattr(error, "response", None)
        if isinstance(found, requests.Response):
            return found
        error = error.__cause__ or error.__context__
    return None


def _queued_elsewhere(answer: requests.Response) -> bool:
    """True for 303 to a queue item: Jenkins had the same item queued already."""
    return answer.status_code == 303 and bool(_ITEM.search(answer.headers.get("Location", "")))


def _code(answer: requests.Response, method: str | None) -> str:
    status = answer.status_code
    # a build that is looked at is not lost because Jenkins stumbles; a trigger that it cannot
    # carry out (500: bad value of a choice, a plugin's fault) would never pass
    if status in _PASSING or (status >= 500 and method == "GET"):
        return "deploy-unreachable"
    return _CODES.get(status, "deploy-refused")


def _words(answer: requests.Response) -> str:
    """Status and Jenkins' own word on it, on one line."""
    title = _TITLE.search(answer.text[:20_000])
    said = answer.headers.get("X-Error") or (unescape(title[1]) if title else answer.reason) or ""
    need = answer.headers.get("X-Required-Permission")
    parts = [str(answer.status_code), said, f"({need})" if need else ""]
    if answer.is_redirect:
        where = urlsplit(answer.headers.get("Location", ""))
        parts = [str(answer.status_code), f"redirected to {where.hostname or ''}{where.path}"]
    if "crumb" in answer.text[:20_000].lower() and answer.status_code == 403:
        parts.append("crumb")
    text = "".join(c if c.isprintable() else " " for c in " ".join(parts))
    return " ".join(text.split())[:_MAX_WORDS]
