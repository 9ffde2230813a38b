"""What a simulated model knows of its task: the right values, by the places as prompts show them.

Decides whether a task can be simulated: every value of its right change is set (none comes or
goes), every place can be named as it is shown, and the operations lead to the right files exactly.
"""

from __future__ import annotations

import re
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
_SPARE = 6
_LOOKED_AT = 30


@dataclass(frozen=True)
class Truth:
    """``right``: place → (old value, new value); ``base`` every value of the base, by place.

    ``spare`` are places that the right change leaves alone and that can be written.
    """

    task: str
    request: str
    right: Mapping[Place, tuple[str, str]]
    base: Mapping[Place, str]
    spare: tuple[Place, ...]


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
    if any(not _writes(base, place, altered(pair[1], pair[0])) for place, pair in rows.items()):
        return None
    spare = _spare(base, rows, known)
    return Truth(task, request, rows, known, spare) if spare else None


def altered(value: str, not_this: str = "") -> str:
    """Another value of the same look: the last digit one higher, a switch the other way."""
    switches = {
        "true": "false",
        "false": "true",
        "on": "off",
        "off": "on",
        "yes": "no",
        "no": "yes",
    }
    other = switches.get(value.lower()) or _counted_on(value)
    if other != not_this:
        return other
    return _counted_on(other) if re.search(r"\d", other) else other + "x"


def _counted_on(value: str) -> str:
    digits = list(re.finditer(r"\d", value))
    if not digits:
        return value + "x"
    at = digits[-1].start()
    return value[:at] + str((int(value[at]) + 1) % 10) + value[at + 1 :]


def _spare(
    base: Mapping[str, bytes], right: Mapping[Place, object], known: Mapping[Place, str]
) -> tuple[Place, ...]:
    """A few of each kind of place: first of the files that change, then of the others."""
    files = {path for path, _ in right}
    others = sorted(
        (place for place in known if place not in right), key=lambda p: (p[0] not in files, p)
    )
    found: list[Place] = []
    for place in others[:_LOOKED_AT]:
        if _writes(base, place, altered(known[place])):
            found.append(place)
        if len(found) == _SPARE:
            break
    return tuple(found)


def _writes(base: Mapping[str, bytes], place: Place, value: str) -> bool:
    """Whether that value can be set there, and stands there then."""
    path, shown = place
    document = parse(path, base[path])
    if not isinstance(document, Document):
        return False
    leaf = next((one for one in document.leaves if shown_key(one.key) == shown), None)
    if leaf is None:
        return False
    made = resolve([SetValue(path, leaf.key, value, leaf.value)], {path: base[path]})
    return isinstance(made, tuple) and len(build_change(made).leaf_changes) == 1


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
