"""A file that one thread of one process holds at a time.

Decides how long to wait. The file itself is never removed: whoever held it then would not be alone.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.ports import RepositoryError

_EVERY = 0.05  # seconds between tries


@contextmanager
def locked(path: Path, timeout: float) -> Iterator[None]:
    """Hold ``path``; freed when the process dies too. Raises RepositoryError("locked").

    Each call opens the file anew, so that threads keep each other out as processes do (flock(2)).
    """
    ends = time.monotonic() + timeout
    with path.open("ab") as file:
        while not _taken(file.fileno()):
            if time.monotonic() > ends:
                raise RepositoryError("locked", detail=path.name)
            threading.Event().wait(_EVERY)
        yield  # closing frees it


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
