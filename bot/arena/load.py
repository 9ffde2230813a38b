"""A directory of repositories → tasks: ``<dir>/<name>/files/…`` and ``<dir>/<name>/*.yml``.

Decides what is a task set on disk; the format is that of ``bench/gate/repos`` and described in
docs/arena.md. Reads nothing else.
"""

from __future__ import annotations

from pathlib import Path

from bot.arena.tasks import Task, TaskError, read_content, read_task, tree_of


def load_directory(top: Path) -> tuple[Task, ...]:
    """Every request that is to be carried out, in order. Raises TaskError."""
    if not top.is_dir():
        raise TaskError(f"{top} is no directory")
    found: list[Task] = []
    for repo in sorted(path.parent for path in top.glob("*/files")):
        base = tree_of(repo / "files")
        for file in sorted(repo.glob("*.yml")):
            entries = read_content(file).get("right") or ()
            found += [read_task(repo.name, file.stem, base, entry) for entry in entries]
    if not found:
        raise TaskError(f"{top} holds no task: a task set has <name>/files/ and <name>/*.yml")
    return tuple(found)
