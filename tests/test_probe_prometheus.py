"""PrometheusProbe: only one fresh, finite number is a sample; everything else is said as it is."""

from __future__ import annotations

import json
import math
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.adapters.prometheus_probe import PrometheusProbe
from bot.ports import Bad, Empty, Reading, Sample, Stale
from bot.sandbox.loopback import Loopback

NOW = 1_800_000_000.0


class Prometheus:
    """Answers every query with what it was told."""

    def __init__(self) -> None:
        self.status, self.body, self.media = 200, b"", "application/json"
        self.headers: dict[str, str] = {}
        self.scraped: float | None = NOW - 1
        self.asked: list[tuple[str, dict[str, list[str]], str | None]] = []
        self.app = Starlette(routes=[Route("/{path:path}", self.answer)])

    def answer(self, request: Request) -> Response:
        """The one answer."""
        seen = request.headers.get("Authorization")
        query = parse_qs(request.url.query)
        if query.get("query") == ["max(timestamp(up))"]:
            found = [] if self.scraped is None else [str(self.scraped)]
            return Response(json.dumps(vector(*found)), 200, media_type=self.media)
        self.asked.append((request.url.path, query, seen))
        return Response(self.body, self.status, self.headers, self.media)

    def says(self, data: object, status: int = 200) -> None:
        """The answer from now on, as JSON."""
        self.body, self.status = json.dumps(data).encode(), status


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Prometheus, str]]:
    """A server, and where it is."""
    prometheus = Prometheus()
    with Loopback(prometheus.app) as server:
        yield prometheus, server.url


@pytest.fixture
def prometheus(served: tuple[Prometheus, str]) -> Prometheus:
    """The server as it was at the start."""
    app = served[0].app
    served[0].__init__()  # type: ignore[misc]
    served[0].app = app
    return served[0]


@pytest.fixture
def probe(served: tuple[Prometheus, str]) -> PrometheusProbe:
    """Asks it, with a clock that stands still."""
    return PrometheusProbe(f"{served[1]}/prom/", timeout=2.0, max_age=60.0, clock=lambda: NOW)


def vector(*values: object, at: object = NOW) -> dict[str, Any]:
    """An answer with these values, each a series of its own."""
    series = [{"metric": {"i": str(n)}, "value": [at, one]} for n, one in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": series}}


def scalar(value: object, at: object = NOW) -> dict[str, Any]:
    """An answer that is one number without a series."""
    return {"status": "success", "data": {"resultType": "scalar", "result": [at, value]}}


def of_type(kind: str, result: object) -> dict[str, Any]:
    """An answer of another type."""
    return {"status": "success", "data": {"resultType": kind, "result": result}}


def test_one_value_is_a_sample(prometheus: Prometheus, probe: PrometheusProbe) -> None:
    """Value and time come through; the question arrives as it was asked."""
    prometheus.says(vector("0.25", at=NOW - 3))
    assert probe.ask('rate(x{a="b&c"}[5m]) + 1') == Sample(0.25, NOW - 3)
    path, query, token = prometheus.asked[0]
    assert path == "/prom/api/v1/query"
    assert query == {"query": ['rate(x{a="b&c"}[5m]) + 1'], "lookback_delta": ["60.000"]}
    assert token is None


def test_a_scalar_is_a_sample(prometheus: Prometheus, probe: PrometheusProbe) -> None:
    """What has no series is one number all the same."""
    prometheus.says(scalar("1e3"))
    assert probe.ask("scalar(x)") == Sample(1000.0, NOW)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (vector(), Empty()),
        (vector("1", "2"), "probe-many"),
        (vector("NaN"), "probe-not-a-number"),
        (vector("+Inf"), "probe-not-a-number"),
        (scalar("-Inf"), "probe-not-a-number"),
        (vector("1", at=NOW - 61), Stale(61.0)),
        (vector("1", at=NOW - 60), Sample(1.0, NOW - 60)),
        (scalar("1", at=0), Stale(NOW)),
        (vector("1", at=NOW + 31), "probe-clock"),
        (vector("1", at=NOW + 29), Sample(1.0, NOW + 29)),
        (vector("1", at=math.nan), "probe-not-a-number"),
        (vector("1", at="soon"), "probe-unreadable"),
        (vector("one"), "probe-unreadable"),
        (vector(1), "probe-unreadable"),
        (vector(None), "probe-unreadable"),
        (of_type("matrix", [{"metric": {}, "values": [[NOW, "1"]]}]), "probe-not-a-number"),
        (of_type("string", [NOW, "up"]), "probe-not-a-number"),
        (of_type("vector", [{"metric": {}, "histogram": [NOW, {}]}]), "probe-unreadable"),
        (of_type("vector", {}), "probe-not-a-number"),
        (of_type("vector", [7]), "probe-unreadable"),
        (of_type("scalar", [NOW]), "probe-unreadable"),
        ({"status": "success"}, "probe-unreadable"),
        ({"status": "success", "data": []}, "probe-unreadable"),
        ({"status": "error", "error": "x"}, "probe-unreadable"),
        ({**vector("1"), "warnings": ["no store responded"]}, "probe-partial"),
        ({**vector("1"), "warnings": "store gone"}, "probe-partial"),
        ({**vector("1"), "warnings": ["PromQL info: no counter"]}, Sample(1.0, NOW)),
        ({**vector("1"), "infos": ["PromQL info: no counter"]}, Sample(1.0, NOW)),
        ([], "probe-unreadable"),
        ("up", "probe-unreadable"),
        (1, "probe-unreadable"),
    ],
)
def test_what_an_answer_means(
    prometheus: Prometheus, probe: PrometheusProbe, said: object, expected: Reading | str
) -> None:
    """Only a fresh, finite, single number is one."""
    prometheus.says(said)
    found = probe.ask("x")
    if isinstance(expected, str):
        assert isinstance(found, Bad)
        assert found.code == expected
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("scraped", "expected"),
    [
        (NOW - 60, Sample(1.0, NOW)),
        (NOW - 61, Stale(61.0)),
        (None, Empty()),
    ],
)
def test_a_number_is_only_as_fresh_as_the_last_scrape(
    prometheus: Prometheus, probe: PrometheusProbe, scraped: float | None, expected: Reading
) -> None:
    """A Prometheus that scrapes no more, or not yet, knows nothing of now."""
    prometheus.says(vector("1"))
    prometheus.scraped = scraped
    assert probe.ask("x") == expected


