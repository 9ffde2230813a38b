"""A run's figures as pictures: rounds against rates and cost, right against wrong, answers broken.

Layout only. Needs matplotlib (the extra ``bench``); says so where it is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from bot.arena.figures import Cell
from bot.arena.intervals import Rate
from bot.arena.setting import Setting

RIGHT, WRONG, GREY = "#2a9d8f", "#d1495b", "#6c757d"
_COLOURS = ("#264653", "#2a9d8f", "#e9a03b", "#d1495b", "#7b5ea7", "#4d7ea8", "#8a9a5b", "#b56576")


class NoPlotsError(Exception):
    """Matplotlib is not installed."""


def pictures(cells: Sequence[Cell]) -> Mapping[str, Any]:
    """Figures by name; those that have something to show. Raises NoPlotsError."""
    try:
        import_module("matplotlib").use("Agg")
    except ImportError:
        raise NoPlotsError from None
    import_module("matplotlib").rcParams["svg.hashsalt"] = "cfgbot"
    made = {"right-against-wrong": _against(cells)}
    lines = _by_rounds(cells)
    if any(len(line) > 1 for line in lines.values()):
        made["rounds"] = _rounds(lines)
    if any(cell.broken.of for cell in cells):
        made["answers"] = _answers(cells)
    return made


def save(cells: Sequence[Cell], folder: Path) -> list[Path]:
    """Every picture as SVG and PNG in ``folder``. Raises NoPlotsError."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    for name, figure in pictures(cells).items():
        for kind in ("svg", "png"):
            path = folder / f"{name}.{kind}"
            figure.savefig(path, metadata={"Date": None} if kind == "svg" else None, dpi=110)
            saved.append(path)
        import_module("matplotlib.pyplot").close(figure)
    return saved


def svg(figure: Any) -> str:  # noqa: ANN401 - a figure of matplotlib's
    """The picture as text to be put into a page."""
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    import_module("matplotlib.pyplot").close(figure)
    text = buffer.getvalue().decode()
    return text[text.index("<svg") :]


def _by_rounds(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    """The cells that differ in their rounds only, as one line each."""
    lines: dict[str, list[Cell]] = {}
    for cell in cells:
        lines.setdefault(_without_rounds(cell.setting), []).append(cell)
    return {
        name: sorted(found, key=lambda one: one.setting.rounds) for name, found in lines.items()
    }


def _without_rounds(setting: Setting) -> str:
    where = f" {setting.scope}" if setting.mode == "duel" else ""
    author, reviewer = _short(setting.author), _short(setting.reviewer)
    pair = f"both {author}" if author == reviewer else f"{author} × {reviewer}"
    return f"{pair}, {setting.mode}{where}"


def _short(name: str) -> str:
    return name if len(name) <= 44 else name[:43] + "…"


def _rounds(lines: Mapping[str, Sequence[Cell]]) -> Any:  # noqa: ANN401
    plt = import_module("matplotlib.pyplot")
    figure, axes = plt.subplots(3, 1, figsize=(8, 11), layout="constrained", sharex=True)
    for index, (name, found) in enumerate(lines.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        rounds = [cell.setting.rounds for cell in found]
        _line(axes[0], rounds, [cell.right for cell in found], colour, name)
        _line(axes[1], rounds, [cell.wrong for cell in found], colour, None)
        axes[2].plot(rounds, [cell.tokens for cell in found], marker="o", color=colour)
    for axis, title in zip(
        axes, ("merged rightly", "merged wrongly", "tokens a request"), strict=True
    ):
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.25)
    axes[0].set_ylim(0, 1.02)
    axes[2].set_xlabel("rounds")
    axes[2].xaxis.get_major_locator().set_params(integer=True)
    figure.legend(loc="outside lower center", fontsize=7)
    return figure


def _line(
    axis: Any,  # noqa: ANN401 - axes of matplotlib's
    rounds: Sequence[int],
    rates: Sequence[Rate],
    colour: str,
    name: str | None,
) -> None:
    shares = [rate.share for rate in rates]
    error = [
        [max(0.0, rate.share - rate.low) for rate in rates],
        [max(0.0, rate.high - rate.share) for rate in rates],
    ]
    axis.errorbar(rounds, shares, yerr=error, marker="o", capsize=3, color=colour, label=name)


def _against(cells: Sequence[Cell]) -> Any:  # noqa: ANN401
    plt = import_module("matplotlib.pyplot")
    figure, axis = plt.subplots(figsize=(8, 6), layout="constrained")
    for index, cell in enumerate(cells):
        colour = _COLOURS[index % len(_COLOURS)]
        right, wrong = cell.right, cell.wrong
        axis.errorbar(
            wrong.share,
            right.share,
            xerr=[[max(0.0, wrong.share - wrong.low)], [max(0.0, wrong.high - wrong.share)]],
            yerr=[[max(0.0, right.share - right.low)], [max(0.0, right.high - right.share)]],
            marker="o",
            capsize=2,
            color=colour,
            alpha=0.85,
            label=f"{_without_rounds(cell.setting)}, {cell.setting.rounds} r"
            if len(cells) <= 16
            else None,
        )
    axis.set_xlabel("merged wrongly")
    axis.set_ylabel("merged rightly")
    axis.set_ylim(0, 1.02)
    axis.set_xlim(left=-0.005)
    axis.grid(alpha=0.25)
    if len(cells) <= 16:
        figure.legend(loc="outside lower center", fontsize=7)
    return figure


def _answers(cells: Sequence[Cell]) -> Any:  # noqa: ANN401
    plt = import_module("matplotlib.pyplot")
    shown = [cell for cell in cells if cell.broken.of]
    figure, axis = plt.subplots(figsize=(8, 1.2 + 0.36 * len(shown)), layout="constrained")
    for place, cell in enumerate(shown):
        axis.barh(place, cell.mended.share, color=RIGHT)
        axis.barh(place, -cell.broken.share, color=WRONG)
    names = [f"{_without_rounds(cell.setting)}, {cell.setting.rounds} r" for cell in shown]
    axis.set_yticks(range(len(shown)), names, fontsize=7)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.set_xlabel("← broken   candidates   mended →")
    axis.invert_yaxis()
    return figure
