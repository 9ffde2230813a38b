"""A whole world on loopback: GitHub and Jenkins stand-ins, a repository, people, and the bot.

A scenario writes a comment through GitHub's API; the stand-in sends the signed webhook to the real
application; the thread that comes of it is read back as text and compared with a file.
"""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import JSONResponse, Response

from bot.app import build_app
from bot.sandbox.github import Asked
from bot.sandbox.loopback import Loopback
from bot.sandbox.person import Person
from bot.sandbox.stage import PERSON, REPO, STRANGER, Stage, open_stage
from bot.server_settings import read_server_settings
from bot.serving import Server, open_server
from bot.settings import read_settings
from bot.telemetry import Telemetry

THREADS = Path(__file__).parent / "threads"
POLICY = b"""environments:
  one: {paths: ["one/**"], job: fleet-deploy, parameters: {CLOUD: one}}
  two: {paths: ["two/**"], job: fleet-deploy, parameters: {CLOUD: two}}
"""
FILES: Mapping[str, bytes] = {
    "one/app.yml": b"server:\n  host: 192.0.2.7\n  timeout: 30\nlog:\n  level: info\n",
    "two/app.env": b"CONFIG_HOST=192.0.2.7\nRETRY_MAX=5\n",
    "README.md": b"# A fleet\n",
    ".cfgbot.yml": POLICY,
}
INVENTORY = b"""servers:
  config-1:
    role: config
    address: 192.0.2.7
  mail-1:
    role: mail
    address: 192.0.2.9
"""
MOVE = "/cfg change move 192.0.2.7 to 192.0.2.77"
MOVE_KO = "/cfg change 설정 서버가 192.0.2.7에서 192.0.2.77로 옮겨갔어. 다른 서버들도 맞춰줘"


@dataclass
class World:
    """A running world; ``dana`` may write, ``sam`` may only read."""

    stage: Stage
    server: Server
    dana: Person
    sam: Person
    url: str

    def ask(self, text: str, *, who: Person | None = None, title: str = "A wish") -> int:
        """An issue with one comment; everything that follows has happened when it returns."""
        issue = (who or self.dana).open_issue(title, "")
        (who or self.dana).comment(issue, text)
        self.settle()
        return issue

    def settle(self, *, until: Callable[[], bool] | None = None, seconds: float = 60) -> None:
        """Wait until nothing is queued, running or on its way (or until ``until`` says so).

        What waits for something outside keeps no one busy and is not waited for.
        """
        end, quiet = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            self.stage.github.wait_idle()
            done = until() if until else self._idle()
            quiet = quiet + 1 if done else 0
            if quiet >= 2:
                return
            time.sleep(0.03)
        raise AssertionError(f"the world does not come to rest\n{self.text(1)}")

    def after_first_sweep(self) -> None:
        """The sweep at the start is over: from now on the bot asks only because of us."""
        repo = self.dana.get("")["id"]
        self.settle(until=lambda: self.server.ledger.mark(f"swept:{repo}") is not None)

    def _idle(self) -> bool:
        if self.server.durable.busy():
            return False
        return not any(
            task.state in {"merged", "working"} for task in self.server.ledger.newest(20)
        )

    def text(self, *numbers: int) -> str:
        """The threads as text."""
        return "\n".join(self.stage.github.thread(REPO, number) for number in numbers)

    def break_for_bot(self, method: str, path: str, status: int, times: int) -> None:
        """The bot's next requests of that kind get ``status``; people's do not."""
        left = [times]

        def before(asked: Asked) -> Response | None:
            ours = asked.app is not None and asked.method == method
            if not ours or not left[0] or not re.search(path, asked.path):
                return None
            left[0] -= 1
            return JSONResponse({"message": "Server Error"}, status)

        self.stage.github.before = before

    def bot_said(self, number: int) -> str:
        """Everything the bot wrote below an issue or pull request."""
        comments = self.dana.get(f"/issues/{number}/comments")
        return "\n".join(one["body"] for one in comments if one["user"]["type"] == "Bot")

    def file(self, path: str, ref: str = "main") -> str:
        """What ``path`` holds on a branch."""
        return base64.b64decode(self.dana.get(f"/contents/{path}?ref={ref}")["content"]).decode()


@contextmanager
def world(
    folder: Path,
    files: Mapping[str, bytes] = FILES,
    *,
    environ: Mapping[str, str] | None = None,
    prepare: Callable[[Stage], Mapping[str, str]] = lambda _: {},
    jenkins_seconds: float = 0.05,
) -> Iterator[World]:
    """A world in ``folder`` with ``files`` on main; ``prepare`` may add settings before the bot."""
    with (
        open_stage(folder, files, jenkins_seconds=jenkins_seconds) as stage,
        people(stage, PERSON) as dana,
        people(stage, STRANGER) as sam,
        bot(stage, {**(environ or {}), **prepare(stage)}) as (server, url),
    ):
        yield World(stage, server, dana, sam, url)


def people(stage: Stage, login: str) -> Person:
    """A person with their token."""
    return Person(stage.github.url, REPO, login, stage.tokens[login])


@contextmanager
def bot(stage: Stage, environ: Mapping[str, str]) -> Iterator[tuple[Server, str]]:
    """The bot, serving; webhooks go to it."""
    front = Loopback(None)
    stage.tell(front.url)
    stage.environ.pop("CFG_PUBLIC_URL")  # links with ports would make every snapshot different
    chosen = {**stage.environ, "CFG_SWEEP_SECONDS": "3600", **environ}
    settings, telemetry = read_server_settings(chosen), Telemetry()
    server = open_server(settings, read_settings(chosen), telemetry, pace=0.02)
    front.app = build_app(server, settings.secrets, telemetry, server.running)
    with front:
        yield server, front.url


def same_as_file(name: str, text: str) -> None:
    """Compare a thread with ``tests/threads/<name>.txt``; CFGBOT_WRITE_THREADS=1 writes it anew."""
    path = THREADS / f"{name}.txt"
    text = re.sub(r"\d+\.\d( s\b|초)", r"0.0\1", text)  # how long it took
    text = re.sub(r"(issuecomment-|discussion_r)\d+", r"\g<1>0", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", text)
    text = re.sub(r"cfgbot/(\d+)-[0-9a-f]{12}", r"cfgbot/\1-0", text)
    text = re.sub(r"c-\d+-(\w+)-\d+-", r"c-0-\1-0-", text)  # ids
    if os.environ.get("CFGBOT_WRITE_THREADS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
