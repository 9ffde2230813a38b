"""Pull requests of the stand-in: mergeability, merging, heads that move, lines out of date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from githubkit.exception import RequestFailed

from tests.test_sandbox_github import FILES, NAME, REPO, Stage, refused


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage of its own for each test."""
    with Stage(tmp_path) as stage:
        yield stage


def _state(stage: Stage, number: int) -> str:
    return str(stage.app().rest.pulls.get(**REPO, pull_number=number).parsed_data.mergeable_state)


def _check(stage: Stage, sha: str, conclusion: str) -> None:
    stage.app().rest.checks.create(
        **REPO, name="ci", head_sha=sha, status="completed", conclusion=conclusion
    )


def _changed(line: int, value: str) -> bytes:
    return FILES["a.env"].replace(b"KEY_%d=%d\n" % (line, line), f"KEY_{line}={value}\n".encode())


def test_states_of_a_pull_request(stage: Stage) -> None:
    """clean, unstable, blocked, behind, dirty, draft: each for the reason GitHub has for it."""
    pull = stage.pull()
    seen = [_state(stage, pull.number)]
    _check(stage, pull.head.sha, "failure")
    seen.append(_state(stage, pull.number))
    stage.hub.protect(NAME, "main", required_checks=["ci"], strict=True)
    seen.append(_state(stage, pull.number))
    _check(stage, pull.head.sha, "success")
    seen.append(_state(stage, pull.number))
    stage.hub.push(NAME, "main", {"other": b"1\n"}, "other", "acme")
    seen.append(_state(stage, pull.number))
    stage.hub.push(NAME, "main", {"a.env": _changed(15, "7")}, "clash", "acme")
    seen.append(_state(stage, pull.number))
    assert seen == ["clean", "unstable", "blocked", "clean", "behind", "dirty"]
    assert stage.pull("other", draft=True).mergeable_state in {"dirty", "draft"}


def test_a_draft_is_not_merged(stage: Stage) -> None:
    """405, with GitHub's reason."""
    pull = stage.pull(draft=True)
    assert pull.mergeable_state == "draft"
    with pytest.raises(RequestFailed) as error:
        stage.app().rest.pulls.merge(**REPO, pull_number=pull.number)
    assert refused(error) == (405, "Pull Request is still a draft")


def test_merging_is_refused_in_order(stage: Stage) -> None:
    """409 where the head moved, 405 for a conflict, for protection, and once it is merged."""
    app, pull = stage.app(), stage.pull()
    merge, named = app.rest.pulls.merge, {**REPO, "pull_number": pull.number}
    with pytest.raises(RequestFailed) as moved:
        merge(**named, sha="0" * 40)
    stage.hub.protect(NAME, "main", required_checks=["ci"], approvals=1)
    with pytest.raises(RequestFailed) as checks:
        merge(**named)
    _check(stage, pull.head.sha, "success")
    with pytest.raises(RequestFailed) as approval:
        merge(**named)
    stage.person("dev").rest.pulls.create_review(**named, event="APPROVE")
    assert merge(**named, sha=pull.head.sha).parsed_data.merged
    with pytest.raises(RequestFailed) as again:
        merge(**named)
    assert [refused(error) for error in (moved, checks, approval, again)] == [
        (409, "Head branch was modified. Review and try the merge again."),
        (405, 'Required status check "ci" is expected.'),
        (405, "At least 1 approving review is required by reviewers with write access."),
        (405, "Pull Request is not mergeable"),
    ]


def test_a_conflict_cannot_be_merged(stage: Stage) -> None:
    """Two branches that change the same line: mergeable is false, and merging 405."""
    pull = stage.pull()
    stage.hub.push(NAME, "main", {"a.env": _changed(15, "7")}, "clash", "acme")
    with pytest.raises(RequestFailed) as error:
        stage.app().rest.pulls.merge(**REPO, pull_number=pull.number)
    assert refused(error) == (405, "Pull Request has merge conflicts")


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1), ("rebase", 1)])
def test_ways_to_merge(stage: Stage, method: str, parents: int) -> None:
    """Each leaves the base with the changes of both, by real git."""
    pull = stage.pull()
    stage.hub.push(NAME, "work", {"second": b"2\n"}, "Second\n", "dev")
    stage.hub.push(NAME, "main", {"other": b"1\n"}, "other", "acme")
    app = stage.app()
    done = app.rest.pulls.merge(
        **REPO, pull_number=pull.number, merge_method=method, commit_title="T", commit_message="M"
    ).parsed_data
    found = app.rest.repos.get_commit(**REPO, ref=done.sha).parsed_data
    assert len(found.parents) == parents
    assert found.commit.message == ("T\n\nM" if method != "rebase" else "Second\n")
    assert stage.hub.file(NAME, "main", "second") == b"2\n"
    assert stage.hub.file(NAME, "main", "other") == b"1\n"
    assert stage.hub.file(NAME, "main", "a.env") == _changed(15, "99")


