"""Tables of a thread in Markdown: leaf changes with their evidence, findings, builds.

Layout only; every cell of somebody else's text is neutral. A table that would not fit says how
many rows were left out: GitHub refuses texts over 65,536 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.core.report.neutral import code, plain
from bot.core.report.reasons import TROUBLES
from bot.core.report.rollout_words import STAGE_NAMES
from bot.core.report.thread_words import COLUMNS, LINES, STATES
from bot.core.request import Language

# nothing in it may end the link, the cell or the line
_URL = re.compile(r"https?://[^\s<>()|`\"'\\@]+")
MAX_ROWS = 300
MAX_CHARS = 45_000


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], language: Language) -> str:
    """The rows under their headings; what does not fit is counted."""
    head = " | ".join(COLUMNS[name].say(language) for name in columns)
    lines = [f"| {head} |", "|" + "---|" * len(columns)]
    size, left_out = 0, 0
    for row in rows:
        line = "| " + " | ".join(row) + " |"
        size += len(line)
        if len(lines) - 2 >= MAX_ROWS or size > MAX_CHARS:
            left_out += 1
        else:
            lines.append(line)
    if left_out:
        lines.append("\n" + LINES["cut"].say(language, {"count": str(left_out)}))
    return "\n".join(lines)


def changes_table(changes: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Every leaf change: where, what it was, what it is, and why both are believed."""
    rows = (
        (
            f"{code(change['path'], 120)}:{change['line']} {code(change['key'], 120)}",
            _value(change["old"]),
            _value(change["new"]),
            _why(change["evidence"]["place"]),
            _why(change["evidence"]["value"]),
        )
        for change in changes
    )
    return table(("where", "old", "new", "place-why", "value-why"), rows, language)


def _value(value: str | None) -> str:
    return "—" if value is None else code(value, 120)


def _why(evidence: Mapping[str, str] | None) -> str:
    return plain(evidence["detail"], 200) if evidence else "❓"


def findings_table(findings: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Every finding with its place and remedy."""
    rows = (
        (
            ("🔴 " if finding["severity"] == "blocks" else "🟡 ") + code(finding["rule"]),
            place_of(finding),
            f"{plain(finding['message'], 600)} {plain(finding['remedy'], 300)}".strip(),
        )
        for finding in findings
    )
    return table(("rule", "where", "finding"), rows, language)


def place_of(finding: Mapping[str, Any]) -> str:
    """``file:line`` of a finding, as far as it has one."""
    if not finding["path"]:
        return "—"
    line = f":{finding['line']}" if finding["line"] else ""
    return code(finding["path"], 120) + line


def builds_table(builds: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Every environment with its build and where it stands."""
    rows = (
        (_environment(build, language), _build(build), _state(build, language)) for build in builds
    )
    return table(("environment", "build", "state"), rows, language)


def _environment(build: Mapping[str, Any], language: Language) -> str:
    """``gcp``, or ``gcp · admit`` where the rollout has stages."""
    name, stage = code(build["environment"]), STAGE_NAMES.get(str(build.get("stage")))
    return f"{name} · {stage.say(language)}" if stage else name


def _trouble(build: Mapping[str, Any], language: Language) -> str:
    facts = {"detail": str(build.get("detail") or ""), "job": str(build["job"])}
    text = TROUBLES.get(str(build.get("code")))
    return plain(text.say(language, facts)) if text else plain(facts["detail"])


def _build(build: Mapping[str, Any]) -> str:
    name = plain(build["job"])
    if build.get("number") and _URL.fullmatch(str(build.get("url", ""))):
        return f"[{name} \\#{build['number']}](<{build['url']}>)"
    return name


def _state(build: Mapping[str, Any], language: Language) -> str:
    facts = {
        "result": plain(str(build.get("result") or "?")),
        "detail": _trouble(build, language),
    }
    return STATES[build["state"]].say(language, facts)
