"""The database of the server: SQLite in a file, or PostgreSQL; one engine for all that is durable.

Decides how connections behave. SQLite is told to survive a power cut (synchronous=FULL), to let
readers pass writers (WAL) and to wait for its turn; see https://www.sqlite.org/pragma.html.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import sqlalchemy as sa

_SUBSECOND = (3, 42)  # the first SQLite whose own functions know 'subsec'


def open_engine(url: str) -> sa.Engine:
    """An engine for ``sqlite:////path/to/file`` or ``postgresql://…``.

    Raises sqlalchemy.exc.ArgumentError for a URL it cannot read.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        # few connections on purpose: SQLite has one writer, and more of them only wait for each other
        engine = sa.create_engine(parsed, pool_size=4, max_overflow=0, pool_timeout=60)
        sa.event.listen(engine, "connect", _prepare)
        return engine
    driver = parsed.set(drivername="postgresql+psycopg")
    return sa.create_engine(driver, pool_size=10, max_overflow=5, pool_pre_ping=True)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in (
        "busy_timeout=30000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    # whole seconds would let a half-done workflow be overtaken by a later one after a crash
    connection.create_function("strftime", 2, _strftime)
    if sqlite3.sqlite_version_info < _SUBSECOND:
        connection.create_function("unixepoch", 1, lambda _: time.time())


def _strftime(form: str, when: str) -> Any:  # noqa: ANN401 - a number or a text, as SQLite has it
    """SQLite's own ``strftime('%s', 'now')`` with its fraction; nothing else is asked of it."""
    if (form, when) == ("%s", "now"):
        return time.time()
    raise ValueError(f"strftime({form!r}, {when!r}) is not used here")
