"""``invariants-kept``: what the policy declares of the values holds after the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.invariants import kept_promises, patterns_of
from bot.core.scope import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.finding import Finding


def check(case: Case) -> Iterator[Finding]:
    """Every promise is evaluated, whether or not the change touches a file it names."""
    invariants = case.policy.invariants
    if not invariants:
        return
    patterns = patterns_of(invariants)
    changed = {
        path: document
        for path, document in case.change.head_docs.items()
        if any(matches(path, one) for one in patterns)
    }
    base = {**case.promised, **case.change.base_docs}
    kept = {path: base[path] for path in base if path not in case.change.paths}
    yield from kept_promises(invariants, base, {**kept, **changed})


RULE = Rule("invariants-kept", 6, check)
