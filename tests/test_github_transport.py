"""How GitHub is asked: tokens, limits, retries, pages and errors, against a scripted server."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.adapters.github.client import Addresses
from bot.adapters.github.hub import AppKey, GitHubHub
from bot.adapters.github.limits import PATIENCE, RATES, Limits, held_for
from bot.adapters.github.paths import of, of_ref
from bot.adapters.github.tokens import EARLY, proof
from bot.adapters.github.trouble import Answer, Refusal, scrubbed
from bot.core.repo import Repo
from bot.hub import HubError
from bot.sandbox.loopback import Loopback

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
REPO = Repo(installation=7, id=70, owner="acme", name="fleet")
ROOT = "/repos/acme/fleet"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = _KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
).decode()
KEY = AppKey("1234", PEM)


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any


@dataclass
class Scripted:
    """Answers in order for each "METHOD /path"; the last one stays. What was asked is kept.

    An answer is ``(status, data)`` or ``(status, data, headers)``; data in bytes goes out as it is.
    """

    answers: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def on(self, what: str, *answers: tuple[Any, ...]) -> None:
        """Answer ``what`` so."""
        self.answers[what] = list(answers)

    def names(self) -> list[str]:
        """What was asked, without tokens."""
        every = [f"{one.method} {one.path}" for one in self.asked]
        return [one for one in every if "access_tokens" not in one]

    def last(self, method: str) -> Any:  # noqa: ANN401 - a JSON value
        """The body of the last request of that method."""
        return [one.body for one in self.asked if one.method == method][-1]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Serve one request."""
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        path = scope["raw_path"].decode().removeprefix("/api/v3")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        asked = Asked(
            scope["method"],
            path,
            scope["query_string"].decode(),
            headers,
            json.loads(body) if body else None,
        )
        self.asked.append(asked)
        await _answer(send, *self._pick(asked))

    def _pick(self, asked: Asked) -> tuple[Any, ...]:
        waiting = self.answers.get(f"{asked.method} {asked.path}")
        if waiting is None:
            return (404, {"message": "Not Found"})
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


async def _lifespan(receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})


async def _answer(
    send: Any,  # noqa: ANN401 - ASGI
    status: int,
    data: Any,  # noqa: ANN401 - a JSON value
    headers: dict[str, str] | None = None,
) -> None:
    body = (
        data if isinstance(data, bytes) else json.dumps(data).encode() if data is not None else b""
    )
    given = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    given.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": body})


class Time:
    """A clock that stands until somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Time goes on."""
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def clock(self) -> datetime:
        """What time it is."""
        return self.now


def token_answer(text: str, ends: datetime) -> tuple[int, dict[str, str]]:
    """What GitHub answers to the making of a token."""
    return (201, {"token": text, "expires_at": ends.strftime("%Y-%m-%dT%H:%M:%SZ")})


@dataclass
class World:
    """A hub, the server it asks, its clock, and what it told of requests."""

    server: Scripted
    hub: GitHubHub
    time: Time
    told: list[tuple[str, str, int]]
    url: str


@contextmanager
def scripted(url: str, server: Scripted, reviewer: AppKey | None = None) -> Iterator[World]:
    """A world in which only tokens and the App itself are answered."""
    time = Time()
    told: list[tuple[str, str, int]] = []
    server.answers.clear()
    server.asked.clear()
    tokens = "POST /app/installations/7/access_tokens"
    server.on(tokens, token_answer("ghs_first", NOW + timedelta(hours=1)))
    server.on("GET /app", (200, {"slug": "cfgbot", "id": 1}))
    hub = GitHubHub(
        KEY,
        reviewer,
        url=url,
        sleep=time.sleep,
        clock=time.clock,
        on_request=lambda *what: told.append(what),
    )
    try:
        yield World(server, hub, time, told, url)
    finally:
        hub.close()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Scripted]]:
    """A scripted server, one for all tests of the module."""
    server = Scripted()
    with Loopback(server) as loopback:
        yield loopback.url, server


@pytest.fixture
def world(served: tuple[str, Scripted]) -> Iterator[World]:
    """A hub at a scripted server."""
    with scripted(*served) as world:
        yield world


REF = f"{ROOT}/branches/main"
_COMMIT = {"sha": "a" * 40, "commit": {"tree": {"sha": "b" * 40}}}
AT_MAIN = (200, {"name": "main", "commit": _COMMIT})


