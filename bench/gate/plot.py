"""Samples → one picture: what was let through, by what was done wrong, beside what published judges do.

Decides nothing; needs the extra ``bench`` (matplotlib).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from bench.gate.measure import Sample
from bench.gate.rates import GROUPINGS, Line, grouped, overall
from bot.arena.intervals import Rate

mpl.use("Agg")
mpl.rcParams["svg.hashsalt"] = "cfgbot"  # the same figures make the same file
RIGHT, WRONG = "#2a9d8f", "#d1495b"
# Ciri's published judges on whole files (https://arxiv.org/abs/2310.09690): another task, a yardstick.
PUBLISHED = (("GPT-4 few-shot*", 0.403, 0.098), ("Claude-3-Sonnet few-shot*", 0.723, 0.170))


def draw(samples: Sequence[Sample], path: Path) -> None:
    """Right approvals and wrong approvals with their intervals; the format is that of the name."""
    figure, (top, low) = plt.subplots(
        2, 1, figsize=(9, 12), height_ratios=(1, 2.6), layout="constrained"
    )
    _compare(top, samples)
    _operators(low, samples)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)
    plt.close(figure)


def _compare(axes: Axes, samples: Sequence[Sample]) -> None:
    rows = [(f"cfgbot, {name}", *_pair(lines)) for name, lines in _parts(samples)]
    height = 0.38
    for place, (name, right, wrong) in enumerate(rows):
        _bar(axes, place - height / 2, height, right, RIGHT)
        _bar(axes, place + height / 2, height, wrong, WRONG)
        del name
    for place, (_, good, bad) in enumerate(PUBLISHED, start=len(rows)):
        axes.barh(place - height / 2, good, height, color=RIGHT, alpha=0.45)
        axes.barh(place + height / 2, bad, height, color=WRONG, alpha=0.45)
        axes.text(good + 0.01, place - height / 2, f"{good:.1%}", va="center", fontsize=8)
        axes.text(bad + 0.01, place + height / 2, f"{bad:.1%}", va="center", fontsize=8)
    axes.set_yticks(
        range(len(rows) + len(PUBLISHED)), [r[0] for r in rows] + [p[0] for p in PUBLISHED]
    )
    axes.invert_yaxis()
    axes.set_xlim(0, 1.25)
    axes.set_title(
        "Approved: right changes (green), wrong changes (red); 95 % intervals", fontsize=10
    )
    axes.set_xlabel("* whole files without a request: another task, for scale only", fontsize=8)


def _parts(samples: Sequence[Sample]) -> list[tuple[str, list[Line]]]:
    by_part = dict(GROUPINGS)["part"]
    lines = grouped(samples, by_part)
    names = sorted({line.group for line in lines})
    parts = [(name, [line for line in lines if line.group == name]) for name in names]
    return [("all requests", overall(samples)), *parts]


def _pair(lines: Sequence[Line]) -> tuple[Rate, Rate]:
    rates = {line.what: line.rate for line in lines}
    none = Rate(0, 0)
    return rates.get("verify: right approved", none), rates.get("verify: wrong approved", none)


def _bar(axes: Axes, place: float, height: float, rate: Rate, colour: str) -> None:
    error = [[max(0.0, rate.share - rate.low)], [max(0.0, rate.high - rate.share)]]
    axes.barh(place, rate.share, height, color=colour, xerr=error, ecolor="#444", capsize=2)
    axes.text(rate.high + 0.01, place, f"{rate.hits} of {rate.of}", va="center", fontsize=8)


def _operators(axes: Axes, samples: Sequence[Sample]) -> None:
    by_operator = dict(GROUPINGS)["operator"]
    lines = [x for x in grouped(samples, by_operator) if x.what == "verify: wrong approved"]
    for place, line in enumerate(lines):
        rate = line.rate
        axes.plot([rate.low, rate.high], [place, place], color=WRONG, linewidth=2)
        axes.plot([rate.share], [place], "o", color=WRONG, markersize=4)
        axes.text(rate.high + 0.002, place, f"{rate.hits} of {rate.of}", va="center", fontsize=7)
    axes.set_yticks(range(len(lines)), [line.group for line in lines], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlim(-0.005, None)
    axes.margins(x=0.15)
    axes.set_title(
        "Wrong changes approved by cfg verify, by what is wrong (95 % intervals)", fontsize=10
    )
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
