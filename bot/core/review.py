"""What the reviewer is asked, and its reply → Review | Unusable.

Decides whether a review is one: it judges every hunk once, cites only lines that were shown, and
does not contradict itself. The reviewer never sees the author's words, title, message or name, and
all text of files reaches it as data, secrets hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.finding import Finding
from bot.core.hunks import Hunk, HunkLine, Side, hunks_of
from bot.core.masking import Mask
from bot.core.operation import Unusable
from bot.core.proposal import author_facts
from bot.core.replies import read_object
from bot.core.request import Request
from bot.core.view import View, one_line, tokens

__all__ = [
    "REVIEW_SCHEMA",
    "Hunk",
    "HunkLine",
    "Remark",
    "Review",
    "Side",
    "derive_facts",
    "hunks_of",
    "join_reviews",
    "read_review",
    "review_batches",
    "review_facts",
]

# The diff part of one review; a larger change is reviewed in several batches of whole hunks.
BATCH_TOKENS = 8_000

_VERDICT = {"type": "string", "enum": ["approve", "reject"]}
_TEXT = {"type": "string"}


def _object(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_LINE = _object(line={"type": "integer"}, remark=_TEXT)
# What each line does and why come before the verdict: a model that must say them first judges better.
_HUNK = _object(id=_TEXT, lines={"type": "array", "items": _LINE}, reason=_TEXT, verdict=_VERDICT)
REVIEW_SCHEMA: Mapping[str, Any] = _object(
    hunks={"type": "array", "items": _HUNK},
    missing={"type": "array", "items": _TEXT},
    verdict=_VERDICT,
)


@dataclass(frozen=True, slots=True)
class Remark:
    """What the reviewer holds against a line (1-based; base for a removed line, else head)."""

    path: str
    line: int
    text: str
    hunk: str


@dataclass(frozen=True, slots=True)
class Review:
    """A whole review; ``rejected`` are hunk ids, ``missing`` what the change leaves undone."""

    approved: bool
    remarks: tuple[Remark, ...] = ()
    rejected: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def derive_facts(request: Request, view: View, mask: Mask | None = None) -> dict[str, object]:
    """What the prompt ``derive`` needs: request and base alone, the author's change unseen."""
    return author_facts(request, view, (), mask)


def review_facts(
    request: Request,
    view: View,
    hunks: Sequence[Hunk],
    findings: Iterable[Finding] = (),
    mask: Mask | None = None,
    *,
    elsewhere: Iterable[Hunk] = (),
) -> dict[str, object]:
    """What the prompt ``review`` needs; ``elsewhere`` are hunks that other batches show."""
    hidden = mask or Mask()
    counts = Counter(hunk.path for hunk in elsewhere)
    return {
        **author_facts(request, view, (), hidden),
        "hunks": tuple(
            {"id": hunk.id, "path": one_line(hunk.path), "rows": _rows(hunk, hidden)}
            for hunk in hunks
        ),
        "findings": tuple(one_line(hidden.hide(_told(finding))) for finding in findings),
        "elsewhere": tuple(
            f"{one_line(path)} ({count} hunks)" for path, count in sorted(counts.items())
        ),
    }


def _rows(hunk: Hunk, mask: Mask) -> tuple[str, ...]:
    """``12 + text``: the number comes first, so that no text of the file can pose as one."""
    texts = mask.hide_lines([line.text for line in hunk.lines])
    return tuple(
        f"{line.number:>5} {line.side.value} {text}"
        for line, text in zip(hunk.lines, texts, strict=True)
    )


def _told(finding: Finding) -> str:
    place = (
        f" at {finding.path}" + (f":{finding.line}" if finding.line else "") if finding.path else ""
    )
    facts = ", ".join(f"{name}={value}" for name, value in finding.facts)
    return f"{finding.rule} ({finding.severity.value}){place}: {finding.variant}; {facts}"


