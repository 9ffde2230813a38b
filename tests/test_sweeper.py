"""The sweeper: what webhooks missed, and nothing that was there before the App."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from bot.core.repo import Repo, Spoken, Where
from bot.hub import FailedDelivery, Hub, HubError
from bot.sweeper import Sweeper

REPO = Repo(1, 9, "acme", "fleet")
SAID = Spoken(REPO, Where.COMMENT, 5, 1, "/cfg help", "dana", "dana")


@dataclass
class Listening:
    """The part of GitHub that a sweep uses."""

    said: tuple[Spoken, ...] = (SAID,)
    failed: tuple[FailedDelivery, ...] = ()
    broken: frozenset[int] = frozenset()
    since: list[str] = field(default_factory=list)
    redelivered: list[int] = field(default_factory=list)
    repos: tuple[Repo, ...] = (REPO,)

    def repositories(self) -> tuple[Repo, ...]:
        """Those the test gives."""
        return self.repos

    def spoken_since(self, repo: Repo, since: str) -> tuple[Spoken, ...]:
        """What was said, or trouble."""
        if repo.id in self.broken:
            raise HubError("hub-forbidden")
        self.since.append(since)
        return self.said

    def failed_deliveries(self, since: str) -> tuple[FailedDelivery, ...]:
        """Those the test gives."""
        return self.failed

    def redeliver(self, delivery: int) -> None:
        """Remember it."""
        self.redelivered.append(delivery)


@dataclass
class Notebook:
    """What the sweeper remembers."""

    marks: dict[str, str] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()

    def mark(self, name: str) -> str | None:
        """A remembered value."""
        return self.marks.get(name)

    def set_mark(self, name: str, value: str) -> None:
        """Remember."""
        self.marks[name] = value

    def was_delivered(self, guid: str) -> bool:
        """As the test says."""
        return guid in self.seen


def sweeper(hub: Listening, book: Notebook, found: list[Spoken], now: str) -> Sweeper:
    """A sweeper at a moment."""

    def take(spoken: Spoken) -> int:
        found.append(spoken)
        return 1

    return Sweeper(cast("Hub", hub), book, take, lambda: now, 60)


NOON, LATER = "2026-11-23T12:00:00+00:00", "2026-11-23T13:00:00+00:00"


def test_what_was_said_before_the_first_sweep_is_left_alone() -> None:
    """An App installed today must not carry out a command of last year."""
    hub, book, found = Listening(), Notebook(), list[Spoken]()
    sweeper(hub, book, found, NOON).sweep()
    assert found == []
    assert hub.since == []


def test_what_was_said_since_the_last_sweep_is_found() -> None:
    """With some overlap, since clocks differ; the errand's key makes it happen once."""
    hub, book, found = Listening(), Notebook(), list[Spoken]()
    sweeper(hub, book, found, NOON).sweep()
    sweeper(hub, book, found, LATER).sweep()
    sweeper(hub, book, found, LATER).sweep()
    assert found == [SAID, SAID]
    assert hub.since[0] == NOON
    assert hub.since[1] < LATER


def test_trouble_with_one_repository_spares_the_others() -> None:
    """A suspended installation must not silence everybody."""
    other = Repo(2, 10, "acme", "other")
    hub, book, found = Listening(repos=(REPO, other)), Notebook(), list[Spoken]()
    sweeper(hub, book, found, NOON).sweep()
    hub.broken = frozenset({REPO.id})
    sweeper(hub, book, found, LATER).sweep()
    assert found == [SAID]
    assert book.marks[f"swept:{REPO.id}"] == NOON


def test_a_failed_delivery_is_asked_for_again_unless_it_came_in() -> None:
    """Only what never arrived."""
    failed = (FailedDelivery(1, "lost", "issues"), FailedDelivery(2, "came", "issues"))
    hub, book = Listening(failed=failed), Notebook(seen=frozenset({"came"}))
    sweeper(hub, book, [], NOON).sweep()
    assert hub.redelivered == [1]
