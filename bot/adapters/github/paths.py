"""Paths of GitHub's REST interface, below its root.

Decides how names are quoted: none can lead to another place.
"""

from __future__ import annotations

from urllib.parse import quote

from bot.core.repo import Repo


def of_repo(repo: Repo, *rest: object) -> str:
    """``/repos/owner/name`` and ``rest``, each part of it quoted whole."""
    return of("repos", repo.owner, repo.name, *rest)


def of(*parts: object) -> str:
    """The parts, each quoted whole, slashes included; "." and ".." are none."""
    quoted = [quote(str(part), safe="") for part in parts]
    if any(part in {"", ".", ".."} for part in quoted):
        raise ValueError("no such path")
    return "/" + "/".join(quoted)


def of_ref(repo: Repo, kind: str, branch: str) -> str:
    """``/repos/owner/name/git/<kind>/heads/<branch>``; a branch's slashes stay."""
    return of_repo(repo, "git", kind, "heads", *branch.split("/"))
