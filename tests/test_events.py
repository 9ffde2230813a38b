"""Webhook payloads → events: GitHub's own examples, edges of shapes, and whatever JSON there is."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from dataclasses import asdict
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.repo import Repo, Spoken, Where
from bot.events import (
    MAX_TEXT,
    Event,
    EventError,
    Finished,
    HeadMoved,
    Ignored,
    Ping,
    PullClosed,
    Pushed,
    read_event,
)
from tests.octokit_payloads import payloads

KINDS = get_args(Event)
KNOWN = (
    "issues",
    "issue_comment",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "check_run",
    "check_suite",
    "status",
    "push",
)
SHA = "0123456789abcdef0123456789abcdef01234567"
REPO = Repo(7, 35129377, "acme", "fleet", "trunk")


def installed() -> list[tuple[str, dict[str, Any]]]:
    """The examples as an App gets them: with its installation."""
    return [(name, {**payload, "installation": {"id": 7}}) for name, payload in payloads()]


def base(**more: object) -> dict[str, Any]:
    """What every payload of a repository carries."""
    return {
        "installation": {"id": 7},
        "repository": {
            "id": 35129377,
            "name": "fleet",
            "owner": {"login": "acme"},
            "default_branch": "trunk",
        },
        "sender": {"login": "dana", "type": "User"},
        **more,
    }


def comment(body: object = "/cfg help", **more: object) -> dict[str, Any]:
    """A comment below an issue."""
    said = {"id": 81, "body": body, "user": {"login": "dana", "type": "User"}, **more}
    return base(action="created", issue={"number": 5}, comment=said)


def remark(**more: object) -> dict[str, Any]:
    """A comment on a line."""
    said = {"id": 9, "body": "45", "user": {"login": "dana"}, "path": "one/app.yml", **more}
    return base(action="created", pull_request={"number": 6}, comment=said)


def heard(name: str, payload: dict[str, Any]) -> Spoken:
    """The event, which is somebody's word."""
    event = read_event(name, payload)
    assert isinstance(event, Spoken)
    return event


def outcome(name: str, payload: object) -> Event | str:
    """The event, or the error's code; anything else that is raised fails the test."""
    try:
        return read_event(name, payload)
    except EventError as error:
        return error.code


def test_every_example_of_github_is_an_event() -> None:
    """None of the 329 is refused; without an installation none but a ping is anything to us."""
    examples = payloads()
    assert len(examples) == 329
    for name, payload in installed():
        assert isinstance(read_event(name, payload), KINDS)
    for name, payload in examples:
        if name != "ping" and "installation" not in payload:
            assert isinstance(read_event(name, payload), Ignored)


def test_examples_are_the_events_they_should_be() -> None:
    """Counted by event, action and class."""
    found: Counter[tuple[str, str, type]] = Counter()
    for name, payload in installed():
        event = read_event(name, payload)
        if not isinstance(event, Ignored):
            found[name, payload.get("action", ""), type(event)] += 1
    assert found == {
        ("check_run", "completed", Finished): 3,
        ("check_suite", "completed", Finished): 4,
        ("issue_comment", "created", Spoken): 5,
        ("issue_comment", "edited", Spoken): 2,
        ("issues", "edited", Spoken): 3,
        ("issues", "labeled", Spoken): 2,
        ("issues", "opened", Spoken): 4,
        ("ping", "", Ping): 4,
        ("pull_request", "closed", PullClosed): 2,
        ("pull_request", "opened", Spoken): 4,
        ("pull_request", "ready_for_review", Finished): 3,
        ("pull_request", "synchronize", HeadMoved): 1,
        ("pull_request_review", "dismissed", Finished): 1,
        ("pull_request_review", "submitted", Finished): 3,
        ("pull_request_review_comment", "created", Spoken): 3,
        ("pull_request_review_comment", "edited", Spoken): 1,
        ("push", "", Pushed): 2,
        ("status", "", Finished): 4,
    }


