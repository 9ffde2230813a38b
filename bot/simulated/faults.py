"""How a simulated model errs: rates by kind, read from ``sim:wrong_value=0.2,stubbornness=0.5``.

Decides which rates there are and that each is one. Drawing them is ``bot.simulated.model``'s.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

PREFIX = "sim:"


class FaultsError(ValueError):
    """A name of a simulated model that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Chances from 0 to 1.

    For each value of the right change: ``wrong_value``, ``wrong_place`` and ``missed_place``, of
    which one happens at most. ``extra_change``: one more, unasked. ``sycophancy``: taking over the
    other's change when it is shown. ``stubbornness``: giving way to no claim in a move.
    ``oversight``: naming none of the other's mistakes in a move. ``false_accusation``: holding
    something against what is right. ``random_verdict``: a review by the toss of a coin.
    ``injection``: doing what a text on the table orders. ``correlation``: the share of draws that
    both models have in common.
    """

    wrong_value: float = 0.0
    wrong_place: float = 0.0
    missed_place: float = 0.0
    extra_change: float = 0.0
    sycophancy: float = 0.0
    stubbornness: float = 0.0
    oversight: float = 0.0
    false_accusation: float = 0.0
    random_verdict: float = 0.0
    injection: float = 0.0
    correlation: float = 0.0

    @property
    def per_value(self) -> float:
        """The chance that one value of the right change comes out wrong."""
        return self.wrong_value + self.wrong_place + self.missed_place


_NAMES = tuple(field.name for field in fields(Faults))


def read_faults(name: str) -> Faults:
    """The rates in a model's name. Raises FaultsError."""
    rates: dict[str, float] = {}
    for part in name.removeprefix(PREFIX).split(","):
        key, _, value = part.strip().partition("=")
        if not key or key == "perfect":
            continue
        if key not in _NAMES:
            raise FaultsError(f"{key!r} is no rate; there are {', '.join(_NAMES)}")
        rates[key] = _rate(key, value)
    found = Faults(**rates)
    if found.per_value > 1:
        raise FaultsError("wrong_value, wrong_place and missed_place are more than 1 together")
    return found


def _rate(key: str, value: str) -> float:
    try:
        rate = float(value)
    except ValueError:
        raise FaultsError(f"{key}={value!r} is no number") from None
    if not 0 <= rate <= 1:
        raise FaultsError(f"{key}={value} is not between 0 and 1")
    return rate
