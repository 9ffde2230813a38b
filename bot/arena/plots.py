"""A run's figures as pictures: rounds against rates and cost, right against wrong, answers broken.

Layout only. Needs matplotlib (the extra ``bench``); says so where it is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Any

from bot.arena.figures import Cell
from bot.arena.intervals import Rate
from bot.arena.setting import Setting

RIGHT, WRONG, GREY = "#2a9d8f", "#d1495b", "#6c757d"
_COLOURS = ("#264653", "#2a9d8f", "#e9a03b", "#d1495b", "#7b5ea7", "#4d7ea8", "#8a9a5b", "#b56576")
# Where the colours begin again.
_STYLES: tuple[Mapping[str, str], ...] = (
    {"marker": "o", "linestyle": "-"},
    {"marker": "s", "linestyle": "--"},
    {"marker": "^", "linestyle": ":"},
)
# Points of one line are moved aside by so much of a round, or their intervals hide each other.
_ASIDE = 0.04
_ROW = 58  # characters of a name on one line beside a bar


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
        aside = (index - (len(lines) - 1) / 2) * min(_ASIDE, 0.4 / len(lines))
        rounds = [cell.setting.rounds + aside for cell in found]
        style = _STYLES[index // len(_COLOURS) % len(_STYLES)]
        _line(axes[0], rounds, [cell.right for cell in found], colour, name, style)
        _line(axes[1], rounds, [cell.wrong for cell in found], colour, None, style)
        axes[2].plot(rounds, [cell.tokens for cell in found], color=colour, **style)
    for axis, title in zip(
        axes, ("merged rightly", "merged wrongly", "tokens a request"), strict=True
    ):
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.25)
    axes[0].set_ylim(0, 1.02)
    _in_percent(axes[0].yaxis, axes[1].yaxis)
    axes[2].yaxis.set_major_formatter("{x:,.0f}")
    axes[2].set_xlabel("rounds")
    axes[2].xaxis.get_major_locator().set_params(integer=True)
    figure.legend(loc="outside lower center", fontsize=7)
    return figure


def _in_percent(*axes: Any) -> None:  # noqa: ANN401 - axes of matplotlib's
    formatter = import_module("matplotlib.ticker").PercentFormatter
    for axis in axes:
        axis.set_major_formatter(formatter(1.0, decimals=0))


def _line(
    axis: Any,  # noqa: ANN401 - axes of matplotlib's
    rounds: Sequence[float],
    rates: Sequence[Rate],
    colour: str,
    name: str | None,
    style: Mapping[str, str],
) -> None:
    shares = [rate.share for rate in rates]
    error = [
        [max(0.0, rate.share - rate.low) for rate in rates],
        [max(0.0, rate.high - rate.share) for rate in rates],
    ]
    axis.errorbar(
        rounds,
        shares,
        yerr=error,
        **style,
        markersize=5,
        capsize=2,
        elinewidth=0.8,
        color=colour,
        label=name,
    )


def _against(cells: Sequence[Cell]) -> Any:  # noqa: ANN401
    plt = import_module("matplotlib.pyplot")
    figure, axis = plt.subplots(figsize=(8, 6), layout="constrained")
    for index, (name, found) in enumerate(_by_rounds(cells).items()):
        colour = _COLOURS[index % len(_COLOURS)]
        wrong, right = ([getattr(one, way).share for one in found] for way in ("wrong", "right"))
        style = _STYLES[index // len(_COLOURS) % len(_STYLES)]
        axis.plot(wrong, right, color=colour, alpha=0.85, label=name, **style)
        for x, y, cell in zip(wrong, right, found, strict=True):
            axis.annotate(
                str(cell.setting.rounds),
                (x, y),
                xytext=(5, 3),
                textcoords="offset points",
                fontsize=7,
                color=colour,
            )
    axis.set_xlabel(
        "merged wrongly (the figure beside a point: rounds; intervals are in the table)"
    )
    axis.set_ylabel("merged rightly")
    axis.set_ylim(0, 1.02)
    axis.set_xlim(-0.005, max(0.05, 1.1 * max(cell.wrong.share for cell in cells)))
    _in_percent(axis.xaxis, axis.yaxis)
    axis.grid(alpha=0.25)
    figure.legend(loc="outside lower center", fontsize=7)
    return figure


def _answers(cells: Sequence[Cell]) -> Any:  # noqa: ANN401
    plt = import_module("matplotlib.pyplot")
    shown = [cell for cell in cells if cell.broken.of]
    figure, axis = plt.subplots(figsize=(9, 1.2 + 0.36 * len(shown)), layout="constrained")
    for place, cell in enumerate(shown):
        axis.barh(place, cell.mended.share, color=RIGHT)
        axis.barh(place, -cell.broken.share, color=WRONG)
    names = [f"{_without_rounds(cell.setting)}, {cell.setting.rounds}\u00a0r" for cell in shown]
    folded = ["\n".join(wrap(name, _ROW)) for name in names]
    axis.set_yticks(range(len(shown)), folded, fontsize=7)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.xaxis.set_major_formatter(lambda share, _: f"{abs(share):.0%}")
    axis.set_xlabel("← broken   candidates   mended →")
    axis.invert_yaxis()
    return figure
