"""Builds the cases that checks look at: small files before and after, good unless a test says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict, Unpack

from bot.core.change import Change, FileChange, build_change
from bot.core.checks import RULES, run_checks
from bot.core.checks.case import Case
from bot.core.expectation import Derivation, Explained, Unproven
from bot.core.finding import Evidence, Finding, Ground, evidence
from bot.core.formats import parse
from bot.core.report.findings import word
from bot.core.request import Language, Request

if TYPE_CHECKING:
    from bot.core.expectation import Expectation
    from bot.core.operation import Move
    from bot.core.policy import Policy

Files = Mapping[str, str | bytes] | str | bytes

PATH = "app.yml"
NAMED = evidence(Ground.NAMED, "named", words="it")
AGREED = Evidence(Ground.AGREED, "agreed")
ATTESTED = Evidence(Ground.ATTESTED, "attested")


class Facts(TypedDict, total=False):
    """The fields of a case that a test may override."""

    change: Change
    explained: tuple[Explained, ...]
    expectation: Expectation
    moves: tuple[Move, ...]
    paths: frozenset[str]
    paths_asked: frozenset[str]
    policy: Policy
    data: Mapping[str, bytes]


def _files(files: Files, path: str) -> dict[str, bytes]:
    if isinstance(files, (str, bytes)):
        files = {path: files}
    return {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}


def change(base: Files, head: Files, path: str = PATH) -> Change:
    """The change from ``base`` to ``head``: one file's text, or texts by path."""
    before, after = _files(base, path), _files(head, path)
    return build_change(
        [FileChange(p, before.get(p), after.get(p)) for p in sorted({*before, *after})]
    )


def explained(
    made: Change, place: Evidence | None = NAMED, value: Evidence | None = NAMED
) -> tuple[Explained, ...]:
    """The same evidence for every leaf change."""
    return tuple(Explained(leaf_change, place, value) for leaf_change in made.leaf_changes)


def derivation(base: Files, head: Files, path: str = PATH) -> Derivation:
    """Rules that derive exactly the change from ``base`` to ``head``."""
    made = change(base, head, path)
    return Derivation((), made, explained(made))


def case(
    base: Files, head: Files, request: str = "change it", path: str = PATH, **facts: Unpack[Facts]
) -> Case:
    """A case with evidence for every leaf change and no derivation; ``facts`` override fields."""
    made, before = change(base, head, path), _files(base, path)
    good = Case(
        request=Request(request, Language.ENGLISH),
        change=made,
        base={name: parse(name, data) for name, data in before.items()},
        explained=explained(made),
        expectation=Unproven("test"),
        paths=frozenset(before),
        data=before,
    )
    return replace(good, **facts)


def found(rule: str, looked_at: Case) -> tuple[Finding, ...]:
    """What ``rule`` finds, each of it worded in both languages."""
    check = next(one.check for one in RULES if one.id == rule)
    findings = tuple(check(looked_at))
    for finding in findings:
        assert finding.rule == rule
        assert_worded(finding)
    return findings


def assert_worded(finding: Finding) -> None:
    """Both languages have a message and a remedy for the finding, with no field left open."""
    for language in Language:
        message, remedy = word(finding, language)
        assert message
        assert remedy


def blocked_by(rule: str, looked_at: Case) -> list[str]:
    """The variants of the rule's findings that block."""
    return [finding.variant for finding in found(rule, looked_at) if finding.blocks]


def warned_by(rule: str, looked_at: Case) -> list[str]:
    """The variants of the rule's findings that only warn."""
    return [finding.variant for finding in found(rule, looked_at) if not finding.blocks]


def blocking(looked_at: Case) -> set[str]:
    """The rules that block."""
    return {finding.rule for finding in run_checks(looked_at) if finding.blocks}
