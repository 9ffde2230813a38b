"""Programs of this machine, asked whether a change's files are good: the port ``Validator``.

Runs each command on a fresh scratch copy of the files as the change would leave them, and, where
it says no, on the base too, so that a program that always fails is not held against the change.
Decides nothing about a change. Never runs what ``allowed`` refuses.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.adapters.bounded_process import BoundedRun, run_bounded
from bot.adapters.scratch_copy import (
    CopyError,
    Scratch,
    Tree,
    base_tree,
    changed_tree,
    scratch_copy,
)
from bot.core.change import FileChange
from bot.core.validation import Ended, NativeCheck, Validation, command_of
from bot.ports import Library

_MAX_DETAIL = 200


class NativeValidator:
    """Runs validators for one repository.

    ``allowed`` says of a command's first word whether it may run here; ``search`` is a PATH, of
    which only absolute folders count.
    """

    def __init__(self, library: Library, allowed: Callable[[str], bool], search: str) -> None:
        self._library = library
        self._allowed = allowed
        self._search = os.pathsep.join(
            folder for folder in search.split(os.pathsep) if Path(folder).is_absolute()
        )
        self._trees: dict[str, Tree] = {}
        self._before: dict[tuple[str, NativeCheck, tuple[str, ...]], Ended] = {}

    def validate(
        self, checks: Sequence[NativeCheck], base: str, files: Sequence[FileChange]
    ) -> tuple[Validation, ...]:
        """What each of ``checks`` says of commit ``base`` with ``files`` changed."""
        return tuple(self._one(check, base, files) for check in checks)

    def available(self, check: NativeCheck) -> Ended:
        """PASSED where the program could be run here, else why not; runs nothing."""
        program = check.run[0]
        if not self._allowed(program):
            return Ended.FORBIDDEN
        if "/" in program and not program.startswith("/"):
            return Ended.PASSED  # a file of the repository: seen when the copy is there
        return Ended.PASSED if shutil.which(program, path=self._search) else Ended.MISSING

    def _one(self, check: NativeCheck, base: str, files: Sequence[FileChange]) -> Validation:
        available = self.available(check)
        if available is not Ended.PASSED:
            return Validation(check.name, available)
        try:
            tree = self._tree(base)
            said = self._run(check, changed_tree(tree, files), [file.path for file in files])
            if said.ended is not Ended.FAILED:
                return said
            before = self._asked_before(check, base, tree, files)
        except (CopyError, OSError, ValueError) as error:
            detail = " ".join(str(error).split())[:_MAX_DETAIL]
            return Validation(check.name, Ended.NOT_STARTED, detail=detail)
        return Validation(said.name, said.ended, said.output, said.detail, before)

    def _tree(self, base: str) -> Tree:
        if base not in self._trees:
            self._trees = {base: base_tree(self._library, base)}  # one at a time is enough
        return self._trees[base]

    def _asked_before(
        self, check: NativeCheck, base: str, tree: Tree, files: Sequence[FileChange]
    ) -> Ended:
        """How it ends on the base; asked once for each base and command."""
        paths = tuple(file.path for file in files if file.base is not None)
        key = (base, check, paths)
        if key not in self._before:
            self._before[key] = self._run(check, tree, paths).ended
        return self._before[key]

    def _run(self, check: NativeCheck, tree: Tree, paths: Sequence[str]) -> Validation:
        command = command_of(check, [path for path in paths if path in tree])
        if command is None:
            return Validation(check.name, Ended.PASSED)
        with scratch_copy(tree) as scratch:
            program = self._program(command[0], scratch)
            if program is None:
                return Validation(check.name, Ended.MISSING)
            environment = self._environment(scratch)
            done = run_bounded((program, *command[1:]), scratch.files, environment, check.timeout)
            return _validation(check, done, scratch)

    def _program(self, name: str, scratch: Scratch) -> str | None:
        """The program's own path; one of the repository's is looked for in the copy alone."""
        if "/" not in name or name.startswith("/"):
            return shutil.which(name, path=self._search)
        place = scratch.files / name
        inside = ".." not in place.parts and place.is_file() and os.access(place, os.X_OK)
        return str(place) if inside else None

    def _environment(self, scratch: Scratch) -> dict[str, str]:
        """Nothing of this process's own but where programs are."""
        return {
            "PATH": self._search,
            "LANG": "C.UTF-8",
            "HOME": str(scratch.home),
            "TMPDIR": str(scratch.temporary),
            # no module of the repository is taken for one of Python's
            "PYTHONSAFEPATH": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _validation(check: NativeCheck, done: BoundedRun, scratch: Scratch) -> Validation:
    if done.status == 0:
        return Validation(check.name, Ended.PASSED)
    output = done.output.decode("utf-8", "replace")
    if done.cut:
        output = output.partition("\n")[2] or output  # half a line could be half a secret
    for place in (scratch.files, scratch.home.parent):
        output = output.replace(f"{place}/", "").replace(str(place), ".")
    ended = Ended.TIMEOUT if done.status is None else Ended.FAILED
    return Validation(check.name, ended, output, _status(done.status))


def _status(status: int | None) -> str:
    if status is None:
        return ""
    return f"exit status {status}" if status >= 0 else f"signal {-status}"
