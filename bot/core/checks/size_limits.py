"""``size-limits``: a change too large to be judged is not judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """Files, leaf changes and bytes, by the policy's limits."""
    limits = case.policy.limits
    if len(case.change.files) > limits.files:
        yield blocks(
            "size-limits", None, None, "files", count=len(case.change.files), limit=limits.files
        )
    if len(case.change.leaf_changes) > limits.leaf_changes:
        yield blocks(
            "size-limits",
            None,
            None,
            "leaves",
            count=len(case.change.leaf_changes),
            limit=limits.leaf_changes,
        )
    for file in case.change.files:
        size = len(file.head or b"")
        if size > limits.file_bytes:
            yield blocks(
                "size-limits", file.path, None, "bytes", count=size, limit=limits.file_bytes
            )


RULE = Rule("size-limits", 2, check)
