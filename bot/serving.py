"""The server's composition root: what stands behind ``cfg serve``, put together.

Decides which adapter stands behind each port of the App. Nothing is started before ``running``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from bot.adapters.database import open_engine
from bot.adapters.github.hub import AppKey as HubKey
from bot.adapters.github.hub import GitHubHub
from bot.adapters.github.mirror import Mirror
from bot.adapters.http_probe import HttpProbe
from bot.adapters.jenkins_deployer import JenkinsDeployer
from bot.adapters.prometheus_probe import PrometheusProbe
from bot.adapters.sql_ledger import SqlLedger
from bot.app import build_app
from bot.core.gate import Mode
from bot.core.repo import Repo, Spoken
from bot.desk.apology import apologize
from bot.desk.carrying import KINDS
from bot.desk.deploying import deploy, wake
from bot.desk.greet import greet, refuse
from bot.desk.intake import errands_of
from bot.desk.office import Office, Workshop
from bot.desk.revising import revise
from bot.desk.settling import settle_later
from bot.desk.task import State, Task
from bot.durable import FLOW_VERSION, Durable, OnStep
from bot.events import Event
from bot.notice import add_notices
from bot.ports import Deployer, Probes
from bot.server_settings import AppKey, ServerSettings
from bot.settings import Settings
from bot.sweeper import Sweeper
from bot.telemetry import Telemetry
from bot.web.timeline import timeline
from bot.wiring import assemble, open_forge, open_library

_RECENT = 200  # tasks among which a notice of Jenkins looks for its run
FLOWS = {
    "greet": greet,
    "refuse": refuse,
    "revise": revise,
    "settle": settle_later,
    "deploy": deploy,
    **KINDS,
}


def now() -> str:
    """The time, ISO 8601 in UTC with microseconds."""
    return datetime.now(UTC).isoformat()


@dataclass
class Server:
    """Everything behind the web layer; ``running`` starts and stops it."""

    settings: ServerSettings
    hub: GitHubHub
    ledger: SqlLedger
    durable: Durable
    sweeper: Sweeper
    probes: Probes = field(default_factory=Probes)

    def take(self, event: Event, name: str, guid: str) -> int:
        """Record the delivery and enqueue what it causes."""
        errands = errands_of(event, self.ledger, self.settings.label, now(), guid)
        for errand in errands:
            self.durable.enqueue(errand)
        self.ledger.delivered(guid, name, f"{len(errands)} errands")
        return len(errands)

    def find(self, spoken: Spoken) -> int:
        """What the sweeper found goes the same way; how much of it was new."""
        errands = errands_of(spoken, self.ledger, self.settings.label, now(), "sweep")
        return sum(self.durable.enqueue(errand) for errand in errands)

    def wake(self, run: str) -> None:
        """Jenkins says that something happened to ``run``: its rollout is looked at now."""
        for task in self.ledger.newest(_RECENT):
            if task.state is State.MERGED and run.startswith(f"{task.marker}-"):
                self.durable.enqueue(
                    wake(task.key, hashlib.sha256(f"{run}{now()}".encode()).hexdigest()[:12])
                )

    def ready(self) -> str | None:
        """None where work can be taken, else why not."""
        return None if self.durable.running else "starting"

    def unfinished(self) -> int:
        """Errands on their way."""
        return self.durable.unfinished() if self.durable.running else 0

    def page(self, key: str, token: str) -> str | None:
        """The timeline of a change; the token keeps strangers out."""
        right = [page_token(secret, key) for secret in self.settings.secrets]
        if not any(hmac.compare_digest(token.encode(), one.encode()) for one in right):
            return None
        task = self.ledger.task(key)
        return timeline(task, self.ledger.history(key)) if task else None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Errands are worked and repositories swept within this block."""
        self.durable.start()
        self.sweeper.start()
        try:
            yield
        finally:
            self.sweeper.stop()
            self.durable.stop()
            self.hub.close()
            self.durable.engine.dispose()


def page_token(secret: str, key: str) -> str:
    """What a link to the page of ``key`` must carry; it is posted where the change is discussed.

    Links made with the secret before rotation open while that one is still set.
    """
    return hmac.new(secret.encode(), f"page:{key}".encode(), hashlib.sha256).hexdigest()[:32]


def open_server(
    settings: ServerSettings,
    models: Settings,
    telemetry: Telemetry,
    *,
    pace: float = 1.0,
    version: str = FLOW_VERSION,
    on_step: OnStep | None = None,
) -> Server:
    """Build everything; raises sqlalchemy errors for a database that cannot be opened."""
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url or f"sqlite:///{settings.data.resolve()}/cfgbot.db")
    ledger = SqlLedger(engine, now)
    hub = GitHubHub(
        _key(settings.app),
        _key(settings.reviewer) if settings.reviewer else None,
        url=settings.github_url,
        on_request=telemetry.request,
        hurry=1 / pace,
    )
    probes = open_probes(settings)
    office = _office(settings, models, hub, ledger, pace, probes)
    durable = Durable(
        engine,
        office,
        FLOWS,
        apologize,
        on_step or telemetry.step,
        executor=settings.executor,
        version=version,
    )
    server = Server(settings, hub, ledger, durable, None, probes)  # type: ignore[arg-type]
    server.sweeper = Sweeper(hub, ledger, server.find, now, settings.sweep_seconds, telemetry.swept)
    return server


def open_app(
    settings: ServerSettings,
    models: Settings,
    telemetry: Telemetry,
    **how: Any,  # noqa: ANN401 - as open_server
) -> FastAPI:
    """The web application of ``cfg serve``."""
    server = open_server(settings, models, telemetry, **how)
    app = build_app(server, settings.secrets, telemetry, server.running)
    if settings.notify_secret is not None:
        add_notices(app, settings.notify_secret, telemetry, server.wake)
    return app


def _office(
    settings: ServerSettings,
    models: Settings,
    hub: GitHubHub,
    ledger: SqlLedger,
    pace: float,
    probes: Probes,
) -> Office:
    mirror = Mirror(settings.data / "mirrors", hub)

    @contextmanager
    def workshop(repo: Repo, refs: tuple[str, ...]) -> Iterator[Workshop]:
        path = mirror.update(repo, *refs)
        with closing(open_library(path)) as library:
            mode = Mode(settings.mode)
            yield Workshop(
                library,
                open_forge(path),
                lambda base: assemble(library, models, mode, base, lambda _: None, programs=False),
            )

    return Office(
        hub=hub,
        ledger=ledger,
        workshop=workshop,
        now=now,
        deployer=_deployer(settings),
        metrics=probes.metrics,
        http=probes.http,
        page=_pages(settings),
        pace=pace,
    )


def _pages(settings: ServerSettings) -> Any:  # noqa: ANN401 - a function of a task
    def page(task: Task) -> str | None:
        if settings.public_url is None:
            return None
        return f"{settings.public_url}/changes/{task.key}?token={page_token(settings.secrets[0], task.key)}"

    return page


def _deployer(settings: ServerSettings) -> Deployer | None:
    jenkins = settings.jenkins
    return JenkinsDeployer(jenkins.url, jenkins.user, jenkins.token) if jenkins else None


def open_probes(settings: ServerSettings) -> Probes:
    """What health is asked of."""
    found = settings.prometheus
    timeout = settings.probe_timeout
    metrics = (
        PrometheusProbe(found.url, found.token, timeout=timeout, max_age=found.max_age)
        if found
        else None
    )
    return Probes(metrics, HttpProbe(timeout=timeout, hosts=settings.probe_hosts))


def _key(key: AppKey) -> HubKey:
    return HubKey(key.app_id, key.private_key)
