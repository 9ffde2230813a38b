"""Everything known about a change → merge it, revise it, ask the person, or refuse it.

The only place that says Merge. It merges when every point of the gate holds and never otherwise:
what could not be evaluated counts as failed, and no model's word outweighs a finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.core.change import Change
from bot.core.expectation import Derivation, Expectation, Explained, Unproven
from bot.core.finding import Finding, blocks, warns
from bot.core.identity import difference
from bot.core.leaf import show_key
from bot.core.operation import Unusable
from bot.core.review import Review


class Mode(StrEnum):
    """How the reviewer works: derives blind before it sees the diff, only reviews it, or duels."""

    BLIND = "blind"
    REVIEW = "review"
    DUEL = "duel"


@dataclass(frozen=True)
class Agreement:
    """What the reviewing model brought: its own change (mode blind) and its review of this one.

    ``skipped`` where it was not asked, since the checks alone refuse the change already.
    """

    blind: Change | Unusable | None
    review: Review | Unusable
    same_model: bool = False
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """Every point holds."""


@dataclass(frozen=True, slots=True)
class Revise:
    """The author gets the findings and another try."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Only the person can say; nothing is changed until they do."""

    question: Unproven


@dataclass(frozen=True, slots=True)
class Refuse:
    """The change stays out, for these reasons."""

    findings: tuple[Finding, ...]


Decision = Merge | Revise | Ask | Refuse


@dataclass(frozen=True)
class Evaluation:
    """A change with everything that was found out about it."""

    change: Change
    explained: tuple[Explained, ...]
    findings: tuple[Finding, ...]
    agreement: Agreement | None


def agreement_findings(
    change: Change, expectation: Expectation, agreement: Agreement | None, mode: Mode
) -> tuple[Finding, ...]:
    """What the reviewer's part says, as findings (point 7)."""
    if agreement is None:
        return _without_model(expectation)
    if agreement.skipped:
        return (blocks("review-skipped"),)
    found = [warns("same-model")] if agreement.same_model else []
    if mode in {Mode.BLIND, Mode.DUEL}:
        found += _blind(change, agreement.blind)
    return (*found, *_review(agreement.review))


def _without_model(expectation: Expectation) -> tuple[Finding, ...]:
    """Checks alone may carry a change only where rules derived what it must be."""
    if isinstance(expectation, Derivation):
        return (warns("no-model"),)
    return (blocks("nothing-provable", reason=expectation.code),)


def _blind(change: Change, blind: Change | Unusable | None) -> list[Finding]:
    if blind is None or isinstance(blind, Unusable):
        return [blocks("review-unusable", reason=blind.reason if blind else "no blind derivation")]
    mine, theirs = difference(change, blind)
    extra = [
        blocks(
            "agreed-blind",
            c.path,
            c.line,
            "extra",
            key=show_key(c.key),
            mine=_shown(c.after),
            theirs=_shown(c.before),
        )
        for c in mine
    ]
    missing = [
        blocks(
            "agreed-blind",
            c.path,
            c.line,
            "missing",
            key=show_key(c.key),
            mine="",
            theirs=_shown(c.after),
        )
        for c in theirs
    ]
    return extra + missing


def _shown(value: str | None) -> str:
    return "∅" if value is None else value


def _review(review: Review | Unusable) -> list[Finding]:
    if isinstance(review, Unusable):
        return [blocks("review-unusable", reason=review.reason)]
    if review.approved:
        return []
    remarks = [
        blocks("agreed-review", remark.path, remark.line, reason=remark.text)
        for remark in review.remarks
    ]
    return remarks or [
        blocks("agreed-review", reason="; ".join(review.missing) or "rejected without a remark")
    ]


def decide(evaluation: Evaluation, *, may_revise: bool) -> Decision:
    """Merge only where no finding blocks and every leaf change is explained."""
    blocking = tuple(finding for finding in evaluation.findings if finding.blocks)
    if not blocking and not evaluation.change.files:
        blocking = (blocks("no-change"),)
    if not blocking and not _all_explained(evaluation):
        blocking = (blocks("explained-place", variant="default", key="", path=""),)
    if not blocking:
        return Merge()
    return Revise(blocking) if may_revise else Refuse(blocking)


def _all_explained(evaluation: Evaluation) -> bool:
    """A second lock on point 3: the check reports, the gate does not depend on it having run."""
    looked_at = tuple(item.change for item in evaluation.explained)
    return looked_at == evaluation.change.leaf_changes and all(
        item.place and item.value for item in evaluation.explained
    )


def rank(findings: Iterable[Finding]) -> int:
    """How far from merging: fewer blocking findings are better (which candidate to keep)."""
    return sum(1 for finding in findings if finding.blocks)
