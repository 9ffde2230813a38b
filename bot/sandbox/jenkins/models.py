"""Jobs, queue items and runs as the stand-in keeps them, and the frozen values it shows of them.

Decides what a run's colour is and which run "last successful" means. Nothing here takes a lock:
whoever changes these rows holds the world's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.jenkins.running import BuildContext

Script = Callable[["BuildContext"], str]
RESULTS = ("SUCCESS", "UNSTABLE", "FAILURE", "NOT_BUILT", "ABORTED")
# https://javadoc.jenkins.io/hudson/model/BallColor.html, by result
COLORS = {
    "SUCCESS": "blue",
    "UNSTABLE": "yellow",
    "FAILURE": "red",
    "NOT_BUILT": "notbuilt",
    "ABORTED": "aborted",
}


@dataclass(frozen=True, slots=True)
class Build:
    """A run as it is now; ``result`` is None while it runs."""

    number: int
    parameters: Mapping[str, str]
    result: str | None
    building: bool
    log: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came in, in the order of arrival; ``status`` 0: the connection was dropped."""

    number: int
    method: str
    path: str
    status: int
    query: str = ""


@dataclass(slots=True)
class Folder:
    """A folder; the root is one without a name."""

    full_name: str
    children: dict[str, Folder | Job] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of its full name."""
        return self.full_name.rpartition("/")[2]

    def jobs(self) -> Iterator[Job]:
        """Every job in it and below, in order of name."""
        for _, child in sorted(self.children.items()):
            if isinstance(child, Job):
                yield child
            else:
                yield from child.jobs()


@dataclass(slots=True)
class Job:
    """A job with its runs, oldest first."""

    full_name: str
    parameters: tuple[str, ...]
    script: Script | None
    disabled: bool
    concurrent: bool
    runs: list[Run] = field(default_factory=list)
    next_number: int = 1

    @property
    def name(self) -> str:
        """The last part of its full name."""
        return self.full_name.rpartition("/")[2]

    @property
    def color(self) -> str:
        """The ball beside its name."""
        running = bool(self.runs) and self.runs[-1].building
        if self.disabled:
            return "disabled"
        ended = [run for run in self.runs if not run.building]
        color = COLORS[ended[-1].result or ""] if ended else "notbuilt"
        return f"{color}_anime" if running else color

    def run(self, number: int) -> Run | None:
        """The run with that number."""
        return next((run for run in self.runs if run.number == number), None)

    def permalink(self, name: str) -> Run | None:
        """``lastBuild`` and its kin; None where no run is such."""
        wanted = PERMALINKS[name]
        runs = self.runs if name == "firstBuild" else reversed(self.runs)
        return next((run for run in runs if wanted(run)), None)


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of a branch, as the Git plugin knows what was pushed."""

    sha: str
    branch: str


@dataclass(slots=True)
class Item:
    """A place in the queue; what it is called follows from its times.

    ``due`` and ``left`` are monotonic seconds, ``since`` is epoch milliseconds.
    """

    id: int
    job: Job
    parameters: Mapping[str, str]
    causes: list[str]
    since: int
    due: float
    left: float | None = None
    cancelled: bool = False
    run: Run | None = None
    revision: Revision | None = None


@dataclass(slots=True)
class Run:
    """A build that began; ``started`` is epoch milliseconds, ``duration`` milliseconds."""

    job: Job
    number: int
    item: Item
    started: int
    executor: int
    building: bool = True
    result: str | None = None
    duration: int = 0
    console: bytearray = field(default_factory=bytearray)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def parameters(self) -> Mapping[str, str]:
        """What it was given."""
        return self.item.parameters

    def frozen(self) -> Build:
        """What tests see of it."""
        text = self.console.decode(errors="replace")
        return Build(self.number, dict(self.parameters), self.result, self.building, text)


def _ended(*results: str) -> Callable[[Run], bool]:
    return lambda run: not run.building and run.result in results


# https://javadoc.jenkins.io/hudson/model/PermalinkProjectAction.Permalink.html
PERMALINKS: Mapping[str, Callable[[Run], bool]] = {
    "firstBuild": lambda _: True,
    "lastBuild": lambda _: True,
    "lastCompletedBuild": lambda run: not run.building,
    "lastFailedBuild": _ended("FAILURE"),
    "lastStableBuild": _ended("SUCCESS"),
    "lastSuccessfulBuild": _ended("SUCCESS", "UNSTABLE"),
    "lastUnstableBuild": _ended("UNSTABLE"),
    "lastUnsuccessfulBuild": _ended("FAILURE", "UNSTABLE", "ABORTED", "NOT_BUILT"),
}


def newest(runs: Sequence[Run], limit: int | None = None) -> list[Run]:
    """The runs, newest first."""
    return list(reversed(runs))[:limit]
