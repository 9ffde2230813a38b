"""A whole thread as text: what a person would read on its page, the same each time.

Decides what is left out: ids, times and addresses of the machine; SHAs become ``<sha1>``,
``<sha2>`` … in the order in which they appear.
"""

from __future__ import annotations

import re

from bot.sandbox.github.rows import Issue, LineComment, Pull, Repo, Written
from bot.sandbox.github.shapes_issue import CONTENTS
from bot.sandbox.github.world import World

# of short ones the repository is asked: one in thirty has no letter, and looks like a number
_SHA = re.compile(r"\b(?:[0-9a-f]{40}|[0-9a-f]{7,12})\b")


def thread(world: World, repo: Repo, issue: Issue) -> str:
    """The issue or pull request with everything that was said and done."""
    lines = [f"# {issue.title} (#{issue.number})", _heading(issue), "", issue.body or ""]
    for _, block in sorted(_said_below(repo, issue.number)):
        lines += ["", *block]
    if issue.pull:
        lines += _checks(repo, issue.pull)
    text = "\n".join(line.rstrip() for line in lines).rstrip() + "\n"
    return _placeheld(repo, text.replace(world.url, "<hub>"))


def _said_below(repo: Repo, number: int) -> list[tuple[int, list[str]]]:
    """Comments, reviews and threads, each with the id that orders them."""
    comments = [
        (row.id, _said("comment", row)) for row in repo.comments.values() if row.number == number
    ]
    reviews = [
        (row.id, _said(f"review {row.state}", row))
        for row in repo.reviews.values()
        if row.number == number and not _bare(repo, row.id, row.body, row.state)
    ]
    threads = [
        (row.id, _thread_lines(repo, row))
        for row in repo.line_comments.values()
        if row.number == number and row.reply_to is None
    ]
    return [*comments, *reviews, *threads]


def _heading(issue: Issue) -> str:
    parts = [f"by {issue.user.login}", issue.state]
    if issue.pull:
        parts.append(f"{issue.pull.head_ref} -> {issue.pull.base_ref} at {issue.pull.head_sha}")
        if issue.pull.draft:
            parts.append("draft")
        if issue.pull.merged_by:
            parts.append(f"merged by {issue.pull.merged_by.login} as {issue.pull.merge_sha}")
    if issue.labels:
        parts.append("labels: " + ", ".join(sorted(issue.labels)))
    return " | ".join(parts) + _reactions(issue)


def _reactions(written: Written) -> str:
    found = sorted(
        ((row.content, row.user.login) for row in written.reactions),
        key=lambda row: (CONTENTS.index(row[0]), row[1]),
    )
    return "".join(f" [{content} {login}]" for content, login in found)


def _said(kind: str, written: Written) -> list[str]:
    return [f"--- {kind} by {written.user.login}{_reactions(written)}", written.body or ""]


def _bare(repo: Repo, review: int, body: str | None, state: str) -> bool:
    """True for a review that is only the envelope of line comments, or is still secret."""
    lines = any(row.review == review for row in repo.line_comments.values())
    return state == "PENDING" or (state == "COMMENTED" and lines and not body)


def _thread_lines(repo: Repo, root: LineComment) -> list[str]:
    line = f"{root.line}" if root.line else f"{root.original_line} outdated"
    if root.start_line:
        line = f"{root.start_line}-{line}"
    where = root.path if root.whole_file else f"{root.path}:{line}"
    side = " (base)" if root.side == "LEFT" else ""
    ends = f", resolved by {root.resolved_by.login}" if root.resolved_by else ""
    found = [f"--- thread on {where}{side}{ends}"]
    for row in repo.line_comments.values():
        if root.id in {row.id, row.reply_to}:
            found += [f"{row.user.login}{_reactions(row)}:", row.body or ""]
    return found


def _checks(repo: Repo, pull: Pull) -> list[str]:
    found: list[str] = []
    for run in repo.checks.values():
        if run.head_sha == pull.head_sha:
            found += ["", f"--- check {run.name} by {run.app.slug}: {run.conclusion or run.status}"]
            found += [text for text in (run.title, run.summary, run.text) if text]
            found += [
                f"{row['path']}:{row['start_line']} {row['annotation_level']}:"
                f" {row.get('title') or ''} {row['message']}"
                for row in run.annotations
            ]
    for status in repo.statuses:
        if status.sha == pull.head_sha:
            note = f" {status.description}" if status.description else ""
            found += ["", f"--- status {status.context}: {status.state}{note}"]
    return found


def _placeheld(repo: Repo, text: str) -> str:
    """The text with every commit's and object's name replaced by its rank."""
    names: list[str] = []

    def rank(match: re.Match[str]) -> str:
        short = match[0]
        for at, known in enumerate(names, 1):
            if known.startswith(short) or short.startswith(known):
                return f"<sha{at}>"
        if len(short) < 40 and repo.git.attempt("cat-file", "-e", short).returncode:
            return short
        names.append(short)
        return f"<sha{len(names)}>"

    return _SHA.sub(rank, text)
