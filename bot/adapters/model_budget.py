"""What one run may spend on models, shared by all of them.

Decides before a call whether it could exceed a limit, and then there is no call. Never looks at
what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from bot.ports import ModelError


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a run may take: HTTP calls, tokens in and out, US dollars, seconds since its start."""

    calls: int = 40
    tokens: int = 200_000
    dollars: float = 2.0
    seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a call may take at worst, held until it is known what it took."""

    tokens: int
    dollars: float
    seconds_left: float


class Budget:
    """Counts what has been spent and what is held; safe to use from several threads."""

    def __init__(
        self, limits: Limits | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._start = clock()
        self._lock = Lock()
        self._calls = 0
        self._tokens = 0
        self._dollars = 0.0

    @property
    def seconds_left(self) -> float:
        """Wall seconds until the run must end; not above zero once it must."""
        return self._limits.seconds - (self._clock() - self._start)

    def reserve(self, tokens: int, dollars: float) -> Reservation:
        """Room for one call. Raises ModelError("model-budget") where it could exceed a limit."""
        with self._lock:
            left = self.seconds_left
            over = (
                ("seconds", left <= 0, self._limits.seconds),
                ("calls", self._calls + 1 > self._limits.calls, self._limits.calls),
                ("tokens", self._tokens + tokens > self._limits.tokens, self._limits.tokens),
                ("dollars", self._dollars + dollars > self._limits.dollars, self._limits.dollars),
            )
            for name, exceeded, limit in over:
                if exceeded:
                    raise ModelError("model-budget", what=name, limit=limit)
            self._calls += 1
            self._tokens += tokens
            self._dollars += dollars
            return Reservation(tokens, dollars, left)

    def settle(self, held: Reservation, tokens: int = 0, dollars: float = 0.0) -> None:
        """The call took this much in truth; a failed one took nothing but itself."""
        with self._lock:
            self._tokens += tokens - held.tokens
            self._dollars += dollars - held.dollars
