"""An outcome as one JSON object, and the schema it satisfies: what machines are told.

Decides the shape only; it is a published contract, so fields are added and never renamed.
"""

from __future__ import annotations

from typing import Any

from bot.core.duel.transcript import as_data
from bot.core.expectation import Explained, Unproven
from bot.core.finding import Evidence, Finding
from bot.core.leaf import Place, show_key
from bot.core.outcome import Outcome, Spent
from bot.core.report.findings import word
from bot.core.report.redact import hide_all, secrets_of, shown_value
from bot.core.report.sentences import say_evidence, say_question, say_trouble, say_verdict
from bot.core.request import Language


def as_json(outcome: Outcome, language: Language) -> dict[str, Any]:
    """``outcome`` as plain JSON values, sentences in ``language``, secrets hidden."""
    hidden: dict[str, Any] = hide_all(_plain(outcome, language), secrets_of(outcome.change))
    return hidden


def _plain(outcome: Outcome, language: Language) -> dict[str, Any]:
    return {
        "status": outcome.status.value,
        "exit_code": outcome.exit_code,
        "verdict": say_verdict(outcome, language),
        "request": outcome.request.text if outcome.request else None,
        "mode": outcome.mode,
        "question": _question(outcome.question, language) if outcome.question else None,
        "error": {"code": outcome.trouble.code, "message": say_trouble(outcome.trouble, language)}
        if outcome.trouble
        else None,
        "findings": [_finding(finding, language) for finding in outcome.findings],
        "changes": [_change(item, language) for item in outcome.explained],
        "commits": {
            "branch": outcome.branch,
            "base": outcome.base,
            "head": outcome.head,
            "merged": outcome.merged,
        },
        "models": _models(outcome),
        "seconds": {
            "total": round(sum(value for _, value in outcome.seconds), 4),
            "stages": dict(outcome.seconds),
        },
        "rounds": outcome.rounds,
        "duel": as_data(outcome.transcript) if outcome.transcript else None,
    }


def _question(question: Unproven, language: Language) -> dict[str, Any]:
    return {
        "code": question.code,
        "message": say_question(question, language),
        "candidates": [_place(place) for place in question.candidates],
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.leaf.line,
        "key": show_key(place.leaf.key),
        "value": shown_value(place.leaf.key, place.leaf.value),
    }


def _finding(finding: Finding, language: Language) -> dict[str, Any]:
    message, remedy = word(finding, language)
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.path,
        "line": finding.line,
        "message": message,
        "remedy": remedy,
    }


def _change(item: Explained, language: Language) -> dict[str, Any]:
    change = item.change
    return {
        "action": change.action.value,
        "path": change.path,
        "line": change.line,
        "key": show_key(change.key),
        "old": change.before,
        "new": change.after,
        "evidence": {
            "place": _evidence(item.place, language),
            "value": _evidence(item.value, language),
        },
    }


def _evidence(evidence: Evidence | None, language: Language) -> dict[str, Any] | None:
    return (
        {"ground": evidence.ground.value, "detail": say_evidence(evidence, language)}
        if evidence
        else None
    )


def _models(outcome: Outcome) -> dict[str, Any]:
    return {
        "author": outcome.author,
        "reviewer": outcome.reviewer,
        "calls": [_spent(spent) for spent in outcome.spent],
        "tokens": sum(spent.prompt_tokens + spent.completion_tokens for spent in outcome.spent),
        "cost_usd": round(sum(spent.cost for spent in outcome.spent), 6),
    }


def _spent(spent: Spent) -> dict[str, Any]:
    return {
        "model": spent.model,
        "role": spent.role,
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
        "cost_usd": spent.cost,
        "seconds": spent.seconds,
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": True,
    }


_TEXT = {"type": "string"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_MAYBE_LINE = {"type": ["integer", "null"], "minimum": 1}
_PROOF = {
    "anyOf": [
        {"type": "null"},
        _object(
            {
                "ground": {"enum": ["named", "derived", "inventory", "agreed", "attested"]},
                "detail": _TEXT,
            }
        ),
    ]
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "cfg outcome",
    "description": "What cfg change --json and cfg verify --json print: one object.",
    **_object(
        {
            "status": {
                "enum": ["merged", "would-merge", "approved", "declined", "rejected", "error"]
            },
            "exit_code": {"enum": [0, 1, 2]},
            "verdict": _TEXT,
            "request": _MAYBE_TEXT,
            "mode": {"enum": ["blind", "review", "duel"]},
            "question": {
                "anyOf": [
                    {"type": "null"},
                    _object(
                        {
                            "code": _TEXT,
                            "message": _TEXT,
                            "candidates": {
                                "type": "array",
                                "items": _object(
                                    {
                                        "path": _TEXT,
                                        "line": {"type": "integer"},
                                        "key": _TEXT,
                                        "value": _TEXT,
                                    }
                                ),
                            },
                        }
                    ),
                ]
            },
            "error": {"anyOf": [{"type": "null"}, _object({"code": _TEXT, "message": _TEXT})]},
            "findings": {
                "type": "array",
                "items": _object(
                    {
                        "rule": _TEXT,
                        "severity": {"enum": ["blocks", "warns"]},
                        "path": _MAYBE_TEXT,
                        "line": _MAYBE_LINE,
                        "message": _TEXT,
                        "remedy": _TEXT,
                    }
                ),
            },
            "changes": {
                "type": "array",
                "items": _object(
                    {
                        "action": {"enum": ["set", "added", "removed"]},
                        "path": _TEXT,
                        "line": {"type": "integer", "minimum": 1},
                        "key": _TEXT,
                        "old": _MAYBE_TEXT,
                        "new": _MAYBE_TEXT,
                        "evidence": _object({"place": _PROOF, "value": _PROOF}),
                    }
                ),
            },
            "commits": _object(
                {
                    "branch": _MAYBE_TEXT,
                    "base": _MAYBE_TEXT,
                    "head": _MAYBE_TEXT,
                    "merged": _MAYBE_TEXT,
                }
            ),
            "models": _object(
                {
                    "author": _TEXT,
                    "reviewer": _TEXT,
                    "calls": {
                        "type": "array",
                        "items": _object(
                            {
                                "model": _TEXT,
                                "role": _TEXT,
                                "prompt_tokens": {"type": "integer"},
                                "completion_tokens": {"type": "integer"},
                                "cost_usd": {"type": "number"},
                                "seconds": {"type": "number"},
                            }
                        ),
                    },
                    "tokens": {"type": "integer"},
                    "cost_usd": {"type": "number"},
                }
            ),
            "seconds": _object(
                {
                    "total": {"type": "number"},
                    "stages": {"type": "object", "additionalProperties": {"type": "number"}},
                }
            ),
            "rounds": {"type": "integer"},
            "duel": {"type": ["object", "null"]},
        }
    ),
}
