"""Who may do what on the stand-in, and how it refuses: tokens, permissions, git, limits."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt as pyjwt
import pytest
from githubkit import AppAuthStrategy
from githubkit.exception import RequestFailed

from bot.sandbox.github import GitHub as Hub
from bot.sandbox.github.markdown import render
from bot.sandbox.loopback import Loopback
from tests.test_sandbox_github import FILES, NAME, PRIVATE, PUBLIC, REPO, Stage, refused


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage of its own for each test."""
    with Stage(tmp_path) as stage:
        yield stage


def _ask(stage: Stage, path: str, **headers: str) -> httpx.Response:
    with httpx.Client() as client:
        return client.get(stage.api + path.lstrip("/"), headers=headers)


def _claims(**changes: float) -> dict[str, float]:
    now = datetime.now(UTC).timestamp()
    changed = {name: float(int(now + seconds)) for name, seconds in changes.items()}
    return {"iat": now - 60, "exp": now + 500} | changed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, None),
        ({"exp": -60}, "'Expiration time' claim ('exp') must be a time in the future"),
        ({"exp": 700}, "'Expiration time' claim ('exp') is too far in the future"),
        ({"iat": 120}, "'Issued at' claim ('iat') must be an Integer representing the past"),
    ],
)
def test_times_of_a_jwt(stage: Stage, changes: dict[str, float], message: str | None) -> None:
    """A JWT lives ten minutes at the most and was not made tomorrow."""
    claims = {**_claims(**changes), "iss": str(stage.app_id)}
    token = pyjwt.encode(claims, PRIVATE, algorithm="RS256")
    found = _ask(stage, "/app", Authorization=f"Bearer {token}")
    assert found.status_code == (401 if message else 200)
    assert message is None or found.json()["message"] == message


def test_jwts_that_are_none_of_ours(stage: Stage) -> None:
    """A wrong key, another algorithm, no App of that name: 401. A client id is as good as an id."""
    secret = "0123456789abcdef0123456789abcdef"
    forged = pyjwt.encode({**_claims(), "iss": str(stage.app_id)}, secret, algorithm="HS256")
    unknown = pyjwt.encode({**_claims(), "iss": "1"}, PRIVATE, algorithm="RS256")
    client = stage.hub.world.apps[stage.app_id].client_id
    known = pyjwt.encode({**_claims(), "iss": client}, PRIVATE, algorithm="RS256")
    answers = [
        _ask(stage, "/app", Authorization=f"Bearer {token}").status_code
        for token in (forged, unknown, known)
    ]
    assert answers == [401, 401, 200]


def test_bad_credentials_and_none(stage: Stage) -> None:
    """401 in GitHub's words; what a stranger may not see is 404."""
    bad = _ask(stage, f"/repos/{NAME}", Authorization="token ghp_nothing")
    none = _ask(stage, f"/repos/{NAME}")
    stranger = _ask(stage, f"/repos/{NAME}", Authorization=f"token {stage.tokens['stranger']}")
    assert (bad.status_code, bad.json()["message"]) == (401, "Bad credentials")
    assert (none.status_code, none.json()["message"]) == (401, "Requires authentication")
    assert (stranger.status_code, stranger.json()["message"]) == (404, "Not Found")


def test_tokens_end_after_an_hour(tmp_path: Path) -> None:
    """By the stand-in's clock, which a test may set."""
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    hub = Hub(tmp_path, clock=lambda: now[0])
    hub.add_repo(NAME, FILES)
    app = hub.add_app("a", PUBLIC, permissions={"issues": "read"}, events=[])
    found = hub.world.installations[hub.install(app, "acme", [NAME])]
    with Loopback(hub.app) as server, httpx.Client(base_url=server.url + "/api/v3") as client:
        hub.url = server.url
        value = _token(hub, found.id)
        asked = []
        for minutes in (0, 59, 61):
            now[0] = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
            asked.append(
                client.get(
                    f"/repos/{NAME}/issues", headers={"Authorization": f"token {value}"}
                ).status_code
            )
        assert asked == [200, 200, 401]


