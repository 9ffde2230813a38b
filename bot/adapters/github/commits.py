"""Commits and branches on GitHub.

Decides how bytes travel so that they arrive as they are, and how a branch moves: from where it is
known to be, or not at all. It must never commit more than the files asked for.
"""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Sequence

from bot.adapters.github.access import Access
from bot.adapters.github.paths import of_ref, of_repo
from bot.adapters.github.trouble import REFUSED, Json, Refusal, understood, unless_missing
from bot.core.change import FileChange
from bot.core.repo import Repo
from bot.hub import HeadMoved, HubError

_BLOB_MODES = frozenset({"100644", "100755", "120000"})
_INLINE = 8 << 20  # bytes of a tree request that hold texts; larger ones travel one by one
_KEPT_TREES = 256
_EMPTY = 409  # of a repository without a commit


class Trees:
    """The tree of each commit asked for lately: a commit never changes. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trees: OrderedDict[tuple[int, str], str] = OrderedDict()

    def of(self, access: Access, repo: Repo, commit: str) -> str:
        """The SHA of the commit's tree (``base_tree`` is documented to be a tree, not a commit)."""
        with self._lock:
            known = self._trees.get((repo.id, commit))
        if known is None:
            data = access.get(of_repo(repo, "git", "commits", commit))
            with understood("commit"):
                known = str(data["tree"]["sha"])
            self.note(repo, commit, known)
        return known

    def note(self, repo: Repo, commit: str, tree: str) -> None:
        """The tree of a commit we made."""
        with self._lock:
            self._trees[repo.id, commit] = tree
            while len(self._trees) > _KEPT_TREES:
                self._trees.popitem(last=False)


def commit(
    access: Access,
    trees: Trees,
    repo: Repo,
    parent: str,
    files: Sequence[FileChange],
    message: str,
    person: dict[str, str],
) -> str:
    """A commit on ``parent``; ``person`` is name, email and date of author and committer.

    Git names objects by what they hold, so making it twice makes it once.
    """
    base = trees.of(access, repo, parent)
    asked = {"base_tree": base, "tree": _entries(access, repo, files)}
    with understood("tree"):
        tree = str(access.repeat("POST", of_repo(repo, "git", "trees"), asked).data["sha"])
    body: Json = {"message": message, "tree": tree, "parents": [parent]}
    body |= {"author": person, "committer": person}
    made = access.repeat("POST", of_repo(repo, "git", "commits"), body).data
    with understood("commit"):
        sha, parents = str(made["sha"]), [one["sha"] for one in made["parents"]]
        if (made["tree"]["sha"], parents) != (tree, [parent]):
            raise ValueError("another commit than the one asked for")
    trees.note(repo, sha, tree)
    return sha


def _entries(access: Access, repo: Repo, files: Sequence[FileChange]) -> list[Json]:
    room = _INLINE
    entries: list[Json] = []
    for file in files:
        if (file.base, file.base_mode) == (file.head, file.head_mode) and file.base is not None:
            continue
        text = _text(file.head) if file.head is not None and len(file.head) <= room else None
        entries.append(_entry(access, repo, file, text))
        room -= len(file.head or b"") if text is not None else 0
    return entries


def _entry(access: Access, repo: Repo, file: FileChange, text: str | None) -> Json:
    """A file of a tree: its text, the blob that holds its bytes, or that it is gone."""
    if file.head is None:
        return {"path": file.path, "mode": file.base_mode, "type": "blob", "sha": None}
    if file.head_mode not in _BLOB_MODES:
        raise HubError(REFUSED, detail=f"{file.path}: mode {file.head_mode} is not written")
    entry = {"path": file.path, "mode": file.head_mode, "type": "blob"}
    if text is not None:
        return {**entry, "content": text}
    return {**entry, "sha": _blob(access, repo, file.head)}


def _text(data: bytes) -> str | None:
    """Bytes that survive as JSON text; a mark or a zero that somebody might strip does not."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or text.startswith("\ufeff") else text


def _blob(access: Access, repo: Repo, data: bytes) -> str:
    body = {"content": base64.b64encode(data).decode("ascii"), "encoding": "base64"}
    with understood("blob"):
        return str(access.repeat("POST", of_repo(repo, "git", "blobs"), body).data["sha"])


def branch_head(access: Access, trees: Trees, repo: Repo, branch: str) -> str | None:
    """Where the branch is; None where there is none. Its tree is noted: what is asked next."""
    data = unless_missing(lambda: access.get(of_repo(repo, "branches", branch)))
    if data is None:
        return None
    with understood("branch"):
        if data["name"] != branch:  # renamed since: GitHub leads on to the new name
            return None
        sha = str(data["commit"]["sha"])
        trees.note(repo, sha, str(data["commit"]["commit"]["tree"]["sha"]))
        return sha


def first_parent(access: Access, repo: Repo, sha: str) -> str:
    """What stood there before the commit ``sha``: of a merge, where the base branch was."""
    data = access.get(of_repo(repo, "git", "commits", sha))
    with understood("commit"):
        return str(data["parents"][0]["sha"])


def _position(access: Access, repo: Repo, branch: str) -> str | None:
    """Where the branch is; None where there is none, in an empty repository too."""
    try:
        data = unless_missing(lambda: access.get(of_ref(repo, "ref", branch)))
    except Refusal as error:
        if error.status != _EMPTY:
            raise
        return None
    if data is None:
        return None
    with understood("reference"):
        return str(data["object"]["sha"])


def point_branch(access: Access, repo: Repo, branch: str, sha: str, expected: str | None) -> None:
    """The branch is at ``sha``. Raises HeadMoved."""
    if expected is None:
        _create_branch(access, repo, branch, sha)
    else:
        _move_branch(access, repo, branch, sha, expected)


def _create_branch(access: Access, repo: Repo, branch: str, sha: str) -> None:
    body = {"ref": f"refs/heads/{branch}", "sha": sha}
    try:
        access.repeat("POST", of_repo(repo, "git", "refs"), body)
    except Refusal as error:
        if error.status != 422:
            raise
        position = _position(access, repo, branch)
        if position is None:
            raise
        if position != sha:
            raise HeadMoved(branch) from None


def _move_branch(access: Access, repo: Repo, branch: str, sha: str, expected: str) -> None:
    """GitHub's REST interface has no compare-and-swap: look, then forward only, then by force.

    A push between look and move that our commit does not hold makes GitHub refuse the first move.
    """
    if not _must_move(access, repo, branch, sha, expected):
        return
    path = of_ref(repo, "refs", branch)
    try:
        access.repeat("PATCH", path, {"sha": sha, "force": False})
    except Refusal as error:
        if error.status != 422:
            raise
        if _must_move(access, repo, branch, sha, expected):
            access.repeat("PATCH", path, {"sha": sha, "force": True})


def _must_move(access: Access, repo: Repo, branch: str, sha: str, expected: str) -> bool:
    position = _position(access, repo, branch)
    if position not in {sha, expected}:
        raise HeadMoved(branch)
    return position != sha


def delete_branch(access: Access, repo: Repo, branch: str, sha: str) -> None:
    """The branch is gone, if it was at ``sha``."""
    if _position(access, repo, branch) != sha:
        return
    try:
        access.repeat("DELETE", of_ref(repo, "refs", branch))
    except Refusal as error:
        if error.status not in {404, 422}:  # somebody else was faster
            raise
        if _position(access, repo, branch) == sha:
            raise
