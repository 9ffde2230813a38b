"""The rules, one a module, and the one way to run them all.

Decides nothing itself; a check that fails to run counts as failed, never as passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks import (
    address_taken,
    address_valid,
    allowed_path,
    comments,
    complete_move,
    covering_range,
    duplicate_key,
    encoding,
    expected_change,
    explained_place,
    explained_value,
    exposure,
    file_lifecycle,
    hidden_characters,
    invariants_kept,
    no_change,
    parses,
    plain_request,
    plaintext_secret,
    port_valid,
    protected_path,
    quoting,
    size_limits,
    type_kept,
    unit_kept,
    untouched_bytes,
    validators_pass,
    values_met,
    version_form,
)
from bot.core.finding import Finding, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.checks.rule import Rule

RULES: tuple[Rule, ...] = (
    parses.RULE,
    duplicate_key.RULE,
    encoding.RULE,
    hidden_characters.RULE,
    untouched_bytes.RULE,
    quoting.RULE,
    comments.RULE,
    allowed_path.RULE,
    protected_path.RULE,
    file_lifecycle.RULE,
    size_limits.RULE,
    no_change.RULE,
    plain_request.RULE,
    explained_place.RULE,
    explained_value.RULE,
    expected_change.RULE,
    complete_move.RULE,
    values_met.RULE,
    covering_range.RULE,
    type_kept.RULE,
    unit_kept.RULE,
    plaintext_secret.RULE,
    exposure.RULE,
    address_valid.RULE,
    port_valid.RULE,
    version_form.RULE,
    address_taken.RULE,
    invariants_kept.RULE,
    validators_pass.RULE,
)


def run_checks(case: Case) -> tuple[Finding, ...]:
    """What every rule finds, in the order of the gate's points."""
    return tuple(finding for rule in RULES for finding in _run(rule, case))


def _run(rule: Rule, case: Case) -> Iterator[Finding]:
    try:
        found = tuple(rule.check(case))
    except Exception as error:  # noqa: BLE001 - whatever it is, the change is not proven
        found = (blocks("check-crashed", None, None, check=rule.id, error=type(error).__name__),)
    yield from found
