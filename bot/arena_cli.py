"""``cfg arena``: play games between models, look at the figures, compare two runs.

Decides what is printed and the exit codes: 0 done, 1 stopped by a cap or a law that does not hold,
2 for input that cannot be used. Games are played by ``bot.arena``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.arena.figures import Cell, as_json, cells, compare
from bot.arena.game import RIGHT, Played
from bot.arena.intervals import Rate
from bot.arena.laws import Law, broken_laws, passing, settings_of_laws
from bot.arena.load import load_tasks
from bot.arena.page import page, shown
from bot.arena.plots import NoPlotsError, save
from bot.arena.public.loaded import UNSIMULATED
from bot.arena.running import (
    Caps,
    can_be_simulated,
    games_of,
    keep_source,
    read_records,
    read_sources,
    run,
)
from bot.arena.setting import grid
from bot.arena.tasks import Task, TaskError
from bot.core.duel.units import Scope
from bot.core.gate import Mode
from bot.core.outcome import Trouble
from bot.core.report.sentences import say_trouble
from bot.core.request import Language
from bot.settings import BUILTIN, SettingsError, settings_here
from bot.simulated.faults import PREFIX, FaultsError, read_faults

_OUT = click.argument("out", type=click.Path(path_type=Path, file_okay=False))
_TASKS = click.option(
    "--tasks",
    "said",
    required=True,
    help="A directory of repositories with requests, or ciri:PATH, cloudeval:PATH, multi-iac:PATH.",
)
_SEED = click.option("--seed", default=1, show_default=True)
_PARALLEL = click.option("--parallel", default=2, show_default=True, type=click.IntRange(1, 64))


@click.group()
def arena() -> None:
    """How many rounds help? Games between models, real or simulated."""


def _listed(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in value.split(",") if one.strip())


def _names(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """Names of models are parted by semicolons: a simulated one has commas of its own."""
    names = tuple(one.strip() for one in value.split(";") if one.strip())
    for name in names:
        if name.startswith(PREFIX):
            try:
                read_faults(name)
            except FaultsError as error:
                raise click.BadParameter(f"{name}: {error}") from error
    return names


@arena.command("run")
@_OUT
@_TASKS
@click.option("--author", "authors", required=True, callback=_names, help="Models, parted by ';'.")
@click.option(
    "--reviewer", "reviewers", required=True, callback=_names, help="Models, parted by ';'."
)
@click.option("--mode", "modes", default="blind", callback=_listed, help="blind, review, duel.")
@click.option("--scope", "scopes", default="project", callback=_listed, help="project, file, hunk.")
@click.option("--rounds", default="0", callback=_listed, help="Such as 0,1,2,3.")
@click.option("--games", default=100, show_default=True, type=click.IntRange(1), help="A setting.")
@_SEED
@_PARALLEL
@click.option("--rate", default=0.0, help="Games with real models begun a minute.")
@click.option("--max-cost", default=5.0, show_default=True, help="US dollars.")
@click.option("--max-seconds", default=3600.0, show_default=True)
def run_command(
    out: Path,
    said: str,
    authors: tuple[str, ...],
    reviewers: tuple[str, ...],
    modes: tuple[str, ...],
    scopes: tuple[str, ...],
    rounds: tuple[str, ...],
    games: int,
    seed: int,
    parallel: int,
    rate: float,
    max_cost: float,
    max_seconds: float,
) -> None:
    """Play the grid and write every game to OUT; the same command goes on where it was."""
    _checked(modes, {mode.value for mode in Mode}, "--mode")
    _checked(scopes, {scope.value for scope in Scope}, "--scope")
    if not all(one.isdigit() for one in rounds):
        raise click.BadParameter("whole numbers", param_hint="--rounds")
    settings = grid(authors, reviewers, modes, scopes, tuple(int(one) for one in rounds))
    simulated = any(name.startswith(PREFIX) for name in (*authors, *reviewers))
    _described((*authors, *reviewers))
    tasks = _tasks(said, out, simulated=simulated)
    played = list(games_of(settings, tasks, games, seed))
    ended = _play(played, out, Caps(max_cost, max_seconds, rate), parallel)
    _print(cells(read_records(out)))
    if ended != "done":
        click.echo(f"Stopped: the cap of {ended} is reached. The same command goes on.", err=True)
        sys.exit(1)


def _checked(said: Sequence[str], known: set[str], option: str) -> None:
    for one in said:
        if one not in known:
            raise click.BadParameter(
                f"{one!r} is none of {', '.join(sorted(known))}", param_hint=option
            )


def _described(names: Sequence[str]) -> None:
    """Real models can be asked as the environment says; known before the first game."""
    real = [name for name in names if not name.startswith(PREFIX)]
    if BUILTIN in real:
        raise click.BadParameter(f"{BUILTIN} is no model", param_hint="--author, --reviewer")
    if not real:
        return
    try:
        settings_here()
    except SettingsError as error:
        trouble = Trouble(error.code, tuple(sorted(error.facts.items())))
        click.echo(say_trouble(trouble, Language.ENGLISH), err=True)
        sys.exit(2)


def _tasks(said: str, out: Path, *, simulated: bool) -> tuple[Task, ...]:
    """The tasks to be played; what is left out of the set is said, and kept beside the games."""
    try:
        loaded = load_tasks(said)
    except TaskError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    loaded = loaded.keeping(can_be_simulated, UNSIMULATED) if simulated else loaded
    for line in loaded.lines() if loaded.left_out else ():
        click.echo(line, err=True)
    if not loaded.tasks:
        click.echo(f"No task of {said} can be played.", err=True)
        sys.exit(2)
    keep_source(out, loaded.as_data())
    return loaded.tasks


def _play(played: Sequence[Played], out: Path, caps: Caps, parallel: int) -> str:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    names = {one.name for one in played}
    known = sum(1 for one in read_records(out) if one["game"] in names)
    right = wrong = 0
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("playing", total=len(played), completed=known)

        def told(record: dict[str, object]) -> None:
            nonlocal right, wrong
            right += record["ended"] == RIGHT
            wrong += record["ended"] == "wrong"
            progress.update(bar, advance=1, description=f"{right} right, {wrong} wrong")

        return run(played, out, caps, parallel, told)


@arena.command()
@_OUT
@click.option("--html", type=click.Path(path_type=Path), help="Write one page here.")
@click.option("--plots", type=click.Path(path_type=Path), help="Write SVG and PNG here.")
@click.option("--title", default="How many rounds?", show_default=True)
@click.option("--json", "as_data", is_flag=True, help="Print JSON.")
def report(out: Path, html: Path | None, plots: Path | None, title: str, *, as_data: bool) -> None:
    """The figures of a run, with intervals."""
    found = cells(_records(out))
    if html is not None:
        html.write_text(page(found, title), encoding="utf-8")
    if plots is not None:
        try:
            save(found, plots)
        except NoPlotsError:
            click.echo(
                "No pictures: matplotlib is missing (pip install 'cfgbot[bench]').", err=True
            )
            sys.exit(2)
    if as_data:
        told = {"settings": as_json(found), "tasks": read_sources(out)}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print(found)


def _records(out: Path) -> list[dict[str, object]]:
    records = read_records(out)
    if not records:
        click.echo(f"{out} holds no game; `cfg arena run {out} …` plays some.", err=True)
        sys.exit(2)
    return records


@arena.command("compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option("--json", "as_data", is_flag=True, help="Print JSON.")
def compare_command(first: Path, second: Path, *, as_data: bool) -> None:
    """Two runs, game by game: is SECOND better than FIRST?"""
    found = compare(_records(first), _records(second))
    if not found.games:
        click.echo("The runs share no game (same tasks and numbers).", err=True)
        sys.exit(2)
    if as_data:
        click.echo(json.dumps({name: getattr(found, name) for name in found.__dataclass_fields__}))
        return
    click.echo(
        f"{found.games} games both have: only the first right {found.first_only}, only the second "
        f"{found.second_only}; difference {found.difference:+.1%} ({found.low:+.1%} to {found.high:+.1%}), p = {found.p:.3g}"
    )


@arena.command()
@_OUT
@_TASKS
@click.option("--games", default=150, show_default=True, help="A setting.")
@_SEED
@_PARALLEL
def laws(out: Path, said: str, games: int, seed: int, parallel: int) -> None:
    """Simulated models against what probability says must come out; exit 1 where it does not."""
    tasks = passing(_tasks(said, out, simulated=True), seed)
    settings = settings_of_laws()
    _play(list(games_of(settings, tasks, games, seed)), out, Caps(), parallel)
    found = broken_laws(read_records(out), tasks)
    table = Table("setting", "implied", "measured", "holds")
    for law in found:
        table.add_row(*_law(law))
    Console(width=160).print(table)
    sys.exit(0 if all(law.holds for law in found) else 1)


def _law(law: Law) -> tuple[str, str, str, str]:
    implied = "–" if law.implied is None else f"{law.implied:.1%}"
    return law.name, implied, shown(law.measured), "yes" if law.holds else "NO"


def _print(found: Sequence[Cell]) -> None:
    table = Table("setting", "right", "wrong", "declined", "protected", "broken", "tokens", "s")
    for cell in found:
        table.add_row(
            cell.setting.label,
            _short(cell.right),
            _short(cell.wrong),
            _short(cell.declined),
            str(cell.protected),
            _short(cell.broken),
            f"{cell.tokens:.0f}",
            f"{cell.seconds:.2f}",
        )
    Console(width=180).print(table)


def _short(rate: Rate) -> str:
    return shown(rate) if rate.of else "–"
