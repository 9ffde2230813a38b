"""Mirrors of repositories that a real git serves over HTTP, behind a token."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from bot.adapters.git_forge import GitForge
from bot.adapters.git_library import GitLibrary
from bot.adapters.git_process import Git
from bot.adapters.github.lock import locked
from bot.adapters.github.mirror import Mirror
from bot.adapters.github.mirror_keep import MAX_KEPT, MAX_PACKS, keep
from bot.core.change import FileChange
from bot.core.repo import Repo
from bot.hub import Hub, HubError
from bot.ports import RepositoryError
from bot.sandbox.loopback import Loopback
from tests.git_repo import ENVIRONMENT, commit, git, make_repo, write

REPO = Repo(installation=7, id=70, owner="acme", name="fleet")
TOKEN = "ghs_mirrorTokenThatMustNeverBeSeen"


@dataclass
class GitServer:
    """``git http-backend`` over a folder, for whoever shows the token."""

    root: Path
    asked: list[str] = field(default_factory=list)
    sent: int = 0
    failing: list[int] = field(default_factory=list)  # statuses to answer with first
    stuck: threading.Event | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Serve one request."""
        if scope["type"] != "http":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        self.asked.append(scope["path"])
        if self.stuck is not None:
            await asyncio.to_thread(self.stuck.wait, 30)
        status, headers, data = await asyncio.to_thread(self._answer, scope, body)
        self.sent += len(data)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": data})

    def _answer(self, scope: Any, body: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:  # noqa: ANN401 - ASGI
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        if self.failing:
            return self.failing.pop(0), [], b"no"
        secret = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        if headers.get("authorization") != f"Basic {secret}":
            return 401, [(b"www-authenticate", b'Basic realm="GitHub"')], b""
        return self._backend(scope, headers, body)

    def _backend(
        self,
        scope: Any,  # noqa: ANN401 - ASGI
        headers: dict[str, str],
        body: bytes,
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=False,
            env={
                **ENVIRONMENT,
                "GIT_PROJECT_ROOT": str(self.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": scope["method"],
                "PATH_INFO": scope["path"],
                "QUERY_STRING": scope["query_string"].decode(),
                "CONTENT_TYPE": headers.get("content-type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
                "GIT_PROTOCOL": headers.get("git-protocol", ""),
            },
        )
        head, _, data = done.stdout.partition(b"\r\n\r\n")
        pairs = [line.split(b": ", 1) for line in head.split(b"\r\n") if b": " in line]
        status = next((int(v.split()[0]) for n, v in pairs if n == b"Status"), 200)
        return status, [(n.lower(), v) for n, v in pairs if n != b"Status"], data


@dataclass
class Doorkeeper:
    """As much of a Hub as a mirror needs."""

    url: str
    text: str = TOKEN

    def token(self, repo: Repo) -> str:
        """The token."""
        return self.text

    def clone_url(self, repo: Repo) -> str:
        """Below the server's root."""
        return f"{self.url}/{repo.full_name}.git"


@dataclass
class Scene:
    """A repository that is served, its server, and a mirror."""

    origin: Path
    server: GitServer
    hub: Doorkeeper
    mirror: Mirror
    folder: Path


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """``acme/fleet`` with two commits on main, served behind a token."""
    files = {f"conf/{n}.yml": f"name: {n}\n" + "x: 1\n" * 400 for n in range(40)}
    origin = make_repo(tmp_path, files, name="origin")
    write(origin, {"conf/1.yml": "name: changed\n"})
    commit(origin, "second")
    served = tmp_path / "served" / "acme"
    served.mkdir(parents=True)
    (served / "fleet.git").symlink_to(origin / ".git")
    server = GitServer(tmp_path / "served")
    with Loopback(server) as loopback:
        hub = Doorkeeper(loopback.url)
        folder = tmp_path / "mirrors"
        yield Scene(origin, server, hub, Mirror(folder, cast("Hub", hub)), folder)


def head(scene: Scene, name: str = "HEAD") -> str:
    """Where the served repository is."""
    return git(scene.origin, "rev-parse", name)


def everything_in(folder: Path) -> bytes:
    """All bytes of all files below."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_mirror_holds_what_was_asked_for(scene: Scene) -> None:
    """A branch and an older commit can be read and compared; nothing else was fetched."""
    old, new = head(scene, "HEAD~1"), head(scene)
    path = scene.mirror.update(REPO, "main", old)
    library = GitLibrary(path, environment=ENVIRONMENT)
    try:
        assert library.commit("main") == new
        assert len(library.tree(old)) == 40
        assert [file.path for file in library.difference(old, new)] == ["conf/1.yml"]
    finally:
        library.close()
    assert path == scene.folder / "70.git"


def test_a_judged_change_can_be_committed_in_a_mirror(scene: Scene) -> None:
    """GitForge publishes there, on a commit whose parents are not there."""
    new = head(scene)
    path = scene.mirror.update(REPO, new)
    change = FileChange("conf/2.yml", b"", b"name: judged\n")
    made = GitForge(path, environment=ENVIRONMENT).publish(new, [change], "judged")
    library = GitLibrary(path, environment=ENVIRONMENT)
    try:
        assert [file.path for file in library.difference(new, made)] == ["conf/2.yml"]
    finally:
        library.close()
    git(scene.origin, "commit", "--quiet", "--allow-empty", "-m", "third")
    scene.mirror.update(REPO, "main", head(scene))
    assert git(path, "rev-parse", f"{made}^") == new


def test_what_is_here_is_not_fetched_again(scene: Scene) -> None:
    """A commit that is here costs no request; a new one brings only what is new."""
    scene.mirror.update(REPO, head(scene))
    whole, requests = scene.server.sent, len(scene.server.asked)
    scene.mirror.update(REPO, head(scene))
    assert len(scene.server.asked) == requests
    write(scene.origin, {"conf/3.yml": "name: more\n"})
    commit(scene.origin, "third")
    scene.server.sent = 0
    scene.mirror.update(REPO, head(scene), "main")
    assert scene.server.sent < whole / 3


def test_a_branch_follows_also_backwards(scene: Scene) -> None:
    """Whatever was pushed, by force too, is where the branch is."""
    path = scene.mirror.update(REPO, "main")
    git(scene.origin, "reset", "--quiet", "--hard", "HEAD~1")
    scene.mirror.update(REPO, "main")
    assert git(path, "rev-parse", "refs/heads/main") == head(scene)


def test_the_token_is_nowhere(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in a file of the mirror nor on a command line that others can see."""
    seen: list[str] = []
    started = subprocess.Popen

    class Watched(started):  # type: ignore[valid-type, misc]
        def __init__(self, arguments: list[str], *rest: Any, **named: Any) -> None:  # noqa: ANN401
            seen.extend(arguments)
            super().__init__(arguments, *rest, **named)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    scene.mirror.update(REPO, "main")
    hidden = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert "fetch" in seen
    assert not [word for word in seen if TOKEN in word or hidden in word]
    kept = everything_in(scene.folder)
    assert TOKEN.encode() not in kept
    assert hidden.encode() not in kept


@pytest.mark.parametrize("ref", ["nope", "0123456789" * 4])
def test_what_github_does_not_have_is_unknown(scene: Scene, ref: str) -> None:
    """No such branch, no such commit."""
    with pytest.raises(RepositoryError) as caught:
        scene.mirror.update(REPO, ref)
    assert (caught.value.code, caught.value.facts["ref"]) == ("unknown-ref", ref)


@pytest.mark.parametrize("ref", ["--upload-pack=x", "a..b", "main:refs/heads/x", "a b", ""])
def test_a_ref_is_never_an_option_or_more_than_a_name(scene: Scene, ref: str) -> None:
    """Refused before git is asked for it."""
    with pytest.raises(RepositoryError, match="unknown-ref"):
        scene.mirror.update(REPO, ref)
    assert scene.server.asked == []


def test_a_token_that_is_not_taken_is_forbidden(scene: Scene) -> None:
    """And the error holds nothing of it."""
    scene.hub.text = "ghs_wrongTokenThatIsSecretToo"
    with pytest.raises(HubError) as caught:
        scene.mirror.update(REPO, "main")
    assert caught.value.code == "hub-forbidden"
    assert "wrongToken" not in str(caught.value.facts)


def test_a_repository_that_is_not_there_is_missing(scene: Scene) -> None:
    """GitHub's 404."""
    gone = Repo(installation=7, id=71, owner="acme", name="gone")
    with pytest.raises(HubError, match="hub-missing"):
        scene.mirror.update(gone, "main")


def test_github_away_for_a_moment_is_tried_again(scene: Scene) -> None:
    """One failure of the server is not the end."""
    scene.server.failing = [503]
    assert scene.mirror.update(REPO, "main").is_dir()


def test_a_fetch_that_hangs_is_ended(scene: Scene) -> None:
    """After the timeout: hub-unreachable, and the next one works."""
    scene.server.stuck = threading.Event()
    impatient = Mirror(scene.folder, cast("Hub", scene.hub), timeout=0.2, pauses=())
    try:
        with pytest.raises(HubError, match="hub-unreachable"):
            impatient.update(REPO, "main")
    finally:
        scene.server.stuck.set()
    scene.server.stuck = None
    assert scene.mirror.update(REPO, "main").is_dir()


def test_what_a_killed_fetch_left_is_no_obstacle(scene: Scene) -> None:
    """A stale lock of git's, which nobody can hold while we hold ours."""
    path = scene.mirror.update(REPO, head(scene, "HEAD~1"))
    (path / "shallow.lock").touch()
    (path / "refs" / "heads").mkdir(parents=True, exist_ok=True)
    (path / "refs" / "heads" / "main.lock").touch()
    os.utime(path / "refs" / "heads" / "main.lock", (1, 1))
    scene.mirror.update(REPO, "main")
    assert git(path, "rev-parse", "refs/heads/main") == head(scene)


def test_a_mirror_that_is_broken_is_made_anew(scene: Scene) -> None:
    """A config nobody can read, packs that are gone: the mirror is a cache, and starts again."""
    path = scene.mirror.update(REPO, "main")
    (path / "config").write_text("[core")
    scene.mirror.update(REPO, "main")
    for pack in (path / "objects" / "pack").iterdir():
        pack.unlink()
    scene.mirror.update(REPO, "main", head(scene))
    assert "conf/1.yml" in git(path, "ls-tree", "-r", "--name-only", "main")


def test_only_http_is_spoken(scene: Scene, tmp_path: Path) -> None:
    """An address of a file or a helper is not followed."""
    for url in (f"file://{scene.origin}", f"ext::touch {tmp_path / 'ran'}"):
        hub = Doorkeeper("")
        hub.clone_url = lambda _repo, url=url: url  # type: ignore[method-assign, misc]
        with pytest.raises((HubError, RepositoryError)):
            Mirror(scene.folder, cast("Hub", hub), pauses=()).update(REPO, "main")
    assert not (tmp_path / "ran").exists()


def test_many_threads_update_one_mirror(scene: Scene) -> None:
    """One after the other, none in another's way."""
    failed: list[BaseException] = []

    def update(ref: str) -> None:
        try:
            scene.mirror.update(REPO, ref)
        except (HubError, RepositoryError) as error:
            failed.append(error)

    refs = [head(scene), head(scene, "HEAD~1"), "main", "main"]
    threads = [threading.Thread(target=update, args=(ref,)) for ref in refs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_lock_that_is_held_is_not_waited_for_without_end(tmp_path: Path) -> None:
    """RepositoryError("locked"); free again afterwards."""
    with (
        locked(tmp_path / "x", 1),
        pytest.raises(RepositoryError, match="locked"),
        locked(tmp_path / "x", 0.1),
    ):
        pass
    with locked(tmp_path / "x", 1):
        assert (tmp_path / "x").exists()


def test_only_the_latest_commits_are_kept(tmp_path: Path) -> None:
    """As many refs as allowed, by last use; many packs become one."""
    origin = make_repo(tmp_path, {"a": "1"})
    shas = [commit(origin, str(n)) for n in range(4)]
    old = git(origin, "rev-parse", "HEAD~4")
    bare = Git(origin / ".git", ENVIRONMENT)
    keep(bare, "refs/cfgbot/kept/", [old])
    listed = [old, *(f"{n:040x}" for n in range(MAX_KEPT - 1))]
    (origin / ".git" / "cfgbot-kept").write_text("\n".join(listed), "ascii")
    keep(bare, "refs/cfgbot/kept/", shas[:1])
    refs = git(origin, "for-each-ref", "--format=%(refname)", "refs/cfgbot").split()
    assert refs == [f"refs/cfgbot/kept/{shas[0]}"]


def test_many_packs_become_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mirror of a busy repository is swept; what was asked for stays readable."""
    path = scene.mirror.update(REPO, "main")
    assert MAX_PACKS > 1
    monkeypatch.setattr("bot.adapters.github.mirror_keep.MAX_PACKS", 1)
    first = head(scene)
    git(scene.origin, "commit", "--quiet", "--allow-empty", "-m", "third")
    scene.mirror.update(REPO, "main", head(scene), first)
    assert len(list((path / "objects" / "pack").glob("*.pack"))) == 1
    for sha in (first, head(scene)):
        assert git(path, "ls-tree", "-r", sha)
