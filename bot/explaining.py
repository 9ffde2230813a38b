"""``cfg explain``: what a request is understood to mean, without judging or changing anything."""

from __future__ import annotations

from pathlib import Path

from bot import wiring
from bot.core.builtin.derive import derive
from bot.core.expectation import Unproven
from bot.core.outcome import Outcome, Status
from bot.core.request import Request
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
