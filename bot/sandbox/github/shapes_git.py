"""Commits, trees, refs, files and diffs as GitHub's JSON.

Decides nothing but form. Fields are those of GitHub's OpenAPI description.
"""

from __future__ import annotations

import base64
from urllib.parse import quote

from bot.sandbox.github.calls import Json
from bot.sandbox.github.git_diff import FileDiff
from bot.sandbox.github.git_repo import Commit, Entry, Person
from bot.sandbox.github.rows import Repo
from bot.sandbox.github.shapes_base import user
from bot.sandbox.github.world import World, node_id, stamp

_UNSIGNED = {
    "verified": False,
    "reason": "unsigned",
    "signature": None,
    "payload": None,
    "verified_at": None,
}


def home(world: World, repo: Repo) -> str:
    """The repository's address in the API."""
    return f"{world.api}/repos/{repo.full_name}"


def _page(world: World, repo: Repo) -> str:
    return f"{world.url}/{repo.full_name}"


def person(who: Person) -> Json:
    """Author or committer."""
    return {"name": who.name, "email": who.email, "date": stamp(who.at)}


def _parents(world: World, repo: Repo, found: Commit, where: str) -> list[Json]:
    return [
        {
            "sha": sha,
            "url": f"{home(world, repo)}/{where}/{sha}",
            "html_url": f"{_page(world, repo)}/commit/{sha}",
        }
        for sha in found.parents
    ]


def git_commit(world: World, repo: Repo, found: Commit) -> Json:
    """A commit as the git database API gives it."""
    url = f"{home(world, repo)}/git/commits/{found.sha}"
    return {
        "sha": found.sha,
        "node_id": node_id("C", found.sha),
        "url": url,
        "html_url": f"{_page(world, repo)}/commit/{found.sha}",
        "author": person(found.author),
        "committer": person(found.committer),
        "tree": {"sha": found.tree, "url": f"{home(world, repo)}/git/trees/{found.tree}"},
        "message": found.message,
        "parents": _parents(world, repo, found, "git/commits"),
        "verification": dict(_UNSIGNED),
    }


def commit(world: World, repo: Repo, found: Commit) -> Json:
    """A commit as lists and comparisons give it."""
    url = f"{home(world, repo)}/commits/{found.sha}"
    author = world.author_of(found.author.email)
    committer = world.author_of(found.committer.email)
    return {
        "sha": found.sha,
        "node_id": node_id("C", found.sha),
        "url": url,
        "html_url": f"{_page(world, repo)}/commit/{found.sha}",
        "comments_url": f"{url}/comments",
        "commit": {
            "url": f"{home(world, repo)}/git/commits/{found.sha}",
            "author": person(found.author),
            "committer": person(found.committer),
            "message": found.message,
            "tree": {"sha": found.tree, "url": f"{home(world, repo)}/git/trees/{found.tree}"},
            "comment_count": 0,
            "verification": dict(_UNSIGNED),
        },
        "author": user(world, author) if author else None,
        "committer": user(world, committer) if committer else None,
        "parents": _parents(world, repo, found, "commits"),
    }


def simple_commit(found: Commit) -> Json:
    """A commit as webhooks and check suites give it."""
    return {
        "id": found.sha,
        "tree_id": found.tree,
        "message": found.message,
        "timestamp": stamp(found.author.at),
        "author": {"name": found.author.name, "email": found.author.email},
        "committer": {"name": found.committer.name, "email": found.committer.email},
    }


def ref(world: World, repo: Repo, name: str, sha: str) -> Json:
    """A ref and what it is at."""
    kind = repo.git.kind(sha) or "commit"
    return {
        "ref": name,
        "node_id": node_id("REF", f"{repo.id}:{name}"),
        "url": f"{home(world, repo)}/git/{name}",
        "object": {"sha": sha, "type": kind, "url": f"{home(world, repo)}/git/{kind}s/{sha}"},
    }


def tree(world: World, repo: Repo, sha: str, rows: list[Entry]) -> Json:
    """A tree and its rows."""
    listed = [
        {
            "path": row.path,
            "mode": row.mode,
            "type": row.type,
            "sha": row.sha,
            **({"size": row.size} if row.size is not None else {}),
            **({} if row.type == "commit" else {"url": _object(world, repo, row)}),
        }
        for row in rows
    ]
    url = f"{home(world, repo)}/git/trees/{sha}"
    return {"sha": sha, "url": url, "tree": listed, "truncated": False}


def _object(world: World, repo: Repo, row: Entry) -> str:
    return f"{home(world, repo)}/git/{row.type}s/{row.sha}"


def blob(world: World, repo: Repo, sha: str, data: bytes) -> Json:
    """A blob with its bytes."""
    return {
        "sha": sha,
        "node_id": node_id("B", sha),
        "url": f"{home(world, repo)}/git/blobs/{sha}",
        "size": len(data),
        "content": base64.encodebytes(data).decode(),
        "encoding": "base64",
    }


def content(world: World, repo: Repo, row: Entry, at: str) -> Json:
    """A row of a folder, or the head of a file."""
    kinds = {"tree": "dir", "commit": "submodule"}
    kind = "symlink" if row.mode == "120000" else kinds.get(row.type, "file")
    path = quote(row.path)
    url = f"{home(world, repo)}/contents/{path}?ref={at}"
    where = "tree" if kind == "dir" else "blob"
    page = f"{_page(world, repo)}/{where}/{at}/{path}"
    raw = None if kind == "dir" else f"{_page(world, repo)}/raw/{at}/{path}"
    return {
        "name": row.path.rpartition("/")[2],
        "path": row.path,
        "sha": row.sha,
        "size": row.size or 0,
        "url": url,
        "html_url": page,
        "git_url": _object(world, repo, row),
        "download_url": raw,
        "type": kind,
        "_links": {"self": url, "git": _object(world, repo, row), "html": page},
    }


def diff_entry(world: World, repo: Repo, file: FileDiff, head: str) -> Json:
    """A file that differs."""
    path = quote(file.path)
    return {
        "sha": file.blob,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{_page(world, repo)}/blob/{head}/{path}",
        "raw_url": f"{_page(world, repo)}/raw/{head}/{path}",
        "contents_url": f"{home(world, repo)}/contents/{path}?ref={head}",
        **({"patch": file.patch} if file.patch is not None else {}),
        **({"previous_filename": file.previous} if file.previous else {}),
    }