def test_addresses_follow_the_web_address() -> None:
    """github.com has hosts of its own; an Enterprise Server answers below its root."""
    dotcom = Addresses.of("https://github.com/")
    assert dotcom.rest == "https://api.github.com"
    assert dotcom.graphql == "https://api.github.com/graphql"
    assert dotcom.clone("a/b") == "https://github.com/a/b.git"
    server = Addresses.of("https://git.example.com")
    assert server.rest == "https://git.example.com/api/v3"
    assert server.graphql == "https://git.example.com/api/graphql"


def test_a_key_is_never_shown() -> None:
    """Neither key nor token stands in a repr."""
    assert "PRIVATE" not in repr(KEY)
    assert KEY.app_id in repr(KEY)


def test_the_app_proves_itself_with_a_short_signed_word() -> None:
    """Signed by its key, begun a minute ago, ended within GitHub's ten minutes."""
    claims = jwt.decode(proof(KEY, datetime.now(UTC)), _KEY.public_key(), algorithms=["RS256"])
    assert claims["iss"] == "1234"
    assert 0 < claims["exp"] - claims["iat"] <= 600


def test_a_useless_key_says_nothing_of_itself(world: World) -> None:
    """A key that is no PEM is a HubError without its text."""
    hub = GitHubHub(AppKey("1", "not-a-pem-SECRET"), url=world.url)
    with pytest.raises(HubError) as caught:
        hub.branch_head(REPO, "main")
    hub.close()
    assert caught.value.code == "hub-forbidden"
    assert "SECRET" not in repr(caught.value)


def test_one_token_serves_until_it_is_nearly_old(world: World) -> None:
    """A token is asked for once, and again when less than ten minutes are left."""
    world.server.on(f"GET {REF}", AT_MAIN)
    making = "POST /app/installations/7/access_tokens"
    world.server.on(
        making,
        token_answer("ghs_one", NOW + timedelta(hours=1)),
        token_answer("ghs_two", NOW + timedelta(hours=2)),
    )
    for _ in range(3):
        world.hub.branch_head(REPO, "main")
    assert world.hub.token(REPO) == "ghs_one"
    world.time.now += timedelta(hours=1) - EARLY + timedelta(seconds=1)
    assert world.hub.token(REPO) == "ghs_two"
    made = [one for one in world.server.asked if f"{one.method} {one.path}" == making]
    assert len(made) == 2
    assert made[0].headers["authorization"].startswith("Bearer ey")


def test_threads_share_one_token(world: World) -> None:
    """Eight threads at once make one token."""
    threads = [threading.Thread(target=world.hub.token, args=(REPO,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.server.asked) == 1


def test_a_token_that_is_not_taken_any_more_is_made_anew(world: World) -> None:
    """A 401 makes one new token and one more try, not two."""
    world.server.on(f"GET {REF}", (401, {"message": "Bad credentials"}), AT_MAIN)
    assert world.hub.branch_head(REPO, "main") == "a" * 40
    world.server.on(f"GET {REF}", (401, {"message": "Bad credentials"}))
    with pytest.raises(HubError) as caught:
        world.hub.branch_head(REPO, "main")
    assert (caught.value.code, caught.value.facts["detail"]) == ("hub-forbidden", "Bad credentials")
    assert world.server.names().count(f"GET {REF}") == 4


def test_every_request_is_told_of_and_names_its_version(world: World) -> None:
    """``on_request`` gets method, path and status, of tokens too; the version is asked for."""
    world.server.on(f"GET {REF}", AT_MAIN)
    world.hub.branch_head(REPO, "main")
    assert world.told == [
        ("POST", "/app/installations/7/access_tokens", 201),
        ("GET", REF, 200),
    ]
    assert world.server.asked[-1].headers["x-github-api-version"] == "2022-11-28"
    assert world.server.asked[-1].headers["authorization"] == "token ghs_first"


def test_a_read_is_tried_again_while_github_is_away(world: World) -> None:
    """Three failures of the server, then the answer."""
    world.server.on(f"GET {REF}", (502, b"<html>bad</html>"), (503, {}), (500, {}), AT_MAIN)
    assert world.hub.branch_head(REPO, "main") == "a" * 40
    assert len(world.time.slept) == 3
    assert world.time.slept[0] < world.time.slept[1] < world.time.slept[2] <= 9


def test_patience_with_a_server_that_is_away_ends(world: World) -> None:
    """Four tries, then hub-unreachable with what the server said."""
    world.server.on(f"GET {REF}", (503, {"message": "No server is currently available"}))
    with pytest.raises(HubError) as caught:
        world.hub.branch_head(REPO, "main")
    assert caught.value.code == "hub-unreachable"
    assert "No server is currently available" in caught.value.facts["detail"]
    assert world.server.names().count(f"GET {REF}") == 4


def test_nobody_there_is_unreachable() -> None:
    """A port that refuses is hub-unreachable, told of with status 0."""
    time = Time()
    told: list[tuple[str, str, int]] = []
    with Loopback(Scripted()) as loopback:
        url = loopback.url
    hub = GitHubHub(
        KEY, url=url, sleep=time.sleep, clock=time.clock, on_request=lambda *x: told.append(x)
    )
    with pytest.raises(HubError) as caught:
        hub.token(REPO)
    hub.close()
    assert caught.value.code == "hub-unreachable"
    assert [status for _, _, status in told] == [0, 0, 0, 0]


def test_a_page_that_is_not_from_github_is_not_believed(world: World) -> None:
    """A success that is not JSON (a portal's page) is no answer."""
    world.server.on(f"GET {REF}", (200, b"<html>log in</html>"))
    with pytest.raises(HubError) as caught:
        world.hub.branch_head(REPO, "main")
    assert caught.value.code == "hub-unreachable"


def test_an_answer_of_another_form_is_a_hub_error(world: World) -> None:
    """A success without what it must hold is refused, not a KeyError."""
    world.server.on(f"GET {REF}", (200, {"unexpected": True}))
    with pytest.raises(HubError) as caught:
        world.hub.branch_head(REPO, "main")
    assert caught.value.code == "hub-refused"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "hub-refused"),
        (403, "hub-forbidden"),
        (404, "hub-missing"),
        (410, "hub-missing"),
        (422, "hub-refused"),
        (451, "hub-refused"),
    ],
)
def test_statuses_have_codes(world: World, status: int, code: str) -> None:
    """Each refusal has the code that bot.hub gives it, and GitHub's words as a fact."""
    said = {"message": "No", "errors": [{"resource": "X", "code": "bad"}, {"message": "why"}]}
    world.server.on(f"GET {ROOT}/pulls/1", (status, said))
    with pytest.raises(HubError) as caught:
        world.hub.pull(REPO, 1)
    assert caught.value.code == code
    assert caught.value.facts["detail"] == "No; X bad; why"


