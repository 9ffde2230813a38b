"""The GitHub stand-in, asked by githubkit: what an App and people do all day."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from githubkit import AppAuthStrategy, GitHub, TokenAuthStrategy
from githubkit.exception import RequestFailed

from bot.sandbox.github import GitHub as Hub
from bot.sandbox.loopback import Loopback

REPO = {"owner": "acme", "repo": "fleet"}
NAME = "acme/fleet"
PERMISSIONS = {
    "issues": "write",
    "pull_requests": "write",
    "contents": "write",
    "checks": "write",
    "statuses": "write",
    "deployments": "write",
}
EVENTS = (
    "issues issue_comment pull_request pull_request_review pull_request_review_comment"
    " pull_request_review_thread push check_run check_suite status deployment deployment_status"
).split()
FILES = {
    "a.env": b"".join(b"KEY_%d=%d\n" % (n, n) for n in range(1, 31)),
    "web/b.yml": b"host: one\nport: 80\n",
}


def _key() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


PRIVATE, PUBLIC = _key()


@dataclass
class Heard:
    """A webhook as it arrived."""

    event: str
    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        """Its content."""
        content: dict[str, Any] = json.loads(self.body)
        return content


@dataclass
class Ear:
    """A server that remembers webhooks and answers ``status``."""

    status: int = 202
    heard: list[Heard] = field(default_factory=list)

    def __enter__(self) -> Self:
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = dict(self.headers.items())
                ear.heard.append(Heard(headers["X-GitHub-Event"], headers, body))
                self.send_response(ear.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def names(self) -> list[str]:
        """What was heard, as event.action."""
        return [f"{h.event}.{h.payload.get('action', '')}".rstrip(".") for h in self.heard]


class Stage:
    """A served stand-in with one repository, one App and some people."""

    def __init__(self, folder: Path) -> None:
        self.hub = Hub(folder)
        self._clients: list[object] = []
        self.tokens = {
            name: self.hub.add_user(name) for name in ("acme", "dev", "reader", "stranger", "bob")
        }
        roles = {"dev": "write", "reader": "read", "bob": "maintain"}
        self.hub.add_repo(NAME, FILES, collaborators=roles)
        self.app_id = self.add_app("cfgbot")
        self._server = Loopback(self.hub.app)

    def add_app(self, slug: str, **changes: str) -> int:
        """An App with every permission but for the changes, installed."""
        granted = {k: v for k, v in {**PERMISSIONS, **changes}.items() if v != "none"}
        app = self.hub.add_app(
            slug, PUBLIC, webhook_url=None, secret=None, permissions=granted, events=EVENTS
        )
        self.hub.install(app, "acme", [NAME])
        return app

    def __enter__(self) -> Self:
        self._server.__enter__()
        self.hub.url = self._server.url
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hub.wait_idle()
        self._server.__exit__(kind, error, trace)

    @property
    def api(self) -> str:
        """Where REST begins."""
        return f"{self.hub.url}/api/v3/"

    def client(self, auth: AppAuthStrategy | TokenAuthStrategy) -> Any:  # noqa: ANN401 - see jwt
        """The client of githubkit, without retries and caches; kept, since it is held weakly."""
        made = GitHub(auth, base_url=self.api, auto_retry=False, http_cache=False)
        self._clients.append(made)
        return made

    def jwt(self, app_id: int | None = None) -> Any:  # noqa: ANN401 - its methods take what GitHub takes
        """The App itself."""
        return self.client(AppAuthStrategy(app_id or self.app_id, PRIVATE))

    def app(self, app_id: int | None = None) -> Any:  # noqa: ANN401 - its methods take what GitHub takes
        """The App's installation."""
        gh = self.jwt(app_id)
        found = gh.rest.apps.get_repo_installation(**REPO).parsed_data
        made = gh.with_auth(gh.auth.as_installation(found.id))
        self._clients.append(made)
        return made

    def person(self, name: str) -> Any:  # noqa: ANN401 - its methods take what GitHub takes
        """Somebody with a token."""
        return self.client(TokenAuthStrategy(self.tokens[name]))

    def branch(self, name: str = "work", files: dict[str, bytes | None] | None = None) -> str:
        """A branch with a commit that changes line 15 of ``a.env`` (or ``files``)."""
        changed = FILES["a.env"].replace(b"KEY_15=15", b"KEY_15=99")
        return self.hub.push(NAME, name, files or {"a.env": changed}, f"Change {name}\n", "dev")

    def pull(self, name: str = "work", **more: object) -> Any:  # noqa: ANN401 - githubkit's model
        """A pull request of the App from a new branch."""
        self.branch(name)
        gh = self.app()
        return gh.rest.pulls.create(
            **REPO, title="Change 15", body="Why", head=name, base="main", **more
        ).parsed_data


