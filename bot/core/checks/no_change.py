"""``no-change``: a change that changes nothing fulfils no request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """An empty difference, or one in comments alone, must not pass as a good one."""
    differs = any(
        file.base != file.head or file.base_mode != file.head_mode for file in case.change.files
    )
    if not differs:
        yield blocks("no-change")
    elif not case.change.leaf_changes:
        yield blocks("no-change", case.change.paths[0], None, "no-value")


RULE = Rule("no-change", 2, check)
