"""The stand-in itself: what tests and ``cfg sandbox`` set up, and the application that is served.

Decides when hooks and faults act on a request. It must never answer without ``X-Jenkins``, nor
listen by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex
from urllib.parse import unquote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.jenkins.access import Access
from bot.sandbox.jenkins.beans import PUSHED, Beans
from bot.sandbox.jenkins.calls import Answer, Call, Caller, failure
from bot.sandbox.jenkins.faults import Dropped, Faults
from bot.sandbox.jenkins.models import Build, Folder, Job, Request, Revision, Script
from bot.sandbox.jenkins.routes import Site
from bot.sandbox.jenkins.running import Queue

VERSION = "2.528.3"
Hook = Callable[[Request], None]


class Jenkins:
    """A Jenkins without a port: serve ``app`` and set ``url`` to where that is.

    ``quiet_period`` and ``seconds`` (how long a build without a script takes) are in seconds.
    ``before`` and ``after`` may be set to functions that see every request, with status 0 before it
    is carried out; they may raise Dropped. ``close`` ends every build and thread.
    """

    def __init__(
        self,
        *,
        quiet_period: float = 0.0,
        executors: int = 2,
        seconds: float = 0.2,
        crumbs: bool = True,
    ) -> None:
        self.url = ""
        self.before: Hook | None = None
        self.after: Hook | None = None
        self.faults = Faults()
        self.access = Access(crumbs=crumbs)
        self.app = _App(self)
        self._top = Folder("")
        self._queue = Queue(self.faults, executors, quiet_period, seconds)
        self._log: list[Request] = []
        self._count = 0
        self._log_lock = threading.Lock()
        self._session = token_hex(4)

    def add_user(self, name: str, password: str | None = None) -> str:
        """A user who may do anything; their API token. With a password they may also use that."""
        return self.access.add(name, password)

    def add_job(
        self,
        name: str,
        parameters: Sequence[str] = (),
        *,
        script: Script | None = None,
        disabled: bool = False,
        concurrent: bool = True,
    ) -> None:
        """A job; ``name`` may have folders, which are made ("team/deploy").

        ``script`` runs in the executor's thread and returns SUCCESS, FAILURE, UNSTABLE, NOT_BUILT
        or ABORTED; without one a build succeeds after ``seconds``. ``concurrent`` False: one build
        at a time. Raises ValueError where the name is taken or empty.
        """
        *folders, last = name.split("/")
        with self._queue.lock:
            folder = self._top
            for part in folders:
                folder = _inside(folder, part)
            if not last or last in folder.children:
                raise ValueError(f"{name!r} cannot be added")
            job = Job(name, tuple(parameters), script, disabled, concurrent)
            folder.children[last] = job

    def script(self, name: str, script: Script | None) -> None:
        """What the job's builds do from now on; those that run go on as they began."""
        with self._queue.lock:
            self._job(name).script = script

    def builds(self, name: str) -> tuple[Build, ...]:
        """Builds of a job, oldest first. Raises KeyError where there is no such job."""
        with self._queue.lock:
            return tuple(run.frozen() for run in self._job(name).runs)

    def queued(self, name: str) -> int:
        """How many items of a job wait."""
        with self._queue.lock:
            return sum(item.job.full_name == name for item in self._queue.items())

    def trigger(self, name: str, parameters: Mapping[str, str], by: str = "somebody") -> int:
        """A person triggers a job on its page; the number of the queue item. Raises KeyError."""
        with self._queue.lock:
            job = self._job(name)
            given = {declared: parameters.get(declared, "") for declared in job.parameters}
            return self._queue.schedule(job, given, f"Started by user {by}").id

    def push(self, name: str, commit: str, branch: str = "main") -> int:
        """Jenkins itself starts a job for a commit that was pushed; the number of the queue item.

        Parameters have their defaults, as in Jenkins. Raises KeyError.
        """
        with self._queue.lock:
            job = self._job(name)
            given = dict.fromkeys(job.parameters, "")
            revision = Revision(commit, branch)
            return self._queue.schedule(job, given, PUSHED, revision=revision).id

    def cancel(self, item: int) -> bool:
        """A person takes an item out of the queue; False where it is not there (any more)."""
        with self._queue.lock:
            found = self._queue.item(item)
            return found is not None and self._queue.cancel(found)

    def restart(self, *, forget_queue: bool = True) -> None:
        """Restart at once: builds are ABORTED, queue items forgotten, jobs and builds kept.

        A Jenkins that ends in order keeps its queue on disk: ``forget_queue`` False. What had left
        the queue is forgotten either way, and crumbs are those of another session.
        """
        self._queue.restart(forget_queue=forget_queue)
        self._session = token_hex(4)

    @property
    def quiet_period(self) -> float:
        """Seconds for which a new item waits before it may be built; may be set."""
        return self._queue.quiet_period

    @quiet_period.setter
    def quiet_period(self, seconds: float) -> None:
        self._queue.quiet_period = seconds

    def _job(self, name: str) -> Job:
        job = next((job for job in self._top.jobs() if job.full_name == name), None)
        if job is None:
            raise KeyError(name)
        return job

    @property
    def log(self) -> tuple[Request, ...]:
        """Every request that was answered or dropped, in the order of arrival."""
        with self._log_lock:
            return tuple(sorted(self._log, key=lambda request: request.number))

    def close(self) -> None:
        """End every build and thread."""
        self._queue.close()

    def answer(self, call: Call) -> Answer:
        """What Jenkins answers, faults and hooks included. Raises Dropped."""
        with self._log_lock:
            self._count += 1
            number = self._count
        seen = Request(number, call.method, call.path, 0, call.query)
        try:
            answer = self._met(call, seen)
            seen = Request(number, call.method, call.path, answer.status, call.query)
            if self.after is not None:
                self.after(seen)
        except Dropped:
            seen = Request(number, call.method, call.path, 0, call.query)
            raise
        finally:
            with self._log_lock:
                self._log.append(seen)
        return self._signed(answer)

    def _met(self, call: Call, seen: Request) -> Answer:
        if self.before is not None:
            self.before(seen)
        drop = self.faults.meets_drop(call.path)
        if drop is False:
            raise Dropped
        code = self.faults.meets_status(call.path)
        answer = failure(code, "told to") if code else self._carried_out(call)
        if drop:
            raise Dropped
        return answer

    def _carried_out(self, call: Call) -> Answer:
        caller = self.access.caller(call)
        if not isinstance(caller, Caller):
            return caller
        barred = self.access.bars(call, caller)
        if barred is not None:
            return barred
        with self._queue.lock:
            beans = Beans(call.root, self._top, self._queue)
            return Site(beans, self.access, call, caller).answer()

    def _signed(self, answer: Answer) -> Answer:
        headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Hudson": "1.395",
            "X-Jenkins": VERSION,
            "X-Jenkins-Session": self._session,
            "Cache-Control": "no-cache,no-store,must-revalidate",
            **answer.headers,
        }
        return Answer(answer.status, answer.body, answer.media, headers)


