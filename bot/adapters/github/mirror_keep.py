"""Which commits a mirror keeps, and when it is swept.

Decides by last use. What was asked for in the last days stays readable, also by who reads beside.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

from bot.adapters.git_process import Git

MAX_KEPT = 256
MAX_PACKS = 50
_FORGOTTEN = "2.days.ago"  # longer than any change is worked on
_STALE = 600.0  # seconds: no git of ours holds a ref that long
_ORDER = "cfgbot-kept"  # SHAs, least lately used first
_JUDGED = "refs/heads/cfgbot-"  # what was committed here to be judged, and is not discarded


def keep(git: Git, prefix: str, shas: Sequence[str]) -> None:
    """``shas`` were used now: each has a ref below ``prefix``; the oldest lose theirs."""
    file = git.directory / _ORDER
    known = file.read_text("ascii").split() if file.is_file() else []
    used = [*(sha for sha in known if sha not in set(shas)), *dict.fromkeys(shas)]
    kept = used[-MAX_KEPT:]
    commands = [f"update {prefix}{sha} {sha}\n" for sha in shas]
    commands += [f"delete {prefix}{sha}\n" for sha in used[:-MAX_KEPT]]
    if commands:
        git.run("update-ref", "--stdin", stdin="".join(commands).encode("ascii"))
    if kept != known:
        fresh = file.with_suffix(".new")
        fresh.write_text("\n".join(kept), "ascii")
        fresh.replace(file)
    if len(list((git.directory / "objects" / "pack").glob("*.pack"))) > MAX_PACKS:
        _sweep(git)


def unlock(directory: Path) -> None:
    """Take away what a git that was killed left locked; only for who holds the mirror.

    Fetches alone take ``shallow.lock``; other locks may be those of a commit being made beside.
    """
    (directory / "shallow.lock").unlink(missing_ok=True)
    stale = time.time() - _STALE
    for lock in [*directory.glob("*.lock"), *(directory / "refs").rglob("*.lock")]:
        with contextlib.suppress(FileNotFoundError):
            if lock.stat().st_mtime < stale:
                lock.unlink()


def _sweep(git: Git) -> None:
    """One pack again; objects nothing holds go once they are old."""
    options = ("--sort=-committerdate", "--format=%(refname)")
    judged = git.text("for-each-ref", *options, f"{_JUDGED}*").split()
    commands = "".join(f"delete {ref}\n" for ref in judged[MAX_KEPT:])
    if commands:
        git.run("update-ref", "--stdin", stdin=commands.encode("utf-8", "surrogateescape"))
    git.run("gc", "--quiet", f"--prune={_FORGOTTEN}")
