"""A change that is judged right and makes a running server ill."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.demo import fleet_files
from bot.sandbox.person import Person
from bot.sandbox.play import fleet_modes, probed, start_bot
from bot.sandbox.stage import PERSON, REPO, Stage, open_stage


@contextmanager
def sandbox(folder: Path) -> Iterator[tuple[Stage, Person]]:
    """The fleet running, the bot serving, in a hurry."""
    with ExitStack() as stack:
        files, modes = fleet_files(), fleet_modes()
        stage = stack.enter_context(
            open_stage(folder, files, modes=modes, clouds=True, amend=probed, jenkins_seconds=0.05)
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
    """Judged right, merged, deployed, ill: the clouds run the old value again and the issue says so."""
    with sandbox(tmp_path) as (stage, person):
        assert stage.clouds is not None
        stage.clouds.break_server("worker-2", "errors", "45s")
        issue = person.open_issue("Slow exports", "")
        person.comment(issue, "/cfg change set the timeout of worker-2 to 45s")
        said = ended(person, issue, "↩️", "🚨", "✅ **", "🔴", "🟡")
        assert "Taken back" in said
        pulls = person.get("/pulls?state=all")
        assert {pull["title"] for pull in pulls if pull["merged_at"]} >= {"Take back #2"}
