"""Every endpoint's answer satisfies GitHub's own description of it, as githubkit checks it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.test_sandbox_github import NAME, REPO, Ear, Stage

Ask = Callable[["Scene"], Any]


@dataclass
class Scene:
    """A stage on which everything there can be is there once."""

    stage: Stage
    app: Any
    dev: Any
    jwt: Any
    head: str
    base: str
    ids: dict[str, int]

    def __getattr__(self, name: str) -> int:
        return self.ids[name]


def _scene(stage: Stage) -> Scene:
    app, dev, ids = stage.app(), stage.person("dev"), {}
    base = stage.hub.head(NAME, "main") or ""
    pull = stage.pull(draft=False)
    issue = dev.rest.issues.create(**REPO, title="I", labels=["bug"]).parsed_data
    ids["issue"], ids["pull"] = issue.number, pull.number
    said = dev.rest.issues.create_comment(**REPO, issue_number=pull.number, body="x").parsed_data
    ids["comment"] = said.id
    review = dev.rest.pulls.create_review(
        **REPO,
        pull_number=pull.number,
        event="APPROVE",
        comments=[{"path": "a.env", "line": 15, "body": "here"}],
    ).parsed_data
    ids["review"] = review.id
    lines = dev.rest.pulls.list_review_comments(**REPO, pull_number=pull.number).parsed_data
    ids["line"] = lines[0].id
    run = app.rest.checks.create(
        **REPO,
        name="cfg",
        head_sha=pull.head.sha,
        status="completed",
        conclusion="neutral",
        output={
            "title": "t",
            "summary": "s",
            "annotations": [
                {
                    "path": "a.env",
                    "start_line": 15,
                    "end_line": 15,
                    "annotation_level": "notice",
                    "message": "m",
                }
            ],
        },
    ).parsed_data
    ids["run"], ids["suite"] = run.id, run.check_suite.id
    app.rest.repos.create_commit_status(**REPO, sha=pull.head.sha, state="success", context="ci")
    made = app.rest.repos.create_deployment(
        **REPO, ref="main", environment="one", required_contexts=[]
    ).parsed_data
    ids["deployment"] = made.id
    jwt = stage.jwt()
    ids["delivery"] = jwt.rest.apps.list_webhook_deliveries().parsed_data[0].id
    ids["installation"] = jwt.rest.apps.list_installations().parsed_data[0].id
    return Scene(stage, app, dev, jwt, pull.head.sha, base, ids)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One scene for all reading tests."""
    with Ear() as ear, Stage(tmp_path_factory.mktemp("hub")) as stage:
        stage.hub.set_webhook(stage.app_id, ear.url, "s")
        stage.hub.wait_idle()
        yield _scene(stage)


