"""``version-form``: an image's tag keeps its form, and never becomes a moving one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.change import Action
from bot.core.checks.case import Case
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks
from bot.core.index import image_parts
from bot.core.leaf import show_key
from bot.core.literals import holds

_FORM = re.compile(r"(?P<prefix>v?)\d+(?:\.\d+)*(?P<suffix>(?:[-+].*)?)")
_MOVING = frozenset({"latest", "stable", "edge", "nightly", "main", "master"})


def check(case: Case) -> Iterator[Finding]:
    """Compare the form of both tags, and the name before them."""
    for change in case.change.leaf_changes:
        if change.action is not Action.SET or change.before is None or change.after is None:
            continue
        before = image_parts(change.before)
        if before is None or not _FORM.fullmatch(before[1]):
            continue
        facts = {"key": show_key(change.key), "old": change.before, "new": change.after}
        tag = change.after.rpartition(":")[2]
        if tag in _MOVING or ":" not in change.after:
            yield blocks("version-form", change.path, change.line, "moving", **facts)
        elif not _same_form(before[1], tag) and not holds(case.request.text, tag):
            yield blocks("version-form", change.path, change.line, "form", **facts)
        if change.after.rpartition(":")[0] != before[0] and not holds(case.request.text, change.after):
            yield blocks("version-form", change.path, change.line, "name", **facts)


def _same_form(old: str, new: str) -> bool:
    one, other = _FORM.fullmatch(old), _FORM.fullmatch(new)
    if one is None or other is None or one["prefix"] != other["prefix"]:
        return False
    return re.sub(r"\d+", "0", one["suffix"]) == re.sub(r"\d+", "0", other["suffix"])


RULE = Rule("version-form", 5, check)
