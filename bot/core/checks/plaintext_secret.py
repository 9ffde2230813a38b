"""``plaintext-secret``: no new secret stands in clear in a repository."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.checks.asked import written
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import show_key
from bot.core.secrecy import is_secret


def check(case: Case) -> Iterator[Finding]:
    """A reference to a secret is fine; the secret itself is not, and is not repeated here."""
    for change in written(case):
        fresh = change.after is not None and change.after != change.before
        if fresh and is_secret(change.key, change.after or ""):
            yield blocks("plaintext-secret", change.path, change.line, key=show_key(change.key))


RULE = Rule("plaintext-secret", 5, check)
