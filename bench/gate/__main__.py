"""``python -m bench.gate``: what the gate lets through, over all tasks; a table, JSON and a plot.

Leaves with 1 where a wrong change was approved or merged, or a request that must be declined was
not. What a request of the part kept apart says is never printed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from time import monotonic

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.gate.measure import Sample, samples_of, samples_of_declined
from bench.gate.rates import GROUPINGS, Line, grouped, overall
from bench.gate.tasks import HELD_OUT, OPEN, Declined, Task, load_tasks

WORKERS = 2


@click.command()
@click.option("--repo", "repos", multiple=True, help="Only these repositories.")
@click.option("--part", type=click.Choice([OPEN, HELD_OUT]), help="Only this part.")
@click.option("--seed", default=4, show_default=True, help="Of the wrong changes.")
@click.option("--json", "as_json", type=click.Path(path_type=Path), help="Write every figure here.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the figures here (SVG or PNG).")
@click.option("--misses", is_flag=True, help="Name what went wrong, of the open part only.")
def main(
    repos: tuple[str, ...],
    part: str | None,
    seed: int,
    as_json: Path | None,
    plot: Path | None,
    *,
    misses: bool,
) -> None:
    """Judge every right and every wrong change without a key."""
    tasks = load_tasks(repos or None, [part] if part else (OPEN, HELD_OUT))
    console = Console()
    begun = monotonic()
    samples = measure([*tasks.right, *tasks.declined], seed, Console(stderr=True))
    seconds = monotonic() - begun
    _print(console, samples)
    if misses:
        _print_misses(console, samples)
    console.print(f"{len(samples)} judgements in {seconds:.0f} s, seed {seed}")
    if as_json:
        as_json.write_text(json.dumps(_report(samples, seed), indent=1, ensure_ascii=False) + "\n")
    if plot:
        from bench.gate.plot import draw  # noqa: PLC0415 - the plotting library is an extra

        draw(samples, plot)
    sys.exit(1 if any(_is_wrong(sample) for sample in samples) else 0)


def measure(tasks: Iterable[Task | Declined], seed: int, console: Console) -> list[Sample]:
    """Every judgement of ``tasks``, in their order; two processes work."""
    listed = list(tasks)
    found: dict[int, list[Sample]] = {}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with (
        ProcessPoolExecutor(WORKERS) as pool,
        Progress(*columns, console=console) as progress,
    ):
        bar = progress.add_task("requests", total=len(listed))
        waiting = {pool.submit(_samples, one, seed): n for n, one in enumerate(listed)}
        for done in as_completed(waiting):
            found[waiting[done]] = done.result()
            progress.advance(bar)
    return [sample for n in sorted(found) for sample in found[n]]


def _samples(task: Task | Declined, seed: int) -> list[Sample]:
    return list(samples_of(task, seed) if isinstance(task, Task) else samples_of_declined(task))


def _is_wrong(sample: Sample) -> bool:
    return sample.passed and not sample.good


def _print(console: Console, samples: list[Sample]) -> None:
    _table(console, "all", overall(samples))
    for name, groups in GROUPINGS:
        _table(console, f"by {name}", grouped(samples, groups))


def _table(console: Console, title: str, lines: Iterable[Line]) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("figure", "group"):
        table.add_column(column)
    for column in ("hits", "of", "share", "95 %"):
        table.add_column(column, justify="right")
    for line in lines:
        rate = line.rate
        span = f"{rate.low:.2%} - {rate.high:.2%}"
        table.add_row(
            line.what, line.group, str(rate.hits), str(rate.of), f"{rate.share:.1%}", span
        )
    console.print(table)


def _print_misses(console: Console, samples: list[Sample]) -> None:
    for sample in samples:
        if not sample.good and sample.part == OPEN:
            kind = "WRONG" if _is_wrong(sample) else "missed"
            reasons = ", ".join(sample.reasons)
            console.print(
                f"{kind} {sample.command} {sample.sort} {sample.repo}/{sample.task} {sample.operator}: {reasons}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )


def _report(samples: list[Sample], seed: int) -> dict[str, object]:
    return {
        "seed": seed,
        "judgements": len(samples),
        "all": [_row(line) for line in overall(samples)],
        **{f"by {name}": [_row(x) for x in grouped(samples, by)] for name, by in GROUPINGS},
        "wrong": [asdict(s) for s in samples if _is_wrong(s) and s.part == OPEN],
    }


def _row(line: Line) -> dict[str, object]:
    rate = line.rate
    return {
        "figure": line.what,
        "group": line.group,
        "hits": rate.hits,
        "of": rate.of,
        "share": round(rate.share, 5),
        "low": round(rate.low, 5),
        "high": round(rate.high, 5),
    }


if __name__ == "__main__":
    main()
