"""Which lines of a pull request GitHub lets a remark stand on: those its diff shows.

Decides nothing more. A file whose diff GitHub does not show (too large, binary) has no such line.
"""

from __future__ import annotations

from collections.abc import Iterator

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from bot.adapters.github.access import Access
from bot.adapters.github.paths import of_repo
from bot.adapters.github.trouble import understood
from bot.core.repo import Repo

Place = tuple[str, str, int]  # path, "LEFT" or "RIGHT", line


def shown_lines(access: Access, repo: Repo, number: int) -> frozenset[Place]:
    """Every place of the pull request's diff; a line of context is on both sides."""
    shown: set[Place] = set()
    for file in access.listed(of_repo(repo, "pulls", number, "files")):
        with understood("changed file"):
            shown.update(_places(str(file["filename"]), file.get("patch") or ""))
    return frozenset(shown)


def _places(path: str, patch: str) -> Iterator[Place]:
    if not patch:
        return
    try:
        files = PatchSet(f"--- a/file\n+++ b/file\n{patch}\n")
    except UnidiffParseError:
        return
    for line in (line for file in files for hunk in file for line in hunk):
        if line.source_line_no is not None:
            yield path, "LEFT", line.source_line_no
        if line.target_line_no is not None:
            yield path, "RIGHT", line.target_line_no
