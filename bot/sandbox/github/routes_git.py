"""Endpoints of the git database: blobs, trees, commits, refs.

Decides what is refused before git sees it: bad modes, bad paths, moves that lose commits.
Source: GitHub REST, "Git database".
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from bot.sandbox.github import shapes_git
from bot.sandbox.github.calls import Answer, Call, Json, Refused, missing, route
from bot.sandbox.github.git_repo import ZERO, GitError, Person, is_sha
from bot.sandbox.github.moves import settle

_MODES = {
    "100644": "blob",
    "100755": "blob",
    "120000": "blob",
    "040000": "tree",
    "160000": "commit",
}


@route("POST", "/repos/{owner}/{repo}/git/blobs", app="contents:write", role="write")
def create_blob(call: Call) -> object:
    """A blob from text or base64."""
    content, encoding = call.text("content"), call.text("encoding", default="utf-8")
    if encoding not in {"utf-8", "base64"}:
        raise Refused(422, f"Invalid encoding: {encoding}")
    try:
        data = base64.b64decode(content) if encoding == "base64" else content.encode()
    except (binascii.Error, ValueError):
        raise Refused(422, "content is not valid Base64") from None
    sha = call.repo.git.blob(data)
    url = f"{shapes_git.home(call.world, call.repo)}/git/blobs/{sha}"
    return Answer(201, {"sha": sha, "url": url}, {"Location": url})


@route("GET", "/repos/{owner}/{repo}/git/blobs/{sha}", app="contents:read")
def get_blob(call: Call) -> object:
    """A blob's bytes."""
    sha = call.params["sha"]
    if call.repo.git.kind(sha) != "blob":
        missing()
    data = call.repo.git.read(sha)
    if ".raw" in call.headers.get("accept", ""):
        return Answer(200, data, media="application/vnd.github.raw; charset=utf-8")
    return shapes_git.blob(call.world, call.repo, sha, data)


@route("GET", "/repos/{owner}/{repo}/git/trees/{sha:path}", app="contents:read")
def get_tree(call: Call) -> object:
    """A tree by its SHA, or that of a commit or branch; ``recursive`` with all below."""
    found = call.repo.git.resolve(call.params["sha"], "tree") or missing()
    rows = call.repo.git.entries(found, recursive=bool(call.query.get("recursive")))
    return shapes_git.tree(call.world, call.repo, found, rows)


@route("POST", "/repos/{owner}/{repo}/git/trees", app="contents:write", role="write")
def create_tree(call: Call) -> object:
    """A tree from rows, on top of ``base_tree`` where one is given."""
    git, base = call.repo.git, call.maybe("base_tree")
    rows = call.listed("tree", dict)
    if not rows:
        raise Refused(422, "Invalid tree info")
    if base is not None and (not is_sha(base) or git.resolve(base, "tree") is None):
        raise Refused(422, "base_tree is not a valid tree oid")
    edits = [_row(call, row, base) for row in rows]
    try:
        sha = git.write_tree(base, edits)
    except GitError as error:
        raise Refused(422, f"GitRPC::BadObjectState: {error}") from None
    shape = shapes_git.tree(call.world, call.repo, sha, git.entries(sha))
    return Answer(201, shape, {"Location": shape["url"]})


def _row(call: Call, row: Json, base: str | None) -> tuple[str, str, str | None]:
    """One row of a tree checked: path, mode, and the object (None: the path goes)."""
    git, path, mode = call.repo.git, row.get("path"), row.get("mode", "100644")
    if not isinstance(path, str) or not _good_path(path):
        raise Refused(422, "tree.path contains a malformed path component")
    if not isinstance(mode, str) or mode not in _MODES:
        raise Refused(422, "Must supply a valid tree.mode")
    if isinstance(row.get("content"), str):
        if "sha" in row:
            raise Refused(422, "Must supply either tree.sha or tree.content, not both")
        return path, mode, git.blob(row["content"].encode())
    if "sha" not in row:
        raise Refused(422, "Must supply tree.sha or tree.content")
    if row["sha"] is None:
        if base is None or git.file(base, path) is None:
            raise Refused(422, "GitRPC::BadObjectState")
        return path, mode, None
    sha = str(row["sha"])
    if mode != "160000" and git.kind(sha) != _MODES[mode]:
        raise Refused(422, f"tree.sha {sha} is not a valid {_MODES[mode]}")
    return path, mode, sha


def _good_path(path: str) -> bool:
    parts = path.split("/")
    return "\0" not in path and all(
        part and part not in {".", ".."} and part.lower() != ".git" for part in parts
    )


@route("GET", "/repos/{owner}/{repo}/git/commits/{sha}", app="contents:read")
def get_git_commit(call: Call) -> object:
    """A commit object."""
    sha = call.params["sha"]
    if call.repo.git.kind(sha) != "commit":
        missing()
    return shapes_git.git_commit(call.world, call.repo, call.repo.git.commit(sha))


