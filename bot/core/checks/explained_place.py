"""``explained-place``: every leaf change has evidence that its place was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.builtin.tokens import tokenize
from bot.core.builtin.verbs import Verb, english_verb, korean_verb, mistyped_verb
from bot.core.checks.asked import facts
from bot.core.checks.rule import Rule
from bot.core.finding import Evidence, Finding, Ground, blocks
from bot.core.protected import protected_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.expectation import Explained
    from bot.core.request import Request


def check(case: Case) -> Iterator[Finding]:
    """An author's word is no evidence; for protected kinds no model's word is."""
    if tuple(item.change for item in case.explained) != case.change.leaf_changes:
        yield blocks("explained-place", None, None, "uncounted")
    removes = asks_removal(case.request)
    for item in case.explained:
        kind = protected_kind(item.change)
        problem = lacking(item.place, kind) or _unasked_removal(item, removes=removes)
        if problem:
            key = facts(item.change)["key"]
            place = item.change.path, item.change.line
            yield blocks("explained-place", *place, problem, key=key, kind=kind or "")


def asks_removal(request: Request) -> bool:
    """Some word of the request is a verb that takes something away."""
    words = (token.text + token.particle for token in tokenize(request.text))
    return any(
        Verb.REMOVE in {korean_verb(word), english_verb(word)}
        or (Verb.REMOVE is mistyped_verb(word))
        for word in words
    )


def _unasked_removal(item: Explained, *, removes: bool) -> str | None:
    """What goes without a word of it needs more than two models that agree."""
    if item.change.new is not None or removes or (item.place and item.place.checked):
        return None
    return "removal"


def lacking(evidence: Evidence | None, kind: str | None) -> str | None:
    """The variant that says what the evidence lacks, or None where it is enough."""
    if evidence is None or evidence.ground is Ground.ATTESTED:
        return "none"
    return "protected" if kind and not evidence.checked else None


RULE = Rule("explained-place", 3, check)
