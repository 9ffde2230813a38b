"""What ``cfg sandbox`` plays, to the end: the clouds themselves are asked, and break on demand."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

from bot.demo import fleet_files
from bot.sandbox.person import Person
from bot.sandbox.play import MOVING, NEW_ADDRESS, fleet_modes, probed, start_bot
from bot.sandbox.stage import PERSON, REPO, Stage, open_stage

MOVE = "/cfg change 설정 서버가 127.0.2.7에서 127.0.2.77로 옮겨갔어. 다른 서버들도 맞춰줘"


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


def asked(stage: Stage) -> dict[str, object]:
    """What the running servers say."""
    with urlopen(f"{stage.board}/status", timeout=10) as answer:
        found: dict[str, object] = json.loads(answer.read())
    return found


def test_a_move_reaches_five_clouds_and_nobody_is_refused(tmp_path: Path) -> None:
    """Every server that called the old address calls the new one; the processes counted no refusal."""
    with sandbox(tmp_path) as (stage, person):
        assert stage.clouds is not None
        stage.clouds.second_instance(MOVING, NEW_ADDRESS)
        issue = person.open_issue("Config server moves", "")
        person.comment(issue, MOVE)
        said = ended(person, issue, "✅ **", "↩️", "🚨", "🔴", "🟡", "❌ **")
        assert "배포했어요" in said
        assert stage.clouds.refused_total() == 0
        calls = [call for one in stage.clouds.statuses() if one.in_service for call in one.calls]
        assert any(call.startswith("127.0.2.77:") for call in calls)
        assert not any(call.startswith("127.0.2.7:") for call in calls)
        assert asked(stage)["refused"] == []


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
