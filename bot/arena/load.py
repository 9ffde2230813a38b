"""What ``--tasks`` names → tasks: a directory of repositories, or a public data set on disk.

Decides what is a task set on disk: ``<dir>/<name>/files/…`` and ``<dir>/<name>/*.yml`` (the format of
``bench/gate/repos``, described in docs/arena.md), and ``ciri:PATH``, ``cloudeval:PATH`` and
``multi-iac:PATH``. Reads nothing else, and fetches nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.arena.public import ciri, cloudeval, multi_iac
from bot.arena.public.loaded import Loaded
from bot.arena.tasks import Task, TaskError, read_content, read_task, tree_of

PUBLIC: Mapping[str, Callable[[Path, str], Loaded]] = {
    "ciri": ciri.load,
    "cloudeval": cloudeval.load,
    "multi-iac": multi_iac.load,
}


def load_tasks(said: str) -> Loaded:
    """The task set that ``said`` names, ``PATH`` or ``SET:PATH``. Raises TaskError."""
    name, _, path = said.partition(":")
    if path and name in PUBLIC:
        return PUBLIC[name](Path(path), said)
    return Loaded(said, load_directory(Path(said)))


def load_directory(top: Path) -> tuple[Task, ...]:
    """Every request that is to be carried out, in order. Raises TaskError."""
    if not top.is_dir():
        raise TaskError(f"{top} is no directory; data sets are {', '.join(PUBLIC)}, as SET:PATH")
    found: list[Task] = []
    for repo in sorted(path.parent for path in top.glob("*/files")):
        base = tree_of(repo / "files")
        for file in sorted(repo.glob("*.yml")):
            entries = read_content(file).get("right") or ()
            found += [read_task(repo.name, file.stem, base, entry) for entry in entries]
    if not found:
        raise TaskError(f"{top} holds no task: a task set has <name>/files/ and <name>/*.yml")
    return tuple(found)
