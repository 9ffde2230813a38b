"""Whether a run of the arena that is killed and taken up again comes to what an unbroken one does.

``python -m bench.arena_kill [--games N] [--kills N] [--parallel N] [--seed N]``: the command line
plays the grid of ``cfg arena laws`` twice, once in one go and once SIGKILLed at random moments and
begun again by the same command. Then every record but its time, the totals of every setting and
what ``cfg arena report`` says are compared. Exits 1 where anything differs, a game was played
twice, or a worker outlived its run. Linux only: processes are found through /proc.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from bot.arena.figures import as_json, cells
from bot.arena.running import RECORDS, read_records

ROOT = Path(__file__).parents[1]
TASKS = ROOT / "bench" / "gate" / "repos"
_TICK = 0.02
_PATIENCE = 1_800.0
_CLOCK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Ran:
    """One whole run: seconds by the clock and of processor, kills, and how it ended."""

    out: Path
    wall: float
    processor: float
    kills: tuple[int, ...]  # games written when it was killed
    orphans: int
    exit_code: int


def whole(out: Path, command: Sequence[str]) -> Ran:
    """The run in one go."""
    begun = time.monotonic()
    with _started(command) as process:
        processor = _wait_until(process, out)
    return Ran(out, time.monotonic() - begun, processor, (), 0, process.returncode)


def killed(out: Path, command: Sequence[str], total: int, kills: int, rng: random.Random) -> Ran:
    """The run killed at ``kills`` random moments, and gone on with by the same command."""
    begun, processor, orphans, at = time.monotonic(), 0.0, 0, list[int]()
    for goal in sorted(rng.uniform(0.02, 0.95) * total for _ in range(kills)):
        with _started(command) as process:
            processor += _wait_until(process, out, goal)
            time.sleep(rng.uniform(0.0, 0.5))
            children = _children(process.pid)
            process.kill()
        at.append(written(out))
        orphans += _left_over(children)
    with _started(command) as process:
        processor += _wait_until(process, out)
    took = time.monotonic() - begun
    return Ran(out, took, processor, tuple(at), orphans, process.returncode)


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait_until(process: subprocess.Popen[bytes], out: Path, goal: float = inf) -> float:
    """Wait for the end or for so many games; the processor's seconds so far, or SystemExit."""
    end, processor = time.monotonic() + _PATIENCE, 0.0
    while process.poll() is None and written(out) < goal:
        processor = max(processor, _processor([process.pid, *_children(process.pid)]))
        if time.monotonic() > end:
            process.kill()
            raise SystemExit("the run does not end")
        time.sleep(_TICK)
    return processor


def written(out: Path) -> int:
    """Lines of the record so far."""
    path = out / RECORDS
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _children(pid: int) -> list[int]:
    found = (
        path.read_text("ascii").split() for path in Path(f"/proc/{pid}/task").glob("*/children")
    )
    return [int(child) for line in found for child in line]


def _processor(pids: Sequence[int]) -> float:
    """Seconds of user and system of those that still are; fields 14 and 15 of proc(5)'s stat."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2]
        except OSError:
            continue  # gone meanwhile
        ticks += sum(int(one) for one in fields.split()[11:13])
    return ticks / _CLOCK


def _left_over(pids: Sequence[int], patience: float = 10.0) -> int:
    """How many workers still are some seconds after their run was killed."""
    end = time.monotonic() + patience
    while (left := sum(_is_running(pid) for pid in pids)) and time.monotonic() < end:
        time.sleep(_TICK)
    return left


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return False
    return state[0] != "Z"


def differences(one: Ran, other: Ran) -> list[str]:
    """What is not the same in both, in words; nothing where all is."""
    found = []
    if _records(one.out) != _records(other.out):
        found.append("the records differ")
    if _totals(one.out) != _totals(other.out):
        found.append("the totals differ")
    if one.exit_code != other.exit_code:
        found.append(f"exit codes {one.exit_code} and {other.exit_code}")
    for ran in (one, other):
        again = _lines(ran.out) - len(_records(ran.out))
        if again:
            found.append(f"{again} games stand twice in {ran.out.name}")
        if ran.orphans:
            found.append(f"{ran.orphans} workers outlived {ran.out.name}")
    return found


def _lines(out: Path) -> int:
    """Whole lines of the record; one that a kill cut off ends in no brace."""
    return sum(line.endswith(b"}") for line in (out / RECORDS).read_bytes().split(b"\n"))


def _records(out: Path) -> dict[str, dict[str, Any]]:
    return {record["game"]: {**record, "seconds": None} for record in read_records(out)}


def _totals(out: Path) -> list[dict[str, Any]]:
    """Every setting's figures but its time, which no two runs share."""
    found = [{**cell, "seconds": None} for cell in as_json(cells(read_records(out)))]
    return sorted(found, key=str)


def main() -> int:
    """Print both runs and what differs; the exit code says whether anything does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=60, help="games a setting; 34 settings")
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1, help="of the kills")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cfgbot-arena-") as folder:
        outs = Path(folder) / "unbroken", Path(folder) / "killed"
        commands = [_command(out, chosen.games, chosen.parallel) for out in outs]
        one = whole(outs[0], commands[0])
        rng = random.Random(chosen.seed)
        other = killed(outs[1], commands[1], written(outs[0]), chosen.kills, rng)
        for ran in (one, other):
            _print(ran)
        found = differences(one, other)
    print("\n".join(found) or "no difference but time")
    return 1 if found else 0


def _command(out: Path, games: int, parallel: int) -> list[str]:
    grid = ["--tasks", str(TASKS), "--games", str(games), "--parallel", str(parallel)]
    return [sys.executable, "-m", "bot.cli", "arena", "laws", str(out), *grid]


def _print(ran: Ran) -> None:
    killed_at = ", ".join(map(str, ran.kills)) or "never"
    print(
        f"{ran.out.name:9} {len(_records(ran.out))} games, {ran.wall:.0f} s by the clock, "
        f"{ran.processor:.0f} s of processor, killed at {killed_at} games, exit {ran.exit_code}"
    )


if __name__ == "__main__":
    sys.exit(main())
