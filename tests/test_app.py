"""The web layer: what is let in, and what a hostile sender gets."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import MAX_BODY, build_app
from bot.core.repo import Spoken
from bot.events import Event
from bot.sandbox.loopback import Loopback
from bot.telemetry import Telemetry

SECRET, OLD = "a-secret-of-many-characters", "an-older-secret-still-in-use"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
COMMENT: dict[str, Any] = {
    "action": "created",
    "installation": {"id": 3},
    "sender": {"login": "dana", "type": "User"},
    "repository": {
        "id": 9,
        "name": "fleet",
        "owner": {"login": "acme"},
        "default_branch": "main",
    },
    "issue": {"number": 1},
    "comment": {"id": 5, "body": "/cfg help", "user": {"login": "dana", "type": "User"}},
}


@dataclass
class Recorder:
    """Stands behind the web layer and writes down what reaches it."""

    taken: list[tuple[str, Event]] = field(default_factory=list)
    why: str | None = None

    def take(self, event: Event, name: str, guid: str) -> int:
        """Remember it."""
        self.taken.append((guid, event))
        return 1

    def ready(self) -> str | None:
        """As the test says."""
        return self.why

    def unfinished(self) -> int:
        """A number to see in the metrics."""
        return 7

    def page(self, key: str, token: str) -> str | None:
        """One page, for one token."""
        return "<p>page</p>" if (key, token) == ("k", "right") else None


@contextmanager
def nothing() -> Iterator[None]:
    """Nothing is started."""
    yield


@pytest.fixture
def service() -> Recorder:
    """A fresh recorder."""
    return Recorder()


@pytest.fixture
def client(service: Recorder) -> Iterator[httpx.Client]:
    """The application over it."""
    app = build_app(service, (SECRET, OLD), Telemetry(), nothing)
    with Loopback(app) as server, httpx.Client(base_url=server.url) as made:
        yield made


def sign(body: bytes, secret: str = SECRET) -> str:
    """As GitHub signs."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send(client: httpx.Client, body: bytes, **headers: str | None) -> Any:  # noqa: ANN401 - a response
    """A signed delivery of an issue comment; ``headers`` replace, None leaves one out."""
    all_headers = {
        "X-GitHub-Event": "issue_comment",
        "X-GitHub-Delivery": GUID,
        "Content-Type": "application/json",
        "X-Hub-Signature-256": sign(body),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    kept = {name: value for name, value in all_headers.items() if value is not None}
    return client.post("/webhook", content=body, headers=kept)


BODY = json.dumps(COMMENT).encode()


def test_a_signed_comment_is_taken(client: httpx.Client, service: Recorder) -> None:
    """202 at once, and the event has reached the service."""
    answer = send(client, BODY)
    assert answer.status_code == 202
    assert answer.json() == {"accepted": GUID, "errands": 1}
    assert isinstance(service.taken[0][1], Spoken)


def test_the_secret_before_rotation_still_counts(client: httpx.Client) -> None:
    """While both are set, both sign."""
    assert send(client, BODY, X_Hub_Signature_256=sign(BODY, OLD)).status_code == 202


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        sign(BODY, "wrong"),
        sign(b"other"),
        sign(BODY)[7:],
        "sha1=" + "0" * 40,
    ],
)
def test_without_the_right_signature_nothing_gets_in(
    client: httpx.Client, service: Recorder, signature: str | None
) -> None:
    """401 whatever the body says, and the service never hears of it."""
    answer = send(client, BODY, X_Hub_Signature_256=signature)
    assert answer.status_code == 401
    assert service.taken == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X_GitHub_Event": None}, 400),
        ({"X_GitHub_Event": "../x"}, 400),
        ({"X_GitHub_Delivery": None}, 400),
        ({"X_GitHub_Delivery": "a b"}, 400),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_a_delivery_that_is_none_gets_a_clear_word(
    client: httpx.Client, service: Recorder, headers: dict[str, str | None], status: int
) -> None:
    """A 4xx that says what to do, and no effect."""
    answer = send(client, BODY, **headers)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert service.taken == []


def test_a_body_of_thirty_megabytes_is_refused_unread(
    client: httpx.Client, service: Recorder
) -> None:
    """By its declared length, and by counting when it declares none."""
    body = b" " * (30 * 1024 * 1024)
    assert send(client, body).status_code == 413
    chunks = (b" " * 1024 * 1024 for _ in range(30))
    headers = {"X-GitHub-Event": "ping", "X-GitHub-Delivery": GUID}
    assert client.post("/webhook", content=chunks, headers=headers).status_code == 413
    assert service.taken == []
    assert len(body) > MAX_BODY


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nul", b"\xff\xfe", b"[" * 200_000, b'{"a":' * 50_000, b"[]", b"3"]
)
def test_a_signed_body_that_is_no_payload_is_refused(
    client: httpx.Client, service: Recorder, body: bytes
) -> None:
    """400, never a 5xx, also for nesting that no parser bears."""
    assert send(client, body).status_code == 400
    assert service.taken == []


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [*COMMENT, "body", "login", "id", "number", "owner", "name", "user", "type"]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_signed_never_breaks_the_server(client: httpx.Client, payload: Any) -> None:  # noqa: ANN401
    """Any JSON at all: 202, 200 or 400."""
    body = json.dumps(payload).encode("utf-8", "surrogatepass")
    assert send(client, body).status_code in {200, 202, 400}


def test_a_ping_is_answered(client: httpx.Client, service: Recorder) -> None:
    """What GitHub sends when the webhook is set up."""
    body = b'{"zen": "x"}'
    assert send(client, body, X_GitHub_Event="ping").status_code == 200
    assert service.taken == []


def test_readiness_follows_the_service(client: httpx.Client, service: Recorder) -> None:
    """Alive and ready are two things."""
    assert client.get("/readyz").status_code == 200
    service.why = "starting"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "starting\n")
    assert client.get("/healthz").status_code == 200


def test_metrics_count_deliveries_and_hold_no_stranger_s_words(client: httpx.Client) -> None:
    """An event's name comes from the sender: unsigned, it is no label."""
    send(client, BODY)
    send(client, BODY, X_GitHub_Event="made_up_by_me", X_Hub_Signature_256="sha256=no")
    text = client.get("/metrics").text
    assert 'cfgbot_webhooks_total{event="issue_comment",status="202"} 1.0' in text
    assert "made_up_by_me" not in text
    assert "cfgbot_errands_unfinished 7.0" in text


def test_a_timeline_needs_its_token(client: httpx.Client) -> None:
    """The link is posted where the change is discussed; guessing gives nothing."""
    assert client.get("/changes/k").status_code == 404
    assert client.get("/changes/k?token=wrong").status_code == 404
    answer = client.get("/changes/k?token=right")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc", "/webhook", "/nothing"])
def test_nothing_else_is_there(client: httpx.Client, path: str) -> None:
    """No generated documentation, no GET on the webhook."""
    assert client.get(path).status_code in {404, 405}
