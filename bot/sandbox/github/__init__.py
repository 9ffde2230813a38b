"""GitHub on loopback: its REST, review threads in GraphQL, git over HTTP and webhooks."""

from __future__ import annotations

from bot.sandbox.github.faults import Faults
from bot.sandbox.github.hub import GitHub
from bot.sandbox.github.traffic import Asked, Logged

__all__ = ["Asked", "Faults", "GitHub", "Logged"]
