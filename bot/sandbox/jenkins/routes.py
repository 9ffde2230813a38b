"""Which path is answered by what.

Decides how a path finds its job, build or queue item. It must never change anything for a GET.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bot.sandbox.jenkins.access import Access
from bot.sandbox.jenkins.acting import build, cancel, enable, stop
from bot.sandbox.jenkins.beans import Beans
from bot.sandbox.jenkins.calls import Answer, Call, Caller, as_json, as_text, failure
from bot.sandbox.jenkins.exported import Bean, MalformedTree, export, pruner
from bot.sandbox.jenkins.models import PERMALINKS, Folder, Job, Run
from bot.sandbox.jenkins.pages import console_page, front_page, job_page, log_as_html, run_page

_API = ("api", "json")
_NODES = frozenset({"(master)", "(built-in)"})


@dataclass(frozen=True, slots=True)
class Site:
    """One request's way through the world."""

    beans: Beans
    access: Access
    call: Call
    caller: Caller

    def answer(self) -> Answer:
        """What the path says; 404 where it says nothing."""
        found = self._top(self.call.parts)
        return failure(404, "Not Found") if found is None else found

    def _top(self, parts: tuple[str, ...]) -> Answer | None:
        if not parts:
            return front_page(self.beans)
        if parts == _API:
            return self._json(self.beans.hudson())
        if parts[0] == "job":
            return self._folder(self.beans.top, parts)
        rooms: dict[str, Callable[[tuple[str, ...]], Answer | None]] = {
            "queue": self._queue,
            "computer": self._computer,
            "crumbIssuer": self._crumb,
            "me": self._me,
            "whoAmI": self._me,
            "user": self._user,
        }
        room = rooms.get(parts[0])
        return room(parts[1:]) if room else None

    def _folder(self, folder: Folder, parts: tuple[str, ...]) -> Answer | None:
        if parts in {(), _API}:
            return self._json(self.beans.folder(folder)) if parts else front_page(self.beans)
        if len(parts) < 2 or parts[0] != "job":
            return None
        child = folder.children.get(parts[1])
        if child is None:
            return None
        if isinstance(child, Folder):
            return self._folder(child, parts[2:])
        return self._job(child, parts[2:])

    def _job(self, job: Job, parts: tuple[str, ...]) -> Answer | None:
        if not parts:
            return job_page(self.beans, job)
        if parts == _API:
            return self._json(self.beans.job(job))
        if len(parts) == 1 and parts[0] in {"build", "buildWithParameters"}:
            return build(self.beans, self.call, self.caller, job)
        if len(parts) == 1 and parts[0] in {"enable", "disable"}:
            return self._post(lambda: enable(self.beans, job, on=parts[0] == "enable"))
        if parts == ("config.xml",):
            return _config(job)
        run = _run(job, parts[0])
        return None if run is None else self._build(run, parts[1:])

    def _build(self, run: Run, parts: tuple[str, ...]) -> Answer | None:
        pages: dict[tuple[str, ...], Callable[[], Answer]] = {
            (): lambda: run_page(self.beans, run),
            _API: lambda: self._json(self.beans.run(run)),
            ("console",): lambda: console_page(self.beans, run),
            ("consoleText",): lambda: as_text(bytes(run.console)),
            ("logText", "progressiveText"): lambda: self._progress(run, html=False),
            ("logText", "progressiveHtml"): lambda: self._progress(run, html=True),
            ("stop",): lambda: self._post(lambda: stop(self.beans, run)),
        }
        page = pages.get(parts)
        return page() if page else None

    def _progress(self, run: Run, *, html: bool) -> Answer:
        given = self.call.given.get("start", "0")
        building, text = run.building, bytes(run.console)
        start = int(given) if given.isascii() and given.isdigit() else 0
        part = text[start if start <= len(text) else 0 :]
        more = {"X-More-Data": "true"} if building else {}
        headers = {"X-Text-Size": str(len(text)), **more}
        return log_as_html(part, headers) if html else as_text(part, headers)

    def _queue(self, parts: tuple[str, ...]) -> Answer | None:
        if parts == _API:
            return self._json(self.beans.queue_bean())
        if parts == ("cancelItem",):
            return self._post(lambda: cancel(self.beans, self.call.given.get("id", "")))
        if len(parts) < 3 or parts[0] != "item" or not parts[1].isdecimal():
            return None
        item = self.beans.queue.item(int(parts[1]))
        if item is None:
            return None
        if parts[2:] == _API:
            return self._json(self.beans.item(item))
        if parts[2:] == ("cancelQueue",):
            return self._post(lambda: cancel(self.beans, parts[1]))
        return None

    def _computer(self, parts: tuple[str, ...]) -> Answer | None:
        if parts == _API:
            return self._json(self.beans.computers())
        if len(parts) == 3 and parts[0] in _NODES and parts[1:] == _API:
            return self._json(self.beans.computer())
        return None

    def _crumb(self, parts: tuple[str, ...]) -> Answer | None:
        return self.access.issue(self.call, self.caller) if parts == _API else None

    def _me(self, parts: tuple[str, ...]) -> Answer | None:
        if parts != _API or self.caller.name is None:
            return None
        return self._json(self.beans.user(self.caller.name))

    def _user(self, parts: tuple[str, ...]) -> Answer | None:
        if len(parts) != 3 or parts[1:] != _API or not self.access.knows(parts[0]):
            return None
        return self._json(self.beans.user(parts[0]))

    def _post(self, act: Callable[[], Answer]) -> Answer:
        if self.call.method == "POST":
            return act()
        return failure(405, "This URL requires POST", {"Allow": "POST"})

    def _json(self, shown: Bean) -> Answer:
        given = self.call.given
        try:
            return as_json(export(shown, pruner(given.get("tree"), given.get("depth"))))
        except MalformedTree as error:
            return failure(500, f"Malformed tree expression: {error}")


def _run(job: Job, name: str) -> Run | None:
    if name in PERMALINKS:
        return job.permalink(name)
    return job.run(int(name)) if name.isascii() and name.isdigit() else None


def _config(job: Job) -> Answer:
    definitions = "".join(
        "<hudson.model.StringParameterDefinition>"
        f"<name>{escape(name)}</name><trim>false</trim>"
        "</hudson.model.StringParameterDefinition>"
        for name in job.parameters
    )
    body = (
        "<?xml version='1.1' encoding='UTF-8'?>\n<project>\n  <keepDependencies>false"
        "</keepDependencies>\n  <properties><hudson.model.ParametersDefinitionProperty>"
        f"<parameterDefinitions>{definitions}</parameterDefinitions>"
        "</hudson.model.ParametersDefinitionProperty></properties>\n"
        '  <scm class="hudson.scm.NullSCM"/>\n'
        f"  <disabled>{str(job.disabled).lower()}</disabled>\n"
        f"  <concurrentBuild>{str(job.concurrent).lower()}</concurrentBuild>\n</project>\n"
    )
    return Answer(body=body.encode(), media="application/xml;charset=utf-8")