def test_a_refusal_can_travel() -> None:
    """Pickled and read again it says the same."""
    error = Refusal("hub-refused", 422, "token ghs_abcdefghijklmnop1234 is bad")
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.status, again.facts) == (error.code, 422, error.facts)
    assert "ghs_" not in str(again.facts)


@pytest.mark.parametrize(
    "text",
    [
        "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
        "Authorization: Bearer abcdefghijklmnopqrstuv",
        "Basic eC1hY2Nlc3MtdG9rZW46Z2hzXzEyMw==",
        "eyJhbGciOi.eyJpc3MiOi.c2ln",
        "https://x-access-token:ghs_1234@github.com/a/b.git",
        "github_pat_11ABCDEFG0123456789_abc",
    ],
)
def test_nothing_that_opens_a_door_is_shown(text: str) -> None:
    """Tokens, signed words and passwords in addresses are hidden, in one short line."""
    shown = scrubbed(f"it said:\n {text} " + "x" * 500)
    assert "\n" not in shown
    assert len(shown) <= 300
    for secret in ("ghs_1", "abcdefgh", "eC1hY2", "eyJ", "11ABC"):
        assert secret not in shown


def test_a_short_limit_is_waited_for_even_by_a_write(world: World) -> None:
    """A secondary limit with Retry-After: nothing happened, so the write goes out again."""
    limit = (403, {"message": "You have exceeded a secondary rate limit."}, {"retry-after": "13"})
    path = f"{ROOT}/issues/5/labels"
    world.server.on(f"POST {path}", limit, (200, []))
    world.hub.label(REPO, 5, ["cfg"])
    assert world.time.slept == [13]
    assert world.server.names().count(f"POST {path}") == 2


def test_a_long_limit_is_said_at_once_and_nobody_knocks_again(world: World) -> None:
    """The primary limit with 40 minutes to go: hub-limited, and no further request until then."""
    reset = str(int((NOW + timedelta(minutes=40)).timestamp()))
    limit = (
        403,
        {"message": "API rate limit exceeded for installation ID 7."},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset},
    )
    world.server.on(f"GET {REF}", limit, AT_MAIN)
    for _ in range(2):
        with pytest.raises(HubError) as caught:
            world.hub.branch_head(REPO, "main")
        assert (caught.value.code, caught.value.facts["seconds"]) == ("hub-limited", "2400")
    assert world.server.names().count(f"GET {REF}") == 1
    world.time.now += timedelta(minutes=40)
    assert world.hub.branch_head(REPO, "main") == "a" * 40