def _token(hub: Hub, installation: int) -> str:
    found = hub.world.installations[installation]
    at = hub.world.clock().timestamp()
    claims = {"iat": at - 10, "exp": at + 300, "iss": str(found.app.id)}
    token = pyjwt.encode(claims, PRIVATE, algorithm="RS256")
    with httpx.Client() as client:
        made = client.post(
            f"{hub.url}/api/v3/app/installations/{installation}/access_tokens",
            headers={"Authorization": f"Bearer {token}"},
        )
    return str(made.json()["token"])


def test_an_app_does_only_what_it_was_granted(stage: Stage) -> None:
    """403 with GitHub's words where the permission is missing, and what would be needed."""
    weak = stage.app(stage.add_app("weak", contents="read", checks="none", pull_requests="none"))
    main = stage.hub.head(NAME, "main")
    assert weak.rest.git.get_ref(**REPO, ref="heads/main").parsed_data
    with pytest.raises(RequestFailed) as ref:
        weak.rest.git.create_ref(**REPO, ref="refs/heads/x", sha=main)
    with pytest.raises(RequestFailed) as run:
        weak.rest.checks.create(**REPO, name="c", head_sha=main)
    with pytest.raises(RequestFailed) as pulls:
        weak.rest.pulls.list(**REPO)
    for error, needed in ((ref, "contents=write"), (run, "checks=write")):
        assert refused(error) == (403, "Resource not accessible by integration")
        assert error.value.response.headers["x-accepted-github-permissions"] == needed
    assert refused(pulls)[0] == 403


def test_a_token_can_be_narrowed_but_not_widened(stage: Stage) -> None:
    """Fewer permissions are granted; more are 422."""
    gh = stage.jwt()
    create = gh.rest.apps.create_installation_access_token
    found = gh.rest.apps.get_repo_installation(**REPO).parsed_data.id
    token = create(found, data={"permissions": {"issues": "read"}}).parsed_data.token
    head = {"Authorization": f"token {token}"}
    assert _ask(stage, f"/repos/{NAME}/issues", **head).status_code == 200
    assert _ask(stage, f"/repos/{NAME}/commits", **head).status_code == 403
    with pytest.raises(RequestFailed) as error:
        create(found, data={"permissions": {"administration": "write"}})
    assert refused(error)[0] == 422


@pytest.mark.parametrize(
    ("who", "can"),
    [
        ("reader", {"comment"}),
        ("dev", {"comment", "label", "ref", "merge"}),
        ("stranger", set[str]()),
    ],
)
def test_people_do_only_what_their_role_lets_them(stage: Stage, who: str, can: set[str]) -> None:
    """A reader may speak, but neither label nor push nor merge; a stranger may nothing."""
    pull, person, main = stage.pull(), stage.person(who), stage.hub.head(NAME, "main")
    issue: dict[str, Any] = {**REPO, "issue_number": pull.number}
    tries: dict[str, Callable[[], object]] = {
        "comment": lambda: person.rest.issues.create_comment(**issue, body="x"),
        "label": lambda: person.rest.issues.add_labels(**issue, labels=["l"]),
        "ref": lambda: person.rest.git.create_ref(**REPO, ref="refs/heads/y", sha=main),
        "merge": lambda: person.rest.pulls.merge(**REPO, pull_number=pull.number),
    }
    done: set[str] = set()
    for name, attempt in tries.items():
        done |= {name} if _works(attempt) else set()
    assert done == can


def _works(attempt: Callable[[], object]) -> bool:
    """True where it is let through; what refuses it must be 403 or 404."""
    try:
        attempt()
    except RequestFailed as error:
        if error.response.status_code in {403, 404}:
            return False
        raise
    return True


