"""What goes wrong on purpose: failing and hanging builds, bad answers, lost connections.

Decides which request or build a fault meets. Without being told to it does nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

# https://javadoc.jenkins.io/hudson/model/Queue.html : left items are kept for five minutes
KEPT_SECONDS = 300.0


class Dropped(Exception):  # noqa: N818 - an answer that never comes, not a fault of ours
    """Raised by a hook: the connection is closed without an answer."""


@dataclass(slots=True)
class _Fault:
    path: re.Pattern[str]
    times: int
    code: int = 0
    carried_out: bool = True


@dataclass(slots=True)
class _BuildFault:
    job: str
    times: int
    result: str | None = None  # None: it hangs
    where: Mapping[str, str] = field(default_factory=dict)

    def meets(self, job: str, parameters: Mapping[str, str]) -> bool:
        asked = all(parameters.get(name) == value for name, value in self.where.items())
        return self.times > 0 and self.job == job and asked


class Faults:
    """Knobs; every count is of requests or builds still to be met."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._status: list[_Fault] = []
        self._drops: list[_Fault] = []
        self._failing: list[_BuildFault] = []
        self._hanging: list[_BuildFault] = []
        self._forgotten: list[_BuildFault] = []
        self.kept_seconds = KEPT_SECONDS

    def fail_next(
        self, job: str, result: str = "FAILURE", *, where: Mapping[str, str] | None = None
    ) -> None:
        """The next build of ``job`` to start ends with ``result`` instead of doing its work.

        With ``where`` only a build with these parameters does.
        """
        with self._lock:
            self._failing.append(_BuildFault(job, 1, result, where or {}))

    def hang(self, job: str, times: int = 1, *, where: Mapping[str, str] | None = None) -> None:
        """The next ``times`` builds of ``job`` to start run until somebody stops them.

        With ``where`` only builds with these parameters do.
        """
        with self._lock:
            self._hanging.append(_BuildFault(job, times, None, where or {}))

    def forget_next(self, job: str, times: int = 1) -> None:
        """The next ``times`` triggers of ``job`` are answered as ever, and nothing is queued."""
        with self._lock:
            self._forgotten.append(_BuildFault(job, times))

    def forget_queue_items(self, after_seconds: float) -> None:
        """Items that left the queue are answered with 404 so many seconds later."""
        self.kept_seconds = after_seconds

    def status(self, path_regex: str, code: int, times: int = 1) -> None:
        """The next ``times`` requests whose path holds the expression get ``code``, undone."""
        with self._lock:
            self._status.append(_Fault(re.compile(path_regex), times, code))

    def drop_connection(self, path_regex: str, times: int = 1, *, carried_out: bool = True) -> None:
        """The connection of the next ``times`` matching requests ends without an answer.

        ``carried_out`` says whether Jenkins did what was asked before it was lost.
        """
        with self._lock:
            self._drops.append(_Fault(re.compile(path_regex), times, carried_out=carried_out))

    def clear(self) -> None:
        """Nothing goes wrong any more; builds that hang already keep hanging."""
        with self._lock:
            self._status.clear()
            self._drops.clear()
            self._failing.clear()
            self._hanging.clear()
            self._forgotten.clear()
        self.kept_seconds = KEPT_SECONDS

    def meets_status(self, path: str) -> int | None:
        """The code this request is to get."""
        with self._lock:
            fault = _take(self._status, path)
            return None if fault is None else fault.code

    def meets_drop(self, path: str) -> bool | None:
        """None where the answer arrives; else whether the request is carried out."""
        with self._lock:
            fault = _take(self._drops, path)
            return None if fault is None else fault.carried_out

    def meets_trigger(self, job: str, parameters: Mapping[str, str]) -> bool:
        """Whether what was just queued is forgotten."""
        with self._lock:
            fault = next((one for one in self._forgotten if one.meets(job, parameters)), None)
            if fault is not None:
                fault.times -= 1
            return fault is not None

    def meets_build(self, job: str, parameters: Mapping[str, str]) -> tuple[str | None, bool]:
        """The result a starting build is to fail with, and whether it is to hang."""
        with self._lock:
            for fault in (*self._failing, *self._hanging):
                if fault.meets(job, parameters):
                    fault.times -= 1
                    return fault.result, fault.result is None
            return None, False


def _take(faults: list[_Fault], path: str) -> _Fault | None:
    for fault in faults:
        if fault.times > 0 and fault.path.search(path):
            fault.times -= 1
            return fault
    return None
