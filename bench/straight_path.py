"""How long the bot itself takes from a comment to the merge, and how many requests that costs.

``python -m bench.straight_path [--changes N] [--json]``: the sample fleet on the GitHub stand-in,
everything on loopback, rules as the author (no model, so that only our own time is measured). The
first change of a repository also fetches it. Writes are what people see (comments, reactions, pull
requests, reviews, labels, check runs, merges); git objects and refs are counted apart.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.demo import fleet_files
from bot.sandbox.person import Person
from bot.sandbox.play import fleet_modes, start_bot
from bot.sandbox.stage import PERSON, REPO, Stage, open_stage

SLUG = "cfgbot"
PATIENCE = 60.0


@dataclass(frozen=True)
class Measured:
    """One change: seconds to the merge, and what it cost until the builds were told of."""

    change: str
    files: int
    seconds_to_merge: float
    seconds_to_deployed: float
    requests: int
    content_writes: int
    all_writes: int
    git_requests: int


def measure(stage: Stage, person: Person, text: str) -> Measured:
    """Ask, wait, count."""
    hub = stage.github
    hub.wait_idle()
    before = len(hub.requests_by(SLUG)), len(hub.writes_by(SLUG)), len(hub.all_writes_by(SLUG))
    issue = person.open_issue("bench", "")
    begun = time.perf_counter()
    person.comment(issue, text)
    merged = _wait(lambda: _merged(person, issue), begun)
    deployed = _wait(lambda: _deployed(person, issue), begun)
    hub.wait_idle()
    requests = hub.requests_by(SLUG)[before[0] :]
    pull = _pull(person, issue)
    return Measured(
        change=text,
        files=int(person.get(f"/pulls/{pull}")["changed_files"]),
        seconds_to_merge=round(merged, 3),
        seconds_to_deployed=round(deployed, 3),
        requests=sum(1 for one in requests if one.kind != "git"),
        content_writes=len(hub.writes_by(SLUG)) - before[1],
        all_writes=len(hub.all_writes_by(SLUG)) - before[2],
        git_requests=sum(1 for one in requests if one.kind == "git"),
    )


def _wait(done: object, begun: float) -> float:
    assert callable(done)
    while not done():
        if time.perf_counter() - begun > PATIENCE:
            raise SystemExit("the change did not come through; try cfg sandbox to see why")
        time.sleep(0.01)
    return time.perf_counter() - begun


def _pull(person: Person, issue: int) -> int | None:
    for pull in person.get("/pulls?state=all&per_page=100"):
        if pull["head"]["ref"].startswith(f"cfgbot/{issue}-"):
            return int(pull["number"])
    return None


def _merged(person: Person, issue: int) -> bool:
    pull = _pull(person, issue)
    return pull is not None and bool(person.get(f"/pulls/{pull}")["merged"])


def _deployed(person: Person, issue: int) -> bool:
    comments = person.get(f"/issues/{issue}/comments")
    return any(one["body"].count("✅ **") for one in comments if one["user"]["type"] == "Bot")


def requests_of(number: int) -> list[str]:
    """The first moves the config server in 39 files; then one value at a time."""
    first = "/cfg change 설정 서버가 192.0.2.7에서 192.0.2.77로 옮겨갔어. 다른 서버들도 맞춰줘"
    moves = [f"/cfg change move 192.0.2.{76 + n} to 192.0.2.{77 + n}" for n in range(1, number)]
    return [first, *moves]


def run(changes: int) -> list[Measured]:
    """Measure so many changes, one after the other."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cfg-bench-")))
        stage = stack.enter_context(
            open_stage(folder, fleet_files(), modes=fleet_modes(), jenkins_seconds=0.05)
        )
        start_bot(stack, stage, {})
        person = stack.enter_context(Person(stage.github.url, REPO, PERSON, stage.tokens[PERSON]))
        return [measure(stage, person, text) for text in requests_of(changes)]


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    measured = run(chosen.changes)
    if chosen.json:
        print(json.dumps([asdict(one) for one in measured], ensure_ascii=False, indent=1))
        return
    print("files  merged s  deployed s  requests  content writes  all writes  git")
    for one in measured:
        print(
            f"{one.files:5}  {one.seconds_to_merge:8.2f}  {one.seconds_to_deployed:10.2f}"
            f"  {one.requests:8}  {one.content_writes:14}  {one.all_writes:10}  {one.git_requests:3}"
        )
    times = [one.seconds_to_merge for one in measured]
    print(f"comment to merge: median {statistics.median(times):.2f} s, most {max(times):.2f} s")


if __name__ == "__main__":
    main()