def refused(error: pytest.ExceptionInfo[RequestFailed]) -> tuple[int, str]:
    """Status and message of an error answer."""
    return error.value.response.status_code, error.value.response.json()["message"]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage of its own for each test."""
    with Stage(tmp_path) as stage:
        yield stage


def test_an_app_finds_its_installation_and_gets_a_token(stage: Stage) -> None:
    """A JWT names the App; its token reaches the repository and ends in an hour."""
    gh = stage.jwt()
    assert gh.rest.apps.get_authenticated().parsed_data.slug == "cfgbot"
    found = gh.rest.apps.list_installations().parsed_data[0]
    token = gh.rest.apps.create_installation_access_token(found.id, data={}).parsed_data
    assert token.token.startswith("ghs_")
    listed = stage.app().rest.apps.list_repos_accessible_to_installation().parsed_data
    assert [repo.full_name for repo in listed.repositories] == [NAME]


def test_a_person_comments_and_the_app_answers(stage: Stage) -> None:
    """Issue, comment, reaction and answer, each told to the App with a signature."""
    with Ear() as ear:
        stage.hub.set_webhook(stage.app_id, ear.url, "s3")
        dev, app = stage.person("dev"), stage.app()
        issue = dev.rest.issues.create(**REPO, title="Hello", body="/cfg change it").parsed_data
        said = dev.rest.issues.create_comment(**REPO, issue_number=1, body="please").parsed_data
        react = app.rest.reactions.create_for_issue_comment
        assert react(**REPO, comment_id=said.id, content="eyes").status_code == 201
        assert react(**REPO, comment_id=said.id, content="eyes").status_code == 200
        answer = app.rest.issues.create_comment(
            **REPO, issue_number=issue.number, body="Done"
        ).parsed_data
        assert (answer.user.login, answer.user.type) == ("cfgbot[bot]", "Bot")
        stage.hub.wait_idle()
    assert ear.names() == [
        "ping",
        "issues.opened",
        "issue_comment.created",
        "issue_comment.created",
    ]
    assert ear.heard[1].payload["issue"]["author_association"] == "COLLABORATOR"
    assert ear.heard[2].payload["installation"]["id"]
    assert ear.heard[2].headers["X-Hub-Signature-256"].startswith("sha256=")


@pytest.mark.parametrize(
    ("login", "permission", "role"),
    [
        ("acme", "admin", "admin"),
        ("bob", "write", "maintain"),
        ("dev", "write", "write"),
        ("reader", "read", "read"),
        ("stranger", "none", "none"),
    ],
)
def test_permission_of_a_person(stage: Stage, login: str, permission: str, role: str) -> None:
    """The four old levels and the role behind them."""
    found = (
        stage.app().rest.repos.get_collaborator_permission_level(**REPO, username=login).parsed_data
    )
    assert (found.permission, found.role_name) == (permission, role)


def test_a_change_goes_from_blob_to_merge(stage: Stage) -> None:
    """Tree, commit, ref, pull request, review, check run and merge, as the App does it."""
    app = stage.app()
    git = app.rest.git
    main = git.get_ref(**REPO, ref="heads/main").parsed_data.object_.sha
    tree = git.create_tree(
        **REPO,
        base_tree=git.get_commit(**REPO, commit_sha=main).parsed_data.tree.sha,
        tree=[{"path": "web/b.yml", "mode": "100644", "type": "blob", "content": "host: two\n"}],
    ).parsed_data
    who = {"name": "c", "email": "c@example.com", "date": "2026-01-01T00:00:00Z"}
    made = [
        git.create_commit(
            **REPO, message="Move", tree=tree.sha, parents=[main], author=who, committer=who
        ).parsed_data.sha
        for _ in range(2)
    ]
    assert made[0] == made[1]
    git.create_ref(**REPO, ref="refs/heads/cfg/1", sha=made[0])
    pull = app.rest.pulls.create(**REPO, title="T", head="cfg/1", base="main").parsed_data
    assert (pull.mergeable, pull.mergeable_state, pull.changed_files) == (True, "clean", 1)
    review = app.rest.pulls.create_review(
        **REPO,
        pull_number=pull.number,
        commit_id=made[0],
        event="COMMENT",
        body="seen",
        comments=[{"path": "web/b.yml", "line": 1, "side": "RIGHT", "body": "here"}],
    ).parsed_data
    assert review.state == "COMMENTED"
    run = app.rest.checks.create(
        **REPO, name="cfg", head_sha=made[0], status="completed", conclusion="success"
    ).parsed_data
    assert run.app is not None
    assert run.app.slug == "cfgbot"
    done = app.rest.pulls.merge(**REPO, pull_number=pull.number, sha=made[0]).parsed_data
    assert done.merged
    assert stage.hub.head(NAME, "main") == done.sha
    assert stage.hub.file(NAME, "main", "web/b.yml") == b"host: two\n"
    assert app.rest.pulls.get(**REPO, pull_number=pull.number).parsed_data.merged
