"""Author and reviewer as language models: what each is shown, and its answer as a value.

Decides nothing about a change. The author sees request and config; the reviewer never sees a word
of the author's. Secrets are placeholders on the way out and come back only where they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.adapters.litellm_model import LitellmModel, ModelSettings
from bot.adapters.model_budget import Budget, Limits
from bot.asking import ask_strictly, author_question, derive_question, review_question
from bot.core.change import Change, build_change
from bot.core.finding import Finding
from bot.core.gate import Agreement, Mode
from bot.core.hunks import Hunk, hunks_of
from bot.core.index import Index, ranked
from bot.core.leaf import Document, Place
from bot.core.masking import Mask, mask_documents
from bot.core.operation import Proposal, Question, Unusable
from bot.core.outcome import Spent
from bot.core.proposal import read_proposal
from bot.core.report.findings import word
from bot.core.request import Language, Request
from bot.core.resolve import Unresolved, resolve
from bot.core.review import Review, join_reviews, read_review, review_batches
from bot.judge import Matter
from bot.pipeline import Team
from bot.ports import Model
from bot.ports import Question as Asked
from bot.settings import BUILTIN, Endpoint, Settings

# Evidence may still come from the reviewer's blind derivation, so these do not make it pointless.
_MAY_BE_EXPLAINED = frozenset({"explained-place", "explained-value"})
T = TypeVar("T")


def model_team(settings: Settings, mode: Mode) -> Team:
    """The author and the reviewer that ``settings`` name, sharing one budget."""
    budget = open_budget(settings)
    author = open_model(settings.author, settings, budget)
    reviewer = open_model(settings.reviewer, settings, budget)
    spent: list[Spent] = []
    return Team(
        author=settings.author.name,
        reviewer=settings.reviewer.name,
        propose=Author(Asker(author, settings.model_attempts, spent)).propose if author else None,
        agree=_agreement(reviewer, settings, mode, spent),
        spent=lambda: tuple(spent),
        rounds=settings.rounds if author else 0,
        uses_models=True,
    )


def open_budget(settings: Settings) -> Budget:
    """What one request may spend, on both models together."""
    return Budget(
        Limits(settings.max_calls, settings.max_tokens, settings.max_cost, settings.max_seconds)
    )


def _agreement(
    model: Model | None, settings: Settings, mode: Mode, spent: list[Spent]
) -> Callable[[Matter, tuple[Finding, ...]], Agreement | None]:
    if model is None:
        return lambda _matter, _findings: None
    same = settings.author.name == settings.reviewer.name
    return Reviewer(Asker(model, settings.model_attempts, spent), mode, same_model=same).agree


def open_model(endpoint: Endpoint, settings: Settings, budget: Budget) -> Model | None:
    """The model behind ``endpoint``; None where that is the rules."""
    if endpoint.name == BUILTIN:
        return None
    chosen = ModelSettings(
        name=endpoint.name,
        base_url=endpoint.base_url,
        api_key=endpoint.api_key,
        timeout=settings.model_timeout,
        max_output_tokens=settings.max_output_tokens,
        attempts=settings.model_attempts,
    )
    return LitellmModel(chosen, budget)


@dataclass(frozen=True)
class Asker:
    """One model, asked strictly; what each call cost is appended to ``spent``."""

    model: Model
    attempts: int
    spent: list[Spent] = field(default_factory=list)

    def ask(self, asked: Asked | Unusable, read: Callable[[str], T | Unusable]) -> T | Unusable:
        """What ``read`` makes of the answer. Raises ModelError."""
        if isinstance(asked, Unusable):
            return asked
        answer, usages = ask_strictly(self.model, asked, read, self.attempts)
        self.spent.extend(
            Spent(u.model, u.role, u.prompt_tokens, u.completion_tokens, u.cost, u.seconds)
            for u in usages
        )
        return answer


@dataclass(frozen=True)
class Shown:
    """What a model is shown of the base: its files, the likeliest places first, and the mask."""

    documents: dict[str, Document]
    order: Sequence[Place | str]
    mask: Mask

    @classmethod
    def of(cls, request: Request, index: Index, heads: Sequence[Document] = ()) -> Shown:
        """The readable files of ``index``; the secrets of ``heads`` are hidden too."""
        documents = {document.path: document for document in index.readable}
        mask = mask_documents(documents, also=heads, request=request.text)
        return cls(documents, ranked(request.text, index), mask)

    def read(self, text: str) -> Proposal | Question | Unusable:
        """A reply of operations, with its secrets back in place."""
        proposal = read_proposal(text, self.documents, self.mask)
        return self.mask.unmask(proposal) if isinstance(proposal, Proposal) else proposal


@dataclass(frozen=True)
class Author:
    """Model A."""

    asker: Asker

    def propose(
        self, request: Request, index: Index, feedback: tuple[Finding, ...]
    ) -> Proposal | Question | Unusable:
        """What it would do; ``feedback`` are the findings against its last try."""
        shown = Shown.of(request, index)
        told = [" ".join(word(finding, Language.ENGLISH)) for finding in feedback]
        asked = author_question(request, shown.documents, shown.order, shown.mask, told)
        return self.asker.ask(asked, shown.read)


@dataclass(frozen=True)
class Reviewer:
    """Model B."""

    asker: Asker
    mode: Mode
    same_model: bool

    def agree(self, matter: Matter, findings: tuple[Finding, ...]) -> Agreement | None:
        """Its own change where the mode is blind, then its review of this one."""
        if any(finding.blocks and finding.rule not in _MAY_BE_EXPLAINED for finding in findings):
            return Agreement(None, Unusable("not asked"), self.same_model, skipped=True)
        blind = self._derive(matter) if self.mode is Mode.BLIND else None
        return Agreement(blind, self._review(matter, findings), self.same_model)

    def _derive(self, matter: Matter) -> Change | Unusable:
        """From request and base alone."""
        shown = Shown.of(matter.request, matter.index)
        asked = derive_question(matter.request, shown.documents, shown.order, shown.mask)
        answer: Proposal | Question | Unusable = self.asker.ask(asked, shown.read)
        if isinstance(answer, Unusable):
            return answer
        if isinstance(answer, Question):
            return Unusable(f"the reviewer asks: {answer.text}")
        files = resolve(answer.operations, matter.index.data)
        if isinstance(files, Unresolved):
            return Unusable(f"what the reviewer derived means no exact change ({files.code})")
        return build_change(files)

    def _review(self, matter: Matter, findings: tuple[Finding, ...]) -> Review | Unusable:
        """Every hunk, in batches that fit a prompt."""
        hunks = hunks_of(matter.change)
        batches = review_batches(hunks)
        if isinstance(batches, Unusable):
            return batches
        heads = [head for head in matter.change.head_docs.values() if isinstance(head, Document)]
        shown = Shown.of(matter.request, matter.index, heads)
        return join_reviews(self._batch(matter, shown, findings, hunks, batch) for batch in batches)

    def _batch(
        self,
        matter: Matter,
        shown: Shown,
        findings: tuple[Finding, ...],
        hunks: tuple[Hunk, ...],
        batch: tuple[Hunk, ...],
    ) -> Review | Unusable:
        elsewhere = [hunk for hunk in hunks if hunk not in batch]
        asked = review_question(
            matter.request,
            shown.documents,
            shown.order,
            batch,
            findings,
            shown.mask,
            elsewhere=elsewhere,
        )
        return self.asker.ask(asked, lambda text: read_review(text, batch))
