"""The table of routes, filled: importing a room of endpoints enters them.

Decides which rooms there are.
"""

from __future__ import annotations

from importlib import import_module

_ROOMS = (
    *("apps", "repos", "contents", "git", "issues", "labels", "reactions"),
    *("pulls", "reviews", "checks", "statuses", "deployments"),
)


def load() -> None:
    """Enter every endpoint; a second call changes nothing."""
    for room in _ROOMS:
        import_module(f"bot.sandbox.github.routes_{room}")
