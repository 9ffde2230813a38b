"""Stories around the merge: what it waits for, what stops it, what people do meanwhile."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.stage import REPO
from tests.world import FILES, MOVE, POLICY, World, same_as_file, world

CHECKED = {**FILES, ".cfgbot.yml": POLICY + b"merge: {checks: [ci]}\n"}
RETRY = "/cfg change set RETRY_MAX to 7"


def head_of(made: World, pull: int) -> str:
    """The head commit of a pull request."""
    return str(made.dana.get(f"/pulls/{pull}")["head"]["sha"])


def report(made: World, pull: int, state: str, context: str = "ci") -> None:
    """CI says how it went on the head."""
    made.dana.post(f"/statuses/{head_of(made, pull)}", {"state": state, "context": context})
    made.settle()


def merged(made: World, pull: int) -> bool:
    """Whether it is merged."""
    return bool(made.dana.get(f"/pulls/{pull}")["merged"])


def test_a_required_check_is_waited_for(tmp_path: Path) -> None:
    """The policy names it; nothing is merged until it is there and good."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        same_as_file("waiting-missing", made.text(issue))
        report(made, issue + 1, "pending")
        assert not merged(made, issue + 1)
        report(made, issue + 1, "success")
        assert merged(made, issue + 1)
        same_as_file("waiting-merged", made.text(issue, issue + 1))


def test_a_failed_check_stops_the_merge_until_it_is_repaired(tmp_path: Path) -> None:
    """It is said which; the merge goes on by itself afterwards."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        report(made, issue + 1, "failure")
        same_as_file("check-failed", made.text(issue))
        assert not merged(made, issue + 1)
        report(made, issue + 1, "success")
        assert merged(made, issue + 1)


def test_protection_that_wants_people_is_respected(tmp_path: Path) -> None:
    """One approving review by a person, and then it merges."""
    with world(tmp_path) as made:
        made.stage.github.protect(REPO, "main", approvals=1)
        issue = made.ask(RETRY)
        same_as_file("waiting-approval", made.text(issue))
        assert not merged(made, issue + 1)
        made.dana.post(f"/pulls/{issue + 1}/reviews", {"event": "APPROVE"})
        made.settle()
        assert merged(made, issue + 1)


def test_a_base_that_moved_where_it_matters_is_judged_again(tmp_path: Path) -> None:
    """While it waits, another file that holds the old address comes in: it is moved, too."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(MOVE)
        first = head_of(made, issue + 1)
        new = {"three/x.yml": b"config: 192.0.2.7\n"}
        made.stage.github.push(REPO, "main", new, "another server", "dana")
        made.settle()
        assert head_of(made, issue + 1) != first
        report(made, issue + 1, "success")
        assert merged(made, issue + 1)
        assert made.file("three/x.yml") == "config: 192.0.2.77\n"


def test_a_base_that_moved_where_it_does_not_matter_is_not(tmp_path: Path) -> None:
    """Somebody mends the README: the judged head is merged as it is."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(MOVE)
        first = head_of(made, issue + 1)
        made.stage.github.push(REPO, "main", {"README.md": b"# Our fleet\n"}, "words", "dana")
        report(made, issue + 1, "success")
        assert merged(made, issue + 1)
        assert head_of(made, issue + 1) == first
        assert made.file("README.md") == "# Our fleet\n"


def test_a_conflict_is_proposed_anew(tmp_path: Path) -> None:
    """The same file changed on main: the change is made again on top of it."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(MOVE)
        theirs = FILES["two/app.env"].replace(b"RETRY_MAX=5", b"RETRY_MAX=9")
        made.stage.github.push(REPO, "main", {"two/app.env": theirs}, "more tries", "dana")
        made.settle()
        report(made, issue + 1, "success")
        assert merged(made, issue + 1)
        assert made.file("two/app.env") == "CONFIG_HOST=192.0.2.77\nRETRY_MAX=9\n"


def test_a_commit_that_somebody_pushed_is_judged_and_not_merged(tmp_path: Path) -> None:
    """It opens what nobody asked for: rejected at that commit, said, and never merged."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        branch = made.dana.get(f"/pulls/{issue + 1}")["head"]["ref"]
        bad = {"one/app.yml": FILES["one/app.yml"].replace(b"192.0.2.7", b"0.0.0.0")}
        made.stage.github.push(REPO, branch, bad, "just this", "dana")
        made.settle()
        report(made, issue + 1, "success")
        same_as_file("pushed-rejected", made.text(issue, issue + 1))
        assert not merged(made, issue + 1)


def test_a_pull_request_closed_by_hand_is_left_closed(tmp_path: Path) -> None:
    """The request ends; a later check does not wake it."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        made.dana.patch(f"/pulls/{issue + 1}", {"state": "closed"})
        made.settle()
        report(made, issue + 1, "success")
        same_as_file("closed", made.text(issue))
        assert not merged(made, issue + 1)


