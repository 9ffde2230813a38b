"""The outcomes of a mutation run as figures a module, with who survived and why.

Decides nothing of a mutant but which explanation, written by hand, is its.
"""

from __future__ import annotations

import importlib.metadata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Outcome = dict[str, Any]
Results = dict[str, Any]
_LIVING = ("survived", "untested")


def place_of(one: Mapping[str, Any]) -> tuple[str, int, str]:
    """What tells one mutant from another between runs of the same code."""
    return one["module"], one["line"], one["now"]


def summed_up(outcomes: Iterable[Outcome]) -> Results:
    """Figures a module and in total, and each survivor."""
    by_module: dict[str, Counter[str]] = defaultdict(Counter)
    survivors = []
    for one in outcomes:
        by_module[one["module"]][one["outcome"]] += 1
        if one["outcome"] in _LIVING:
            survivors.append(
                {key: one[key] for key in ("module", "function", "line", "was", "now")}
            )
    modules = {name: _figures(counts) for name, counts in sorted(by_module.items())}
    return _whole(modules, survivors)


def _whole(modules: Mapping[str, Mapping[str, float]], survivors: list[Outcome]) -> Results:
    total: Counter[str] = Counter()
    for one in modules.values():
        total.update({key: int(one[key]) for key in ("killed", "timeout", "survived")})
    return {
        "tool": f"mutmut {importlib.metadata.version('mutmut')}",
        "total": _figures(total),
        "modules": dict(sorted(modules.items())),
        "survivors": sorted(survivors, key=lambda one: (one["module"], one["line"])),
    }


def _figures(counts: Mapping[str, int]) -> dict[str, float]:
    """Of one module. A mutant that hangs the tests was noticed; one that none executes was not."""
    mutants = sum(counts.values())
    killed, timeout = counts.get("killed", 0), counts.get("timeout", 0)
    return {
        "mutants": mutants,
        "killed": killed,
        "timeout": timeout,
        "survived": mutants - killed - timeout,
        "score": round((killed + timeout) / mutants, 4) if mutants else 1.0,
    }


def renewed(kept: Results, new: Results, *, again: bool) -> Results:
    """What was known, with what a part of a run found out.

    ``again`` where only survivors without an explanation were tried: what was killed stays killed.
    """
    modules, looked_at = dict(kept["modules"]), new["modules"]
    for name, figures in looked_at.items():
        old = modules.get(name) if again else None
        modules[name] = _moved(old, figures) if old else figures
    others = [
        one
        for one in kept["survivors"]
        if one["module"] not in looked_at or (again and one["group"])
    ]
    return _whole(modules, [*others, *new["survivors"]])


def _moved(old: Mapping[str, float], figures: Mapping[str, float]) -> dict[str, float]:
    """The figures of a module some of whose survivors were killed since."""
    killed, timeout = (int(old[key] + figures[key]) for key in ("killed", "timeout"))
    survived = int(old["mutants"]) - killed - timeout
    return _figures({"killed": killed, "timeout": timeout, "survived": survived})


def explain(results: Results, path: Path) -> None:
    """Give each survivor its group and reason, from the file that people keep."""
    groups = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else []
    reasons = {
        (place, text): (group["group"], group["reason"])
        for group in groups
        for place, texts in group["mutants"].items()
        for text in texts
    }
    for one in results["survivors"]:
        place = f"{one['module'].removeprefix('bot.core.')}.{one['function']}"
        one["group"], one["reason"] = reasons.get((place, one["now"]), ("", ""))
