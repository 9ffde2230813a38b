"""A run as one page: pictures in it, a table, what it does not show. Loads nothing from anywhere.

Layout only; every name and figure is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bot.arena.figures import Cell
from bot.arena.intervals import Rate
from bot.arena.plots import NoPlotsError, pictures, svg
from bot.simulated.faults import PREFIX

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;font-size:13px}td,th{padding:.25rem .5rem;border-bottom:1px solid #ddd;text-align:right}"
    "td:first-child,th:first-child{text-align:left}div.wide{overflow-x:auto}svg{max-width:100%;height:auto}"
    ".note{background:#fff6e0;padding:.6rem .9rem;border-radius:6px}"
)


def page(cells: Sequence[Cell], title: str) -> str:
    """The whole page as HTML."""
    simulated = any(cell.setting.author.startswith(PREFIX) for cell in cells)
    note = (
        '<p class="note">Simulated models: they know the right change and err at set rates. These figures'
        " show what the rules of the game do with such errors, and nothing about any real model.</p>"
    )
    games = sum(cell.right.of for cell in cells)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>"
        f"<p>{games} games in {len(cells)} settings; intervals are Wilson's at 95 %.</p>"
        f"{note if simulated else ''}{_drawn(cells)}{_table(cells)}</html>\n"
    )


def _drawn(cells: Sequence[Cell]) -> str:
    try:
        made = pictures(cells)
    except NoPlotsError:
        return "<p>No pictures: matplotlib is not installed (extra <code>bench</code>).</p>"
    return "".join(f'<div class="wide">{svg(figure)}</div>' for figure in made.values())


def _table(cells: Sequence[Cell]) -> str:
    heads = (
        "setting",
        "right",
        "wrong",
        "declined",
        "errors",
        "protected",
        "calls",
        "tokens",
        "USD",
        "s",
    )
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in _row(cell))}</tr>" for cell in cells
    )
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    return f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'


def _row(cell: Cell) -> tuple[str, ...]:
    return (
        cell.setting.label,
        shown(cell.right),
        shown(cell.wrong),
        shown(cell.declined),
        str(cell.errors),
        str(cell.protected),
        f"{cell.calls:.1f}",
        f"{cell.tokens:.0f}",
        f"{cell.cost:.4f}",
        f"{cell.seconds:.2f}",
    )


def shown(rate: Rate) -> str:
    """``81.2 % (77.5-84.4)``."""
    return f"{rate.share:.1%} ({rate.low:.1%}–{rate.high:.1%})"
