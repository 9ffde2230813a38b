"""The words of one rule: what it holds, why, an example, and a sentence for each finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.report.text import Text


@dataclass(frozen=True, slots=True)
class RuleText:
    """``variants`` gives message and remedy for each variant of the rule's findings."""

    title: Text
    why: Text
    example: str
    variants: Mapping[str, tuple[Text, Text]]
