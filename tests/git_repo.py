"""Temporary repositories for tests, made by plain git without anyone's configuration."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# No user, no global settings: what a fresh container has. Pass it to GitLibrary and GitForge.
ENVIRONMENT: Mapping[str, str] = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
_PEOPLE = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "Test"),
        ("EMAIL", "test@example.com"),
        ("DATE", "2026-01-01T00:00:00Z"),
    )
}


def git(repo: Path, *arguments: str) -> str:
    """What git prints in ``repo``, without surrounding white space; fails the test if git does."""
    done = subprocess.run(
        ["git", "-C", str(repo), *arguments],
        env={**ENVIRONMENT, **_PEOPLE},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def make_repo(
    tmp_path: Path,
    files: Mapping[str, bytes | str],
    *,
    name: str = "repo",
    init: tuple[str, ...] = (),
) -> Path:
    """A repository ``tmp_path/name`` with ``files`` committed on a clean, checked out ``main``.

    Without files it has no commit. ``init`` are further options of ``git init``.
    """
    repo = tmp_path / name
    subprocess.run(
        ["git", "init", "--quiet", "--initial-branch=main", *init, str(repo)],
        env=ENVIRONMENT,
        check=True,
    )
    if files:
        write(repo, files)
        commit(repo, "base")
    return repo


def write(repo: Path, files: Mapping[str, bytes | str]) -> None:
    """Write ``files`` into the work tree."""
    for path, content in files.items():
        place = repo / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(repo: Path, message: str = "more") -> str:
    """Commit everything that stands in the work tree; the SHA."""
    git(repo, "add", "--all", "--force")
    git(repo, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(repo, "rev-parse", "HEAD")


@dataclass(frozen=True)
class State:
    """All that an error must leave as it was."""

    refs: str
    head: str
    status: str
    index: bytes | None
    files: tuple[tuple[str, bytes], ...]


def state(repo: Path) -> State:
    """Refs, HEAD, status, index bytes and work tree of ``repo``, to compare before and after."""
    index = repo / ".git" / "index"
    return State(
        refs=git(repo, "for-each-ref"),
        head=(repo / ".git" / "HEAD").read_text(),
        status=git(repo, "--no-optional-locks", "status", "--porcelain=v2", "--branch"),
        index=index.read_bytes() if index.exists() else None,
        files=tuple(
            (str(path), path.read_bytes())
            for path in sorted(repo.rglob("*"))
            if path.is_file()
            and not path.is_symlink()
            and ".git" not in path.relative_to(repo).parts
        ),
    )
