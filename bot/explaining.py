"""``cfg explain``: what a request is understood to mean, or what a recorded outcome holds.

Judges and changes nothing; a record is shown and never believed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import wiring
from bot.core.builtin.derive import derive
from bot.core.expectation import Unproven
from bot.core.outcome import Outcome, Status
from bot.core.report.duel_text import duel_lines, no_duel
from bot.core.report.neutral import visible
from bot.core.request import Language, Request
from bot.gather import gather
from bot.screen import Screen
from bot.settings import BUILTIN, Settings


def explain_request(
    request: Request, repo: Path, base: str, settings: Settings, screen: Screen
) -> Outcome:
    """The places ``request`` means by rules, or why they cannot be told. Raises RepositoryError."""
    library = wiring.open_library(repo, screen.indexing)
    sha = library.commit(base)
    screen.stage("understand")
    expectation = derive(request, gather(request, library, sha))
    understood = not isinstance(expectation, Unproven)
    return Outcome(
        status=Status.APPROVED if understood else Status.DECLINED,
        request=request,
        mode="blind",
        author=BUILTIN,
        reviewer=settings.reviewer.name,
        base=sha,
        change=None if isinstance(expectation, Unproven) else expectation.change,
        explained=() if isinstance(expectation, Unproven) else expectation.explained,
        question=expectation if isinstance(expectation, Unproven) else None,
    )


def explain_outcome(file: Path, language: Language) -> list[str]:
    """The verdict and the duel's transcript in what ``cfg change --json`` printed, a line each.

    Raises ValueError where ``file`` holds no such outcome.
    """
    try:
        outcome: Mapping[str, Any] = json.loads(file.read_bytes())
        verdict, duel = str(outcome["verdict"]), outcome["duel"]
        told = [no_duel(language)] if duel is None else duel_lines(duel, language)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{file} is no outcome as cfg change --json prints it") from error
    return [visible(line) for line in (verdict, *told)]
