"""Operators on the changed line as a whole: written twice, commented out, under another key, shared.

All start from the right change and use its own lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from bench.gate.operators.anatomy import Anatomy, Hunk
from bench.gate.operators.digits import chosen, shuffled
from bench.gate.operators.slots import Slot, slots_of
from bench.gate.operators.wrong import Spoilt, operator

_YAML = (".yml", ".yaml")
_INDENT = re.compile(r"[ \t]*")
_PLAIN = re.compile(r"[\w./-]+")


def lone_lines(anatomy: Anatomy, rng: Random) -> list[Hunk]:
    """Changed lines that replace exactly one line."""
    hunks = [h for h in anatomy.hunks if h.old.count("\n") <= 1 and h.new.count("\n") == 1]
    return shuffled([h for h in hunks if h.old.endswith("\n")], rng)


def _key(hunk: Hunk) -> Slot | None:
    return next(iter(slots_of(hunk.path, hunk.new)), None)


def _replaced(anatomy: Anatomy, hunk: Hunk, text: str, note: str) -> Spoilt:
    tree = anatomy.cut([(hunk.path, hunk.start, hunk.end, text)])
    return Spoilt(tree, f"{note} in {hunk.path}")


def _commented(line: str) -> str:
    indent = _INDENT.match(line)
    depth = indent.end() if indent else 0
    return f"{line[:depth]}# {line[depth:]}"


def _commentable(path: str) -> bool:
    return not path.endswith((".json", ".md", ".js", ".groovy"))


@operator("key-twice-old-last", "meaning", specific=True)
def key_twice_old_last(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The new line is there, and after it the old one still: most readers take the last, the old."""
    for hunk in lone_lines(anatomy, rng):
        if _key(hunk) is None:
            continue
        first = hunk.new
        if hunk.path.endswith(".json") and not first.rstrip().endswith(","):
            first = first.rstrip("\r\n") + ",\n"
        yield _replaced(anatomy, hunk, first + hunk.old, "old line after the new one")


