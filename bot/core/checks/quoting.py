"""``quoting``: a changed value is written the way its place writes values.

Quotes decide types in some formats and are a matter of taste in others; a change of taste is a
change nobody asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import formats
from bot.core.change import Action, LeafChange
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.leaf import Document, Edit, show_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case


def check(case: Case) -> Iterator[Finding]:
    """Where the style differs, only what our own writer would have written in its place passes."""
    files = {file.path: file for file in case.change.files}
    for change in case.change.leaf_changes:
        if (
            change.action is not Action.SET
            or not change.old
            or not change.new
            or change.old.style == change.new.style
        ):
            continue
        file, document = files[change.path], case.change.base_docs.get(change.path)
        wrote = (file.head or b"")[change.new.start : change.new.end]
        if (
            not isinstance(document, Document)
            or _canonical(document, file.base or b"", change) != wrote
        ):
            yield blocks("quoting", change.path, change.line, key=show_key(change.key))


def _canonical(document: Document, base: bytes, change: LeafChange) -> bytes | None:
    """The new value's source text in the old leaf's style, or None where it cannot be written so."""
    if change.old is None or change.new is None:
        return None
    edit = formats.write(document, base, change.old, change.new.value)
    if not isinstance(edit, Edit):
        return None
    return base[change.old.start : edit.start] + edit.new + base[edit.end : change.old.end]


RULE = Rule("quoting", 1, check)