def _inside(folder: Folder, part: str) -> Folder:
    name = f"{folder.full_name}/{part}".lstrip("/")
    child = folder.children.setdefault(part, Folder(name))
    if not part or isinstance(child, Job):
        raise ValueError(f"{name!r} is no folder")
    return child


class _App:
    """The ASGI application."""

    def __init__(self, jenkins: Jenkins) -> None:
        self._jenkins = jenkins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await self._call(HttpRequest(scope, receive))
        try:
            found = await run_in_threadpool(self._jenkins.answer, call)
        except Dropped:
            await _drop(receive, send)
            return
        answer = Response(found.body, found.status, dict(found.headers), found.media)
        await answer(scope, receive, send)

    async def _call(self, request: HttpRequest) -> Call:
        root = (self._jenkins.url or f"http://{request.headers.get('host', '')}").rstrip("/") + "/"
        raw = request.scope.get("raw_path") or request.url.path.encode()
        path = raw.decode("latin-1").partition("?")[0]
        below = path.removeprefix(urlsplit(root).path.rstrip("/"))
        parts = tuple(unquote(part) for part in below.split("/") if part)
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.body()
        return Call(request.method, path, parts, request.url.query, headers, body, root)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _drop(receive: Receive, send: Send) -> None:
    # ASGI has no word for a lost connection: uvicorn's own object behind `send` holds the socket
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise Dropped
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
