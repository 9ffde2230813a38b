"""Errands made durable; the only module that knows DBOS.

Decides what happens to an errand that fails: trouble that passes is tried again later, anything
else ends in a word on the thread. Steps run at least once, so each looks before it acts. Values
are stored as JSON, never pickled. Documentation: https://docs.dbos.dev/python/reference/contexts.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, Serializer

from bot.desk.office import Errand, Flow, Json, Lane, Office
from bot.hub import PASSING, HubError

# Raise it when errands or the values between their steps change: what an older version left
# unfinished is then begun anew, which is safe since every step looks before it acts.
FLOW_VERSION = "2"
WORKFLOW = "errand"
MAX_TRIES = 40
_LOG = logging.getLogger("bot.durable")
_SHORTEST_DELAY = 0.05  # DBOS looks for delays that ended once a second; less is no wait at all
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
_UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED"]


class _JsonSerializer(Serializer):
    """Plain JSON: a database that somebody else can write to must not run code here."""

    def serialize(self, data: Any) -> str:  # noqa: ANN401 - DBOS's own signature
        return json.dumps(data, ensure_ascii=False, default=repr)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: ANN401, N805 - DBOS's own signature
        return json.loads(serialized_data)

    def name(self) -> str:
        return "cfgbot_json"


class StepFailed(Exception):  # noqa: N818 - carries what a step raised
    """A step ended in trouble that is recorded with it; ``code`` and ``facts`` say which."""

    def __init__(self, code: str, facts: Mapping[str, str]) -> None:
        super().__init__(code)
        self.code = code
        self.facts = dict(facts)


GiveUp = Callable[[Office, Errand, str, Mapping[str, str]], None]
OnStep = Callable[[str, str], None]


@dataclass
class Durable:
    """Runs errands of ``flows`` for ``office`` on ``engine``. One an instance of Python.

    ``give_up`` tells the people of an errand that cannot be finished. ``on_step`` hears of every
    step's begin and end ("judge", "begin"), for logs and metrics.
    """

    engine: sa.Engine
    office: Office
    flows: Mapping[str, Flow]
    give_up: GiveUp
    on_step: OnStep = lambda _name, _moment: None
    executor: str = "cfgbot"
    version: str = FLOW_VERSION
    poll_seconds: float = 0.1
    changes_at_once: int = 8
    _running: bool = field(default=False, init=False)

    def start(self) -> None:
        """Launch, recover what was cut off, and take over what an older version left."""
        config: DBOSConfig = {
            "name": "cfgbot",
            "system_database_url": self.engine.url.render_as_string(hide_password=False),
            "system_database_engine": self.engine,
            "application_version": self.version,
            "executor_id": self.executor,
            "serializer": _JsonSerializer(),
            "log_level": "WARNING",
            "max_executor_threads": 32,
            "notification_listener_polling_interval_sec": 1.0,
        }
        DBOS(config=config)
        # crashes of ours must not send work to a dead-letter state nobody looks at
        workflow = DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1_000_000)
        workflow(lambda packed: self._work(packed))  # noqa: PLW0108 - a method cannot carry DBOS marks
        DBOS.launch()
        for lane in Lane:
            DBOS.register_queue(
                lane.value,
                worker_concurrency=self.changes_at_once,
                partition_concurrency=1 if lane is Lane.CHANGES else None,
                polling_interval_sec=self.poll_seconds,
            )
        self._adopt()
        self._running = True

    def stop(self) -> None:
        """Stop taking work; what is half done is recovered at the next start."""
        self._running = False
        DBOS.destroy(destroy_registry=True)

    @property
    def running(self) -> bool:
        """True between ``start`` and ``stop``."""
        return self._running

    def enqueue(self, errand: Errand) -> bool:
        """The errand is done once, now or after a crash; one of the same key is the same errand.

        True where it is new.
        """
        if DBOS.get_workflow_status(errand.key) is not None:
            return False
        self._enqueue(errand)
        return True

    def _enqueue(self, errand: Errand) -> None:
        options: dict[str, Any] = {
            "workflow_name": WORKFLOW,
            "queue_name": errand.lane.value,
            "workflow_id": errand.key,
            "app_version": self.version,
        }
        if errand.delay >= _SHORTEST_DELAY:
            options["delay_seconds"] = errand.delay
        if errand.partition:
            options["queue_partition_key"] = errand.partition
        if errand.asked_at:
            options["priority"] = _turn_of(errand.asked_at)
        DBOS.enqueue_workflow_with_options(options, _packed(errand))  # type: ignore[arg-type]

    def unfinished(self) -> int:
        """How many errands are queued, running or waiting for their time."""
        return len(DBOS.list_workflows(status=_UNFINISHED, load_input=False, load_output=False))

    def busy(self) -> int:
        """How many are queued or running; what waits for its time is not counted."""
        return len(
            DBOS.list_workflows(status=["PENDING", "ENQUEUED"], load_input=False, load_output=False)
        )

    def _work(self, packed: dict[str, Json]) -> str:
        """The one workflow: run the errand's flow, then enqueue what follows from it."""
        errand = _unpacked(packed)
        try:
            following = self.flows[errand.kind](self.office, self._do, errand.payload)
        except StepFailed as failed:
            following = self._failed(errand, failed.code, failed.facts)
        for one in following:
            self._enqueue(one)
        return "done"

    def _failed(self, errand: Errand, code: str, facts: Mapping[str, str]) -> list[Errand]:
        if code in PASSING and errand.tries < MAX_TRIES:
            delay = max(min(900.0, 2.0**errand.tries), float(facts.get("seconds", 0)))
            base = errand.key.split("~", 1)[0]
            tries = errand.tries + 1
            return [
                replace(errand, key=f"{base}~{tries}", tries=tries, delay=self.office.pace * delay)
            ]
        _LOG.error("errand %s failed: %s %s", errand.key, code, dict(facts))
        self._do("give-up", lambda: self._tell(errand, code, facts))
        return []

    def _tell(self, errand: Errand, code: str, facts: Mapping[str, str]) -> bool:
        """A word on the thread; if even that fails, the log has it."""
        try:
            self.give_up(self.office, errand, code, facts)
        except Exception:  # noqa: BLE001 - whatever happened, the errand must end in a word
            _LOG.exception("could not tell that %s failed", errand.key)
            return False
        return True

    def _do(self, name: str, act: Callable[[], Json]) -> Json:
        """A named step. Trouble is part of its result, so that a replay meets the same."""
        result = DBOS.run_step({"name": name}, lambda: self._guarded(name, act))
        if "trouble" in result:
            raise StepFailed(result["trouble"], result["facts"])
        return result["value"]

    def _guarded(self, name: str, act: Callable[[], Json]) -> dict[str, Json]:
        self.on_step(name, "begin")
        try:
            value = act()
        except HubError as error:
            return {"trouble": error.code, "facts": error.facts}
        except Exception as error:  # noqa: BLE001 - recorded with the step, so that a replay meets the same
            _LOG.exception("step %s failed", name)
            return {"trouble": "internal", "facts": {"detail": type(error).__name__}}
        finally:
            self.on_step(name, "end")
        return {"value": value}

    def _adopt(self) -> None:
        """Begin anew what another version of the flows left unfinished."""
        for found in DBOS.list_workflows(status=_UNFINISHED):
            if found.app_version in {None, self.version} or found.input is None:
                continue
            errand = _unpacked(found.input["args"][0])
            delay = _left(found.delay_until_epoch_ms)
            self._enqueue(replace(errand, key=self._key_anew(errand.key), delay=delay))
            DBOS.cancel_workflow(found.workflow_id)

    def _key_anew(self, key: str) -> str:
        """A key that was not used before: versions may go back and forth."""
        base = key.split("@", 1)[0]
        for number in count(1):
            anew = f"{base}@{self.version}.{number}"
            if DBOS.get_workflow_status(anew) is None:
                return anew
        raise AssertionError


def _left(until: int | None) -> float:
    return max(0.0, until / 1000 - time.time()) if until else 0.0


def _turn_of(asked_at: str) -> int:
    """DBOS takes lower numbers first, up to 2**31 - 1: tenths of a second since 2026."""
    tenths = (datetime.fromisoformat(asked_at).timestamp() - _EPOCH) * 10
    return max(1, min(2**31 - 1, int(tenths)))


def _packed(errand: Errand) -> dict[str, Json]:
    return {
        "kind": errand.kind,
        "key": errand.key,
        "payload": errand.payload,
        "lane": errand.lane.value,
        "partition": errand.partition,
        "tries": errand.tries,
        "asked_at": errand.asked_at,
    }


def _unpacked(packed: dict[str, Json]) -> Errand:
    return Errand(**{**packed, "lane": Lane(packed["lane"])})
