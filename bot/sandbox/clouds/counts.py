"""What a server counts, and how it is said: as Prometheus text, and as JSON.

Decides the names of the metrics. Refusals are kept through a crash: who restarts must not be able
to make a cut in the traffic look as if it never was.
Format: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.clouds.peers import Endpoint

ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"


@dataclass(slots=True)
class Last:
    """How the calls to one peer went lately; ``at`` is the loop's time of the last good answer."""

    at: float | None = None
    outcome: str = ""
    why: str = "not called yet"


@dataclass(slots=True)
class Counts:
    """Calls made, by peer and outcome; calls served and refused, by who called which port."""

    calls: Counter[tuple[Endpoint, str]] = field(default_factory=Counter)
    served: Counter[tuple[str, int]] = field(default_factory=Counter)
    refused: Counter[tuple[str, int]] = field(default_factory=Counter)
    errors: int = 0
    loads: int = 0

    def keep(self, path: Path) -> None:
        """Write down the refusals, whole or not at all."""
        rows = [[address, port, count] for (address, port), count in sorted(self.refused.items())]
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(rows), encoding="ascii")
        fresh.replace(path)

    def remember(self, path: Path) -> None:
        """Begin with the refusals counted before the last start."""
        for address, port, count in read_refusals(path):
            self.refused[address, port] = count

    def prometheus(self, commit: str, *, healthy: bool) -> str:
        """The metrics as text."""
        return "\n".join((*self._lines(commit, healthy=healthy), ""))

    def _lines(self, commit: str, *, healthy: bool) -> Iterator[str]:
        yield "# TYPE fleet_up gauge\nfleet_up 1"
        yield f"# TYPE fleet_healthy gauge\nfleet_healthy {int(healthy)}"
        yield f'# TYPE fleet_config_info gauge\nfleet_config_info{{commit="{commit}"}} 1'
        yield f"# TYPE fleet_loads_total counter\nfleet_loads_total {self.loads}"
        yield f"# TYPE fleet_errors_total counter\nfleet_errors_total {self.errors}"
        yield "# TYPE fleet_calls_total counter"
        for (peer, outcome), count in sorted(self.calls.items()):
            labels = f'peer="{peer.address}",port="{peer.port}",outcome="{outcome}"'
            yield f"fleet_calls_total{{{labels}}} {count}"
        for name, rows in (("served", self.served), ("refused", self.refused)):
            yield f"# TYPE fleet_{name}_total counter"
            for (address, port), count in sorted(rows.items()):
                yield f'fleet_{name}_total{{peer="{address}",port="{port}"}} {count}'

    def as_json(self, last: Mapping[Endpoint, Last]) -> dict[str, object]:
        """The same for people and for the controller."""
        return {
            "calls": {
                str(peer): {
                    **{one: self.calls[peer, one] for one in (ANSWERED, REFUSED, FAILED)},
                    "last": seen.outcome,
                    "why": seen.why,
                }
                for peer, seen in sorted(last.items())
            },
            "served": {f"{a} to {p}": count for (a, p), count in sorted(self.served.items())},
            "refused": {f"{a} to {p}": count for (a, p), count in sorted(self.refused.items())},
        }


def read_refusals(path: Path) -> list[tuple[str, int, int]]:
    """Caller, port and count of each refusal written down so far."""
    if not path.exists():
        return []
    return [(str(a), int(p), int(c)) for a, p, c in json.loads(path.read_text(encoding="ascii"))]