def review_batches(
    hunks: Sequence[Hunk], budget_tokens: int = BATCH_TOKENS
) -> tuple[tuple[Hunk, ...], ...] | Unusable:
    """The hunks in batches that fit a prompt each; one too large to be shown whole is Unusable."""
    batches: list[list[Hunk]] = []
    left = 0
    for hunk in hunks:
        cost = 16 + sum(tokens(line.text) + 4 for line in hunk.lines)
        if cost > budget_tokens:
            return Unusable(
                f"hunk-too-large: {hunk.id} of {hunk.path} takes {cost} tokens, at most {budget_tokens}"
            )
        if cost > left or not batches:
            batches.append([])
            left = budget_tokens
        batches[-1].append(hunk)
        left -= cost
    return tuple(tuple(batch) for batch in batches)


def join_reviews(reviews: Iterable[Review | Unusable]) -> Review | Unusable:
    """The review of all batches: approved only where each is, unusable where any is."""
    joined: list[Review] = []
    for review in reviews:
        if isinstance(review, Unusable):
            return review
        joined.append(review)
    if not joined:
        return Unusable("review-empty: nothing was reviewed")
    return Review(
        all(review.approved for review in joined),
        tuple(remark for review in joined for remark in review.remarks),
        tuple(hunk for review in joined for hunk in review.rejected),
        tuple(text for review in joined for text in review.missing),
    )


def read_review(text: str, hunks: Sequence[Hunk]) -> Review | Unusable:
    """The reviewer's reply on exactly these hunks."""
    reply = read_object(text, REVIEW_SCHEMA)
    if isinstance(reply, Unusable):
        return reply
    wrong = _coverage(reply["hunks"], hunks) or _contradiction(reply)
    if wrong:
        return Unusable(wrong)
    shown = {hunk.id: hunk for hunk in hunks}
    rejected = [said for said in reply["hunks"] if said["verdict"] == "reject"]
    return Review(
        approved=reply["verdict"] == "approve",
        remarks=tuple(remark for said in rejected for remark in _remarks(said, shown[said["id"]])),
        rejected=tuple(said["id"] for said in rejected),
        missing=tuple(reply["missing"]),
    )


def _coverage(said: Sequence[Mapping[str, Any]], hunks: Sequence[Hunk]) -> str:
    """Why these are not verdicts on exactly the hunks that were shown, or nothing."""
    shown = {hunk.id: hunk for hunk in hunks}
    named = [one["id"] for one in said]
    if not shown:
        return "review-empty: there was nothing to review"
    if unknown := [name for name in named if name not in shown]:
        return f"hunk-unknown: {unknown[0][:80]!r} was not shown"
    if len(set(named)) != len(named):
        return "hunk-twice: judge each hunk once"
    if left_out := [name for name in shown if name not in named]:
        return f"hunk-left-out: {', '.join(left_out[:20])} not judged"
    for one in said:
        for line in one["lines"]:
            if line["line"] not in shown[one["id"]].numbers:
                return f"line-outside: line {line['line']} is not in hunk {one['id']}"
    return ""


def _contradiction(reply: Mapping[str, Any]) -> str:
    """Why the review cannot mean what it says, or nothing."""
    rejected = [one for one in reply["hunks"] if one["verdict"] == "reject"]
    if reply["verdict"] == "approve" and rejected:
        return f"verdict-contradicts: approved although {rejected[0]['id']} is rejected"
    if any(not text.strip() for text in reply["missing"]):
        return "missing-empty: say what is missing, or leave the list empty"
    if reply["verdict"] == "approve" and reply["missing"]:
        return "verdict-contradicts: approved although something is said to be missing"
    if reply["verdict"] == "reject" and not rejected and not reply["missing"]:
        return (
            "verdict-contradicts: rejected although every hunk is approved and nothing is missing"
        )
    if any(not line["remark"].strip() for one in reply["hunks"] for line in one["lines"]):
        return "remark-empty: say something of each line cited"
    if any(not one["reason"].strip() for one in rejected):
        return f"reason-empty: say why {next(one['id'] for one in rejected if not one['reason'].strip())} is rejected"
    return ""


def _remarks(said: Mapping[str, Any], hunk: Hunk) -> Iterator[Remark]:
    """One a cited line; a rejection that cites none stands at the hunk's first changed line."""
    reason = one_line(said["reason"].strip())
    for line in said["lines"]:
        yield Remark(
            hunk.path, line["line"], f"{one_line(line['remark'].strip())} ({reason})", hunk.id
        )
    if not said["lines"]:
        yield Remark(hunk.path, hunk.first_changed, reason, hunk.id)
