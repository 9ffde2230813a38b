"""Games between models: the same game each time, a run that goes on where it was, honest figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.arena.figures import cells, compare, mcnemar, paired
from bot.arena.game import RIGHT, Played, play
from bot.arena.implied import right_merges
from bot.arena.laws import broken_laws, passing
from bot.arena.load import load_directory
from bot.arena.running import (
    RECORDS,
    Caps,
    can_be_simulated,
    games_of,
    open_model,
    read_records,
    run,
)
from bot.arena.setting import Setting, grid
from bot.arena.tasks import Task, TaskError
from bot.arena_cli import arena
from bot.simulated.faults import Faults, FaultsError, read_faults
from bot.simulated.truth import altered, truth_of

ROOT = Path(__file__).parents[1]
TASKS = """right:
- {id: pool, language: en, request: "give the app a pool of 9, as agreed", edits: [{file: app.yml, old: "pool: 4", new: "pool: 9"}]}
- {id: two, language: en, request: "the app wants 9 as pool and 7 retries", edits: [{file: app.yml, old: "pool: 4", new: "pool: 9"}, {file: app.yml, old: "retries: 3", new: "retries: 7"}]}
- {id: more, language: en, request: "the app wants a new key", edits: [{file: app.yml, old: "pool: 4", new: "pool: 4\\nnew: 1"}]}
declined: []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A task set of one repository."""
    files = tmp_path / "tasks" / "shop" / "files"
    files.mkdir(parents=True)
    (files / "app.yml").write_text("pool: 4\nretries: 3\nlevel: 2\nsize: 8\n", encoding="utf-8")
    (files.parent / "open.yml").write_text(TASKS, encoding="utf-8")
    return files.parents[1]


def setting(author: str, reviewer: str, mode: str = "blind", rounds: int = 0) -> Setting:
    """One cell of the grid."""
    return Setting(author, reviewer, mode, "project", rounds)


def simulable(folder: Path) -> tuple[Task, ...]:
    """The tasks a simulated model can know."""
    return tuple(task for task in load_directory(folder) if can_be_simulated(task))


def test_only_tasks_whose_values_are_set_can_be_simulated(folder: Path) -> None:
    """A key that comes has no old value to be shown."""
    assert [task.id for task in simulable(folder)] == ["pool", "two"]


def test_a_directory_without_tasks_is_said(tmp_path: Path) -> None:
    """No empty run poses as a measurement."""
    with pytest.raises(TaskError):
        load_directory(tmp_path)
    with pytest.raises(TaskError):
        load_directory(tmp_path / "none")


@pytest.mark.parametrize("mode", ["blind", "duel"])
def test_perfect_players_merge_what_is_right(folder: Path, mode: str) -> None:
    """Nothing but the gate stands between a right answer and a right merge."""
    for task in simulable(folder):
        record = play(Played(setting("sim:perfect", "sim:perfect", mode), task, 0, 1), open_model)
        assert record["ended"] == RIGHT, record


def test_a_game_played_again_is_the_same_game(folder: Path) -> None:
    """Draws follow from seed, task, number, name and turn, never from what was played before."""
    name = "sim:wrong_value=0.5,oversight=0.5,stubbornness=0.5"
    games = list(games_of([setting(name, name, "duel", 2)], simulable(folder), 6, 3))
    first = [play(one, open_model) for one in games]
    again = [play(one, open_model) for one in reversed(games)]
    for one, other in zip(first, reversed(again), strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}


def test_rounds_mend_what_players_name(folder: Path) -> None:
    """Who always errs alone and always listens merges after one round, and not before."""
    names = "sim:wrong_value=1", "sim:perfect"
    for task in simulable(folder):
        before = play(Played(setting(*names, "duel", 0), task, 0, 1), open_model)
        after = play(Played(setting(*names, "duel", 1), task, 0, 1), open_model)
        assert (before["ended"], after["ended"]) == ("declined", RIGHT)
        assert [row["A"] for row in after["played"]] == [False, True]


def records_of(folder: Path, out: Path) -> Iterator[Played]:
    """A small grid."""
    settings = grid(
        ("sim:wrong_value=0.4",), ("sim:perfect",), ("blind", "duel"), ("project",), (0, 1)
    )
    return games_of(settings, simulable(folder), 4, 1)


def test_a_killed_run_goes_on_to_the_same_totals(folder: Path, tmp_path: Path) -> None:
    """What is written is not played again, and a line that was cut off is."""
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    run(records_of(folder, whole), whole, Caps(), 1, lambda _: None)
    lines = (whole / RECORDS).read_text("utf-8").splitlines()
    cut.mkdir()
    (cut / RECORDS).write_text("\n".join(lines[:5]) + "\n" + lines[5][:40], encoding="utf-8")
    played: list[str] = []
    assert (
        run(records_of(folder, cut), cut, Caps(), 1, lambda one: played.append(one["game"]))
        == "done"
    )
    assert len(played) == len(lines) - 5

    def totals(out: Path) -> list[tuple[int, int]]:
        found = {
            cell.setting: (cell.right.hits, cell.right.of) for cell in cells(read_records(out))
        }
        return [found[one] for one in sorted(found, key=str)]

    assert totals(cut) == totals(whole)


def test_a_kill_in_the_middle_of_a_character_is_no_crash(tmp_path: Path) -> None:
    """Names may be Korean; half of a letter on the disk costs that one game and no more."""
    whole = json.dumps({"game": "one", "task": "가게/풀"}, ensure_ascii=False).encode()
    other = json.dumps({"game": "two", "task": "a\u2028b"}, ensure_ascii=False).encode()
    cut = whole[: whole.index("풀".encode()) + 1]
    (tmp_path / RECORDS).write_bytes(other + b"\n" + cut + b"\n" + whole + b"\n")
    assert [one["game"] for one in read_records(tmp_path)] == ["two", "one"]


_WORKER = """
import os, time
from bot.arena.running import _pool
if __name__ == "__main__":
    print(_pool(1).submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_workers_of_a_killed_run_end(tmp_path: Path) -> None:
    """A run that is killed alone (as the kernel does that is out of memory) leaves nobody waiting."""
    script = tmp_path / "run.py"
    script.write_text(_WORKER, encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, env=environ, text=True
    ) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        process.kill()
    end = time.monotonic() + 20
    while _lives(worker) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(worker)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_cap_stops_a_run(folder: Path, tmp_path: Path) -> None:
    """No time left: what is on its way is written, nothing more is begun."""
    games = list(records_of(folder, tmp_path))
    assert run(iter(games), tmp_path / "out", Caps(seconds=0.0), 1, lambda _: None) == "seconds"
    assert 0 < len(read_records(tmp_path / "out")) < len(games)


def test_measured_is_what_was_implied(folder: Path, tmp_path: Path) -> None:
    """The laws hold on a small run, and one that is bent is seen."""
    tasks = passing(simulable(folder), 1)
    name = "sim:wrong_value=0.3"
    settings = [setting(name, name, "duel", rounds) for rounds in (0, 1)]
    run(games_of(settings, tasks, 60, 1), tmp_path, Caps(), 2, lambda _: None)
    found = broken_laws(read_records(tmp_path), tasks)
    assert len(found) == 4
    assert all(law.holds for law in found), found
    bent = [{**one, "ended": RIGHT} for one in read_records(tmp_path)]
    assert not all(law.holds for law in broken_laws(bent, tasks))


def test_closed_forms() -> None:
    """Two coins of three quarters, and one round in which half of the mistakes are named."""
    fair = Faults(wrong_value=0.25)
    assert right_merges(fair, fair, "blind", 0, 1) == pytest.approx(0.5625)
    common = Faults(wrong_value=0.25, correlation=1)
    assert right_merges(common, common, "blind", 0, 1) == pytest.approx(0.75)
    seen = Faults(wrong_value=0.5, oversight=0.5)
    # of those who err, a quarter err alike and agree at once
    assert right_merges(seen, seen, "duel", 1, 1) == pytest.approx(0.75**2 - 0.25 * 0.25)
    assert right_merges(Faults(sycophancy=0.5), fair, "duel", 1, 1) is None


def test_a_pair_is_compared_game_by_game() -> None:
    """Only games on which they differ count; the exact test needs some of them."""
    found = paired([(True, True)] * 50 + [(False, True)] * 9 + [(True, False)])
    assert (found.games, found.first_only, found.second_only) == (60, 1, 9)
    assert found.p == pytest.approx(2 * 11 / 1024)
    assert found.low > 0
    assert mcnemar(0, 0) == 1.0
    one = {"task": "a", "number": 0, "ended": RIGHT}
    assert compare([one], [{**one, "ended": "declined"}]).difference == -1.0


@pytest.mark.parametrize(
    "name",
    [
        "sim:wrong=1",
        "sim:wrong_value=2",
        "sim:wrong_value=x",
        "sim:wrong_value=0.6,missed_place=0.6",
    ],
)
def test_a_rate_that_is_none_is_said(name: str) -> None:
    """A typo in a rate must not quietly be a perfect model."""
    with pytest.raises(FaultsError):
        read_faults(name)


def test_another_value_is_another() -> None:
    """Whatever stands there, and never the old one."""
    for value in ("4", "true", "on", "info", "192.0.2.9", "45s"):
        assert altered(value) != value
    assert altered("3", "4") not in {"3", "4"}


def test_a_tree_with_another_set_of_files_has_no_truth() -> None:
    """Files that come or go cannot be said in values."""
    assert truth_of("t", "r", {"a.yml": b"a: 1\n"}, {"b.yml": b"a: 1\n"}) is None


def test_the_command_plays_and_reports(folder: Path, tmp_path: Path) -> None:
    """Run, report with a page, compare: what a person types, with exit codes that mean something."""
    out, page = str(tmp_path / "out"), tmp_path / "page.html"
    said = [
        "run",
        out,
        "--tasks",
        str(folder),
        "--author",
        "sim:wrong_value=0.5",
        "--reviewer",
        "sim:perfect",
    ]
    runner = CliRunner()
    done = runner.invoke(
        arena, [*said, "--mode", "blind,duel", "--rounds", "0,1", "--games", "4", "--parallel", "1"]
    )
    assert done.exit_code == 0, done.output
    told = runner.invoke(arena, ["report", out, "--json", "--html", str(page)])
    assert len(json.loads(told.output)["settings"]) == 4
    assert "<script" not in page.read_text("utf-8")
    assert "Simulated models" in page.read_text("utf-8")
    assert runner.invoke(arena, ["compare", out, out]).exit_code == 0
    assert runner.invoke(arena, ["report", str(tmp_path / "none")]).exit_code == 2
    assert runner.invoke(arena, [*said, "--mode", "duel,dual"]).exit_code == 2


def test_a_real_player_is_asked_as_the_environment_says(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad setting, or rules as a player, is said before the first game and not in each."""
    said = ["run", str(tmp_path / "out"), "--tasks", str(folder), "--reviewer", "sim:perfect"]
    rules = CliRunner().invoke(arena, [*said, "--author", "builtin"])
    monkeypatch.setenv("CFG_MODEL_TIMEOUT", "soon")
    bad = CliRunner().invoke(arena, [*said, "--author", "openai/x"])
    for ran in (rules, bad):
        assert ran.exit_code == 2
        assert "Traceback" not in ran.output
    assert "CFG_MODEL_TIMEOUT" in bad.output
    assert not (tmp_path / "out" / RECORDS).exists()
