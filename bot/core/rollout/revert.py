"""A merge taken back exactly, and how to tell that a change does just that.

Decides by bytes and modes alone. Where anybody else has touched one of the files since, nothing is
taken back: their work must not go with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.change import REGULAR, Change, FileChange


@dataclass(frozen=True, slots=True)
class Version:
    """A file of a commit: its bytes and git's mode."""

    data: bytes
    mode: str = REGULAR


Files = Mapping[str, Version]


@dataclass(frozen=True, slots=True)
class CannotRevert:
    """The files that are no longer as the merge left them."""

    paths: tuple[str, ...]


def revert_files(base: Files, head: Files, current: Files) -> tuple[FileChange, ...] | CannotRevert:
    """The change from ``current`` that takes the merge of ``head`` onto ``base`` back.

    Each holds the files that the merge changed (more do no harm); one that is absent does not exist
    there. A file that is as it was before the merge already stays as it is.
    """
    changed = [path for path in sorted({*base, *head}) if base.get(path) != head.get(path)]
    since = [path for path in changed if current.get(path) not in (head.get(path), base.get(path))]
    if since:
        return CannotRevert(tuple(since))
    return tuple(
        _file(path, current.get(path), base.get(path))
        for path in changed
        if current.get(path) != base.get(path)
    )


def _file(path: str, now: Version | None, then: Version | None) -> FileChange:
    return FileChange(
        path,
        now.data if now else None,
        then.data if then else None,
        now.mode if now else (then.mode if then else REGULAR),
        then.mode if then else (now.mode if now else REGULAR),
    )


def is_exact_revert(change: Change, merged: Change) -> bool:
    """Whether ``change`` leaves every file that ``merged`` changed as it was, and no other changed."""
    mine = {file.path: (_before(file), _after(file)) for file in change.files}
    theirs = {file.path: (_after(file), _before(file)) for file in merged.files}
    return bool(theirs) and mine == theirs


def _before(file: FileChange) -> Version | None:
    return None if file.base is None else Version(file.base, file.base_mode)


def _after(file: FileChange) -> Version | None:
    return None if file.head is None else Version(file.head, file.head_mode)
