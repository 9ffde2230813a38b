"""Operators on where the change is made: places missed, places like the right ones, places too many.

They keep the new value as it was asked for; only its place is wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from random import Random

from bench.gate.operators.anatomy import Anatomy, Hunk, Spot, data_of, text_of
from bench.gate.operators.digits import chosen, shuffled
from bench.gate.operators.slots import Slot
from bench.gate.operators.wrong import Spoilt, operator

_ENVIRONMENTS = (
    *({"prod", "staging"}, {"prod", "dev"}, {"production", "staging"}, {"staging", "dev"}),
    *({"aws", "gcp"}, {"aws", "azure"}, {"gcp", "azure"}, {"blue", "green"}, {"eu", "us"}),
)
_COMMON = frozenset("true false on off yes no 0 1 http https tcp udp".split())


@operator("missed-place", "value", specific=True)
def missed_place(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """One of the places that were to change is as before: the request is not done."""
    hunks = shuffled(anatomy.hunks, rng)
    if len(hunks) > 1 or anatomy.whole_files:
        for hunk in hunks:
            yield Spoilt(anatomy.without([hunk]), f"not done in {hunk.path}")
    for path in anatomy.whole_files:
        tree = {name: data for name, data in anatomy.right.items() if name != path}
        if path in anatomy.base:
            tree[path] = anatomy.base[path]
        yield Spoilt(tree, f"{path} as before")


@operator("half-of-the-wishes", "value", specific=True)
def half_of_the_wishes(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Of several things asked for only some are done, each of those everywhere."""
    wishes: dict[tuple[tuple[str, str], ...], list[Hunk]] = defaultdict(list)
    for hunk in anatomy.hunks:
        inside = [
            s for s in anatomy.spots if s.path == hunk.path and hunk.start <= s.start < hunk.end
        ]
        wishes[tuple((s.old, s.new) for s in inside) or ((hunk.old, ""),)].append(hunk)
    if len(wishes) > 1:
        for wish in shuffled(tuple(wishes), rng):
            yield Spoilt(anatomy.without(wishes[wish]), f"{wish[0]} is not done")


