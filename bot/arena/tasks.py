"""Task files → tasks: a base tree, a sentence, and the head trees that are right for it.

Decides what a task holds for right. It never asks the code under measure: trees are read, edited
and compared here with the standard parsers alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pathspec
import yaml

from bot.arena.sameness import same_file, same_values

KINDS = frozenset({"vague", "impossible", "contradictory", "hostile", "injected", "not-config"})
Tree = Mapping[str, bytes]


class TaskError(Exception):
    """A task file that cannot be meant; the message says which and why."""


@dataclass(frozen=True)
class Task:
    """A request to be carried out. ``right`` are whole head trees, the main one first.

    ``loose`` are files of which only the values count, since their right text was laid out anew.
    """

    repo: str
    id: str
    part: str
    language: str
    traits: tuple[str, ...]
    request: str
    base: Tree
    right: tuple[Tree, ...]
    loose: frozenset[str] = frozenset()


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


def is_right(task: Task, tree: Tree) -> bool:
    """Whether ``tree`` is one of the right ones; the order of a list that grew or shrank is free."""
    return any(_same_tree(task, right, tree) for right in task.right)


def _same_tree(task: Task, right: Tree, tree: Tree) -> bool:
    return right.keys() == tree.keys() and all(
        data == tree[path]
        or same_file(path, task.base.get(path, b""), data, tree[path])
        or (path in task.loose and same_values(path, data, tree[path]))
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


def read_content(path: Path) -> Mapping[str, Any]:
    """A task file; nothing where there is none. Raises TaskError."""
    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TaskError(f"{path}: {error}") from error
    if not isinstance(content, dict) or content.keys() - {"right", "declined"}:
        raise TaskError(f"{path}: only the keys right and declined")
    return content


def tree_of(top: Path) -> Tree:
    """The files below ``top``. Raises TaskError where there are none."""
    found = {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }
    if not found:
        raise TaskError(f"{top}: no files")
    return found


def read_task(repo: str, part: str, base: Tree, entry: Mapping[str, Any]) -> Task:
    """One entry of ``right``. Raises TaskError, KeyError."""
    unknown = entry.keys() - {"id", "language", "traits", "request", "edits", "also", "note"}
    if unknown:
        raise TaskError(f"{repo}: {entry.get('id')}: unknown {sorted(unknown)}")
    right = _trees(repo, base, entry, [entry["edits"], *entry.get("also", [])])
    traits = tuple(str(trait) for trait in entry.get("traits", []))
    return Task(
        repo, entry["id"], part, _language(entry), traits, str(entry["request"]), base, right
    )


def read_declined(repo: str, part: str, base: Tree, entry: Mapping[str, Any]) -> Declined:
    """One entry of ``declined``. Raises TaskError, KeyError."""
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
