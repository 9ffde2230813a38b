"""Webhooks of the stand-in, its faults and its log; review threads; the git database."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from githubkit.exception import RequestFailed
from starlette.responses import JSONResponse

from bot.sandbox.github import Asked, Logged
from tests.test_sandbox_github import FILES, NAME, REPO, Ear, Stage, refused


@pytest.fixture
def ear() -> Iterator[Ear]:
    """A server that hears webhooks."""
    with Ear() as ear:
        yield ear


@pytest.fixture
def stage(tmp_path: Path, ear: Ear) -> Iterator[Stage]:
    """A stage whose App hears its webhooks at ``ear``."""
    with Stage(tmp_path) as stage:
        stage.hub.set_webhook(stage.app_id, ear.url, "s3cret")
        stage.hub.wait_idle()
        ear.heard.clear()
        yield stage


def _after(stage: Stage, ear: Ear) -> list[str]:
    stage.hub.wait_idle()
    names = ear.names()
    ear.heard.clear()
    return names


def test_deliveries_are_signed_over_their_bytes(stage: Stage, ear: Ear) -> None:
    """The headers GitHub sends, and a signature that the secret proves."""
    stage.person("dev").rest.issues.create(**REPO, title="제목", body="본문")
    stage.hub.wait_idle()
    heard = ear.heard[0]
    digest = hmac.new(b"s3cret", heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert heard.headers["X-GitHub-Hook-Installation-Target-ID"] == str(stage.app_id)
    assert heard.headers["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    assert heard.headers["User-Agent"].startswith("GitHub-Hookshot/")
    payload = heard.payload
    assert payload["sender"]["login"] == "dev"
    assert payload["repository"]["full_name"] == NAME
    assert payload["issue"]["title"] == "제목"


def test_everything_that_happens_to_a_pull_request_is_told(stage: Stage, ear: Ear) -> None:
    """Opened, pushed to, labelled, reviewed, checked, merged: each once and in order."""
    app, pull = stage.app(), stage.pull()
    assert _after(stage, ear) == ["push", "check_suite.requested", "pull_request.opened"]
    stage.hub.push(NAME, "work", {"more": b"1\n"}, "more", "dev")
    assert _after(stage, ear) == ["push", "check_suite.requested", "pull_request.synchronize"]
    issue: dict[str, Any] = {**REPO, "issue_number": pull.number}
    app.rest.issues.add_labels(**issue, labels=["l"])
    app.rest.issues.remove_label(**issue, name="l")
    assert _after(stage, ear) == ["pull_request.labeled", "pull_request.unlabeled"]
    stage.person("dev").rest.pulls.create_review(
        **REPO,
        pull_number=pull.number,
        event="APPROVE",
        comments=[{"path": "a.env", "line": 15, "body": "b"}],
    )
    told = ["pull_request_review.submitted", "pull_request_review_comment.created"]
    assert _after(stage, ear) == told
    head = stage.hub.head(NAME, "work")
    app.rest.checks.create(
        **REPO, name="c", head_sha=head, status="completed", conclusion="success"
    )
    told = ["check_run.created", "check_run.completed", "check_suite.completed"]
    assert _after(stage, ear) == told
    app.rest.pulls.merge(**REPO, pull_number=pull.number)
    assert _after(stage, ear) == ["pull_request.closed", "push", "check_suite.requested"]


def test_edits_tell_what_was_before(stage: Stage, ear: Ear) -> None:
    """Title, body and comment; a change to the same is not told, closing and reopening are."""
    dev = stage.person("dev")
    dev.rest.issues.create(**REPO, title="t", body="b", labels=["x"])
    said = dev.rest.issues.create_comment(**REPO, issue_number=1, body="one").parsed_data
    dev.rest.issues.update_comment(**REPO, comment_id=said.id, body="two")
    dev.rest.issues.update_comment(**REPO, comment_id=said.id, body="two")
    dev.rest.issues.update(**REPO, issue_number=1, body="c")
    dev.rest.issues.update(**REPO, issue_number=1, state="closed")
    dev.rest.issues.update(**REPO, issue_number=1, state="open")
    dev.rest.issues.delete_comment(**REPO, comment_id=said.id)
    stage.hub.wait_idle()
    assert ear.heard[3].payload["changes"] == {"body": {"from": "one"}}
    assert _after(stage, ear) == [
        "issues.opened",
        "issues.labeled",
        "issue_comment.created",
        "issue_comment.edited",
        "issues.edited",
        "issues.closed",
        "issues.reopened",
        "issue_comment.deleted",
    ]


def test_failed_deliveries_stay_failed_until_asked_for_again(stage: Stage, ear: Ear) -> None:
    """No redelivery by itself; asked for, the same GUID comes again and counts as another row."""
    apps, dev = stage.jwt().rest.apps, stage.person("dev")
    ear.status = 500
    dev.rest.issues.create(**REPO, title="t")
    stage.hub.wait_idle()
    ear.status = 202
    failed = apps.list_webhook_deliveries(status="failure").parsed_data
    assert [(row.event, row.status_code) for row in failed] == [("issues", 500)]
    assert len(ear.heard) == 1
    apps.redeliver_webhook_delivery(failed[0].id)
    stage.hub.wait_idle()
    newest = apps.list_webhook_deliveries().parsed_data[0]
    assert (newest.guid, newest.redelivery, newest.status) == (failed[0].guid, True, "OK")
    guids = {heard.headers["X-GitHub-Delivery"] for heard in ear.heard}
    assert guids == {failed[0].guid}
    whole = apps.get_webhook_delivery(newest.id).json()
    assert whole["request"]["payload"]["issue"]["title"] == "t"


def test_deliveries_are_paged_by_cursor(stage: Stage) -> None:
    """Newest first; the cursor in the Link header goes on where the page ended."""
    dev = stage.person("dev")
    for number in range(5):
        dev.rest.issues.create(**REPO, title=f"{number}")
    stage.hub.wait_idle()
    apps = stage.jwt()
    first = apps.request("GET", "/app/hook/deliveries?per_page=4")
    link = first.headers["link"].partition(">")[0].lstrip("<")
    rest = apps.request("GET", link)
    ids = [row["id"] for row in [*first.json(), *rest.json()]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 6  # five issues and the ping


def test_deliveries_can_be_lost_or_doubled(stage: Stage, ear: Ear) -> None:
    """A lost one is recorded as failed; a doubled one arrives twice with one GUID."""
    dev = stage.person("dev")
    stage.hub.faults.drop_deliveries(1)
    dev.rest.issues.create(**REPO, title="lost")
    stage.hub.wait_idle()
    assert ear.heard == []
    stage.hub.faults.duplicate_deliveries(1)
    dev.rest.issues.create(**REPO, title="twice")
    stage.hub.wait_idle()
    assert len({heard.headers["X-GitHub-Delivery"] for heard in ear.heard}) == 1
    assert len(ear.heard) == 2
    failed = stage.jwt().rest.apps.list_webhook_deliveries(status="failure").parsed_data
    assert [row.status for row in failed] == ["failed to connect to host"]


def test_faults_answer_instead_of_github(stage: Stage) -> None:
    """So many times, nothing is carried out, and then all is well."""
    dev = stage.person("dev")
    stage.hub.faults.add("POST", r"/issues$", 502, times=1, body={"message": "Bad Gateway"})
    with pytest.raises(RequestFailed) as error:
        dev.rest.issues.create(**REPO, title="t")
    assert refused(error) == (502, "Bad Gateway")
    assert dev.rest.issues.create(**REPO, title="t").parsed_data.number == 1


def test_hooks_of_a_test_see_every_request(stage: Stage) -> None:
    """``before`` may answer itself; ``after`` sees what is stored before the answer is sent."""
    dev, seen = stage.person("dev"), list[Logged]()

    def before(asked: Asked) -> JSONResponse | None:
        if asked.path.endswith("/labels"):
            return JSONResponse({"message": "no"}, 503)
        return None

    stage.hub.before, stage.hub.after = before, seen.append
    dev.rest.issues.create(**REPO, title="t")
    with pytest.raises(RequestFailed):
        dev.rest.issues.list_labels_for_repo(**REPO)
    assert [(row.method, row.path, row.status, row.login) for row in seen] == [
        ("POST", f"/repos/{NAME}/issues", 201, "dev"),
        ("GET", f"/repos/{NAME}/labels", 503, "dev"),
    ]


def test_writes_of_an_app_can_be_counted(stage: Stage) -> None:
    """Neither tokens nor git objects count as writes; a mutation does."""
    app, git = stage.app(), stage.app()
    main = stage.hub.head(NAME, "main")
    git.rest.git.create_ref(**REPO, ref="refs/heads/x", sha=main)
    stage.person("dev").rest.issues.create(**REPO, title="t")
    app.rest.issues.create_comment(**REPO, issue_number=1, body="x")
    app.rest.issues.list_comments(**REPO, issue_number=1)
    with pytest.raises(Exception, match="Could not resolve"):
        app.graphql(RESOLVE, {"id": "nothing"})
    paths = [row.path for row in stage.hub.writes_by("cfgbot")]
    assert paths == [f"/repos/{NAME}/issues/1/comments", "/graphql"]
    assert len(stage.hub.all_writes_by("cfgbot")) == 3


THREADS = """query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    mergeCommit { oid }
    reviewThreads(first: 1, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { id isResolved isOutdated comments(first: 10) { nodes { databaseId body } } }
    } } } }"""
RESOLVE = """mutation($id: ID!) {
  resolveReviewThread(input: {threadId: $id}) { thread { id isResolved } } }"""


def test_review_threads_are_read_and_resolved(stage: Stage, ear: Ear) -> None:
    """Page by page; a reply belongs to the thread; resolving is told and shown."""
    app, pull = stage.app(), stage.pull()
    lines = [{"path": "a.env", "line": line, "body": f"l{line}"} for line in (14, 15)]
    named: dict[str, Any] = {**REPO, "pull_number": pull.number}
    app.rest.pulls.create_review(**named, event="COMMENT", body="r", comments=lines)
    first = app.rest.pulls.list_review_comments(**named).parsed_data[0].id
    app.rest.pulls.create_reply_for_review_comment(**named, comment_id=first, body="answer")
    given = {"owner": "acme", "name": "fleet", "number": pull.number}
    page = app.graphql(THREADS, given)["repository"]["pullRequest"]["reviewThreads"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    said = page["nodes"][0]["comments"]["nodes"]
    assert [row["body"] for row in said] == ["l14", "answer"]
    assert said[0]["databaseId"] == first
    after = {**given, "after": page["pageInfo"]["endCursor"]}
    rest = app.graphql(THREADS, after)["repository"]["pullRequest"]["reviewThreads"]
    assert (len(rest["nodes"]), rest["pageInfo"]["hasNextPage"]) == (1, False)
    stage.hub.wait_idle()
    ear.heard.clear()
    done = app.graphql(RESOLVE, {"id": page["nodes"][0]["id"]})
    assert done["resolveReviewThread"]["thread"]["isResolved"]
    assert _after(stage, ear) == ["pull_request_review_thread.resolved"]
    assert "thread on a.env:14, resolved by cfgbot[bot]" in stage.hub.thread(NAME, pull.number)


def test_graphql_errors_are_said(stage: Stage) -> None:
    """An unknown field, a broken document and a pull request that is not there."""
    app = stage.app()
    for query, words in (
        ("{ viewer { shoeSize } }", "Field 'shoeSize' doesn't exist on type 'User'"),
        ("{ viewer {", "Parse error"),
        (
            '{ repository(owner: "acme", name: "fleet") { pullRequest(number: 9) { id } } }',
            "Could not resolve to a PullRequest",
        ),
        ("query($n: Int!) { viewer { login } }", "Variable $n"),
    ):
        with pytest.raises(Exception, match="(?s)" + words.replace("$", r"\$")):
            app.graphql(query)


def _tree(app: Any, base: str, **row: object) -> Any:  # noqa: ANN401 - githubkit's response
    entry = {"path": "p", "mode": "100644", "type": "blob", **row}
    return app.request(
        "POST", f"/repos/{NAME}/git/trees", json={"base_tree": base, "tree": [entry]}
    )


def test_trees_are_real_trees(stage: Stage) -> None:
    """Edit, add, delete, change a mode: the SHA is the one git itself gives."""
    app, main = stage.app(), stage.hub.head(NAME, "main") or ""
    added = _tree(app, main, path="deep/er/f.sh", mode="100755", content="#!/bin/sh\n").json()
    rows = app.rest.git.get_tree(**REPO, tree_sha=added["sha"], recursive="1").parsed_data.tree
    assert [(r.path, r.mode) for r in rows if r.path.startswith("deep")] == [
        ("deep", "040000"),
        ("deep/er", "040000"),
        ("deep/er/f.sh", "100755"),
    ]
    gone = _tree(app, main, path="web/b.yml", sha=None).json()
    assert [row["path"] for row in gone["tree"]] == ["a.env"]
    git = stage.hub.world.repo(NAME).git
    assert git.text("fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize(
    "row",
    [
        {"path": "../out", "content": "x"},
        {"path": ".git/config", "content": "x"},
        {"path": "/abs", "content": "x"},
        {"mode": "100600", "content": "x"},
        {"sha": "0" * 40},
        {"path": "not-there", "sha": None},
        {},
    ],
)
def test_trees_that_git_would_not_take(stage: Stage, row: dict[str, object]) -> None:
    """422 for bad paths, modes and objects, and for deleting what is not there."""
    with pytest.raises(RequestFailed) as error:
        _tree(stage.app(), stage.hub.head(NAME, "main") or "", **row)
    assert refused(error)[0] == 422


def test_refs_move_forward_or_by_force(stage: Stage) -> None:
    """A ref that exists, one that would lose commits, one that is not there: 422."""
    git, main, work = stage.app().rest, stage.hub.head(NAME, "main"), stage.branch()
    git.git.update_ref(**REPO, ref="heads/work", sha=work)
    with pytest.raises(RequestFailed) as exists:
        git.git.create_ref(**REPO, ref="refs/heads/work", sha=main)
    with pytest.raises(RequestFailed) as back:
        git.git.update_ref(**REPO, ref="heads/work", sha=main)
    with pytest.raises(RequestFailed) as nowhere:
        git.git.update_ref(**REPO, ref="heads/none", sha=main)
    with pytest.raises(RequestFailed) as object_:
        git.git.create_ref(**REPO, ref="refs/heads/z", sha="0" * 40)
    assert [refused(error) for error in (exists, back, nowhere, object_)] == [
        (422, "Reference already exists"),
        (422, "Update is not a fast forward"),
        (422, "Reference does not exist"),
        (422, "Object does not exist"),
    ]
    moved = git.git.update_ref(**REPO, ref="heads/work", sha=main, force=True).parsed_data
    assert moved.object_.sha == main
    found = git.git.list_matching_refs(**REPO, ref="heads/wo").parsed_data
    assert [row.ref for row in found] == ["refs/heads/work"]


def test_files_are_put_by_their_blob(stage: Stage) -> None:
    """409 for a blob that is no longer the one replaced, 422 without one."""
    put = stage.person("dev").rest.repos.create_or_update_file_contents
    file = {**REPO, "path": "a.env", "message": "m", "content": "eA=="}
    with pytest.raises(RequestFailed) as without:
        put(**file)
    with pytest.raises(RequestFailed) as wrong:
        put(**file, sha="1" * 40)
    assert (refused(without)[0], refused(wrong)[0]) == (422, 409)
    now = stage.person("dev").rest.repos.get_content(**REPO, path="a.env").parsed_data
    assert put(**file, sha=now.sha).status_code == 200
    assert stage.hub.file(NAME, "main", "a.env") == b"x"
    assert FILES["a.env"] != b"x"


def test_deployments_wait_for_green_checks(stage: Stage) -> None:
    """409 where a check of the commit is red; a success ends the earlier one."""
    app, main = stage.app(), stage.hub.head(NAME, "main")
    create = app.rest.repos.create_deployment
    older = create(**REPO, ref="main", environment="one").parsed_data
    state = app.rest.repos.create_deployment_status
    state(**REPO, deployment_id=older.id, state="success")
    newer = create(**REPO, ref="main", environment="one").parsed_data
    state(**REPO, deployment_id=newer.id, state="success")
    ended = app.rest.repos.list_deployment_statuses(**REPO, deployment_id=older.id).parsed_data
    assert [row.state for row in ended] == ["inactive", "success"]
    app.rest.repos.create_commit_status(**REPO, sha=main, state="failure", context="ci")
    with pytest.raises(RequestFailed) as error:
        create(**REPO, ref="main")
    assert refused(error)[0] == 409