READS: dict[str, Ask] = {
    "app": lambda s: s.jwt.rest.apps.get_authenticated(),
    "app-by-slug": lambda s: s.app.rest.apps.get_by_slug("cfgbot"),
    "installations": lambda s: s.jwt.rest.apps.list_installations(),
    "installation": lambda s: s.jwt.rest.apps.get_installation(s.installation),
    "repo-installation": lambda s: s.jwt.rest.apps.get_repo_installation(**REPO),
    "reached": lambda s: s.app.rest.apps.list_repos_accessible_to_installation(),
    "hook-config": lambda s: s.jwt.rest.apps.get_webhook_config_for_app(),
    "deliveries": lambda s: s.jwt.rest.apps.list_webhook_deliveries(),
    "delivery": lambda s: s.jwt.rest.apps.get_webhook_delivery(s.delivery),
    "me": lambda s: s.dev.rest.users.get_authenticated(),
    "somebody": lambda s: s.app.rest.users.get_by_username("dev"),
    "my-repos": lambda s: s.dev.rest.repos.list_for_authenticated_user(),
    "my-installations": lambda s: s.dev.rest.apps.list_installations_for_authenticated_user(),
    "limit": lambda s: s.app.rest.rate_limit.get(),
    "meta": lambda s: s.app.rest.meta.get(),
    "repo": lambda s: s.app.rest.repos.get(**REPO),
    "permission": lambda s: s.app.rest.repos.get_collaborator_permission_level(
        **REPO, username="bob"
    ),
    "collaborators": lambda s: s.dev.rest.repos.list_collaborators(**REPO),
    "branches": lambda s: s.app.rest.repos.list_branches(**REPO),
    "branch": lambda s: s.app.rest.repos.get_branch(**REPO, branch="main"),
    "rules": lambda s: s.app.rest.repos.get_branch_rules(**REPO, branch="main"),
    "folder": lambda s: s.app.rest.repos.get_content(**REPO, path="web"),
    "file": lambda s: s.app.rest.repos.get_content(**REPO, path="web/b.yml"),
    "commits": lambda s: s.app.rest.repos.list_commits(**REPO),
    "commit": lambda s: s.app.rest.repos.get_commit(**REPO, ref=s.head),
    "pulls-of-commit": lambda s: s.app.rest.repos.list_pull_requests_associated_with_commit(
        **REPO, commit_sha=s.head
    ),
    "compare": lambda s: s.app.rest.repos.compare_commits(**REPO, basehead="main...work"),
    "statuses": lambda s: s.app.rest.repos.list_commit_statuses_for_ref(**REPO, ref=s.head),
    "status": lambda s: s.app.rest.repos.get_combined_status_for_ref(**REPO, ref=s.head),
    "deployments": lambda s: s.app.rest.repos.list_deployments(**REPO),
    "deployment": lambda s: s.app.rest.repos.get_deployment(**REPO, deployment_id=s.deployment),
    "deployment-statuses": lambda s: s.app.rest.repos.list_deployment_statuses(
        **REPO, deployment_id=s.deployment
    ),
    "git-commit": lambda s: s.app.rest.git.get_commit(**REPO, commit_sha=s.head),
    "tree": lambda s: s.app.rest.git.get_tree(**REPO, tree_sha=s.head, recursive="1"),
    "ref": lambda s: s.app.rest.git.get_ref(**REPO, ref="heads/main"),
    "refs": lambda s: s.app.rest.git.list_matching_refs(**REPO, ref="heads/"),
    "issues": lambda s: s.app.rest.issues.list_for_repo(**REPO, state="all"),
    "issue": lambda s: s.app.rest.issues.get(**REPO, issue_number=s.issue),
    "pull-as-issue": lambda s: s.app.rest.issues.get(**REPO, issue_number=s.pull),
    "comments": lambda s: s.app.rest.issues.list_comments(**REPO, issue_number=s.pull),
    "comment": lambda s: s.app.rest.issues.get_comment(**REPO, comment_id=s.comment),
    "repo-comments": lambda s: s.app.rest.issues.list_comments_for_repo(**REPO),
    "labels": lambda s: s.app.rest.issues.list_labels_on_issue(**REPO, issue_number=s.issue),
    "repo-labels": lambda s: s.app.rest.issues.list_labels_for_repo(**REPO),
    "label": lambda s: s.app.rest.issues.get_label(**REPO, name="bug"),
    "reactions": lambda s: s.app.rest.reactions.list_for_issue_comment(
        **REPO, comment_id=s.comment
    ),
    "pulls": lambda s: s.app.rest.pulls.list(**REPO, head="acme:work"),
    "pull": lambda s: s.app.rest.pulls.get(**REPO, pull_number=s.pull),
    "pull-files": lambda s: s.app.rest.pulls.list_files(**REPO, pull_number=s.pull),
    "pull-commits": lambda s: s.app.rest.pulls.list_commits(**REPO, pull_number=s.pull),
    "reviews": lambda s: s.app.rest.pulls.list_reviews(**REPO, pull_number=s.pull),
    "review": lambda s: s.app.rest.pulls.get_review(**REPO, pull_number=s.pull, review_id=s.review),
    "review-comments": lambda s: s.app.rest.pulls.list_comments_for_review(
        **REPO, pull_number=s.pull, review_id=s.review
    ),
    "lines": lambda s: s.app.rest.pulls.list_review_comments(**REPO, pull_number=s.pull),
    "line": lambda s: s.app.rest.pulls.get_review_comment(**REPO, comment_id=s.line),
    "repo-lines": lambda s: s.app.rest.pulls.list_review_comments_for_repo(**REPO),
    "checks": lambda s: s.app.rest.checks.list_for_ref(**REPO, ref=s.head),
    "check": lambda s: s.app.rest.checks.get(**REPO, check_run_id=s.run),
    "annotations": lambda s: s.app.rest.checks.list_annotations(**REPO, check_run_id=s.run),
    "suites": lambda s: s.app.rest.checks.list_suites_for_ref(**REPO, ref=s.head),
    "suite": lambda s: s.app.rest.checks.get_suite(**REPO, check_suite_id=s.suite),
    "runs-of-suite": lambda s: s.app.rest.checks.list_for_suite(**REPO, check_suite_id=s.suite),
}


@pytest.mark.parametrize("name", READS)
def test_what_is_read_is_as_github_describes_it(scene: Scene, name: str) -> None:
    """The answer passes the model of GitHub's OpenAPI description, and is not empty."""
    found = READS[name](scene)
    assert found.status_code == 200
    assert found.parsed_data is not None
    assert found.headers["x-ratelimit-remaining"].isdigit()
    assert found.headers["x-github-request-id"]


