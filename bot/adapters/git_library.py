"""A local git repository as the Library: commits, trees, bytes, and which files speak of what.

Reads objects only, never the work tree, so what it says of a commit is true of that commit. It
must never miss a file that holds a literal, and never read a symlink or submodule as a text.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from bot.adapters.git_index import GitIndex, text_of
from bot.adapters.git_large import bytes_hold
from bot.adapters.git_process import Git, is_sha, path_of
from bot.adapters.git_search import MAX_TEXT_BYTES, regular
from bot.core.change import FileChange
from bot.core.lexicon import may_hold
from bot.core.literals import holds
from bot.ports import RankedPath, RepositoryError, TreeEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from bot.adapters.git_process import Blob

CACHE_FILE = "cfgbot/lexicon.sqlite"  # below git's common directory

_SUBMODULE = "160000"
_NOTHING = "000000"
_REGULAR = "100644"


class GitLibrary:
    """Reads the repository that ``directory`` belongs to, as git finds it.

    ``progress(done, total)`` is told of blobs while they are indexed. ``environment`` replaces the
    process's own. Raises RepositoryError: not-a-repository, unknown-ref, empty-repository,
    git-missing, git-failed.
    """

    def __init__(
        self,
        directory: Path,
        *,
        progress: Callable[[int, int], None] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._git = Git(directory, environment)
        common = directory / self._git.text("rev-parse", "--git-common-dir")
        self._index = GitIndex(self._git, common / CACHE_FILE, progress)
        self._trees: dict[str, tuple[TreeEntry, ...]] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the cache file."""
        self._index.close()

    def commit(self, ref: str) -> str:
        """The full SHA of the commit that ``ref`` names."""
        if ref.isprintable():
            options = ("rev-parse", "--verify", "--quiet", "--end-of-options")
            done = self._git.run(*options, f"{ref}^{{commit}}", accept=(0, 1, 128))
            sha = path_of(done.stdout).strip()
            if done.returncode == 0 and is_sha(sha):
                return sha
        if not self._git.run("rev-list", "--all", "--max-count=1").stdout:
            raise RepositoryError("empty-repository")
        raise RepositoryError("unknown-ref", ref=ref)

    def tree(self, sha: str) -> tuple[TreeEntry, ...]:
        """Every entry of the commit's tree, in path order; submodules have size 0."""
        sha = self._full(sha)
        with self._lock:
            if sha not in self._trees:
                out = self._git.run("ls-tree", "-r", "-z", "--long", "--full-tree", sha).stdout
                entries = (_tree_entry(record) for record in out.split(b"\0") if record)
                self._trees[sha] = tuple(sorted(entries, key=lambda entry: entry.path))
            return self._trees[sha]

    def read(self, sha: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """The bytes of those files; a path that is no regular file is left out."""
        wanted = set(paths)
        entries = [entry for entry in regular(self.tree(sha)) if entry.path in wanted]
        return {entry.path: blob.read() for entry, blob in self._read(entries)}

    def holding(self, sha: str, literal: str) -> tuple[str, ...]:
        """Paths of regular files in whose text or path ``literal`` may stand; never misses one.

        Every candidate has been read: a text also counts where the literal stands behind
        backslash escapes, a file over MAX_TEXT_BYTES wherever the bytes stand.
        """
        sha = self._full(sha)
        files = regular(self.tree(sha))
        found = {entry.path for entry in files if holds(entry.path, literal)}
        candidates = self._index.ask(sha, self.tree(sha), lambda search: search.candidates(literal))
        for entry, blob in self._read([entry for entry in candidates if entry.path not in found]):
            if may_hold(text_of(blob.read()), literal):
                found.add(entry.path)
        large = [entry for entry in self._large(sha) if entry.path not in found]
        found.update(entry.path for entry, blob in self._read(large) if bytes_hold(blob, literal))
        return tuple(sorted(found))

    def about(self, sha: str, words: Collection[str], limit: int) -> tuple[RankedPath, ...]:
        """The ``limit`` files that speak most of the words (in path or text), best first."""
        sha = self._full(sha)
        return self._index.ask(sha, self.tree(sha), lambda search: search.about(words, limit))

    def covering(self, sha: str, groups: Sequence[Collection[str]], limit: int) -> tuple[str, ...]:
        """Files that have, in path or text, a word of every group; ``limit`` of them at the most.

        Files too large to be made words of are left out: no leaf of theirs can be edited either.
        """
        sha = self._full(sha)
        return self._index.ask(sha, self.tree(sha), lambda search: search.covering(groups, limit))

    def frequency(self, sha: str, words: Collection[str]) -> Mapping[str, int]:
        """In how many files each word stands (in path or text)."""
        sha = self._full(sha)
        return self._index.ask(
            sha, self.tree(sha), lambda search: {word: search.frequency(word) for word in words}
        )

    def difference(self, base: str, head: str) -> tuple[FileChange, ...]:
        """Every file that differs, in path order; a rename is a deletion and an addition.

        A symlink's bytes are its target; a submodule's say which commit it is at.
        """
        options = ("--raw", "-z", "--no-renames", "--no-abbrev", "--ignore-submodules=none")
        out = self._git.run("diff-tree", "-r", *options, self._full(base), self._full(head)).stdout
        fields = out.split(b"\0")
        pairs = [_sides(meta, path) for meta, path in zip(fields[::2], fields[1::2], strict=False)]
        contents = self._contents([side for pair in pairs for side in pair])
        changes = (_file_change(old, new, contents) for old, new in pairs)
        return tuple(sorted(changes, key=lambda change: change.path))

    def _full(self, ref: str) -> str:
        return ref if is_sha(ref) else self.commit(ref)

    def _large(self, sha: str) -> list[TreeEntry]:
        return [entry for entry in regular(self.tree(sha)) if entry.size > MAX_TEXT_BYTES]

    def _read(self, entries: Sequence[TreeEntry]) -> Iterator[tuple[TreeEntry, Blob]]:
        with contextlib.closing(self._git.blobs(entry.blob for entry in entries)) as blobs:
            yield from zip(entries, blobs, strict=True)

    def _contents(self, sides: Sequence[TreeEntry]) -> dict[tuple[str, str], bytes]:
        """By blob and mode: a submodule's commit is not an object of this repository."""
        stored = [side for side in sides if side.mode not in {_NOTHING, _SUBMODULE}]
        contents = {(entry.blob, entry.mode): blob.read() for entry, blob in self._read(stored)}
        for side in sides:
            if side.mode == _SUBMODULE:
                contents[side.blob, side.mode] = f"Subproject commit {side.blob}\n".encode()
        return contents


def _tree_entry(record: bytes) -> TreeEntry:
    """``mode SP type SP object SP* size TAB path`` (git-ls-tree(1))."""
    meta, _, path = record.partition(b"\t")
    mode, _, name, size = meta.decode("ascii").split()
    return TreeEntry(path_of(path), mode, name, 0 if size == "-" else int(size))


def _sides(meta: bytes, path: bytes) -> tuple[TreeEntry, TreeEntry]:
    """``:mode SP mode SP object SP object SP status`` (git-diff-tree(1), raw format)."""
    old_mode, new_mode, old, new, _ = meta.decode("ascii").removeprefix(":").split()
    name = path_of(path)
    return TreeEntry(name, old_mode, old, 0), TreeEntry(name, new_mode, new, 0)


def _file_change(
    old: TreeEntry, new: TreeEntry, contents: Mapping[tuple[str, str], bytes]
) -> FileChange:
    """A side that does not exist has the other's mode, so that only what is real differs."""
    modes = [side.mode for side in (old, new) if side.mode != _NOTHING] or [_REGULAR]
    return FileChange(
        old.path,
        contents.get((old.blob, old.mode)),
        contents.get((new.blob, new.mode)),
        modes[0],
        modes[-1],
    )