def test_a_way_that_is_not_allowed(stage: Stage) -> None:
    """405 in GitHub's words for each way that the repository forbids."""
    pull = stage.pull()
    stage.hub.allow_merges(NAME, ["squash"])
    with pytest.raises(RequestFailed) as error:
        stage.app().rest.pulls.merge(**REPO, pull_number=pull.number)
    assert refused(error) == (405, "Merge commits are not allowed on this repository.")


def _says(error: pytest.ExceptionInfo[RequestFailed]) -> str:
    return str(error.value.response.json()["errors"][0])


def test_pull_requests_that_make_no_sense(stage: Stage) -> None:
    """422 for a branch that is not there, for nothing to merge, and for a second one."""
    create = stage.app().rest.pulls.create
    with pytest.raises(RequestFailed) as missing:
        create(**REPO, title="t", head="nowhere", base="main")
    with pytest.raises(RequestFailed) as nothing:
        create(**REPO, title="t", head="main", base="main")
    stage.pull()
    with pytest.raises(RequestFailed) as twice:
        create(**REPO, title="t", head="work", base="main")
    assert "'field': 'head'" in _says(missing)
    assert "No commits between main and main" in _says(nothing)
    assert "A pull request already exists for acme:work." in _says(twice)


def test_nobody_approves_their_own(stage: Stage) -> None:
    """422 for the author, and an approval by another App counts."""
    pull = stage.pull()
    with pytest.raises(RequestFailed) as error:
        stage.app().rest.pulls.create_review(**REPO, pull_number=pull.number, event="APPROVE")
    assert _says(error) == "Can not approve your own pull request"
    second = stage.add_app("reviewer")
    given = stage.app(second).rest.pulls.create_review(
        **REPO, pull_number=pull.number, event="APPROVE"
    )
    assert given.parsed_data.state == "APPROVED"


def test_a_review_with_a_line_outside_the_diff_is_not_made_at_all(stage: Stage) -> None:
    """422, and neither the review nor its good comments are there."""
    app, pull = stage.app(), stage.pull()
    good = {"path": "a.env", "line": 15, "side": "RIGHT", "body": "good"}
    for bad in (
        {"path": "a.env", "line": 2, "body": "far"},
        {"path": "nowhere", "line": 1, "body": "no file"},
        {"path": "a.env", "line": 15, "start_line": 16, "body": "backwards"},
    ):
        with pytest.raises(RequestFailed) as error:
            app.rest.pulls.create_review(
                **REPO, pull_number=pull.number, event="COMMENT", body="r", comments=[good, bad]
            )
        assert refused(error) == (422, "Unprocessable Entity")
    assert app.rest.pulls.list_reviews(**REPO, pull_number=pull.number).parsed_data == []
    with pytest.raises(RequestFailed) as one:
        app.rest.pulls.create_review_comment(
            **REPO, pull_number=pull.number, commit_id=pull.head.sha, path="a.env", line=2, body="x"
        )
    assert "pull_request_review_thread.line must be part of the diff" in _says(one)


def test_both_sides_and_ranges_can_be_commented(stage: Stage) -> None:
    """The old line on the left, lines 14 to 16 on the right, context included."""
    app, pull = stage.app(), stage.pull()
    app.rest.pulls.create_review(
        **REPO,
        pull_number=pull.number,
        event="COMMENT",
        body="r",
        comments=[
            {"path": "a.env", "line": 15, "side": "LEFT", "body": "was"},
            {"path": "a.env", "line": 16, "start_line": 14, "side": "RIGHT", "body": "is"},
        ],
    )
    rows = app.rest.pulls.list_review_comments(**REPO, pull_number=pull.number).parsed_data
    assert [(row.side, row.start_line, row.line) for row in rows] == [
        ("LEFT", None, 15),
        ("RIGHT", 14, 16),
    ]
    assert rows[0].diff_hunk.splitlines()[-1] == "-KEY_15=15"


