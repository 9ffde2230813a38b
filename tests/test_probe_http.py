"""HttpProbe: a status is a sample; what may not be asked, or does not answer, never is."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.adapters.bounded_http import plain
from bot.adapters.http_probe import HttpProbe
from bot.core.hosts import named_hosts
from bot.ports import Bad, Sample
from bot.sandbox.loopback import Loopback

NOW = 1_800_000_000.0


async def _status(request: Request) -> Response:
    return Response(f"host {request.headers['host']}", request.path_params["code"])


async def _move(request: Request) -> Response:
    return RedirectResponse(request.query_params["to"])


async def _flood(_request: Request) -> Response:
    async def pieces() -> object:
        for _ in range(40):
            yield b"x" * 65_536

    return StreamingResponse(pieces())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server with a page for every status, redirects, and a page of megabytes."""
    routes = [Route("/status/{code:int}", _status), Route("/move", _move), Route("/flood", _flood)]
    with Loopback(Starlette(routes=routes)) as server:
        yield server.url


@pytest.fixture
def probe() -> HttpProbe:
    """May ask this machine, which is not usual."""
    return HttpProbe(timeout=2.0, hosts=["127.0.0.0/8", "::1"], clock=lambda: NOW)


def code(found: object) -> str:
    """The code of a reading that is Bad."""
    assert isinstance(found, Bad), found
    return found.code


@pytest.mark.parametrize("status", [200, 204, 301, 404, 500, 503])
def test_the_status_is_the_number(url: str, probe: HttpProbe, status: int) -> None:
    """A good one and a bad one are both answers; a redirect to nowhere is none."""
    found = probe.ask(f"{url}/status/{status}")
    if status == 301:
        assert code(found) == "probe-refused"
    else:
        assert found == Sample(float(status), NOW)


def test_a_redirect_on_the_same_host_is_followed(url: str, probe: HttpProbe) -> None:
    """To another page of the same server, a few times."""
    assert probe.ask(f"{url}/move?to=/status/200") == Sample(200.0, NOW)


def test_a_redirect_in_a_circle_ends(url: str, probe: HttpProbe) -> None:
    """A page that leads to itself is left after a few times."""
    circle = f"{url}/move?to=%2Fmove%3Fto%3D%2Fstatus%2F200"
    assert probe.ask(circle) == Sample(200.0, NOW)
    nested = "/status/200"
    for _ in range(5):
        nested = "/move?to=" + nested.replace("%", "%25").replace("?", "%3F").replace("=", "%3D")
    assert code(probe.ask(url + nested)) == "probe-refused"


@pytest.mark.parametrize(
    "to", ["http://localhost:1/x", "http://127.0.0.2/x", "file:///etc/passwd", "//10.0.0.1/"]
)
def test_a_redirect_elsewhere_is_not_followed(url: str, probe: HttpProbe, to: str) -> None:
    """Not to another host, even one that may be asked, nor out of HTTP."""
    assert code(probe.ask(f"{url}/move?to={to}")) in {"probe-refused", "probe-forbidden"}


@pytest.mark.parametrize(
    "question",
    [
        *("", "x", "/status/200", "ftp://127.0.0.1/", "file:///etc/passwd", "http://"),
        *("http://me:secret@127.0.0.1/", "javascript:alert(1)", "http://[::1", "http://a b/"),
    ],
)
def test_only_plain_urls_are_asked(probe: HttpProbe, question: str) -> None:
    """Neither other schemes, nor credentials, nor what is no URL; and nothing of it is repeated."""
    found = probe.ask(question)
    assert code(found) in {"probe-forbidden", "probe-unreachable"}
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0.0.0.0", "[::]", "[fe80::1]"),
        *("[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[64:ff9b::7f00:1]", "224.0.0.1"),
        *("[fd00:ec2::254]", "168.63.129.16", "[2002:7f00:1::]", "2130706433", "0x7f.1"),
        *("255.255.255.255", "240.0.0.1"),
    ],
)
def test_what_only_this_machine_reaches_is_not_asked_unless_named(host: str) -> None:
    """Loopback, link-local and the clouds' metadata, however they are written."""
    assert code(HttpProbe(timeout=2.0).ask(f"http://{host}:9/x")) == "probe-forbidden"


def test_a_host_that_is_not_named_is_not_asked(url: str) -> None:
    """With names set, only those."""
    probe = HttpProbe(timeout=2.0, hosts=["api.example.com", "10.0.0.0/8"])
    assert code(probe.ask(f"{url}/status/200")) == "probe-forbidden"


def test_a_host_may_be_named(url: str) -> None:
    """By its name, whatever address that has; the server is asked by its name."""
    there = url.replace("127.0.0.1", "localhost")
    probe = HttpProbe(timeout=2.0, hosts=["LocalHost"], clock=lambda: NOW)
    found = probe.ask(f"{there}/status/200")
    assert found == Sample(200.0, NOW)


def test_a_name_nobody_knows_is_unreachable(probe: HttpProbe) -> None:
    """The name server's no is no health."""
    assert code(probe.ask("http://no-such-host.invalid/")) == "probe-unreachable"


def test_a_large_page_counts_by_its_status(url: str, probe: HttpProbe) -> None:
    """It is not read to its end."""
    assert probe.ask(f"{url}/flood") == Sample(200.0, NOW)


@contextmanager
def mute(*first: bytes) -> Iterator[str]:
    """A server that says a little and then nothing more."""
    stop = threading.Event()

    def serve(listener: socket.socket) -> None:
        listener.settimeout(0.05)
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with closing(connection):
                for piece in first:
                    connection.sendall(piece)
                stop.wait(5)

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


@pytest.mark.parametrize(
    "first", [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n",), (b"HTTP/1.1 200 OK\r\n\r\nx",)]
)
def test_half_an_answer_is_none(first: tuple[bytes, ...]) -> None:
    """Whatever it has said so far: the time is up."""
    with mute(*first) as there:
        found = HttpProbe(timeout=0.3, hosts=["127.0.0.1"]).ask(there)
    assert code(found) == "probe-timeout"


def test_what_is_no_http_is_unreachable() -> None:
    """A server that speaks something else."""
    with mute(b"220 mail.example.com ESMTP\r\n\r\n") as there:
        found = HttpProbe(timeout=1.0, hosts=["127.0.0.1"]).ask(there)
    assert code(found) in {"probe-unreachable", "probe-unreadable"}


@pytest.mark.parametrize(
    "hosts", [[""], ["10.0.0.0/40"], ["a/b"], ["10.0.0.1/8"], ["1.2.3"], ["a:80"]]
)
def test_what_is_no_host_is_not_taken(hosts: list[str]) -> None:
    """A slip in the list must not open or close a door quietly."""
    with pytest.raises(ValueError, match="no host"):
        named_hosts(hosts)


@pytest.mark.parametrize(
    ("wrapped", "inner"),
    [
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("64:ff9b::a00:1", "10.0.0.1"),
        ("2002:a00:1::", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_a_wrapped_address_is_looked_into(wrapped: str, inner: str) -> None:
    """IPv4 in IPv6 is the IPv4 address."""
    assert plain(ipaddress.ip_address(wrapped)) == ipaddress.ip_address(inner)
