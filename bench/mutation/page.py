"""``docs/mutation.md``: the figures of a mutation run and every survivor with its reason."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def page_of(results: Mapping[str, Any]) -> str:
    """The whole page, in Markdown."""
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
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
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


def _row(one: dict[str, Any]) -> str:
    module = one["module"].removeprefix("bot.core.")
    return f"| `{module}`:{one['line']} | {_code(one['was'])} | {_code(one['now'])} |"


def _code(text: str) -> str:
    """Source text in a cell; one that holds a backtick needs two around it."""
    shown = text.replace("|", "\\|") or " "
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"
