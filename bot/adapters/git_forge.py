"""A local git repository as the Forge: a change becomes a commit, a commit becomes the base.

Decides how a branch moves: from the commit that was judged to the one that was judged, or not at
all. It must never run a hook, touch a work tree that is not clean, or leave a branch, index or
file changed after an error.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.git_process import Git, bytes_of, is_sha, path_of
from bot.adapters.git_ref import moving
from bot.adapters.git_worktree import (
    Worktree,
    require_clean,
    require_room,
    require_unoccupied,
    worktree_of,
)
from bot.ports import BaseMoved, RepositoryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.core.change import FileChange

PREFIX = "cfgbot-"
NAME = "cfgbot"
EMAIL = "cfgbot@localhost"

_SHORT = 12
_IDENTITY = re.compile(r"(?P<name>.*) <(?P<email>[^<>]*)> \d+ [+-]\d{4}", re.DOTALL)
_WRITABLE_MODES = frozenset({"100644", "100755", "120000"})
_COMMITTER = {"GIT_COMMITTER_NAME": NAME, "GIT_COMMITTER_EMAIL": EMAIL}


class GitForge:
    """Publishes and merges in the repository that ``directory`` belongs to.

    Raises RepositoryError: not-a-repository, empty-repository, detached-head, unknown-branch,
    not-a-branch, dirty, locked, git-missing, git-failed.
    """

    def __init__(self, directory: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self._git = Git(directory, environment)
        self._git.run("rev-parse", "--git-dir")

    def base_branch(self, requested: str | None) -> tuple[str, str]:
        """Name and SHA of the branch asked for, by default the one checked out.

        Raises RepositoryError: detached-head, unknown-branch, empty-repository.
        """
        branch = (
            requested.removeprefix("refs/heads/") if requested is not None else self._checked_out()
        )
        sha = self._position(branch)
        if sha is None and not self._git.run("rev-list", "--all", "--max-count=1").stdout:
            raise RepositoryError("empty-repository")
        if sha is None:
            raise RepositoryError("unknown-branch", branch=branch)
        return branch, sha

    def ready(self, branch: str) -> None:
        """Whether ``branch`` could be merged into now; raises what ``merge`` would raise."""
        if self._position(branch) is None:
            raise RepositoryError("not-a-branch", branch=branch)
        self._safe_worktree(branch)

    def publish(self, base: str, files: Sequence[FileChange], message: str) -> str:
        """A commit on ``base`` with exactly these files changed, on ``cfgbot-<short id>``; its SHA."""
        _require_sha(base)
        tree = self._write_tree(base, files)
        variables = _COMMITTER | self._author()
        done = self._git.run(
            *("commit-tree", "--no-gpg-sign", tree, "-p", base, "-F", "-"),
            stdin=message.encode("utf-8", "replace"),
            variables=variables,
        )
        head = path_of(done.stdout).strip()
        if self._position(_own_branch(head)) != head:
            nothing = "0" * len(head)
            self._git.run(
                "update-ref", f"refs/heads/{_own_branch(head)}", head, nothing, variables=_COMMITTER
            )
        return head

    def merge(self, branch: str, base: str, head: str) -> str:
        """``branch`` becomes ``head`` only if it still is ``base``; the SHA it is at then.

        Where the branch is checked out that work tree follows, if it is clean. Killed at any
        moment, the branch is at ``base`` or at ``head``. Raises BaseMoved and RepositoryError
        (dirty, locked, not-a-branch, git-failed); then branch, index and files are as before.
        """
        _require_sha(base, head)
        position = self._position(branch)
        if position is None:
            raise RepositoryError("not-a-branch", branch=branch)
        if position != base:
            raise BaseMoved(branch)
        self._require_descent(base, head)
        worktree = self._safe_worktree(branch)
        if worktree:
            added, removed = (self._only_in(base, head, kind) for kind in "AD")
            require_room(worktree, added, removed, branch)
        self._move(branch, base, head, worktree)
        return head

    def discard(self, head: str) -> None:
        """Forget the branch that ``publish`` made; never raises for one already gone."""
        branch = _own_branch(head)
        if self._position(branch) == head:
            self._git.run("update-ref", "-d", f"refs/heads/{branch}", head, accept=(0, 1, 128))
        if self._position(branch) == head:
            raise RepositoryError("git-failed", detail=f"{branch} could not be deleted")

    def _checked_out(self) -> str:
        done = self._git.run("symbolic-ref", "--quiet", "HEAD", accept=(0, 1))
        ref = path_of(done.stdout).strip()
        if not ref.startswith("refs/heads/"):
            raise RepositoryError("detached-head")
        return ref.removeprefix("refs/heads/")

    def _position(self, branch: str) -> str | None:
        """Where the branch is; None for a name that is no branch, ``main~1`` included."""
        if not branch.isprintable():
            return None
        done = self._git.run(
            *("show-ref", "--verify", "--hash", "--", f"refs/heads/{branch}"), accept=(0, 1, 128)
        )
        sha = path_of(done.stdout).strip()
        return sha if is_sha(sha) else None

    def _safe_worktree(self, branch: str) -> Worktree | None:
        require_unoccupied(self._git, branch)
        worktree = worktree_of(self._git, branch)
        if worktree:
            require_clean(self._git, worktree, branch)
        return worktree

    def _author(self) -> dict[str, str]:
        """The user git is configured for, never one it would guess from the machine."""
        done = self._git.run(
            "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT", accept=(0, 1, 128)
        )
        found = _IDENTITY.fullmatch(path_of(done.stdout).strip()) if done.returncode == 0 else None
        name, email = (found["name"], found["email"]) if found else (NAME, EMAIL)
        return {"GIT_AUTHOR_NAME": name or NAME, "GIT_AUTHOR_EMAIL": email}

    def _write_tree(self, base: str, files: Sequence[FileChange]) -> str:
        """The tree of ``base`` with these files, made in an index of its own."""
        with tempfile.TemporaryDirectory(prefix="cfgbot-") as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            self._git.run("read-tree", base, variables=index)
            entries = b"".join(self._index_entries(files, Path(scratch), b"0" * len(base)))
            self._git.run("update-index", "-z", "--index-info", stdin=entries, variables=index)
            tree = path_of(self._git.run("write-tree", variables=index).stdout).strip()
        self._require_exactly(base, tree, files)
        return tree

    def _index_entries(
        self, files: Sequence[FileChange], scratch: Path, nothing: bytes
    ) -> Iterator[bytes]:
        """Lines for ``update-index --index-info``; deletions first, to make room for additions."""
        yield from (b"0 %s\t%s\0" % (nothing, bytes_of(f.path)) for f in files if f.head is None)
        kept = [(file, file.head) for file in files if file.head is not None]
        names = self._store([data for _, data in kept], scratch)
        for (file, _), name in zip(kept, names, strict=True):
            if file.head_mode not in _WRITABLE_MODES:
                raise RepositoryError("git-failed", detail=f"{file.path}: mode {file.head_mode}")
            yield f"{file.head_mode} {name}\t".encode() + bytes_of(file.path) + b"\0"

    def _store(self, contents: Sequence[bytes], scratch: Path) -> list[str]:
        """The blobs' names. From files of ours, so that one git stores all, as they are."""
        paths = [scratch / f"blob-{number}" for number in range(len(contents))]
        for path, data in zip(paths, contents, strict=True):
            path.write_bytes(data)
        asked = "".join(f"{path}\n" for path in paths).encode()
        done = self._git.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=asked)
        return path_of(done.stdout).split()

    def _require_exactly(self, base: str, tree: str, files: Sequence[FileChange]) -> None:
        """Git passes over ``.git/x`` in silence, and a file ``x`` takes a directory ``x`` away."""
        options = ("-r", "-z", "--name-only", "--no-renames")
        out = self._git.run("diff-tree", *options, f"{base}^{{tree}}", tree).stdout
        made = {path_of(raw) for raw in out.split(b"\0") if raw}
        asked = {f.path for f in files if (f.base, f.base_mode) != (f.head, f.head_mode)}
        if made != asked:
            raise RepositoryError(
                "git-failed", detail=f"cannot commit exactly: {min(made ^ asked)}"
            )

    def _require_descent(self, base: str, head: str) -> None:
        done = self._git.run("merge-base", "--is-ancestor", base, head, accept=(0, 1))
        if done.returncode:
            raise RepositoryError("git-failed", detail=f"{head} does not build on {base}")

    def _only_in(self, base: str, head: str, kind: str) -> frozenset[str]:
        """The paths added ("A") or deleted ("D") from ``base`` to ``head``."""
        options = ("-r", "-z", "--name-only", "--no-renames", f"--diff-filter={kind}")
        out = self._git.run("diff-tree", *options, base, head).stdout
        return frozenset(path_of(raw) for raw in out.split(b"\0") if raw)

    def _move(self, branch: str, base: str, head: str, worktree: Worktree | None) -> None:
        """The ref is locked first, then index and files follow, then the ref moves."""
        followed = False
        try:
            with moving(self._git, f"refs/heads/{branch}", base, head, _COMMITTER):
                if worktree:
                    self._follow(worktree, branch, base, head)
                    followed = True
        except RepositoryError:
            position = self._position(branch)
            if worktree and followed and position == base:
                self._git.at(worktree.path).run("read-tree", "-m", "-u", head, base)
            if position != base:
                raise BaseMoved(branch) from None
            raise

    def _follow(self, worktree: Worktree, branch: str, base: str, head: str) -> None:
        """Index and files go from ``base`` to ``head``; git refuses before it writes anything."""
        git = self._git.at(worktree.path)
        try:
            git.run("update-index", "-q", "--refresh")
            git.run("read-tree", "-m", "-u", base, head)
        except RepositoryError as error:
            code = error.code if error.code == "locked" else "dirty"
            raise RepositoryError(code, branch=branch, **error.facts) from error


def _require_sha(*names: str) -> None:
    for name in names:
        if not is_sha(name):
            raise RepositoryError("unknown-ref", ref=name)


def _own_branch(head: str) -> str:
    return PREFIX + head[:_SHORT]
