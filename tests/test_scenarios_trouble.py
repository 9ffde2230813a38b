"""Stories of trouble: GitHub and Jenkins fail, and every request still ends in a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.stage import REPO
from tests.world import FILES, POLICY, World, same_as_file, world

RETRY = "/cfg change set RETRY_MAX to 7"
JOB = "fleet-deploy"


def builds(made: World) -> int:
    """How many builds there are."""
    return len(made.stage.jenkins.builds(JOB))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", r"/issues/\d+/comments"),
        ("POST", r"/git/trees"),
        ("POST", r"/git/commits"),
        ("POST", r"/git/refs"),
        ("POST", r"/pulls$"),
        ("POST", r"/pulls/\d+/reviews"),
        ("POST", r"/check-runs"),
        ("PUT", r"/pulls/\d+/merge"),
        ("GET", r"/pulls/\d+$"),
        ("GET", r"/collaborators/.*"),
        ("POST", r"/access_tokens"),
    ],
)
def test_a_server_error_of_github_is_got_over(tmp_path: Path, method: str, path: str) -> None:
    """Twice 502 at one place: the change still comes through, once."""
    with world(tmp_path) as made:
        made.break_for_bot(method, path, 502, times=2)
        issue = made.ask(RETRY)
        made.settle(until=lambda: builds(made) == 1)
        made.settle()
        assert "RETRY_MAX=7" in made.file("two/app.env")
        assert len(made.dana.get("/pulls?state=all")) == 1
        assert len(made.dana.get(f"/issues/{issue}/comments")) == 2
        assert builds(made) == 1


def test_a_secondary_limit_is_waited_out(tmp_path: Path) -> None:
    """GitHub says to slow down: slower, and nothing twice."""
    with world(tmp_path) as made:
        made.stage.github.faults.add(
            "POST",
            r"/pulls$",
            403,
            times=1,
            headers={"Retry-After": "1"},
            body={"message": "You have exceeded a secondary rate limit."},
        )
        made.ask(RETRY)
        made.settle(until=lambda: builds(made) == 1)
        assert len(made.dana.get("/pulls?state=all")) == 1


def test_a_permission_the_app_lacks_is_said(tmp_path: Path) -> None:
    """Refused for good: the person learns which permission to look at."""
    with world(tmp_path) as made:
        body = {"message": "Resource not accessible by integration"}
        made.stage.github.faults.add("POST", r"/git/refs", 403, times=99, body=body)
        issue = made.ask(RETRY)
        same_as_file("forbidden", made.text(issue))
        assert made.dana.get("/pulls?state=all") == []


def test_a_failed_build_is_said(tmp_path: Path) -> None:
    """Merged, and one of the two clouds did not take it."""
    with world(tmp_path) as made:
        made.stage.jenkins.faults.fail_next(JOB)
        issue = made.ask("/cfg change move 192.0.2.7 to 192.0.2.77")
        same_as_file("build-failed", made.text(issue))
        assert builds(made) == 4  # both, and both back


def test_a_job_that_does_not_exist_is_said(tmp_path: Path) -> None:
    """The policy names a job that Jenkins does not have."""
    policy = POLICY.replace(b"job: fleet-deploy, parameters: {CLOUD: two}", b"job: nowhere")
    with world(tmp_path, {**FILES, ".cfgbot.yml": policy}) as made:
        issue = made.ask(RETRY)
        same_as_file("no-such-job", made.text(issue))


def test_without_a_jenkins_it_is_said_that_nothing_was_deployed(tmp_path: Path) -> None:
    """Merged all the same."""
    with world(tmp_path, environ={"CFG_JENKINS_URL": ""}) as made:
        issue = made.ask(RETRY)
        same_as_file("no-jenkins", made.text(issue))
        assert builds(made) == 0


def test_jenkins_that_is_away_is_told_later(tmp_path: Path) -> None:
    """Three refused calls, then it is there: one build."""
    with world(tmp_path) as made:
        made.stage.jenkins.faults.status(r".*/buildWithParameters.*", 503, 3)
        made.ask(RETRY)
        made.settle(until=lambda: builds(made) == 1)
        made.settle()
        assert builds(made) == 1


def test_a_missed_webhook_is_found_by_the_sweeper(tmp_path: Path) -> None:
    """The delivery is lost; the comment is there to be found, and is carried out once."""
    with world(tmp_path) as made:
        made.after_first_sweep()
        made.stage.github.faults.drop_deliveries(3)
        issue = made.dana.open_issue("A wish", "")
        made.dana.comment(issue, RETRY)
        made.settle()
        assert made.dana.get("/pulls?state=all") == []
        made.server.sweeper.sweep()
        made.settle()
        made.server.sweeper.sweep()
        made.settle()
        assert len(made.dana.get("/pulls?state=all")) == 1
        assert REPO == "acme/fleet"
