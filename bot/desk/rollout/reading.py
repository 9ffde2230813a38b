"""A health check → one reading of it, by whichever probe it asks for.

Decides nothing: what could not be read is an empty reading, which is never healthy.
"""

from __future__ import annotations

from time import monotonic

from bot.core.rollout.health import HealthCheck, ProbeCheck, Reading
from bot.desk.office import Office
from bot.desk.rollout.clock import paced
from bot.ports import Sample


def read(office: Office, check: HealthCheck) -> Reading:
    """What asking once brings; nothing where no probe of that kind is set up."""
    if isinstance(check, ProbeCheck):
        return _probe(office, check.http)
    if office.metrics is None:
        return Reading()
    answer = office.metrics.ask(check.promql)
    if not isinstance(answer, Sample):
        return Reading()
    return Reading(values=(answer.value,), at=paced(office, answer.at))


def _probe(office: Office, url: str) -> Reading:
    if office.http is None:
        return Reading()
    begun = monotonic()
    answer = office.http.ask(url)
    if not isinstance(answer, Sample):
        return Reading()
    return Reading(status=int(answer.value), seconds=monotonic() - begun)
