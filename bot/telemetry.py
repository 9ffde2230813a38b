"""What operators see: log lines and Prometheus metrics.

Decides names and labels only. It must never be given a secret, a token or a request's text.
Metric names follow https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_EXTRA = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Telemetry:
    """One server's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._webhooks = Counter(
            "cfgbot_webhooks",
            "Webhook deliveries by event and answer",
            ["event", "status"],
            registry=self.registry,
        )
        self._requests = Counter(
            "cfgbot_github_requests",
            "Requests to GitHub by method and status",
            ["method", "status"],
            registry=self.registry,
        )
        self._steps = Histogram(
            "cfgbot_step_seconds", "Seconds a step took", ["step"], registry=self.registry
        )
        self._unfinished = Gauge(
            "cfgbot_errands_unfinished", "Errands queued or running", registry=self.registry
        )
        self._swept = Counter(
            "cfgbot_swept",
            "What the sweeper found that webhooks missed",
            ["kind"],
            registry=self.registry,
        )
        self._begun = threading.local()

    def webhook(self, event: str, status: int) -> None:
        """A delivery was answered with ``status``."""
        self._webhooks.labels(event, str(status)).inc()

    def request(self, method: str, path: str, status: int) -> None:
        """GitHub answered; ``path`` is not kept, since it names repositories."""
        del path
        self._requests.labels(method, str(status)).inc()

    def step(self, name: str, moment: str) -> None:
        """A step begins or ends; the part of its name behind a colon is an instance."""
        kind = name.split(":", 1)[0]
        if moment == "begin":
            self._begun.at = monotonic()
        else:
            self._steps.labels(kind).observe(monotonic() - getattr(self._begun, "at", monotonic()))

    def swept(self, kind: str, count: int) -> None:
        """The sweeper found ``count`` of ``kind`` (command, delivery)."""
        self._swept.labels(kind).inc(count)

    def unfinished(self, count: int) -> None:
        """So many errands are on their way."""
        self._unfinished.set(count)

    def text(self) -> bytes:
        """All metrics, as Prometheus reads them."""
        return generate_latest(self.registry)


class _Line(logging.Formatter):
    """One JSON object a line, for machines that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        line |= {name: str(value) for name, value in vars(record).items() if name not in _EXTRA}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr(level: str) -> None:
    """Log lines of ours as JSON on standard error; libraries only from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(level.upper())
