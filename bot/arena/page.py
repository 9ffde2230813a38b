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
    ":root{color-scheme:light dark;--text:#222;--paper:#fff;--line:#ddd;--note:#fff6e0}"
    "@media(prefers-color-scheme:dark){:root{--text:#ddd;--paper:#16181c;--line:#3a3f47;--note:#3a3218}}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:1rem auto;padding:0 1rem;color:var(--text);background:var(--paper)}"
    "h1{margin:.5rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}div.wide{overflow-x:auto}"
    "table{border-collapse:collapse;font-size:13px}td,th{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}"
    "td:first-child,th:first-child{text-align:left;white-space:normal;min-width:12rem}th.pair{padding-top:1rem}"
    "small{opacity:.7}figure{margin:.5rem 0;background:#fff;border-radius:6px}svg{max-width:100%;height:auto;display:block;margin:auto}"
    ".note{background:var(--note);padding:.6rem .9rem;border-radius:6px}"
)
_TITLES = {
    "rounds": "What a round brings, and what it costs",
    "right-against-wrong": "Right against wrong",
    "answers": "What the last round made of the first candidates",
}


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
    return "".join(
        f'<h2>{_TITLES[name]}</h2><figure class="wide">{svg(made[name])}</figure>'
        for name in _TITLES
        if name in made
    )


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
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join(_pair(name, found, len(heads)) for name, found in by_pair(cells).items())
    return f'<h2>Every setting</h2><div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def by_pair(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    """The cells of each pair of players, so that their long names stand once."""
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(f"{cell.setting.author} × {cell.setting.reviewer}", []).append(cell)
    return found


def _pair(name: str, cells: Sequence[Cell], columns: int) -> str:
    rows = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in _row(cell))}</tr>" for cell in cells)
    return f'<tr><th class="pair" colspan="{columns}">{escape(name)}</th></tr>{rows}'


def _row(cell: Cell) -> tuple[str, ...]:
    setting = cell.setting
    where = f", {setting.scope}" if setting.mode == "duel" else ""
    return (
        escape(f"{setting.mode}{where}, {setting.rounds} rounds"),
        _marked(cell.right),
        _marked(cell.wrong),
        _marked(cell.declined),
        str(cell.errors),
        str(cell.protected),
        f"{cell.calls:.1f}",
        f"{cell.tokens:.0f}",
        f"{cell.cost:.4f}",
        f"{cell.seconds:.2f}",
    )


def _marked(rate: Rate) -> str:
    return f"{rate.share:.1%} <small>{rate.low:.1%}–{rate.high:.1%}</small>"


def shown(rate: Rate) -> str:
    """``81.2 % (77.5-84.4)``."""
    return f"{rate.share:.1%} ({rate.low:.1%}–{rate.high:.1%})"
