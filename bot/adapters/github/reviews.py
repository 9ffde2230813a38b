"""One batched review of a commit, and the threads it leaves behind.

Decides where a remark goes whose line GitHub does not take: into the body. No remark is ever lost,
and no review is posted twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.adapters.github import comments
from bot.adapters.github.access import Access
from bot.adapters.github.app import App
from bot.adapters.github.comments import MAX_BODY, is_ours
from bot.adapters.github.paths import of_repo
from bot.adapters.github.review_lines import shown_lines
from bot.adapters.github.trouble import MISSING, Json, Refusal, understood
from bot.core.repo import Repo
from bot.core.report.neutral import code
from bot.hub import HubError, LineComment

HEADING = "### Remarks on lines the diff does not show · diff에 없는 줄에 대한 의견"
_ROOM = MAX_BODY - 256  # for what stands around remarks
_OWN_PULL = "your own pull request"
_THREADS = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id isResolved comments(first: 1) { nodes { id databaseId } } }
      }
    }
  }
}
"""
_RESOLVE = """
mutation($thread: ID!) {
  resolveReviewThread(input: {threadId: $thread}) { thread { id isResolved } }
}
"""


def review(
    access: Access,
    repo: Repo,
    number: int,
    head: str,
    event: str,
    body: str,
    remarks: Sequence[LineComment],
    marker: str,
    app: App,
) -> None:
    """The review; one with ``marker`` that is there already is left as it is."""

    def look() -> bool | None:
        return _stands(access, repo, number, marker, app) or None

    def act() -> bool:
        _post(access, repo, number, head, event, body, remarks, marker, app)
        return True

    access.once(look, act)


def _stands(access: Access, repo: Repo, number: int, marker: str, app: App) -> bool:
    reviews = access.listed(of_repo(repo, "pulls", number, "reviews"))
    return any(is_ours(one, marker, app) for one in reviews)


def _post(
    access: Access,
    repo: Repo,
    number: int,
    head: str,
    event: str,
    body: str,
    remarks: Sequence[LineComment],
    marker: str,
    app: App,
) -> None:
    """All on their lines; those GitHub cannot place in the body; at the last all in the body."""
    path = of_repo(repo, "pulls", number, "reviews")
    refused: Refusal | None = None
    for kept in _attempts(access, repo, number, remarks):
        moved = [remark for remark in remarks if remark not in kept]
        text, rest = _with_moved(body, moved, marker)
        asked = {"commit_id": head, "event": event, "body": text}
        try:
            access.act("POST", path, {**asked, "comments": [_on_line(one) for one in kept]})
        except Refusal as error:
            if error.status != 422 or _OWN_PULL in error.said.lower():
                raise
            refused = error
            continue
        _post_rest(access, repo, number, rest, marker, app)
        return
    if refused is not None:
        raise refused


def _attempts(
    access: Access, repo: Repo, number: int, remarks: Sequence[LineComment]
) -> Iterator[Sequence[LineComment]]:
    """What is tried to keep on its line: all, what the diff shows, nothing."""
    yield remarks
    if remarks:
        shown = shown_lines(access, repo, number)
        placed = [one for one in remarks if (one.path, one.side, one.line) in shown]
        if 0 < len(placed) < len(remarks):
            yield placed
        yield ()


def _with_moved(body: str, moved: Sequence[LineComment], marker: str) -> tuple[str, list[str]]:
    """The body with the remarks that found no line, and what does not fit into it."""
    texts = [f"{code(f'{one.path}:{one.line}')}{_side(one)}\n\n{one.body}" for one in moved]
    text = comments.fitted(body, marker)
    if not texts:
        return text, []
    rest: list[str] = []
    text = f"{text}\n\n{HEADING}" if len(text) + len(HEADING) < _ROOM else text
    for one in texts:
        if not rest and len(text) + len(one) < _ROOM:
            text = f"{text}\n\n{one}"
        else:
            rest.append(one)
    return text, rest


def _side(remark: LineComment) -> str:
    """Nothing for the head; a line of the base carries a minus, as in a diff."""
    return " (−)" if remark.side == "LEFT" else ""


def _post_rest(
    access: Access, repo: Repo, number: int, rest: Sequence[str], marker: str, app: App
) -> None:
    """Below the pull request, each under a mark of its own."""
    for place, text in enumerate(rest):
        mark = f"{marker}<!-- {place} -->"
        comments.post(access, repo, number, f"{mark}\n{text}", mark, app)


def _on_line(remark: LineComment) -> Json:
    return {
        "path": remark.path,
        "line": remark.line,
        "side": remark.side,
        "body": comments.fitted(remark.body),
    }


def resolve(access: Access, repo: Repo, number: int, thread: int) -> None:
    """The thread that begins with comment ``thread`` is resolved, if it was not."""
    found = _thread(access, repo, number, thread)
    with understood("review thread"):
        if not found["isResolved"]:
            access.graphql(_RESOLVE, thread=found["id"])


def _thread(access: Access, repo: Repo, number: int, thread: int) -> Json:
    """By its first comment's number, or where that is too large for GraphQL by its node id."""
    node = None
    after = None
    while True:
        page = _threads(access, repo, number, after)
        for one in page["nodes"]:
            first = one["comments"]["nodes"][0] if one["comments"]["nodes"] else {}
            if first.get("databaseId") is None and first and node is None:
                node = access.get(of_repo(repo, "pulls", "comments", thread))["node_id"]
            if first.get("databaseId") == thread or (node and first.get("id") == node):
                return one
        if not page["pageInfo"]["hasNextPage"]:
            raise HubError(MISSING, detail=f"no review thread begins with comment {thread}")
        after = page["pageInfo"]["endCursor"]


def _threads(access: Access, repo: Repo, number: int, after: str | None) -> Json:
    named = {"owner": repo.owner, "name": repo.name, "number": number, "after": after}
    data = access.graphql(_THREADS, **named)
    with understood("list of review threads"):
        return data["repository"]["pullRequest"]["reviewThreads"]
