"""What a pull request changes, file by file and line by line, as git's diff says.

Decides which lines a comment can stand on: those a diff shows, context of three lines included.
It must never guess a line: what the diff does not show is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.sandbox.github.git_repo import Bare

_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied"}
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_FLAGS = ("--no-color", "--no-ext-diff", "--no-textconv", "--find-renames")


@dataclass(frozen=True, slots=True)
class FileDiff:
    """A file that differs; ``patch`` is None for binary or mode-only changes."""

    path: str
    previous: str | None
    status: str
    blob: str
    additions: int
    deletions: int
    patch: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A line a diff shows: its number on that side, its position, and the hunk up to it."""

    side: str
    line: int
    position: int
    hunk: str


@lru_cache(maxsize=512)
def _files(path: str, base: str, head: str) -> tuple[FileDiff, ...]:
    git = Bare(Path(path))
    raw = git.run("diff", "--raw", "-z", "--no-abbrev", *_FLAGS, base, head)
    fields = iter(raw.decode("utf-8", "surrogateescape").split("\0")[:-1])
    patches = _patches(git, base, head)
    found = []
    for number, field in enumerate(fields):
        _, _, _, new, status = field.lstrip(":").split(" ")
        old = next(fields)
        renamed = status[0] in "RC"
        name = next(fields) if renamed else old
        patch = patches[number] if number < len(patches) else None
        blob = new if status[0] != "D" else field.split(" ")[2]
        marks = [line[:1] for line in patch.split("\n")] if patch else []
        found.append(
            FileDiff(
                name,
                old if renamed else None,
                _STATUS.get(status[0], "changed"),
                blob,
                marks.count("+"),
                marks.count("-"),
                patch,
            )
        )
    return tuple(found)


def files_between(git: Bare, base: str, head: str) -> tuple[FileDiff, ...]:
    """Every file that differs between two commits, in path order."""
    return _files(str(git.path), base, head)


def _patches(git: Bare, base: str, head: str) -> list[str | None]:
    text = git.run("diff", "--unified=3", *_FLAGS, base, head).decode("utf-8", "replace")
    sections = re.split(r"^diff --git .*\n", text, flags=re.MULTILINE)[1:]
    found: list[str | None] = []
    for section in sections:
        start = section.find("@@ -") if section.startswith("@@ -") else section.find("\n@@ -") + 1
        found.append(section[start:].removesuffix("\n") if "@@ -" in section[start:] else None)
    return found


def shown_lines(patch: str) -> list[Shown]:
    """Every line that the patch shows; a context line is shown on both sides."""
    found: list[Shown] = []
    old = new = 0
    hunk: list[str] = []
    for position, text in enumerate(patch.split("\n")):
        start = _HUNK.match(text)
        if start:
            old, new, hunk = int(start[1]), int(start[3]), [text]
            continue
        hunk.append(text)
        if text[:1] in {"-", " "}:
            found.append(Shown("LEFT", old, position, "\n".join(hunk)))
            old += 1
        if text[:1] in {"+", " "}:
            found.append(Shown("RIGHT", new, position, "\n".join(hunk)))
            new += 1
    return found


def shown(git: Bare, base: str, head: str, path: str) -> dict[tuple[str, int], Shown] | None:
    """What the diff shows of the file, by side and line; None where it does not change it."""
    for file in files_between(git, base, head):
        if file.path == path:
            return {(at.side, at.line): at for at in shown_lines(file.patch or "")}
    return None


def followed(git: Bare, old: str, new: str, path: str, line: int) -> int | None:
    """Where the line of ``path`` in commit ``old`` stands in ``new``; None where it changed."""
    text = git.run("diff", "--unified=0", *_FLAGS, old, new, "--", f":(literal){path}")
    shift = 0
    for found in _HUNK.finditer(text.decode("utf-8", "replace")):
        start, count = int(found[1]), int(found[2] or 1)
        added = int(found[4] or 1)
        if count and start <= line < start + count:
            return None
        if line >= start + count and (count or line > start):
            shift += added - count
    return line + shift
