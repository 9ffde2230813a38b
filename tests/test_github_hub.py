"""What each method of the Hub asks of GitHub, where the answers are not the usual ones."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from bot.adapters.github.comments import MAX_BODY
from bot.core.change import FileChange
from bot.core.repo import Spoken, Where
from bot.hub import (
    Annotation,
    Check,
    CheckReport,
    FailedDelivery,
    HeadMoved,
    HubError,
    LineComment,
    MergeState,
    NotMergeable,
    Protection,
)
from tests.test_github_transport import (
    KEY,
    NOW,
    REPO,
    ROOT,
    Scripted,
    World,
    scripted,
    served,
    token_answer,
    world,
)

__all__ = ["served", "world"]

A, B, C = "a" * 40, "b" * 40, "c" * 40
MARK = "<!-- mark -->"
US = {"login": "cfgbot[bot]", "type": "Bot"}
MALLORY = {"login": "mallory", "type": "User"}
COMMENTS = f"{ROOT}/issues/5/comments"
LOST = (502, b"bad gateway")


def ref(sha: str) -> tuple[int, Any]:
    """A reference as GitHub gives it."""
    return (200, {"object": {"sha": sha}})


# --- comments -------------------------------------------------------------------------------


def test_a_comment_is_a_look_and_a_write(world: World) -> None:
    """Two requests the first time; the login is not even asked for where nothing has the mark."""
    world.server.on(f"GET {COMMENTS}", (200, [{"id": 1, "body": "hello", "user": MALLORY}]))
    world.server.on(f"POST {COMMENTS}", (201, {"id": 9}))
    assert world.hub.comment(REPO, 5, f"hi {MARK}", MARK) == 9
    assert world.server.names() == [f"GET {COMMENTS}", f"POST {COMMENTS}"]


def test_a_comment_that_stands_is_not_written_again(world: World) -> None:
    """Ours is found by mark and login; a stranger's copy of the mark is nobody's."""
    stranger = {"id": 1, "body": f"x {MARK}", "user": MALLORY}
    ours = {"id": 2, "body": f"y {MARK}", "user": US}
    world.server.on(f"GET {COMMENTS}", (200, [stranger]), (200, [ours, stranger]))
    world.server.on(f"POST {COMMENTS}", (201, {"id": 9}))
    assert world.hub.comment(REPO, 5, f"hi {MARK}", MARK) == 9
    assert world.hub.comment(REPO, 5, f"hi {MARK}", MARK) == 2
    assert world.server.names().count(f"POST {COMMENTS}") == 1


def test_a_lost_answer_is_looked_after_before_writing_again(world: World) -> None:
    """The write happened, its answer was lost: the comment is found, not doubled."""
    ours = {"id": 2, "body": MARK, "user": US}
    world.server.on(f"GET {COMMENTS}", (200, []), (200, [ours]))
    world.server.on(f"POST {COMMENTS}", LOST)
    assert world.hub.comment(REPO, 5, MARK, MARK) == 2
    assert world.server.names().count(f"POST {COMMENTS}") == 1


def test_a_write_that_did_not_happen_is_made_again(world: World) -> None:
    """The answer was lost and nothing stands there: it is written again."""
    world.server.on(f"GET {COMMENTS}", (200, []))
    world.server.on(f"POST {COMMENTS}", LOST, LOST, (201, {"id": 3}))
    assert world.hub.comment(REPO, 5, MARK, MARK) == 3


def test_the_newest_page_of_comments_is_looked_at_first(world: World) -> None:
    """With 250 comments ours among the last is found in two requests, not three."""
    link = {"link": f'<{world.url}/x?page=2>; rel="next", <{world.url}/x?page=3>; rel="last"'}
    ours = {"id": 240, "body": MARK, "user": US}
    world.server.on(f"GET {COMMENTS}", (200, [], link), (200, [ours]))
    assert world.hub.find_comment(REPO, 5, MARK) == 240
    asked = [one.query for one in world.server.asked if one.path == COMMENTS]
    assert asked == ["per_page=100", "per_page=100&page=3"]


def test_a_body_too_long_keeps_its_mark(world: World) -> None:
    """GitHub takes 65,536 characters; the mark is what must not be cut."""
    world.server.on(f"GET {COMMENTS}", (200, []))
    world.server.on(f"POST {COMMENTS}", (201, {"id": 3}))
    world.hub.comment(REPO, 5, "x" * 70_000 + MARK, MARK)
    body = world.server.last("POST")["body"]
    assert len(body) == MAX_BODY
    assert body.endswith(MARK)


def test_a_reply_is_looked_for_in_its_own_thread(world: World) -> None:
    """The same mark in another thread is another reply."""
    listed, posted = f"{ROOT}/pulls/5/comments", f"{ROOT}/pulls/5/comments/40/replies"
    other = {"id": 1, "body": MARK, "user": US, "in_reply_to_id": 39}
    ours = {"id": 2, "body": MARK, "user": US, "in_reply_to_id": 40}
    world.server.on(f"GET {listed}", (200, [other]), (200, [other, ours]))
    world.server.on(f"POST {posted}", (201, {"id": 7}))
    assert world.hub.reply(REPO, 5, 40, MARK, MARK) == 7
    assert world.hub.reply(REPO, 5, 40, MARK, MARK) == 2


@pytest.mark.parametrize(
    ("where", "path"),
    [
        (Where.ISSUE, f"{ROOT}/issues/5/reactions"),
        (Where.COMMENT, f"{ROOT}/issues/comments/81/reactions"),
        (Where.REVIEW, f"{ROOT}/pulls/comments/81/reactions"),
    ],
)
def test_a_reaction_goes_to_what_was_written(world: World, where: Where, path: str) -> None:
    """Issue, comment and review comment have addresses of their own."""
    world.server.on(f"POST {path}", (201, {"id": 1}))
    world.hub.react(Spoken(REPO, where, 81, 5, "x", "kim", "kim"), "eyes")
    assert world.server.last("POST") == {"content": "eyes"}


# --- people ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((200, {"permission": "admin", "role_name": "admin"}), "admin"),
        ((200, {"permission": "write", "role_name": "maintain"}), "write"),
        ((200, {"permission": "read", "role_name": "triage"}), "read"),
        ((200, {"permission": "none", "role_name": ""}), "none"),
        ((200, {"permission": "write", "role_name": "release-captain"}), "write"),
        ((200, {"permission": "owner-ish", "role_name": "x"}), "none"),
        ((404, {"message": "kim[bot] is not a user"}), "none"),
    ],
)
def test_permission_fails_closed(world: World, answer: tuple[Any, ...], expected: str) -> None:
    """GitHub's base roles; whatever else it says is none."""
    world.server.on(f"GET {ROOT}/collaborators/kim/permission", answer)
    assert world.hub.permission(REPO, "kim") == expected


