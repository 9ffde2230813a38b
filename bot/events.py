"""Webhook payload → our closed union of events.

Decides what an event is by the few fields we need, so that GitHub may add what it likes; those
fields are held to their documented shape, so that nothing odd reaches a URL, a path or git.
Payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.repo import Repo, Spoken, Where

MAX_TEXT = 65_536 * 4  # GitHub's own limit, in bytes of the longest characters


class EventError(ValueError):
    """A payload that is not as documented; ``code`` is payload-invalid, facts say what."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = {name: str(value)[:200] for name, value in facts.items()}


@dataclass(frozen=True, slots=True)
class HeadMoved:
    """A pull request has another head commit."""

    repo: Repo
    number: int
    head: str


@dataclass(frozen=True, slots=True)
class PullClosed:
    """A pull request was merged or closed."""

    repo: Repo
    number: int
    merged: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """Something ended that a merge of commit ``head`` may wait for."""

    repo: Repo
    head: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """A branch is at another commit."""

    repo: Repo
    branch: str
    head: str


@dataclass(frozen=True, slots=True)
class Ping:
    """GitHub tries the webhook."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us."""

    reason: str


Event = Spoken | HeadMoved | PullClosed | Finished | Pushed | Ping | Ignored

_LOGIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98})?(?:\[bot\])?")
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# git-check-ref-format(1), and nothing that could be read as an option
_BRANCH = re.compile(
    r"(?![-/.])(?!.*(?:\.\.|//|@\{|/\.|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]{1,250}(?<![/.])"
)
_MAX_INT = 2**63


def read_event(name: str, payload: object) -> Event:
    """The event called ``name`` (X-GitHub-Event). Raises EventError, and nothing else."""
    if not isinstance(payload, dict):
        raise EventError("payload-invalid", where="payload", wanted="object")
    if name == "ping":
        return Ping()
    reader = _READERS.get(name)
    if reader is None:
        return Ignored(f"event {name[:60]}")
    node = _Node(payload, name)
    if "installation" not in payload or "repository" not in payload:
        return Ignored("no installation or repository")
    return reader(node)