def test_an_example_is_read_field_by_field() -> None:
    """A remark on line 265 of README.md, as GitHub shows it."""
    payload = next(
        one
        for name, one in installed()
        if name == "pull_request_review_comment" and one["comment"].get("line")
    )
    said = payload["comment"]
    assert heard("pull_request_review_comment", payload) == Spoken(
        repo=Repo(7, payload["repository"]["id"], "Codertocat", "Hello-World", "master"),
        where=Where.REVIEW,
        id=said["id"],
        number=payload["pull_request"]["number"],
        text=said["body"],
        author=said["user"]["login"],
        sender=payload["sender"]["login"],
        on_pull=True,
        url=said["html_url"],
        path="README.md",
        line=265,
        thread=said["id"],
    )


def test_a_comment_says_who_wrote_and_who_edited() -> None:
    """An edit has two people; a missing body is an empty one; a labelled pull request is one."""
    payload = comment(None, html_url="https://github.com/acme/fleet/issues/5#issuecomment-81")
    payload |= {"action": "edited", "changes": {"body": {"from": "x"}}}
    payload["issue"] |= {"pull_request": {}, "labels": [{"name": "cfg"}, {"name": None}, "x"]}
    payload["sender"]["login"] = "kim_acme"
    assert heard("issue_comment", payload) == Spoken(
        repo=REPO,
        where=Where.COMMENT,
        id=81,
        number=5,
        text="",
        author="dana",
        sender="kim_acme",
        on_pull=True,
        labels=("cfg",),
        url="https://github.com/acme/fleet/issues/5#issuecomment-81",
    )


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"line": 3, "original_line": 2, "side": "RIGHT"}, 3),
        ({"line": None, "original_line": 2}, None),  # outdated: the head has moved on
        ({"line": 3, "side": "LEFT"}, None),  # a line of the old file
        ({"line": None, "original_line": None, "subject_type": "file"}, None),
        ({}, None),
    ],
)
def test_a_remark_tells_its_line_in_the_head(more: dict[str, Any], line: int | None) -> None:
    """Never a line of another file: the head has another value there."""
    assert heard("pull_request_review_comment", remark(**more)).line == line


def test_a_reply_names_the_thread() -> None:
    """The first comment is the thread; replies tell its id."""
    assert heard("pull_request_review_comment", remark()).thread == 9
    assert heard("pull_request_review_comment", remark(in_reply_to_id=4)).thread == 4


@pytest.mark.parametrize(
    ("login", "kind", "bot"),
    [("dana", "User", False), ("ci", "Bot", True), ("renovate[bot]", "User", True)],
)
def test_bots_are_recognised(login: str, kind: str, bot: bool) -> None:
    """As author or as editor, by type or by name."""
    payload = comment()
    payload["comment"]["user"] = {"login": login, "type": kind}
    assert heard("issue_comment", payload).by_bot is bot
    payload = comment()
    payload["sender"] = {"login": login, "type": kind}
    assert heard("issue_comment", payload).by_bot is bot


@pytest.mark.parametrize("name", ["issues", "pull_request"])
def test_only_an_edit_of_the_body_is_a_word(name: str) -> None:
    """A title that changes asks for nothing."""
    said = {"id": 3, "number": 5, "body": "x", "user": {"login": "dana"}}
    said |= {"head": {"sha": SHA}, "labels": [{"name": "cfg"}]}
    where = {"issue": said, "pull_request": said}
    edited = base(action="edited", **where)
    assert isinstance(read_event(name, {**edited, "changes": {"title": {}}}), Ignored)
    event = heard(name, {**edited, "changes": {"body": {"from": ""}}})
    assert (event.where, event.text, event.labels) == (Where.ISSUE, "x", ("cfg",))
    assert event.on_pull is (name == "pull_request")
    assert heard(name, edited) == heard(name, {**edited, "action": "opened"})


def test_a_pull_request_that_is_turned_to_another_branch_has_moved() -> None:
    """What was judged was judged against another base."""
    pull = {"number": 6, "head": {"sha": SHA}}
    payload = base(action="edited", pull_request=pull, changes={"base": {}})
    assert read_event("pull_request", payload) == HeadMoved(REPO, 6, SHA)
    payload["action"] = "synchronize"
    assert read_event("pull_request", payload) == HeadMoved(REPO, 6, SHA)


@pytest.mark.parametrize("merged", [True, False])
def test_a_closed_pull_request_says_whether_it_was_merged(merged: bool) -> None:
    """``merged`` must be said outright."""
    payload = base(action="closed", pull_request={"number": 6, "merged": merged})
    assert read_event("pull_request", payload) == PullClosed(REPO, 6, merged)
    payload["pull_request"]["merged"] = 1
    with pytest.raises(EventError, match="payload-invalid"):
        read_event("pull_request", payload)


