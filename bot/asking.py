"""Questions to the models, and asking until the answer can be used.

Decides what each role is told (the author: request and base; the reviewer: request and base, then
the diff, never the author's words) and how often a reply that cannot be used is asked for again.
Never repairs a reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot.core.finding import Finding
from bot.core.leaf import Document, Place
from bot.core.masking import Mask
from bot.core.operation import Unusable
from bot.core.proposal import PROMPT_TOKENS, SCHEMA, View, author_facts, build_view, tokens
from bot.core.request import Request
from bot.core.review import REVIEW_SCHEMA, Hunk, derive_facts, review_facts
from bot.ports import Model, Question, Usage
from bot.prompts import render

T = TypeVar("T")

ATTEMPTS = 3
# Room left in the author's prompt for the JSON schema, which some servers must be told, and for
# what is appended when it is asked again.
_RESERVE = 1_000
_REVIEW_CONFIG_TOKENS = 4_000
_SHOWN_REASON = 400


def ask_strictly(
    model: Model, question: Question, read: Callable[[str], T | Unusable], attempts: int = ATTEMPTS
) -> tuple[T | Unusable, tuple[Usage, ...]]:
    """What ``read`` makes of the model's reply; an Unusable one is asked for again with the reason.

    Raises ModelError as the model does; at most ``attempts`` questions are asked.
    """
    usages: list[Usage] = []
    read_as: T | Unusable = Unusable("not-asked")
    asked = question
    for _ in range(attempts):
        reply = model.ask(asked)
        usages.append(reply.usage)
        read_as = read(reply.text)
        if not isinstance(read_as, Unusable):
            break
        asked = replace(question, user=question.user + _again(read_as))
    return read_as, tuple(usages)


def _again(unusable: Unusable) -> str:
    reason = " ".join(unusable.reason.split())[:_SHOWN_REASON]
    return f"\nYour previous answer could not be used: {reason}\nAnswer again with one JSON object as described.\n"


def author_question(
    request: Request,
    documents: Mapping[str, Document],
    order: Sequence[str | Place],
    mask: Mask,
    feedback: Sequence[str] = (),
) -> Question | Unusable:
    """What the author is asked; the whole prompt stays below PROMPT_TOKENS, or it is Unusable."""

    def facts(view: View) -> dict[str, object]:
        return author_facts(request, view, feedback, mask)

    return _fitted("author", facts, documents, order, mask)


def derive_question(
    request: Request, documents: Mapping[str, Document], order: Sequence[str | Place], mask: Mask
) -> Question | Unusable:
    """What the reviewer is asked first: to derive the change by itself, within PROMPT_TOKENS."""

    def facts(view: View) -> dict[str, object]:
        return derive_facts(request, view, mask)

    return _fitted("derive", facts, documents, order, mask)


def duel_question(
    role: str,
    request: Request,
    documents: Mapping[str, Document],
    order: Sequence[str | Place],
    mask: Mask,
    board: Mapping[str, object],
    schema: Mapping[str, Any],
) -> Question | Unusable:
    """A move of a duel (``attack`` or ``answer``): ``board`` is what is on the table, as lines."""

    def facts(view: View) -> dict[str, object]:
        return {**author_facts(request, view, (), mask), **board}

    return _fitted(role, facts, documents, order, mask, schema)


def _fitted(
    role: str,
    facts: Callable[[View], dict[str, object]],
    documents: Mapping[str, Document],
    order: Sequence[str | Place],
    mask: Mask,
    schema: Mapping[str, Any] = SCHEMA,
) -> Question | Unusable:
    """The question with as much configuration as its tokens leave room for."""
    system = render(f"{role}.system", {})
    bare = render(f"{role}.user", facts(View((), more=10**9, files_left_out=10**9)))
    budget = PROMPT_TOKENS - _RESERVE - tokens(system) - tokens(bare)
    if budget <= 0:
        return Unusable(
            "prompt-too-long: the request and the facts about it leave no room for configuration"
        )
    user = render(f"{role}.user", facts(build_view(documents, order, budget, mask)))
    return Question(role, system, user, schema)


def review_question(
    request: Request,
    documents: Mapping[str, Document],
    order: Sequence[str | Place],
    hunks: Sequence[Hunk],
    findings: Iterable[Finding],
    mask: Mask,
    *,
    elsewhere: Iterable[Hunk] = (),
) -> Question:
    """What the reviewer is asked second: to judge these hunks."""
    view = build_view(documents, order, _REVIEW_CONFIG_TOKENS, mask)
    facts = review_facts(request, view, hunks, findings, mask, elsewhere=elsewhere)
    return Question(
        "review", render("review.system", {}), render("review.user", facts), REVIEW_SCHEMA
    )
