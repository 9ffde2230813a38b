"""``python -m bench.gate.models``: the whole pipeline with two real models; how often it is right.

The models are those of the environment (``CFG_AUTHOR_MODEL``, ``CFG_REVIEWER_MODEL`` and their base
URLs, docs/settings.md). Every task is carried out; its right change and some wrong ones are shown
to the reviewer; what must be declined is asked for too. Leaves with 1 where anything wrong was
approved or merged, with 2 where the settings name no two models. docs/local-models.md is the recipe.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.gate.measure import change_keyless, verify_keyless
from bench.gate.operators import wrong_changes
from bench.gate.tasks import Declined, Task, is_right, load_tasks
from bot.arena.intervals import Rate
from bot.arena.memory import Commit
from bot.core.gate import Mode
from bot.core.outcome import Outcome, Status
from bot.models import model_team
from bot.pipeline import Team
from bot.ports import ModelError
from bot.settings import Settings, SettingsError, read_settings

T = TypeVar("T")
_FIGURES = (
    ("change", "right", "merged rightly"),
    ("change", "wrong", "merged wrongly"),
    ("decline", "wrong", "must be declined, was not"),
    ("verify right", "approved", "right change approved"),
    ("verify wrong", "approved", "wrong change approved"),
)


@dataclass(frozen=True)
class Judged:
    """One judgement: what was asked for, how it ended (``error`` where a model could not be had)."""

    asked: str
    ended: str
    task: str
    tokens: int = 0
    cost: float = 0.0


def judged(task: Task | Declined, settings: Settings, mode: Mode, wrong: int) -> Iterator[Judged]:
    """Every judgement of one task."""
    if isinstance(task, Declined):
        yield _carried_out("decline", task, model_team(settings, mode))
        return
    yield _carried_out("change", task, model_team(settings, mode))
    heads = [("verify right", Commit(task.right[0]))]
    heads += [
        ("verify wrong", Commit(one.tree, one.modes)) for one in wrong_changes(task, 4, wrong)
    ]
    for asked, head in heads:
        yield _verified(asked, task, head, model_team(settings, mode))


def _carried_out(asked: str, task: Task | Declined, team: Team) -> Judged:
    name = f"{task.repo}/{task.id}"
    try:
        outcome, tree = change_keyless(task.request, task.base, team)
    except ModelError as error:
        return Judged(asked, "error", f"{name}: {error.code}", *_spent(team))
    if outcome.status is not Status.MERGED and tree == task.base:
        return Judged(asked, "declined", name, *_spent(team))
    right = isinstance(task, Task) and is_right(task, tree)
    return Judged(asked, "right" if right else "wrong", name, *_spent(team))


def _verified(asked: str, task: Task, head: Commit, team: Team) -> Judged:
    name = f"{task.repo}/{task.id}"
    try:
        outcome: Outcome = verify_keyless(task.request, Commit(task.base), head, team)
    except ModelError as error:
        return Judged(asked, "error", f"{name}: {error.code}", *_spent(team))
    approved = outcome.status is Status.APPROVED
    return Judged(asked, "approved" if approved else "refused", name, *_spent(team))


def _spent(team: Team) -> tuple[int, float]:
    spent = team.spent()
    tokens = sum(one.prompt_tokens + one.completion_tokens for one in spent)
    return tokens, sum(one.cost for one in spent)


def is_wrong(one: Judged) -> bool:
    """What must never be."""
    return one.ended == "wrong" or (one.asked, one.ended) == ("verify wrong", "approved")


def figures(found: Sequence[Judged]) -> list[tuple[str, Rate]]:
    """Each figure with its interval; what ended in an error counts as not passed."""
    return [
        (
            words,
            Rate(
                sum(1 for one in found if (one.asked, one.ended) == (asked, ended)),
                sum(1 for one in found if one.asked == asked),
            ),
        )
        for asked, ended, words in _FIGURES
    ]


def chosen(repos: Sequence[str], tasks: int, declined: int) -> list[Task | Declined]:
    """So many tasks and requests to be declined, of every repository in turn."""
    loaded = load_tasks(repos or None)
    return [*islice(_in_turn(loaded.right), tasks), *islice(_in_turn(loaded.declined), declined)]


def _in_turn(items: Sequence[T]) -> Iterator[T]:
    by_repo: dict[str, list[T]] = {}
    for item in items:
        by_repo.setdefault(getattr(item, "repo"), []).append(item)  # noqa: B009 - two classes
    for row in zip_longest(*by_repo.values()):
        yield from (item for item in row if item is not None)


@click.command()
@click.option("--tasks", default=30, show_default=True, help="Requests to be carried out.")
@click.option("--declined", default=10, show_default=True, help="Requests to be declined.")
@click.option("--wrong", default=2, show_default=True, help="Wrong changes a task.")
@click.option("--repo", "repos", multiple=True, help="Only these repositories.")
@click.option("--mode", default="blind", type=click.Choice(["blind", "review"]), show_default=True)
@click.option("--json", "as_json", type=click.Path(path_type=Path), help="Write it all here.")
def main(
    tasks: int, declined: int, wrong: int, repos: tuple[str, ...], mode: str, as_json: Path | None
) -> None:
    """Ask two models, and print how often the gate was right with them."""
    settings = _settings()
    found: list[Judged] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    listed = chosen(repos, tasks, declined)
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for task in progress.track(listed, description="requests"):
            found += judged(task, settings, Mode(mode), wrong)
    show(Console(), settings, found)
    if as_json:
        as_json.write_text(json.dumps([vars(one) for one in found], indent=1) + "\n")
    sys.exit(1 if any(is_wrong(one) for one in found) else 0)


def _settings() -> Settings:
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        click.echo(f"{error.code}: {error.facts} (docs/settings.md)", err=True)
        sys.exit(2)
    if not settings.uses_models:
        click.echo("Set CFG_AUTHOR_MODEL and CFG_REVIEWER_MODEL (docs/local-models.md).", err=True)
        sys.exit(2)
    return settings


def show(console: Console, settings: Settings, found: Sequence[Judged]) -> None:
    """The figures, the errors, and everything that was wrong."""
    table = Table(title=f"{settings.author.name} and {settings.reviewer.name}")
    for column in ("figure", "hits", "of", "share", "95 %"):
        table.add_column(column)
    for words, rate in figures(found):
        span = f"{rate.low:.1%} - {rate.high:.1%}"
        table.add_row(words, str(rate.hits), str(rate.of), f"{rate.share:.1%}", span)
    console.print(table)
    for task, count in Counter(one.task for one in found if one.ended == "error").items():
        console.print(f"error {task} ({count} times)", markup=False)
    for one in filter(is_wrong, found):
        console.print(f"WRONG {one.asked} {one.task}", markup=False)
    tokens, cost = sum(one.tokens for one in found), sum(one.cost for one in found)
    console.print(f"{len(found)} judgements, {tokens:,} tokens, {cost:.2f} US dollars")


if __name__ == "__main__":
    main()
