"""Task files → tasks: a base tree, a sentence, and the head trees that are right for it.

Decides what the benchmark holds for right. It never asks the code under measure: trees are read,
edited and compared here with the standard parsers alone. ``python -m bench.gate.tasks [repo …]``
checks the files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.arena.sameness import parses
from bot.arena.tasks import (
    Declined,
    Task,
    TaskError,
    TaskSet,
    Tree,
    edited,
    is_right,
    read_content,
    read_declined,
    read_task,
    tree_of,
)

__all__ = ["Declined", "Task", "TaskError", "TaskSet", "Tree", "edited", "is_right"]

ROOT = Path(__file__).parent / "repos"
FLEET = Path(__file__).parents[2] / "examples" / "fleet"
OPEN, HELD_OUT = "open", "held-out"
_PARTS = {OPEN: "open.yml", HELD_OUT: "held_out.yml"}


def repositories() -> tuple[str, ...]:
    """The names of all repositories that have requests."""
    return tuple(sorted(path.parent.name for path in ROOT.glob("*/open.yml")))


def load_tasks(repos: Iterable[str] | None = None, parts: Iterable[str] = _PARTS) -> TaskSet:
    """The tasks of ``repos`` (all by default) and ``parts``. Raises TaskError."""
    right: list[Task] = []
    declined: list[Declined] = []
    wanted = tuple(parts)
    for repo in repositories() if repos is None else repos:
        base = base_tree(repo)
        for part in wanted:
            content = read_content(ROOT / repo / _PARTS[part])
            right += [read_task(repo, part, base, entry) for entry in content.get("right") or ()]
            declined += [
                read_declined(repo, part, base, one) for one in content.get("declined") or ()
            ]
    return TaskSet(tuple(right), tuple(declined))


def base_tree(repo: str) -> Tree:
    """The files of a repository, the sample fleet's from the examples. Raises TaskError for none."""
    top = FLEET if repo == FLEET.name else ROOT / repo / "files"
    return tree_of(top)


def check(repo: str) -> list[str]:
    """What is wrong with the task files of ``repo``, each as a sentence."""
    found: list[str] = []
    found += [f"{repo}: {path}: {why}" for path, why in _unparsable(base_tree(repo))]
    seen: set[str] = set()
    for part, file in _PARTS.items():
        content = read_content(ROOT / repo / file)
        for entry in [*(content.get("right") or ()), *(content.get("declined") or ())]:
            if entry.get("id") in seen:
                found.append(f"{repo}: {entry.get('id')}: twice")
            seen.add(str(entry.get("id")))
        found += _entry_faults(repo, part, content)
    return found


def _entry_faults(repo: str, part: str, content: Mapping[str, Any]) -> list[str]:
    base, found = base_tree(repo), []
    for entry in content.get("right") or ():
        try:
            task = read_task(repo, part, base, entry)
            found += [
                f"{repo}: {task.id}: {path}: {why}"
                for tree in task.right
                for path, why in _unparsable(tree)
            ]
        except (TaskError, KeyError) as error:
            found.append(f"{repo}: {entry.get('id')}: {error}")
    for entry in content.get("declined") or ():
        try:
            read_declined(repo, part, base, entry)
        except (TaskError, KeyError) as error:
            found.append(f"{repo}: {entry.get('id')}: {error}")
    return found


def _unparsable(tree: Tree) -> list[tuple[str, str]]:
    found = []
    for path, data in tree.items():
        try:
            parses(path, data)
        except ValueError as error:
            found.append((path, " ".join(str(error).split())))
    return found


def main() -> None:
    """Check the task files and count them."""
    faults = []
    for repo in sys.argv[1:] or repositories():
        new = check(repo)
        faults += new
        if not new:
            tasks = load_tasks([repo])
            print(f"{repo}: {len(tasks.right)} right, {len(tasks.declined)} declined")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
