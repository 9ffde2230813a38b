"""Where a branch is checked out, and whether that work tree may be moved along with it.

Decides only whether it is safe: it must never write anything, not even a refreshed index.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.git_process import Git, bytes_of, path_of
from bot.ports import RepositoryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_USAGE = 129  # git's exit code for an option it does not know
# What git leaves in its directory while it is in the middle of something (git-status's own list).
_UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}
_OCCUPIED = ("rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Worktree:
    """A work tree: its directory and git directory."""

    path: Path
    git_directory: Path


def worktree_of(git: Git, branch: str) -> Worktree | None:
    """The work tree, main or linked, in which ``branch`` is checked out.

    Raises RepositoryError("git-failed") where there are several, or it cannot be reached.
    """
    paths = [path for path, ref in _checkouts(git) if ref == f"refs/heads/{branch}"]
    if not paths:
        return None
    if len(paths) > 1:
        raise RepositoryError("git-failed", detail=f"{branch} is checked out in several work trees")
    directory = git.at(paths[0]).text("rev-parse", "--absolute-git-dir")
    return Worktree(paths[0], Path(directory))


def _checkouts(git: Git) -> Iterator[tuple[Path, str]]:
    """Directory and branch ref of each work tree that is there (git-worktree(1), porcelain)."""
    done = git.run("worktree", "list", "--porcelain", "-z", accept=(0, _USAGE))
    end = b"\0"
    if done.returncode == _USAGE:  # before git 2.36
        done, end = git.run("worktree", "list", "--porcelain"), b"\n"
    for record in done.stdout.split(end + end):
        lines = (path_of(line).partition(" ") for line in record.split(end) if line)
        facts = {name: value for name, _, value in lines}
        if "branch" in facts and "prunable" not in facts:
            yield Path(facts["worktree"]), facts["branch"]


def require_unoccupied(git: Git, branch: str) -> None:
    """Raises RepositoryError("dirty") where a rebase or bisect will come back to ``branch``."""
    common = git.directory / git.text("rev-parse", "--git-common-dir")
    for directory in (common, *sorted((common / "worktrees").glob("*"))):
        for name in _OCCUPIED:
            if _first_line(directory / name).removeprefix("refs/heads/") == branch:
                raise RepositoryError("dirty", branch=branch, detail=name.partition("/")[0])


def _first_line(path: Path) -> str:
    try:
        return path.read_bytes().partition(b"\n")[0].decode("utf-8", "surrogateescape")
    except OSError:
        return ""


def require_clean(git: Git, tree: Worktree, branch: str) -> None:
    """Raises RepositoryError: "locked", or "dirty" where tracked files differ from the commit."""
    lock = tree.git_directory / "index.lock"
    if os.path.lexists(lock):
        raise RepositoryError("locked", branch=branch, path=lock)
    for name, work in _UNFINISHED.items():
        if os.path.lexists(tree.git_directory / name):
            raise RepositoryError("dirty", branch=branch, detail=f"{work} in progress")
    changed = _changed(git.at(tree.path))
    if changed:
        raise RepositoryError("dirty", branch=branch, detail=_shown(changed))


def _changed(git: Git) -> list[str]:
    options = (
        "--porcelain=v1",
        "-z",
        "--untracked-files=no",
        "--ignore-submodules=dirty",
        "--no-renames",
    )
    out = git.run("status", *options).stdout
    return [path_of(record[3:]) for record in out.split(b"\0") if record]


def require_room(
    tree: Worktree, added: Iterable[str], removed: Collection[str], branch: str
) -> None:
    """Raises RepositoryError("dirty") where an untracked file stands in the way of a new one.

    Ignored files count: git itself would write over them.
    """
    leaving = {bytes_of(path) for path in removed}
    taken = [path for path in added if _is_taken(os.fsencode(tree.path), bytes_of(path), leaving)]
    if taken:
        raise RepositoryError("dirty", branch=branch, detail=_shown(sorted(taken)))


def _is_taken(root: bytes, path: bytes, leaving: Collection[bytes]) -> bool:
    """What leaves in the same change is not in the way; git minds what else is in its place."""
    steps = path.split(b"/")
    for end in range(1, len(steps)):
        above = b"/".join(steps[:end])
        if above not in leaving and _is_no_directory(root + b"/" + above):
            return True
    makes_room = any(other.startswith(path + b"/") for other in leaving)
    return not makes_room and os.path.lexists(root + b"/" + path)


def _is_no_directory(place: bytes) -> bool:
    try:
        return not stat.S_ISDIR(os.lstat(place).st_mode)
    except OSError:
        return False


def _shown(paths: list[str]) -> str:
    more = f" (+{len(paths) - _SHOWN})" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more
