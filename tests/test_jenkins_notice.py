"""What Jenkins may tell the server: only that a run is worth a look, and only with its secret."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.notice import HEADER, MAX_NOTICE, add_notices, unwatched
from bot.sandbox.loopback import Loopback
from bot.serving import open_app
from bot.settings import read_settings
from bot.telemetry import Telemetry
from tests.test_server_settings import read

SECRET = "a-secret-that-jenkins-has"
RUN = "cfgbot-5-abc-aws"
BODY = json.dumps({"run": RUN, "result": "SUCCESS"}).encode()


class Watch:
    """Writes down which runs it was woken for."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        self.fails = False

    def wake(self, run: str) -> None:
        """Remember it, or fail as a database would."""
        if self.fails:
            raise RuntimeError("database is locked")
        self.woken.append(run)


@contextmanager
def serving(watch: Watch, telemetry: Telemetry | None = None) -> Iterator[httpx.Client]:
    """The endpoint, over HTTP."""
    app = FastAPI()
    add_notices(app, SECRET, telemetry or Telemetry(), watch.wake)
    with Loopback(app) as server, httpx.Client(base_url=server.url) as client:
        yield client


def sign(body: bytes, secret: str = SECRET) -> str:
    """As the Jenkinsfile's openssl signs."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def notice(client: httpx.Client, body: bytes = BODY, signature: str | None = "") -> Any:  # noqa: ANN401 - a response
    """A notice, signed rightly where no signature is given; None leaves it out."""
    signature = sign(body) if signature == "" else signature
    headers = {} if signature is None else {HEADER: signature}
    return client.post("/jenkins", content=body, headers=headers)


def test_a_signed_notice_wakes_the_watch_of_its_run() -> None:
    """202 at once; what it says of a result goes nowhere."""
    watch, telemetry = Watch(), Telemetry()
    with serving(watch, telemetry) as client:
        answer = notice(client)
    assert (answer.status_code, answer.json()) == (202, {"accepted": RUN})
    assert watch.woken == [RUN]
    assert 'cfgbot_webhooks_total{event="jenkins",status="202"} 1.0' in telemetry.text().decode()


def test_a_notice_that_comes_twice_is_one_look_too_many() -> None:
    """Nothing is believed of it, so nothing can be replayed but a look."""
    watch = Watch()
    with serving(watch) as client:
        assert {notice(client).status_code for _ in range(2)} == {202}
    assert watch.woken == [RUN, RUN]


@pytest.mark.parametrize(
    "signature",
    [None, "sha256=", sign(BODY, "wrong"), sign(b"{}"), sign(BODY)[7:], sign(BODY).upper(), "é"],
)
def test_without_the_right_signature_nobody_is_woken(signature: str | None) -> None:
    """401 whatever the body says."""
    watch = Watch()
    with serving(watch) as client:
        headers = {} if signature is None else {HEADER.encode(): signature.encode("latin-1")}
        assert client.post("/jenkins", content=BODY, headers=headers).status_code == 401
    assert watch.woken == []


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"run", b"[]", b"{}", b'{"run": 7}', b'{"run": ""}', b'{"run": "a b"}', b"\xff"),
        *(b'{"run": "a\\nb"}', b'{"run": "../x"}', b'{"run": "%s"}' % (b"x" * 201), b"[" * 4_000),
    ],
)
def test_what_names_no_run_is_refused(body: bytes) -> None:
    """400, signed or not as it may be."""
    watch = Watch()
    with serving(watch) as client:
        assert notice(client, body).status_code == 400
    assert watch.woken == []


def test_a_long_body_is_not_read() -> None:
    """413 before any signature is computed."""
    watch = Watch()
    with serving(watch) as client:
        assert notice(client, b" " * (MAX_NOTICE + 1), None).status_code == 413
        assert notice(client, BODY + b" " * (MAX_NOTICE - len(BODY))).status_code == 202
        assert client.get("/jenkins").status_code == 405
    assert watch.woken == [RUN]


def test_a_watch_that_cannot_be_woken_is_no_crash(caplog: pytest.LogCaptureFixture) -> None:
    """503: Jenkins may try again, and the build is looked at by time anyway."""
    watch = Watch()
    watch.fails = True
    with serving(watch) as client:
        answer = notice(client)
    assert (answer.status_code, answer.json()) == (503, {"error": "not now"})
    assert RUN in caplog.text


def test_a_server_without_a_watch_notes_it(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing waits for a notice there: it is logged and that is all."""
    with caplog.at_level(logging.INFO, "bot.notice"):
        unwatched(RUN)
    assert RUN in caplog.text


@pytest.mark.parametrize(("secret", "found"), [("", False), (SECRET, True)])
def test_the_endpoint_is_there_only_with_a_secret(
    secret: str,
    found: bool,
    tmp_path: Any,  # noqa: ANN401
) -> None:
    """Without one there is nothing to sign with, so nothing to be woken by."""
    settings = read(CFG_JENKINS_NOTIFY_SECRET=secret, CFG_DATA=str(tmp_path))
    app = open_app(settings, read_settings({}), Telemetry())
    paths = {getattr(route, "path", "") for route in app.routes}
    assert ("/jenkins" in paths) is found
    assert "/webhook" in paths
