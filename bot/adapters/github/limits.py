"""How fast we may go: GitHub's primary and secondary rate limits, and our own pace of writing.

Decides when to wait and when to give up for now. It must never wait longer than ``PATIENCE``
seconds at once, and never slow down a single change.
Figures: docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api (5,000 requests an
hour and installation; 80 writes a minute and 500 an hour).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from bot.adapters.github.trouble import LIMITED, Answer, said
from bot.hub import HubError

PATIENCE = 60.0  # seconds
_ASKED = 60.0  # what GitHub asks for where it names no time
_LIMIT_STATUSES = frozenset({403, 429})
_SECONDARY = ("secondary rate limit", "abuse detection")
_PRIMARY = "api rate limit exceeded"


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` writes at once, then one every ``every`` seconds."""

    burst: int
    every: float


# 50 + 30 in any minute, 140 + 360 in any hour: what GitHub allows, and a change takes thirteen.
RATES = (Rate(50, 2.0), Rate(140, 10.0))


def held_for(answer: Answer, now: datetime) -> float | None:
    """Seconds to wait because of a limit, as the answer says; None where it speaks of no limit."""
    if answer.status not in _LIMIT_STATUSES:
        return None
    after = _retry_after(answer.headers.get("retry-after"), now)
    if after is not None:
        return after
    text = said(answer.data).lower()
    exhausted = answer.headers.get("x-ratelimit-remaining") == "0"
    if exhausted:
        return until_reset(answer, now)
    secondary = any(words in text for words in _SECONDARY)
    limited = secondary or _PRIMARY in text or answer.status == 429
    return _ASKED if limited else None


def until_reset(answer: Answer, now: datetime) -> float:
    """Seconds until the limit's window ends."""
    try:
        reset = float(answer.headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return _ASKED
    return max(1.0, reset - now.timestamp())


def _retry_after(value: str | None, now: datetime) -> float | None:
    """A number of seconds or a date, as HTTP has it (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now.timestamp())
    except ValueError:
        return _ASKED


class Limits:
    """The limits of every actor (an App, or one installation of it); safe between threads.

    ``hurry`` is how much faster than on GitHub writes may follow each other: a stand-in counts no
    writes, and a test that lives through an hour in a minute would else wait for this one pace.
    """

    def __init__(
        self,
        sleep: Callable[[float], None],
        clock: Callable[[], datetime],
        hurry: float = 1.0,
    ) -> None:
        self._sleep = sleep
        self._clock = clock
        self._rates = tuple(Rate(rate.burst, rate.every / hurry) for rate in RATES)
        self._lock = threading.Lock()
        self._held: dict[str, float] = {}  # until when, by actor
        self._next: dict[tuple[str, Rate], float] = {}  # when a bucket is full again

    def ready(self, actor: str) -> None:
        """Return when ``actor`` may ask. Raises HubError("hub-limited") where that is far off."""
        with self._lock:
            wait = self._held.get(actor, 0.0) - self._now()
        self._wait(wait)

    def hold(self, actor: str, seconds: float) -> None:
        """Nobody asks as ``actor`` for so long."""
        with self._lock:
            until = self._now() + seconds
            self._held[actor] = max(until, self._held.get(actor, 0.0))

    def pace(self, actor: str) -> None:
        """Return when ``actor`` may write once. Raises HubError("hub-limited")."""
        with self._lock:
            now = self._now()
            full = {rate: max(now, self._next.get((actor, rate), 0.0)) for rate in self._rates}
            wait = max(full[rate] - (rate.burst - 1) * rate.every - now for rate in self._rates)
            if wait <= PATIENCE:
                for rate in self._rates:
                    self._next[actor, rate] = full[rate] + rate.every
        self._wait(wait)

    def _now(self) -> float:
        return self._clock().timestamp()

    def _wait(self, seconds: float) -> None:
        if seconds > PATIENCE:
            raise limited(seconds)
        if seconds > 0:
            self._sleep(seconds)


def limited(seconds: float) -> HubError:
    """A limit that will not end soon."""
    return HubError(LIMITED, seconds=math.ceil(seconds))
