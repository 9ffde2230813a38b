"""The queue and its executors: when an item becomes a build, and how a build ends.

Decides the order of builds, which queued item a trigger joins, and a build's result. It must never
run a build that was cancelled while queued, nor two items with the same parameters of one job.
Source of the queue's states: https://javadoc.jenkins.io/hudson/model/Queue.html
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Mapping

from bot.sandbox.jenkins.faults import Faults
from bot.sandbox.jenkins.models import RESULTS, Item, Job, Revision, Run


class Aborted(Exception):  # noqa: N818 - a build's end, not a fault of ours
    """Somebody stopped the build."""


class BuildContext:
    """What a job's script sees of its build."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.job = run.job.full_name
        self.number = run.number
        self.parameters: Mapping[str, str] = dict(run.parameters)

    def write(self, text: str) -> None:
        """Add to the console log, as it is: a line needs its own line end."""
        self._run.console += text.encode()

    def mark(self, result: str) -> None:
        """Set the result while the build still runs, as a pipeline's ``currentBuild.result`` does.

        Raises ValueError for what is no result.
        """
        self._run.result = _known(result)

    @property
    def stopped(self) -> bool:
        """True once somebody asked the build to stop."""
        return self._run.stop.is_set()

    def sleep(self, seconds: float | None = None) -> None:
        """Wait so long (None: for ever). Raises Aborted as soon as the build is stopped."""
        if self._run.stop.wait(seconds):
            raise Aborted


class Queue:
    """Items and executors of one Jenkins. ``lock`` guards every row of the world.

    ``quiet_period`` and ``seconds`` are in seconds; threads start with the first item.
    """

    def __init__(self, faults: Faults, executors: int, quiet_period: float, seconds: float) -> None:
        self.lock = threading.RLock()
        self.executors: list[Run | None] = [None] * executors
        self._changed = threading.Condition(self.lock)
        self._faults = faults
        self.quiet_period = quiet_period
        self._seconds = seconds
        self._items: list[Item] = []
        self._left: list[Item] = []
        self._next_id = 1
        self._threads: list[threading.Thread] = []
        self._closed = False

    def schedule(
        self,
        job: Job,
        parameters: Mapping[str, str],
        cause: str,
        delay: float | None = None,
        revision: Revision | None = None,
    ) -> Item:
        """The queued item for this: one that waits for the same, or a new one."""
        due = time.monotonic() + (self.quiet_period if delay is None else delay)
        with self._changed:
            for item in self._items:
                same = item.parameters == parameters and item.revision == revision
                if item.job is job and same:
                    item.causes.append(cause)
                    item.due = min(item.due, due)
                    self._changed.notify_all()
                    return item
            now = int(time.time() * 1000)
            item = Item(self._next_id, job, dict(parameters), [cause], now, due, revision=revision)
            self._next_id += 1
            if self._faults.meets_trigger(job.full_name, item.parameters):
                return item
            self._items.append(item)
            self._start_threads()
            self._changed.notify_all()
            return item

    def items(self) -> list[Item]:
        """What waits, oldest first."""
        with self.lock:
            return list(self._items)

    def item(self, number: int) -> Item | None:
        """A queued item, or one that left and is not forgotten yet."""
        with self.lock:
            kept = time.monotonic() - self._faults.kept_seconds
            self._left = [item for item in self._left if (item.left or 0) > kept]
            return next((i for i in [*self._items, *self._left] if i.id == number), None)

    def cancel(self, item: Item) -> bool:
        """Take it out of the queue; False where it has left already."""
        with self.lock:
            if item not in self._items:
                return False
            item.cancelled = True
            self._leave(item)
            return True

    def state(self, item: Item) -> str:
        """``Left``, ``Waiting``, ``Blocked`` or ``Buildable``, as Jenkins' classes begin."""
        if item.left is not None:
            return "Left"
        if time.monotonic() < item.due:
            return "Waiting"
        return "Blocked" if _blocked(item) else "Buildable"

    def stop(self, run: Run) -> None:
        """Ask a running build to end as ABORTED."""
        run.stop.set()

    def restart(self, *, forget_queue: bool) -> None:
        """Running builds end as ABORTED; what left the queue is forgotten, what waits if told so."""
        with self._changed:
            for run in self.executors:
                if run is not None:
                    run.stop.set()
            self._left.clear()
            if forget_queue:
                self._items.clear()
            self._changed.notify_all()

    def close(self) -> None:
        """Stop every build and thread; what is queued stays queued."""
        with self._changed:
            self._closed = True
            for run in self.executors:
                if run is not None:
                    run.stop.set()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=10)

    def _start_threads(self) -> None:
        if self._threads or self._closed:
            return
        for index in range(len(self.executors)):
            name = f"jenkins-executor-{index}"
            self._threads.append(
                threading.Thread(target=self._work, args=(index,), name=name, daemon=True)
            )
        for thread in self._threads:
            thread.start()

    def _work(self, index: int) -> None:
        while (run := self._take(index)) is not None:
            result = self._carry_out(run)
            with self._changed:
                self._finish(run, result)
                self.executors[index] = None
                self._changed.notify_all()

    def _take(self, index: int) -> Run | None:
        with self._changed:
            while not self._closed:
                ready = next((i for i in self._items if self.state(i) == "Buildable"), None)
                if ready is not None:
                    return self._begin(ready, index)
                self._changed.wait(self._until_due())
            return None

    def _until_due(self) -> float | None:
        now = time.monotonic()
        left = [item.due - now for item in self._items if item.due > now]
        return min(left) if left else None

    def _begin(self, item: Item, index: int) -> Run:
        job = item.job
        run = Run(job, job.next_number, item, int(time.time() * 1000), index)
        job.next_number += 1
        job.runs.append(run)
        item.run = run
        self.executors[index] = run
        self._leave(item)
        return run

    def _leave(self, item: Item) -> None:
        self._items.remove(item)
        item.left = time.monotonic()
        self._left.append(item)

    def _carry_out(self, run: Run) -> str:
        context = BuildContext(run)
        context.write(f"{run.item.causes[0]}\nBuilding on the built-in node\n")
        result, hangs = self._faults.meets_build(run.job.full_name, run.parameters)
        try:
            if hangs:
                context.sleep()
            if result is not None or run.job.script is None:
                context.sleep(self._seconds)
            return _known(result or (run.job.script(context) if run.job.script else "SUCCESS"))
        except Aborted:
            context.write("Build was aborted\n")
            return "ABORTED"
        except Exception:  # noqa: BLE001 - a script's fault is a failed build, as in Jenkins
            context.write(traceback.format_exc())
            return "FAILURE"

    def _finish(self, run: Run, result: str) -> None:
        run.console += f"Finished: {result}\n".encode()
        run.result = result
        run.duration = int(time.time() * 1000) - run.started
        run.building = False


def _blocked(item: Item) -> bool:
    return not item.job.concurrent and any(run.building for run in item.job.runs)


def _known(result: str) -> str:
    if result not in RESULTS:
        raise ValueError(f"{result!r} is no result of a build")
    return result