# --- commits and branches -------------------------------------------------------------------


def commit_scene(world: World) -> None:
    """A parent with a tree, and a server that makes trees, blobs and commits."""
    world.server.on(f"GET {ROOT}/git/commits/{A}", (200, {"tree": {"sha": "t" * 40}}))
    world.server.on(f"POST {ROOT}/git/trees", (201, {"sha": "u" * 40}))
    world.server.on(f"POST {ROOT}/git/blobs", (201, {"sha": "e" * 40}))
    made = {"sha": B, "tree": {"sha": "u" * 40}, "parents": [{"sha": A}]}
    world.server.on(f"POST {ROOT}/git/commits", (201, made))
    world.server.on("GET /users/cfgbot%5Bbot%5D", (200, {"id": 77}))


def test_a_commit_is_a_tree_and_a_commit(world: World) -> None:
    """Texts inline, deletions as null, modes as given; unchanged files stay out."""
    commit_scene(world)
    files = [
        FileChange("a.yml", b"", "값: 1\r\n".encode()),
        FileChange("run.sh", b"", b"#!/bin/sh\n", "100644", "100755"),
        FileChange("gone.ini", b"", None),
    ]
    assert world.hub.commit(REPO, A, files, "msg", "2026-01-01T00:00:00Z") == B
    tree = next(one.body for one in world.server.asked if one.path.endswith("/trees"))
    assert tree == {
        "base_tree": "t" * 40,
        "tree": [
            {"path": "a.yml", "mode": "100644", "type": "blob", "content": "값: 1\r\n"},
            {"path": "run.sh", "mode": "100755", "type": "blob", "content": "#!/bin/sh\n"},
            {"path": "gone.ini", "mode": "100644", "type": "blob", "sha": None},
        ],
    }
    body = world.server.last("POST")
    person = {
        "name": "cfgbot[bot]",
        "email": "77+cfgbot[bot]@users.noreply.github.com",
        "date": "2026-01-01T00:00:00Z",
    }
    assert (body["author"], body["committer"], body["parents"]) == (person, person, [A])


def test_a_second_commit_knows_its_parents_tree(world: World) -> None:
    """The tree of a commit we made, or asked for, is not asked for again."""
    commit_scene(world)
    for _ in range(2):
        world.hub.commit(REPO, A, [FileChange("a", None, b"x")], "m", "2026-01-01T00:00:00Z")
    assert world.server.names().count(f"GET {ROOT}/git/commits/{A}") == 1
    assert world.server.names().count("GET /users/cfgbot%5Bbot%5D") == 1


@pytest.mark.parametrize("data", ["값".encode("cp949"), b"a\0b", b"\xef\xbb\xbfkey: 1\n"])
def test_bytes_that_json_may_not_carry_travel_as_blobs(world: World, data: bytes) -> None:
    """Not UTF-8, a zero, a byte order mark: base64, so that they arrive as they are."""
    commit_scene(world)
    world.hub.commit(REPO, A, [FileChange("a.conf", b"", data)], "m", "2026-01-01T00:00:00Z")
    blob = next(one.body for one in world.server.asked if one.path.endswith("/blobs"))
    assert base64.b64decode(blob["content"]) == data
    tree = next(one.body for one in world.server.asked if one.path.endswith("/trees"))
    assert tree["tree"][0]["sha"] == "e" * 40


