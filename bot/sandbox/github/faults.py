"""What goes wrong on purpose: errors, limits and lost webhooks, each for a number of times.

Decides which request or delivery a fault meets. Without being told to it does nothing.
Source of the limits' words: GitHub, "Rate limits for the REST API".
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.github.calls import Answer

SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


@dataclass(slots=True)
class _Fault:
    method: str
    path: re.Pattern[str]
    answer: Answer
    times: int


@dataclass(slots=True)
class _Limit:
    remaining: int
    reset_at: float


@dataclass(slots=True)
class Faults:
    """Knobs; every count is of requests, deliveries or reads still to be met."""

    _faults: list[_Fault] = field(default_factory=list)
    _limit: _Limit | None = None
    _reset_in: float = 0
    _dropped: int = 0
    _duplicated: int = 0
    _unknown: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        method: str,
        path_regex: str,
        status: int,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        body: object = None,
    ) -> None:
        """The next ``times`` requests of ``method`` ("*": any) whose path holds the expression get
        ``status`` and are not carried out; paths are as the log has them."""  # noqa: D205, D209
        content = {"message": "Server Error"} if body is None else body
        fault = _Fault(
            method, re.compile(path_regex), Answer(status, content, dict(headers or {})), times
        )
        with self._lock:
            self._faults.append(fault)

    def limit_secondary(
        self, times: int = 1, retry_after: int = 60, path_regex: str = "", status: int = 403
    ) -> None:
        """The next requests meet the secondary rate limit, to be tried again in so many seconds."""
        body = {"message": SECONDARY, "documentation_url": "https://docs.github.com/rest"}
        self.add("*", path_regex, status, times, {"Retry-After": str(retry_after)}, body)

    def limit_primary(self, remaining: int = 0, reset_in: float = 3600) -> None:
        """Every caller has ``remaining`` requests until ``reset_in`` seconds from now."""
        with self._lock:
            self._limit, self._reset_in = _Limit(remaining, 0), reset_in

    def drop_deliveries(self, count: int = 1) -> None:
        """The next deliveries do not reach the App; they are recorded as failed."""
        with self._lock:
            self._dropped = count

    def duplicate_deliveries(self, count: int = 1) -> None:
        """The next deliveries arrive twice, with the same GUID."""
        with self._lock:
            self._duplicated = count

    def unknown_mergeable(self, count: int = 1) -> None:
        """The next reads of a pull request find its mergeability still being computed."""
        with self._lock:
            self._unknown = count

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()
            self._limit = None
            self._dropped = self._duplicated = self._unknown = 0

    def meet(self, method: str, path: str) -> Answer | None:
        """The answer a fault gives to this request, if one does."""
        with self._lock:
            for fault in self._faults:
                if fault.times > 0 and fault.method in {method, "*"} and fault.path.search(path):
                    fault.times -= 1
                    return fault.answer
        return None

    def spend(self, now: float) -> tuple[int, int, bool] | None:
        """Requests left, when they come back (epoch) and whether this one is let through."""
        with self._lock:
            if self._limit is None:
                return None
            if not self._limit.reset_at:
                self._limit.reset_at = now + self._reset_in
            if now >= self._limit.reset_at:
                self._limit = None
                return None
            let = self._limit.remaining > 0
            self._limit.remaining = max(0, self._limit.remaining - 1)
            return self._limit.remaining, int(self._limit.reset_at), let

    def drops(self) -> bool:
        """True where this delivery is lost."""
        with self._lock:
            self._dropped, lost = max(0, self._dropped - 1), self._dropped > 0
            return lost

    def duplicates(self) -> bool:
        """True where this delivery arrives twice."""
        with self._lock:
            self._duplicated, twice = max(0, self._duplicated - 1), self._duplicated > 0
            return twice

    def unknowns(self) -> bool:
        """True where mergeability is still being computed."""
        with self._lock:
            self._unknown, unknown = max(0, self._unknown - 1), self._unknown > 0
            return unknown