def test_only_apps_report_checks_and_each_its_own(stage: Stage) -> None:
    """403 for people, and for the run of another App; 422 for more than 50 annotations."""
    main = stage.hub.head(NAME, "main")
    with pytest.raises(RequestFailed) as person:
        stage.person("acme").rest.checks.create(**REPO, name="c", head_sha=main)
    run = stage.app().rest.checks.create(**REPO, name="c", head_sha=main).parsed_data
    other = stage.app(stage.add_app("other"))
    with pytest.raises(RequestFailed) as foreign:
        other.rest.checks.update(**REPO, check_run_id=run.id, status="in_progress")
    row = {
        "path": "a.env",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "notice",
        "message": "m",
    }
    output = {"title": "t", "summary": "s", "annotations": [row] * 51}
    with pytest.raises(RequestFailed) as many:
        stage.app().request("PATCH", f"/repos/{NAME}/check-runs/{run.id}", json={"output": output})
    assert [refused(error)[0] for error in (person, foreign, many)] == [403, 403, 422]
    for _ in range(2):
        stage.app().rest.checks.update(
            **REPO, check_run_id=run.id, output={**output, "annotations": [row] * 50}
        )
    found = stage.app().rest.checks.get(**REPO, check_run_id=run.id).parsed_data
    assert found.output.annotations_count == 100


def test_one_may_not_edit_what_others_wrote(stage: Stage) -> None:
    """An author may; a reader may not change another's comment, somebody who writes may."""
    dev, reader = stage.person("dev"), stage.person("reader")
    dev.rest.issues.create(**REPO, title="t")
    said = dev.rest.issues.create_comment(**REPO, issue_number=1, body="a").parsed_data
    with pytest.raises(RequestFailed) as error:
        reader.rest.issues.update_comment(**REPO, comment_id=said.id, body="b")
    assert refused(error)[0] == 403
    own = reader.rest.issues.create_comment(**REPO, issue_number=1, body="c").parsed_data
    assert reader.rest.issues.update_comment(**REPO, comment_id=own.id, body="d").status_code == 200
    assert dev.rest.issues.delete_comment(**REPO, comment_id=own.id).status_code == 204


def _git(folder: Path, *args: str, ok: bool = True) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=d", "-c", "user.email=d@example.com", *args],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "GIT_TERMINAL_PROMPT": "0", "HOME": str(folder)},
    )
    assert (done.returncode == 0) == ok, done.stderr
    return done.stdout + done.stderr


def _clone(stage: Stage, folder: Path, user: str, password: str, *, ok: bool = True) -> Path:
    url = f"{stage.hub.url}/{NAME}.git".replace("//", f"//{user}:{password}@")
    _git(folder, "clone", "-q", url, f"clone-{user}", ok=ok)
    return folder / f"clone-{user}"


def test_people_clone_push_and_fetch_over_http(stage: Stage, tmp_path: Path) -> None:
    """A push moves the pull request; a reader's push and a stranger's clone are refused."""
    pull = stage.pull()
    here = _clone(stage, tmp_path, "dev", stage.tokens["dev"])
    _git(here, "checkout", "-q", "work")
    (here / "new.txt").write_text("x\n")
    _git(here, "add", "-A")
    _git(here, "commit", "-q", "-m", "new")
    _git(here, "push", "-q", "origin", "work")
    found = stage.app().rest.pulls.get(**REPO, pull_number=pull.number).parsed_data
    assert found.head.sha == _git(here, "rev-parse", "HEAD").strip()
    assert stage.hub.file(NAME, "work", "new.txt") == b"x\n"
    read = _clone(stage, tmp_path, "reader", stage.tokens["reader"])
    assert "403" in _git(read, "push", "origin", "HEAD:refs/heads/mine", ok=False)
    _clone(stage, tmp_path, "stranger", stage.tokens["stranger"], ok=False)


def test_protected_branches_refuse_pushes_but_from_administrators(
    stage: Stage, tmp_path: Path
) -> None:
    """GH006 by git, 422 by REST; an administrator passes."""
    stage.hub.protect(NAME, "main")
    for who, ok in (("dev", False), ("acme", True)):
        here = _clone(stage, tmp_path, who, stage.tokens[who])
        (here / who).write_text("x\n")
        _git(here, "add", "-A")
        _git(here, "commit", "-q", "-m", who)
        said = _git(here, "push", "origin", "main", ok=ok)
        assert ("GH006" in said) != ok
    work = stage.branch()
    with pytest.raises(RequestFailed) as error:
        stage.app().rest.git.update_ref(**REPO, ref="heads/main", sha=work, force=True)
    assert refused(error)[0] == 422


