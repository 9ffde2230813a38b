"""A finding as a sentence and a remedy, in the requester's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.report.rule_texts_form import FORM
from bot.core.report.rule_texts_judges import JUDGES
from bot.core.report.rule_texts_meaning import MEANING
from bot.core.report.rule_texts_promises import PROMISES
from bot.core.report.rule_texts_safety import SAFETY

if TYPE_CHECKING:
    from bot.core.finding import Finding
    from bot.core.report.rule_text import RuleText
    from bot.core.request import Language

RULE_TEXTS: dict[str, RuleText] = {**FORM, **MEANING, **SAFETY, **PROMISES, **JUDGES}


def word(finding: Finding, language: Language) -> tuple[str, str]:
    """The finding's message and what to do about it. Raises KeyError for a finding without words."""
    message, remedy = RULE_TEXTS[finding.rule].variants[finding.variant]
    facts = dict(finding.facts)
    return message.say(language, facts), remedy.say(language, facts)
