"""The Hub and mirrors against the stand-in for GitHub, over real HTTP and real git."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.adapters.git_forge import GitForge
from bot.adapters.git_library import GitLibrary
from bot.adapters.github.hub import AppKey, GitHubHub
from bot.adapters.github.mirror import Mirror
from bot.core.change import FileChange
from bot.core.repo import Repo, Spoken, Where
from bot.hub import (
    Annotation,
    CheckReport,
    HeadMoved,
    HubError,
    LineComment,
    MergeState,
    NotMergeable,
    Protection,
)
from bot.sandbox.github import GitHub, Logged
from bot.sandbox.loopback import Loopback
from bot.sandbox.stage import EVENTS, PERMISSIONS, make_keys
from tests.git_repo import ENVIRONMENT

FILES = {
    "a.yml": b"name: a\nport: 1\nhost: x\n" + b"".join(b"k%d: v\n" % n for n in range(60)),
    "b.conf": "값=1\n".encode("cp949"),
    "run.sh": b"#!/bin/sh\n",
    "gone.ini": b"[a]\n",
}
FULL = "acme/fleet"
DATE = "2026-06-01T12:00:00Z"
MARK = "<!-- cfgbot:test:1 -->"
KEYS, REVIEWER_KEYS = make_keys(), make_keys()
BRANCH = "cfgbot/5-abc"


@dataclass
class World:
    """The stand-in, the hub in front of it, and the repository they share."""

    github: GitHub
    hub: GitHubHub
    repo: Repo
    tokens: dict[str, str]
    reviewing: GitHubHub
    app_id: int
    slept: list[float]

    def head(self, branch: str = "main") -> str:
        """Where a branch is."""
        found = self.github.head(FULL, branch)
        assert found is not None
        return found

    def as_person(self, method: str, path: str, body: Any = None, login: str = "dana") -> Any:  # noqa: ANN401 - JSON
        """Somebody does something by REST."""
        answer = httpx.request(
            method,
            f"{self.github.url}/api/v3/repos/{FULL}{path}",
            json=body,
            headers={"Authorization": f"token {self.tokens[login]}"},
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def issue(self) -> int:
        """A new issue's number."""
        number: int = self.as_person("POST", "/issues", {"title": "t", "body": "/cfg help"})[
            "number"
        ]
        return number

    def pull(self, files: list[FileChange] | None = None) -> tuple[int, str]:
        """A pull request of ours: number and head."""
        change = files or [FileChange("a.yml", b"", FILES["a.yml"].replace(b"port: 1", b"port: 2"))]
        sha = self.hub.commit(self.repo, self.head(), change, "change", DATE)
        self.hub.point_branch(self.repo, BRANCH, sha, None)
        return self.hub.open_pull(self.repo, "t", f"b {MARK}", BRANCH, "main"), sha

    def count(self, method: str, ending: str) -> int:
        """How many requests of ours were answered with success."""
        rows = self.github.requests_by("cfgbot")
        return sum(
            row.method == method and row.path.endswith(ending) and row.status < 300 for row in rows
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A repository with two people, our App and a reviewing one."""
    github = GitHub(tmp_path / "github")
    with Loopback(github.app) as loopback:
        github.url = loopback.url
        tokens = {name: github.add_user(name) for name in ("dana", "sam")}
        github.add_user("acme", type="Organization")
        github.add_repo(FULL, FILES, collaborators={"dana": "maintain"}, modes={"run.sh": "100755"})
        app_id = github.add_app("cfgbot", KEYS.public, permissions=PERMISSIONS, events=EVENTS)
        second = github.add_app(
            "cfg-reviewer", REVIEWER_KEYS.public, permissions=PERMISSIONS, events=()
        )
        installation = github.install(app_id, "acme", [FULL])
        github.install(second, "acme", [FULL])
        app, reviewer = (
            AppKey(str(app_id), KEYS.private),
            AppKey(str(second), REVIEWER_KEYS.private),
        )
        slept: list[float] = []
        hub = GitHubHub(app, url=github.url, sleep=slept.append)
        reviewing = GitHubHub(app, reviewer, url=github.url, sleep=slept.append)
        (repo,) = hub.repositories()
        assert repo.installation == installation
        try:
            yield World(github, hub, repo, tokens, reviewing, app_id, slept)
        finally:
            hub.close()
            reviewing.close()


def test_who_we_are_and_where(world: World) -> None:
    """Login, repositories, permissions, branches."""
    assert world.hub.bot_login() == "cfgbot[bot]"
    assert (world.repo.full_name, world.repo.default_branch) == (FULL, "main")
    assert world.hub.permission(world.repo, "dana") == "write"
    assert world.hub.permission(world.repo, "sam") in {"none", "read"}
    assert world.hub.permission(world.repo, "nobody-at-all") == "none"
    assert world.hub.branch_head(world.repo, "main") == world.head()
    assert world.hub.branch_head(world.repo, "mai") is None


def test_a_commit_holds_exactly_what_was_asked(world: World) -> None:
    """Text, bytes of another encoding, modes and deletions; the same each time it is made."""
    files = [
        FileChange("a.yml", b"", "이름: 가\r\n".encode()),
        FileChange("b.conf", b"", "값=2\n".encode("cp949")),
        FileChange("run.sh", b"", b"#!/bin/bash\n", "100755", "100755"),
        FileChange("deep/er/new.env", None, b"A=1"),
        FileChange("gone.ini", b"", None),
    ]
    base = world.head()
    made = {world.hub.commit(world.repo, base, files, "m\n\nlong", DATE) for _ in range(2)}
    assert len(made) == 1
    sha = made.pop()
    path = Mirror(Path(world.github.world.folder.parent / "m"), world.hub).update(world.repo, base)
    world.hub.point_branch(world.repo, "cfgbot/x", sha, None)
    Mirror(path.parent, world.hub).update(world.repo, sha)
    library = GitLibrary(path, environment=ENVIRONMENT)
    try:
        found = {file.path: file for file in library.difference(base, sha)}
    finally:
        library.close()
    assert {name: file.head for name, file in found.items()} == {f.path: f.head for f in files}
    assert found["run.sh"].head_mode == "100755"


def test_branches_move_only_from_where_they_were(world: World) -> None:
    """Created once, moved by force where needed, left alone where somebody else moved them."""
    base = world.head()
    one = world.hub.commit(world.repo, base, [FileChange("x", None, b"1")], "1", DATE)
    two = world.hub.commit(world.repo, base, [FileChange("x", None, b"2")], "2", DATE)
    for _ in range(2):
        world.hub.point_branch(world.repo, BRANCH, one, None)
    with pytest.raises(HeadMoved):
        world.hub.point_branch(world.repo, BRANCH, two, None)
    for _ in range(2):
        world.hub.point_branch(world.repo, BRANCH, two, one)
    assert world.head(BRANCH) == two
    pushed = world.github.push(FULL, BRANCH, {"y": b"1"}, "mine", "dana")
    with pytest.raises(HeadMoved):
        world.hub.point_branch(world.repo, BRANCH, one, two)
    world.hub.delete_branch(world.repo, BRANCH, two)
    assert world.head(BRANCH) == pushed
    for _ in range(2):
        world.hub.delete_branch(world.repo, BRANCH, pushed)
    assert world.hub.branch_head(world.repo, BRANCH) is None


def test_what_is_said_is_said_once(world: World) -> None:
    """Comment, reaction and label, each asked for twice."""
    number = world.issue()
    spoken = Spoken(world.repo, Where.ISSUE, 1, number, "", "dana", "dana")
    first = world.hub.comment(world.repo, number, f"hi {MARK}", MARK)
    assert world.hub.comment(world.repo, number, f"hi {MARK}", MARK) == first
    assert world.hub.find_comment(world.repo, number, MARK) == first
    world.hub.edit_comment(world.repo, first, f"changed {MARK}")
    for _ in range(2):
        world.hub.react(spoken, "eyes")
        world.hub.label(world.repo, number, ["cfg: approved"])
    text = world.github.thread(FULL, number)
    assert text.count(MARK) <= 1
    assert "changed" in text
    assert world.count("POST", f"/issues/{number}/comments") == 1


def test_somebody_elses_mark_is_not_ours(world: World) -> None:
    """A person who copies the mark cannot keep us from speaking."""
    number = world.issue()
    world.as_person("POST", f"/issues/{number}/comments", {"body": MARK})
    assert world.hub.find_comment(world.repo, number, MARK) is None


def test_a_lost_answer_does_not_double_a_comment(world: World) -> None:
    """GitHub stores it and answers 502: it is found, not written again."""
    number = world.issue()
    lost: list[int] = []

    def lose(row: Logged) -> None:
        if row.method == "POST" and row.path.endswith("/comments") and not lost:
            lost.append(row.status)
            raise ConnectionAbortedError("the answer is lost")

    world.github.after = lose
    world.hub.comment(world.repo, number, MARK, MARK)
    world.github.after = None
    assert lost == [201]
    assert len(world.as_person("GET", f"/issues/{number}/comments")) == 1


def test_github_away_for_a_moment(world: World) -> None:
    """Reads and writes that met a 502 are made again, and once."""
    number = world.issue()
    world.github.faults.add("GET", r"/comments$", 502, times=2)
    world.github.faults.add("POST", r"/comments$", 502, times=2)
    world.hub.comment(world.repo, number, MARK, MARK)
    assert world.count("POST", f"/issues/{number}/comments") == 1
    assert len(world.slept) == 4


def test_a_pull_request_from_open_to_merged(world: World) -> None:
    """Opened once, edited, merged once at the head that was judged."""
    number, sha = world.pull()
    assert world.hub.open_pull(world.repo, "t", "b", BRANCH, "main") == number
    world.hub.edit_pull(world.repo, number, "new title", f"new body {MARK}")
    now = world.hub.pull(world.repo, number)
    assert (now.open, now.merged, now.head_sha, now.base_sha) == (True, False, sha, world.head())
    assert (now.author, now.head_ref, now.base_ref) == ("cfgbot[bot]", BRANCH, "main")
    assert now.state in {MergeState.CLEAN, MergeState.UNSTABLE}
    assert MARK in now.body
    merged = world.hub.merge(world.repo, number, sha, "title", "message")
    assert world.hub.merge(world.repo, number, sha, "title", "message") == merged
    after = world.hub.pull(world.repo, number)
    assert (after.open, after.merged, after.merge_sha) == (False, True, merged)
    assert world.head() == merged


def test_a_head_that_moved_is_not_merged(world: World) -> None:
    """Somebody pushes to our branch: HeadMoved, and main stays."""
    number, sha = world.pull()
    main = world.head()
    world.github.push(FULL, BRANCH, {"x": b"1"}, "sneak", "dana")
    with pytest.raises(HeadMoved):
        world.hub.merge(world.repo, number, sha, "t", "m")
    assert world.head() == main


def test_what_is_in_the_way_of_a_merge_is_said(world: World) -> None:
    """A conflict, and a required check that is missing: NotMergeable."""
    number, sha = world.pull()
    world.github.protect(FULL, "main", required_checks=["ci"], approvals=1)
    assert world.hub.pull(world.repo, number).state is MergeState.BLOCKED
    with pytest.raises(NotMergeable) as caught:
        world.hub.merge(world.repo, number, sha, "t", "m")
    assert str(caught.value)
    assert "ci" in world.hub.protection(world.repo, "main").checks
    world.github.protect(FULL, "main")
    world.github.push(FULL, "main", {"a.yml": b"other: 1\n"}, "conflict", "dana")
    assert world.hub.pull(world.repo, number).state is MergeState.DIRTY
    with pytest.raises(NotMergeable):
        world.hub.merge(world.repo, number, sha, "t", "m")


def test_an_unprotected_branch_asks_nothing(world: World) -> None:
    """No checks, no approvals."""
    assert world.hub.protection(world.repo, "main") == Protection()


def test_a_review_with_remarks_where_the_diff_shows_them(world: World) -> None:
    """One review; a remark far from the diff is in its body; threads are answered and resolved."""
    number, sha = world.pull()
    remarks = [
        LineComment("a.yml", 2, "RIGHT", "on the line"),
        LineComment("a.yml", 55, "RIGHT", "far from it"),
        LineComment("nowhere.yml", 1, "RIGHT", "no such file"),
    ]
    for _ in range(2):
        world.hub.review(world.repo, number, sha, "COMMENT", f"body {MARK}", remarks, MARK)
    reviews = world.as_person("GET", f"/pulls/{number}/reviews")
    placed = world.as_person("GET", f"/pulls/{number}/comments")
    assert len(reviews) == 1
    assert [(one["line"], one["body"]) for one in placed] == [(2, "on the line")]
    assert "far from it" in reviews[0]["body"]
    assert "no such file" in reviews[0]["body"]
    thread = placed[0]["id"]
    ids = {world.hub.reply(world.repo, number, thread, f"r {MARK}", MARK) for _ in range(2)}
    assert len(ids) == 1
    for _ in range(2):
        world.hub.resolve(world.repo, number, thread)
    assert len([row for row in world.github.writes_by("cfgbot") if row.kind == "graphql"]) == 1
    with pytest.raises(HubError, match="hub-missing"):
        world.hub.resolve(world.repo, number, 12345)


def test_only_a_second_app_can_approve(world: World) -> None:
    """Our own approval is refused by GitHub; the reviewer's counts."""
    number, sha = world.pull()
    assert not world.hub.can_approve()
    with pytest.raises(HubError, match="hub-refused"):
        world.hub.review(world.repo, number, sha, "APPROVE", f"b {MARK}", [], MARK)
    assert world.reviewing.can_approve()
    for _ in range(2):
        world.reviewing.review(world.repo, number, sha, "APPROVE", f"b {MARK}", [], MARK)
    (review,) = world.as_person("GET", f"/pulls/{number}/reviews")
    assert (review["state"], review["user"]["login"]) == ("APPROVED", "cfg-reviewer[bot]")


def test_a_check_with_many_annotations(world: World) -> None:
    """120 annotations in one run, posted once; read back with what others reported."""
    _, sha = world.pull()
    marks = tuple(Annotation("a.yml", n % 60 + 1, "warning", "t", str(n)) for n in range(120))
    report = CheckReport("cfg/verdict", "failure", "t", "s", marks, "key-1", "https://x.example")
    for _ in range(2):
        world.hub.report_check(world.repo, sha, report)
    world.hub.report_check(world.repo, sha, replace(report, key="key-2", conclusion="success"))
    world.as_person("POST", f"/statuses/{sha}", {"state": "pending", "context": "jenkins"})
    found = {check.name: check for check in world.hub.checks(world.repo, sha)}
    assert found["cfg/verdict"].conclusion == "success"
    assert found["cfg/verdict"].app == "cfgbot"
    assert found["jenkins"].conclusion is None
    runs = world.as_person("GET", f"/commits/{sha}/check-runs?filter=all")["check_runs"]
    by_key = {run["external_id"]: run["output"]["annotations_count"] for run in runs}
    assert by_key == {"key-1": 120, "key-2": 120}


def test_what_was_said_while_nobody_listened(world: World) -> None:
    """People's issues and comments; what we said ourselves is not heard."""
    number = world.issue()
    world.as_person("POST", f"/issues/{number}/comments", {"body": "/cfg plan x"})
    world.hub.comment(world.repo, number, MARK, MARK)
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    heard = world.hub.spoken_since(world.repo, since)
    assert [(one.where, one.number, one.author) for one in heard] == [
        (Where.ISSUE, number, "dana"),
        (Where.COMMENT, number, "dana"),
    ]
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert world.hub.spoken_since(world.repo, later) == ()


def test_lost_deliveries_are_found_and_asked_for_again(world: World) -> None:
    """A webhook that met nobody is redelivered, and is then no failure any more."""
    got: list[int] = []

    async def receiver(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        if scope["type"] != "http":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        got.append(1)
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    with Loopback(receiver) as server:
        world.github.set_webhook(world.app_id, f"{server.url}/webhook", "s")
        world.github.wait_idle()
        world.github.faults.drop_deliveries(1)
        world.issue()
        world.github.wait_idle()
        (lost,) = world.hub.failed_deliveries(since)
        assert lost.event == "issues"
        world.hub.redeliver(lost.id)
        world.github.wait_idle()
        assert world.hub.failed_deliveries(since) == ()


def test_limits_of_the_stand_in_are_kept(world: World) -> None:
    """A short limit is waited out, a long one said."""
    number = world.issue()
    world.github.faults.limit_secondary(retry_after=2, path_regex=r"/labels")
    world.hub.label(world.repo, number, ["cfg"])
    assert world.slept == [pytest.approx(2, abs=0.5)]
    world.github.faults.limit_primary(remaining=0, reset_in=3000)
    with pytest.raises(HubError, match="hub-limited") as caught:
        world.hub.label(world.repo, number, ["cfg"])
    assert 2900 < int(caught.value.facts["seconds"]) <= 3001


def test_a_mirror_of_the_stand_in(world: World, tmp_path: Path) -> None:
    """Base and judged commit, fetched with the installation's token."""
    mirror = Mirror(tmp_path / "mirrors", world.hub, pauses=())
    base = world.head()
    path = mirror.update(world.repo, "main", base)
    change = FileChange("a.yml", b"", b"name: b\n")
    GitForge(path, environment=ENVIRONMENT).publish(base, [change], "judged")
    number, sha = world.pull([change])
    assert number
    mirror.update(world.repo, sha)
    library = GitLibrary(path, environment=ENVIRONMENT)
    try:
        assert [one.head for one in library.difference(base, sha)] == [b"name: b\n"]
    finally:
        library.close()
    with pytest.raises(HubError, match="hub-missing"):
        mirror.update(replace(world.repo, id=99, name="not-there"), "main")


def test_a_whole_change_takes_few_requests(world: World) -> None:
    """The straight way from comment to merged: at most 25 requests, ten of them content."""
    hub, repo, number = world.hub, world.repo, world.issue()
    before = len(world.github.requests_by("cfgbot"))
    writes = len(world.github.writes_by("cfgbot"))
    hub.permission(repo, "dana")
    hub.react(Spoken(repo, Where.ISSUE, 1, number, "", "dana", "dana"), "eyes")
    status = hub.comment(repo, number, f"working {MARK}", MARK)
    base = hub.branch_head(repo, "main")
    assert base is not None
    pull, sha = world.pull()
    hub.review(repo, pull, sha, "COMMENT", f"r {MARK}", [], MARK)
    hub.report_check(repo, sha, CheckReport("cfg/verdict", "success", "t", "s", (), "k"))
    hub.label(repo, pull, ["cfg: approved"])
    hub.pull(repo, pull)
    assert hub.branch_head(repo, "main") == base
    hub.edit_comment(repo, status, f"merging {MARK}")
    hub.merge(repo, pull, sha, "t", "m")
    hub.delete_branch(repo, BRANCH, sha)
    hub.edit_comment(repo, status, f"done {MARK}")
    asked = world.github.requests_by("cfgbot")[before:]
    assert len(asked) <= 21, [f"{row.method} {row.path}" for row in asked]
    assert len(world.github.writes_by("cfgbot")) - writes <= 10