def test_an_installation_token_fetches_a_pull_request(stage: Stage, tmp_path: Path) -> None:
    """``x-access-token`` and the pull request's own ref, as checkouts do it."""
    gh = stage.jwt()
    found = gh.rest.apps.get_repo_installation(**REPO).parsed_data.id
    token = gh.rest.apps.create_installation_access_token(found, data={}).parsed_data.token
    pull = stage.pull()
    here = _clone(stage, tmp_path, "x-access-token", token)
    _git(here, "fetch", "-q", "origin", f"refs/pull/{pull.number}/head")
    assert _git(here, "rev-parse", "FETCH_HEAD").strip() == pull.head.sha
    kinds = [(row.kind, row.app, row.status) for row in stage.hub.log if row.kind == "git"]
    assert ("git", "cfgbot", 200) in kinds


def test_limits_are_told_and_enforced(stage: Stage) -> None:
    """Primary: 403 with nothing remaining. Secondary: 403 with Retry-After. Both in its words."""
    head = {"Authorization": f"token {stage.tokens['dev']}"}
    first = _ask(stage, f"/repos/{NAME}", **head)
    same = _ask(stage, f"/repos/{NAME}", **head, **{"If-None-Match": first.headers["etag"]})
    again = _ask(stage, f"/repos/{NAME}", **head)
    assert (same.status_code, same.content) == (304, b"")
    left = [int(row.headers["x-ratelimit-remaining"]) for row in (first, again)]
    assert left[0] - left[1] == 1
    stage.hub.faults.limit_secondary(retry_after=7)
    second = _ask(stage, f"/repos/{NAME}", **head)
    assert (second.status_code, second.headers["retry-after"]) == (403, "7")
    assert "secondary rate limit" in second.json()["message"]
    stage.hub.faults.limit_primary(remaining=1, reset_in=60)
    codes = [_ask(stage, f"/repos/{NAME}", **head) for _ in range(2)]
    assert [row.status_code for row in codes] == [200, 403]
    assert codes[1].headers["x-ratelimit-remaining"] == "0"
    assert "API rate limit exceeded" in codes[1].json()["message"]


def test_pages_link_to_each_other(stage: Stage) -> None:
    """``Link`` leads through every page; the last has no next."""
    dev = stage.person("dev")
    for number in range(5):
        dev.rest.issues.create(**REPO, title=f"{number}")
    head = {"Authorization": f"token {stage.tokens['dev']}"}
    url, seen = f"/repos/{NAME}/issues?per_page=2&state=all", []
    while url:
        found = _ask(stage, url, **head)
        seen += [row["title"] for row in found.json()]
        url = found.links.get("next", {}).get("url", "").removeprefix(stage.api.rstrip("/"))
    assert seen == ["4", "3", "2", "1", "0"]


def test_errors_speak_as_github_does(stage: Stage) -> None:
    """Broken JSON, an unknown path, an interface version that never was, an issue that is gone."""
    head = {"Authorization": f"token {stage.tokens['dev']}"}
    with httpx.Client(headers=head) as client:
        broken = client.post(f"{stage.api}repos/{NAME}/issues", content=b"{")
    assert (broken.status_code, broken.json()["message"]) == (400, "Problems parsing JSON")
    nowhere = _ask(stage, "/nowhere", **head)
    assert nowhere.json().keys() == {"message", "documentation_url", "status"}
    assert _ask(stage, "/user", **head, **{"X-GitHub-Api-Version": "1999-01-01"}).status_code == 400
    stage.person("dev").rest.issues.create(**REPO, title="t")
    stage.hub.delete_issue(NAME, 1)
    gone = _ask(stage, f"/repos/{NAME}/issues/1", **head)
    assert (gone.status_code, gone.json()["message"]) == (410, "This issue was deleted")
    assert stage.person("dev").rest.issues.create(**REPO, title="t").parsed_data.number == 2


