"""Endpoints of files: read them, and change one with a commit of its own.

Decides that a file is changed only by who names the blob it replaces.
Source: GitHub REST, "Contents".
"""

from __future__ import annotations

import base64
import binascii

from bot.sandbox.github import shapes_git
from bot.sandbox.github.calls import Answer, Call, Json, Refused, missing, route
from bot.sandbox.github.git_repo import Entry
from bot.sandbox.github.moves import settle

_LARGE = 1 << 20


@route("GET", "/repos/{owner}/{repo}/contents", app="contents:read")
def get_root(call: Call) -> object:
    """The files of the top folder."""
    return _contents(call, "")


@route("GET", "/repos/{owner}/{repo}/contents/{path:path}", app="contents:read")
def get_contents(call: Call) -> object:
    """A file with its bytes, or the rows of a folder."""
    return _contents(call, call.params["path"].strip("/"))


def _contents(call: Call, path: str) -> object:
    at = call.query.get("ref") or call.repo.default_branch
    commit = call.repo.git.resolve(at.removeprefix("refs/heads/"))
    if commit is None:
        raise Refused(404, f"No commit found for the ref {at}")
    row = call.repo.git.file(commit, path) if path else None
    if path and row is None:
        missing()
    if row is None or row.type == "tree":
        return _folder(call, row.sha if row else commit, path, at)
    if row.type == "blob":
        return _file(call, row, at)
    return {**shapes_git.content(call.world, call.repo, row, at), "submodule_git_url": None}


def _folder(call: Call, tree: str, path: str, at: str) -> list[Json]:
    prefix = f"{path}/" if path else ""
    return [
        shapes_git.content(
            call.world, call.repo, Entry(prefix + e.path, e.mode, e.type, e.sha, e.size), at
        )
        for e in call.repo.git.entries(tree)
    ]


def _file(call: Call, row: Entry, at: str) -> object:
    data = call.repo.git.read(row.sha)
    if ".raw" in call.headers.get("accept", ""):
        return Answer(200, data, media="application/vnd.github.raw+json; charset=utf-8")
    shape = shapes_git.content(call.world, call.repo, row, at)
    if row.mode == "120000":
        shape["target"] = data.decode("utf-8", "replace")
    large = len(data) > _LARGE
    text = "" if large else base64.encodebytes(data).decode()
    return {**shape, "content": text, "encoding": "none" if large else "base64"}


def _branch_to_change(call: Call) -> tuple[str, str]:
    """The branch and its commit; 404 where there is none, 409 where it is protected."""
    branch = call.text("branch", default=call.repo.default_branch)
    commit = call.repo.heads.get(branch)
    if commit is None:
        raise Refused(404, f"Branch {branch} not found")
    admin = call.caller.kind == "user" and call.repo.allows(call.actor.login, "admin")
    if branch in call.repo.protections and not admin:
        raise Refused(409, "Changes must be made through a pull request.")
    return branch, commit


def _commit_file(call: Call, data: bytes | None) -> tuple[Json, Entry | None, bool, str]:
    """Commit the file's new bytes (None: gone); the commit, the file, whether it is new, where."""
    git, path = call.repo.git, call.params["path"].strip("/")
    branch, parent = _branch_to_change(call)
    old, sha = git.file(parent, path), call.maybe("sha")
    if old is not None and sha is None:
        raise Refused(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if sha is not None and (old is None or old.sha != sha):
        raise Refused(409, f"{path} does not match {sha}")
    mode = old.mode if old else "100644"
    tree = git.write_tree(parent, [(path, mode, None if data is None else git.blob(data))])
    who = call.world.signature(call.actor)
    made = git.write_commit(tree, [parent], call.text("message"), who, call.world.web_signature())
    git.move(f"refs/heads/{branch}", made, parent)
    settle(call.world, call.repo, call.actor)
    shape = shapes_git.git_commit(call.world, call.repo, git.commit(made))
    return shape, git.file(made, path), old is None, branch


@route("PUT", "/repos/{owner}/{repo}/contents/{path:path}", app="contents:write", role="write")
def put_file(call: Call) -> object:
    """Create or replace a file; ``sha`` is that of the blob that is replaced."""
    try:
        data = base64.b64decode(call.text("content"))
    except (binascii.Error, ValueError):
        raise Refused(422, "content is not valid Base64") from None
    commit, row, new, branch = _commit_file(call, data)
    shape = shapes_git.content(call.world, call.repo, row or missing(), branch)
    return Answer(201 if new else 200, {"content": shape, "commit": commit})


@route("DELETE", "/repos/{owner}/{repo}/contents/{path:path}", app="contents:write", role="write")
def delete_file(call: Call) -> object:
    """A file goes."""
    call.text("sha")
    commit, _, new, _ = _commit_file(call, None)
    return missing() if new else {"content": None, "commit": commit}
