"""Endpoints of reviews and of comments on lines.

Decides who may approve: never the author of the pull request.
Source: GitHub REST, "Pull request reviews", "Pull request review comments".
"""

from __future__ import annotations

from bot.sandbox.github import events, shapes_pull
from bot.sandbox.github.calls import Answer, Call, Json, Refused, missing, route
from bot.sandbox.github.moves import age
from bot.sandbox.github.reviewing import Spot, in_words, place, spot
from bot.sandbox.github.rows import Issue, LineComment, Pull, Review
from bot.sandbox.github.writing import checked_body, may_edit, pull_of, since

_READ, _WRITE = "pull_requests:read", "pull_requests:write"
_PULLS = "/repos/{owner}/{repo}/pulls"
_ONE = _PULLS + "/{number:int}"
_STATES = {"COMMENT": "COMMENTED", "APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}


def _shape(call: Call, review: Review) -> Json:
    return shapes_pull.review(call.world, call.repo, review)


def _line(call: Call, comment: LineComment) -> Json:
    return shapes_pull.line_comment(call.world, call.repo, comment)


def _check_event(call: Call, issue: Issue, event: str, body: str, *, lines: bool) -> None:
    if event not in _STATES:
        raise Refused(
            422, "Validation Failed", errors=["Variable $event was provided invalid value"]
        )
    if issue.user is call.actor and event != "COMMENT":
        verb = "approve" if event == "APPROVE" else "request changes on"
        message = f"Can not {verb} your own pull request"
        raise Refused(422, "Unprocessable Entity", errors=[message])
    if not body.strip() and (event == "REQUEST_CHANGES" or (event == "COMMENT" and not lines)):
        raise Refused(422, "Unprocessable Entity", errors=["Body can't be blank"])


def _commit(call: Call, pull: Pull) -> str:
    sha = call.maybe("commit_id") or pull.head_sha
    git = call.repo.git
    if git.kind(sha) != "commit" or not git.is_ancestor(sha, pull.head_sha):
        raise Refused(
            422, "Validation Failed", errors=["commit_id is not part of the pull request"]
        )
    return sha


@route("POST", _ONE + "/reviews", app=_WRITE)
def create_review(call: Call) -> object:
    """A review with all its comments, or nothing where one of them cannot stand where it says."""
    issue, pull = pull_of(call)
    event, body = call.maybe("event"), call.text("body", default="")
    rows, commit = call.listed("comments", dict), _commit(call, pull)
    if event is not None:
        _check_event(call, issue, event, body, lines=bool(rows))
    spots = [_spot(call, pull, row, commit) for row in rows]
    review = _new_review(call, issue, body, commit)
    for at, text in spots:
        place(call, issue, at, text, commit, review.id)
    if event is not None:
        _submit(call, pull, review, event)
    return _shape(call, review)


def _spot(call: Call, pull: Pull, row: Json, commit: str) -> tuple[Spot, str]:
    text = row.get("body")
    if not isinstance(text, str) or not text.strip():
        raise Refused(422, "Unprocessable Entity", errors=["Body can't be blank"])
    try:
        return spot(call, pull, row, commit), text
    except Refused as refused:
        raise in_words(refused) from None


def _new_review(call: Call, issue: Issue, body: str, commit: str) -> Review:
    for row in call.repo.reviews.values():
        if row.number == issue.number and row.user is call.actor and row.state == "PENDING":
            message = "User can only have one pending review per pull request"
            raise Refused(422, "Unprocessable Entity", errors=[message])
    now = call.world.now()
    review = Review(
        call.world.new_id(),
        call.actor,
        body,
        now,
        now,
        call.caller.app,
        number=issue.number,
        commit_id=commit,
    )
    call.repo.reviews[review.id] = review
    return review


def _submit(call: Call, pull: Pull, review: Review, event: str) -> None:
    review.state, review.submitted_at = _STATES[event], call.world.now()
    world, repo, who = call.world, call.repo, call.actor
    age(repo, review.number, pull)
    events.review_happened(world, repo, review, "submitted", who)
    for comment in list(repo.line_comments.values()):
        if comment.review == review.id:
            events.line_comment_happened(world, repo, comment, "created", who)


def _visible(call: Call, review: Review) -> bool:
    """A pending review is its author's secret."""
    return review.state != "PENDING" or review.user is call.actor


@route("GET", _ONE + "/reviews", app=_READ)
def list_reviews(call: Call) -> object:
    """Reviews, oldest first."""
    number = pull_of(call)[0].number
    rows = [r for r in call.repo.reviews.values() if r.number == number and _visible(call, r)]
    return [_shape(call, row) for row in call.page(rows)]


def _review(call: Call) -> Review:
    number = pull_of(call)[0].number
    found = call.repo.reviews.get(call.number("review"))
    return found if found and found.number == number and _visible(call, found) else missing()


@route("GET", _ONE + "/reviews/{review:int}", app=_READ)
def get_review(call: Call) -> object:
    """One review."""
    return _shape(call, _review(call))


@route("PUT", _ONE + "/reviews/{review:int}", app=_WRITE)
def update_review(call: Call) -> object:
    """The text of a review."""
    review = _review(call)
    may_edit(call, review)
    review.body, review.updated_at = call.text("body"), call.world.now()
    return _shape(call, review)


@route("DELETE", _ONE + "/reviews/{review:int}", app=_WRITE)
def delete_review(call: Call) -> object:
    """A pending review goes, with its comments."""
    review = _review(call)
    if review.state != "PENDING":
        raise Refused(422, "Unprocessable Entity", errors=["Can not delete a non-pending review"])
    shape = _shape(call, review)
    del call.repo.reviews[review.id]
    rows = call.repo.line_comments
    for key in [key for key, row in rows.items() if row.review == review.id]:
        del rows[key]
    return shape


@route("POST", _ONE + "/reviews/{review:int}/events", app=_WRITE)
def submit_review(call: Call) -> object:
    """A pending review is submitted."""
    issue, pull = pull_of(call)
    review, event = _review(call), call.text("event")
    if review.state != "PENDING":
        raise Refused(422, "Unprocessable Entity", errors=["Can not submit a non-pending review"])
    lines = any(row.review == review.id for row in call.repo.line_comments.values())
    body = call.text("body", default=review.body or "")
    _check_event(call, issue, event, body, lines=lines)
    review.body = body
    _submit(call, pull, review, event)
    return _shape(call, review)


@route("PUT", _ONE + "/reviews/{review:int}/dismissals", app=_WRITE, role="write")
def dismiss_review(call: Call) -> object:
    """An opinion no longer counts."""
    review = _review(call)
    call.text("message")
    if review.state not in {"APPROVED", "CHANGES_REQUESTED"}:
        raise Refused(422, "Unprocessable Entity", errors=["Can not dismiss this review"])
    review.state = "DISMISSED"
    events.review_happened(call.world, call.repo, review, "dismissed", call.actor)
    return _shape(call, review)


@route("GET", _ONE + "/reviews/{review:int}/comments", app=_READ)
def comments_of_review(call: Call) -> object:
    """The line comments a review came with."""
    review = _review(call)
    rows = [row for row in call.repo.line_comments.values() if row.review == review.id]
    return [_line(call, row) for row in call.page(rows)]


def _told(call: Call) -> list[LineComment]:
    """Every line comment whose review is not pending."""
    found = []
    for row in call.repo.line_comments.values():
        review = call.repo.reviews.get(row.review or 0)
        if review is None or _visible(call, review):
            found.append(row)
    return found


@route("POST", _ONE + "/comments", app=_WRITE)
def create_line_comment(call: Call) -> object:
    """One comment on a line: a review of its own; with ``in_reply_to`` an answer to another."""
    if "in_reply_to" in call.body:
        return _reply(call, call.body["in_reply_to"])
    issue, pull = pull_of(call)
    body = checked_body(call)
    commit = call.text("commit_id")
    at = spot(call, pull, call.body, _commit(call, pull))
    review = _new_review(call, issue, "", commit)
    comment = place(call, issue, at, body, commit, review.id)
    _submit(call, pull, review, "COMMENT")
    shape = _line(call, comment)
    return Answer(201, shape, {"Location": shape["url"]})


def _reply(call: Call, parent: object) -> Answer:
    issue, pull = pull_of(call)
    root = call.repo.line_comments.get(parent) if isinstance(parent, int) else None
    if root is None or root.number != issue.number:
        raise Refused(404, "Not Found")
    root = call.repo.line_comments[root.reply_to] if root.reply_to else root
    body = checked_body(call)
    review = _new_review(call, issue, "", pull.head_sha)
    at = Spot(
        root.path,
        root.side,
        root.original_line,
        root.diff_hunk,
        root.original_start_line,
        root.start_side,
    )
    comment = place(call, issue, at, body, root.original_commit_id, review.id)
    comment.reply_to = root.id
    _submit(call, pull, review, "COMMENT")
    shape = _line(call, comment)
    return Answer(201, shape, {"Location": shape["url"]})


@route("POST", _ONE + "/comments/{comment:int}/replies", app=_WRITE)
def reply(call: Call) -> object:
    """An answer in the thread that begins with the comment."""
    return _reply(call, call.number("comment"))


@route("GET", _ONE + "/comments", app=_READ)
def list_line_comments(call: Call) -> object:
    """Line comments of a pull request, oldest first."""
    number = pull_of(call)[0].number
    rows = [row for row in _told(call) if row.number == number]
    return [_line(call, row) for row in call.page(since(call, rows))]


@route("GET", _PULLS + "/comments", app=_READ)
def list_repo_line_comments(call: Call) -> object:
    """Line comments of the whole repository."""
    return [_line(call, row) for row in call.page(since(call, _told(call)))]


def _comment(call: Call) -> LineComment:
    return call.repo.line_comments.get(call.number("comment")) or missing()


@route("GET", _PULLS + "/comments/{comment:int}", app=_READ)
def get_line_comment(call: Call) -> object:
    """One line comment."""
    return _line(call, _comment(call))


@route("PATCH", _PULLS + "/comments/{comment:int}", app=_WRITE)
def update_line_comment(call: Call) -> object:
    """A line comment reads otherwise from now on."""
    comment, body = _comment(call), checked_body(call)
    may_edit(call, comment)
    before, comment.body = comment.body, body
    comment.updated_at = call.world.now()
    if before != body:
        changes = {"body": {"from": before or ""}}
        events.line_comment_happened(
            call.world, call.repo, comment, "edited", call.actor, changes=changes
        )
    return _line(call, comment)


@route("DELETE", _PULLS + "/comments/{comment:int}", app=_WRITE)
def delete_line_comment(call: Call) -> object:
    """A line comment goes."""
    comment = _comment(call)
    may_edit(call, comment)
    events.line_comment_happened(call.world, call.repo, comment, "deleted", call.actor)
    del call.repo.line_comments[comment.id]
    return Answer(204)