def test_html_of_bodies_is_safe(stage: Stage) -> None:
    """The full media type brings HTML beside every body; nothing in it can run."""
    dev = stage.person("dev")
    body = "**b** <script>alert(1)</script><!-- mark --><img src=x onerror=alert(1)>"
    dev.rest.issues.create(**REPO, title="t", body=body)
    found = _ask(
        stage,
        f"/repos/{NAME}/issues/1",
        Authorization=f"token {stage.tokens['dev']}",
        Accept="application/vnd.github.full+json",
    ).json()
    assert found["body"] == body
    assert "<strong>b</strong>" in found["body_html"]
    assert not {"script", "onerror", "mark"} & set(found["body_html"].replace("<", " ").split())
    for link in ("javascript:alert(1)", "JaVa&#10;Script:alert(1)", "data:text/html,x", "vb%73:x"):
        assert "href" not in render(f"[x]({link})")
    assert 'href="https://example.com/a:b"' in render("[x](https://example.com/a:b)")


def test_an_uninstalled_app_is_locked_out(stage: Stage) -> None:
    """Its token ends at once, and it is told that it is no longer installed."""
    gh = stage.jwt()
    found = gh.rest.apps.get_repo_installation(**REPO).parsed_data.id
    app = stage.app()
    assert app.rest.repos.get(**REPO).parsed_data
    stage.hub.uninstall(found)
    with pytest.raises(RequestFailed):
        app.rest.repos.get(**REPO)
    with pytest.raises(RequestFailed) as error:
        stage.client(AppAuthStrategy(stage.app_id, PRIVATE)).rest.apps.get_repo_installation(**REPO)
    assert refused(error)[0] == 404


_JUNK: tuple[object, ...] = (None, 0, 1.5, "", "\0", ["x"], [1], {"a": 1}, [{}], [{"path": 1}])
_FIELDS = {
    "/issues": ("title", "body", "labels"),
    "/issues/1": ("title", "state", "labels"),
    "/issues/1/labels": ("labels",),
    "/issues/1/reactions": ("content",),
    "/pulls/1": ("state", "base"),
    "/pulls/1/reviews": ("event", "body", "comments", "commit_id"),
    "/pulls/1/comments": ("path", "line", "side", "start_line", "start_side", "in_reply_to"),
    "/check-runs": ("name", "status", "conclusion", "output", "started_at"),
    "/git/trees": ("tree", "base_tree"),
    "/git/commits": ("message", "parents", "author"),
    "/git/refs": ("ref", "sha"),
    "/deployments": ("ref", "required_contexts", "environment"),
}


@pytest.mark.parametrize("path", _FIELDS)
def test_no_nonsense_breaks_it(stage: Stage, path: str) -> None:
    """Whatever stands in a field, the answer is a success or a refusal, never a fault of its own."""
    pull, app = stage.pull(), stage.app()
    sound = {"title": "t", "body": "b", "content": "eyes", "path": "a.env", "line": 15}
    sound |= {"commit_id": pull.head.sha, "event": "COMMENT", "name": "n", "message": "m"}
    sound |= {"head_sha": pull.head.sha, "tree": pull.head.sha, "ref": "refs/heads/q"}
    method = "PATCH" if path in {"/issues/1", "/pulls/1"} else "POST"
    for name in _FIELDS[path]:
        for junk in _JUNK:
            try:
                app.request(method, f"/repos/{NAME}{path}", json={**sound, name: junk})
            except RequestFailed as error:
                assert error.response.status_code < 500, (name, junk)  # noqa: PT017 - the point


def test_many_at_once_get_numbers_of_their_own(stage: Stage) -> None:
    """Forty issues and branches made from eight threads: none is lost, none is there twice."""
    dev, main = stage.person("dev"), stage.hub.head(NAME, "main")

    def make(number: int) -> int:
        dev.rest.git.create_ref(**REPO, ref=f"refs/heads/b{number}", sha=main)
        return int(dev.rest.issues.create(**REPO, title=f"{number}").json()["number"])

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(make, range(40)))
    assert sorted(numbers) == list(range(1, 41))
    assert len(stage.hub.world.repo(NAME).heads) == 41