@route("POST", "/repos/{owner}/{repo}/git/commits", app="contents:write", role="write")
def create_commit(call: Call) -> object:
    """A commit object; with the same values it is the same one."""
    git, tree = call.repo.git, call.text("tree")
    parents = call.listed("parents", str)
    if git.kind(tree) != "tree":
        raise Refused(422, "Tree SHA does not exist")
    for parent in parents:
        if git.kind(parent) != "commit":
            raise Refused(422, "Parent SHA does not exist or is not a commit object")
    author = _person(call, "author") or call.world.signature(call.actor)
    committer = _person(call, "committer") or author
    sha = git.write_commit(tree, parents, call.text("message"), author, committer)
    shape = shapes_git.git_commit(call.world, call.repo, git.commit(sha))
    return Answer(201, shape, {"Location": shape["url"]})


def _person(call: Call, role: str) -> Person | None:
    given = call.body.get(role)
    if given is None:
        return None
    if not isinstance(given, dict) or not all(
        isinstance(given.get(key), str) for key in ("name", "email")
    ):
        raise Refused(422, f"Invalid request.\n\nFor '{role}', name and email are needed.")
    at = call.world.now()
    if given.get("date"):
        try:
            at = datetime.fromisoformat(str(given["date"]))
        except ValueError:
            raise Refused(422, f"Invalid request.\n\n{given['date']} is not a date.") from None
        if at.tzinfo is None:
            at = at.replace(tzinfo=call.world.now().tzinfo)
    return Person(given["name"], given["email"], at)


@route("GET", "/repos/{owner}/{repo}/git/ref/{ref:path}", app="contents:read")
def get_ref(call: Call) -> object:
    """One ref, named without ``refs/``."""
    name = f"refs/{call.params['ref'].removeprefix('refs/')}"
    sha = call.repo.git.refs(name).get(name) or missing()
    return shapes_git.ref(call.world, call.repo, name, sha)


@route("GET", "/repos/{owner}/{repo}/git/matching-refs/{ref:path}", app="contents:read")
def matching_refs(call: Call) -> object:
    """Every ref whose name begins so."""
    found = call.repo.git.refs(f"refs/{call.params['ref'].removeprefix('refs/')}")
    return [shapes_git.ref(call.world, call.repo, *row) for row in call.page(sorted(found.items()))]


def _may_move(call: Call, name: str) -> None:
    branch = name.removeprefix("refs/heads/")
    admin = call.caller.kind == "user" and call.repo.allows(call.actor.login, "admin")
    if branch in call.repo.protections and not admin:
        raise Refused(422, f"Protected branch update failed for {name}.")
    if name.startswith("refs/pull/"):
        raise Refused(422, "Reference cannot be updated")


def _commit_sha(call: Call) -> str:
    sha = call.text("sha")
    if call.repo.git.kind(sha) is None:
        raise Refused(422, "Object does not exist")
    return sha


@route("POST", "/repos/{owner}/{repo}/git/refs", app="contents:write", role="write")
def create_ref(call: Call) -> object:
    """A new ref; 422 where it exists."""
    name, sha, git = call.text("ref"), _commit_sha(call), call.repo.git
    if not name.startswith("refs/") or name.count("/") < 2:
        raise Refused(422, f"Reference name must start with 'refs/' and contain 2 slashes: {name}")
    if git.attempt("check-ref-format", name).returncode:
        raise Refused(422, f"{name} is not a valid ref name.")
    _may_move(call, name)
    if name in git.refs(name):
        raise Refused(422, "Reference already exists")
    try:
        git.move(name, sha, ZERO)
    except GitError:
        raise Refused(422, "Reference update failed") from None
    settle(call.world, call.repo, call.actor)
    shape = shapes_git.ref(call.world, call.repo, name, sha)
    return Answer(201, shape, {"Location": shape["url"]})


def _known_ref(call: Call) -> tuple[str, str]:
    name = f"refs/{call.params['ref'].removeprefix('refs/')}"
    old = call.repo.git.refs(name).get(name)
    if old is None:
        raise Refused(422, "Reference does not exist")
    return name, old


@route("PATCH", "/repos/{owner}/{repo}/git/refs/{ref:path}", app="contents:write", role="write")
def update_ref(call: Call) -> object:
    """Move a ref; without ``force`` only forwards."""
    name, old = _known_ref(call)
    sha, git = _commit_sha(call), call.repo.git
    _may_move(call, name)
    if not call.flag("force") and not git.is_ancestor(old, sha):
        raise Refused(422, "Update is not a fast forward")
    try:
        git.move(name, sha, old)
    except GitError:
        raise Refused(422, "Reference update failed") from None
    settle(call.world, call.repo, call.actor)
    return shapes_git.ref(call.world, call.repo, name, sha)


@route("DELETE", "/repos/{owner}/{repo}/git/refs/{ref:path}", app="contents:write", role="write")
def delete_ref(call: Call) -> object:
    """A ref goes; open pull requests from it close."""
    name, old = _known_ref(call)
    _may_move(call, name)
    if name == f"refs/heads/{call.repo.default_branch}":
        raise Refused(422, "Cannot delete the default branch")
    call.repo.git.move(name, ZERO, old)
    settle(call.world, call.repo, call.actor)
    return Answer(204)