@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("success", Finished(REPO, SHA)),
        ("failure", Finished(REPO, SHA)),
        ("error", Finished(REPO, SHA)),
        ("pending", Ignored("a status that is pending")),
    ],
)
def test_a_status_that_is_pending_ends_nothing(state: str, event: Event) -> None:
    """Every other state may end a wait."""
    assert read_event("status", base(state=state, sha=SHA)) == event


@pytest.mark.parametrize(
    ("ref", "more", "branch"),
    [
        ("refs/heads/main", {}, "main"),
        ("refs/heads/feat/바꿔-1", {}, "feat/바꿔-1"),
        ("refs/heads/main", {"deleted": True, "after": "0" * 40}, None),
        ("refs/tags/v1", {}, None),
        ("refs/heads/", {}, None),
        ("refs/heads/--upload-pack=x", {}, None),
        ("refs/heads/a/../b", {}, None),
        ("refs/heads/a\u202eb", {}, None),
        ("main", {}, None),
    ],
)
def test_a_push_moves_a_branch(ref: str, more: dict[str, Any], branch: str | None) -> None:
    """Not a tag, not a deletion, not a name that git or a person could misread."""
    event = read_event("push", base(ref=ref, **{"deleted": False, "after": SHA, **more}))
    if branch is None:
        assert isinstance(event, Ignored)
    else:
        assert event == Pushed(REPO, branch, SHA)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("issue_comment", {**comment(), "action": "deleted"}),
        ("issue_comment", {**comment(), "installation": None}),
        ("issue_comment", {**comment(), "action": None}),
        ("issue_comment", comment(user=None)),
        ("pull_request", base(action="locked")),
        ("installation", base(action="created")),
        ("no_such_event", {}),
        ("issues", {}),
    ],
)
def test_what_is_not_for_us_is_ignored(name: str, payload: dict[str, Any]) -> None:
    """With a reason that repeats nothing of the payload."""
    event = read_event(name, payload)
    assert isinstance(event, Ignored)
    assert event.reason


