"""What somebody found who attacked the App: each way once, and it must not work again."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from starlette.responses import Response

from bot.sandbox.github import Asked
from bot.sandbox.stage import REPO
from tests.test_app_examples import deliver
from tests.test_scenarios_merge import CHECKED, RETRY, head_of, merged, report
from tests.world import FILES, MOVE, World, same_as_file, world

JOB = "fleet-deploy"


def runs(made: World) -> list[str]:
    """The commit of every build, in order."""
    builds = sorted(made.stage.jenkins.builds(JOB), key=lambda build: build.number)
    return [str(build.parameters["COMMIT"]) for build in builds]


def merge_of(made: World, pull: int) -> str:
    """The merge commit of a pull request."""
    return str(made.dana.get(f"/pulls/{pull}")["merge_commit_sha"])


def test_the_same_words_again_are_deployed_again(tmp_path: Path) -> None:
    """7, then 5, then 7: three merges, three builds, each of its own commit."""
    with world(tmp_path) as made:
        pulls = [made.ask(f"/cfg change set RETRY_MAX to {value}") + 1 for value in (7, 8, 7)]
        assert runs(made) == [merge_of(made, pull) for pull in pulls]


def test_the_same_words_twice_on_one_issue_do_not_meet(tmp_path: Path) -> None:
    """Two comments, two tasks, two branches; nobody's commits are in the way."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        made.dana.comment(issue, RETRY)
        made.settle()
        assert len(made.dana.get("/pulls?state=all")) == 2
        assert "not mine" not in made.bot_said(issue)


def retargeted(made: World) -> int:
    """A waiting pull request whose base somebody changed to a branch of theirs."""
    issue = made.ask(RETRY)
    evil = {"one/app.yml": FILES["one/app.yml"].replace(b"192.0.2.7", b"0.0.0.0")}
    made.stage.github.push(REPO, "evil", evil, "mine", "dana")
    made.dana.patch(f"/pulls/{issue + 1}", {"base": "evil"})
    made.settle()
    return issue + 1


def test_a_retargeted_pull_request_is_not_merged(tmp_path: Path) -> None:
    """It was judged for main; elsewhere it is not merged and nothing is deployed."""
    with world(tmp_path, CHECKED) as made:
        pull = retargeted(made)
        report(made, pull, "success")
        same_as_file("retargeted", made.text(pull - 1))
        assert not merged(made, pull)
        assert runs(made) == []


def test_a_retargeted_pull_request_merged_by_hand_is_not_deployed(tmp_path: Path) -> None:
    """The judged head, on a branch nobody judged."""
    with world(tmp_path, CHECKED) as made:
        pull = retargeted(made)
        made.dana.put(f"/pulls/{pull}/merge", {})
        made.settle()
        assert merged(made, pull)
        assert runs(made) == []


def test_a_base_that_moves_in_the_moment_of_the_merge_is_noticed(tmp_path: Path) -> None:
    """GitHub does not compare the base: it is merged, said loudly, and not deployed."""
    with world(tmp_path) as made:
        github = made.stage.github

        def before(asked: Asked) -> Response | None:
            if asked.app and asked.method == "PUT" and asked.path.endswith("/merge"):
                github.before = None
                new = {"three/x.yml": b"config: 192.0.2.7\n"}
                github.push(REPO, "main", new, "in between", "dana")
            return None

        github.before = before
        issue = made.ask(MOVE)
        same_as_file("merge-raced", made.text(issue))
        assert runs(made) == []


def test_a_revision_during_the_merge_is_not_called_done(tmp_path: Path) -> None:
    """It came too late, and is told so."""
    with world(tmp_path) as made:
        github = made.stage.github

        def before(asked: Asked) -> Response | None:
            if asked.app and asked.method == "PUT" and asked.path.endswith("/merge"):
                github.before = None
                pull = asked.path.split("/")[-2]
                made.dana.comment(int(pull), "/cfg revise set RETRY_MAX to 6")
            return None

        github.before = before
        issue = made.ask(RETRY)
        made.settle()
        assert "RETRY_MAX=7" in made.file("two/app.env")
        assert "already merged" in made.bot_said(issue + 1)
        assert "Done" not in made.bot_said(issue + 1)


def test_a_change_that_became_moot_does_not_look_approved(tmp_path: Path) -> None:
    """Somebody did it by hand while it waited: label and check follow the new verdict."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        theirs = FILES["two/app.env"].replace(b"RETRY_MAX=5", b"RETRY_MAX=7")
        made.stage.github.push(REPO, "main", {"two/app.env": theirs}, "by hand", "dana")
        made.settle()
        labels = [label["name"] for label in made.dana.get(f"/issues/{issue + 1}")["labels"]]
        assert labels == ["cfg: rejected"]
        same_as_file("moot", made.text(issue))


def test_a_good_commit_pushed_on_an_older_base_is_judged_on_that(tmp_path: Path) -> None:
    """What others did on main meanwhile is not held against it."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        made.stage.github.push(REPO, "main", {"README.md": b"# Our fleet\n"}, "words", "dana")
        made.settle()
        branch = made.dana.get(f"/pulls/{issue + 1}")["head"]["ref"]
        same = made.file("two/app.env", branch).encode()
        made.stage.github.push(REPO, branch, {"two/app.env": same + b"\n"}, "x", "dana")
        made.stage.github.push(REPO, branch, {"two/app.env": same}, "back", "dana")
        made.settle()
        report(made, issue + 1, "success")
        assert merged(made, issue + 1)
        assert made.file("README.md") == "# Our fleet\n"


