"""What we send GitHub, held against GitHub's own description of its interface."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from githubkit_schemas.latest import models
from starlette.responses import Response

from bot.core.change import FileChange
from bot.core.repo import Spoken, Where
from bot.hub import Annotation, CheckReport, DeploymentState, LineComment
from bot.sandbox.github import Asked
from tests.test_github_sandbox import BRANCH, MARK, World, world

__all__ = ["world"]
_REPO = "ReposOwnerRepo"
BODIES = {
    r"POST /git/trees": "GitTreesPostBody",
    r"POST /git/blobs": "GitBlobsPostBody",
    r"POST /git/commits": "GitCommitsPostBody",
    r"POST /git/refs": "GitRefsPostBody",
    r"PATCH /git/refs/heads/.+": "GitRefsRefPatchBody",
    r"POST /pulls": "PullsPostBody",
    r"PATCH /pulls/\d+": "PullsPullNumberPatchBody",
    r"POST /pulls/\d+/reviews": "PullsPullNumberReviewsPostBody",
    r"PUT /pulls/\d+/merge": "PullsPullNumberMergePutBody",
    r"POST /pulls/\d+/comments/\d+/replies": "PullsPullNumberCommentsCommentIdRepliesPostBody",
    r"POST /issues/\d+/comments": "IssuesIssueNumberCommentsPostBody",
    r"PATCH /issues/comments/\d+": "IssuesCommentsCommentIdPatchBody",
    r"POST /issues/\d+/labels": "IssuesIssueNumberLabelsPostBodyOneof0",
    r"POST /issues/\d+/reactions": "IssuesIssueNumberReactionsPostBody",
    r"POST /check-runs": "CheckRunsPostBodyOneof0",
    r"PATCH /check-runs/\d+": "CheckRunsCheckRunIdPatchBodyAnyof1",
    r"POST /deployments": "DeploymentsPostBody",
    r"POST /deployments/\d+/statuses": "DeploymentsDeploymentIdStatusesPostBody",
}


@pytest.fixture
def sent(world: World) -> Iterator[dict[str, Any]]:
    """Every body our App sends, by what it is sent to; the last of a kind."""
    found: dict[str, Any] = {}

    def note(asked: Asked) -> Response | None:
        what = f"{asked.method} {asked.path.removeprefix('/repos/acme/fleet')}"
        kind = next((kind for kind in BODIES if re.fullmatch(kind, what)), None)
        if kind is not None and asked.app == "cfgbot":
            found[kind] = json.loads(asked.body)
        return None

    world.github.before = note
    yield found
    world.github.before = None


def test_every_body_is_one_that_github_describes(world: World, sent: dict[str, Any]) -> None:
    """Read by GitHub's schema and written again, each body is the same: no field is unknown to it."""
    _do_everything(world)
    assert set(sent) == set(BODIES)
    for kind, body in sent.items():
        model = getattr(models, f"{_REPO}{BODIES[kind]}")
        read = model.model_validate(body)
        assert not read.model_extra, kind
        assert read.model_dump(mode="json", exclude_unset=True, by_alias=True) == body, kind


def _do_everything(world: World) -> None:
    hub, repo, number = world.hub, world.repo, world.issue()
    hub.react(Spoken(repo, Where.ISSUE, 1, number, "", "dana", "dana"), "eyes")
    status = hub.comment(repo, number, MARK, MARK)
    hub.edit_comment(repo, status, f"more {MARK}")
    base = world.head()
    files = [FileChange("a.yml", b"", b"x: 1\n"), FileChange("b.conf", b"", b"\xff\n")]
    first = hub.commit(repo, base, [*files, FileChange("gone.ini", b"", None)], "m", _DATE)
    hub.point_branch(repo, BRANCH, first, None)
    sha = hub.commit(repo, first, [FileChange("a.yml", b"", b"x: 2\n")], "m", _DATE)
    hub.point_branch(repo, BRANCH, sha, first)
    pull = hub.open_pull(repo, "t", "b", BRANCH, "main")
    hub.edit_pull(repo, pull, "t2", "b2")
    hub.review(repo, pull, sha, "COMMENT", MARK, [LineComment("a.yml", 1, "RIGHT", "r")], MARK)
    thread = world.as_person("GET", f"/pulls/{pull}/comments")[0]["id"]
    hub.reply(repo, pull, thread, MARK, MARK)
    marks = tuple(Annotation("a.yml", 1, "failure", "t", "m") for _ in range(60))
    hub.report_check(
        repo, sha, CheckReport("cfg/verdict", "failure", "t", "s", marks, "k", "https://x.example")
    )
    hub.label(repo, pull, ["cfg: approved"])
    merged = hub.merge(repo, pull, sha, "t", "m")
    made = hub.deployment(repo, merged, "aws", "k")
    log = "https://jenkins.example.com/job/x/1/"
    hub.deployment_status(repo, made, DeploymentState.IN_PROGRESS, log, "d")


_DATE = "2026-06-01T12:00:00Z"


def test_every_body_has_a_schema() -> None:
    """The names above are those of GitHub's description."""
    assert [name for name in BODIES.values() if not hasattr(models, f"{_REPO}{name}")] == []
