"""A local bare mirror of a repository on GitHub, holding only the commits that are worked on.

Decides what is fetched and how long it is kept. The token must never be on a command line, in a
file or in an error; git must never run a hook, ask a question or speak anything but HTTP.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

from bot.adapters.git_process import Git, failure, is_sha
from bot.adapters.github.lock import locked
from bot.adapters.github.mirror_keep import keep, unlock
from bot.adapters.github.mirror_trouble import gone_ref, meaning
from bot.adapters.github.trouble import UNREACHABLE
from bot.core.repo import Repo
from bot.hub import Hub, HubError
from bot.ports import RepositoryError

TIMEOUT = 300.0  # seconds, of one fetch
KEPT = "refs/cfgbot/kept/"
_STALL = ("1000", "30")  # less than so many bytes a second for so many seconds is no connection
PAUSES = (1.0, 4.0)
_BROKEN = frozenset({"git-failed", "not-a-repository"})


class Mirror:
    """Mirrors below ``folder``, one a repository, up to date for what was asked for.

    Safe between threads and processes. ``timeout`` is that of one fetch, ``pauses`` are those
    between its tries; in seconds.
    """

    def __init__(
        self,
        folder: Path,
        hub: Hub,
        *,
        timeout: float = TIMEOUT,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._folder = folder
        self._hub = hub
        self._timeout = timeout
        self._pauses = pauses

    def update(self, repo: Repo, *refs: str) -> Path:
        """The mirror, with those commits (full SHAs) and branches as they are now.

        A branch is ``refs/heads/<branch>`` there. Only the named commits themselves are there, not
        their ancestors. Raises HubError, and RepositoryError("unknown-ref") for what GitHub does
        not have.
        """
        path = self._folder / f"{repo.id}.git"
        self._folder.mkdir(parents=True, exist_ok=True)
        with locked(self._folder / f"{repo.id}.lock", self._timeout * 2):
            try:
                self._bring(path, repo, refs)
            except RepositoryError as error:
                if error.code not in _BROKEN or not path.is_dir():
                    raise
                self._renew(path)
                self._bring(path, repo, refs)
        return path

    def _bring(self, path: Path, repo: Repo, refs: Sequence[str]) -> None:
        git = _opened(path)
        shas = [ref for ref in dict.fromkeys(refs) if is_sha(ref)]
        missing = [sha for sha in shas if not _holds(git, sha)]
        branches = [ref for ref in dict.fromkeys(refs) if not is_sha(ref)]
        specs = [*(_branch_spec(git, one) for one in branches), *map(_sha_spec, missing)]
        if specs:
            unlock(git.directory)
            self._fetch(git, repo, specs)
        keep(git, KEPT, shas)

    def _renew(self, path: Path) -> None:
        """A mirror that git cannot use is only a cache: it goes, in one move, and starts again."""
        broken = Path(tempfile.mkdtemp(prefix="broken-", dir=self._folder))
        path.rename(broken / path.name)
        shutil.rmtree(broken, ignore_errors=True)

    def _fetch(self, git: Git, repo: Repo, specs: Sequence[str]) -> None:
        """Try again where GitHub is away for a moment."""
        for pause in self._pauses:
            try:
                return self._fetch_once(git, repo, specs)
            except HubError as error:
                if error.code != UNREACHABLE:
                    raise
            threading.Event().wait(pause)
        return self._fetch_once(git, repo, specs)

    def _fetch_once(self, git: Git, repo: Repo, specs: Sequence[str]) -> None:
        url, token = self._hub.clone_url(repo), self._hub.token(repo)
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        variables = _variables(url, basic)
        options = ("--quiet", "--depth=1", "--no-tags", "--force", "--no-write-fetch-head")
        code, errors = self._run(git, variables, "fetch", *options, "--", url, *specs)
        if code:
            raise _fetch_error(errors, (token, basic), specs)

    def _run(self, git: Git, variables: dict[str, str], *arguments: str) -> tuple[int, bytes]:
        """Exit code and standard error. Raises HubError where it takes too long."""
        process = git.start(*arguments, variables=variables)
        try:
            _, errors = process.communicate(timeout=self._timeout)
        except subprocess.TimeoutExpired:
            raise HubError(UNREACHABLE, detail=f"no answer in {self._timeout:.0f} s") from None
        finally:
            _end(process)
        return process.returncode, errors


def _variables(url: str, basic: str) -> dict[str, str]:
    """What git is told beside its arguments; the header goes to ``url`` alone."""
    config = [
        (f"http.{url}.extraHeader", f"Authorization: Basic {basic}"),
        ("credential.helper", ""),
        ("http.lowSpeedLimit", _STALL[0]),
        ("http.lowSpeedTime", _STALL[1]),
        ("http.followRedirects", "initial"),
        ("fetch.unpackLimit", "1"),  # packs, not thousands of loose objects
        ("core.logAllRefUpdates", "false"),
    ]
    variables = {"GIT_CONFIG_COUNT": str(len(config))}
    for place, (name, value) in enumerate(config):
        variables[f"GIT_CONFIG_KEY_{place}"] = name
        variables[f"GIT_CONFIG_VALUE_{place}"] = value
    return {**variables, "GIT_ASKPASS": "", "GIT_ALLOW_PROTOCOL": "http:https"}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Gone with its pipes, also where a child of it still holds them."""
    if process.poll() is None:
        process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()


def _opened(path: Path) -> Git:
    """The mirror's git; one that is not there yet appears whole or not at all."""
    if not (path / "HEAD").is_file():
        path.mkdir(parents=True, exist_ok=True)
        Git(path).run("init", "--quiet", "--bare", "--template=", ".")
    return Git(path)


def _holds(git: Git, sha: str) -> bool:
    done = git.run("cat-file", "-e", f"{sha}^{{tree}}", accept=(0, 1, 128))
    return done.returncode == 0


def _sha_spec(sha: str) -> str:
    return f"+{sha}:{KEPT}{sha}"


def _branch_spec(git: Git, branch: str) -> str:
    """Raises RepositoryError for what is no branch name, before git can read it as anything."""
    named = f"refs/heads/{branch}"
    done = git.run("check-ref-format", named, accept=(0, 1, 128))
    if done.returncode or branch.startswith("-"):
        raise RepositoryError("unknown-ref", ref=branch)
    return f"+{named}:{named}"


def _fetch_error(
    errors: bytes, secrets: Collection[str], specs: Sequence[str]
) -> HubError | RepositoryError:
    text = errors.decode("utf-8", "replace")
    for secret in secrets:
        text = text.replace(secret, "[hidden]")
    ref = gone_ref(text, specs)
    if ref is not None:
        return RepositoryError("unknown-ref", ref=ref)
    code, detail = meaning(text)
    return HubError(code, detail=detail) if code else failure(detail.encode())
