"""An OpenAI-compatible model server on loopback, scripted per model name.

Real HTTP on a port of its own, so that the tests drive litellm as it is. A behaviour is a callable
from what was asked to what is answered; ``script`` plays several one after the other. Everything
that was sent is kept in ``asked``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Asked:
    """One request as it reached the server; ``body`` is the whole JSON."""

    model: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def system(self) -> str:
        """The system text."""
        return "\n".join(m["content"] for m in self.body["messages"] if m["role"] == "system")

    @property
    def user(self) -> str:
        """The user text."""
        return "\n".join(m["content"] for m in self.body["messages"] if m["role"] == "user")

    @property
    def text(self) -> str:
        """All that the model would read."""
        return f"{self.system}\n{self.user}"

    @property
    def role(self) -> str:
        """``author``, ``derive`` or ``review``, by the prompt's own first words."""
        openings = {"You edit": "author", "You work out": "derive", "You review": "review"}
        return next(
            (role for opening, role in openings.items() if self.system.startswith(opening)), "other"
        )

    @property
    def style(self) -> str:
        """The type of ``response_format``, ``none`` where there is none."""
        wanted = self.body.get("response_format") or {"type": "none"}
        return (
            f"{wanted['type']}+schema"
            if wanted["type"] == "json_object" and "schema" in wanted
            else str(wanted["type"])
        )


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; ``delay`` seconds pass before it, ``drip`` seconds between its bytes."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    length: int | None = None


Behaviour = Callable[[Asked], "Answer | str"]


def completion(
    text: str | None, *, finish: str = "stop", usage: Mapping[str, int] | None = None
) -> Answer:
    """A well-formed chat completion with this text."""
    message = {"role": "assistant", "content": text}
    spent = usage or {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return _json(
        200,
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [choice],
            "usage": spent,
        },
    )


def _json(status: int, value: object, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), headers)


def error(status: int, message: str = "no", **headers: str) -> Answer:
    """An error as OpenAI's API words it."""
    return _json(status, {"error": {"message": message, "type": "error", "code": None}}, **headers)


def says(text: str) -> Behaviour:
    """Always this text."""
    return lambda _: text


def always(answer: Answer) -> Behaviour:
    """Always this HTTP answer."""
    return lambda _: answer


def script(*steps: Behaviour | Answer | str) -> Behaviour:
    """One step after the other; the last one stays."""
    left, lock = list(steps), Lock()

    def play(asked: Asked) -> Answer | str:
        with lock:
            step = left.pop(0) if len(left) > 1 else left[0]
        return step(asked) if callable(step) else step

    return play


def by_role(**behaviours: Behaviour | str) -> Behaviour:
    """One behaviour for each role (``author``, ``derive``, ``review``)."""

    def play(asked: Asked) -> Answer | str:
        chosen = behaviours[asked.role]
        return chosen(asked) if callable(chosen) else chosen

    return play


def slow(seconds: float, then: Behaviour) -> Behaviour:
    """Answers as ``then``, but only after ``seconds``."""

    def play(asked: Asked) -> Answer:
        answer = _as_answer(then(asked))
        return Answer(answer.status, answer.body, answer.headers, delay=seconds)

    return play


def refuses_styles(*styles: str, then: Behaviour) -> Behaviour:
    """400 for these response formats, else as ``then``."""

    def play(asked: Asked) -> Answer | str:
        if asked.style in styles:
            return error(400, f"response_format {asked.style} is not supported")
        return then(asked)

    return play


def truncated(text: str) -> Answer:
    """The first half of ``text``, cut off for length."""
    return completion(text[: len(text) // 2], finish="length")


def no_choices() -> Answer:
    """A completion without any choice."""
    return _json(
        200, {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
    )


def operations(*said: Mapping[str, object], question: str | None = None) -> str:
    """A proposal's text."""
    return json.dumps({"operations": list(said), "question": question}, ensure_ascii=False)


def hunk_ids(asked: Asked) -> list[str]:
    """The ids of the hunks that a review prompt shows."""
    lines = asked.user.splitlines()
    return [line.split()[1] for line in lines if line.startswith("Hunk h") and line.endswith(":")]


def approves(asked: Asked) -> str:
    """A yes-man: approves every hunk shown."""
    hunks = [
        {"id": name, "lines": [], "reason": "as asked", "verdict": "approve"}
        for name in hunk_ids(asked)
    ]
    return json.dumps({"hunks": hunks, "missing": [], "verdict": "approve"})


def rejects(asked: Asked) -> str:
    """Rejects every hunk shown."""
    hunks = [
        {"id": name, "lines": [], "reason": "not asked for", "verdict": "reject"}
        for name in hunk_ids(asked)
    ]
    return json.dumps({"hunks": hunks, "missing": [], "verdict": "reject"})


def _as_answer(said: Answer | str) -> Answer:
    return completion(said) if isinstance(said, str) else said


class ModelServer:
    """The server; use it with ``with``. ``behaviours`` are by model name without its provider."""

    def __init__(self, behaviours: Mapping[str, Behaviour]) -> None:
        self.behaviours = dict(behaviours)
        self.asked: list[Asked] = []
        self.failures: list[BaseException] = []
        self._closing = Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def base_url(self) -> str:
        """What ``OPENAI_BASE_URL`` would be."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def asked_of(self, model: str) -> list[Asked]:
        """What was sent to one model, in order."""
        return [asked for asked in self.asked if asked.model == model]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        if value is None and self.failures:
            raise self.failures[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                asked = Asked(str(body.get("model")), body, dict(self.headers))
                server.asked.append(asked)
                try:
                    self._send(server._answer(asked, self.path))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _send(self, answer: Answer) -> None:
                server._closing.wait(answer.delay)
                self.send_response(answer.status)
                length = len(answer.body) if answer.length is None else answer.length
                for name, value in {
                    "Content-Type": "application/json",
                    "Content-Length": str(length),
                    "Connection": "close",
                    **answer.headers,
                }.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.close_connection = True
                if not answer.drip:
                    self.wfile.write(answer.body)
                    return
                for byte in answer.body:
                    if server._closing.wait(answer.drip):
                        return
                    self.wfile.write(bytes([byte]))

        return Handler

    def _answer(self, asked: Asked, path: str) -> Answer:
        """A behaviour that fails is the test's fault: shown when the server closes."""
        if path != "/v1/chat/completions":
            return error(404, f"no such path {path}")
        if asked.model not in self.behaviours:
            return error(404, f"The model `{asked.model}` does not exist")
        try:
            return _as_answer(self.behaviours[asked.model](asked))
        except Exception as failure:  # noqa: BLE001
            self.failures.append(failure)
            return error(500, repr(failure))


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    """True once ``true()`` is, False if it is not within ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False
