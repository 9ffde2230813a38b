"""A change that is judged right, deploys well, and makes users ill: taken back, and the issue tells it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.demo import fleet_files
from bot.sandbox.clouds.seen import Status
from bot.sandbox.loopback import Loopback
from bot.sandbox.person import Person
from bot.sandbox.play import fleet_modes, probed, start_bot
from bot.sandbox.stage import PERSON, REPO, Stage, open_stage

WORKER = "clouds/azure/worker-2/worker.toml"


def worker(stage: Stage) -> Status:
    """The server of the story, as it says itself."""
    assert stage.clouds is not None
    return next(one for one in stage.clouds.statuses() if one.name == "worker-2")


class Users:
    """What users see: errors as long as worker-2 runs with a timeout of 45 seconds."""

    def __init__(self) -> None:
        self.stage: Stage | None = None
        self.app = Starlette(routes=[Route("/exports", self._answer)])

    def _answer(self, _: Request) -> Response:
        assert self.stage is not None
        text = self.stage.github.file(REPO, worker(self.stage).commit, WORKER) or b""
        return PlainTextResponse("", 503 if b'"45s"' in text else 200)


@contextmanager
def sandbox(folder: Path) -> Iterator[tuple[Stage, Person]]:
    """The fleet running, its health being what users see, the bot serving, in a hurry."""
    users = Users()
    with ExitStack() as stack:
        seen = stack.enter_context(Loopback(users.app)).url

        def amend(files: dict[str, bytes], board: str) -> dict[str, bytes]:
            files = probed(files, board)
            asked = f"{board}/health/{{environment}}".encode()
            policy = files[".cfgbot.yml"].replace(asked, f"{seen}/exports".encode())
            return {**files, ".cfgbot.yml": policy}

        files, modes = fleet_files(), fleet_modes()
        stage = users.stage = stack.enter_context(
            open_stage(folder, files, modes=modes, clouds=True, amend=amend, jenkins_seconds=0.05)
        )
        start_bot(stack, stage, {}, pace=0.05)
        person = stack.enter_context(Person(stage.github.url, REPO, PERSON, stage.tokens[PERSON]))
        yield stage, person


def ended(person: Person, issue: int, *marks: str) -> str:
    """The bot's status comment once it says one of ``marks``."""
    until = time.monotonic() + 150
    said = ""
    while time.monotonic() < until:
        said = "\n".join(
            one["body"]
            for one in person.get(f"/issues/{issue}/comments")
            if one["user"]["type"] == "Bot"
        )
        if any(mark in said for mark in marks):
            return said
        time.sleep(0.3)
    raise AssertionError(said)


def test_what_breaks_the_health_is_taken_back_by_itself(tmp_path: Path) -> None:
    """Judged right, merged, built well, ill: the server runs the old value, the issue says why."""
    with sandbox(tmp_path) as (stage, person):
        before = stage.github.file(REPO, "main", WORKER)
        issue = person.open_issue("Slow exports", "")
        person.comment(issue, "/cfg change set the timeout of worker-2 to 45s")
        said = ended(person, issue, "↩️", "🚨", "✅ **", "🔴", "🟡")
        assert "**Taken back**: #2 was merged" in said
        assert "`azure` was not healthy: " in said
        assert "/exports" in said
        assert "❌ built, but not healthy" in said
        assert "It was reverted in #3." in said
        pulls = person.get("/pulls?state=all")
        assert {pull["title"] for pull in pulls if pull["merged_at"]} >= {"Take back #2"}
        now = worker(stage)
        assert now.healthy
        assert stage.github.file(REPO, now.commit, WORKER) == before
        assert stage.github.file(REPO, "main", WORKER) == before
