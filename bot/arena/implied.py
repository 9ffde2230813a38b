"""What probability says that simulated models must come to, in closed form.

Decides the expected share of right merges where the set rates alone decide it. With k values in a
task, each wrong by chance v, and an extra change by chance e, a model's own change is right with
chance a = (1 - v)^k (1 - e). Round 0 (and mode blind) merges rightly where both are: a·b, and with
a share c of common draws (one draw for each value, common with chance c) for each value
c·min(1 - v_A, 1 - v_B) + (1 - c)(1 - v_A)(1 - v_B), for the extra change likewise. One round of a
duel: a player who was wrong is right after it where the other names the mistakes (1 - o) and it
gives way (1 - s). Who would change nothing at all asks instead, and there the game ends: with chance
m^k (1 - e), m being that of a missed place. And who is wrong alike agrees at once: both err in one
way in each value, so those pairs never play. False accusations, sycophancy and obedience have no closed form here.
"""

from __future__ import annotations

from bot.core.gate import Mode
from bot.simulated.faults import Faults


def right_merges(a: Faults, b: Faults, mode: str, rounds: int, values: int) -> float | None:
    """The chance of a right merge of a task with ``values`` that its right change passes the gate.

    None where there is no closed form.
    """
    if any((a.injection, b.injection, a.sycophancy, b.sycophancy)):
        return None
    if mode == Mode.DUEL and rounds == 1:
        return None if _accuses(a, b) else _one_round(a, b, values)
    if mode == Mode.DUEL and rounds == 0:
        return _both(a, b, values)
    if mode == Mode.BLIND and rounds == 0:
        return _both(a, b, values) * _approval(b)
    return None


def _accuses(a: Faults, b: Faults) -> bool:
    return bool(a.false_accusation or b.false_accusation)


def own(faults: Faults, values: int) -> float:
    """The chance that a model's own change is right."""
    return float((1 - faults.per_value) ** values * (1 - faults.extra_change))


def _asks(faults: Faults, values: int) -> float:
    """That it finds nothing to change."""
    return float(faults.missed_place**values * (1 - faults.extra_change))


def _alike(a: Faults, b: Faults, values: int) -> float:
    """That both have the same change, and it is wrong."""
    right = (1 - a.per_value) * (1 - b.per_value)
    missed = a.missed_place * b.missed_place
    value = right + missed + a.wrong_value * b.wrong_value + a.wrong_place * b.wrong_place
    none = (1 - a.extra_change) * (1 - b.extra_change)
    same = value**values * (none + a.extra_change * b.extra_change)
    return float(same - right**values * none - missed**values * none)


def _both(a: Faults, b: Faults, values: int) -> float:
    """Both right: each draw is common where both players take the common one."""
    common = a.correlation * b.correlation
    value = _joint(1 - a.per_value, 1 - b.per_value, common)
    extra = _joint(1 - a.extra_change, 1 - b.extra_change, common)
    return float(value**values * extra)


def _joint(p: float, q: float, common: float) -> float:
    return common * min(p, q) + (1 - common) * p * q


def _approval(b: Faults) -> float:
    """That a right change is approved."""
    return b.random_verdict * 0.5 + (1 - b.random_verdict) * (1 - b.false_accusation)


def _one_round(a: Faults, b: Faults, values: int) -> float | None:
    if a.correlation * b.correlation:
        return None
    p, q = own(a, values), own(b, values)
    gives = (1 - b.oversight) * (1 - a.stubbornness), (1 - a.oversight) * (1 - b.stubbornness)
    asks, other_asks = _asks(a, values), _asks(b, values)
    mended = (p + (1 - p - asks) * gives[0]) * (q + (1 - q - other_asks) * gives[1])
    # both right at once is settled before the round; what is mended is right for both after it
    return float(mended - _alike(a, b, values) * gives[0] * gives[1])
