"""Webhook payload → our closed union of events.

Decides what an event is by the few fields we need, so that GitHub may add what it likes; those
fields are held to their documented shape, so that nothing odd reaches a URL, a path or git. It
must never raise anything but EventError, and never guess a field that is not there.
Payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.repo import Repo, Spoken, Where

MAX_TEXT = 65_536  # characters GitHub lets a body have


class EventError(ValueError):
    """A payload that is not as documented; ``code`` is payload-invalid.

    Fact ``where`` names the field and ``wanted`` what should stand there; what stands there is
    somebody else's word and is not repeated.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


@dataclass(frozen=True, slots=True)
class HeadMoved:
    """A pull request has another head commit, or was turned to another base branch."""

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
    """Something ended that a merge of commit ``head`` may wait for: a check, a review, a draft."""

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
    """Nothing for us; ``reason`` is for the log."""

    reason: str


Event = Spoken | HeadMoved | PullClosed | Finished | Pushed | Ping | Ignored


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a text must look like, and how that is called."""

    wanted: str
    pattern: re.Pattern[str]


# Logins have no dots; those of enterprise-managed users an underscore, apps' a suffix.
# https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
_OWNER = _Shape("owner", re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}"))
_LOGIN = _Shape("login", re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}(?:\[bot\])?"))
# A leading dash is refused although GitHub has such names: tools read it as an option.
_NAME = _Shape("repository name", re.compile(r"(?!-|.*\.git\Z)(?!\.{1,2}\Z)[A-Za-z0-9_.-]{1,100}"))
_SHA = _Shape("commit id", re.compile(r"(?!0+\Z)(?:[0-9a-f]{40}|[0-9a-f]{64})"))
# git-check-ref-format(1); nothing that could be read as an option or is not seen.
_BRANCH = _Shape(
    "branch",
    re.compile(
        r"(?![-/.]|@\Z)(?!.*(?:\.\.|//|@\{|/\.|\.lock(?:/|\Z)))"
        r"[^\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff~^:?*\[\\]{1,240}"
        r"(?<![/.])"
    ),
)
_PATH = _Shape(
    "path in the repository",
    re.compile(r"(?!/|(?:.*/)?\.{1,2}(?:/|\Z)|.*//)[^\x00-\x1f\x7f\\\ud800-\udfff]{1,4096}(?<!/)"),
)
_URL = re.compile(r"https?://[A-Za-z0-9:/?#@!$&'*+,;=%._~-]{1,2000}")
_MAX_INT = 2**63


def read_event(name: str, payload: object) -> Event:
    """The event called ``name`` (X-GitHub-Event). Raises EventError, and nothing else."""
    if not isinstance(payload, dict):
        raise EventError("payload-invalid", where="payload", wanted="object")
    if name == "ping":
        return Ping()
    reader = _READERS.get(name)
    if reader is None:
        return Ignored("an event that is not used")
    node = _Node(payload, name)
    if not (node.has("installation") and node.has("repository")):
        return Ignored("no installation or repository")
    return reader(node)


@dataclass(frozen=True, slots=True)
class _Node:
    """An object of the payload; every access checks, and says where it failed."""

    data: Mapping[str, Any]
    where: str

    def _invalid(self, key: str, wanted: str) -> EventError:
        return EventError("payload-invalid", where=f"{self.where}.{key}", wanted=wanted)

    def has(self, key: str) -> bool:
        return self.data.get(key) is not None

    def node(self, key: str) -> _Node:
        value = self.data.get(key)
        if not isinstance(value, dict):
            raise self._invalid(key, "object")
        return _Node(value, f"{self.where}.{key}")

    def integer(self, key: str) -> int:
        value = self.data.get(key)
        if type(value) is not int or not 0 < value < _MAX_INT:  # a bool is an int to isinstance
            raise self._invalid(key, "positive number")
        return value

    def flag(self, key: str) -> bool:
        value = self.data.get(key)
        if not isinstance(value, bool):
            raise self._invalid(key, "true or false")
        return value

    def text(self, key: str) -> str:
        """A text of any content that can be stored: UTF-8, no NUL, no longer than GitHub takes."""
        value = self.data.get(key)
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise self._invalid(key, f"text of at most {MAX_TEXT} characters")
        if re.search("[\x00\ud800-\udfff]", value):
            raise self._invalid(key, "text without NUL or half characters")
        return value

    def shaped(self, key: str, shape: _Shape) -> str:
        value = self.text(key)
        if not shape.pattern.fullmatch(value):
            raise self._invalid(key, shape.wanted)
        return value

    def action(self) -> str:
        return self.text("action") if self.has("action") else ""

    def was_edited(self, field: str) -> bool:
        """True unless ``changes`` says that something else was; it is absent from old payloads."""
        changes = self.data.get("changes")
        return not isinstance(changes, dict) or not changes or field in changes


def _repo(payload: _Node) -> Repo:
    repository = payload.node("repository")
    return Repo(
        installation=payload.node("installation").integer("id"),
        id=repository.integer("id"),
        owner=repository.node("owner").shaped("login", _OWNER),
        name=repository.shaped("name", _NAME),
        default_branch=repository.shaped("default_branch", _BRANCH),
    )


def _is_bot(user: _Node) -> bool:
    return user.data.get("type") == "Bot" or user.shaped("login", _LOGIN).endswith("[bot]")


def _url(said: _Node) -> str:
    """For people to follow; a link that could break out of a sentence is none."""
    url = said.text("html_url") if said.has("html_url") else ""
    return url if _URL.fullmatch(url) else ""


def _spoken(payload: _Node, where: Where, said: _Node, number: int, **more: Any) -> Event:  # noqa: ANN401
    if not said.has("user"):
        return Ignored("written by an account that is gone")
    author, sender = said.node("user"), payload.node("sender")
    return Spoken(
        repo=_repo(payload),
        where=where,
        id=said.integer("id"),
        number=number,
        text=said.text("body") if said.has("body") else "",
        author=author.shaped("login", _LOGIN),
        sender=sender.shaped("login", _LOGIN),
        by_bot=_is_bot(author) or _is_bot(sender),
        url=_url(said),
        **more,
    )


def _labels(issue: _Node) -> tuple[str, ...]:
    """Names only; a label that is not as documented marks nothing."""
    labels = issue.data.get("labels")
    if not isinstance(labels, list):
        return ()
    nodes = (_Node(label, "label") for label in labels if isinstance(label, dict))
    return tuple(node.text("name") for node in nodes if node.has("name"))


def _issues(payload: _Node) -> Event:
    action = payload.action()
    if action not in {"opened", "edited", "labeled"}:
        return Ignored("action of issues")
    if action == "edited" and not payload.was_edited("body"):
        return Ignored("an edit of something else than the body")
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
    return _spoken(
        payload,
        Where.REVIEW,
        comment,
        payload.node("pull_request").integer("number"),
        on_pull=True,
        path=comment.shaped("path", _PATH),
        line=_line(comment),
        thread=comment.integer("in_reply_to_id" if comment.has("in_reply_to_id") else "id"),
    )


def _line(comment: _Node) -> int | None:
    """The line of the head as it is; an outdated one counted in another, one on the left in the base."""
    if comment.data.get("side") == "LEFT" or not comment.has("line"):
        return None
    return comment.integer("line")


def _pull_request(payload: _Node) -> Event:
    match payload.action():
        case "synchronize":
            return _head_moved(payload)
        case "edited" if payload.has("changes") and "base" in payload.node("changes").data:
            return _head_moved(payload)  # what was judged was judged against another branch
        case "closed":
            pull = payload.node("pull_request")
            return PullClosed(_repo(payload), pull.integer("number"), pull.flag("merged"))
        case "ready_for_review":
            return _finished_head(payload)
        case "edited" if not payload.was_edited("body"):
            return Ignored("an edit of something else than the body")
        case "opened" | "edited":
            pull = payload.node("pull_request")
            more = {"on_pull": True, "labels": _labels(pull)}
            return _spoken(payload, Where.ISSUE, pull, pull.integer("number"), **more)
        case _:
            return Ignored("action of pull_request")


def _head_moved(payload: _Node) -> HeadMoved:
    pull = payload.node("pull_request")
    return HeadMoved(_repo(payload), pull.integer("number"), pull.node("head").shaped("sha", _SHA))


def _finished_head(payload: _Node) -> Finished:
    """By the pull request's head: an approval of an older commit may still count."""
    head = payload.node("pull_request").node("head")
    return Finished(_repo(payload), head.shaped("sha", _SHA))


def _review(payload: _Node) -> Event:
    """A review's own text is no place for commands: GitHub lets nobody react or reply to it."""
    if payload.action() not in {"submitted", "dismissed"}:
        return Ignored("action of pull_request_review")
    return _finished_head(payload)


def _checks(key: str) -> Callable[[_Node], Event]:
    def read(payload: _Node) -> Event:
        if payload.action() != "completed":
            return Ignored(f"action of {key}")
        return Finished(_repo(payload), payload.node(key).shaped("head_sha", _SHA))

    return read


def _status(payload: _Node) -> Event:
    if payload.text("state") not in {"success", "failure", "error"}:
        return Ignored("a status that is pending")
    return Finished(_repo(payload), payload.shaped("sha", _SHA))


def _push(payload: _Node) -> Event:
    """A branch that is gone or whose name we would not hand on moves nothing of ours."""
    ref = payload.text("ref")
    branch = ref.removeprefix("refs/heads/")
    if branch == ref or not _BRANCH.pattern.fullmatch(branch):
        return Ignored("no branch, or not a name to be used")
    if payload.flag("deleted"):
        return Ignored("a branch that is deleted")
    return Pushed(_repo(payload), branch, payload.shaped("after", _SHA))


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
