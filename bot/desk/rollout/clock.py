"""The time as a rollout counts it.

Decides only the pace: tests and the sandbox hurry, and then every wait, hold and timeout of a plan
is as much shorter as the office's other waits.
"""

from __future__ import annotations

from datetime import datetime

from bot.desk.office import Office


def clock(office: Office) -> float:
    """Now, in paced seconds since 1970."""
    return paced(office, datetime.fromisoformat(office.now()).timestamp())


def paced(office: Office, seconds: float) -> float:
    """A time on the wall, as a rollout counts it."""
    return seconds / office.pace
