"""Trees in memory as a Library and a Forge: the real pipeline runs on them, without git.

Decides nothing. ``publish`` and ``merge`` keep what they were given, so that a merge can be looked
at; refs are the names the trees were given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from bot.arena.tasks import Tree
from bot.core.change import REGULAR, FileChange
from bot.ports import RankedPath, RepositoryError, TreeEntry

BRANCH = "main"


@dataclass(frozen=True)
class Commit:
    """A tree, and the git modes of those files that are not regular."""

    tree: Tree
    modes: Mapping[str, str] = field(default_factory=dict)

    def mode(self, path: str) -> str:
        """The git mode of ``path``."""
        return self.modes.get(path, REGULAR)


@dataclass
class MemoryLibrary:
    """Commits by name; small repositories only, which the pipeline reads as a whole."""

    commits: dict[str, Commit]

    def commit(self, ref: str) -> str:
        """The name itself. Raises RepositoryError."""
        name = ref.removeprefix("refs/heads/")
        if name not in self.commits:
            raise RepositoryError("unknown-ref", ref=ref)
        return name

    def tree(self, sha: str) -> tuple[TreeEntry, ...]:
        """Every file of the commit, in path order."""
        commit = self.commits[sha]
        return tuple(
            TreeEntry(path, commit.mode(path), sha256(data).hexdigest(), len(data))
            for path, data in sorted(commit.tree.items())
        )

    def read(self, sha: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """The bytes of those files."""
        tree = self.commits[sha].tree
        return {path: tree[path] for path in paths if path in tree}

    def difference(self, base: str, head: str) -> tuple[FileChange, ...]:
        """Every file that differs."""
        old, new = self.commits[base], self.commits[head]
        changes = (
            FileChange(path, old.tree.get(path), new.tree.get(path), old.mode(path), new.mode(path))
            for path in sorted(old.tree.keys() | new.tree.keys())
        )
        return tuple(c for c in changes if c.base != c.head or c.base_mode != c.head_mode)

    def holding(self, sha: str, literal: str) -> tuple[str, ...]:
        """Paths of files in whose text or path ``literal`` stands."""
        return tuple(
            path
            for path, data in sorted(self.commits[sha].tree.items())
            if literal in path or literal.encode() in data
        )

    def about(self, sha: str, words: Collection[str], limit: int) -> tuple[RankedPath, ...]:
        """The files that speak most of the words, best first."""
        scored = [
            RankedPath(path, sum(word.encode() in data.lower() or word in path for word in words))
            for path, data in self.commits[sha].tree.items()
        ]
        return tuple(sorted(scored, key=lambda one: (-one.score, one.path))[:limit])

    def covering(self, sha: str, groups: Sequence[Collection[str]], limit: int) -> tuple[str, ...]:
        """Files that have a word of every group."""
        found = [
            path
            for path, data in sorted(self.commits[sha].tree.items())
            if all(
                any(word.encode() in data.lower() or word in path.lower() for word in group)
                for group in groups
            )
        ]
        return tuple(found[:limit])

    def frequency(self, sha: str, words: Collection[str]) -> Mapping[str, int]:
        """In how many files each word stands."""
        tree = self.commits[sha].tree
        return {
            word: sum(word.encode() in data.lower() for data in tree.values()) for word in words
        }


@dataclass
class MemoryForge:
    """Keeps what is merged in its library, under the branch's name."""

    library: MemoryLibrary

    def publish(self, base: str, files: Sequence[FileChange], message: str) -> str:
        """The tree with exactly these files changed."""
        before = self.library.commits[base]
        tree, modes = dict(before.tree), dict(before.modes)
        for file in files:
            tree.pop(file.path, None)
            if file.head is not None:
                tree[file.path] = file.head
                modes[file.path] = file.head_mode
        name = f"change of {base}: {message.splitlines()[0]}"
        self.library.commits[name] = Commit(tree, modes)
        return name

    def merge(self, branch: str, base: str, head: str) -> str:
        """``branch`` becomes ``head``; nothing else moves here."""
        del base
        self.library.commits[branch] = self.library.commits[head]
        return head

    def discard(self, head: str) -> None:
        """Nothing is left over in memory that matters."""
