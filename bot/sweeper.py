"""Finds what webhooks missed: commands nobody answered, deliveries that failed.

Decides how far back to look. It may find the same thing again and again: an errand happens once
whoever finds it. It never answers what was written before the App first looked at a repository.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.repo import Repo, Spoken
from bot.hub import Hub, HubError

OVERLAP = timedelta(minutes=10)
_LOG = logging.getLogger("bot.sweeper")


class Memory(Protocol):
    """What the sweeper remembers between sweeps and restarts."""

    def mark(self, name: str) -> str | None:
        """A remembered value."""

    def set_mark(self, name: str, value: str) -> None:
        """Remember a value."""

    def was_delivered(self, guid: str) -> bool:
        """Whether that delivery came in."""


@dataclass
class Sweeper:
    """Sweeps every ``seconds`` in a thread of its own; ``found`` takes what people wrote."""

    hub: Hub
    memory: Memory
    found: Callable[[Spoken], int]
    now: Callable[[], str]
    seconds: float
    swept: Callable[[str, int], None] = lambda _kind, _count: None
    _stop: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """The first sweep is at once: a restart is when something was missed."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the request under way."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=30)

    def sweep(self) -> None:
        """Once over every repository and the failed deliveries; trouble with one spares the rest."""
        try:
            repositories = self.hub.repositories()
            self._redeliver()
        except HubError as error:
            _LOG.warning("sweep: %s %s", error.code, error.facts)
            return
        for repo in repositories:
            if self._stop.is_set():
                return
            try:
                self._sweep_repo(repo)
            except HubError as error:
                _LOG.warning("sweep of %s: %s", repo.full_name, error.code)

    def _sweep_repo(self, repo: Repo) -> None:
        name = f"swept:{repo.id}"
        begun = datetime.fromisoformat(self.now())
        since = self.memory.mark(name)
        if since is not None:
            count = sum(self.found(spoken) for spoken in self.hub.spoken_since(repo, since))
            self.swept("command", count)
        self.memory.set_mark(name, (begun - (OVERLAP if since else timedelta())).isoformat())

    def _redeliver(self) -> None:
        since = datetime.fromisoformat(self.now()) - timedelta(hours=24)
        for delivery in self.hub.failed_deliveries(since.isoformat()):
            if not self.memory.was_delivered(delivery.guid):
                self.hub.redeliver(delivery.id)
                self.swept("delivery", 1)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.sweep()
            except Exception:  # noqa: BLE001 - the next sweep must come
                _LOG.exception("a sweep failed")
            self._stop.wait(self.seconds)
