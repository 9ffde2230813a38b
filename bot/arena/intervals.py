"""Shares with their intervals.

Decides nothing but arithmetic. The interval is Wilson's score interval at 95 %
(https://doi.org/10.1080/01621459.1927.10502953), which stays honest at 0 and at 100 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Rate:
    """``hits`` of ``of``; ``low`` and ``high`` are the 95 % interval, as shares."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """Hits among all, 0 where there are none at all."""
        return self.hits / self.of if self.of else 0.0

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return wilson(self.hits, self.of)[0]

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return wilson(self.hits, self.of)[1]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % score interval; everything is possible where nothing was tried."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = hits / of, Z95 * Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
