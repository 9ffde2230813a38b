"""What we say below issues and in review threads, and what we react with.

Decides which comment is ours: it carries the marker, and our login. Nobody else's comment is ever
taken for ours or edited as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.adapters.github.access import PAGE, Access, entries, link
from bot.adapters.github.app import App
from bot.adapters.github.paths import of_repo
from bot.adapters.github.trouble import Json, understood, unless_missing
from bot.core.repo import Repo, Spoken, Where

MAX_BODY = 65_536  # characters, of a comment, review or pull request
_CUT = "\n\n…\n\n"


def fitted(body: str, marker: str = "") -> str:
    """``body``, cut where GitHub takes no more; ``marker`` stays in it."""
    if len(body) <= MAX_BODY:
        return body
    end = _CUT + marker
    return body[: MAX_BODY - len(end)] + end


def react(access: Access, spoken: Spoken, reaction: str) -> None:
    """GitHub keeps one of a kind by each user."""
    kept = {
        Where.ISSUE: ("issues", spoken.number),
        Where.COMMENT: ("issues", "comments", spoken.id),
        Where.REVIEW: ("pulls", "comments", spoken.id),
    }[spoken.where]
    access.repeat("POST", of_repo(spoken.repo, *kept, "reactions"), {"content": reaction})


def find(access: Access, repo: Repo, number: int, marker: str, app: App) -> int | None:
    """The newest comment below ``number`` by the App that holds ``marker``."""
    for comment in _newest_first(access, of_repo(repo, "issues", number, "comments")):
        if is_ours(comment, marker, app):
            return _id(comment)
    return None


def post(access: Access, repo: Repo, number: int, body: str, marker: str, app: App) -> int:
    """A comment below ``number``; the one that is there already."""
    path = of_repo(repo, "issues", number, "comments")
    return access.once(
        lambda: find(access, repo, number, marker, app),
        lambda: _written(access, path, fitted(body, marker), app),
    )


def edit(access: Access, repo: Repo, comment: int, body: str) -> None:
    """The comment reads ``body``."""
    access.repeat("PATCH", of_repo(repo, "issues", "comments", comment), {"body": fitted(body)})


def reply(
    access: Access, repo: Repo, number: int, thread: int, body: str, marker: str, app: App
) -> int:
    """A reply in the review thread; the one that is there already."""
    path = of_repo(repo, "pulls", number, "comments", thread, "replies")
    return access.once(
        lambda: _find_reply(access, repo, number, thread, marker, app),
        lambda: _written(access, path, fitted(body, marker), app),
    )


def label(access: Access, repo: Repo, number: int, labels: Sequence[str]) -> None:
    """GitHub adds what is not there yet, and makes a label nobody made."""
    if labels:
        path = of_repo(repo, "issues", number, "labels")
        access.repeat("POST", path, {"labels": list(labels)})


def unlabel(access: Access, repo: Repo, number: int, name: str) -> None:
    """GitHub answers 404 where it is not there."""
    path = of_repo(repo, "issues", number, "labels", name)
    unless_missing(lambda: access.repeat("DELETE", path))


def is_ours(written: Json, marker: str, app: App) -> bool:
    """A comment or review with ``marker`` by the App; its login is asked for only if need be."""
    with understood("comment"):
        if marker not in (written["body"] or ""):
            return False
        return bool((written["user"] or {}).get("login") == app.login())


def _find_reply(
    access: Access, repo: Repo, number: int, thread: int, marker: str, app: App
) -> int | None:
    path = of_repo(repo, "pulls", number, "comments")
    for comment in access.listed(path, sort="created", direction="desc"):
        if comment.get("in_reply_to_id") == thread and is_ours(comment, marker, app):
            return _id(comment)
    return None


def _newest_first(access: Access, path: str) -> Iterator[Json]:
    """GitHub gives comments oldest first: the first page says which is the last."""
    size = {"per_page": str(PAGE)}
    first = access.repeat("GET", path, params=size)
    last = link(first, "last")
    with understood("list of comments"):
        pages = int(last["page"]) if last else 1
    for page in range(pages, 1, -1):
        yield from reversed(entries(access.repeat("GET", path, params={**size, "page": str(page)})))
    yield from reversed(entries(first))


def _written(access: Access, path: str, body: str, app: App) -> int:
    written = access.act("POST", path, {"body": body}).data
    number = _id(written)
    app.seen(written.get("user"))
    return number


def _id(written: Json) -> int:
    with understood("comment"):
        return int(written["id"])
