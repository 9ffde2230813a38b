"""The primary rate limit: so many requests an hour for each caller.

Decides what a request costs; what has not changed (304) and asking for the limit cost nothing.
Source: GitHub REST, "Rate limits for the REST API".
"""

from __future__ import annotations

from bot.sandbox.github.calls import Caller, Json, Refused
from bot.sandbox.github.faults import Faults
from bot.sandbox.github.traffic import Asked
from bot.sandbox.github.world import World

_LIMIT = 5_000
_HOUR = 3_600


class Limits:
    """Counts every caller's requests since the first of its hour."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._used: dict[str, tuple[float, int]] = {}

    def give_back(self, caller: Caller) -> None:
        """What has not changed costs nothing."""
        with self._world.lock:
            start, used = self._used[_bucket(caller)]
            self._used[_bucket(caller)] = start, used - 1

    def spend(self, asked: Asked, caller: Caller) -> tuple[dict[str, str], Refused | None]:
        """The headers that tell of the limit, and the refusal where it is used up."""
        now, name = self._world.clock().timestamp(), _bucket(caller)
        free = asked.path == "/rate_limit"
        with self._world.lock:
            start, used = self._used.get(name, (now, 0))
            if now >= start + _HOUR:
                start, used = now, 0
            used += not free
            self._used[name] = start, used
        left, reset = max(0, _LIMIT - used), int(start + _HOUR)
        let = used <= _LIMIT
        told = None if free else self._faults.spend(now)
        if told:
            left, reset, let = told
        headers = {
            "X-RateLimit-Limit": str(_LIMIT),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Used": str(_LIMIT - left),
            "X-RateLimit-Reset": str(reset),
            "X-RateLimit-Resource": "graphql" if asked.kind == "graphql" else "core",
        }
        message = f"API rate limit exceeded for {caller.kind} ID {name}."
        return headers, None if let else Refused(403, message)

    def overview(self, caller: Caller) -> Json:
        """What ``GET /rate_limit`` tells."""
        now = self._world.clock().timestamp()
        start, used = self._used.get(_bucket(caller), (now, 0))
        reset = int(start + _HOUR)
        row = {"limit": _LIMIT, "used": used, "remaining": max(0, _LIMIT - used), "reset": reset}
        other = {**row, "used": 0, "remaining": _LIMIT}
        return {"resources": {"core": row, "search": other, "graphql": other}, "rate": row}


def _bucket(caller: Caller) -> str:
    return str(caller.installation.id) if caller.installation else caller.login or ""
