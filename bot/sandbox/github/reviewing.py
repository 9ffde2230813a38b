"""Making comments on lines: only where the pull request's diff shows the line.

Decides which lines can be commented, and what a comment remembers of them.
Source: GitHub REST, "Pull request review comments" (line, side, start_line, start_side).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.github.calls import Call, Json, Refused
from bot.sandbox.github.git_diff import Shown, files_between, shown, shown_lines
from bot.sandbox.github.pulls import diff_base
from bot.sandbox.github.rows import Issue, LineComment, Pull


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a comment stands; ``start_line`` None for a single line, ``line`` None for a file."""

    path: str
    side: str
    line: int | None
    hunk: str
    start_line: int | None = None
    start_side: str | None = None


def in_words(refused: Refused) -> Refused:
    """The same refusal as the reviews endpoint says it: in a sentence, not by field."""
    told = str((refused.errors or [{}])[0].get("message", ""))
    name, _, message = told.removeprefix("pull_request_review_thread.").partition(" ")
    text = f"Pull request review thread {name.replace('_', ' ')} {message}"
    if name in {"line", "start_line"}:
        text += " and Pull request review thread diff hunk can't be blank"
    return Refused(422, "Unprocessable Entity", errors=[text])


def _not_there(name: str, message: str) -> Refused:
    error = {
        "resource": "PullRequestReviewComment",
        "code": "custom",
        "field": f"pull_request_review_thread.{name}",
        "message": f"pull_request_review_thread.{name} {message}",
    }
    return Refused(422, "Validation Failed", errors=[error])


def spot(call: Call, pull: Pull, row: Json, commit: str) -> Spot:
    """Where the row says, if the diff up to ``commit`` shows it; 422 where it does not."""
    path = row.get("path")
    base = diff_base(call.repo, pull)
    there = shown(call.repo.git, base, commit, path) if isinstance(path, str) else None
    if there is None or not isinstance(path, str):
        raise _not_there("path", "is invalid")
    if row.get("subject_type") == "file":
        return Spot(path, "RIGHT", None, "")
    if "position" in row and "line" not in row:
        found = _at_position(call, base, commit, path, row["position"])
        return Spot(path, found.side, found.line, found.hunk)
    return _at_line(there, path, row)


def _at_position(call: Call, base: str, commit: str, path: str, position: object) -> Shown:
    for file in files_between(call.repo.git, base, commit):
        for row in reversed(shown_lines(file.patch or "")):
            if file.path == path and row.position == position:
                return row
    raise _not_there("position", "is invalid")


def _at_line(there: dict[tuple[str, int], Shown], path: str, row: Json) -> Spot:
    side, line = row.get("side", "RIGHT"), row.get("line")
    if side not in ("LEFT", "RIGHT"):  # a tuple: what was sent may be of any type
        raise _not_there("side", "is invalid")
    found = there.get((side, line)) if isinstance(line, int) else None
    if found is None:
        raise _not_there("line", "must be part of the diff")
    start, start_side = row.get("start_line"), row.get("start_side") or side
    if start is None:
        return Spot(path, side, found.line, found.hunk)
    where = (start_side, start)
    first = there.get(where) if isinstance(start, int) and start_side in ("LEFT", "RIGHT") else None
    if first is None:
        raise _not_there("start_line", "must be part of the same hunk as the line.")
    if first.position >= found.position:
        raise _not_there("start_line", "must precede the end line.")
    if not found.hunk.startswith(first.hunk):
        raise _not_there("start_line", "must be part of the same hunk as the line.")
    return Spot(path, side, found.line, found.hunk, first.line, start_side)


def place(
    call: Call, issue: Issue, at: Spot, body: str, commit: str, review: int | None
) -> LineComment:
    """The comment, remembered; it is told by whoever submits the review."""
    now = call.world.now()
    comment = LineComment(
        call.world.new_id(),
        call.actor,
        body,
        now,
        now,
        call.caller.app,
        number=issue.number,
        review=review,
        path=at.path,
        side=at.side,
        line=at.line,
        start_line=at.start_line,
        start_side=at.start_side,
        original_line=at.line,
        original_start_line=at.start_line,
        commit_id=commit,
        original_commit_id=commit,
        diff_hunk=at.hunk,
        whole_file=at.line is None,
    )
    call.repo.line_comments[comment.id] = comment
    return comment
