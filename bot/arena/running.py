"""A grid of games, played in parallel and written down one by one.

Decides nothing of a game. What is written is on the disk before the next is taken, and what is
written already is not played again, so a run that was killed goes on where it was. Never plays on
when the cost or the time is used up.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

from bot.arena.game import Played, play
from bot.arena.setting import Setting
from bot.arena.tasks import Task
from bot.models import open_budget
from bot.models import open_model as open_endpoint
from bot.ports import Model
from bot.settings import Endpoint, SettingsError, settings_here
from bot.simulated.faults import PREFIX, read_faults
from bot.simulated.model import SimulatedModel
from bot.simulated.truth import Truth, truth_of

RECORDS = "games.jsonl"
SOURCES = "tasks.json"
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caps:
    """US dollars and seconds of a whole run, real calls a minute (0: as fast as it goes)."""

    cost: float = 5.0
    seconds: float = 3_600.0
    per_minute: float = 0.0


def open_model(name: str, player: str, task: Task, draws: str) -> Model:
    """A simulated model that knows the task, or one that litellm knows, as CFG_* describes it.

    Raises SettingsError where the environment cannot be read.
    """
    if name.startswith(PREFIX):
        truth = _truth(task)
        if truth is None:
            raise ValueError(f"{task.repo}/{task.id} cannot be simulated")
        return SimulatedModel(f"{player}:{name}", read_faults(name), truth, draws)
    settings = settings_here()
    described = {one.name: one for one in (settings.author, settings.reviewer)}
    model = open_endpoint(described.get(name, Endpoint(name)), settings, open_budget(settings))
    if model is None:
        raise SettingsError("setting-invalid", name="a player", value=name)
    return model


@lru_cache(maxsize=4096)
def _known(
    name: str,
    request: str,
    base: tuple[tuple[str, bytes], ...],
    right: tuple[tuple[str, bytes], ...],
) -> Truth | None:
    return truth_of(name, request, dict(base), dict(right))


def _truth(task: Task) -> Truth | None:
    """Worked out once a process."""
    trees = tuple(task.base.items()), tuple(task.right[0].items())
    return _known(f"{task.repo}/{task.id}", task.request, *trees)


def can_be_simulated(task: Task) -> bool:
    """Whether a simulated model can know this task."""
    return _truth(task) is not None


def games_of(
    settings: Sequence[Setting], tasks: Sequence[Task], count: int, seed: int
) -> Iterator[Played]:
    """``count`` games a setting (each task as often as the others), settings in turn."""
    for number in range(count):
        task = tasks[number % len(tasks)]
        for setting in settings:
            yield Played(setting, task, number // len(tasks), seed)


def read_records(out: Path) -> list[Record]:
    """What was written; a last line that was cut off is none."""
    path = out / RECORDS
    if not path.exists():
        return []
    found: dict[str, Record] = {}
    for line in path.read_bytes().split(b"\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue  # killed in the middle of it, perhaps of a character: it is played again
        found.setdefault(record["game"], record)
    return list(found.values())


def keep_source(out: Path, source: Record) -> None:
    """Write beside the games what their task set gave and left out, once for each set."""
    out.mkdir(parents=True, exist_ok=True)
    known = [one for one in read_sources(out) if one["source"] != source["source"]]
    text = json.dumps([*known, source], ensure_ascii=False, indent=1)
    unfinished = out / f"{SOURCES}.new"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(out / SOURCES)


def read_sources(out: Path) -> list[Record]:
    """Each task set that was played here: ``source``, ``tasks``, and ``left_out`` by reason."""
    path = out / SOURCES
    found: list[Record] = json.loads(path.read_bytes()) if path.exists() else []
    return found


def run(
    games: Iterable[Played],
    out: Path,
    caps: Caps,
    parallel: int,
    told: Callable[[Record], None],
) -> str:
    """Play what is not written yet; why it ended: ``done``, ``cost`` or ``seconds``."""
    out.mkdir(parents=True, exist_ok=True)
    known = {record["game"] for record in read_records(out)}
    left = (one for one in games if one.name not in known)
    with (out / RECORDS).open("a", encoding="utf-8") as file, _pool(parallel) as pool:
        if file.tell():
            file.write("\n")  # a line that was cut off ends here
        return _play_all(left, pool, file, caps, parallel, told)


def _pool(parallel: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=parallel, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """A worker whose run was killed would wait for its next game for ever."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _play_all(
    left: Iterator[Played],
    pool: ProcessPoolExecutor,
    file: Any,  # noqa: ANN401 - a text file
    caps: Caps,
    parallel: int,
    told: Callable[[Record], None],
) -> str:
    begun, cost = monotonic(), 0.0
    waiting: set[Future[Record]] = set()
    ended = "done"
    while True:
        if ended == "done":
            for played in islice(left, 4 * parallel - len(waiting)):
                waiting.add(pool.submit(play, played, open_model))
                _pace(caps, played)
        if not waiting:
            return ended
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            record = future.result()
            cost += record["cost"]
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            told(record)
        file.flush()
        os.fsync(file.fileno())
        if cost >= caps.cost:
            ended = "cost"
        if monotonic() - begun >= caps.seconds:
            ended = "seconds"


def _pace(caps: Caps, played: Played) -> None:
    """Games with a real model are begun no faster than its provider allows."""
    names = (played.setting.author, played.setting.reviewer)
    if caps.per_minute and not all(name.startswith(PREFIX) for name in names):
        sleep(60.0 / caps.per_minute)
