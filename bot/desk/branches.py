"""A branch of ours that has done its work goes.

Decides only that one which must stay (protected, or no permission) holds nothing up. It never
deletes a branch that somebody has moved.
"""

from __future__ import annotations

from bot.core.repo import Repo
from bot.desk.office import Office
from bot.hub import HubError

_MAY_STAY = frozenset({"hub-refused", "hub-forbidden", "hub-missing"})


def drop(office: Office, repo: Repo, branch: str, head: str) -> None:
    """The branch is gone, if it was at ``head`` and may go. Raises HubError for trouble that passes."""
    try:
        office.hub.delete_branch(repo, branch, head)
    except HubError as error:
        if error.code not in _MAY_STAY:
            raise
