"""python-jenkins with its traps closed: a client of its own for each call, every failure a DeployError.

Decides which trouble means what. It must never let an exception of python-jenkins or requests
through, follow a redirect, or put credentials into a text.
Traps met here (python-jenkins 1.8.3): requests' own exceptions, with the answer hidden behind them;
those of a session are closed in ``jenkins_session``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import jenkins
import requests
from requests import exceptions

from bot.adapters.jenkins_session import Session, TooLarge
from bot.ports import DeployError

_ITEM = re.compile(r"/queue/item/(\d+)/?$")
_USERINFO = re.compile(r"(?<=//)[^/?#]*@")
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
# python-jenkins lets these out; the last two where a crumb is not what it expects
_RAISED = (
    *(jenkins.JenkinsException, exceptions.RequestException, OSError, ValueError),
    *(LookupError, TypeError),
)
_NOT_JENKINS = "what answered is not Jenkins"


class UnansweredError(DeployError):
    """deploy-unreachable, and Jenkins may be carrying the request out at this moment."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What went wrong, as a DeployError has it.

    ``crumb``: Jenkins wants a crumb. ``pending``: nobody but Jenkins knows whether it is at it.
    """

    code: str
    detail: str
    crumb: bool = False
    pending: bool = False


class JenkinsClient:
    """Asks one Jenkins as one user; ``url`` may have a path, ``timeout`` is in seconds.

    Safe to use from several threads. Raises ValueError for a URL that is not http or https.
    """

    def __init__(self, url: str, user: str, token: str, *, timeout: float) -> None:
        self._url = _bare(url)
        self._user = user
        self._token = token
        self._pair = f"{user}:{token}".encode()
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
        answer = self._send(request, job)
        if answer.status_code not in {201, 303}:
            raise DeployError("deploy-refused", job=job, detail=_NOT_JENKINS)
        found = _ITEM.search(answer.headers.get("Location", ""))
        return int(found[1]) if found else None

    def act(self, path: str, job: str, **data: str) -> None:
        """POST to ``path``; a redirect to a page of Jenkins is its way to say done.

        Raises DeployError. Whoever acts looks afterwards: a proxy's redirect looks the same.
        """
        request = requests.Request("POST", f"{self._url}{path}", data=data)
        self._send(request, job, good=_moved_on)

    def log_size(self, path: str, job: str) -> int:
        """How many bytes the console of the build at ``path`` has by now. Raises DeployError."""
        request = requests.Request("HEAD", f"{self._url}{path}logText/progressiveText")
        size = self._send(request, job).headers.get("X-Text-Size", "")
        if not (size.isascii() and size.isdigit()):
            raise DeployError("deploy-refused", job=job, detail=_NOT_JENKINS)
        return int(size)

    def log_from(self, path: str, job: str, start: int) -> str:
        """The console of the build at ``path`` from byte ``start`` on. Raises DeployError."""
        request = requests.Request(
            "GET", f"{self._url}{path}logText/progressiveText", params={"start": start}
        )
        return self._send(request, job).content.decode("utf-8", errors="replace")

    def version(self) -> str | None:
        """What Jenkins calls its version; None where it is no Jenkins that answers.

        Every answer of a Jenkins names it, also one that refuses. Raises DeployError for none.
        """
        request = requests.Request("GET", f"{self._url}login")
        answer = self._send(request, "", good=lambda _: True)
        return answer.headers.get("X-Jenkins")

    def _send(
        self,
        request: requests.Request,
        job: str,
        good: Callable[[requests.Response], bool] | None = None,
    ) -> requests.Response:
        good = good or _queued_elsewhere
        answer = self._answered(request, good, crumbs=False)
        if isinstance(answer, _Trouble) and answer.crumb:
            # a password instead of a token: Jenkins did nothing yet
            answer = self._answered(request, good, crumbs=True)
        if isinstance(answer, _Trouble):
            # raised here, where no exception hangs on it: those hold the request, with its token
            kind = UnansweredError if answer.pending else DeployError
            raise kind(answer.code, job=job, detail=self.clean(answer.detail))
        return answer

    def _answered(
        self,
        request: requests.Request,
        good: Callable[[requests.Response], bool],
        *,
        crumbs: bool,
    ) -> requests.Response | _Trouble:
        try:
            with closing(
                Session(self._url, self._user, self._token, self._timeout, crumbs=crumbs)
            ) as session:
                answer: requests.Response = session.jenkins_request(request)
                return answer
        except _RAISED as error:
            found = _response(error)
            if found is None:
                return self._silent(error)
            return found if good(found) else _refused(found)

    def clean(self, text: str) -> str:
        """``text`` without our token, however it came into it."""
        for secret in (self._token, base64.b64encode(self._pair).decode()):
            text = text.replace(secret, "…") if secret else text
        return text

    def _silent(self, error: Exception) -> _Trouble:
        """What it means that there was no answer."""
        if isinstance(error, TooLarge):
            return _Trouble("deploy-refused", str(error))
        if isinstance(error, jenkins.TimeoutException | exceptions.Timeout):
            detail = f"no answer within {self._timeout:g} s"
            return _Trouble("deploy-unreachable", detail, pending=True)
        if isinstance(error, exceptions.SSLError):
            return _Trouble("deploy-unreachable", "its certificate was not accepted")
        if isinstance(error, exceptions.ProxyError):
            return _Trouble("deploy-unreachable", "the proxy did not let us through")
        if isinstance(error, OSError) and not isinstance(error, ValueError):
            return _Trouble("deploy-unreachable", "no connection, or the connection was lost")
        return _Trouble("deploy-refused", "the request could not be made, or its answer not read")


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


def _moved_on(answer: requests.Response) -> bool:
    """True for a redirect to anything but the page where people log in."""
    return answer.is_redirect and "login" not in answer.headers["Location"].lower()


def _refused(answer: requests.Response) -> _Trouble:
    said = _words(answer)
    crumb = answer.status_code == 403 and "crumb" in said.lower()
    # 504: a proxy gave up waiting, not Jenkins working
    return _Trouble(_code(answer), said, crumb, pending=answer.status_code == 504)


def _code(answer: requests.Response) -> str:
    status = answer.status_code
    # a build that is looked at is not lost because Jenkins stumbles; a trigger that it cannot
    # carry out (500: a bad value of a choice, a plugin's fault) would never pass
    if status in _PASSING or (status >= 500 and answer.request.method != "POST"):
        return "deploy-unreachable"
    if answer.is_redirect and "login" in answer.headers["Location"].lower():
        return "deploy-forbidden"
    return _CODES.get(status, "deploy-refused")


def _words(answer: requests.Response) -> str:
    """Status and Jenkins' own word on it, on one line."""
    title = _TITLE.search(answer.text[:20_000])
    said = answer.headers.get("X-Error") or (unescape(title[1]) if title else answer.reason) or ""
    need = answer.headers.get("X-Required-Permission")
    parts = [str(answer.status_code), said, f"({need})" if need else ""]
    if answer.is_redirect:
        where = _USERINFO.sub("", answer.headers["Location"]).partition("?")[0]
        parts = [str(answer.status_code), f"redirected to {where}"]
    text = "".join(c if c.isprintable() else " " for c in " ".join(parts))
    return " ".join(text.split())[:_MAX_WORDS]
