"""The outcomes of a mutation run as figures a module, and as a page for people.

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
_LIVING = ("survived", "untested")


def explained(path: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """(module.function, mutated text) → (group, reason), from the file that people keep."""
    groups = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else []
    return {
        (place, text): (group["group"], group["reason"])
        for group in groups
        for place, texts in group["mutants"].items()
        for text in texts
    }


def summed_up(
    outcomes: Iterable[Outcome], reasons: Mapping[tuple[str, str], tuple[str, str]]
) -> dict[str, Any]:
    """Figures a module and in total, and each survivor with its group."""
    by_module: dict[str, Counter[str]] = defaultdict(Counter)
    survivors = []
    for one in outcomes:
        by_module[one["module"]][one["outcome"]] += 1
        if one["outcome"] in _LIVING:
            place = f"{one['module'].removeprefix('bot.core.')}.{one['function']}"
            group, reason = reasons.get((place, one["now"]), ("", ""))
            kept = {key: one[key] for key in ("module", "function", "line", "was", "now")}
            survivors.append({**kept, "group": group, "reason": reason})
    total: Counter[str] = sum(by_module.values(), Counter())
    return {
        "tool": f"mutmut {importlib.metadata.version('mutmut')}",
        "total": figures(total),
        "modules": {name: figures(counts) for name, counts in sorted(by_module.items())},
        "survivors": survivors,
    }


def figures(counts: Mapping[str, int]) -> dict[str, float]:
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


def page(results: Mapping[str, Any]) -> str:
    """``docs/mutation.md``."""
    return "\n".join([*_head(results), *_modules(results), *_survivors(results)]) + "\n"


def _head(results: Mapping[str, Any]) -> list[str]:
    total = results["total"]
    return [
        "# What no test would notice",
        "",
        "Every rule and the gate are mutated: a comparison turned round, a number one higher, an",
        "argument dropped, a text changed. A mutant that no test notices is a fault that could be",
        "made tomorrow.",
        "",
        "```console",
        "python -m bench.mutation",
        "```",
        "",
        f"makes this page and `bench/mutation/results.json` ({results['tool']}; how it works is in",
        "`bench/mutation/README.md`).",
        "",
        f"**{total['killed'] + total['timeout']:.0f} of {total['mutants']:.0f} mutants are noticed: "
        f"{total['score']:.1%}.** Those that are left are listed below, each with the reason.",
        "",
    ]


def _modules(results: Mapping[str, Any]) -> list[str]:
    rows = [
        f"| `{name.removeprefix('bot.core.')}` | {one['mutants']} | {one['killed']} | "
        f"{one['timeout']} | {one['survived']} | {one['score']:.1%} |"
        for name, one in results["modules"].items()
    ]
    head = [
        "| module | mutants | killed | hung | survived | noticed |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    return ["## By module", "", *head, *rows, ""]


def _survivors(results: Mapping[str, Any]) -> list[str]:
    groups: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for one in results["survivors"]:
        groups[one["group"] or "Not explained yet", one["reason"]].append(one)
    lines = ["## Survivors"]
    for (group, reason), members in groups.items():
        lines += [
            "",
            f"### {group} ({len(members)})",
            "",
            *([reason.strip(), ""] if reason else []),
        ]
        lines += ["| where | was | mutant |", "|---|---|---|"]
        lines += [_row(one) for one in members]
    return lines


def _row(one: Outcome) -> str:
    module = one["module"].removeprefix("bot.core.")
    return f"| `{module}`:{one['line']} | {_code(one['was'])} | {_code(one['now'])} |"


def _code(text: str) -> str:
    """Source text in a cell; one that holds a backtick needs two around it."""
    shown = text.replace("|", "\\|") or " "
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"