WRITES: dict[str, tuple[int, Ask]] = {
    "token": (
        201,
        lambda s: s.jwt.rest.apps.create_installation_access_token(
            s.installation, data={"repositories": ["fleet"], "permissions": {"issues": "read"}}
        ),
    ),
    "redeliver": (202, lambda s: s.jwt.rest.apps.redeliver_webhook_delivery(s.delivery)),
    "blob": (
        201,
        lambda s: s.app.rest.git.create_blob(
            **REPO, content=base64.b64encode(b"\0x").decode(), encoding="base64"
        ),
    ),
    "ref": (201, lambda s: s.app.rest.git.create_ref(**REPO, ref="refs/heads/x", sha=s.base)),
    "ref-forward": (
        200,
        lambda s: s.app.rest.git.update_ref(**REPO, ref="heads/x", sha=s.head),
    ),
    "ref-gone": (204, lambda s: s.app.rest.git.delete_ref(**REPO, ref="heads/x")),
    "issue-edited": (
        200,
        lambda s: s.app.rest.issues.update(**REPO, issue_number=s.issue, title="J", state="closed"),
    ),
    "comment-edited": (
        200,
        lambda s: s.app.rest.issues.update_comment(**REPO, comment_id=s.comment, body="y"),
    ),
    "labels-added": (
        200,
        lambda s: s.app.rest.issues.add_labels(**REPO, issue_number=s.pull, labels=["new one"]),
    ),
    "labels-set": (
        200,
        lambda s: s.app.rest.issues.set_labels(**REPO, issue_number=s.pull, labels=["a", "b"]),
    ),
    "label-gone": (
        200,
        lambda s: s.app.rest.issues.remove_label(**REPO, issue_number=s.pull, name="a"),
    ),
    "label-made": (
        201,
        lambda s: s.app.rest.issues.create_label(**REPO, name="c", color="00ff00"),
    ),
    "reaction-issue": (
        201,
        lambda s: s.app.rest.reactions.create_for_issue(
            **REPO, issue_number=s.issue, content="rocket"
        ),
    ),
    "reaction-line": (
        201,
        lambda s: s.app.rest.reactions.create_for_pull_request_review_comment(
            **REPO, comment_id=s.line, content="eyes"
        ),
    ),
    "pull-edited": (
        200,
        lambda s: s.app.rest.pulls.update(**REPO, pull_number=s.pull, title="New", body="B"),
    ),
    "line-comment": (
        201,
        lambda s: s.app.rest.pulls.create_review_comment(
            **REPO, pull_number=s.pull, commit_id=s.head, path="a.env", line=14, body="b"
        ),
    ),
    "line-edited": (
        200,
        lambda s: s.app.rest.pulls.update_review_comment(**REPO, comment_id=s.line, body="z"),
    ),
    "reply": (
        201,
        lambda s: s.app.rest.pulls.create_reply_for_review_comment(
            **REPO, pull_number=s.pull, comment_id=s.line, body="answer"
        ),
    ),
    "pending": (
        200,
        lambda s: s.app.rest.pulls.create_review(**REPO, pull_number=s.pull, body="later"),
    ),
    "check-updated": (
        200,
        lambda s: s.app.rest.checks.update(
            **REPO, check_run_id=s.run, output={"title": "t", "summary": "again"}
        ),
    ),
    "status": (
        201,
        lambda s: s.app.rest.repos.create_commit_status(**REPO, sha=s.head, state="pending"),
    ),
    "deployment-status": (
        201,
        lambda s: s.app.rest.repos.create_deployment_status(
            **REPO, deployment_id=s.deployment, state="in_progress", log_url="http://127.0.0.1/1"
        ),
    ),
    "file": (
        201,
        lambda s: s.dev.rest.repos.create_or_update_file_contents(
            **REPO, path="new.txt", message="m", content="eA==", branch="work"
        ),
    ),
    "update-branch": (422, lambda s: s.app.rest.pulls.update_branch(**REPO, pull_number=s.pull)),
    "merge": (200, lambda s: s.app.rest.pulls.merge(**REPO, pull_number=s.pull)),
}


def test_what_is_written_is_as_github_describes_it(scene: Scene) -> None:
    """Every write answers with its documented status and a body that passes GitHub's model."""
    for name, (status, ask) in WRITES.items():
        if status >= 400:
            with pytest.raises(Exception, match=str(status)):
                ask(scene)
            continue
        found = ask(scene)
        assert (name, found.status_code) == (name, status)
        if status != 204:
            assert found.parsed_data is not None, name
    assert scene.app.rest.pulls.check_if_merged(**REPO, pull_number=scene.pull).status_code == 204
    html = scene.app.rest.markdown.render(text="*x*").text
    assert html == "<p><em>x</em></p>\n"
