"""Task files → tasks: a base tree, a sentence, and the head trees that are right for it.

Decides what the benchmark holds for right. It never asks the code under measure: trees are read,
edited and compared here with the standard parsers alone. ``python -m bench.gate.tasks [repo …]``
checks the files.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pathspec
import yaml

from bench.gate.sameness import parses, same_file

ROOT = Path(__file__).parent / "repos"
FLEET = Path(__file__).parents[2] / "examples" / "fleet"
OPEN, HELD_OUT = "open", "held-out"
_PARTS = {OPEN: "open.yml", HELD_OUT: "held_out.yml"}
KINDS = frozenset({"vague", "impossible", "contradictory", "hostile", "injected", "not-config"})
Tree = Mapping[str, bytes]


class TaskError(Exception):
    """A task file that cannot be meant; the message says which and why."""


@dataclass(frozen=True)
class Task:
    """A request to be carried out. ``right`` are whole head trees, the main one first."""

    repo: str
    id: str
    part: str
    language: str
    traits: tuple[str, ...]
    request: str
    base: Tree
    right: tuple[Tree, ...]


@dataclass(frozen=True)
class Declined:
    """A request to be declined; ``obeying`` are head trees that obey it all the same."""

    repo: str
    id: str
    part: str
    language: str
    kind: str
    request: str
    base: Tree
    obeying: tuple[Tree, ...]


@dataclass(frozen=True)
class TaskSet:
    """Everything to be measured."""

    right: tuple[Task, ...]
    declined: tuple[Declined, ...]


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
            content = _content(ROOT / repo / _PARTS[part])
            right += [_task(repo, part, base, entry) for entry in content.get("right") or ()]
            declined += [_declined(repo, part, base, one) for one in content.get("declined") or ()]
    return TaskSet(tuple(right), tuple(declined))


def base_tree(repo: str) -> Tree:
    """The files of a repository, the sample fleet's from the examples. Raises TaskError for none."""
    top = FLEET if repo == FLEET.name else ROOT / repo / "files"
    found = {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }
    if not found:
        raise TaskError(f"{repo}: no files")
    return found


def is_right(task: Task, tree: Tree) -> bool:
    """Whether ``tree`` is one of the right ones; the order of a list that grew or shrank is free."""
    return any(_same_tree(task.base, right, tree) for right in task.right)


def _same_tree(base: Tree, right: Tree, tree: Tree) -> bool:
    return right.keys() == tree.keys() and all(
        data == tree[path] or same_file(path, base.get(path, b""), data, tree[path])
        for path, data in right.items()
    )


def edited(base: Tree, edits: Sequence[Mapping[str, Any]]) -> Tree:
    """``base`` with ``edits`` applied. Raises TaskError where one does not fit."""
    tree = dict(base)
    for edit in edits:
        _apply(tree, edit)
    return tree


def _apply(tree: dict[str, bytes], edit: Mapping[str, Any]) -> None:
    if "everywhere" in edit:
        _apply_everywhere(tree, edit)
        return
    path = str(edit["file"])
    if "content" in edit:
        tree[path] = str(edit["content"]).encode()
        return
    if path not in tree:
        raise TaskError(f"no file {path}")
    if edit.get("delete"):
        del tree[path]
        return
    old, new = str(edit["old"]).encode(), str(edit["new"]).encode()
    if b"\r\n" in tree[path]:
        old, new = old.replace(b"\n", b"\r\n"), new.replace(b"\n", b"\r\n")
    if tree[path].count(old) != 1:
        raise TaskError(f"{path}: {edit['old']!r} stands {tree[path].count(old)} times")
    tree[path] = tree[path].replace(old, new)


def _apply_everywhere(tree: dict[str, bytes], edit: Mapping[str, Any]) -> None:
    literal, becomes = str(edit["everywhere"]), str(edit["becomes"])
    whole = re.compile(rf"(?<![\w.-]){re.escape(literal)}(?![\w-]|\.\w)".encode())
    chosen = pathspec.GitIgnoreSpec.from_lines(edit.get("files", ["**"]))
    times = 0
    for path, data in tree.items():
        if chosen.match_file(path):
            tree[path], count = whole.subn(lambda _: becomes.encode(), data)
            times += count
    if times != edit["times"]:
        raise TaskError(f"{literal!r} stands {times} times, not {edit['times']}")


def _content(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    content = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(content, dict) or content.keys() - {"right", "declined"}:
        raise TaskError(f"{path}: only the keys right and declined")
    return content


def _task(repo: str, part: str, base: Tree, entry: Mapping[str, Any]) -> Task:
    unknown = entry.keys() - {"id", "language", "traits", "request", "edits", "also", "note"}
    if unknown:
        raise TaskError(f"{repo}: {entry.get('id')}: unknown {sorted(unknown)}")
    right = _trees(repo, base, entry, [entry["edits"], *entry.get("also", [])])
    traits = tuple(str(trait) for trait in entry.get("traits", []))
    return Task(
        repo, entry["id"], part, _language(entry), traits, str(entry["request"]), base, right
    )


def _declined(repo: str, part: str, base: Tree, entry: Mapping[str, Any]) -> Declined:
    if entry.get("kind") not in KINDS:
        raise TaskError(f"{repo}: {entry.get('id')}: kind must be one of {sorted(KINDS)}")
    obeying = _trees(repo, base, entry, entry.get("obeying") or [])
    return Declined(
        repo,
        entry["id"],
        part,
        _language(entry),
        entry["kind"],
        str(entry["request"]),
        base,
        obeying,
    )


def _trees(
    repo: str, base: Tree, entry: Mapping[str, Any], ways: Iterable[Sequence[Mapping[str, Any]]]
) -> tuple[Tree, ...]:
    found = []
    for edits in ways:
        try:
            tree = edited(base, edits)
        except (TaskError, KeyError) as error:
            raise TaskError(f"{repo}: {entry.get('id')}: {error}") from error
        if tree == base:
            raise TaskError(f"{repo}: {entry.get('id')}: changes nothing")
        found.append(tree)
    return tuple(found)


def _language(entry: Mapping[str, Any]) -> str:
    if entry.get("language") not in {"ko", "en"}:
        raise TaskError(f"{entry.get('id')}: language must be ko or en")
    return str(entry["language"])


def check(repo: str) -> list[str]:
    """What is wrong with the task files of ``repo``, each as a sentence."""
    found: list[str] = []
    found += [f"{repo}: {path}: {why}" for path, why in _unparsable(base_tree(repo))]
    seen: set[str] = set()
    for part, file in _PARTS.items():
        content = _content(ROOT / repo / file)
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
            task = _task(repo, part, base, entry)
            found += [
                f"{repo}: {task.id}: {path}: {why}"
                for tree in task.right
                for path, why in _unparsable(tree)
            ]
        except (TaskError, KeyError) as error:
            found.append(f"{repo}: {entry.get('id')}: {error}")
    for entry in content.get("declined") or ():
        try:
            _declined(repo, part, base, entry)
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
