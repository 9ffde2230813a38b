"""A repository on GitHub, and a person's word in it, as values.

Decides nothing; every room that speaks of a repository uses these.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository and the App installation that may work in it."""

    installation: int
    id: int
    owner: str
    name: str
    default_branch: str = "main"

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"


class Where(StrEnum):
    """What kind of place a text was written in."""

    ISSUE = "issue"  # the body of an issue or pull request
    COMMENT = "comment"  # a comment below an issue or pull request
    REVIEW = "review-comment"  # a comment on a line, or a reply to one


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something a person wrote, which may hold a command.

    ``id`` is that of the issue, comment or review comment; ``number`` that of the issue or pull
    request. ``sender`` did what the event tells of, ``author`` wrote the text first: an edit has
    two people. ``line`` is 1-based in the head, as GitHub gives it.
    """

    repo: Repo
    where: Where
    id: int
    number: int
    text: str
    author: str
    sender: str
    on_pull: bool = False
    by_bot: bool = False
    labels: tuple[str, ...] = ()
    url: str = ""
    path: str | None = None
    line: int | None = None
    thread: int | None = None  # the first comment of the review thread this replies to