def test_comments_follow_their_line_or_go_out_of_date(stage: Stage) -> None:
    """A push above moves the line; a push that changes it leaves only the original."""
    app, pull = stage.app(), stage.pull()
    made = app.rest.pulls.create_review_comment(
        **REPO, pull_number=pull.number, commit_id=pull.head.sha, path="a.env", line=15, body="x"
    ).parsed_data
    stage.hub.push(NAME, "work", {"a.env": b"# new\n" + _changed(15, "99")}, "above", "dev")
    moved = app.rest.pulls.get_review_comment(**REPO, comment_id=made.id).parsed_data
    stage.hub.push(NAME, "work", {"a.env": _changed(15, "100")}, "same", "dev")
    lost = app.rest.pulls.get_review_comment(**REPO, comment_id=made.id)
    assert (moved.line, moved.original_line) == (16, 15)
    assert moved.commit_id != moved.original_commit_id
    assert (lost.json()["line"], lost.json()["position"], lost.json()["original_line"]) == (
        None,
        None,
        15,
    )


def test_pushes_move_the_head_and_deleting_closes(stage: Stage) -> None:
    """The pull request is always at its branch, keeps where the base was, and ends with it."""
    app, pull = stage.app(), stage.pull()
    stage.hub.push(NAME, "main", {"other": b"1\n"}, "other", "acme")
    before = app.rest.pulls.get(**REPO, pull_number=pull.number).parsed_data
    new = stage.hub.push(NAME, "work", {"more": b"1\n"}, "more", "dev")
    after = app.rest.pulls.get(**REPO, pull_number=pull.number).parsed_data
    assert (before.base.sha, after.head.sha) == (pull.base.sha, new)
    assert after.base.sha == stage.hub.head(NAME, "main")
    app.rest.git.delete_ref(**REPO, ref="heads/work")
    assert app.rest.pulls.get(**REPO, pull_number=pull.number).parsed_data.state == "closed"


def test_a_head_that_came_into_the_base_by_a_push_is_merged(stage: Stage) -> None:
    """As on GitHub: pushing the head to the base merges the pull request."""
    app, pull = stage.app(), stage.pull()
    app.rest.git.update_ref(**REPO, ref="heads/main", sha=pull.head.sha)
    found = app.rest.pulls.get(**REPO, pull_number=pull.number).parsed_data
    assert (found.merged, found.state) == (True, "closed")


def test_the_trial_merge_is_no_merge(stage: Stage) -> None:
    """The old interface names the trial merge of an open one; the newest names none at all."""
    app, pull = stage.app(), stage.pull()
    path = f"/repos/{NAME}/pulls/{pull.number}"

    def read(version: str) -> dict[str, Any]:
        found: dict[str, Any] = app.request(
            "GET", path, headers={"X-GitHub-Api-Version": version}
        ).json()
        return found

    assert len(read("2022-11-28")["merge_commit_sha"]) == 40
    assert "merge_commit_sha" not in read("2026-03-10")
    stage.hub.faults.unknown_mergeable()
    assert read("2022-11-28")["mergeable_state"] == "unknown"
    assert read("2022-11-28")["mergeable_state"] == "clean"


def test_diff_and_patch_can_be_had(stage: Stage) -> None:
    """By media type, as text."""
    app, pull = stage.app(), stage.pull()
    path = f"/repos/{NAME}/pulls/{pull.number}"
    diff = app.request("GET", path, headers={"Accept": "application/vnd.github.diff"}).text
    patch = app.request("GET", path, headers={"Accept": "application/vnd.github.patch"}).text
    assert "-KEY_15=15\n+KEY_15=99\n" in diff
    assert patch.startswith("From ")


