"""One rollout from the request to its end, with one fault or two beside it.

Decides how long is waited, and what must come of two faults together: the worse of both. An end is
what the thread says and nothing else.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bench.rollout_faults.faults import BACK, DEPLOYED, ENDINGS, FAULTS, FROZEN, Fault, Play
from bench.rollout_faults.judging import Asked, problems
from bench.rollout_faults.world import World

PATIENCE = 90.0
_MARKS = {"and deployed**": DEPLOYED, "**Taken back**": BACK, "**STOPPED HALF-WAY**": FROZEN}
# a bot that was not there, or waits for GitHub, may look only when the grace of a health is over
_SLOW = frozenset({"process", "hub"})


@dataclass
class Played:
    """What was done to a rollout, how it ended, and what was wrong with it.

    ``forgotten`` are triggers that Jenkins took and never built.
    """

    faults: list[str]
    expected: list[str]
    end: str
    seconds: float
    kills: int
    forgotten: int
    problems: list[str] = field(default_factory=list)
    thread: str = ""


def pair(chance: random.Random) -> tuple[Fault, ...]:
    """Two faults of different kinds, of which at most one lasts."""
    one = chance.choice([fault for fault in FAULTS[1:] if fault.ends == DEPLOYED])
    return one, chance.choice([fault for fault in FAULTS[1:] if fault.kind != one.kind])


def expected(faults: Sequence[Fault]) -> list[str]:
    """How it may end: as the worst of them does."""
    worst = max((fault.ends for fault in faults), key=ENDINGS.index)
    kinds = {fault.kind for fault in faults}
    if worst == DEPLOYED and "health" in kinds and kinds & _SLOW:
        return [DEPLOYED, BACK]
    return [worst]


def play(world: World, faults: Sequence[Fault], chance: random.Random) -> Played:
    """One rollout; afterwards nothing goes wrong any more, and the next one may follow."""
    begun, kills, forgotten = time.monotonic(), world.arena.kills, world.forgotten()
    asked = _ask(world)
    watch = _Watch(world, asked)
    seeds = [chance.randrange(2**32) for _ in faults]
    with ThreadPoolExecutor(len(faults)) as beside:
        for fault, seed in zip(faults, seeds, strict=True):
            turned, over = watch.turned, watch.over
            beside.submit(
                fault.act, Play(world, random.Random(seed), asked.marker, turned, over)
            ).add_done_callback(watch.hear)
        watch.until_over()
    world.well()
    watch.until_over()
    may, end = expected(faults), watch.end() or "nothing"
    wrong = [*watch.heard, *problems(world, asked, end)]
    if end not in may:
        wrong.append(f"ended in {end}, not in {' or '.join(may)}")
    thread = world.arena.stage.github.thread("acme/fleet", asked.issue) if wrong else ""
    if end == FROZEN:
        wrong += _resumed(world, asked.issue)
    world.moves += world.moved()
    return Played(
        [fault.name for fault in faults],
        may,
        end,
        round(time.monotonic() - begun, 1),
        world.arena.kills - kills,
        max(world.forgotten() - forgotten, 0),
        wrong,
        thread,
    )


def _ask(world: World) -> Asked:
    """A request, on its way to be merged."""
    before = world.main()
    issue = world.arena.dana.open_issue(f"move to {world.new}", "")
    world.arena.dana.comment(issue, f"/cfg change move {world.old} to {world.new}")
    _until(lambda: world.marker(issue) is not None, PATIENCE)
    return Asked(issue, world.marker(issue) or "none", before)


def _until(so: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if so():
            return True
        time.sleep(0.05)
    return False


class _Watch:
    """Looks at the thread as a person does."""

    def __init__(self, world: World, asked: Asked) -> None:
        self._world = world
        self._asked = asked
        self.heard: list[str] = []

    def end(self) -> str | None:
        """The end that it tells."""
        said = self._world.told(self._asked.issue)
        return next((name for mark, name in _MARKS.items() if mark in said), None)

    def over(self) -> bool:
        """Whether it tells one."""
        return self.end() is not None

    def turned(self) -> bool:
        """Whether it says that everything is being taken back."""
        said = self._world.told(self._asked.issue)
        return "being taken back" in said or self.over()

    def until_over(self) -> None:
        """Wait for the end."""
        _until(self.over, PATIENCE)

    def hear(self, done: object) -> None:
        """A fault that broke is a fault of the bench."""
        error = done.exception()  # type: ignore[attr-defined]
        if error is not None:
            self.heard.append(f"the bench itself: {error!r}")


def _resumed(world: World, issue: int) -> list[str]:
    """A stop is loud, and ends when a person says so."""
    before = world.told(issue)
    world.arena.dana.comment(issue, "/cfg resume")
    answered = _until(lambda: world.told(issue) != before, 20.0)
    return [] if answered else ["/cfg resume was not answered"]
