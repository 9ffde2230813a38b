"""Outcomes and rules as coloured text: the diff with its evidence, findings as a table.

Layout only. Text of the repository is printed as plain text: no markup or control character of it
reaches the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from bot.core.change import Change, LeafChange
from bot.core.duel.transcript import as_data
from bot.core.expectation import Explained, Unproven
from bot.core.finding import Finding
from bot.core.leaf import show_key
from bot.core.outcome import Outcome, Status
from bot.core.report.duel_text import duel_lines
from bot.core.report.findings import RULE_TEXTS, word
from bot.core.report.redact import hide, hide_all, secrets_of
from bot.core.report.sentences import say_evidence, say_question, say_trouble, say_verdict
from bot.core.report.text import Text
from bot.core.request import Language

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_STYLES = {
    Status.MERGED: "bold green",
    Status.WOULD_MERGE: "bold green",
    Status.APPROVED: "bold green",
    Status.DECLINED: "bold yellow",
    Status.REJECTED: "bold red",
    Status.ERROR: "bold red",
}
_WORDS = {
    "place": Text("place", "자리"),
    "value": Text("value", "값"),
    "rule": Text("rule", "규칙"),
    "where": Text("where", "위치"),
    "what": Text("what is wrong, and what to do", "무엇이 문제이고 어떻게 할지"),
    "why": Text("why", "이유"),
    "example": Text("example", "예"),
    "severity": Text("severity", "심각도"),
    "title": Text("what it holds", "무엇을 지키는지"),
    "count": Text("{values} values in {files} files", "파일 {files}개에서 값 {values}개"),
    "judges": Text("author: {author}; reviewer: {reviewer}", "작성: {author}, 검토: {reviewer}"),
    "cost": Text("{tokens} tokens, ${cost}", "토큰 {tokens}개, ${cost}"),
}


def visible(text: str) -> str:
    """``text`` with characters that would move the cursor or hide shown as escapes."""
    return _CONTROL.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def print_outcome(console: Console, outcome: Outcome, language: Language) -> None:
    """The result of a run for a person."""
    secrets = secrets_of(outcome.change)
    if outcome.change is not None:
        _print_changes(console, outcome.change, outcome.explained, language, secrets)
    if outcome.findings:
        console.print(_findings_table(outcome.findings, language, secrets))
    console.print(
        Styled(say_verdict(outcome, language), style=_STYLES[outcome.status]),
        _summary(outcome, language),
    )
    if outcome.trouble:
        console.print(visible(say_trouble(outcome.trouble, language)))
    if outcome.transcript:
        told = hide_all(as_data(outcome.transcript), secrets)
        for line in duel_lines(told, language):
            console.print(line, style="dim")
    if outcome.question and outcome.status in {Status.DECLINED, Status.REJECTED}:
        _print_question(console, outcome.question, language)
    if outcome.merged:
        console.print(
            f"{outcome.branch}: {(outcome.base or '')[:12]} → {outcome.merged[:12]}", style="dim"
        )


def _summary(outcome: Outcome, language: Language) -> Styled:
    parts = []
    if outcome.change is not None:
        counts = {
            "values": str(len(outcome.change.leaf_changes)),
            "files": str(len(outcome.change.files)),
        }
        parts.append(_WORDS["count"].say(language, counts))
    if outcome.author:
        parts.append(
            _WORDS["judges"].say(language, {"author": outcome.author, "reviewer": outcome.reviewer})
        )
    if outcome.spent:
        tokens = sum(spent.prompt_tokens + spent.completion_tokens for spent in outcome.spent)
        cost = f"{sum(spent.cost for spent in outcome.spent):.4f}"
        parts.append(_WORDS["cost"].say(language, {"tokens": f"{tokens:,}", "cost": cost}))
    if outcome.seconds:
        parts.append(f"{sum(value for _, value in outcome.seconds):.2f} s")
    return Styled(" · ".join(parts), style="dim")


def _print_question(console: Console, question: Unproven, language: Language) -> None:
    console.print(visible(say_question(question, language)))
    for place in question.candidates:
        console.print(f"  {visible(place.shown)}: {visible(place.leaf.value)}")


def _print_changes(
    console: Console,
    change: Change,
    explained: Iterable[Explained],
    language: Language,
    secrets: tuple[str, ...],
) -> None:
    """Each leaf as it was and is, by file; evidence that is that of the leaf before is not said again."""
    lines = {
        (file.path, side): _lines(data)
        for file in change.files
        for side, data in (("base", file.base), ("head", file.head))
    }
    previous = ""
    for path, items in groupby(explained, key=lambda item: item.change.path):
        console.print(visible(path), style="bold", soft_wrap=True)
        for item in items:
            for text, style in _leaf_lines(item.change, lines):
                console.print(visible(hide(text, secrets)), style=style, soft_wrap=True)
            said = hide(_reasons(item, language), secrets)
            console.print(
                "    " + (_SAME if said == previous else visible(said)), style="dim", soft_wrap=True
            )
            previous = said


_SAME = "〃"


def _reasons(item: Explained, language: Language) -> str:
    place, value = _WORDS["place"].say(language), _WORDS["value"].say(language)
    return f"{place}: {say_evidence(item.place, language)} · {value}: {say_evidence(item.value, language)}"


def _leaf_lines(
    change: LeafChange, lines: dict[tuple[str, str], list[str]]
) -> Iterator[tuple[str, str]]:
    yield f"  @@ {change.line} @@ {show_key(change.key)}", "cyan"
    if change.old is not None:
        yield "  -" + _line(lines[change.path, "base"], change.old.line), "red"
    if change.new is not None:
        yield "  +" + _line(lines[change.path, "head"], change.new.line), "green"


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode("utf-8", "replace").split("\n")


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""


def _findings_table(
    findings: Iterable[Finding], language: Language, secrets: tuple[str, ...]
) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("rule", "where", "what"):
        table.add_column(_WORDS[name].say(language), overflow="fold")
    for finding in findings:
        message, remedy = word(finding, language)
        where = (
            f"{finding.path}:{finding.line}"
            if finding.path and finding.line
            else finding.path or ""
        )
        style = "red" if finding.blocks else "yellow"
        table.add_row(
            Styled(finding.rule, style=style),
            visible(where),
            visible(hide(f"{message} {remedy}", secrets)),
        )
    return table


def print_rules(console: Console, language: Language) -> None:
    """Every rule in a line."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(_WORDS["rule"].say(language), no_wrap=True)
    table.add_column(_WORDS["title"].say(language))
    for rule, text in RULE_TEXTS.items():
        table.add_row(rule, text.title.say(language))
    console.print(table)


def print_rule(console: Console, rule: str, language: Language) -> None:
    """One rule with its reason and an example."""
    text = RULE_TEXTS[rule]
    console.print(rule, style="bold")
    console.print(text.title.say(language))
    console.print(f"\n{_WORDS['why'].say(language)}: {text.why.say(language)}")
    console.print(f"\n{_WORDS['example'].say(language)}:\n{text.example}")


def rule_as_json(rule: str, language: Language) -> dict[str, Any]:
    """One rule as JSON values."""
    text = RULE_TEXTS[rule]
    return {
        "id": rule,
        "title": text.title.say(language),
        "why": text.why.say(language),
        "example": text.example,
    }