@pytest.mark.parametrize("status", [204, 302, 400, 401, 404, 422, 429, 500, 503])
def test_a_status_but_200_is_refused(
    prometheus: Prometheus, probe: PrometheusProbe, status: int
) -> None:
    """Whatever the body holds, and wherever a redirect would lead."""
    prometheus.says(vector("1"), status)
    prometheus.headers = {"Location": "/elsewhere"}
    if status == 204:
        prometheus.body = b""
    found = probe.ask("x")
    assert found == Bad("probe-refused", str(status))
    assert len(prometheus.asked) == 1


def test_prometheus_own_word_goes_along(prometheus: Prometheus, probe: PrometheusProbe) -> None:
    """Bad PromQL is said as Prometheus says it, on one line and short."""
    error = {"status": "error", "errorType": "bad_data", "error": "parse error:\n" + "x" * 500}
    prometheus.says(error, 400)
    found = probe.ask("sum(")
    assert isinstance(found, Bad)
    assert found.detail.startswith("400 bad_data: parse error: xxx")
    assert len(found.detail) == 200


@pytest.mark.parametrize("body", [b"", b"<html>secret-page</html>", b"{", b"\xff", b"[" * 100_000])
def test_a_page_that_is_no_json_is_unreadable(
    prometheus: Prometheus, probe: PrometheusProbe, body: bytes
) -> None:
    """A proxy's page is neither health nor worth a word of it in a log."""
    prometheus.body = body
    found = probe.ask("x")
    assert found == Bad("probe-unreadable", "this is no answer of Prometheus")


def test_an_answer_without_end_is_too_large(prometheus: Prometheus, probe: PrometheusProbe) -> None:
    """More than a number could need."""
    prometheus.says(vector(*["1"] * 40_000))
    found = probe.ask("x")
    assert isinstance(found, Bad)
    assert found.code == "probe-too-large"


def test_the_token_is_sent_and_never_shown(served: tuple[Prometheus, str]) -> None:
    """As a bearer token, to that host alone."""
    served[0].says(vector("1"))
    served[0].asked.clear()
    probe = PrometheusProbe(served[1], "tok3n-of-mine", clock=lambda: NOW)
    assert probe.ask("x") == Sample(1.0, NOW)
    assert served[0].asked[-1][2] == "Bearer tok3n-of-mine"
    assert "tok3n" not in repr(probe)


@pytest.mark.parametrize("question", ["", "  ", "x" * 2_001])
def test_what_is_no_question_is_not_asked(
    prometheus: Prometheus, probe: PrometheusProbe, question: str
) -> None:
    """Nothing, or an expression that no URL could carry."""
    found = probe.ask(question)
    assert isinstance(found, Bad)
    assert prometheus.asked == []


def test_nobody_there_is_unreachable() -> None:
    """A refused connection is no health."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = PrometheusProbe(f"http://127.0.0.1:{port}", timeout=1).ask("up")
    assert isinstance(found, Bad)
    assert found.code == "probe-unreachable"


def test_silence_times_out() -> None:
    """A server that accepts and says nothing does not hold anybody up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        found = PrometheusProbe(f"http://127.0.0.1:{port}", timeout=0.2).ask("up")
    assert found == Bad("probe-timeout", "no answer within 0.2 s")


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="Prometheus is not installed")
def test_a_real_prometheus_is_understood(tmp_path: Path) -> None:
    """A number, nothing, several, NaN and bad PromQL, as the real server answers them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    config = tmp_path / "prometheus.yml"
    scrape = f"[{{job_name: itself, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]"
    config.write_text(f"global: {{scrape_interval: 1s}}\nscrape_configs: {scrape}\n")
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={tmp_path}/data"]
    command.append(f"--web.listen-address=127.0.0.1:{port}")
    probe = PrometheusProbe(f"http://127.0.0.1:{port}")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        try:
            found: Reading = Empty()
            for _ in range(400):
                found = probe.ask("up + 1")
                if isinstance(found, Sample):
                    break
                time.sleep(0.05)
            assert isinstance(found, Sample)
            assert found.value == 2.0
            assert isinstance(probe.ask("2 * 3"), Sample)
            assert probe.ask("no_such_metric") == Empty()
            codes = {
                'label_replace(vector(1), "a", "1", "", "") or vector(2)': "probe-many",
                "vector(0) / vector(0)": "probe-not-a-number",
                "sum(": "probe-refused",
                "no_such_metric[5m]": "probe-not-a-number",
            }
            for question, code in codes.items():
                bad = probe.ask(question)
                assert isinstance(bad, Bad), question
                assert bad.code == code
        finally:
            run.terminate()
