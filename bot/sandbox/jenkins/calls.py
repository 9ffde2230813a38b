"""One request as the routes see it, and what they may answer.

Decides how a query and a form are read. It must never look at who asks; ``access`` does.
"""

from __future__ import annotations

import email
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers."""

    status: int = 200
    body: bytes = b""
    media: str = "text/html;charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; ``name`` None: anonymous. ``by_token``: no crumb is asked for."""

    name: str | None = None
    by_token: bool = False

    @property
    def id(self) -> str:
        """What Jenkins calls them."""
        return self.name or "anonymous"


@dataclass(frozen=True, slots=True)
class Call:
    """A request; ``parts`` are the decoded segments of its path, ``root`` ends with a slash."""

    method: str
    path: str
    parts: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    body: bytes
    root: str

    @property
    def given(self) -> dict[str, str]:
        """Parameters of the query and of the form; the first of a name counts, as in servlets."""
        pairs = [*parse_qsl(self.query, keep_blank_values=True), *self._form()]
        return dict(reversed(pairs))

    def _form(self) -> list[tuple[str, str]]:
        media = self.headers.get("content-type", "")
        if media.startswith("application/x-www-form-urlencoded"):
            return parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True)
        if media.startswith("multipart/form-data"):
            return _multipart(media, self.body)
        return []


def _multipart(media: str, body: bytes) -> list[tuple[str, str]]:
    message = email.message_from_bytes(f"Content-Type: {media}\r\n\r\n".encode() + body)
    found = []
    for part in message.get_payload() if message.is_multipart() else ():
        if isinstance(part, email.message.Message):
            name = part.get_param("name", header="content-disposition")
            value = part.get_payload(decode=True)
            text = value.decode(errors="replace") if isinstance(value, bytes) else ""
            found.append((str(name), text))
    return found


def as_json(value: Any) -> Answer:  # noqa: ANN401 - JSON
    """A JSON answer."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Answer(body=text.encode(), media="application/json;charset=utf-8")


def as_text(text: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """A plain text answer."""
    return Answer(body=text, media="text/plain;charset=utf-8", headers=headers or {})


def failure(status: int, words: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An error page; ``words`` are escaped."""
    shown = escape(words)
    page = (
        f"<html><head><title>Error {status} {shown}</title></head>"
        f"<body><h2>HTTP ERROR {status} {shown}</h2></body></html>\n"
    )
    return Answer(status, page.encode(), headers=headers or {})


def redirect(url: str, status: int = 302) -> Answer:
    """Go there; ``url`` is absolute, as Jenkins makes it."""
    return Answer(status, headers={"Location": url})
