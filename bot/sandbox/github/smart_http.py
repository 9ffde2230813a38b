"""git over HTTP: ``git http-backend`` behind GitHub's credentials.

Decides who may fetch and push. It must never let a push through for somebody who may only read,
and tells of every branch that a push moved.
Source: git-http-backend(1), gitprotocol-http(5).
"""

from __future__ import annotations

import re
import subprocess

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.github.calls import Caller
from bot.sandbox.github.git_repo import ENVIRONMENT, GIT
from bot.sandbox.github.moves import settle
from bot.sandbox.github.rows import Repo
from bot.sandbox.github.traffic import Asked
from bot.sandbox.github.world import World

_SERVICE = re.compile(
    r"/(?P<owner>[\w.-]+)/(?P<repo>[\w.-]+?)(?:\.git)?"
    r"/(?P<service>info/refs|git-upload-pack|git-receive-pack|HEAD|objects/[\w./-]+)"
)


def is_git(path: str) -> bool:
    """True for what a git client asks."""
    return not path.startswith("/api/") and _SERVICE.fullmatch(path) is not None


def serve(
    world: World, request: Request, asked: Asked, caller: Caller, *, refused: bool
) -> Response:
    """Let git answer, as far as the caller may; 401 asks for credentials, 404 hides."""
    found = _SERVICE.fullmatch(asked.path)
    if found is None:
        return _plain(404, "Not Found")
    pushes = "git-receive-pack" in (found["service"], request.query_params.get("service"))
    with world.lock:
        repo = world.repos.get(f"{found['owner']}/{found['repo']}".lower())
        denied = "bad" if refused else _denied(repo, caller, pushes=pushes)
        spared = "" if repo is None else _protected(repo, caller)
    if repo is None or denied:
        return _refusal(denied or "hidden", caller)
    response = _backend(repo, found["service"], request, asked, caller, spared)
    if pushes and request.method == "POST" and caller.account:
        with world.lock:
            settle(world, repo, caller.account)
    return response


def _denied(repo: Repo | None, caller: Caller, *, pushes: bool) -> str:
    """Why not: "anonymous", "hidden" or "forbidden"; empty where the caller may."""
    if caller.kind == "anonymous":
        return "anonymous" if pushes or repo is None or repo.private else ""
    if repo is None or caller.kind == "app":
        return "hidden"
    if caller.kind == "installation":
        if repo.full_name not in caller.repos:
            return "hidden"
        return "" if caller.may(f"contents:{'write' if pushes else 'read'}") else "forbidden"
    login = caller.login or ""
    if not repo.allows(login, "read"):
        return "hidden"
    return "" if not pushes or repo.allows(login, "write") else "forbidden"


def _protected(repo: Repo, caller: Caller) -> str:
    """The refs this caller may not push to, for the repository's update hook."""
    if caller.kind == "user" and repo.allows(caller.login or "", "admin"):
        return ""
    return " ".join(f"refs/heads/{branch}" for branch in repo.protections)


def _refusal(why: str, caller: Caller) -> Response:
    if why in {"bad", "anonymous"}:
        ask = {"WWW-Authenticate": 'Basic realm="GitHub"'}
        text = "Invalid username or token." if why == "bad" else "Authentication required."
        return _plain(401, text, ask)
    if why == "forbidden":
        return _plain(403, f"Permission denied to {caller.login}.")
    return _plain(404, "Repository not found.")


def _plain(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return Response(text, status, headers, media_type="text/plain")


def _backend(
    repo: Repo, service: str, request: Request, asked: Asked, caller: Caller, spared: str
) -> Response:
    environment = {
        **ENVIRONMENT,
        "GIT_PROJECT_ROOT": str(repo.git.path.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repo.git.path.name}/{service}",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": asked.query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(asked.body)),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REMOTE_USER": caller.login or "",
        "REMOTE_ADDR": "127.0.0.1",
        "HUB_PROTECTED": spared,
    }
    if not caller.login:
        del environment["REMOTE_USER"]
    done = subprocess.run(  # noqa: S603 - no shell; the path was matched, the rest is environment
        [GIT, "http-backend"], input=asked.body, capture_output=True, env=environment, check=False
    )
    return _from_cgi(done.stdout)


def _from_cgi(output: bytes) -> Response:
    """An HTTP answer from a CGI program's output (RFC 3875, section 6)."""
    head, _, body = output.partition(b"\r\n\r\n")
    status, headers = 200, {}
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(": ")
        if name.lower() == "status":
            status = int(value.split()[0])
        elif value:
            headers[name] = value
    return Response(body, status if head else 500, headers)
