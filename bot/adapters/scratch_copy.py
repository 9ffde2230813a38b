"""A tree of files on disk for a program to read, and gone afterwards.

Decides how paths and modes of a commit become files. Never writes outside its folder, never makes
a symlink, and never follows one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.core.change import FileChange
from bot.ports import Library

MAX_FILES = 50_000
MAX_BYTES = 400_000_000
_REGULAR = frozenset({"100644", "100755"})
_NEVER = frozenset({"", ".", "..", ".git"})

# Path → (git mode, bytes); regular files only.
Tree = Mapping[str, tuple[str, bytes]]


class CopyError(Exception):
    """A tree that is not written; the text says why."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where a copy is: the files, and a home and a folder for temporary files beside them."""

    files: Path
    home: Path
    temporary: Path


def base_tree(library: Library, sha: str) -> Tree:
    """The regular files of commit ``sha``. Raises CopyError, RepositoryError."""
    entries = [entry for entry in library.tree(sha) if entry.mode in _REGULAR]
    if len(entries) > MAX_FILES or sum(entry.size for entry in entries) > MAX_BYTES:
        raise CopyError("the repository is too large to copy")
    data = library.read(sha, [entry.path for entry in entries])
    return {entry.path: (entry.mode, data[entry.path]) for entry in entries if entry.path in data}


def changed_tree(base: Tree, files: Sequence[FileChange]) -> Tree:
    """``base`` as ``files`` make it."""
    tree = {path: file for path, file in base.items() if path not in {f.path for f in files}}
    for file in files:
        if file.head is not None and file.head_mode in _REGULAR:
            tree[file.path] = (file.head_mode, file.head)
    return tree


@contextmanager
def scratch_copy(tree: Tree) -> Iterator[Scratch]:
    """``tree`` on disk within this block. Raises CopyError, OSError."""
    with tempfile.TemporaryDirectory(prefix="cfgbot-", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve()
        scratch = Scratch(root / "files", root / "home", root / "tmp")
        for place in (scratch.files, scratch.home, scratch.temporary):
            place.mkdir()
        for path, (mode, data) in tree.items():
            _write(scratch.files, path, mode, data)
        yield scratch


def _write(root: Path, path: str, mode: str, data: bytes) -> None:
    parts = path.split("/")
    if "\0" in path or any(part.lower() in _NEVER for part in parts):
        raise CopyError(f"{path!r} is no plain path")
    place = root.joinpath(*parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with open(os.open(place, flags, 0o700 if mode == "100755" else 0o600), "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(data)
