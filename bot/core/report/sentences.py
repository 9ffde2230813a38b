"""The sentences about an outcome that are not a rule's: verdict, question, trouble, evidence."""

from __future__ import annotations

from bot.core.expectation import Unproven
from bot.core.finding import Evidence
from bot.core.outcome import Outcome, Trouble
from bot.core.report.reasons import EVIDENCE, REASONS, STAGES, TROUBLES, VERDICTS
from bot.core.request import Language


def say_verdict(outcome: Outcome, language: Language) -> str:
    """The ending in a few words."""
    return VERDICTS[outcome.status.value].say(language)


def say_question(question: Unproven, language: Language) -> str:
    """Why rules could not derive the change, and what the person can do."""
    return REASONS[question.code].say(language, dict(question.facts))


def say_trouble(trouble: Trouble, language: Language) -> str:
    """What went wrong, and what to do; a fact the adapter did not know is left empty."""
    known = {
        "path": "",
        "detail": "",
        "branch": "",
        "ref": "",
        "model": "",
        "job": "",
        **dict(trouble.facts),
    }
    return " ".join(TROUBLES[trouble.code].say(language, known).split())


def say_evidence(evidence: Evidence | None, language: Language) -> str:
    """What a place or a value rests on."""
    if evidence is None:
        return EVIDENCE["none"].say(language)
    return EVIDENCE[evidence.code].say(language, dict(evidence.facts))


def say_stage(stage: str, language: Language) -> str:
    """What is being done now."""
    return STAGES[stage].say(language)
