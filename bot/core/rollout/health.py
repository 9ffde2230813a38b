"""What healthy means: a check, one reading of it, and the verdict.

Decides one reading at a time. Nothing that is missing is good: an empty answer, a stale one, one
that is no number and one that failed are each as far from healthy as a bad value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

# Prometheus itself looks back five minutes for a sample; half of that is old news after a deploy.
STALE_SECONDS = 150.0
# How far the clock of whoever measures may be ahead of ours.
_AHEAD = 60.0


@dataclass(frozen=True, slots=True)
class MetricCheck:
    """A PromQL query whose every series must keep within the bounds for ``hold`` seconds.

    ``at_most`` and ``at_least`` are factors of the value before the first wave; up to
    ``negligible`` a value is never too much, whatever it was before. ``grace`` is how many seconds after the build a
    value may still be bad.
    """

    promql: str
    above: float | None = None
    below: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    negligible: float | None = None
    hold: float = 60.0
    grace: float = 60.0

    @property
    def compares(self) -> bool:
        """Whether it needs the value from before the first wave."""
        return self.at_most is not None or self.at_least is not None


@dataclass(frozen=True, slots=True)
class ProbeCheck:
    """A URL that must answer ``status`` within ``within`` seconds, for ``hold`` seconds."""

    http: str
    status: int = 200
    within: float = 5.0
    hold: float = 0.0
    grace: float = 60.0

    @property
    def compares(self) -> bool:
        """A probe is good or not, whatever it was before."""
        return False


HealthCheck = MetricCheck | ProbeCheck


class Verdict(StrEnum):
    """What one reading says."""

    GOOD = "good"
    BAD = "bad"
    EMPTY = "empty"  # no series, no number, no answer
    STALE = "stale"  # older than the deployment, or than any sample should be


@dataclass(frozen=True, slots=True)
class Reading:
    """What asking once brought.

    A query brings ``values`` (one a series) and when the oldest was sampled (``at``, Unix seconds);
    a probe brings the ``status`` it answered and after how many ``seconds``. A query or a probe
    that failed brings nothing.
    """

    values: tuple[float, ...] = ()
    at: float | None = None
    status: int | None = None
    seconds: float | None = None


def judge(
    check: HealthCheck, reading: Reading, baseline: float | None, since: float, now: float
) -> Verdict:
    """The verdict of ``reading``; ``since`` is when what is being looked at was deployed."""
    if isinstance(check, ProbeCheck):
        return _probed(check, reading)
    if not reading.values or not all(math.isfinite(value) for value in reading.values):
        return Verdict.EMPTY
    if reading.at is None or reading.at < since or now - reading.at > STALE_SECONDS:
        return Verdict.STALE
    if check.compares and (baseline is None or not math.isfinite(baseline)):
        return Verdict.EMPTY
    good = all(_within(check, value, baseline or 0.0) for value in reading.values)
    return Verdict.GOOD if good else Verdict.BAD


def baseline_of(check: HealthCheck, reading: Reading, now: float) -> float | None:
    """The value to compare with later: of several series the least favourable; None if unusable."""
    fresh = reading.at is not None and -_AHEAD <= now - reading.at <= STALE_SECONDS
    if not fresh or not reading.values or not all(math.isfinite(one) for one in reading.values):
        return None
    # the strictest reading of "before": the least for an upper bound, the most for a lower one
    upper = isinstance(check, MetricCheck) and check.at_most is not None
    return min(reading.values) if upper else max(reading.values)


def _probed(check: ProbeCheck, reading: Reading) -> Verdict:
    if reading.status is None or reading.seconds is None:
        return Verdict.EMPTY
    good = reading.status == check.status and reading.seconds <= check.within
    return Verdict.GOOD if good else Verdict.BAD


def _within(check: MetricCheck, value: float, baseline: float) -> bool:
    if check.above is not None and not value > check.above:
        return False
    if check.below is not None and not value < check.below:
        return False
    if check.at_most is not None:
        most = check.at_most * baseline
        if value > (most if check.negligible is None else max(most, check.negligible)):
            return False
    return check.at_least is None or value >= check.at_least * baseline
