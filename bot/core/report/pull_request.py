"""What a pull request of ours says: title, body, review and check run.

Decides which remark goes on which line: only lines that the diff shows take a comment (GitHub
answers 422 to any other); every other remark stands in the review's body, none is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.change import Change
from bot.core.hunks import Side, hunks_of
from bot.core.report.duel_text import duels_text
from bot.core.report.findings import RULE_TEXTS
from bot.core.report.neutral import code, plain, quoted, unlinked, visible
from bot.core.report.tables_md import changes_table, findings_table
from bot.core.report.thread import (
    all_findings,
    count,
    counted,
    cut,
    marker,
    net_changes,
    question,
    reasons,
    summary,
)
from bot.core.report.thread_words import PULL, REVIEW
from bot.core.request import Language

MAX_LINE_COMMENTS = 50
MAX_ANNOTATIONS = 200
MAX_TITLE = 120
Lines = Mapping[str, Mapping[str, Collection[int]]]


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on a line of the diff; ``side`` is RIGHT (head) or LEFT (base)."""

    path: str
    line: int
    side: str
    body: str


@dataclass(frozen=True, slots=True)
class ReviewText:
    """One batched review."""

    body: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class CheckText:
    """A check run: its annotations are (path, line, level, title, message)."""

    title: str
    summary: str
    annotations: tuple[tuple[str, int, str, str, str], ...]


def lines_of(change: Change) -> dict[str, dict[str, list[int]]]:
    """Which lines of which files the diff shows, by side."""
    shown: dict[str, dict[str, list[int]]] = {}
    for hunk in hunks_of(change):
        sides = shown.setdefault(hunk.path, {"LEFT": [], "RIGHT": []})
        for line in hunk.lines:
            sides["LEFT" if line.side is Side.REMOVED else "RIGHT"].append(line.number)
    return shown


def title_of(texts: Sequence[str]) -> str:
    """The request's first line."""
    first = " ".join(unlinked(texts[0]).split())
    title = first if len(first) <= MAX_TITLE else first[: MAX_TITLE - 1] + "…"
    return (
        title
        if len(texts) == 1
        else PULL["title-more"].en.format(first=title, count=len(texts) - 1)
    )


def pull_body(
    key: str,
    requester: str,
    link: str,
    texts: Sequence[str],
    verdicts: Sequence[Mapping[str, Any]],
    language: Language,
) -> str:
    """Request with its link, and the table of leaf changes."""
    asked = PULL["asked"].say(language, {"who": plain(requester), "link": link})
    changes = net_changes(verdicts)
    further = [f"{PULL['revised'].say(language)}\n\n{quoted(text)}" for text in texts[1:]]
    author = code(verdicts[-1]["models"]["author"])
    parts = [
        marker("pull", key),
        f"{asked}\n\n{quoted(texts[0])}",
        *further,
        f"**{count(changes, language)}**",
        changes_table(changes, language),
        PULL["nobody-reads"].say(language, {"author": author}),
    ]
    return cut("\n\n".join(parts), language)


def review_text(
    key: str,
    head: str,
    *,
    approved: bool,
    verdicts: Sequence[Mapping[str, Any]],
    lines: Lines,
    language: Language,
) -> ReviewText:
    """The reviewer's verdict with a remark on every line that can take one."""
    findings = all_findings(verdicts)
    remarks, rest = _placed(findings, lines, language)
    headline = REVIEW["approved" if approved else "rejected"]
    parts = [
        marker("review", key),
        headline.say(language, {"sha": f"`{head[:12]}`"}),
        summary(verdicts, language),
    ]
    if approved:
        parts.append(REVIEW["how"].say(language, {"checks": str(len(RULE_TEXTS))}))
    parts += [
        question(one["question"], language) for one in verdicts if one["question"] and not approved
    ]
    parts += [plain(one["error"]["message"]) for one in verdicts if one["error"]]
    parts.append(duels_text(verdicts, language))
    if rest:
        parts += [REVIEW["elsewhere"].say(language), findings_table(rest, language)]
    return ReviewText(cut("\n\n".join(part for part in parts if part), language), tuple(remarks))


def _placed(
    findings: Sequence[Mapping[str, Any]], lines: Lines, language: Language
) -> tuple[list[Remark], list[Mapping[str, Any]]]:
    """Remarks on lines, and the findings that no line of the diff can take."""
    remarks: list[Remark] = []
    rest: list[Mapping[str, Any]] = []
    for finding in findings:
        side = _side(finding, lines)
        if side is None or len(remarks) >= MAX_LINE_COMMENTS:
            rest.append(finding)
        else:
            body = _remark(finding, language)
            remarks.append(Remark(finding["path"], finding["line"], side, body))
    return remarks, rest


def _side(finding: Mapping[str, Any], lines: Lines) -> str | None:
    sides = lines.get(finding["path"] or "", {})
    for side in ("RIGHT", "LEFT"):
        if finding["line"] in sides.get(side, ()):
            return side
    return None


def _remark(finding: Mapping[str, Any], language: Language) -> str:
    sign = "🔴" if finding["severity"] == "blocks" else "🟡"
    remedy = finding["remedy"]
    todo = REVIEW["remedy"].say(language, {"remedy": plain(remedy)}) if remedy else ""
    return f"{sign} {code(finding['rule'])} {plain(finding['message'])}\n\n{todo}".strip()


def check_text(
    *, approved: bool, verdicts: Sequence[Mapping[str, Any]], language: Language
) -> CheckText:
    """The check run ``cfg/verdict``; every finding with a place is an annotation."""
    findings, changes = all_findings(verdicts), net_changes(verdicts)
    blocking = sum(1 for finding in findings if finding["severity"] == "blocks")
    facts = {
        "changes": count(changes, language),
        "blocking": counted(blocking, REVIEW, "finding", language),
    }
    title = REVIEW["check-approved" if approved else "check-rejected"].say(language, facts)
    parts = [summary(verdicts, language)]
    if not approved:
        parts += reasons(verdicts, language)
    parts.append(changes_table(changes, language))
    notes = [_annotation(one) for one in findings if one["path"] and one["line"]]
    return CheckText(title, cut("\n\n".join(parts), language), tuple(notes[:MAX_ANNOTATIONS]))


def _annotation(finding: Mapping[str, Any]) -> tuple[str, int, str, str, str]:
    """Annotations are plain text on GitHub, not Markdown."""
    level = "failure" if finding["severity"] == "blocks" else "warning"
    message = visible(f"{finding['message']} {finding['remedy']}".strip())
    return (finding["path"], finding["line"], level, finding["rule"], message)
