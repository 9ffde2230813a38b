"""Whole stories: a signed webhook in, a whole thread out.

Each thread is compared with a file in ``tests/threads``; read those to see what people see. Write
them anew with CFGBOT_WRITE_THREADS=1 and read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.stage import REPO
from tests.world import FILES, INVENTORY, MOVE, MOVE_KO, same_as_file, world


@pytest.mark.parametrize(("name", "text"), [("straight-en", MOVE), ("straight-ko", MOVE_KO)])
def test_a_comment_becomes_a_judged_merged_deployed_change(
    tmp_path: Path, name: str, text: str
) -> None:
    """One sentence, both files of both clouds, two builds; nothing else moves."""
    with world(tmp_path, {**FILES, "inventory.yml": INVENTORY}) as made:
        issue = made.ask(text)
        same_as_file(name, made.text(issue, issue + 1))
        assert made.file("one/app.yml") == FILES["one/app.yml"].decode().replace(".7", ".77")
        assert made.file("two/app.env") == "CONFIG_HOST=192.0.2.77\nRETRY_MAX=5\n"
        clouds = [build.parameters["CLOUD"] for build in made.stage.jenkins.builds("fleet-deploy")]
        assert sorted(clouds) == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plan-en", "/cfg plan set the log level of one/app.yml to debug"),
        ("plan-ko", "/cfg plan one/app.yml 로그 레벨을 debug로 바꿔줘"),
        ("question-en", "/cfg change make it faster"),
        ("question-ko", "/cfg change 좀 더 빠르게 해줘"),
        ("unknown-verb-en", "/cfg chnage x to y"),
        ("unknown-verb-ko", "/cfg 바꾸기 타임아웃"),
        ("no-verb", "/cfg set the timeout to 45"),
        ("empty-en", "/cfg change"),
        ("several", "/cfg change a to b\n\n/cfg change c to d"),
        ("several-ko", "/cfg 변경 가를 나로\n\n/cfg 변경 다를 라로"),
        ("not-plain-en", "/cfg change set the timeout to 45\n\n> as discussed"),
        ("not-plain-ko", "/cfg change 타임아웃을 45로\n\n```\nx: 1\n```"),
        ("empty-ko", "/cfg 변경"),
        ("invisible", "/cfg change set timeout to 4\u200b5"),
        ("help-en", "/cfg help"),
        ("help-ko", "/cfg 도움말"),
        ("revise-on-issue", "/cfg revise make it 45"),
        ("secret-en", "/cfg change set DB_PASSWORD in two/app.env to hunter2-Sw0rdfish"),
    ],
)
def test_what_is_not_carried_out_is_answered(tmp_path: Path, name: str, text: str) -> None:
    """A word on why and what to do; no branch, no pull request, main as it was."""
    files = {**FILES, "two/app.env": FILES["two/app.env"] + b"DB_PASSWORD=\n"}
    with world(tmp_path, files) as made:
        before = made.dana.get("/branches/main")["commit"]["sha"]
        issue = made.ask(text)
        same_as_file(name, made.text(issue))
        assert "hunter2" not in made.bot_said(issue)
        assert made.dana.get("/branches/main")["commit"]["sha"] == before
        assert [branch["name"] for branch in made.dana.get("/branches")] == ["main"]
        assert made.dana.get("/pulls?state=all") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rejected-en", "/cfg change move config from 192.0.2.7 to 192.0.2.9"),
        ("rejected-ko", "/cfg change 설정 서버를 192.0.2.7에서 192.0.2.9로 옮겨줘"),
    ],
)
def test_a_change_that_is_rejected_stays_open_with_its_reasons(
    tmp_path: Path, name: str, text: str
) -> None:
    """The address is somebody else's: a pull request, remarks on its lines, no merge."""
    with world(tmp_path, {**FILES, "inventory.yml": INVENTORY}) as made:
        issue = made.ask(text)
        same_as_file(name, made.text(issue, issue + 1))
        assert made.dana.get(f"/pulls/{issue + 1}")["state"] == "open"
        assert "192.0.2.7\n" in made.file("two/app.env")
        assert made.stage.jenkins.builds("fleet-deploy") == ()


