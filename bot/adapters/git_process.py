"""The ``git`` command line, run so that neither caller nor repository changes what it means.

Decides how git is called and how its failures are named. It must never run a hook, ask a
question, follow the caller's ``GIT_DIR``, or let a ref be read as an option.
Options and formats are those of git's own manual pages (git-rev-parse(1), git-cat-file(1), …).
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from typing import IO, TYPE_CHECKING

from bot.ports import RepositoryError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

# Of the caller's GIT_* variables only those that configure, never those that point elsewhere.
_KEPT = re.compile(
    r"GIT_(CONFIG_(?!PARAMETERS).*|CEILING_DIRECTORIES|EXEC_PATH|AUTHOR_(NAME|EMAIL))"
)
_FORCED = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    # a commit is what its SHA says, whatever refs/replace would put in its place
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_CONFIG = (
    "core.quotePath=false",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "i18n.commitEncoding=UTF-8",
)
_MAX_DETAIL = 400
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def is_sha(ref: str) -> bool:
    """True for a full object name, SHA-1 or SHA-256."""
    return _SHA.fullmatch(ref) is not None


def path_of(raw: bytes) -> str:
    """A path of git's, which need not be UTF-8, as a string that ``bytes_of`` turns back."""
    return raw.decode("utf-8", "surrogateescape")


def bytes_of(path: str) -> bytes:
    """The bytes of a path that ``path_of`` made."""
    return path.encode("utf-8", "surrogateescape")


class Blob:
    """One object of a ``cat-file`` stream: ``name``, ``size`` in bytes, and its bytes once."""

    def __init__(self, name: str, size: int, stream: IO[bytes]) -> None:
        self.name = name
        self.size = size
        self._stream = stream
        self._left = size

    def read(self, limit: int = -1) -> bytes:
        """The next ``limit`` bytes, all that are left if negative; empty at the end."""
        wanted = self._left if limit < 0 else min(limit, self._left)
        data = self._stream.read(wanted)
        if len(data) != wanted:
            raise RepositoryError("git-failed", detail=f"object {self.name} ended early")
        self._left -= wanted
        return data


class Git:
    """Runs git in one directory.

    ``environment`` is what git gets of the caller's environment (default: the process's own),
    after everything that would point it elsewhere is taken out.
    """

    def __init__(self, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        given = os.environ if environment is None else environment
        kept = {n: v for n, v in given.items() if not n.startswith("GIT_") or _KEPT.fullmatch(n)}
        self._environment = kept | _FORCED

    def at(self, directory: Path) -> Git:
        """The same git in another directory."""
        return Git(directory, self._environment)

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        variables: Mapping[str, str] | None = None,
        accept: Sequence[int] = (0,),
    ) -> subprocess.CompletedProcess[bytes]:
        """Run to the end. Raises RepositoryError where the exit code is not one of ``accept``."""
        try:
            done = subprocess.run(  # noqa: S603 - no shell; arguments are ours or verified refs
                self._command(arguments),
                input=stdin,
                capture_output=True,
                check=False,
                env={**self._environment, **(variables or {})},
            )
        except OSError as error:
            raise _not_started(error) from error
        if done.returncode not in accept:
            raise failure(done.stderr)
        return done

    def text(self, *arguments: str) -> str:
        """What git prints, without its last line end."""
        return path_of(self.run(*arguments).stdout).removesuffix("\n")

    def start(
        self, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """A git that runs beside us, with pipes; the caller ends it."""
        return self._popen(arguments, subprocess.PIPE, subprocess.PIPE, variables)

    def _popen(
        self,
        arguments: Sequence[str],
        stdin: IO[bytes] | int,
        stderr: int,
        variables: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - as in ``run``
                self._command(arguments),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**self._environment, **(variables or {})},
            )
        except OSError as error:
            raise _not_started(error) from error

    def blobs(self, names: Iterable[str]) -> Generator[Blob, None, None]:
        """Those objects in order, through one ``cat-file``; read each before taking the next.

        Raises RepositoryError("git-failed") for an object that is missing.
        """
        with tempfile.TemporaryFile() as asked:  # a file, so that neither side waits on the other
            asked.writelines(f"{name}\n".encode() for name in names)
            if not asked.tell():
                return
            asked.seek(0)
            process = self._popen(("cat-file", "--batch", "--buffer"), asked, subprocess.DEVNULL)
            try:
                yield from _stream(process)
            finally:
                process.kill()
                process.communicate()

    def _command(self, arguments: Sequence[str]) -> list[str]:
        options = [word for setting in _CONFIG for word in ("-c", setting)]
        return ["git", "-C", str(self.directory), "--no-pager", *options, *arguments]


def _stream(process: subprocess.Popen[bytes]) -> Iterator[Blob]:
    stream = process.stdout
    if stream is None:
        raise RepositoryError("git-failed", detail="no output")
    while header := stream.readline():
        words = header.decode("ascii", "replace").split()
        if len(words) != len(("name", "type", "size")):
            raise RepositoryError("git-failed", detail=" ".join(words))
        blob = Blob(words[0], int(words[2]), stream)
        yield blob
        while blob.read(1 << 20):
            pass
        stream.read(1)  # the line end after each object
    if process.wait():
        raise RepositoryError("git-failed", detail=f"cat-file ended with {process.returncode}")


def _not_started(error: OSError) -> RepositoryError:
    if isinstance(error, FileNotFoundError):
        return RepositoryError("git-missing")
    return RepositoryError("git-failed", detail=str(error))


def failure(stderr: bytes) -> RepositoryError:
    """What git said on its standard error, as an error with a code."""
    detail = " ".join(path_of(stderr).split())[:_MAX_DETAIL] or "git gave no reason"
    elsewhere = ("not a git repository", "cannot change to", "must be run in a work tree")
    if any(words in detail for words in elsewhere):
        return RepositoryError("not-a-repository", detail=detail)
    if ".lock': File exists" in detail:
        return RepositoryError("locked", detail=detail)
    return RepositoryError("git-failed", detail=detail)
