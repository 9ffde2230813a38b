"""``python -m bench.speed``: every figure the project promises about speed, and whether it holds.

Exits 1 where a target is missed or an answer is wrong: a fast wrong answer is no figure.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.speed.generate import CONFIG_SERVER, FILES, HOLDERS, NEW_CONFIG_SERVER, repository
from bench.speed.listener import listening
from bench.speed.measure import Run, median, run
from bot.demo import REQUEST as FLEET_REQUEST
from bot.demo import make_fleet

REQUEST = f"설정 서버가 {CONFIG_SERVER}에서 {NEW_CONFIG_SERVER}로 옮겨갔어. 다른 서버들도 맞춰줘"
TIMES = 5
_CFG = (sys.executable, "-m", "bot.cli")
_ROLES = ("AUTHOR", "REVIEWER")
_BYTES_PER_TOKEN = 3  # fewer than any tokenizer's on such text: the estimate is an upper one


@dataclass(frozen=True)
class Figure:
    """One line of the table; ``right`` is whether the answer was, where there is one."""

    name: str
    value: float
    unit: str
    target: float | None
    right: bool = True

    @property
    def held(self) -> bool:
        """True where the answer is right and the target, if any, is kept."""
        return self.right and (self.target is None or self.value < self.target)


def main() -> int:
    """Measure, print a table and one line of JSON, and say by the exit code whether all held."""
    large = repository()
    with tempfile.TemporaryDirectory(prefix="cfgbot-speed-") as scratch:
        fleet = make_fleet(Path(scratch) / "fleet")
        figures = [*_large(large), *_fleet(fleet, Path(scratch)), *_prompts(large, fleet)]
    _print(figures)
    return 0 if all(figure.held for figure in figures) else 1


def _large(repo: Path) -> list[Figure]:
    shutil.rmtree(repo / ".git" / "cfgbot", ignore_errors=True)
    index = (sys.executable, "-m", "bench.speed.first_index", str(repo), CONFIG_SERVER)
    first, later = run(index), median(index, TIMES)
    plan = median((*_CFG, "change", REQUEST, "--repo", str(repo), "--plan", "--json"), TIMES)
    verify = (
        *_CFG,
        "verify",
        REQUEST,
        "--repo",
        str(repo),
        "--base",
        "main",
        "--head",
        "moved",
        "--json",
    )
    found = f"{HOLDERS}\n"
    return [
        *_pair(
            f"{FILES} files: first index and search",
            first,
            30.0,
            400.0,
            right=first.output == found,
        ),
        *_pair(f"{FILES} files: later search", later, None, None, right=later.output == found),
        *_pair(
            f"{FILES} files: later cfg change --plan",
            plan,
            2.0,
            400.0,
            right=_changed(plan) == HOLDERS,
        ),
        *_pair(
            f"{FILES} files: cfg verify",
            judged := median(verify, TIMES),
            None,
            400.0,
            right=judged.code == 0,
        ),
    ]


def _fleet(fleet: Path, scratch: Path) -> list[Figure]:
    """The change is made on a copy, so that the fleet itself stays as it was for the prompts."""
    merged = scratch / "merged"
    shutil.copytree(fleet, merged)
    change = run((*_CFG, "change", FLEET_REQUEST, "--repo", str(merged), "--json"))
    refs = ("--base", "HEAD~1", "--head", "HEAD")
    verify = median((*_CFG, "verify", FLEET_REQUEST, "--repo", str(merged), *refs, "--json"), TIMES)
    return [
        *_pair("fleet: cfg change, merged", change, None, None, right=change.code == 0),
        *_pair("fleet: cfg verify", verify, 1.0, None, right=verify.code == 0),
    ]


def _prompts(large: Path, fleet: Path) -> list[Figure]:
    return [
        _prompt("author's prompt on the large repository, at most", large, REQUEST),
        _prompt("author's prompt on the fleet, at most", fleet, FLEET_REQUEST),
    ]


def _prompt(name: str, repo: Path, request: str) -> Figure:
    """The largest prompt that an author model is sent, in tokens, estimated from above."""
    with listening() as (url, heard):
        variables = {f"CFG_{role}_MODEL": f"openai/bench-{role.lower()}" for role in _ROLES}
        variables |= {f"CFG_{role}_BASE_URL": url for role in _ROLES}
        variables |= {f"CFG_{role}_API_KEY": "none" for role in _ROLES}
        done = run((*_CFG, "change", request, "--repo", str(repo), "--plan", "--json"), variables)
    if not heard:
        sys.stderr.write(f"{name}: no prompt was sent\n{done.output[-2000:]}\n")
    tokens = max((len(prompt.encode()) / _BYTES_PER_TOKEN for prompt in heard), default=0.0)
    return Figure(name, round(tokens), "tokens", 6000, right=bool(heard))


def _pair(
    name: str, done: Run, seconds: float | None, megabytes: float | None, *, right: bool
) -> list[Figure]:
    if not right:
        sys.stderr.write(f"{name}: wrong answer, exit code {done.code}\n{done.output[:2000]}\n")
    return [
        Figure(name, round(done.seconds, 2), "s", seconds, right),
        Figure(name, round(done.megabytes, 1), "MB", megabytes, right),
    ]


def _changed(plan: Run) -> int:
    """In how many files the plan changes something; -1 where it is no plan to merge."""
    if plan.code != 0:
        return -1
    return len({change["path"] for change in json.loads(plan.output)["changes"]})


def _print(figures: list[Figure]) -> None:
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        target = f"< {figure.target:g}" if figure.target is not None else ""
        said = "" if figure.held else "MISSED" if figure.right else "WRONG"
        print(
            f"{figure.name:<{width}}  {figure.value:>9.2f} {figure.unit:<6} {target:<7} {said}".rstrip()
        )
    git = subprocess.run(
        ["git", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[2]
    machine = {
        "python": platform.python_version(),
        "git": git,
        "system": platform.platform(),
        "runs": TIMES,
    }
    print(
        json.dumps({"machine": machine, "figures": [asdict(f) | {"held": f.held} for f in figures]})
    )


if __name__ == "__main__":
    sys.exit(main())
