"""``file-lifecycle``: no file comes, goes, or becomes another kind of file unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change import FileChange
    from bot.core.checks.case import Case

_KINDS = {"120000": "symlink", "160000": "submodule"}


def check(case: Case) -> Iterator[Finding]:
    """Modes, symlinks and submodules never change; files only where the request asks."""
    for file in case.change.files:
        kind = _KINDS.get(file.head_mode) or _KINDS.get(file.base_mode)
        if kind:
            yield blocks("file-lifecycle", file.path, None, kind)
        elif file.base_mode != file.head_mode or _new_executable(file):
            yield blocks(
                "file-lifecycle",
                file.path,
                None,
                "mode",
                before=file.base_mode,
                after=file.head_mode,
            )
        if file.path not in case.paths_asked:
            yield from _comes_or_goes(file)


def _new_executable(file: FileChange) -> bool:
    return file.base is None and file.head_mode != "100644"


def _comes_or_goes(file: FileChange) -> Iterator[Finding]:
    if file.base is None:
        yield blocks("file-lifecycle", file.path, None, "added")
    if file.head is None:
        yield blocks("file-lifecycle", file.path, None, "deleted")


RULE = Rule("file-lifecycle", 2, check)
