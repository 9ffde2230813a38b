"""Author and reviewer as language models: what each is shown, and its answer as a value.

Decides nothing about a change. The author sees request and config; the reviewer never sees a word
of the author's. Secrets are placeholders on the way out and come back only where they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.adapters.litellm_model import Budget, LitellmModel, ModelSettings
from bot.asking import ask_strictly
from bot.core.change import Change, build_change
from bot.core.finding import Finding
from bot.core.gate import Agreement, Mode
from bot.core.hunks import Hunk, hunks_of
from bot.core.index import Index, ranked
from bot.core.leaf import Document
from bot.core.masking import Mask, mask_documents
from bot.core.operation import Proposal, Question, Unusable
from bot.core.outcome import Spent
from bot.core.proposal import PROMPT_TOKENS, SCHEMA, author_facts, read_proposal
from bot.core.report.findings import word
from bot.core.request import Language, Request
from bot.core.resolve import Unresolved, resolve
from bot.core.review import (
    REVIEW_SCHEMA,
    Review,
    derive_facts,
    join_reviews,
    read_review,
    review_batches,
    review_facts,
)
from bot.core.view import View, build_view
from bot.judge import Matter
from bot.pipeline import Propose, Team
from bot.ports import Model, Usage
from bot.ports import Question as Asked
from bot.prompts import render
from bot.settings import BUILTIN, Endpoint, Settings

T = TypeVar("T")
# Of a prompt's tokens, what is kept for the instructions, the request and the feedback.
_OVERHEAD_TOKENS = 2_500
# Evidence may still come from the reviewer's blind derivation, so these do not make it pointless.
_MAY_BE_EXPLAINED = frozenset({"explained-place", "explained-value"})


@dataclass
class Ledger:
    """What the models of one request cost; the only state, appended to by every call."""

    spent: list[Spent] = field(default_factory=list)

    def record(self, usages: Sequence[Usage]) -> None:
        """Add the calls' costs."""
        self.spent.extend(
            Spent(u.model, u.role, u.prompt_tokens, u.completion_tokens, u.cost, u.seconds) for u in usages
        )


def model_team(settings: Settings, mode: Mode) -> Team:
    """The author and the reviewer that ``settings`` name, sharing one budget."""
    budget = Budget(
        max_calls=settings.max_calls,
        max_tokens=settings.max_tokens,
        max_cost=settings.max_cost,
        max_seconds=settings.max_seconds,
    )
    ledger = Ledger()
    author = _model(settings.author, settings, budget)
    reviewer = _model(settings.reviewer, settings, budget)
    return Team(
        author=settings.author.name,
        reviewer=settings.reviewer.name,
        propose=_proposing(author, settings, ledger) if author else None,
        agree=_agreeing(reviewer, settings, mode, ledger),
        spent=lambda: tuple(ledger.spent),
        rounds=settings.rounds if author else 0,
        uses_models=True,
    )


def _model(endpoint: Endpoint, settings: Settings, budget: Budget) -> Model | None:
    if endpoint.name == BUILTIN:
        return None
    return LitellmModel(
        ModelSettings(
            name=endpoint.name,
            base_url=endpoint.base_url,
            api_key=endpoint.api_key,
            timeout=settings.model_timeout,
            max_output_tokens=settings.max_output_tokens,
            attempts=settings.model_attempts,
        ),
        budget,
    )


def _proposing(model: Model, settings: Settings, ledger: Ledger) -> Propose:
    def propose(request: Request, index: Index, feedback: tuple[Finding, ...]) -> Proposal | Question | Unusable:
        documents, mask, view = _shown(request, index)
        told = [" ".join(word(finding, Language.ENGLISH)) for finding in feedback]
        facts = author_facts(request, view, told, mask)
        asked = Asked("author", render("author.system", {}), render("author.user", facts), SCHEMA)
        return _ask(model, asked, _reading(documents, mask), settings, ledger)

    return propose


def _shown(request: Request, index: Index) -> tuple[dict[str, Document], Mask, View]:
    """What a model sees of the base, the likeliest places first, within the prompt's budget."""
    documents = {document.path: document for document in index.readable}
    mask = mask_documents(documents, request=request.text)
    return documents, mask, build_view(documents, ranked(request.text, index), PROMPT_TOKENS - _OVERHEAD_TOKENS, mask)


def _reading(documents: dict[str, Document], mask: Mask) -> Callable[[str], Proposal | Question | Unusable]:
    def read(text: str) -> Proposal | Question | Unusable:
        proposal = read_proposal(text, documents)
        return mask.unmask(proposal) if isinstance(proposal, Proposal) else proposal

    return read


def _ask(model: Model, asked: Asked, read: Callable[[str], T | Unusable], settings: Settings, ledger: Ledger) -> T | Unusable:
    answer, usages = ask_strictly(model, asked, read, settings.model_attempts)
    ledger.record(usages)
    return answer


def _agreeing(model: Model | None, settings: Settings, mode: Mode, ledger: Ledger) -> Callable[[Matter, tuple[Finding, ...]], Agreement | None]:
    same = settings.author.name == settings.reviewer.name

    def agree(matter: Matter, findings: tuple[Finding, ...]) -> Agreement | None:
        if model is None:
            return None
        if any(finding.blocks and finding.rule not in _MAY_BE_EXPLAINED for finding in findings):
            return Agreement(None, Unusable("not asked: checks already refuse the change"), same, skipped=True)
        blind = _derived(model, matter, settings, ledger) if mode is Mode.BLIND else None
        return Agreement(blind, _reviewed(model, matter, findings, settings, ledger), same)

    return agree


def _derived(model: Model, matter: Matter, settings: Settings, ledger: Ledger) -> Change | Unusable:
    """The reviewer's own change, from request and base alone."""
    documents, mask, view = _shown(matter.request, matter.index)
    facts = derive_facts(matter.request, view, mask)
    asked = Asked("reviewer-blind", render("derive.system", {}), render("derive.user", facts), SCHEMA)
    answer = _ask(model, asked, _reading(documents, mask), settings, ledger)
    if isinstance(answer, Unusable):
        return answer
    if isinstance(answer, Question):
        return Unusable(f"the reviewer asks: {answer.text}")
    files = resolve(answer.operations, matter.index.data)
    if isinstance(files, Unresolved):
        return Unusable(f"the reviewer's derivation means no exact change ({files.code})")
    return build_change(files)


def _reviewed(model: Model, matter: Matter, findings: tuple[Finding, ...], settings: Settings, ledger: Ledger) -> Review | Unusable:
    """The review of every hunk, in batches that fit a prompt."""
    hunks = hunks_of(matter.change)
    batches = review_batches(hunks)
    if isinstance(batches, Unusable):
        return batches
    documents, _, view = _shown(matter.request, matter.index)
    heads = [document for document in matter.change.head_docs.values() if isinstance(document, Document)]
    mask = mask_documents(documents, also=heads, request=matter.request.text)

    def review(batch: tuple[Hunk, ...]) -> Review | Unusable:
        elsewhere = [hunk for hunk in hunks if hunk not in batch]
        facts = review_facts(matter.request, view, batch, findings, mask, elsewhere=elsewhere)
        asked = Asked("reviewer", render("review.system", {}), render("review.user", facts), REVIEW_SCHEMA)
        return _ask(model, asked, lambda text: read_review(text, batch), settings, ledger)

    return join_reviews(review(batch) for batch in batches)