def test_a_submodule_is_not_written(world: World) -> None:
    """A mode that is no file's is refused before anything is made."""
    commit_scene(world)
    with pytest.raises(HubError):
        world.hub.commit(REPO, A, [FileChange("m", None, b"x", "160000", "160000")], "m", "")
    assert not any("POST" in name for name in world.server.names())


def test_another_commit_than_the_one_asked_for_is_not_believed(world: World) -> None:
    """A commit with another parent is refused."""
    commit_scene(world)
    made = {"sha": B, "tree": {"sha": "u" * 40}, "parents": [{"sha": C}]}
    world.server.on(f"POST {ROOT}/git/commits", (201, made))
    with pytest.raises(HubError):
        world.hub.commit(REPO, A, [FileChange("a", None, b"x")], "m", "2026-01-01T00:00:00Z")


REF = f"{ROOT}/git/ref/heads/cfgbot/5-x"
REFS = f"{ROOT}/git/refs/heads/cfgbot/5-x"
EXISTS = (422, {"message": "Reference already exists"})


def test_a_new_branch_is_one_request(world: World) -> None:
    """Create first: GitHub itself refuses a second one."""
    world.server.on(f"POST {ROOT}/git/refs", (201, {}))
    world.hub.point_branch(REPO, "cfgbot/5-x", A, None)
    assert world.server.names() == [f"POST {ROOT}/git/refs"]


def test_a_branch_that_exists_is_compared(world: World) -> None:
    """At the same commit it is ours; at another it has moved."""
    world.server.on(f"POST {ROOT}/git/refs", EXISTS)
    world.server.on(f"GET {REF}", ref(A), ref(B))
    world.hub.point_branch(REPO, "cfgbot/5-x", A, None)
    with pytest.raises(HeadMoved):
        world.hub.point_branch(REPO, "cfgbot/5-x", A, None)


def test_a_branch_moves_forward_without_force(world: World) -> None:
    """A look, and a move that GitHub refuses where somebody pushed in between."""
    world.server.on(f"GET {REF}", ref(A))
    world.server.on(f"PATCH {REFS}", (200, {}))
    world.hub.point_branch(REPO, "cfgbot/5-x", B, A)
    assert world.server.last("PATCH") == {"sha": B, "force": False}


def test_a_branch_is_forced_only_while_it_is_where_it_was(world: World) -> None:
    """Rebuilt on another base: force, after a second look; moved by another: never."""
    refused = (422, {"message": "Update is not a fast forward"})
    world.server.on(f"GET {REF}", ref(A))
    world.server.on(f"PATCH {REFS}", refused, (200, {}))
    world.hub.point_branch(REPO, "cfgbot/5-x", B, A)
    assert world.server.last("PATCH") == {"sha": B, "force": True}
    world.server.on(f"GET {REF}", ref(A), ref(C))
    world.server.on(f"PATCH {REFS}", refused)
    with pytest.raises(HeadMoved):
        world.hub.point_branch(REPO, "cfgbot/5-x", B, A)
    assert world.server.last("PATCH")["force"] is False


@pytest.mark.parametrize("answer", [ref(C), (404, {})])
def test_a_branch_elsewhere_is_not_touched(world: World, answer: tuple[int, Any]) -> None:
    """Moved or deleted by somebody else: HeadMoved, and no write."""
    world.server.on(f"GET {REF}", answer)
    with pytest.raises(HeadMoved):
        world.hub.point_branch(REPO, "cfgbot/5-x", B, A)
    assert world.server.names() == [f"GET {REF}"]


def test_a_branch_is_deleted_only_where_it_was(world: World) -> None:
    """At another commit it stays; gone already is gone."""
    world.server.on(f"GET {REF}", ref(A), ref(B), (404, {}))
    world.server.on(f"DELETE {REFS}", (204, None))
    for _ in range(3):
        world.hub.delete_branch(REPO, "cfgbot/5-x", A)
    assert world.server.names().count(f"DELETE {REFS}") == 1


def test_an_empty_repository_has_no_branch(world: World) -> None:
    """GitHub answers 409 there: a branch cannot be where it was."""
    world.server.on(f"GET {REF}", (409, {"message": "Git Repository is empty."}))
    with pytest.raises(HeadMoved):
        world.hub.point_branch(REPO, "cfgbot/5-x", B, A)


def test_the_tree_of_a_branch_need_not_be_asked_for(world: World) -> None:
    """Where a branch is says what tree it has: a commit on it is two requests."""
    commit_scene(world)
    at = {"sha": A, "commit": {"tree": {"sha": "t" * 40}}}
    world.server.on(f"GET {ROOT}/branches/main", (200, {"name": "main", "commit": at}))
    assert world.hub.branch_head(REPO, "main") == A
    world.hub.commit(REPO, A, [FileChange("a", None, b"x")], "m", "2026-01-01T00:00:00Z")
    assert f"GET {ROOT}/git/commits/{A}" not in world.server.names()


