"""The log of requests, and what counts as a write.

Decides which requests change something: neither reads, nor tokens, nor rendering. Paths are
without ``/api/v3``; GraphQL is ``/graphql``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_TOKENS = re.compile(r"/app/installations/\d+/access_tokens|/markdown")
_OBJECTS = re.compile(r"/repos/[^/]+/[^/]+/git/(blobs|trees|commits|refs)(/.*)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request before it is carried out; ``kind`` is rest, graphql, git or oauth."""

    number: int
    method: str
    path: str
    query: str
    app: str | None
    login: str | None
    kind: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Logged:
    """A request that was answered with ``status``; ``app`` is the slug of the App that asked."""

    number: int
    method: str
    path: str
    query: str
    status: int
    app: str | None
    login: str | None
    kind: str
    mutation: bool = False

    @property
    def writes(self) -> bool:
        """True for whatever could change something."""
        if self.kind == "graphql":
            return self.mutation
        if self.kind == "git":
            return self.path.endswith("/git-receive-pack") and self.method == "POST"
        return self.method not in {"GET", "HEAD", "OPTIONS"} and not _TOKENS.fullmatch(self.path)

    @property
    def git_data(self) -> bool:
        """True for git objects and refs, by REST or by a push."""
        return self.kind == "git" or _OBJECTS.fullmatch(self.path) is not None


def of_app(log: Iterable[Logged], slug: str) -> tuple[Logged, ...]:
    """What the App asked, in order."""
    return tuple(row for row in log if row.app == slug)
