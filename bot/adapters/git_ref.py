"""One ref moved by compare-and-swap, held locked while something else follows it.

Decides nothing. The lock is git's own: where we are killed, git's transaction ends with us and
the ref stays where it was (git-update-ref(1), ``start``/``prepare``/``commit``; git 2.27).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from bot.adapters.git_process import failure

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

    from bot.adapters.git_process import Git

_REFLOG = "cfgbot: merge"


@contextlib.contextmanager
def moving(git: Git, ref: str, old: str, new: str, variables: Mapping[str, str]) -> Iterator[None]:
    """Lock ``ref`` at ``old``, run the body, then move it to ``new``; on an exception it stays.

    Raises RepositoryError ("locked", "git-failed") where the ref is not at ``old`` or is locked.
    """
    process = git.start("update-ref", "-m", _REFLOG, "--stdin", variables=variables)
    try:
        _say(process, f"start\nupdate {ref} {new} {old}\nprepare\n", answers=2)
        yield
        _say(process, "commit\n", answers=1)
    finally:
        process.communicate()  # closes its input: a transaction not committed is dropped


def _say(process: subprocess.Popen[bytes], commands: str, answers: int) -> None:
    """Send commands and wait for as many lines ending in ``ok``."""
    if process.stdin is None or process.stdout is None:
        raise failure(b"no pipes to git")
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(commands.encode())
        process.stdin.flush()
    for _ in range(answers):
        if not process.stdout.readline().endswith(b": ok\n"):
            raise failure(process.communicate()[1])