def test_an_approved_head_merged_by_hand_is_deployed(tmp_path: Path) -> None:
    """A person was faster; what was judged is what runs."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        assert made.dana.put(f"/pulls/{issue + 1}/merge", {}).status_code == 200
        made.settle()
        assert len(made.stage.jenkins.builds("fleet-deploy")) == 1
        same_as_file("merged-by-hand", made.text(issue))


def test_an_approved_change_is_revised_from_the_conversation(tmp_path: Path) -> None:
    """One more sentence, one more commit, judged again, the same pull request."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        made.dana.comment(issue + 1, "/cfg revise set the log level of one/app.yml to debug")
        made.settle()
        same_as_file("revised", made.text(issue, issue + 1))
        report(made, issue + 1, "success")
        assert merged(made, issue + 1)
        assert "level: debug" in made.file("one/app.yml")
        assert "RETRY_MAX=7" in made.file("two/app.env")


def test_a_revision_in_a_review_thread_is_answered_and_resolved_there(tmp_path: Path) -> None:
    """The thread's file is the context; the same leaf is set to something else."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask("/cfg change set RETRY_MAX to 7")
        pull = issue + 1
        comment = made.dana.post(
            f"/pulls/{pull}/comments",
            {
                "body": "too many?",
                "path": "two/app.env",
                "line": 2,
                "side": "RIGHT",
                "commit_id": head_of(made, pull),
            },
        )["id"]
        made.dana.reply(pull, comment, "/cfg revise set RETRY_MAX to 6")
        made.settle()
        same_as_file("revised-in-thread", made.text(issue, pull))
        report(made, pull, "success")
        assert made.file("two/app.env").endswith("RETRY_MAX=6\n")


def test_a_bare_value_below_a_line_is_understood(tmp_path: Path) -> None:
    """Rejected for opening to the world; the remark's line is the place, the reply the value."""
    firewall = b"rules:\n  - range: 198.51.100.250/32\n  - range: 203.0.113.9/32\n"
    with world(tmp_path, {**FILES, "one/firewall.yml": firewall}) as made:
        ask = "/cfg change one/firewall.yml에서 198.51.100.250/32를 0.0.0.0/0으로 바꿔줘"
        issue = made.ask(ask)
        remarks = made.dana.get(f"/pulls/{issue + 1}/comments")
        assert not merged(made, issue + 1)
        made.dana.reply(issue + 1, remarks[0]["id"], "/cfg revise 198.51.100.251/32로 해줘")
        made.settle()
        same_as_file("bare-value", made.text(issue, issue + 1))
        assert made.file("one/firewall.yml") == firewall.decode().replace(".250", ".251")


def test_a_revision_that_cannot_be_done_changes_nothing(tmp_path: Path) -> None:
    """The approved change stays as it was, and the thread is told why."""
    with world(tmp_path, CHECKED) as made:
        issue = made.ask(RETRY)
        before = head_of(made, issue + 1)
        made.dana.comment(issue + 1, "/cfg revise make it nicer")
        made.settle()
        same_as_file("not-revised", made.text(issue + 1))
        assert head_of(made, issue + 1) == before
        report(made, issue + 1, "success")
        assert merged(made, issue + 1)


def test_a_pull_request_of_somebody_else_cannot_be_revised(tmp_path: Path) -> None:
    """It is not ours to change."""
    with world(tmp_path) as made:
        made.stage.github.push(REPO, "feature", {"x.yml": b"a: 1\n"}, "mine", "dana")
        pull = made.dana.post("/pulls", {"title": "mine", "head": "feature", "base": "main"})
        made.dana.comment(pull["number"], "/cfg revise set a to 2")
        made.settle()
        same_as_file("not-my-pull", made.text(pull["number"]))


def test_a_merged_pull_request_cannot_be_revised(tmp_path: Path) -> None:
    """It is done; something new is asked for anew."""
    with world(tmp_path) as made:
        issue = made.ask(RETRY)
        made.dana.comment(issue + 1, "/cfg revise set RETRY_MAX to 8")
        made.settle()
        same_as_file("revise-merged", made.text(issue + 1))
        assert "RETRY_MAX=7" in made.file("two/app.env")


def test_two_requests_at_once_are_worked_one_after_the_other(tmp_path: Path) -> None:
    """Both touch the same file: the second is made on top of the first."""
    with world(tmp_path) as made:
        one, two = made.dana.open_issue("one", ""), made.dana.open_issue("two", "")
        made.dana.comment(one, RETRY)
        made.dana.comment(two, "/cfg change move 192.0.2.7 to 192.0.2.77")
        made.settle()
        assert made.file("two/app.env") == "CONFIG_HOST=192.0.2.77\nRETRY_MAX=7\n"