def test_a_branch_that_was_renamed_is_not_there(world: World) -> None:
    """GitHub answers for the new name; the old one is nobody's branch."""
    at = {"sha": A, "commit": {"tree": {"sha": "t" * 40}}}
    world.server.on(f"GET {ROOT}/branches/old", (200, {"name": "new", "commit": at}))
    assert world.hub.branch_head(REPO, "old") is None
    assert world.hub.branch_head(REPO, "none") is None


def test_who_we_are_is_seen_in_what_we_wrote(world: World) -> None:
    """After a comment neither the App nor its account is asked for."""
    commit_scene(world)
    world.server.on(f"GET {COMMENTS}", (200, []))
    world.server.on(f"POST {COMMENTS}", (201, {"id": 9, "user": {**US, "id": 77}}))
    world.hub.comment(REPO, 5, MARK, MARK)
    world.hub.commit(REPO, A, [FileChange("a", None, b"x")], "m", "2026-01-01T00:00:00Z")
    assert world.server.last("POST")["author"]["email"].startswith("77+cfgbot[bot]@")
    assert world.hub.bot_login() == "cfgbot[bot]"
    assert not {"GET /app", "GET /users/cfgbot%5Bbot%5D"} & set(world.server.names())


# --- pull requests --------------------------------------------------------------------------


