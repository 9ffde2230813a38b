"""A program the repository wants its files checked with, and how a run of it ended: values.

Decides which programs a change concerns and with what arguments they are run. Runs nothing:
``bot.adapters.native_validator`` does, for the port ``Validator``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from bot.core.change import FileChange
from bot.core.scope import matches

FILES = "{files}"  # a word of the command in whose place the changed files stand
EXECUTABLE = "100755"
# Given to one of these, a file of the repository is a program and no configuration.
INTERPRETERS = frozenset("sh bash dash zsh ksh python python3 perl ruby node deno php lua".split())


@dataclass(frozen=True, slots=True)
class NativeCheck:
    """A command whose exit status 0 says that the files are good.

    ``run`` is executed as it stands, by no shell, in the root of a scratch copy. ``timeout`` is in
    seconds, ``output`` in characters shown. ``optional`` where the program may be missing.
    """

    name: str
    run: tuple[str, ...]
    files: tuple[str, ...]
    timeout: float = 30.0
    output: int = 2_000
    optional: bool = False


class Ended(StrEnum):
    """How a run ended."""

    PASSED = "passed"
    FAILED = "failed"  # it ran, and said no
    TIMEOUT = "timeout"
    MISSING = "missing"  # there is no such program here
    FORBIDDEN = "forbidden"  # who runs the bot does not allow it
    NOT_STARTED = "not-started"  # the copy could not be made, or the program not be started


@dataclass(frozen=True, slots=True)
class Validation:
    """What a validator said of the head; ``before`` of the base, where it was asked."""

    name: str
    ended: Ended
    output: str = ""
    detail: str = ""
    before: Ended | None = None


def concerning(
    checks: Iterable[NativeCheck], files: Sequence[FileChange]
) -> tuple[NativeCheck, ...]:
    """The validators that must pass for a change of ``files``."""
    return tuple(
        check for check in checks if any(matches(file.path, check.files) for file in files)
    )


def command_of(check: NativeCheck, paths: Iterable[str]) -> tuple[str, ...] | None:
    """The command with ``{files}`` filled in; None where it asks for files and there are none.

    No path is read as an option.
    """
    if FILES not in check.run:
        return check.run
    named = sorted(path for path in paths if matches(path, check.files))
    safe = [f"./{path}" if path.startswith("-") else path for path in named]
    words = [safe if word == FILES else [word] for word in check.run]
    return tuple(one for group in words for one in group) if named else None


def own_files(check: NativeCheck, files: Iterable[FileChange]) -> tuple[str, ...]:
    """Changed files that are part of the validator itself: it must not be judged by its new self."""
    interpreted = PurePosixPath(check.run[0]).name in INTERPRETERS
    words = {_plain(word) for word in (check.run if interpreted else check.run[:1])}
    return tuple(
        file.path
        for file in files
        if file.path in words
        or (_is_program(file) and any(file.path in word for word in check.run))
    )


def _plain(word: str) -> str:
    return PurePosixPath(word).as_posix()  # "./check.sh" is "check.sh"


def _is_program(file: FileChange) -> bool:
    return EXECUTABLE in {file.base_mode, file.head_mode} or any(
        side is not None and side.startswith(b"#!") for side in (file.base, file.head)
    )