def test_limits_without_end_are_given_up(world: World) -> None:
    """GitHub says wait three times: then it is the caller's turn to wait."""
    world.server.on(f"GET {REF}", (429, {"message": "slow down"}, {"retry-after": "20"}))
    with pytest.raises(HubError) as caught:
        world.hub.branch_head(REPO, "main")
    assert (caught.value.code, caught.value.facts["seconds"]) == ("hub-limited", "20")
    assert len(world.time.slept) == 2


@pytest.mark.parametrize(
    ("status", "message", "headers", "seconds"),
    [
        (403, "Resource not accessible by integration", {"x-ratelimit-remaining": "4000"}, None),
        (404, "Not Found", {"retry-after": "5"}, None),
        (403, "You have exceeded a secondary rate limit", {}, 60),
        (403, "You have triggered an abuse detection mechanism", {}, 60),
        (403, "API rate limit exceeded", {}, 60),
        (429, "", {}, 60),
        (429, "", {"retry-after": "Mon, 01 Jun 2026 12:00:30 GMT"}, 30),
        (403, "", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 60),
        (403, "", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, 1),
        (403, "", {"retry-after": "soon"}, 60),
    ],
)
def test_a_limit_is_known_by_what_github_documents(
    status: int, message: str, headers: dict[str, str], seconds: float | None
) -> None:
    """By header first, by words where there is none; a plain 403 is no limit."""
    assert held_for(Answer(status, headers, {"message": message}), NOW) == seconds


def test_a_malformed_limit_is_a_limit(world: World) -> None:
    """A Retry-After that is a date does not break the client below."""
    limit = (429, {"message": "wait"}, {"retry-after": "Mon, 01 Jun 2026 12:00:30 GMT"})
    world.server.on(f"GET {REF}", limit, AT_MAIN)
    assert world.hub.branch_head(REPO, "main") == "a" * 40
    assert world.time.slept[0] > 0


def test_a_single_change_is_never_slowed() -> None:
    """Twenty writes in a row go out at once."""
    time = Time()
    limits = Limits(time.sleep, time.clock)
    for _ in range(RATES[0].burst):
        limits.pace("a")
    assert time.slept == []
    limits.pace("b")
    assert time.slept == []


def test_writes_stay_below_what_github_allows() -> None:
    """In no minute more than 80, in no hour more than 500, however many are asked for."""
    time = Time()
    limits = Limits(time.sleep, time.clock)
    at: list[datetime] = []
    while len(at) < 700:
        try:
            limits.pace("a")
            at.append(time.now)
        except HubError as error:
            time.now += timedelta(seconds=float(error.facts["seconds"]))
    for window, most in ((timedelta(minutes=1), 80), (timedelta(hours=1), 500)):
        for start in at:
            assert sum(start <= one < start + window for one in at) <= most
    assert max(time.slept) <= PATIENCE


def test_only_a_stand_in_is_written_to_faster() -> None:
    """Fifty times as fast where told so; never faster than one pace for all of an actor's writes."""
    time = Time()
    limits = Limits(time.sleep, time.clock, hurry=50.0)
    for _ in range(RATES[0].burst + 100):
        limits.pace("a")
    assert 0 < sum(time.slept) <= (RATES[0].burst + 100) * RATES[1].every / 50


def test_pages_are_followed_by_their_query_alone(world: World) -> None:
    """The next page is asked of the same address, whatever host the link names."""
    path = f"{ROOT}/commits/abc/check-runs"
    link = {"link": '<https://evil.example/x?page=2&per_page=100>; rel="next"'}
    run = {"id": 1, "name": "x", "status": "completed", "conclusion": "success", "app": None}
    world.server.on(
        f"GET {path}",
        (200, {"check_runs": [run]}, link),
        (200, {"check_runs": [{**run, "id": 2, "name": "y"}]}),
    )
    world.server.on(f"GET {ROOT}/commits/abc/status", (200, {"statuses": []}))
    assert [check.name for check in world.hub.checks(REPO, "abc")] == ["x", "y"]
    assert [one.query for one in world.server.asked if one.path == path] == [
        "per_page=100&filter=latest",
        "page=2&per_page=100",
    ]


def test_names_cannot_leave_their_place() -> None:
    """A slash in a name is quoted, a dot-dot refused; a branch's slashes stay."""
    assert of("users", "a/b") == "/users/a%2Fb"
    assert of_ref(REPO, "ref", "cfgbot/5-ab?c") == f"{ROOT}/git/ref/heads/cfgbot/5-ab%3Fc"
    with pytest.raises(ValueError, match="no such path"):
        of("repos", "..", "x")
