"""GitHub, Jenkins, the sample fleet, its clouds and the bot, set up on loopback.

Decides names, people and tokens of the play. It must never reach anything but loopback, and its
keys are made anew each time and worth nothing elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.clouds.board import board
from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.fleet import loopback_files, loopback_text
from bot.sandbox.clouds.fleet_deploy import PARAMETERS, deploy_script, tree_of
from bot.sandbox.github import GitHub
from bot.sandbox.jenkins import Jenkins
from bot.sandbox.loopback import Loopback
from bot.sandbox.pages import pages

_GIT = re.compile(r"/[^/]+/[^/]+\.git(/|$)")
REPO = "acme/fleet"
PERSON, STRANGER = "dana", "sam"
JOB = "fleet-deploy"
EXAMPLES = (
    "/cfg change 설정 서버가 192.0.2.7에서 192.0.2.77로 옮겨갔어. 다른 서버들도 맞춰줘",
    "/cfg change set the timeout of worker-2 to 45s",
    "/cfg change bump redis to 7.4.2",
    "/cfg plan api-2 허용 호스트에 admin.example.com 추가",
    "/cfg change 타임아웃 좀 늘려줘",
    "/cfg help",
)
PERMISSIONS = {
    "metadata": "read",
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
    "checks": "write",
    "statuses": "read",
    "deployments": "write",
}
EVENTS = (
    "issues",
    "issue_comment",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "push",
    "check_run",
    "check_suite",
    "status",
)


@dataclass(frozen=True)
class Keys:
    """An App's key pair, PEM."""

    private: str
    public: str


def make_keys() -> Keys:
    """A fresh RSA pair."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return Keys(private.decode(), public.decode())


@dataclass
class Stage:
    """The stand-ins with the fleet in them; ``environ`` is what the bot's settings are read from.

    ``clouds`` are the fleet's running servers and ``board`` the URL that tells of them, where they
    were asked for.
    """

    github: GitHub
    jenkins: Jenkins
    app_id: int
    tokens: Mapping[str, str]
    environ: dict[str, str]
    folder: Path
    clouds: Clouds | None = None
    board: str = ""

    def tell(self, url: str) -> None:
        """Webhooks go to the bot at ``url``."""
        self.environ["CFG_PUBLIC_URL"] = url
        self.github.set_webhook(
            self.app_id, f"{url}/webhook", self.environ["CFG_GITHUB_WEBHOOK_SECRET"]
        )


Amend = Callable[[dict[str, bytes], str], Mapping[str, bytes]]


@contextmanager
def open_stage(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    port: int = 0,
    jenkins_port: int = 0,
    modes: Mapping[str, str] | None = None,
    jenkins_seconds: float = 0.3,
    clouds: bool = False,
    amend: Amend = lambda files, _: files,
) -> Iterator[Stage]:
    """GitHub and Jenkins on loopback with repository acme/fleet, an installed App and two people.

    With ``clouds`` the fleet's addresses become loopback ones, each server of its inventory runs as
    a process, and the job deploys to them; ``amend`` may then change the files, told the URL of the
    board that says how the clouds are.
    """
    with ExitStack() as stack:
        running = stack.enter_context(Clouds(folder / "clouds")) if clouds else None
        told = stack.enter_context(Loopback(board(running))).url if running else ""
        if running:
            files = amend(loopback_files(files), told)
        jenkins = Jenkins(executors=2, seconds=jenkins_seconds)
        stack.callback(jenkins.close)
        jenkins.url = stack.enter_context(Loopback(jenkins.app, jenkins_port)).url
        github = GitHub(folder / "github")
        tokens = _people(github)
        github.add_repo(
            REPO, files, collaborators={PERSON: "write"}, modes=modes or {}, private=False
        )
        with ThreadPoolExecutor(1) as beside:
            started = beside.submit(_start, running, _repository(folder))
            keys, secret = make_keys(), token_hex(20)
            started.result()
        script = deploy_script(_repository(folder), running) if running else None
        jenkins.add_job(JOB, PARAMETERS, script=script)
        app_id = _install(github, keys, secret)
        examples = tuple(map(loopback_text, EXAMPLES)) if running else EXAMPLES
        people = pages(tokens, repo=REPO, jenkins_url=jenkins.url, examples=examples)
        github.url = stack.enter_context(Loopback(_Site(github.app, people), port)).url
        environ = _environ(github, jenkins, app_id, keys, secret, folder)
        if running:
            environ["CFG_PROBE_HOSTS"] = "127.0.0.1"  # only the board may be asked
        yield Stage(github, jenkins, app_id, tokens, environ, folder, running, told)


def _people(github: GitHub) -> dict[str, str]:
    tokens = {name: github.add_user(name) for name in (PERSON, STRANGER)}
    github.add_user("acme", type="Organization")
    return tokens


def _install(github: GitHub, keys: Keys, secret: str) -> int:
    app_id = github.add_app(
        "cfgbot",
        keys.public,
        webhook_url=None,
        secret=secret,
        permissions=PERMISSIONS,
        events=EVENTS,
    )
    github.install(app_id, "acme", [REPO])
    return app_id


def _repository(folder: Path) -> Path:
    return folder / "github" / f"{REPO}.git"


def _start(clouds: Clouds | None, repository: Path) -> None:
    """The fleet runs what main holds."""
    if clouds is not None:
        sha, files = tree_of(repository, "main")
        clouds.start(files, sha)


class _Site:
    """One origin for the API, git and the pages that call them."""

    def __init__(self, github: ASGIApp, people: ASGIApp) -> None:
        self._github = github
        self._people = people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        api = scope["type"] == "lifespan" or path.startswith("/api/") or _GIT.match(path)
        await (self._github if api else self._people)(scope, receive, send)


def _environ(
    github: GitHub, jenkins: Jenkins, app_id: int, keys: Keys, secret: str, folder: Path
) -> dict[str, str]:
    return {
        "CFG_GITHUB_APP_ID": str(app_id),
        "CFG_GITHUB_PRIVATE_KEY": keys.private,
        "CFG_GITHUB_WEBHOOK_SECRET": secret,
        "CFG_GITHUB_URL": github.url,
        "CFG_JENKINS_URL": jenkins.url,
        "CFG_JENKINS_USER": "cfgbot",
        "CFG_JENKINS_TOKEN": jenkins.add_user("cfgbot"),
        "CFG_DATA": str(folder / "bot"),
        "CFG_LABEL": "cfg",
        "CFG_SWEEP_SECONDS": "60",
    }