def test_a_pending_review_is_secret_until_submitted(stage: Stage) -> None:
    """Others do not see it; its author cannot begin another; submitted, everybody sees it."""
    app, dev, pull = stage.app(), stage.person("dev"), stage.pull()
    named = {**REPO, "pull_number": pull.number}
    made = dev.rest.pulls.create_review(
        **named, comments=[{"path": "a.env", "line": 15, "body": "secret"}]
    ).parsed_data
    assert made.state == "PENDING"
    assert app.rest.pulls.list_reviews(**named).parsed_data == []
    assert app.rest.pulls.list_review_comments(**named).parsed_data == []
    with pytest.raises(RequestFailed) as error:
        dev.rest.pulls.create_review(**named, body="another")
    assert _says(error) == "User can only have one pending review per pull request"
    dev.rest.pulls.submit_review(**named, review_id=made.id, event="REQUEST_CHANGES", body="no")
    assert [r.state for r in app.rest.pulls.list_reviews(**named).parsed_data] == [
        "CHANGES_REQUESTED"
    ]
    assert len(app.rest.pulls.list_review_comments(**named).parsed_data) == 1


def test_protection_is_seen_in_short_by_who_reads_code(stage: Stage) -> None:
    """Names of required checks need contents: read; the whole needs administration: read."""
    stage.hub.protect(NAME, "main", required_checks=["ci"], approvals=2, strict=True)
    found = stage.app().rest.repos.get_branch(**REPO, branch="main").parsed_data
    assert found.protected
    assert found.protection.required_status_checks.contexts == ["ci"]
    with pytest.raises(RequestFailed) as error:
        stage.app().rest.repos.get_branch_protection(**REPO, branch="main")
    assert refused(error) == (403, "Resource not accessible by integration")
    admin = stage.add_app("keeper", administration="read")
    whole = stage.app(admin).rest.repos.get_branch_protection(**REPO, branch="main").parsed_data
    assert whole.required_pull_request_reviews.required_approving_review_count == 2
    assert whole.required_status_checks.strict


def test_a_thread_reads_the_same_each_time(stage: Stage) -> None:
    """Title, body, comments, reactions, reviews, lines, checks, labels and the merge as text."""
    app, dev, pull = stage.app(), stage.person("dev"), stage.pull()
    named, issue = {**REPO, "pull_number": pull.number}, {**REPO, "issue_number": pull.number}
    said = dev.rest.issues.create_comment(**issue, body=f"see {pull.head.sha[:7]}").parsed_data
    app.rest.reactions.create_for_issue_comment(**REPO, comment_id=said.id, content="eyes")
    app.rest.issues.add_labels(**issue, labels=["cfg"])
    app.rest.pulls.create_review(
        **named,
        event="COMMENT",
        body="looks right",
        comments=[{"path": "a.env", "line": 15, "body": "this"}],
    )
    _check(stage, pull.head.sha, "success")
    app.rest.pulls.merge(**named)
    assert stage.hub.thread(NAME, pull.number) == (
        "# Change 15 (#1)\n"
        "by cfgbot[bot] | closed | work -> main at <sha1> | merged by cfgbot[bot] as <sha2>"
        " | labels: cfg\n\nWhy\n\n"
        "--- comment by dev [eyes cfgbot[bot]]\nsee <sha1>\n\n"
        "--- review COMMENTED by cfgbot[bot]\nlooks right\n\n"
        "--- thread on a.env:15\ncfgbot[bot]:\nthis\n\n"
        "--- check ci by cfgbot: success\n"
    )


def test_short_names_of_commits_are_known_whatever_they_look_like(stage: Stage) -> None:
    """A short SHA of digits alone is one; a number or a word that names no object stays."""
    sha, number = "", 0
    while not sha[:7].isdigit():
        number += 1
        sha = stage.hub.world.repo(NAME).git.blob(b"%d" % number)
    body = f"{sha[:7]} 1234567 defaced {sha[:7]}"
    stage.person("dev").rest.issues.create(**REPO, title="t", body=body)
    assert "<sha1> 1234567 defaced <sha1>" in stage.hub.thread(NAME, 1)


def test_a_head_without_commits_of_its_own_is_closed(stage: Stage) -> None:
    """Reset to the base, nothing is left to merge: closed, not merged."""
    app, pull = stage.app(), stage.pull()
    main = stage.hub.head(NAME, "main")
    app.rest.git.update_ref(**REPO, ref="heads/work", sha=main, force=True)
    found = app.rest.pulls.get(**REPO, pull_number=pull.number).parsed_data
    assert (found.state, found.merged) == ("closed", False)
    with pytest.raises(RequestFailed) as error:
        app.rest.pulls.update(**REPO, pull_number=pull.number, state="closed", base="nowhere")
    assert refused(error)[0] == 422
