"""Webhooks: signed, delivered one after the other from a thread, and recorded.

Decides when a delivery counts as failed. It must never deliver again by itself, nor hold the
world's lock while it waits for an answer.
Source: GitHub, "Webhook events and payloads" (delivery headers), "Validating webhook deliveries",
"Handling failed webhook deliveries"; ten seconds to answer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import httpx

from bot.sandbox.github.accounts import App
from bot.sandbox.github.calls import Json
from bot.sandbox.github.faults import Faults

TIMEOUT = 10.0
_KEPT = 3_000  # deliveries remembered


@dataclass(slots=True)
class Delivery:
    """One try to hand an event over; ``status_code`` 0 and no ``status`` until it was made."""

    id: int
    guid: str
    app: App
    event: str
    payload: Json
    redelivery: bool = False
    delivered_at: datetime | None = None
    duration: float = 0.0
    status: str = ""
    status_code: int = 0
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    response: str = ""

    @property
    def failed(self) -> bool:
        """True where the App did not answer with 2xx or 3xx."""
        return not 200 <= self.status_code < 400


class Hooks:
    """All deliveries, newest last; ``clock`` and ``new_id`` are the world's."""

    def __init__(
        self, faults: Faults, clock: Callable[[], datetime], new_id: Callable[[], int]
    ) -> None:
        self.deliveries: list[Delivery] = []
        self._faults = faults
        self._clock = clock
        self._new_id = new_id
        self._waiting: deque[Delivery] = deque()
        self._state = threading.Condition()
        self._busy = False

    def send(self, app: App, event: str, payload: Json) -> None:
        """Queue an event for the App; where it has no address nothing happens."""
        if app.webhook_url:
            self._queue(Delivery(self._new_id(), str(uuid.uuid4()), app, event, payload))

    def again(self, old: Delivery) -> Delivery:
        """Queue the same event with the same GUID, as the App asked."""
        new = Delivery(self._new_id(), old.guid, old.app, old.event, old.payload, redelivery=True)
        self._queue(new)
        return new

    def wait_idle(self, timeout: float) -> None:
        """Wait until every delivery has been made. Raises TimeoutError."""
        with self._state:
            if not self._state.wait_for(lambda: not self._busy, timeout):
                raise TimeoutError(f"deliveries still waiting after {timeout} s")

    def done(self, app: App) -> list[Delivery]:
        """What was delivered (or tried) to the App, newest first."""
        with self._state:
            return [row for row in reversed(self.deliveries) if row.app is app and row.status]

    def _queue(self, delivery: Delivery) -> None:
        with self._state:
            self.deliveries.append(delivery)
            del self.deliveries[:-_KEPT]
            self._waiting.append(delivery)
            if not self._busy:
                self._busy = True
                threading.Thread(target=self._work, name="hookshot", daemon=True).start()

    def _work(self) -> None:
        """Deliver until nothing waits; the thread ends then, so that none is left behind."""
        with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
            while True:
                with self._state:
                    if not self._waiting:
                        self._busy = False
                        self._state.notify_all()
                        return
                    delivery = self._waiting.popleft()
                self._deliver(client, delivery)

    def _deliver(self, client: httpx.Client, delivery: Delivery) -> None:
        body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
        delivery.request_headers = headers_of(delivery, body)
        started = monotonic()
        if self._faults.drops():
            status, code = "failed to connect to host", 502
        else:
            status, code = _post(client, delivery, body)
            if self._faults.duplicates():
                _post(client, delivery, body)
        with self._state:
            delivery.delivered_at = self._clock()
            delivery.duration = round(monotonic() - started, 3)
            delivery.status_code, delivery.status = code, status


def _post(client: httpx.Client, delivery: Delivery, body: bytes) -> tuple[str, int]:
    url = delivery.app.webhook_url or ""
    try:
        answer = client.post(url, content=body, headers=delivery.request_headers)
    except httpx.TimeoutException:
        return "timed out", 504
    except (httpx.HTTPError, httpx.InvalidURL):
        return "failed to connect to host", 502
    delivery.response_headers = dict(answer.headers)
    delivery.response = answer.text[:10_000]
    code = answer.status_code
    good = 200 <= code < 400
    return ("OK" if good else f"Invalid HTTP Response: {code}"), code


def headers_of(delivery: Delivery, body: bytes) -> dict[str, str]:
    """The headers of a delivery; the signature is over the body's bytes."""
    app = delivery.app
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": f"GitHub-Hookshot/{app.hook_id:07x}",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(app.hook_id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
    }
    if app.secret:
        key = app.secret.encode()
        headers["X-Hub-Signature"] = f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}"
        digest = hmac.new(key, body, hashlib.sha256).hexdigest()
        headers["X-Hub-Signature-256"] = f"sha256={digest}"
    return headers


def number_in(payload: Mapping[str, object], name: str) -> int | None:
    """The id of the payload's ``repository`` or ``installation``, if it has one."""
    found = payload.get(name)
    value = found.get("id") if isinstance(found, dict) else None
    return value if isinstance(value, int) else None
