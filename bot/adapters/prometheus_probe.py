"""Prometheus asked for one number.

Decides what counts as a number that was measured. It must never take silence for health: an empty
answer, a NaN, several series, an old time or a warning are each said as what they are. The form of
the answers: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from bot.adapters.bounded_http import Fetched, fetch
from bot.ports import Bad, Empty, Reading, Sample, Stale

_MOST = 1024 * 1024
_LONGEST = 2_000  # of an expression: it travels in the URL
_DETAIL = 200
_LAST_SCRAPE = "max(timestamp(up))"
_AHEAD = 30.0  # seconds that two clocks may be apart
# since 2.48 remarks on the expression come among the warnings, told apart by how they begin
_REMARK = "PromQL info:"


class PrometheusProbe:
    """Asks the Prometheus at ``url``, which may have a path.

    ``token`` is sent as a bearer token. ``timeout`` and ``max_age`` are in seconds: samples older
    than ``max_age`` are not believed, so it must be longer than what is between two scrapes. At
    least one target must be scraped (the series ``up``): else every answer is Empty.
    ``clock`` gives epoch seconds. Safe to use from several threads.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        timeout: float = 5.0,
        max_age: float = 120.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout = timeout
        self._max_age = max_age
        self._clock = clock

    def ask(self, question: str) -> Reading:
        """The only value of the instant query ``question`` (PromQL).

        Two requests: an answer has the time of the question, not that of the scrape, so a
        Prometheus that came back after a while would pass off as present what it knew before.
        """
        if not question.strip() or len(question) > _LONGEST:
            return Bad("probe-refused", f"an expression has 1 to {_LONGEST} characters")
        found = self._asked(question)
        return self._as_fresh(found) if isinstance(found, Sample) else found

    def _as_fresh(self, found: Sample) -> Reading:
        """``found``, if anything was scraped lately: ``up`` is written with every scrape."""
        last = self._asked(_LAST_SCRAPE)
        if not isinstance(last, Sample):
            return last
        age = self._clock() - last.value
        return found if age <= self._max_age else Stale(age)

    def _asked(self, question: str) -> Reading:
        # from 2.44 on this bounds every series; older ones do not know it and look back 5 minutes
        query = urlencode({"query": question, "lookback_delta": f"{self._max_age:.3f}"})
        url = f"{self._url}/api/v1/query?{query}"
        found = fetch(url, timeout=self._timeout, limit=_MOST, headers=self._headers)
        return found if isinstance(found, Bad) else self._read(found)

    def _read(self, answer: Fetched) -> Reading:
        if answer.cut:
            return Bad("probe-too-large", f"more than {_MOST} bytes")
        data = _object(answer.body)
        if answer.status != 200:
            return Bad("probe-refused", _reason(answer.status, data))
        if data is None or data.get("status") != "success":
            return Bad("probe-unreadable", "this is no answer of Prometheus")
        if any(not str(one).startswith(_REMARK) for one in _listed(data.get("warnings"))):
            return Bad("probe-partial", "Prometheus warns that the answer may not be whole")
        result = data.get("data")
        return self._result(result) if isinstance(result, dict) else _unreadable()

    def _result(self, data: Mapping[str, Any]) -> Reading:
        kind, result = data.get("resultType"), data.get("result")
        if kind == "scalar":
            return self._sample(result)
        if kind != "vector" or not isinstance(result, list):
            return Bad("probe-not-a-number", f"a {str(kind)[:20]} is no single number")
        if not result:
            return Empty()
        if len(result) > 1:
            return Bad("probe-many", f"{len(result)} series; one number is needed")
        (series,) = result
        return self._sample(series.get("value") if isinstance(series, dict) else None)

    def _sample(self, pair: object) -> Reading:
        """``[time, "value"]``; a value is text, so that NaN and Inf can be said."""
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], str):
            return _unreadable()
        try:
            at, value = float(pair[0]), float(pair[1])
        except (TypeError, ValueError):
            return _unreadable()
        if not math.isfinite(value) or not math.isfinite(at):
            return Bad("probe-not-a-number", pair[1][:20])
        age = self._clock() - at
        if age > self._max_age:
            return Stale(age)
        if age < -_AHEAD:
            return Bad("probe-clock", f"{-age:.0f} s in the future")
        return Sample(value, at)


def _unreadable() -> Bad:
    return Bad("probe-unreadable", "this is no answer of Prometheus")


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _listed(found: object) -> list[Any]:
    return found if isinstance(found, list) else [found] if found else []


def _reason(status: int, data: Mapping[str, Any] | None) -> str:
    """Status and Prometheus' own word; of a page that somebody else sent, nothing."""
    if data is None or data.get("status") != "error":
        return str(status)
    said = f"{data.get('errorType') or ''}: {data.get('error') or ''}"
    text = "".join(c if c.isprintable() else " " for c in said)
    return f"{status} {' '.join(text.split())}"[:_DETAIL]