def put(payload: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The payload with one field replaced."""
    changed = copy.deepcopy(payload)
    *parents, key = path.split(".")
    place = changed
    for parent in parents:
        place = place[parent]
    place[key] = value
    return changed


SHAPELESS: dict[str, tuple[object, ...]] = {
    "repository.name": ("..", ".", "-x", "a/b", "a\n", "", "x.git", 5),
    "repository.owner.login": ("../x", "-x", "a b", "x[bot]", "a\x00", "é"),
    "comment.user.login": ("-x", "a/b", "[bot]", "a\u202eb", "a" * 200),
    "repository.default_branch": ("-x", "a..b", "a b", "@", "x.lock", None),
    "repository.id": (True, 0, -1, 2**63, 1.0, "1", None),
    "installation.id": (True, "7", 10**30),
    "comment.id": (None, [], float("nan")),
    "comment.body": (5, ["x"], "a\x00", "a\ud800", "x" * (MAX_TEXT + 1)),
    "issue.number": (False, "5"),
    "repository": ("x", [], 1),
    "comment": ("x", [], 1),
    "sender": ("x", [], 1),
}


@pytest.mark.parametrize(
    ("path", "value"), [(path, odd) for path, values in SHAPELESS.items() for odd in values]
)
def test_a_field_of_another_shape_is_an_error(path: str, value: object) -> None:
    """The error names the field and never repeats what stood there."""
    with pytest.raises(EventError) as error:
        read_event("issue_comment", put(comment(), path, value))
    assert error.value.code == "payload-invalid"
    assert set(error.value.facts) == {"where", "wanted"}
    if isinstance(value, str) and len(value) > 1:
        assert value not in str(error.value.facts)


@pytest.mark.parametrize(
    "path", ["../x", "/etc/passwd", "a/../b", "a//b", "a/", ".", "a\nb", "a\\b", "", "./a"]
)
def test_a_path_stays_in_the_repository(path: str) -> None:
    """No climbing, no root, no control character."""
    with pytest.raises(EventError):
        read_event("pull_request_review_comment", remark(path=path))


@pytest.mark.parametrize("path", ["a", ".github/x.yml", "설정/서버 1.yml", "a..b/c...", "-x"])
def test_ordinary_paths_are_taken(path: str) -> None:
    """Whatever people name their files."""
    assert heard("pull_request_review_comment", remark(path=path)).path == path


@pytest.mark.parametrize("sha", ["0" * 40, SHA[:-1], SHA.upper(), f"{SHA}\n", "HEAD", f"-{SHA}"])
def test_a_commit_id_is_one(sha: str) -> None:
    """40 or 64 hexadecimal digits, not all of them zero."""
    with pytest.raises(EventError):
        read_event("status", base(state="success", sha=sha))
    sha256 = read_event("status", base(state="success", sha="ab" * 32))
    assert sha256 == Finished(REPO, "ab" * 32)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a b", 'https://a"', "https://a)\n"]
)
def test_a_link_that_could_break_out_of_a_sentence_is_none(url: str) -> None:
    """The words count without it."""
    assert heard("issue_comment", comment(html_url=url)).url == ""


def test_the_longest_text_is_read() -> None:
    """As long as GitHub lets it be."""
    assert len(heard("issue_comment", comment("가" * MAX_TEXT)).text) == MAX_TEXT


def deep() -> object:
    """Lists in lists, deeper than Python likes to go."""
    value: object = []
    for _ in range(5_000):
        value = [value]
    return value


ODD: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1, 2**63, 10**400, 0.5, float("nan"), float("inf")),
    *("", "x", "\ud800", "\x00", "../..", "a\nb", "[bot]", "x" * 70_000, "가", "0" * 40),
    *([], {}, [{}], {"": None}, {"id": 1}, {"login": None}, [None, {"name": 5}], deep()),
)


def mutate(chance: random.Random, value: dict[str, Any]) -> None:
    """Somewhere in the payload, a field is gone, another thing, another's, or renamed."""
    place: Any = value
    while True:
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        below = place[key]
        if not isinstance(below, dict | list) or not below or chance.random() < 0.3:
            break
        place = below
    kind = chance.randrange(4)
    if kind == 0 and isinstance(place, dict):
        del place[key]
    elif kind == 1 and isinstance(place, dict):
        place[str(key)[::-1]] = place.pop(key)
    elif kind == 2 and isinstance(place, dict):
        other = chance.choice(list(place))
        place[key], place[other] = place[other], place[key]
    else:
        place[key] = chance.choice(ODD)


def test_two_thousand_spoilt_examples_raise_nothing_else() -> None:
    """An event or EventError, and an event of ours can be stored: JSON, UTF-8, bounded."""
    chance = random.Random(20)
    examples = [(name, payload) for name, payload in installed() if name in KNOWN]
    refused = 0
    for _ in range(2_000):
        name, example = chance.choice(examples)
        payload = json.loads(json.dumps(example))
        for _ in range(chance.choice((1, 1, 2, 5, 30))):
            if payload:
                mutate(chance, payload)
        event = outcome(name, payload)
        if event == "payload-invalid":
            refused += 1
            continue
        assert isinstance(event, KINDS)
        assert len(json.dumps(asdict(event), ensure_ascii=False).encode()) < 400_000
    assert 100 < refused < 1_900


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
FIELDS = st.dictionaries(
    st.sampled_from(
        "action installation repository sender issue comment pull_request review check_run "
        "check_suite changes sha state ref after deleted id number user login type name owner "
        "default_branch body labels head merged path line in_reply_to_id".split()
    ),
    JSON | st.sampled_from(["created", "opened", "edited", "completed", "closed", "success", SHA]),
)


@given(st.sampled_from([*KNOWN, "ping", "other"]), FIELDS | JSON, FIELDS)
@settings(max_examples=300)
def test_any_json_is_an_event_or_an_error(
    name: str, payload: object, inner: dict[str, Any]
) -> None:
    """Nothing else is ever raised, also where the outside is as it should be."""
    whole = {**base(), **inner, "issue": inner, "comment": inner, "pull_request": inner}
    for one in (payload, whole):
        event = outcome(name, one)
        assert event == "payload-invalid" or isinstance(event, KINDS)