@operator("half-of-the-files", "value", specific=True)
def half_of_the_files(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Half of the files were forgotten: the fleet now disagrees with itself."""
    paths = shuffled(anatomy.changed, rng)
    forgotten = set(paths[: len(paths) // 2])
    if forgotten:
        hunks = [hunk for hunk in anatomy.hunks if hunk.path in forgotten]
        yield Spoilt(anatomy.without(hunks), f"{len(forgotten)} files forgotten")


@operator("sibling-key", "value", specific=True)
def sibling_key(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The next key of the same file got the value, the one that was meant kept its old one."""
    for spot, slot in _valued(anatomy, rng):
        for other in _by_distance(anatomy, slot)[:2]:
            if other.value not in {spot.new, slot.value}:
                yield Spoilt(
                    anatomy.put([(slot, _before(slot, spot)), (other, slot.value)]),
                    f"{other.key} instead of {slot.key}",
                )


@operator("sibling-file", "value", specific=True)
def sibling_file(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The same key of a like file got the value, the file that was meant is as before."""
    for spot, slot in _valued(anatomy, rng):
        for other in _like(anatomy, slot):
            yield Spoilt(
                anatomy.put([(slot, _before(slot, spot)), (other, slot.value)]),
                f"{slot.key} in {other.path} instead of {slot.path}",
            )


@operator("sibling-file-as-well", "value", specific=True)
def sibling_file_as_well(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The same key of a like file was changed too, beyond what was asked."""
    for _, slot in _valued(anatomy, rng):
        for other in _like(anatomy, slot):
            yield Spoilt(anatomy.put([(other, slot.value)]), f"{slot.key} in {other.path} as well")


@operator("neighbouring-environment", "meaning", specific=True)
def neighbouring_environment(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """Done in staging where prod was meant, or in another cloud: the wrong fleet changes."""
    pairs = [(path, twin) for path in anatomy.changed for twin in _twins(anatomy, path)]
    for path, twin in shuffled(tuple(pairs), rng):
        text, done = anatomy.text(twin), 0
        for hunk in (h for h in anatomy.hunks if h.path == path and h.old):
            done += text.count(hunk.old) == 1
            text = text.replace(hunk.old, hunk.new) if text.count(hunk.old) == 1 else text
        if done:
            tree = {**anatomy.right, path: anatomy.base[path], twin: data_of(text)}
            yield Spoilt(tree, f"{twin} instead of {path}")


@operator("same-value-elsewhere", "value", specific=True)
def same_value_elsewhere(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The old value also stands in an unrelated place, and that was changed as well."""
    for spot in chosen(anatomy, rng):
        found = _holding(anatomy, spot) if spot.old and spot.old not in _COMMON else []
        for path, start in shuffled(tuple(found), rng)[:2]:
            tree = anatomy.cut([(path, start, start + len(spot.old), spot.new)])
            yield Spoilt(tree, f"{spot.old} in {path} as well")


@operator("replaced-everywhere", "meaning", specific=True)
def replaced_everywhere(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The old text replaced wherever it stands, also inside longer words and prose, as sed would."""
    for spot in chosen(anatomy, rng):
        if not spot.old or len(spot.old) < 2 or spot.old in _COMMON:
            continue
        old, new = spot.old.encode(), spot.new.encode()
        tree = {
            path: data.replace(old, new) if path in anatomy.others else data
            for path, data in anatomy.right.items()
        }
        for path in anatomy.changed:
            tree[path] = anatomy.base[path].replace(old, new)
        yield Spoilt(tree, f"every {spot.old} became {spot.new}")


@operator("direction-swapped", "meaning", specific=True)
def direction_swapped(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """From and to were confused: where the new value stood already, the old one stands now."""
    for spot in chosen(anatomy, rng):
        if not spot.old or spot.new in _COMMON:
            continue
        whole = re.compile(rf"(?<![\w.-]){re.escape(spot.new)}(?![\w-]|\.\w)")
        old = spot.old.replace("\\", r"\\")
        tree = {path: data_of(whole.sub(old, text_of(data))) for path, data in anatomy.base.items()}
        yield Spoilt(tree, f"{spot.new} became {spot.old}")


@operator("hunk-elsewhere", "meaning", specific=True)
def hunk_elsewhere(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The added line or item went into another file of the same kind, where nobody wants it."""
    added = [hunk for hunk in shuffled(anatomy.hunks, rng) if not hunk.old and hunk.new]
    for hunk in added:
        suffix = PurePosixPath(hunk.path).suffix
        twins = [p for p in anatomy.others if PurePosixPath(p).suffix == suffix]
        for twin in shuffled(tuple(twins), rng)[:2]:
            text = anatomy.text(twin)
            tree = dict(anatomy.without([hunk]))
            tree[twin] = data_of(text + ("" if text.endswith("\n") else "\n") + hunk.new)
            yield Spoilt(tree, f"{hunk.new.strip()} in {twin} instead of {hunk.path}")


@operator("neighbour-removed", "meaning", specific=True)
def neighbour_removed(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The line after the changed one was deleted too: something is gone that nobody spoke of."""
    for hunk in shuffled(anatomy.hunks, rng):
        start, end = anatomy.line(hunk.path, hunk.end)
        line = anatomy.text(hunk.path)[start:end]
        if start == hunk.end and line.strip(" \t\r\n{}[],;"):
            yield Spoilt(anatomy.cut([(hunk.path, start, end, "")]), f"{line.strip()} is gone")


def _valued(anatomy: Anatomy, rng: Random) -> Iterator[tuple[Spot, Slot]]:
    """New words that replaced an old one, and the value they are part of."""
    for spot in chosen(anatomy, rng):
        slot = anatomy.slot_of(spot)
        if slot is not None and spot.old:
            yield spot, slot


def _before(slot: Slot, spot: Spot) -> str:
    """The value of ``slot`` before ``spot`` was written into it."""
    start = spot.start - slot.start
    return slot.value[:start] + spot.old + slot.value[start + len(spot.new) :]


def _by_distance(anatomy: Anatomy, slot: Slot) -> list[Slot]:
    idle = [other for other in anatomy.idle_slots([slot.path]) if other.key != slot.key]
    return sorted(idle, key=lambda other: abs(other.start - slot.start))


def _like(anatomy: Anatomy, slot: Slot) -> list[Slot]:
    """Places of the same key in other files, those of the same name and depth first."""
    pure = PurePosixPath(slot.path)
    idle = anatomy.idle_slots(path for path in sorted(anatomy.right) if path != slot.path)
    found = [other for other in idle if other.key == slot.key and other.value != slot.value]
    return sorted(found, key=lambda s: (PurePosixPath(s.path).name != pure.name, s.path))[:2]


def _twins(anatomy: Anatomy, path: str) -> Iterator[str]:
    """The same file of a neighbouring environment or server."""
    for pair in _ENVIRONMENTS:
        for one, two in (tuple(sorted(pair)), tuple(sorted(pair, reverse=True))):
            twin = re.sub(rf"(?<![a-z]){one}(?![a-z])", two, path)
            if twin != path and twin in anatomy.others:
                yield twin
    parts = PurePosixPath(path).parts
    for other in anatomy.others:
        theirs = PurePosixPath(other).parts
        if (
            len(parts) == len(theirs) > 1
            and sum(a != b for a, b in zip(parts, theirs, strict=True)) == 1
        ):
            yield other


def _holding(anatomy: Anatomy, spot: Spot) -> list[tuple[str, int]]:
    """Where the old word still stands in the right tree, as a whole word."""
    whole = re.compile(rf"(?<![\w.-]){re.escape(spot.old)}(?![\w-]|\.\w)")
    return [
        (path, match.start())
        for path in sorted(anatomy.right)
        for match in whole.finditer(anatomy.text(path))
        if not anatomy.touches(path, match.start())
    ]


PLACE = (
    missed_place,
    half_of_the_wishes,
    half_of_the_files,
    sibling_key,
    sibling_file,
    sibling_file_as_well,
    neighbouring_environment,
    same_value_elsewhere,
    replaced_everywhere,
    direction_swapped,
    hunk_elsewhere,
    neighbour_removed,
)
