"""``python -m bench.rollout_faults``: rollouts under faults, one after the other; how each ended.

Every kind of fault in turn, and after each round of them as many pairs as ``--pairs`` says. Leaves
with 1 where anything was not as it must be. Progress goes to stderr, the table to stdout.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import cycle, islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.rollout_faults.faults import ENDINGS, FAULTS, Fault
from bench.rollout_faults.playing import Played, pair, play
from bench.rollout_faults.world import world_of

_COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)


def faults_of(pairs: int, chance: random.Random) -> Iterator[tuple[Fault, ...]]:
    """Each alone, then pairs; again and again."""
    for number in cycle(range(len(FAULTS) + pairs)):
        yield (FAULTS[number],) if number < len(FAULTS) else pair(chance)


@click.command()
@click.option("--rollouts", default=108, show_default=True)
@click.option("--pairs", default=12, show_default=True, help="Pairs of faults after each round.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print every rollout as JSON.")
def main(rollouts: int, pairs: int, seed: int, *, as_json: bool) -> None:
    """Play so many rollouts."""
    chance, begun, played = random.Random(seed), time.monotonic(), list[Played]()
    with (
        tempfile.TemporaryDirectory(prefix="cfg-faults-") as folder,
        world_of(Path(folder)) as world,
        _progress() as progress,
    ):
        chosen = islice(faults_of(pairs, chance), rollouts)
        for faults in progress.track(chosen, total=rollouts, description="rollouts"):
            played.append(play(world, faults, chance))
            _tell(progress.console, played[-1])
    seconds = time.monotonic() - begun
    if as_json:
        print(json.dumps(_as_json(played, seed, seconds), ensure_ascii=False, indent=1))
    else:
        _show(played, seconds)
    sys.exit(1 if any(one.problems for one in played) else 0)


def _progress() -> Progress:
    return Progress(*_COLUMNS, console=Console(stderr=True, markup=False, highlight=False))


def _tell(console: Console, one: Played) -> None:
    console.print(
        f"{one.seconds:5.1f} s  {' + '.join(one.faults)}: {one.end}, {one.kills} kills, {one.forgotten} forgotten"
    )
    for text in one.problems:
        console.print(f"         {text}")
    if one.thread:
        console.print(one.thread)


def _as_json(played: Sequence[Played], seed: int, seconds: float) -> dict[str, object]:
    return {
        "seed": seed,
        "rollouts": len(played),
        "seconds": round(seconds, 1),
        "kills": sum(one.kills for one in played),
        "problems": sum(len(one.problems) for one in played),
        "played": [asdict(one) for one in played],
    }


def _show(played: Sequence[Played], seconds: float) -> None:
    """The table by fault; pairs are one row."""
    ends, kills, forgotten = Counter[tuple[str, str]](), Counter[str](), Counter[str]()
    for one in played:
        name = one.faults[0] if len(one.faults) == 1 else "two at once"
        ends[name, one.end] += 1
        kills[name] += one.kills
        forgotten[name] += one.forgotten
    table = Table("fault", *ENDINGS, "nothing", "kills", "forgotten")
    for name in dict.fromkeys(name for name, _ in ends):
        counts = (str(ends[name, end] or "") for end in (*ENDINGS, "nothing"))
        table.add_row(name, *counts, str(kills[name] or ""), str(forgotten[name] or ""))
    console = Console(markup=False, highlight=False)
    console.print(table)
    for number, one in enumerate(played):
        for text in one.problems:
            console.print(f"{number} ({' + '.join(one.faults)}): {text}")
    wrong, middle = (
        sum(bool(one.problems) for one in played),
        statistics.median(one.seconds for one in played),
    )
    console.print(
        f"{len(played)} rollouts, {sum(kills.values())} kills, {wrong} with problems; "
        f"{seconds / 60:.1f} minutes, {middle:.1f} s each (median)"
    )


if __name__ == "__main__":
    main()
