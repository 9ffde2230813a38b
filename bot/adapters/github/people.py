"""What a person may do in a repository.

Decides that whoever GitHub says nothing clear of may do nothing.
"""

from __future__ import annotations

from bot.adapters.github.access import Access
from bot.adapters.github.paths import of_repo
from bot.adapters.github.trouble import understood, unless_missing
from bot.core.repo import Repo

NONE = "none"
_KNOWN = frozenset({"admin", "write", "read", NONE})


def permission(access: Access, repo: Repo, login: str) -> str:
    """``permission`` of GitHub's answer: maintain counts there as write, triage as read.

    A custom role counts as the role that it extends. ``none`` for a login that is nobody's.
    """
    path = of_repo(repo, "collaborators", login, "permission")
    data = unless_missing(lambda: access.get(path))
    if data is None:
        return NONE
    with understood("permission"):
        given = str(data["permission"])
    return given if given in _KNOWN else NONE
