"""A bare git repository, read and written with git's own plumbing.

Decides how git is called. It must never run with the caller's configuration, nor let a name given
from outside be read as an option. Formats are those of git's manual pages (git-hash-object(1),
git-update-index(1), git-for-each-ref(1), git-cat-file(1), gitformat-commit).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

GIT = shutil.which("git") or "git"
ENVIRONMENT = {
    "PATH": os.pathsep.join((str(Path(GIT).parent), os.defpath)),
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
ZERO = "0" * 40
_SHA = re.compile(r"[0-9a-f]{40}")
_UPDATE_HOOK = """#!/bin/sh
case "$1" in refs/pull/*) echo "deny updating a hidden ref" >&2; exit 1;; esac
case " $HUB_PROTECTED " in *" $1 "*)
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: Changes must be made through a pull request." >&2
  exit 1;;
esac
"""


class GitError(Exception):
    """git refused; ``args[0]`` is what it said."""


@dataclass(frozen=True, slots=True)
class Person:
    """Author or committer of a commit."""

    name: str
    email: str
    at: datetime

    @property
    def raw(self) -> str:
        """As a commit object writes it."""
        clean = re.compile(r"[<>\n\0]")
        when = f"{int(self.at.timestamp())} {self.at:%z}"
        return f"{clean.sub('', self.name)} <{clean.sub('', self.email)}> {when}"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit object."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a tree; ``size`` in bytes, None for trees and submodules."""

    path: str
    mode: str
    type: str
    sha: str
    size: int | None


def is_sha(text: str) -> bool:
    """True for a full object name."""
    return _SHA.fullmatch(text) is not None


class Bare:
    """The repository at ``path``; every method raises GitError where git refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, default_branch: str) -> None:
        """A new empty repository that refuses direct pushes to what is protected."""
        self.path.mkdir(parents=True)
        self.run("init", "--quiet", "--bare", f"--initial-branch={default_branch}")
        for key, value in {
            "http.receivepack": "true",
            "uploadpack.allowFilter": "true",
            "uploadpack.allowAnySHA1InWant": "true",
            "gc.auto": "0",
            "receive.autogc": "false",
        }.items():
            self.run("config", key, value)
        hook = self.path / "hooks" / "update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_UPDATE_HOOK, encoding="ascii")
        hook.chmod(0o755)

    def attempt(
        self, *args: str, stdin: bytes = b"", index: Path | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git whatever it answers; ``index`` is a private index file."""
        environment = {**ENVIRONMENT, **({"GIT_INDEX_FILE": str(index)} if index else {})}
        command = [GIT, "-c", "core.quotePath=false", f"--git-dir={self.path}", *args]
        return subprocess.run(  # noqa: S603 - no shell, and names never stand where options do
            command, input=stdin, capture_output=True, env=environment, check=False
        )

    def run(self, *args: str, stdin: bytes = b"", index: Path | None = None) -> bytes:
        """What git writes to its standard output."""
        done = self.attempt(*args, stdin=stdin, index=index)
        if done.returncode:
            raise GitError(done.stderr.decode("utf-8", "replace").strip())
        return done.stdout

    def text(self, *args: str) -> str:
        """What git writes, as text without the last line end."""
        return self.run(*args).decode("utf-8", "replace").rstrip("\n")

    def resolve(self, name: str, kind: str = "commit") -> str | None:
        """The object of that kind that ``name`` (SHA, branch, tag or ref) means, or None."""
        if not name or name.startswith("-") or any(c in name for c in " ~^:?*[\\\n\0@{"):
            return None
        spellings = (name,) if is_sha(name) else (f"refs/heads/{name}", f"refs/tags/{name}", name)
        for spelling in spellings:
            done = self.attempt("rev-parse", "--verify", "--quiet", f"{spelling}^{{{kind}}}")
            if not done.returncode:
                return done.stdout.decode().strip()
        return None

    def kind(self, sha: str) -> str | None:
        """commit, tree, blob, tag, or None where there is no such object."""
        if not is_sha(sha):
            return None
        done = self.attempt("cat-file", "-t", sha)
        return None if done.returncode else done.stdout.decode().strip()

    def refs(self, prefix: str = "refs/heads/") -> dict[str, str]:
        """Full names of refs below ``prefix`` (a partial name is one too), and their objects."""
        folder = prefix.rpartition("/")[0]
        listed = self.text("for-each-ref", "--format=%(refname) %(objectname)", folder)
        found = dict(line.split(" ") for line in listed.splitlines())
        return {name: sha for name, sha in found.items() if name.startswith(prefix)}

    def move(self, ref: str, new: str, old: str | None = None) -> None:
        """``ref`` is at ``new`` (ZERO: gone), if it was at ``old`` where that is given."""
        self.run("check-ref-format", ref)
        if new == ZERO:
            self.run("update-ref", "-d", ref, *([old] if old else []))
        else:
            self.run("update-ref", ref, new, *([old] if old else []))

    def blob(self, data: bytes) -> str:
        """Write a blob; its name."""
        return self.run("hash-object", "-w", "--stdin", stdin=data).decode().strip()

    def read(self, sha: str) -> bytes:
        """The bytes of a blob."""
        return self.run("cat-file", "blob", sha)

    def file(self, commit: str, path: str) -> Entry | None:
        """What stands at ``path`` in the commit."""
        listed = self.entries(commit, path=path)
        return listed[0] if listed else None

    def entries(self, tree: str, *, recursive: bool = False, path: str = "") -> list[Entry]:
        """Rows of a tree or commit; with ``path`` only that one."""
        flags = ["-r", "-t"] if recursive else []
        only = ["--", f":(literal){path}"] if path else []
        listed = self.run("ls-tree", "-z", "--long", *flags, tree, *only)
        found = []
        for row in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            head, _, name = row.partition("\t")
            mode, kind, sha, size = head.split()
            found.append(Entry(name, mode, kind, sha, int(size) if size.isdigit() else None))
        return found

    def write_tree(
        self, base: str | None, edits: Iterable[tuple[str, str | None, str | None]]
    ) -> str:
        """A tree: ``base`` with each (path, mode, object) put in; no object means taken out."""
        with tempfile.TemporaryDirectory() as folder:
            index = Path(folder) / "index"
            self.run("read-tree", base or "--empty", index=index)
            rows, below = [], []
            for path, mode, sha in edits:
                if mode == "040000" and sha:
                    below.append((path, sha))
                else:
                    rows.append(f"{mode if sha else 0} {sha or ZERO}\t{path}\0")
            text = "".join(rows).encode("utf-8", "surrogateescape")
            self.run("update-index", "-z", "--index-info", stdin=text, index=index)
            for path, sha in below:
                gone = ["rm", "-r", "--cached", "--quiet", "--ignore-unmatch", "--", path]
                self.run(*gone, index=index)
                self.run("read-tree", f"--prefix={path}/", sha, index=index)
            return self.run("write-tree", index=index).decode().strip()

    def write_commit(
        self, tree: str, parents: Sequence[str], message: str, author: Person, committer: Person
    ) -> str:
        """Write a commit object; the same values give the same SHA."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author.raw}", f"committer {committer.raw}", "", message]
        raw = "\n".join(lines).encode("utf-8", "surrogateescape")
        done = self.run("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw)
        return done.decode().strip()

    def commits(self, *what: str) -> list[Commit]:
        """The commits that ``git rev-list`` names for ``what``, newest first."""
        names = self.text("rev-list", *what, "--").split()
        return [self.commit(name) for name in names]

    def commit(self, sha: str) -> Commit:
        """One commit object."""
        raw = self.run("cat-file", "commit", sha).decode("utf-8", "replace")
        head, _, message = raw.partition("\n\n")
        fields: dict[str, list[str]] = {}
        for line in head.splitlines():
            key, _, value = line.partition(" ")
            fields.setdefault(key, []).append(value)
        people = [_person(fields[key][0]) for key in ("author", "committer")]
        parents = tuple(fields.get("parent", ()))
        return Commit(sha, fields["tree"][0], parents, people[0], people[1], message)

    def merge_base(self, one: str, other: str) -> str | None:
        """The best ancestor that both share."""
        done = self.attempt("merge-base", one, other)
        return None if done.returncode else done.stdout.decode().strip()

    def is_ancestor(self, old: str, new: str) -> bool:
        """True where ``new`` holds ``old``."""
        return self.attempt("merge-base", "--is-ancestor", old, new).returncode == 0

    def apart(self, base: str, head: str) -> tuple[int, int]:
        """How many commits ``head`` is ahead of and behind ``base``."""
        behind, ahead = self.text(
            "rev-list", "--left-right", "--count", f"{base}...{head}", "--"
        ).split()
        return int(ahead), int(behind)


def _person(raw: str) -> Person:
    found = re.fullmatch(r"(.*?) ?<(.*?)> (-?\d+) ([+-]\d{4})", raw)
    if found is None:
        raise GitError(f"unreadable person: {raw}")
    name, email, seconds, zone = found.groups()
    at = datetime.fromtimestamp(int(seconds), datetime.strptime(zone, "%z").tzinfo)
    return Person(name, email, at)


def edits_of(
    git: Bare, files: Mapping[str, bytes | None], modes: Mapping[str, str]
) -> list[tuple[str, str | None, str | None]]:
    """Edits for ``write_tree`` that make these files read so (None: gone)."""
    return [
        (path, modes.get(path, "100644"), None if data is None else git.blob(data))
        for path, data in files.items()
    ]
