"""What a YAML scalar means to its readers, and how a value is written so that it keeps it.

Decides quoting. YAML 1.1 and 1.2 readers differ (``yes``, ``0o17``, ``1e3``, ``22:22``): a text
that either takes for another type is quoted, unless it stood there as that type already.
Sources: yaml.org/type (1.1), the core schema of the YAML 1.2.2 specification, chapter 10.3.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.core.formats.source import MalformedError, RefusedError, as_bytes
from bot.core.formats.yaml_tree import read_tree
from bot.core.leaf import Kind, Leaf


class Reading(StrEnum):
    """What a plain scalar reads as, finer than Kind."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    NULL = "null"
    TIMESTAMP = "timestamp"  # text in YAML 1.2
    SEXAGESIMAL = "sexagesimal"  # a number in YAML 1.1 only: "22:22" is 1342
    SPECIAL = "special"  # "=", "<<", and "y"/"n" that only some readers take for booleans


_READINGS = (
    (Reading.INTEGER, r"[-+]?(?:0b[01_]+|0o[0-7]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)"),
    (
        Reading.FLOAT,
        (
            r"[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
        ),
    ),
    (
        Reading.BOOLEAN,
        "yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
    ),
    (Reading.NULL, "~|null|Null|NULL|"),
    (
        Reading.TIMESTAMP,
        (
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
            r"(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
            r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?)?"
        ),
    ),
    (Reading.SEXAGESIMAL, r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"),
    (Reading.SPECIAL, "=|<<|y|Y|n|N"),
)
_PATTERNS = tuple((reading, re.compile(pattern)) for reading, pattern in _READINGS)
_STARTS = frozenset("-+.~=<0123456789yYnNtTfFoO")
# Longer than this no text is a number anyone means; it also bounds the patterns' work.
_LONGEST = 200
_KINDS = {
    Reading.INTEGER: Kind.INTEGER,
    Reading.FLOAT: Kind.FLOAT,
    Reading.BOOLEAN: Kind.BOOLEAN,
    Reading.NULL: Kind.NULL,
}
_TAG_KINDS = {"int": Kind.INTEGER, "float": Kind.FLOAT, "bool": Kind.BOOLEAN, "null": Kind.NULL}
_CORE = "tag:yaml.org,2002:"
_ESCAPES = {
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    '"': '\\"',
    "\\": "\\\\",
}
_PRINTABLE = re.compile(r"[ -~\xa1-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_NOT_PRINTABLE = re.compile(
    r"[^ -~\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\"\\]"
)


def reading(text: str) -> Reading:
    """What a plain scalar ``text`` reads as to the reader who sees most types in it."""
    if len(text) > _LONGEST or (text and text[0] not in _STARTS):
        return Reading.TEXT
    for found, pattern in _PATTERNS:
        if pattern.fullmatch(text):
            return found
    return Reading.TEXT


def kind_of(text: str, style: str, tag: str) -> Kind:
    """The kind of a scalar with that value, quoting and resolved tag."""
    if tag:
        return _TAG_KINDS.get(tag.removeprefix(_CORE), Kind.STRING)
    if style != "plain":
        return Kind.STRING
    return _KINDS.get(reading(text), Kind.STRING)


def scalar_text(leaf: Leaf, value: str) -> str:
    """The source text of ``value`` in the style of ``leaf``. Raises RefusedError."""
    flow, style = leaf.style.startswith("flow-"), leaf.style.removeprefix("flow-")
    as_bytes(value)
    if style == "plain" and _may_be_plain(leaf, value) and reads_plain(value, flow=flow):
        return value
    if style == "single" and _PRINTABLE.fullmatch(value):
        return "'" + value.replace("'", "''") + "'"
    return quoted(value)


def _may_be_plain(leaf: Leaf, value: str) -> bool:
    """A text leaf must not become a number; a number may become anything it is asked to."""
    new = reading(value)
    if new is Reading.TEXT or "!" in leaf.decoration:
        return True
    return leaf.kind is not Kind.STRING or new is reading(leaf.value)


def reads_plain(value: str, *, flow: bool) -> bool:
    """True where ``value`` without quotes is read as exactly itself, in a list or a mapping."""
    if not value or value.startswith(("---", "...", "%")) or not _PRINTABLE.fullmatch(value):
        return False
    wrapped = (f"[{value}]", f"{{k: {value}}}") if flow else (f"- {value}\n", f"k: {value}\n")
    return all(_sole_scalar(text) == value for text in wrapped)


def _sole_scalar(text: str) -> str | None:
    try:
        tree = read_tree(text)
    except MalformedError:
        return None
    if len(tree.documents) != 1 or len(tree.documents[0].entries) != 1:
        return None
    node = tree.documents[0].entries[0][1]
    return node.value if node.type == "scalar" and node.style == "plain" else None


def new_text(value: str, *, flow: bool) -> str:
    """A value that no leaf stood for before: plain where it reads so, else quoted.

    What looks like a number or a boolean becomes one; nothing becomes null or a timestamp.
    """
    typed = {Reading.TEXT, Reading.INTEGER, Reading.FLOAT, Reading.BOOLEAN}
    if reading(value) in typed and reads_plain(value, flow=flow):
        return value
    return quoted(value)


def key_text(name: str, *, flow: bool) -> str:
    """A mapping key. Raises RefusedError for one that no reader sees as this name."""
    if not name or len(name) > _LONGEST:
        raise RefusedError("not a key")
    plain = reading(name) is Reading.TEXT and reads_plain(name, flow=flow)
    return name if plain else quoted(name)


def quoted(value: str) -> str:
    """``value`` in double quotes, everything unprintable escaped."""
    return '"' + _NOT_PRINTABLE.sub(_escaped, value) + '"'


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}"


def block_text(leaf: Leaf, body: str, value: str) -> str:
    """The body of a block scalar with the words or lines of ``value``.

    Raises RefusedError where the lines of ``value`` are not those of the body.
    """
    if leaf.style.removeprefix("flow-") == "literal" and (text := _by_lines(leaf, body, value)):
        return text
    return _by_words(leaf, body, value)


def _by_lines(leaf: Leaf, body: str, value: str) -> str | None:
    """Line by line; None where a line cannot be matched with its source."""
    old, new = leaf.value.split("\n"), value.split("\n")
    lines = re.split(r"(\r?\n)", body)
    sources = lines[::2]
    if len(old) != len(new) or old[len(sources) :] != new[len(sources) :]:
        return None
    for index, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        indent = len(sources[index]) - len(before)
        if not before.strip() or not after.strip() or not sources[index].endswith(before):
            return None
        lines[2 * index] = sources[index][:indent] + after
    return "".join(lines)


def _by_words(leaf: Leaf, body: str, value: str) -> str:
    """Word by word; the white space must be the same in both values."""
    old, new = re.split(r"(\s+)", leaf.value), re.split(r"(\s+)", value)
    pieces = re.split(r"(\s+)", body)
    wanted = iter([word for word in new[::2] if word])
    words = [word for word in old[::2] if word]
    if old[1::2] != new[1::2] or words != [piece for piece in pieces[::2] if piece]:
        raise RefusedError("the lines of a block scalar would change")
    if [bool(word) for word in old[::2]] != [bool(word) for word in new[::2]]:
        raise RefusedError("the lines of a block scalar would change")
    pieces[::2] = [next(wanted) if piece else piece for piece in pieces[::2]]
    return "".join(pieces)
