"""Errands on DBOS: once each, one at a time a repository, and never without a word."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.adapters.database import open_engine
from bot.adapters.sql_ledger import SqlLedger
from bot.core.repo import Repo, Spoken, Where
from bot.core.request import Language
from bot.desk.office import Do, Errand, Flow, Lane, Office
from bot.desk.task import Judged, State, new_task
from bot.durable import Durable
from bot.hub import HubError


@dataclass(frozen=True)
class Desk:
    """All of an office that these flows use."""

    pace: float = 0.01


@dataclass
class Bench:
    """A running Durable, and what it gave up."""

    durable: Durable
    given_up: list[tuple[str, str]] = field(default_factory=list)

    def wait(self, done: Callable[[], bool] | None = None) -> None:
        """Until nothing is left to do."""
        for _ in range(1500):
            if done() if done else self.durable.unfinished() == 0:
                return
            time.sleep(0.02)
        raise AssertionError("errands are left")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own, from a wheel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns of a bare machine
        import pgserver  # noqa: PLC0415 - its import warns, too

        folder = tmp_path_factory.mktemp("pg")
        for parent in (folder, *folder.parents[:3]):
            parent.chmod(0o755)  # the server runs as a user of its own
        server = pgserver.postgres_server.get_server(folder / "data")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each test runs on both databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/cfgbot.db"
    server = str(request.getfixturevalue("postgres"))
    name = f"t{abs(hash(str(tmp_path))) % 10**12}"
    engine = open_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


@contextmanager
def bench(url: str, flows: Mapping[str, Flow], version: str = "1") -> Iterator[Bench]:
    """Errands of ``flows`` are worked within this block."""
    engine = open_engine(url)
    given_up: list[tuple[str, str]] = []

    def give_up(_office: Office, errand: Errand, code: str, _facts: Mapping[str, str]) -> None:
        given_up.append((errand.key, code))

    durable = Durable(
        engine, cast("Office", Desk()), flows, give_up, poll_seconds=0.02, version=version
    )
    durable.start()
    try:
        yield Bench(durable, given_up)
    finally:
        durable.stop()
        engine.dispose()


def errand(key: str, **more: Any) -> Errand:  # noqa: ANN401 - any field
    """An errand of kind "t" on the answering lane."""
    return replace(Errand("t", key, {"key": key}, Lane.ANSWERS), **more)


def test_the_same_errand_twice_is_done_once(url: str) -> None:
    """A redelivered webhook, and again after it is done."""
    done: list[str] = []

    def flow(_office: Office, do: Do, payload: dict[str, Any]) -> list[Errand]:
        do("act", lambda: done.append(payload["key"]))
        return []

    with bench(url, {"t": flow}) as made:
        for _ in range(3):
            made.durable.enqueue(errand("one"))
        made.wait()
        made.durable.enqueue(errand("one"))
        made.wait()
    assert done == ["one"]


def test_one_change_at_a_time_in_a_repository_and_many_beside(url: str) -> None:
    """Two of the same partition never overlap; another partition does not wait for them."""
    running: set[str] = set()
    overlaps: set[frozenset[str]] = set()
    lock = threading.Lock()

    def flow(_office: Office, do: Do, payload: dict[str, Any]) -> list[Errand]:
        with lock:
            running.add(payload["key"])
            overlaps.add(frozenset(running))
        do("act", lambda: time.sleep(0.15))
        with lock:
            running.discard(payload["key"])
        return []

    with bench(url, {"t": flow}) as made:
        for key in ("a1", "a2", "a3", "b1"):
            made.durable.enqueue(errand(key, lane=Lane.CHANGES, partition=key[0]))
        made.wait()
    assert not any(len({key for key in group if key.startswith("a")}) > 1 for group in overlaps)
    assert any({"b1"} < group for group in overlaps)


def test_what_waits_for_its_time_holds_no_partition(url: str) -> None:
    """An errand for later lets the next one of its repository through."""
    order: list[str] = []

    def flow(_office: Office, do: Do, payload: dict[str, Any]) -> list[Errand]:
        do("act", lambda: order.append(payload["key"]))
        return []

    with bench(url, {"t": flow}) as made:
        # long enough that a loaded machine starts the other one before
        made.durable.enqueue(errand("later", lane=Lane.CHANGES, partition="a", delay=6.0))
        made.durable.enqueue(errand("now", lane=Lane.CHANGES, partition="a"))
        made.wait()
    assert order == ["now", "later"]


def test_trouble_that_passes_is_tried_again(url: str) -> None:
    """GitHub is away for a while: the errand ends well and nobody is told of a failure."""
    tries: list[int] = []

    def act() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise HubError("hub-unreachable", detail="down")
        return "up"

    def flow(_office: Office, do: Do, _payload: dict[str, Any]) -> list[Errand]:
        do("act", act)
        return []

    with bench(url, {"t": flow}) as made:
        made.durable.enqueue(errand("patient"))
        made.wait()
        assert made.given_up == []
    assert len(tries) == 3


@pytest.mark.parametrize("error", [HubError("hub-forbidden", detail="no"), ValueError("bug")])
def test_trouble_that_stays_ends_in_a_word(url: str, error: Exception) -> None:
    """A missing permission, or a bug of ours: told once, not tried for ever."""

    def act() -> None:
        raise error

    def flow(_office: Office, do: Do, _payload: dict[str, Any]) -> list[Errand]:
        do("act", act)
        return [errand("never")]

    with bench(url, {"t": flow}) as made:
        made.durable.enqueue(errand("hopeless"))
        made.wait()
        code = error.code if isinstance(error, HubError) else "internal"
        assert made.given_up == [("hopeless", code)]


def test_what_follows_an_errand_is_done_too(url: str) -> None:
    """A chain of three, each begun by the one before."""
    order: list[str] = []

    def flow(_office: Office, do: Do, payload: dict[str, Any]) -> list[Errand]:
        do("act", lambda: order.append(payload["key"]))
        number = int(payload["key"])
        return [errand(str(number + 1))] if number < 3 else []

    with bench(url, {"t": flow}) as made:
        made.durable.enqueue(errand("1"))
        made.wait(lambda: len(order) == 3 and made.durable.unfinished() == 0)
    assert order == ["1", "2", "3"]


def test_an_older_versions_errands_are_begun_anew(url: str) -> None:
    """What waited under version 1 runs under version 2, once."""
    done: list[str] = []

    def flow(_office: Office, do: Do, payload: dict[str, Any]) -> list[Errand]:
        do("act", lambda: done.append(payload["key"]))
        return []

    with bench(url, {"t": flow}, version="1") as old:
        old.durable.enqueue(errand("left", delay=1.5))
    assert done == []
    with bench(url, {"t": flow}, version="2") as new:
        new.wait()
    assert done == ["left"]


def test_a_task_is_read_back_as_it_was_saved(url: str) -> None:
    """With its verdict, its files and every field, on either database."""
    engine = open_engine(url)
    ledger = SqlLedger(engine, lambda: "2026-11-23T00:00:00+00:00")
    repo = Repo(1, 2, "acme", "fleet")
    spoken = Spoken(repo, Where.REVIEW, 5, 7, "/cfg", "dana", "dana", thread=9)
    task = new_task("c-2-x-1", spoken, "change", "요청", Language.KOREAN, "2026")
    judged = Judged(True, True, "a" * 40, ({"changes": []},), (({"path": "x"},),), {}, (), ("ci",))
    full = replace(task, judged=judged, pull=3, state=State.WAITING, head="b" * 40)
    assert ledger.begin(new_task("c-2-x-1", spoken, "change", "요청", Language.KOREAN, "2026"))
    assert not ledger.begin(full)
    changed: dict[str, Any] = {
        "judged": judged,
        "pull": 3,
        "state": State.WAITING,
        "head": "b" * 40,
    }
    for _ in range(2):
        ledger.change("c-2-x-1", **changed)
    assert ledger.task("c-2-x-1") == full
    assert ledger.of_pull(2, 3) == full
    assert ledger.waiting(2) == (full,)
    assert ledger.waiting(3) == ()
    engine.dispose()


def test_history_and_deliveries_are_written_once(url: str) -> None:
    """A step that runs again adds no line."""
    engine = open_engine(url)
    ledger = SqlLedger(engine, lambda: "2026-11-23T00:00:00+00:00")
    for _ in range(2):
        ledger.note("k", "judged", "approved")
        ledger.delivered("guid", "issues", "1 errands")
    assert len(ledger.history("k")) == 1
    assert ledger.was_delivered("guid")
    assert not ledger.was_delivered("other")
    engine.dispose()


def test_of_those_that_wait_the_one_asked_first_comes_first(url: str) -> None:
    """Greetings overtake each other; the changes they begin do not."""
    order: list[str] = []

    def work(key: str) -> None:
        if key == "first":
            time.sleep(0.3)
        order.append(key)

    def flow(_office: Office, do: Do, payload: dict[str, Any]) -> list[Errand]:
        do("act", lambda: work(payload["key"]))
        return []

    with bench(url, {"t": flow}) as made:
        made.durable.enqueue(errand("first", lane=Lane.CHANGES, partition="a"))
        time.sleep(0.1)
        for second in (30, 20, 40, 10):
            at = f"2026-11-23T00:00:{second}+00:00"
            later = errand(str(second), lane=Lane.CHANGES, partition="a", asked_at=at)
            made.durable.enqueue(later)
        made.wait()
    assert order == ["first", "10", "20", "30", "40"]