@operator("key-twice-new-last", "form", specific=True)
def key_twice_new_last(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The old line stayed in front of the new one: strict readers refuse it, others differ."""
    for hunk in lone_lines(anatomy, rng):
        if _key(hunk) is None:
            continue
        first = hunk.old
        if hunk.path.endswith(".json") and not first.rstrip().endswith(","):
            first = first.rstrip("\r\n") + ",\n"
        yield _replaced(anatomy, hunk, first + hunk.new, "old line before the new one")


@operator("commented-out", "meaning", specific=True)
def commented_out(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The old line became a comment and no new one came: the value is unset, not changed."""
    for hunk in lone_lines(anatomy, rng):
        if _commentable(hunk.path):
            yield _replaced(anatomy, hunk, _commented(hunk.old), "old line commented out")


@operator("new-value-in-a-comment", "meaning", specific=True)
def new_value_in_a_comment(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The new line is only a comment beside the old one, which stays in force."""
    for hunk in lone_lines(anatomy, rng):
        if _commentable(hunk.path):
            text = _commented(hunk.new) + hunk.old
            yield _replaced(anatomy, hunk, text, "new line only as a comment")


@operator("added-as-a-comment", "meaning", specific=True)
def added_as_a_comment(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """What was to be added is there as a comment alone, so nothing was added."""
    for hunk in shuffled(anatomy.hunks, rng):
        if not hunk.old and hunk.new and _commentable(hunk.path):
            text = "".join(_commented(line) for line in hunk.new.splitlines(keepends=True))
            yield _replaced(anatomy, hunk, text, "added only as a comment")


@operator("removed-as-a-comment", "form", specific=True)
def removed_as_a_comment(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """What was to be removed is still there as a comment: leftovers that nobody asked to keep."""
    for hunk in shuffled(anatomy.hunks, rng):
        if hunk.old and not hunk.new and _commentable(hunk.path):
            text = "".join(_commented(line) for line in hunk.old.splitlines(keepends=True))
            yield _replaced(anatomy, hunk, text, "removed line kept as a comment")


@operator("key-renamed", "meaning", specific=True)
def key_renamed(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The value is right but its key is another: its reader does not find it."""
    for hunk in shuffled(anatomy.hunks, rng):
        slot = _key(hunk)
        if slot is not None:
            name = _other_name(slot.key, rng)
            text = hunk.new.replace(slot.key, name, 1)
            yield _replaced(anatomy, hunk, text, f"{slot.key} is now {name}")


def _other_name(key: str, rng: Random) -> str:
    """A key that a hasty hand would write."""
    names = [key[:-1] if key.endswith("s") else f"{key}s", f"{key}2", f"new_{key}"]
    for mark in "_-":
        parts = key.split(mark)
        if len(parts) > 1 and parts != parts[::-1]:
            names += [mark.join(reversed(parts)), "".join(parts)]
    return rng.choice(names)


@operator("key-of-other-case", "meaning", specific=True)
def key_of_other_case(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The key in other letters, RETRY_MAX as retry_max: keys of all these formats mind the case."""
    for hunk in shuffled(anatomy.hunks, rng):
        slot = _key(hunk)
        if slot is not None and slot.key.swapcase() != slot.key and _minds_case(hunk.path):
            text = hunk.new.replace(slot.key, slot.key.swapcase(), 1)
            yield _replaced(anatomy, hunk, text, f"{slot.key} in other letters")


def _minds_case(path: str) -> bool:
    """INI files and their like do not."""
    return path.endswith((*_YAML, ".json", ".toml", ".properties")) or ".env" in path


@operator("backup-key", "form", specific=True)
def backup_key(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The old value kept under a key of its own, KEY_OLD: a key that nobody asked for."""
    for hunk in lone_lines(anatomy, rng):
        slot = _key(hunk)
        if slot is None or slot.key not in hunk.old:
            continue
        suffix = "_OLD" if slot.key.isupper() else "_old"
        kept = hunk.old.replace(slot.key, slot.key + suffix, 1).rstrip("\r\n")
        if hunk.path.endswith(".json") and not kept.endswith(","):
            kept += ","
        yield _replaced(anatomy, hunk, f"{kept}\n{hunk.new}", f"{slot.key}{suffix} beside")


@operator("anchor-shared", "meaning", specific=True)
def anchor_shared(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """A YAML anchor on the new value and an alias in place of another: that one changes as well."""
    for spot in chosen(anatomy, rng):
        slot = anatomy.slot_of(spot)
        if slot is None or not slot.path.endswith(_YAML) or not _is_plain(anatomy, slot):
            continue
        for other in anatomy.idle_slots([slot.path]):
            if _is_plain(anatomy, other) and other.value != slot.value and slot.start < other.start:
                tree = anatomy.put([(slot, f"&same {slot.value}"), (other, "*same")])
                yield Spoilt(tree, f"{other.key} is an alias of {slot.key}")


def _is_plain(anatomy: Anatomy, slot: Slot) -> bool:
    text = anatomy.text(slot.path)
    return text[slot.start - 1] == " " and _PLAIN.fullmatch(slot.value) is not None


@operator("moved-out-of-its-section", "meaning", specific=True)
def moved_out_of_its_section(anatomy: Anatomy, rng: Random) -> Iterator[Spoilt]:
    """The changed line stands at the end of the file: under another section or block, or none."""
    for hunk in shuffled(anatomy.hunks, rng):
        text = anatomy.text(hunk.path)
        tail = text[hunk.end :]
        if not hunk.new or hunk.path.endswith(".json") or not _leaves_section(hunk, tail):
            continue
        end = "" if tail.endswith("\n") else "\n"
        moved = text[: hunk.start] + tail + end + hunk.new
        yield Spoilt(anatomy.rewritten(hunk.path, moved), f"{hunk.new.strip()} at the end")


def _leaves_section(hunk: Hunk, tail: str) -> bool:
    """Whether a section or a shallower block begins after the line."""
    depth = len(hunk.new) - len(hunk.new.lstrip())
    lines = [line for line in tail.splitlines() if line.strip() and line.strip()[0] not in "#;"]
    if any(line.startswith("[") for line in lines):
        return True
    last = lines[-1] if lines else ""
    return (
        depth > 0 and any(len(line) - len(line.lstrip()) < depth for line in lines) and last != ""
    )


LINE = (
    key_twice_old_last,
    key_twice_new_last,
    commented_out,
    new_value_in_a_comment,
    added_as_a_comment,
    removed_as_a_comment,
    key_renamed,
    key_of_other_case,
    backup_key,
    anchor_shared,
    moved_out_of_its_section,
)