def test_a_stranger_gets_one_polite_refusal(tmp_path: Path) -> None:
    """However often they ask; and nothing is read or changed for them."""
    with world(tmp_path) as made:
        issue = made.dana.open_issue("A wish", "")
        for _ in range(3):
            made.sam.comment(issue, MOVE)
        made.settle()
        same_as_file("stranger", made.text(issue))
        answers = [
            comment
            for comment in made.dana.get(f"/issues/{issue}/comments")
            if comment["user"]["type"] == "Bot"
        ]
        assert len(answers) == 1
        assert made.dana.get("/pulls?state=all") == []


def test_an_editor_without_permission_cannot_speak_through_another(tmp_path: Path) -> None:
    """Dana, who may, edits the comment of Sam, who may not: both would have to be allowed."""
    with world(tmp_path) as made:
        issue = made.dana.open_issue("A wish", "")
        comment = made.sam.comment(issue, "hello")
        made.dana.patch(f"/issues/comments/{comment}", {"body": MOVE})
        made.settle()
        assert made.dana.get("/pulls?state=all") == []


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{MOVE}\n```",
        f"> {MOVE}",
        f"    {MOVE}",
        f"`{MOVE}`",
        f"<!-- {MOVE} -->",
        f"<!--\n{MOVE}\n-->",
        f"try {MOVE}",
        "/config change x to y",
    ],
)
def test_an_example_of_a_command_is_no_command(tmp_path: Path, text: str) -> None:
    """Code, quotes and HTML: nobody is answered and nothing happens."""
    with world(tmp_path) as made:
        issue = made.ask(text)
        assert len(made.dana.get(f"/issues/{issue}/comments")) == 1
        assert made.dana.get("/pulls?state=all") == []


def test_a_redelivered_webhook_does_nothing_twice(tmp_path: Path) -> None:
    """The same delivery three times, and the same words edited elsewhere in the comment."""
    with world(tmp_path) as made:
        made.stage.github.faults.duplicate_deliveries(2)
        issue = made.dana.open_issue("A wish", "")
        comment = made.dana.comment(issue, MOVE)
        made.settle()
        made.dana.patch(f"/issues/comments/{comment}", {"body": f"please\n\n{MOVE}"})
        made.settle()
        assert len(made.dana.get("/pulls?state=all")) == 1
        assert len(made.dana.get(f"/issues/{issue}/comments")) == 2
        assert len(made.stage.jenkins.builds("fleet-deploy")) == 2


def test_an_issue_with_the_label_is_a_request(tmp_path: Path) -> None:
    """Natural language without a slash, where the label says so."""
    with world(tmp_path) as made:
        issue = made.dana.post(
            "/issues",
            {
                "title": "Config server",
                "body": "192.0.2.7을 192.0.2.77로 바꿔줘",
                "labels": ["cfg"],
            },
        )["number"]
        made.settle()
        same_as_file("labelled", made.text(issue, issue + 1))
        assert "192.0.2.77" in made.file("two/app.env")


def test_a_change_outside_every_environment_is_merged_and_not_deployed(tmp_path: Path) -> None:
    """It is said that nothing had to be deployed."""
    files = {**FILES, "other/x.yml": b"worker:\n  retries: 3\n"}
    with world(tmp_path, files) as made:
        issue = made.ask("/cfg change set worker retries to 5")
        same_as_file("nothing-to-deploy", made.text(issue))
        assert made.file("other/x.yml") == "worker:\n  retries: 5\n"


def test_a_broken_policy_is_said_and_nothing_is_done(tmp_path: Path) -> None:
    """Unknown keys are errors: a typo must not quietly allow everything."""
    with world(tmp_path, {**FILES, ".cfgbot.yml": b"alowed: [one/**]\n"}) as made:
        issue = made.ask(MOVE)
        same_as_file("policy-invalid", made.text(issue))
        assert made.dana.get("/pulls?state=all") == []


def test_mentions_and_markup_of_a_request_stay_text(tmp_path: Path) -> None:
    """A request full of mentions, HTML and closing words notifies and closes nothing."""
    with world(tmp_path) as made:
        issue = made.ask(f"{MOVE}\n@acme/all fixes #1 <img src=x onerror=alert(1)> [a](https://e)")
        thread = made.bot_said(issue)
        assert "@acme" not in thread
        assert "\\<img" in thread
        assert made.dana.get(f"/issues/{issue}")["state"] == "open"
        assert REPO == "acme/fleet"
