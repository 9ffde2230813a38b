"""A player's answer to the claims against it: give way with a new candidate, or rebut with evidence.

Decides what counts as evidence: words that stand in the request, or a line of the configuration as
it was shown. A rebuttal without evidence is none, and the claim stands.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.leaf import Document
from bot.core.masking import Mask
from bot.core.operation import Proposal, Question, Unusable
from bot.core.proposal import SCHEMA, read_proposal
from bot.core.replies import read_object

_TEXT = {"type": "string"}
_ANSWER = {
    "type": "object",
    "properties": {
        "claim": _TEXT,
        "answer": {"type": "string", "enum": ["concede", "rebut"]},
        "evidence": _TEXT,
    },
    "required": ["claim", "answer", "evidence"],
    "additionalProperties": False,
}
ANSWER_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "answers": {"type": "array", "items": _ANSWER},
        **SCHEMA["properties"],
    },
    "required": ["answers", *SCHEMA["required"]],
    "additionalProperties": False,
}
# Fewer characters stand in nearly every request.
SHORTEST_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """Which claims (by their ids) it gives way to and which it rebuts; ``proposal`` is its candidate."""

    conceded: frozenset[str]
    rebutted: frozenset[str]
    proposal: Proposal


def read_answer(
    text: str,
    claims: Collection[str],
    documents: Mapping[str, Document],
    mask: Mask,
    facts: Collection[str],
) -> Answer | Unusable:
    """The answer in a reply; ``facts`` are the texts that evidence may quote (request, shown lines)."""
    reply = read_object(text, ANSWER_SCHEMA)
    if isinstance(reply, Unusable):
        return reply
    said = {one["claim"]: one for one in reply["answers"]}
    if len(said) != len(reply["answers"]) or set(said) != set(claims):
        return Unusable("answers-incomplete: answer each claim once, by its id, and no other")
    proposal = _proposal(reply, documents, mask)
    if isinstance(proposal, Unusable):
        return proposal
    conceded = {name for name, one in said.items() if one["answer"] == "concede"}
    rebutted = {
        name
        for name, one in said.items()
        if one["answer"] == "rebut" and _is_evidence(str(one["evidence"]), facts)
    }
    return Answer(frozenset(conceded), frozenset(rebutted), proposal)


def _proposal(
    reply: Mapping[str, Any], documents: Mapping[str, Document], mask: Mask
) -> Proposal | Unusable:

    plain = json.dumps({"operations": reply["operations"], "question": reply["question"]})
    found = read_proposal(plain, documents, mask)
    if isinstance(found, Question):
        return Unusable("question-instead: give the operations you stand by")
    return mask.unmask(found) if isinstance(found, Proposal) else found


def _is_evidence(quote: str, facts: Collection[str]) -> bool:
    words = " ".join(quote.split()).casefold()
    return len(words) >= SHORTEST_EVIDENCE and any(
        words in " ".join(fact.split()).casefold() for fact in facts
    )
