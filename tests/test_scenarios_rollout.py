"""Rollouts as people see them: stages and waves, what is taken back, and what stops everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from bot.sandbox.jenkins.running import BuildContext
from bot.sandbox.stage import JOB, REPO
from tests.world import FILES, World, same_as_file, world

MOVE = "/cfg change 설정 서버가 192.0.2.7에서 192.0.2.77로 옮겨갔어. 다른 서버들도 맞춰줘"
FIREWALL = "allowed:\n  - 192.0.2.7/32\n  - 192.0.2.9/32\n"
STAGED = {
    **FILES,
    "one/firewall.yml": FIREWALL.encode(),
    "two/firewall.yml": FIREWALL.encode(),
    "inventory.yml": b"servers:\n  config-1:\n    role: config\n    address: 192.0.2.7\n",
}


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[World]:
    """A world in which the config server is both called and let in."""
    with world(tmp_path, STAGED) as made:
        yield made


def deployed(made: World) -> list[tuple[str, str, str]]:
    """What Jenkins was told, in order: cloud, whether it lets the old and the new address in."""
    told = []
    for build in made.stage.jenkins.builds(JOB):
        cloud, commit = build.parameters["CLOUD"], build.parameters["COMMIT"]
        firewall = made.file(f"{cloud}/firewall.yml", commit)
        settings = made.file("one/app.yml" if cloud == "one" else "two/app.env", commit)
        admits = "+".join(ip for ip in ("192.0.2.7", "192.0.2.77") if f"{ip}/" in firewall)
        calls = "192.0.2.77" if "192.0.2.77" in settings else "192.0.2.7"
        told.append((cloud, admits, calls))
    return told


def test_a_move_lets_in_before_it_switches_and_shuts_out_last(staged: World) -> None:
    """Three stages, each whole before the next; one merge; the judged head is the last."""
    issue = staged.ask(MOVE)
    old, new, both = "192.0.2.7", "192.0.2.77", "192.0.2.7+192.0.2.77"
    stages = [(both, old), (both, new), (new, new)]
    told = deployed(staged)
    assert [one[1:] for one in told] == [stage for stage in stages for _ in range(2)]
    assert staged.file("one/firewall.yml") == FIREWALL.replace("192.0.2.7/", "192.0.2.77/")
    assert staged.dana.get("/branches?per_page=100") == [
        one for one in staged.dana.get("/branches") if one["name"] == "main"
    ]
    same_as_file("rollout-staged", staged.text(issue))


def failing(cloud: str, times: list[int]) -> Callable[[BuildContext], str]:
    """A script that fails for ``cloud`` so many times, from the build on that ``times`` says."""

    def script(context: BuildContext) -> str:
        if context.parameters["CLOUD"] != cloud:
            return "SUCCESS"
        times[0] -= 1
        return "FAILURE" if times[0] == 0 else "SUCCESS"

    return script


def test_what_fails_in_the_middle_is_taken_back_in_reverse(staged: World) -> None:
    """The third stage fails in one cloud: everything goes back, the allow-lists last."""
    staged.stage.jenkins.script(JOB, failing("two", [2]))
    issue = staged.ask(MOVE)
    told = deployed(staged)
    assert told[-1][1:] == ("192.0.2.7", "192.0.2.7")
    assert staged.file("one/firewall.yml") == FIREWALL
    assert staged.file("one/app.yml") == STAGED["one/app.yml"].decode()
    assert "192.0.2.77" not in staged.file("two/app.env")
    for before, after in pairwise(told):
        assert set(before[2:]) <= set(before[1].split("+")), (before, after)
    same_as_file("rollout-taken-back", staged.text(issue))


def test_a_branch_that_must_stay_is_no_reason_to_end_badly(staged: World) -> None:
    """Somebody protects the bot's branches: they stay, and the rollout is told as it ended."""
    staged.break_for_bot("DELETE", "cfgbot/rollout-", 422, 9)
    issue = staged.ask(MOVE)
    assert "병합하고 배포했어요" in staged.bot_said(issue)
    assert any("rollout-" in one["name"] for one in staged.dana.get("/branches"))


def test_the_work_of_others_is_not_taken_back(staged: World) -> None:
    """Somebody changed one of the files before it failed: it stops, names the file and keeps it."""
    theirs = b"server:\n  host: 192.0.2.77\n  timeout: 31\n"

    def script(_: BuildContext) -> str:
        staged.stage.github.push(REPO, "main", {"one/app.yml": theirs}, "by hand", "dana")
        return "FAILURE"

    staged.stage.jenkins.script(JOB, script)
    said = staged.bot_said(staged.ask(MOVE))
    assert "중간에 멈췄어요" in said
    assert "되돌리는 중: 병합 뒤에 누군가 one/app.yml을(를) 바꿔서" in said.replace("\\", "")
    assert staged.file("one/app.yml") == theirs.decode()
    assert "192.0.2.77" in staged.file("two/app.env")


def test_what_cannot_be_taken_back_stops_everything(staged: World) -> None:
    """A build that fails on the way back freezes merges until somebody says /cfg resume."""
    staged.stage.jenkins.script(JOB, lambda _: "FAILURE")
    issue = staged.ask(MOVE)
    assert "STOPPED" in staged.bot_said(issue) or "중간에 멈췄어요" in staged.bot_said(issue)
    staged.stage.jenkins.script(JOB, lambda _: "SUCCESS")
    later = staged.dana.open_issue("Another", "")
    staged.dana.comment(later, "/cfg change set RETRY_MAX to 7")
    staged.settle(until=lambda: "/cfg resume" in staged.bot_said(later))
    assert "RETRY_MAX=5" in staged.file("two/app.env")
    staged.dana.comment(issue, "/cfg resume")
    staged.settle(until=lambda: "RETRY_MAX=7" in staged.file("two/app.env"))
    staged.settle()
    assert "deployed" in staged.bot_said(later)
