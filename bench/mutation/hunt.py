"""In the copy: run the tests once with coverage, then fork a process for every mutant.

A mutant is killed when a test fails that executes its statement; the tests that killed its like
come first. Nothing is imported or collected twice. Writes one JSON line a mutant.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bench.mutation.mutants import Mutant

_MEMORY = 4 * 1024**3
_KILLED, _SURVIVED = 3, 0


@dataclass
class Hunt:
    """A pytest plugin in place of pytest's own loop over the tests."""

    mutants: list[Mutant]
    report: Path
    factor: float
    seconds: float
    failed: bool = False
    items: dict[str, pytest.Item] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    covered: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    breadth: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    killers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that something failed."""
        self.failed = self.failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """All tests without a mutant, then the right ones for each."""
        self.items = {item.nodeid: item for item in session.items}
        self._look()
        with self.report.open("w", encoding="utf-8") as out:
            for mutant in self.mutants:
                began = time.monotonic()
                outcome, killer = self._try(mutant)
                seconds = round(time.monotonic() - began, 2)
                said = {**asdict(mutant), "outcome": outcome, "killer": killer, "seconds": seconds}
                out.write(json.dumps(said, ensure_ascii=False) + "\n")
                out.flush()
        return True

    def _look(self) -> None:
        """Which test executes which line, and how long each takes."""
        files = sorted({sys.modules[one.module].__file__ or "" for one in self.mutants})
        coverage = importlib.import_module("coverage").Coverage(
            data_file=None, include=files, config_file=False
        )
        coverage.start()
        for name, item in self.items.items():
            coverage.switch_context(name)
            began = time.monotonic()
            self._run(item)
            self.took[name] = time.monotonic() - began
            if self.failed:
                pytest.exit(f"fails without a mutant: {name}", 2)
        coverage.stop()
        data = coverage.get_data()
        for path in files:
            lines: dict[int, list[str]] = data.contexts_by_lineno(path)
            self.covered[path] = {line: set(names) for line, names in lines.items()}
            for names in lines.values():
                for name in names:
                    self.breadth[name] += 1

    def _run(self, item: pytest.Item) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)

    def _chosen(self, mutant: Mutant) -> list[str]:
        """Those that execute the statement: killers of its like, then those that do least else."""
        lines = self.covered[sys.modules[mutant.module].__file__ or ""]
        first, last = mutant.statement
        able = set().union(*(lines.get(line, set()) for line in range(first, last + 1)))
        able &= self.items.keys()
        known = self.killers[f"{mutant.module}.{mutant.function}"]
        ahead = [name for name in dict.fromkeys(reversed(known)) if name in able]
        rest = sorted(able.difference(ahead), key=lambda name: (self.breadth[name], name))
        return [*ahead, *rest]

    def _try(self, mutant: Mutant) -> tuple[str, str | None]:
        chosen = self._chosen(mutant)
        if not chosen:
            return "untested", None
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            self._in_child(mutant, chosen, write)
        os.close(write)
        with os.fdopen(read, encoding="utf-8") as pipe:
            tried = pipe.read().split("\n")[:-1]
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
            return "timeout", tried[-1]
        if status == _SURVIVED:
            return "survived", None
        self.killers[f"{mutant.module}.{mutant.function}"].append(tried[-1])
        return "killed", tried[-1]

    def _in_child(self, mutant: Mutant, chosen: list[str], pipe: int) -> None:
        """Never returns. What a test prints goes nowhere."""
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        os.environ["MUTANT_UNDER_TEST"] = mutant.name
        try:
            for name in chosen:
                os.write(pipe, (name.replace("\n", " ") + "\n").encode())
                signal.setitimer(signal.ITIMER_REAL, self.seconds + self.factor * self.took[name])
                self._run(self.items[name])
                if self.failed:
                    os._exit(_KILLED)
            os._exit(_SURVIVED)
        except BaseException:  # noqa: BLE001 - a mutant that ends the runner has been noticed
            os._exit(_KILLED)


def main(arguments: list[str]) -> int:
    """``hunt.py PLAN``: a JSON file with mutants, tests, the report's path and the limits."""
    plan: dict[str, Any] = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    mutants = [Mutant(**{**one, "statement": tuple(one["statement"])}) for one in plan["mutants"]]
    hunt = Hunt(mutants, Path(plan["report"]), plan["factor"], plan["seconds"])
    # the tests import what they import; a rule that none imports must be found all the same
    for module in {one.module for one in mutants}:
        importlib.import_module(module)
    options = ["-q", "-s", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return int(pytest.main([*options, *plan["tests"]], plugins=[hunt]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