def pull(head: str = A, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    """A pull request as GitHub gives it."""
    return {
        "number": 8,
        "state": "open",
        "merged": False,
        "merge_commit_sha": None,
        "head": {"sha": head, "ref": "cfgbot/5-x"},
        "base": {"sha": C, "ref": "main"},
        "mergeable_state": "clean",
        "draft": False,
        "user": US,
        "body": None,
        "html_url": "https://github.com/acme/fleet/pull/8",
        **more,
    }


def test_a_pull_request_is_read(world: World) -> None:
    """Every field of Pull; no body is an empty one, a state unknown to us is unknown."""
    path = f"GET {ROOT}/pulls/8"
    world.server.on(
        path,
        (200, pull()),
        (200, pull(mergeable_state="weird", user=None)),
        (200, pull(draft=True, mergeable_state="blocked")),
        (200, pull(state="closed", merged=True, merge_commit_sha=B)),
    )
    first = world.hub.pull(REPO, 8)
    assert (first.open, first.merged, first.merge_sha, first.head_sha) == (True, False, None, A)
    assert (first.state, first.author, first.body) == (MergeState.CLEAN, "cfgbot[bot]", "")
    strange = world.hub.pull(REPO, 8)
    assert (strange.state, strange.author) == (MergeState.UNKNOWN, "ghost")
    assert world.hub.pull(REPO, 8).state is MergeState.DRAFT
    assert world.hub.pull(REPO, 8).merge_sha == B


def test_the_test_merge_of_an_open_pull_request_is_no_merge(world: World) -> None:
    """``merge_commit_sha`` of an open one is GitHub's trial, not where it was merged."""
    world.server.on(f"GET {ROOT}/pulls/8", (200, pull(merge_commit_sha=B)))
    assert world.hub.pull(REPO, 8).merge_sha is None


def test_opening_twice_opens_once(world: World) -> None:
    """One request; where GitHub says that it exists, it is found by head and base."""
    listed = f"{ROOT}/pulls"
    exists = {
        "message": "Validation Failed",
        "errors": [{"message": "A pull request already exists"}],
    }
    world.server.on(f"POST {listed}", (201, {"number": 8}), (422, exists))
    world.server.on(f"GET {listed}", (200, [pull()]))
    assert world.hub.open_pull(REPO, "t", "b", "cfgbot/5-x", "main") == 8
    assert world.server.names() == [f"POST {listed}"]
    assert world.hub.open_pull(REPO, "t", "b", "cfgbot/5-x", "main") == 8
    assert "head=acme%3Acfgbot%2F5-x" in world.server.asked[-1].query


def test_a_pull_request_without_commits_is_refused(world: World) -> None:
    """A 422 of another kind keeps GitHub's words."""
    none = {
        "message": "Validation Failed",
        "errors": [{"message": "No commits between main and x"}],
    }
    world.server.on(f"POST {ROOT}/pulls", (422, none))
    world.server.on(f"GET {ROOT}/pulls", (200, []))
    with pytest.raises(HubError, match="hub-refused") as caught:
        world.hub.open_pull(REPO, "t", "b", "x", "main")
    assert "No commits" in caught.value.facts["detail"]


MERGE = f"{ROOT}/pulls/8/merge"


def test_a_merge_is_one_request_bound_to_the_head(world: World) -> None:
    """The head judged travels with it."""
    world.server.on(f"PUT {MERGE}", (200, {"sha": B, "merged": True}))
    assert world.hub.merge(REPO, 8, A, "t", "m") == B
    assert world.server.last("PUT")["sha"] == A
    assert world.server.names() == [f"PUT {MERGE}"]


def test_merging_what_is_merged_gives_that_commit(world: World) -> None:
    """405 on a merged pull request: the merge commit, without another merge."""
    world.server.on(f"PUT {MERGE}", (405, {"message": "Pull Request is not mergeable"}))
    merged = pull(state="closed", merged=True, merge_commit_sha=B)
    world.server.on(f"GET {ROOT}/pulls/8", (200, merged))
    assert world.hub.merge(REPO, 8, A, "t", "m") == B


def test_merged_at_another_head_is_no_success(world: World) -> None:
    """Somebody pushed and merged: what was judged is not what is there."""
    world.server.on(f"PUT {MERGE}", (405, {"message": "Pull Request is not mergeable"}))
    merged = pull(C, state="closed", merged=True, merge_commit_sha=B)
    world.server.on(f"GET {ROOT}/pulls/8", (200, merged))
    with pytest.raises(HeadMoved):
        world.hub.merge(REPO, 8, A, "t", "m")


def test_a_moved_head_and_a_blocked_merge_are_told_apart(world: World) -> None:
    """409 with another head is HeadMoved; 405 or 409 at our head is NotMergeable with the reason."""
    moved = (409, {"message": "Head branch was modified. Review and try the merge again."})
    base = (405, {"message": "Base branch was modified. Review and try the merge again."})
    world.server.on(f"PUT {MERGE}", moved, base)
    world.server.on(f"GET {ROOT}/pulls/8", (200, pull(C)), (200, pull(A)))
    with pytest.raises(HeadMoved):
        world.hub.merge(REPO, 8, A, "t", "m")
    with pytest.raises(NotMergeable, match="Base branch was modified"):
        world.hub.merge(REPO, 8, A, "t", "m")


def test_the_way_of_merging_is_the_repositorys(world: World) -> None:
    """Where merge commits are not allowed the pull request is squashed."""
    no = (405, {"message": "Merge commits are not allowed on this repository."})
    world.server.on(f"PUT {MERGE}", no, (200, {"sha": B}))
    assert world.hub.merge(REPO, 8, A, "t", "m") == B
    assert world.server.last("PUT")["merge_method"] == "squash"


def test_a_lost_merge_is_looked_after(world: World) -> None:
    """The answer was lost, the merge happened: its commit, and one PUT."""
    world.server.on(f"PUT {MERGE}", LOST)
    merged = pull(state="closed", merged=True, merge_commit_sha=B)
    world.server.on(f"GET {ROOT}/pulls/8", (200, merged))
    assert world.hub.merge(REPO, 8, A, "t", "m") == B
    assert world.server.names().count(f"PUT {MERGE}") == 1


def test_a_merge_commit_left_out_is_asked_for(world: World) -> None:
    """Later versions of the interface do not name it: GraphQL does."""
    merged = pull(state="closed", merged=True)
    del merged["merge_commit_sha"]
    world.server.on(f"GET {ROOT}/pulls/8", (200, merged))
    found = {"data": {"repository": {"pullRequest": {"mergeCommit": {"oid": B}}}}}
    world.server.on("POST /api/graphql", (200, found))
    assert world.hub.pull(REPO, 8).merge_sha == B


def test_protection_is_of_branch_and_rulesets(world: World) -> None:
    """Checks of both, each once; the largest number of approvals."""
    classic = {"enforcement_level": "everyone", "contexts": ["ci"], "checks": [{"context": "ci"}]}
    world.server.on(
        f"GET {ROOT}/branches/main", (200, {"protection": {"required_status_checks": classic}})
    )
    needed = {"required_status_checks": [{"context": "lint"}, {"context": "ci"}]}
    rules = [
        {"type": "deletion"},
        {"type": "required_status_checks", "parameters": needed},
        {"type": "pull_request", "parameters": {"required_approving_review_count": 1}},
        {"type": "pull_request", "parameters": {"required_approving_review_count": 2}},
    ]
    world.server.on(f"GET {ROOT}/rules/branches/main", (200, rules))
    assert world.hub.protection(REPO, "main") == Protection(("ci", "lint"), 2)


def test_no_protection_and_no_rulesets(world: World) -> None:
    """An unprotected branch of an old server asks nothing; no branch is hub-missing."""
    off = {"enforcement_level": "off", "contexts": ["ci"], "checks": []}
    world.server.on(
        f"GET {ROOT}/branches/main", (200, {"protection": {"required_status_checks": off}})
    )
    assert world.hub.protection(REPO, "main") == Protection()
    with pytest.raises(HubError, match="hub-missing"):
        world.hub.protection(REPO, "nope")


# --- reviews --------------------------------------------------------------------------------

REVIEWS = f"{ROOT}/pulls/8/reviews"
GOOD = LineComment("a.yml", 2, "RIGHT", "this one")
OLD = LineComment("a.yml", 2, "LEFT", "the old one")
BAD = LineComment("a.yml", 90, "RIGHT", "far away")
UNPLACED = (422, {"message": "Unprocessable Entity", "errors": ["Line could not be resolved"]})
PATCH = "@@ -1,3 +1,3 @@\n x: 1\n-y: 2\n+y: 3\n z: 4"


def test_a_review_is_one_batch(world: World) -> None:
    """A look and a write, with every remark on its line."""
    world.server.on(f"GET {REVIEWS}", (200, [{"id": 1, "body": None, "user": US}]))
    world.server.on(f"POST {REVIEWS}", (200, {"id": 2}))
    world.hub.review(REPO, 8, A, "COMMENT", f"b {MARK}", [GOOD, OLD], MARK)
    body = world.server.last("POST")
    assert (body["commit_id"], body["event"]) == (A, "COMMENT")
    assert [(one["line"], one["side"]) for one in body["comments"]] == [(2, "RIGHT"), (2, "LEFT")]
    assert len(world.server.names()) == 2


def test_a_review_that_stands_is_not_posted_again(world: World) -> None:
    """By mark and login."""
    world.server.on(f"GET {REVIEWS}", (200, [{"id": 1, "body": f"x {MARK}", "user": US}]))
    world.hub.review(REPO, 8, A, "COMMENT", f"b {MARK}", [], MARK)
    assert "POST" not in " ".join(world.server.names())


def test_a_line_github_does_not_take_moves_into_the_body(world: World) -> None:
    """Only that remark moves; the others stay on their lines."""
    world.server.on(f"GET {REVIEWS}", (200, []))
    world.server.on(f"POST {REVIEWS}", UNPLACED, (200, {"id": 2}))
    files = [{"filename": "a.yml", "patch": PATCH}, {"filename": "big.bin"}]
    world.server.on(f"GET {ROOT}/pulls/8/files", (200, files))
    world.hub.review(REPO, 8, A, "COMMENT", f"b {MARK}", [GOOD, BAD, OLD], MARK)
    body = world.server.last("POST")
    assert [one["body"] for one in body["comments"]] == ["this one", "the old one"]
    assert "a.yml:90" in body["body"]
    assert "far away" in body["body"]
    assert MARK in body["body"]


def test_no_remark_is_ever_lost(world: World) -> None:
    """Refused again although the diff shows the lines: all of it goes into the body."""
    world.server.on(f"GET {REVIEWS}", (200, []))
    world.server.on(f"POST {REVIEWS}", UNPLACED, (200, {"id": 2}))
    world.server.on(f"GET {ROOT}/pulls/8/files", (200, [{"filename": "a.yml", "patch": PATCH}]))
    world.hub.review(REPO, 8, A, "COMMENT", f"b {MARK}", [GOOD, OLD], MARK)
    body = world.server.last("POST")
    assert body["comments"] == []
    assert "this one" in body["body"]
    assert "the old one" in body["body"]


def test_remarks_a_body_cannot_hold_follow_as_comments(world: World) -> None:
    """What does not fit stands below the pull request, each once."""
    world.server.on(f"GET {REVIEWS}", (200, []))
    world.server.on(f"POST {REVIEWS}", UNPLACED, (200, {"id": 2}))
    world.server.on(f"GET {ROOT}/pulls/8/files", (200, []))
    world.server.on(f"GET {ROOT}/issues/8/comments", (200, []))
    world.server.on(f"POST {ROOT}/issues/8/comments", (201, {"id": 3}))
    many = [LineComment("a.yml", n, "RIGHT", str(n) * 30_000) for n in (1, 2, 3)]
    world.hub.review(REPO, 8, A, "COMMENT", f"b {MARK}", many, MARK)
    said = [one.body["body"] for one in world.server.asked if one.method == "POST" and one.body]
    assert all(len(text) <= MAX_BODY for text in said)
    for n in (1, 2, 3):
        assert any(str(n) * 30_000 in text for text in said[1:])


def test_an_app_cannot_approve_its_own(world: World) -> None:
    """GitHub's refusal is said, not tried around."""
    own = (
        422,
        {"message": "Unprocessable Entity", "errors": ["Can not approve your own pull request"]},
    )
    world.server.on(f"GET {REVIEWS}", (200, []))
    world.server.on(f"POST {REVIEWS}", own)
    with pytest.raises(HubError, match="hub-refused"):
        world.hub.review(REPO, 8, A, "APPROVE", f"b {MARK}", [GOOD], MARK)
    assert world.server.names().count(f"POST {REVIEWS}") == 1


def test_a_second_app_reviews(served: tuple[str, Scripted]) -> None:
    """With its own proof, its own installation and its own name."""
    with scripted(*served, reviewer=KEY) as world:
        world.server.on(f"GET {ROOT}/installation", (200, {"id": 9}))
        ends = NOW.replace(hour=14)
        world.server.on("POST /app/installations/9/access_tokens", token_answer("ghs_second", ends))
        world.server.on(f"GET {REVIEWS}", (200, []))
        world.server.on(f"POST {REVIEWS}", (200, {"id": 2}))
        assert world.hub.can_approve()
        for _ in range(2):
            world.hub.review(REPO, 8, A, "APPROVE", f"b {MARK}", [], MARK)
        assert world.server.asked[-1].headers["authorization"] == "token ghs_second"
        assert world.server.names().count(f"GET {ROOT}/installation") == 1


def thread_page(*nodes: dict[str, Any], after: str | None = None) -> tuple[int, Any]:
    """A page of review threads."""
    threads = {
        "nodes": list(nodes),
        "pageInfo": {"hasNextPage": after is not None, "endCursor": after},
    }
    return (200, {"data": {"repository": {"pullRequest": {"reviewThreads": threads}}}})


def thread(name: str, number: int | None, *, resolved: bool = False) -> dict[str, Any]:
    """A review thread."""
    first = {"id": f"node-{name}", "databaseId": number}
    return {"id": name, "isResolved": resolved, "comments": {"nodes": [first]}}


def test_a_thread_is_resolved_once(world: World) -> None:
    """Found by its first comment, on a later page too; a resolved one is left alone."""
    done = (200, {"data": {"resolveReviewThread": {"thread": {"id": "T2"}}}})
    world.server.on(
        "POST /api/graphql",
        thread_page(thread("T1", 1), after="c1"),
        thread_page(thread("T2", 40)),
        done,
        thread_page(thread("T2", 40, resolved=True)),
    )
    world.hub.resolve(REPO, 8, 40)
    assert world.server.asked[-1].body["variables"] == {"thread": "T2"}
    world.hub.resolve(REPO, 8, 40)
    assert world.server.names().count("POST /api/graphql") == 4


def test_a_thread_is_found_where_numbers_outgrew_graphql(world: World) -> None:
    """Comment ids over 2³¹ have no ``databaseId``: the node id tells."""
    world.server.on(
        "POST /api/graphql",
        thread_page(thread("T1", None), thread("T2", None)),
        (200, {"data": {}}),
    )
    world.server.on(f"GET {ROOT}/pulls/comments/40", (200, {"node_id": "node-T2"}))
    world.hub.resolve(REPO, 8, 40)
    assert world.server.asked[-1].body["variables"] == {"thread": "T2"}


@pytest.mark.parametrize(
    ("kind", "code"),
    [("NOT_FOUND", "hub-missing"), ("FORBIDDEN", "hub-forbidden"), ("X", "hub-refused")],
)
def test_errors_of_graphql_have_codes(world: World, kind: str, code: str) -> None:
    """GraphQL answers 200 with errors in it."""
    errors = {"data": None, "errors": [{"type": kind, "message": "no"}]}
    world.server.on("POST /api/graphql", (200, errors))
    with pytest.raises(HubError, match=code):
        world.hub.resolve(REPO, 8, 40)


# --- checks ---------------------------------------------------------------------------------

RUNS, ON_HEAD = f"{ROOT}/check-runs", f"{ROOT}/commits/{A}/check-runs"


def report(annotations: int) -> CheckReport:
    """A report with so many annotations."""
    marks = tuple(Annotation("a.yml", n + 1, "warning", "t", "m") for n in range(annotations))
    return CheckReport("cfg/verdict", "failure", "t", "s", marks, "key-1", "https://x.example")


def shown(count: int) -> dict[str, Any]:
    """Our check run with so many annotations shown."""
    return {"id": 3, "external_id": "key-1", "output": {"annotations_count": count}}


def test_annotations_go_in_fifties(world: World) -> None:
    """120 of them: one run, two additions, none twice."""
    world.server.on(f"GET {ON_HEAD}", (200, {"check_runs": []}))
    world.server.on(f"POST {RUNS}", (201, {"id": 3}))
    world.server.on(f"PATCH {RUNS}/3", (200, {}))
    world.hub.report_check(REPO, A, report(120))
    sent = [one.body["output"]["annotations"] for one in world.server.asked if one.body]
    assert [len(batch) for batch in sent if batch] == [50, 50, 20]
    assert [one["start_line"] for batch in sent for one in batch] == list(range(1, 121))


def test_a_report_that_was_cut_short_is_completed(world: World) -> None:
    """Killed after fifty annotations: the rest is added, the run not made again."""
    world.server.on(f"GET {ON_HEAD}", (200, {"check_runs": [shown(50)]}))
    world.server.on(f"PATCH {RUNS}/3", (200, {}))
    world.hub.report_check(REPO, A, report(70))
    assert world.server.names() == [f"GET {ON_HEAD}", f"PATCH {RUNS}/3"]
    assert len(world.server.last("PATCH")["output"]["annotations"]) == 20


def test_a_report_that_stands_is_left(world: World) -> None:
    """By its key, among all runs of the name."""
    other = {"id": 2, "external_id": "key-0", "output": {"annotations_count": 0}}
    world.server.on(f"GET {ON_HEAD}", (200, {"check_runs": [other, shown(2)]}))
    world.hub.report_check(REPO, A, report(2))
    assert world.server.names() == [f"GET {ON_HEAD}"]


def test_checks_are_runs_and_statuses(world: World) -> None:
    """The newest of each; one that runs has no conclusion; statuses in a check's words."""

    def run(number: int, name: str, status: str, conclusion: str | None, app: str) -> Any:  # noqa: ANN401 - JSON
        named = {"id": number, "name": name, "status": status, "conclusion": conclusion}
        return {**named, "app": {"slug": app}}

    runs = [
        run(2, "build", "completed", "success", "actions"),
        run(1, "build", "completed", "failure", "actions"),
        run(3, "scan", "in_progress", None, "scanner"),
        run(4, "build", "completed", "neutral", "other"),
    ]
    statuses = [
        {"context": "jenkins", "state": "pending"},
        {"context": "legacy", "state": "error"},
        {"context": "ok", "state": "success"},
    ]
    world.server.on(f"GET {ON_HEAD}", (200, {"check_runs": runs}))
    world.server.on(f"GET {ROOT}/commits/{A}/status", (200, {"statuses": statuses}))
    assert world.hub.checks(REPO, A) == (
        Check("build", "success", "actions"),
        Check("build", "neutral", "other"),
        Check("jenkins", None),
        Check("legacy", "failure"),
        Check("ok", "success"),
        Check("scan", None, "scanner"),
    )


# --- listening ------------------------------------------------------------------------------


def test_what_people_said_is_heard_and_bots_are_not(world: World) -> None:
    """Issues, comments and review comments, each with its number; no bot, no ghost."""
    kim = {"login": "kim", "type": "User"}
    base = "https://github.com/acme/fleet"
    issue = {"id": 1, "number": 5, "body": "/cfg x", "user": kim, "labels": [{"name": "cfg"}]}
    bot = {**issue, "id": 2, "user": US, "html_url": "u"}
    gone = {**issue, "id": 3, "user": None, "html_url": "u"}
    world.server.on(
        f"GET {ROOT}/issues", (200, [{**issue, "html_url": f"{base}/issues/5"}, bot, gone])
    )
    comment = {"id": 11, "body": "/cfg y", "user": kim, "issue_url": f"{base}/issues/8"}
    world.server.on(
        f"GET {ROOT}/issues/comments", (200, [{**comment, "html_url": f"{base}/pull/8#c"}])
    )
    remark = {
        "id": 21,
        "body": "/cfg z",
        "user": kim,
        "pull_request_url": f"{base}/pulls/8",
        "html_url": "u",
        "path": "a.yml",
        "line": 4,
        "side": "RIGHT",
        "in_reply_to_id": 20,
    }
    world.server.on(f"GET {ROOT}/pulls/comments", (200, [remark]))
    heard = world.hub.spoken_since(REPO, "2026-06-01T00:00:00Z")
    assert [(one.where, one.number, one.text, one.on_pull) for one in heard] == [
        (Where.ISSUE, 5, "/cfg x", False),
        (Where.COMMENT, 8, "/cfg y", True),
        (Where.REVIEW, 8, "/cfg z", True),
    ]
    assert heard[0].labels == ("cfg",)
    assert (heard[2].path, heard[2].line, heard[2].thread) == ("a.yml", 4, 20)
    assert all("since=2026-06-01T00%3A00%3A00Z" in one.query for one in world.server.asked[-3:])


def test_repositories_of_every_living_installation(world: World) -> None:
    """A suspended installation is passed over."""
    alive, suspended = {"id": 7, "suspended_at": None}, {"id": 8, "suspended_at": "2026-01-01"}
    world.server.on("GET /app/installations", (200, [alive, suspended]))
    data = {"id": 70, "name": "fleet", "owner": {"login": "acme"}, "default_branch": "main"}
    world.server.on("GET /installation/repositories", (200, {"repositories": [data]}))
    assert world.hub.repositories() == (REPO,)


def test_a_delivery_that_got_through_later_did_not_fail(world: World) -> None:
    """By GUID over all attempts since then; older ones are not looked at."""

    def attempt(number: int, guid: str, status: int, at: str) -> dict[str, Any]:
        named = {"id": number, "guid": guid, "status_code": status, "event": "issues"}
        return {**named, "delivered_at": at}

    link = {"link": f'<{world.url}/x?cursor=c2>; rel="next"'}
    world.server.on(
        "GET /app/hook/deliveries",
        (
            200,
            [
                attempt(5, "g1", 200, "2026-06-01T11:59:00Z"),
                attempt(4, "g2", 502, "2026-06-01T11:58:00Z"),
                attempt(3, "g1", 500, "2026-06-01T11:57:00.123Z"),
            ],
            link,
        ),
        (
            200,
            [
                attempt(2, "g3", 0, "2026-06-01T11:56:00Z"),
                attempt(1, "g4", 500, "2026-06-01T10:00:00Z"),
            ],
            link,
        ),
    )
    assert world.hub.failed_deliveries("2026-06-01T11:00:00Z") == (
        FailedDelivery(2, "g3", "issues"),
        FailedDelivery(4, "g2", "issues"),
    )
    assert world.server.asked[-1].query == "cursor=c2"
    assert len(world.server.names()) == 2


def test_a_delivery_is_asked_for_again_once(world: World) -> None:
    """A lost answer is not followed by a second redelivery."""
    path = "/app/hook/deliveries/4/attempts"
    world.server.on(f"POST {path}", (202, {}))
    world.hub.redeliver(4)
    world.server.on(f"POST {path}", LOST)
    with pytest.raises(HubError, match="hub-unreachable"):
        world.hub.redeliver(4)
    assert world.server.names().count(f"POST {path}") == 2