def test_a_judgement_that_is_not_published_merges_nothing(tmp_path: Path) -> None:
    """Rejected, then revised; while its commit cannot be made, the rejected head stays out."""
    firewall = b"rules:\n  - range: 198.51.100.250/32\n  - range: 203.0.113.9/32\n"
    with world(tmp_path, {**FILES, "one/firewall.yml": firewall}) as made:
        ask = "/cfg change one/firewall.yml에서 198.51.100.250/32를 0.0.0.0/0으로 바꿔줘"
        pull = made.ask(ask) + 1
        remark = made.dana.get(f"/pulls/{pull}/comments")[0]["id"]
        made.break_for_bot("POST", r"/git/trees", 502, times=4)
        made.dana.reply(pull, remark, "/cfg revise 198.51.100.251/32로 해줘")
        made.settle(until=lambda: made.server.ledger.newest(1)[0].judgements == 2)
        made.stage.github.push(REPO, "main", {"README.md": b"# x\n"}, "an event", "dana")
        made.settle(until=lambda: merged(made, pull))
        made.settle()
        assert made.file("one/firewall.yml") == firewall.decode().replace(".250", ".251")


def test_the_old_head_is_not_merged_while_the_new_one_cannot_be_made(tmp_path: Path) -> None:
    """Judged again on a base that moved; the commit fails for a while, then comes."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(MOVE)
        made.break_for_bot("POST", r"/git/trees", 502, times=4)
        new = {"three/x.yml": b"config: 192.0.2.7\n"}
        made.stage.github.push(REPO, "main", new, "another server", "dana")
        report(made, issue + 1, "success")
        made.settle(until=lambda: made.server.ledger.newest(1)[0].published == 2)
        report(made, issue + 1, "success")
        made.settle(until=lambda: merged(made, issue + 1))
        assert made.file("three/x.yml") == "config: 192.0.2.77\n"


@pytest.mark.parametrize("times", [4, 6])
def test_a_status_that_cannot_be_posted_for_a_while_is_posted_later(
    tmp_path: Path, times: int
) -> None:
    """The edit after the merge fails again and again: deployed all the same, and said."""
    with world(tmp_path) as made:
        made.break_for_bot("PATCH", r"/issues/comments/", 502, times=times)
        issue = made.ask(RETRY)
        made.settle(until=lambda: "and deployed" in made.bot_said(issue))
        assert len(runs(made)) == 1


def test_a_refusal_that_cannot_be_posted_for_a_while_is_posted_later(tmp_path: Path) -> None:
    """“Nothing was changed” must not stay unsaid."""
    with world(tmp_path) as made:
        made.break_for_bot("PATCH", r"/issues/comments/", 502, times=4)
        issue = made.ask("/cfg change make it faster")
        made.settle(until=lambda: "Nothing was changed" in made.bot_said(issue))


def test_a_branch_that_may_not_be_deleted_is_no_reason_not_to_deploy(tmp_path: Path) -> None:
    """A ruleset forbids it."""
    with world(tmp_path) as made:
        made.stage.github.faults.add("DELETE", r"/git/refs/heads/.*", 422, times=99)
        issue = made.ask(RETRY)
        assert "and deployed" in made.bot_said(issue)
        assert len(runs(made)) == 1


def test_a_lost_webhook_after_a_second_judgement_is_made_good_by_looking(tmp_path: Path) -> None:
    """The base moved, it was judged again, and the check's webhook never came."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        made.stage.github.push(REPO, "main", {"three/x.yml": b"a: 1\n"}, "another", "dana")
        made.settle()
        made.stage.github.faults.drop_deliveries(1)
        state = {"state": "success", "context": "ci"}
        made.dana.post(f"/statuses/{head_of(made, issue + 1)}", state)
        made.settle(until=lambda: merged(made, issue + 1))


def test_a_password_of_the_repository_is_not_shown_in_a_question(tmp_path: Path) -> None:
    """The places it might be are listed, their secrets are not."""
    url = b"database_url: postgres://app:Sup3rS3cretPw@192.0.2.77:5432/app\n"
    files = {**FILES, "one/db.yml": url, "two/db.yml": url}
    with world(tmp_path, files) as made:
        issue = made.ask("/cfg plan set url to x")
        assert "db.yml" in made.bot_said(issue)
        assert "Sup3rS3cretPw" not in made.text(issue)


@pytest.mark.parametrize(
    "text",
    [
        "/cfg change DB 비번을 hunter2-X1로 바꿔줘",
        "/cfg change DB 패스워드 hunter2-X1 로 설정해줘",
        "/cfg change passwd 를 'hunter2-X1' 으로 바꿔줘",
        "/cfg change the login (pw: hunter2-X1) should work",
        "/cfg change use postgres://u:hunter2-X1@192.0.2.7/db",
        "/cfg DB_PASSWORD=hunter2-X1",
    ],
)
def test_a_secret_said_in_a_request_is_not_repeated(tmp_path: Path, text: str) -> None:
    """However it is said; the person's own comment is theirs."""
    with world(tmp_path) as made:
        issue = made.ask(text)
        assert made.bot_said(issue)
        assert "hunter2" not in made.bot_said(issue)


def test_one_delivery_sent_sixteen_times_at_once_is_taken_sixteen_times(tmp_path: Path) -> None:
    """A proxy that repeats itself: no 5xx, one effect."""
    with world(tmp_path) as made, httpx.Client() as client:
        made.after_first_sweep()
        made.ask(RETRY)
        hooks = made.stage.github.world.hooks
        assert hooks
        body = next(
            json.dumps(one.payload).encode() for one in hooks.deliveries if one.event == "issues"
        )
        with ThreadPoolExecutor(16) as pool:
            answers = list(
                pool.map(lambda _: deliver(client, made, "issues", body, 4711), range(16))
            )
        assert set(answers) == {202}
