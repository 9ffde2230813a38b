"""What a simulated model knows of its task: the right values, by the places as prompts show them.

Decides whether a task can be simulated: every value of its right change is set (none comes or
goes), every place can be named as it is shown, and the operations lead to the right files exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.change import Action, FileChange, build_change
from bot.core.formats import parse
from bot.core.leaf import Document
from bot.core.operation import SetValue
from bot.core.resolve import resolve
from bot.core.view import shown_key

Place = tuple[str, str]  # path, key as shown
_ARROW = " → "


@dataclass(frozen=True)
class Truth:
    """``right``: place → (old value, new value); ``base`` every value of the base, by place."""

    task: str
    request: str
    right: Mapping[Place, tuple[str, str]]
    base: Mapping[Place, str]


def truth_of(
    task: str, request: str, base: Mapping[str, bytes], right: Mapping[str, bytes]
) -> Truth | None:
    """The truth of a task, or None where it cannot be simulated."""
    if base.keys() != right.keys():
        return None
    files = tuple(
        FileChange(path, base[path], right[path])
        for path in sorted(base)
        if base[path] != right[path]
    )
    change = build_change(files)
    if any(one.action is not Action.SET or one.old is None for one in change.leaf_changes):
        return None
    operations = tuple(
        SetValue(one.path, one.old.key, one.after or "", one.before)
        for one in change.leaf_changes
        if one.old is not None
    )
    if not operations or resolve(operations, base) != files:
        return None
    known = _places(base)
    rows = {
        (one.path, shown_key(one.old.key)): (one.before or "", one.after or "")
        for one in change.leaf_changes
        if one.old is not None
    }
    plain = all(_is_plain(text) for place, pair in rows.items() for text in (*place, *pair))
    if len(rows) != len(operations) or not plain or not rows.keys() <= known.keys():
        return None
    return Truth(task, request, rows, known)


def _is_plain(text: str) -> bool:
    """Shown as it is, and read back as it is."""
    return text.isprintable() and _ARROW not in text and " | " not in text and bool(text.strip())


def _places(base: Mapping[str, bytes]) -> dict[Place, str]:
    """Every value that stands at a place of its own."""
    found: dict[Place, list[str]] = {}
    for path, data in base.items():
        document = parse(path, data)
        if isinstance(document, Document):
            for leaf in document.leaves:
                found.setdefault((path, shown_key(leaf.key)), []).append(leaf.value)
    return {
        place: values[0]
        for place, values in found.items()
        if len(values) == 1 and _is_plain(values[0])
    }
