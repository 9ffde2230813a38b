"""What a task set gave: the tasks, and every item that is none, with its reason.

Decides that items are counted; a loader that leaves something out says so here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.arena.tasks import Task, TaskError

UNSUPPORTED = "format not supported"
UNSIMULATED = "cannot be simulated (a value must be set, none may come or go)"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item that became no task; ``reason`` is one of a few, so that they can be counted."""

    item: str
    reason: str


@dataclass(frozen=True)
class Loaded:
    """A set from ``source``, as it was given on the command line."""

    source: str
    tasks: tuple[Task, ...]
    left_out: tuple[LeftOut, ...] = ()

    def keeping(self, wanted: Callable[[Task], bool], reason: str) -> Loaded:
        """Only the tasks that are ``wanted``; the others are left out for ``reason``."""
        judged = [(task, wanted(task)) for task in self.tasks]
        kept = tuple(task for task, good in judged if good)
        gone = tuple(LeftOut(task.id, reason) for task, good in judged if not good)
        return Loaded(self.source, kept, (*self.left_out, *gone))

    @property
    def reasons(self) -> dict[str, list[str]]:
        """Reason → the items, the most frequent reason first."""
        counted = Counter(one.reason for one in self.left_out)
        return {
            reason: [one.item for one in self.left_out if one.reason == reason]
            for reason, _ in counted.most_common()
        }

    def as_data(self) -> dict[str, Any]:
        """For machines: counts, and every item by its reason."""
        return {"source": self.source, "tasks": len(self.tasks), "left_out": self.reasons}

    def lines(self) -> list[str]:
        """For people: a line each for what there is and for every reason, with a few examples."""
        found = [f"{self.source}: {len(self.tasks)} tasks, {len(self.left_out)} items left out"]
        for reason, items in self.reasons.items():
            more = ", …" if len(items) > _NAMED else ""
            found.append(f"  {len(items)} × {reason} ({', '.join(items[:_NAMED])}{more})")
        return found


def gathered(source: str, found: Iterable[Task | LeftOut]) -> Loaded:
    """Tasks and items left out, apart. Raises TaskError where there is neither."""
    every = list(found)
    if not every:
        raise TaskError(f"{source}: no item of this data set is here")
    tasks = tuple(one for one in every if isinstance(one, Task))
    return Loaded(source, tasks, tuple(one for one in every if isinstance(one, LeftOut)))
