"""Stories with two models over real HTTP, and with a second App that may really approve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.sandbox.stage import EVENTS, PERMISSIONS, REPO, Stage, make_keys
from tests.model_server import (
    Answer,
    Behaviour,
    ModelServer,
    always,
    approves,
    by_role,
    operations,
    says,
)
from tests.test_cfg_models import FILES, GOOD, PLACE, REQUEST
from tests.test_killed import Arena, arena
from tests.test_scenarios_merge import RETRY, merged
from tests.world import world

HOSTILE = operations(PLACE, {**PLACE, "key": "admin_port", "old": "9000", "new": "9001"})


@contextmanager
def asked(
    folder: Path, author: Behaviour, reviewer: Behaviour
) -> Iterator[tuple[Arena, ModelServer, int]]:
    """The bot as a process of its own with two models; the request has been answered."""
    files = {path: text.encode() for path, text in FILES.items()}
    with ModelServer({"a": author, "b": reviewer}) as server, arena(folder, files) as made:
        made.start(
            CFG_AUTHOR_MODEL="openai/a",
            CFG_REVIEWER_MODEL="openai/b",
            CFG_AUTHOR_BASE_URL=server.base_url,
            CFG_REVIEWER_BASE_URL=server.base_url,
            CFG_AUTHOR_API_KEY="sk-of-the-author",
            CFG_REVIEWER_API_KEY="sk-of-the-reviewer",
            CFG_MODEL_TIMEOUT="5",
            CFG_ROUNDS="1",
        )
        issue = made.dana.open_issue("wish", "")
        made.dana.comment(issue, f"/cfg change {REQUEST}")
        made.until_answered(issue)
        yield made, server, issue


def test_two_models_that_agree_merge_a_change_rules_cannot_read(tmp_path: Path) -> None:
    """The author edits, the reviewer derives the same blind and approves; both are named."""
    with asked(tmp_path, says(GOOD), by_role(derive=GOOD, review=approves)) as (
        made,
        server,
        issue,
    ):
        said = made.stage.github.thread(REPO, issue)
        assert "**Merged** in #2" in said
        assert "author `openai/a`, reviewer `openai/b`" in said
        text = made.stage.github.file(REPO, "main", "services/worker/worker.yml")
        assert text is not None
        assert b"retries: 5" in text
        assert {one.role for one in server.asked} == {"author", "derive", "review"}


def test_a_hostile_author_and_a_yes_man_merge_nothing(tmp_path: Path) -> None:
    """A port nobody asked for: a pull request with its reasons, main as it was."""
    reviewer = by_role(derive=HOSTILE, review=approves)
    with asked(tmp_path, says(HOSTILE), reviewer) as (made, _, issue):
        assert "**Not merged**" in made.stage.github.thread(REPO, issue)
        pull = made.dana.get(f"/pulls/{issue + 1}")
        assert pull["state"] == "open"
        remarks = made.dana.get(f"/pulls/{issue + 1}/comments")
        assert any("admin" in one["body"] for one in remarks)
        text = made.stage.github.file(REPO, "main", "services/worker/worker.yml")
        assert text == FILES["services/worker/worker.yml"].encode()


def test_a_model_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    """No verdict, no merge, and no key in what is said."""
    broken = always(Answer(status=500, body=b"down"))
    with asked(tmp_path, broken, broken) as (made, _, issue):
        said = made.stage.github.thread(REPO, issue)
        assert "openai/a cannot be reached" in said
        assert "sk-of" not in said
        assert made.dana.get("/pulls?state=all") == []


def second_app(stage: Stage) -> Mapping[str, str]:
    """An App beside the bot that reviews."""
    keys = make_keys()
    app = stage.github.add_app(
        "cfg-reviewer",
        keys.public,
        webhook_url=None,
        secret=None,
        permissions=PERMISSIONS,
        events=EVENTS[:0],
    )
    stage.github.install(app, "acme", [REPO])
    return {"CFG_REVIEWER_APP_ID": str(app), "CFG_REVIEWER_PRIVATE_KEY": keys.private}


def test_a_second_app_really_approves(tmp_path: Path) -> None:
    """The branch wants an approving review: the reviewer App gives it, and it merges."""
    with world(tmp_path, prepare=second_app) as made:
        made.stage.github.protect(REPO, "main", approvals=1)
        issue = made.ask(RETRY)
        reviews = made.dana.get(f"/pulls/{issue + 1}/reviews")
        assert [(one["user"]["login"], one["state"]) for one in reviews] == [
            ("cfg-reviewer[bot]", "APPROVED")
        ]
        made.settle(until=lambda: merged(made, issue + 1))
