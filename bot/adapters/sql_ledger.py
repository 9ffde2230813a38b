"""Tasks, their history and what was delivered, in the server's database.

Decides the tables only. Everything is written by key, so that writing it again changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from bot.desk.task import State, Task, task_from

_METADATA = sa.MetaData()
_TASKS = sa.Table(
    "cfgbot_tasks",
    _METADATA,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("repo", sa.BigInteger, nullable=False),
    sa.Column("pull", sa.BigInteger),
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("asked_at", sa.String(40), nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Index("cfgbot_tasks_pull", "repo", "pull"),
    sa.Index("cfgbot_tasks_state", "repo", "state"),
)
_NOTES = sa.Table(
    "cfgbot_notes",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("task", sa.String(120), nullable=False, index=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("stage", sa.String(60), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)
_DELIVERIES = sa.Table(
    "cfgbot_deliveries",
    _METADATA,
    sa.Column("guid", sa.String(64), primary_key=True),
    sa.Column("event", sa.String(60), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("outcome", sa.String(200), nullable=False),
)
_MARKS = sa.Table(
    "cfgbot_marks",
    _METADATA,
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Note:
    """A line of a task's history; ``at`` is ISO 8601."""

    at: str
    stage: str
    detail: str


def _row(task: Task) -> dict[str, Any]:
    return {
        "repo": task.repo.id,
        "pull": task.pull,
        "state": task.state.value,
        "asked_at": task.asked_at,
        "document": json.dumps(asdict(task), ensure_ascii=False),
    }


class SqlLedger:
    """The ledger on ``engine``; ``now`` gives ISO 8601 in UTC."""

    def __init__(self, engine: sa.Engine, now: Callable[[], str]) -> None:
        self._engine = engine
        self._now = now
        _METADATA.create_all(engine)

    def begin(self, task: Task) -> bool:
        """The task is known from now on; False where one of its key is already."""
        with suppress(sa.exc.IntegrityError), self._engine.begin() as connection:
            connection.execute(sa.insert(_TASKS).values(key=task.key, **_row(task)))
            return True
        return False

    def change(self, key: str, *, unless: Collection[str] = (), **fields: Any) -> Task:  # noqa: ANN401
        """The task with these fields changed; lanes work side by side, so no other field is touched.

        Where its state is one of ``unless`` it stays as it is. Raises LookupError.
        """
        while True:
            with self._engine.connect() as connection:
                known = sa.select(_TASKS.c.document).where(_TASKS.c.key == key)
                before = connection.execute(known).scalar_one_or_none()
            if before is None:
                raise LookupError(f"no task {key}")
            now = task_from(json.loads(before))
            if now.state in unless:
                return now
            after = replace(now, **fields)
            # compare and swap: who was slower reads again
            same = (_TASKS.c.key == key) & (_TASKS.c.document == before)
            with self._engine.begin() as connection:
                if connection.execute(sa.update(_TASKS).where(same).values(**_row(after))).rowcount:
                    return after

    def task(self, key: str) -> Task | None:
        """The task of that key."""
        found = self._tasks(_TASKS.c.key == key)
        return found[0] if found else None

    def of_pull(self, repo_id: int, number: int) -> Task | None:
        """The newest task whose pull request that is."""
        found = self._tasks(_TASKS.c.repo == repo_id, _TASKS.c.pull == number)
        return found[-1] if found else None

    def waiting(self, repo_id: int) -> tuple[Task, ...]:
        """Tasks of the repository that wait for something before their merge."""
        return self._tasks(_TASKS.c.repo == repo_id, _TASKS.c.state == State.WAITING.value)

    def rolling(self, repo_id: int) -> tuple[Task, ...]:
        """Tasks of the repository whose rollout is on its way, or stopped half-way."""
        states = (State.MERGED.value, State.FROZEN.value)
        return self._tasks(_TASKS.c.repo == repo_id, _TASKS.c.state.in_(states))

    def newest(self, limit: int) -> tuple[Task, ...]:
        """The newest tasks of all repositories, newest first."""
        statement = sa.select(_TASKS.c.document).order_by(_TASKS.c.asked_at.desc()).limit(limit)
        with self._engine.connect() as connection:
            return tuple(task_from(json.loads(row[0])) for row in connection.execute(statement))

    def note(self, key: str, stage: str, detail: str = "") -> None:
        """A line in the task's history; the same line again is not added."""
        detail = detail[:2_000]
        last = (
            sa.select(_NOTES.c.stage, _NOTES.c.detail)
            .where(_NOTES.c.task == key)
            .order_by(_NOTES.c.id.desc())
            .limit(1)
        )
        with self._engine.begin() as connection:
            row = connection.execute(last).first()
            if row is None or tuple(row) != (stage, detail):
                values = {"task": key, "at": self._now(), "stage": stage, "detail": detail}
                connection.execute(sa.insert(_NOTES).values(**values))

    def history(self, key: str) -> tuple[Note, ...]:
        """Everything noted of the task, oldest first."""
        columns = (_NOTES.c.at, _NOTES.c.stage, _NOTES.c.detail)
        statement = sa.select(*columns).where(_NOTES.c.task == key).order_by(_NOTES.c.id)
        with self._engine.connect() as connection:
            return tuple(Note(*row) for row in connection.execute(statement))

    def delivered(self, guid: str, event: str, outcome: str) -> None:
        """A webhook delivery came in; the first record of it stays."""
        values = {"guid": guid, "event": event, "at": self._now(), "outcome": outcome[:200]}
        # two processes may be handed the same delivery at once
        with suppress(sa.exc.IntegrityError), self._engine.begin() as connection:
            connection.execute(sa.insert(_DELIVERIES).values(**values))

    def was_delivered(self, guid: str) -> bool:
        """Whether that delivery came in before."""
        known = sa.select(_DELIVERIES.c.guid).where(_DELIVERIES.c.guid == guid)
        with self._engine.connect() as connection:
            return connection.execute(known).first() is not None

    def mark(self, name: str) -> str | None:
        """A remembered value, such as how far the sweeper has read."""
        statement = sa.select(_MARKS.c.value).where(_MARKS.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(statement).first()
        return str(row[0]) if row else None

    def set_mark(self, name: str, value: str) -> None:
        """Remember ``value`` under ``name``."""
        # there from now on, whoever was faster with it; then it can be updated
        with suppress(sa.exc.IntegrityError), self._engine.begin() as connection:
            connection.execute(sa.insert(_MARKS).values(name=name, value=value))
        with self._engine.begin() as connection:
            connection.execute(sa.update(_MARKS).where(_MARKS.c.name == name).values(value=value))

    def _tasks(self, *conditions: sa.ColumnElement[bool]) -> tuple[Task, ...]:
        statement = sa.select(_TASKS.c.document).where(*conditions).order_by(_TASKS.c.asked_at)
        with self._engine.connect() as connection:
            return tuple(task_from(json.loads(row[0])) for row in connection.execute(statement))
