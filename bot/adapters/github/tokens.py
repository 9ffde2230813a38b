"""Proof of who we are: the App's own word, and tokens of its installations.

Decides when a token is too old. A key or token must never be shown: neither in ``repr`` nor in an
exception. How both are made: docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.github.trouble import FORBIDDEN
from bot.hub import HubError

# A token lives an hour; git needs five minutes of it, and a clock may be some off.
EARLY = timedelta(minutes=10)
_SKEW = timedelta(minutes=1)
_LIFE = timedelta(minutes=8)  # GitHub takes ten at the most, the minute behind us included


@dataclass(frozen=True)
class AppKey:
    """A GitHub App: its id (or client id), and its private key as PEM."""

    app_id: str
    private_key: str = field(repr=False)


@dataclass(frozen=True)
class Token:
    """An installation's token, and when it ends."""

    text: str = field(repr=False)
    ends: datetime


def proof(key: AppKey, now: datetime) -> str:
    """The App's signed word that it is the App, good for some minutes from ``now``.

    Raises HubError("hub-forbidden") where the key cannot be used.
    """
    import jwt  # noqa: PLC0415 - with cryptography 12 MB, wanted only where an App is configured

    claims = {"iss": key.app_id, "iat": now - _SKEW, "exp": now + _LIFE}
    try:
        return jwt.encode(claims, key.private_key, algorithm="RS256")
    except (jwt.PyJWTError, ValueError, TypeError):
        # what they say may quote the key
        raise HubError(FORBIDDEN, detail="the App's private key cannot be used") from None


class Tokens:
    """One token an installation, fetched anew before it ends; safe between threads.

    ``fetch(installation)`` makes a new one.
    """

    def __init__(self, fetch: Callable[[int], Token], clock: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._locks: dict[int, threading.Lock] = {}
        self._tokens: dict[int, Token] = {}

    def get(self, installation: int) -> str:
        """A token good for at least five minutes more. Raises HubError."""
        with self._lock:
            lock = self._locks.setdefault(installation, threading.Lock())
        with lock:  # one fetches, the others of this installation wait for it
            token = self._tokens.get(installation)
            if token is None or token.ends - self._clock() < EARLY:
                token = self._fetch(installation)
                self._tokens[installation] = token
            return token.text

    def drop(self, installation: int, text: str) -> None:
        """GitHub does not take that token any more."""
        with self._lock:
            token = self._tokens.get(installation)
            if token is not None and token.text == text:
                del self._tokens[installation]
