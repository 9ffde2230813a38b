"""``version-form``: a version keeps its form, an image its name, and neither becomes a moving one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.checks.asked import asked_for, facts, says, set_leaves
from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks, warns
from bot.core.index import image_parts
from bot.core.literals import substitute
from bot.core.protected import last_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case
    from bot.core.leaf import Leaf

_FORM = re.compile(
    r"(?P<prefix>[A-Za-z]{0,8}[-_]?)(?P<numbers>\d+(?:\.\d+)*)(?P<suffix>(?:[-+_].*)?)"
)
_MOVING = frozenset({"", "latest", "stable", "edge", "nightly", "main", "master", "lts", "current"})
_NAMES = frozenset({"version", "tag", "release"})
_DIGEST = re.compile(r"@sha256:[0-9a-f]+$")


@dataclass(frozen=True, slots=True)
class _Version:
    """``name`` is the image's, empty for a bare version; ``digest`` what pins it, if anything."""

    name: str
    tag: str
    digest: str = ""


def check(case: Case) -> Iterator[Finding]:
    """Compare the form of both versions, and the image before them."""
    for change, old, new in set_leaves(case):
        before = _version(old)
        if before is None or not _FORM.fullmatch(before.tag):
            continue
        after = _head_version(new, before)
        problem = _problem(case, before, after, new.value)
        if problem and not asked_for(case, change):
            yield blocks("version-form", change.path, change.line, problem, **facts(change))
        elif after.tag in _MOVING:
            yield warns("version-form", change.path, change.line, "moving", **facts(change))


def _version(leaf: Leaf) -> _Version | None:
    parts = image_parts(leaf.value)
    if parts is not None:
        digest = _DIGEST.search(leaf.value)
        return _Version(*parts, digest.group() if digest else "")
    return _Version("", leaf.value) if _NAMES & last_words(leaf.key) else None


def _head_version(leaf: Leaf, before: _Version) -> _Version:
    """The new value read as the old one was; an image without a tag has the tag ""."""
    if not before.name:
        return _Version("", leaf.value)
    digest = _DIGEST.search(leaf.value)
    rest = _DIGEST.sub("", leaf.value)
    name, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        name, tag = rest, ""
    return _Version(name, tag, digest.group() if digest else "")


def _problem(case: Case, before: _Version, after: _Version, value: str) -> str | None:
    """The variant that says what is wrong, or None."""
    if says(case, value) and after.name:
        return None
    if _moved(case, before.name) != after.name and before.name != after.name:
        return "name"
    if before.digest and (
        not after.digest or (after.digest == before.digest) != (after.tag == before.tag)
    ):
        return "digest"
    if after.tag in _MOVING:
        return None if after.tag and says(case, after.tag) else "moving"
    both_said = says(case, before.tag) and says(case, after.tag)
    return None if both_said or _same_form(case, before.tag, after.tag) else "form"


def _moved(case: Case, name: str) -> str:
    for move in case.moves:
        name = substitute(name, move.old, move.new)
    return name


def _same_form(case: Case, old: str, new: str) -> bool:
    """The same prefix, variant and number of parts; the last may differ where the request says so."""
    one, other = _FORM.fullmatch(old), _FORM.fullmatch(new)
    if one is None or other is None or one["prefix"] != other["prefix"]:
        return False
    if _family(one["suffix"]) != _family(other["suffix"]):
        return False
    return one["numbers"].count(".") == other["numbers"].count(".") or says(case, new)


def _family(suffix: str) -> str:
    return re.sub(r"\d+(?:\.\d+)*", "0", suffix)


RULE = Rule("version-form", 5, check)