@dataclass(frozen=True, slots=True)
class _Node:
    """An object of the payload; every access checks, and says where it failed."""

    data: Mapping[str, Any]
    where: str

    def node(self, key: str) -> _Node:
        value = self.data.get(key)
        if not isinstance(value, dict):
            raise EventError("payload-invalid", where=f"{self.where}.{key}", wanted="object")
        return _Node(value, f"{self.where}.{key}")

    def has(self, key: str) -> bool:
        return self.data.get(key) is not None

    def integer(self, key: str) -> int:
        value = self.data.get(key)
        if type(value) is not int or not 0 < value < _MAX_INT:
            raise EventError("payload-invalid", where=f"{self.where}.{key}", wanted="id")
        return value

    def text(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        value = self.data.get(key)
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise EventError("payload-invalid", where=f"{self.where}.{key}", wanted="text")
        if pattern is not None and not pattern.fullmatch(value):
            raise EventError("payload-invalid", where=f"{self.where}.{key}", wanted=pattern.pattern)
        return value

    def body(self, key: str) -> str:
        """A text people wrote; none is empty. Half a character can be part of none."""
        text = self.text(key) if self.has(key) else ""
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise EventError(
                "payload-invalid", where=f"{self.where}.{key}", wanted="UTF-8"
            ) from None
        return text

    def flag(self, key: str) -> bool:
        value = self.data.get(key)
        if not isinstance(value, bool):
            raise EventError("payload-invalid", where=f"{self.where}.{key}", wanted="true or false")
        return value

    def action(self) -> str:
        return self.text("action") if self.has("action") else ""


def _repo(payload: _Node) -> Repo:
    repository = payload.node("repository")
    return Repo(
        installation=payload.node("installation").integer("id"),
        id=repository.integer("id"),
        owner=repository.node("owner").text("login", _LOGIN),
        name=repository.text("name", _NAME),
        default_branch=repository.text("default_branch", _BRANCH)
        if repository.has("default_branch")
        else "main",
    )


def _is_bot(*users: _Node) -> bool:
    return any(
        user.data.get("type") == "Bot" or user.text("login", _LOGIN).endswith("[bot]")
        for user in users
    )


def _url(node: _Node) -> str:
    url = node.text("html_url") if node.has("html_url") else ""
    return (
        url if url.startswith(("https://", "http://")) and not re.search(r"[\s<>\"]", url) else ""
    )


def _spoken(payload: _Node, where: Where, said: _Node, number: int, **more: Any) -> Event:  # noqa: ANN401
    if not said.has("user"):
        return Ignored("written by nobody")  # a deleted account
    author, sender = said.node("user"), payload.node("sender")
    return Spoken(
        repo=_repo(payload),
        where=where,
        id=said.integer("id"),
        number=number,
        text=said.body("body"),
        author=author.text("login", _LOGIN),
        sender=sender.text("login", _LOGIN),
        by_bot=_is_bot(author, sender),
        url=_url(said),
        **more,
    )


def _labels(issue: _Node) -> tuple[str, ...]:
    labels = issue.data.get("labels")
    if not isinstance(labels, list):
        return ()
    names = (label.get("name") for label in labels if isinstance(label, dict))
    return tuple(name for name in names if isinstance(name, str))


def _issues(payload: _Node) -> Event:
    if payload.action() not in {"opened", "edited", "labeled"}:
        return Ignored("action of issues")
    issue = payload.node("issue")
    on_pull = issue.has("pull_request")
    number = issue.integer("number")
    return _spoken(payload, Where.ISSUE, issue, number, on_pull=on_pull, labels=_labels(issue))


def _issue_comment(payload: _Node) -> Event:
    if payload.action() not in {"created", "edited"}:
        return Ignored("action of issue_comment")
    issue = payload.node("issue")
    more = {"on_pull": issue.has("pull_request"), "labels": _labels(issue)}
    return _spoken(payload, Where.COMMENT, payload.node("comment"), issue.integer("number"), **more)


def _review_comment(payload: _Node) -> Event:
    if payload.action() not in {"created", "edited"}:
        return Ignored("action of pull_request_review_comment")
    comment = payload.node("comment")
    line = next((key for key in ("line", "original_line") if comment.has(key)), None)
    return _spoken(
        payload,
        Where.REVIEW,
        comment,
        payload.node("pull_request").integer("number"),
        on_pull=True,
        path=comment.text("path") if comment.has("path") else None,
        line=comment.integer(line) if line else None,
        thread=comment.integer("in_reply_to_id" if comment.has("in_reply_to_id") else "id"),
    )


def _pull_request(payload: _Node) -> Event:
    action, pull = payload.action(), payload.node("pull_request")
    number = pull.integer("number")
    if action == "synchronize":
        return HeadMoved(_repo(payload), number, pull.node("head").text("sha", _SHA))
    if action == "closed":
        return PullClosed(_repo(payload), number, pull.flag("merged"))
    if action in {"opened", "edited"}:
        return _spoken(payload, Where.ISSUE, pull, number, on_pull=True)
    return Ignored("action of pull_request")


def _review(payload: _Node) -> Event:
    if payload.action() not in {"submitted", "dismissed"}:
        return Ignored("action of pull_request_review")
    head = payload.node("pull_request").node("head").text("sha", _SHA)
    return Finished(_repo(payload), head)


def _checks(key: str) -> Callable[[_Node], Event]:
    def read(payload: _Node) -> Event:
        if payload.action() != "completed":
            return Ignored(f"action of {key}")
        return Finished(_repo(payload), payload.node(key).text("head_sha", _SHA))

    return read


def _status(payload: _Node) -> Event:
    if payload.text("state") == "pending":
        return Ignored("a status that is pending")
    return Finished(_repo(payload), payload.text("sha", _SHA))


def _push(payload: _Node) -> Event:
    ref = payload.text("ref")
    if not ref.startswith("refs/heads/"):
        return Ignored("no branch")
    branch = ref.removeprefix("refs/heads/")
    if not _BRANCH.fullmatch(branch):
        raise EventError("payload-invalid", where="push.ref", wanted="branch")
    return Pushed(_repo(payload), branch, payload.text("after", _SHA))


_READERS: dict[str, Callable[[_Node], Event]] = {
    "issues": _issues,
    "issue_comment": _issue_comment,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "pull_request_review_comment": _review_comment,
    "check_run": _checks("check_run"),
    "check_suite": _checks("check_suite"),
    "status": _status,
    "push": _push,
}
