"""Allow-lists that are lines: a rule once more for another address, or one address more in its set.

Decides where a line of a firewall script, an nft ruleset or a ``pg_hba.conf`` may be doubled. A line
that sets a value or steers a script means something else twice, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.core.formats.source import after_line, line_end, line_start, newline_of
from bot.core.leaf import Edit, Leaf
from bot.core.literals import address, network
from bot.core.rollout.refusal import OverlapRefusedError

if TYPE_CHECKING:
    from bot.core.rollout.elements import Side

_ASSIGNMENT = re.compile(
    rb"[ \t]*(?:(?:export|define|local|readonly|set)[ \t]+)?[\w.-]+[ \t]*[+:]?="
)
_CONTROL = re.compile(
    rb"[ \t]*(?:(?:for|while|until|if|elif|else|case|do|done|then|fi|esac|function|\}|\))(?![\w-])|<)"
)
_OPENS = re.compile(rb"(?:[{(\[]|(?<![\w-])(?:do|then))[ \t]*(?:#.*)?$")
_JOINED = re.compile(rb"\\\r?\n\Z")
_COMMA_AFTER = re.compile(rb"[ \t]*,[ \t]*")
_COMMA_BEFORE = re.compile(rb",[ \t]*$")
_NAME = re.compile(r"‹host›")
# A list in brackets, after what gives it a name; a bracket alone is a shell's test.
_LIST = re.compile(rb"[=:(,][ \t]*\[[ \t]*$")


def line_beside(side: Side, leaf: Leaf, other: Side, theirs: Leaf) -> Edit:
    """``side`` with ``theirs`` in the same set, or on a line of its own after that of ``leaf``.

    Raises OverlapRefusedError where the line may not stand twice.
    """
    start, end = _logical(side.data, leaf.start)
    separator = _separator(side, leaf)
    if separator is not None and _differ_in_hosts(side, leaf, other, theirs):
        at = _token(side.data, leaf)[1]
        begin, stop = _token(other.data, theirs)
        return Edit(side.document.path, at, at, separator + other.data[begin:stop])
    if not _is_rule(side.data[start:end]):
        raise OverlapRefusedError("single")
    return line_after(side, end, other, theirs)


def _token(data: bytes, leaf: Leaf) -> tuple[int, int]:
    """The bytes of a literal with the quotes around it alone."""
    quote = data[leaf.start - 1 : leaf.start] if leaf.start else b""
    if quote in {b'"', b"'"} and data[leaf.end : leaf.end + 1] == quote:
        return leaf.start - 1, leaf.end + 1
    return leaf.start, leaf.end


def line_after(side: Side, at: int, other: Side, theirs: Leaf) -> Edit:
    """``side`` with the whole line of ``theirs`` at the byte ``at``, where a line ends.

    Raises OverlapRefusedError where the line may not stand beside others of its kind.
    """
    first, last = _logical(other.data, theirs.start)
    line = other.data[first:last]
    if not _is_rule(line) or _is_alone_in_set(other, theirs):
        raise OverlapRefusedError("single")
    newline = newline_of(side.data, max(at - 1, 0))
    line = line.rstrip(b"\r\n")
    if at == 0 or side.data[:at].endswith(b"\n"):
        return Edit(side.document.path, at, at, line + newline)
    return Edit(side.document.path, at, at, newline + line)


def _is_rule(line: bytes) -> bool:
    if _ASSIGNMENT.match(line) or _CONTROL.match(line):
        return False
    return not any(_OPENS.search(row.rstrip(b"\r")) for row in line.rstrip(b"\r\n").split(b"\n"))


def _logical(data: bytes, offset: int) -> tuple[int, int]:
    """The line of ``offset`` with those that a backslash at the end joins to it."""
    start = line_start(data, offset)
    while start > 0 and _JOINED.search(data, max(start - 3, 0), start):
        start = line_start(data, start - 1)
    end = after_line(data, offset)
    while end < len(data) and _JOINED.search(data, max(end - 3, 0), end):
        end = after_line(data, end)
    return start, end


def _separator(side: Side, leaf: Leaf) -> bytes | None:
    """What parts the hosts of the set that ``leaf`` stands in; None where it stands in none."""
    data, begin = side.data, line_start(side.data, leaf.start)
    start, stop = _token(data, leaf)
    before, after = data[begin:start], data[stop : line_end(data, stop)]
    if (match := _COMMA_AFTER.match(after)) and _host_at(side, stop + match.end()):
        return match[0]
    if (match := _COMMA_BEFORE.search(before)) and _host_before(side, begin + match.start()):
        return match[0]
    if re.search(rb"\{[ \t]*$", before) and re.match(rb"[ \t]*\}", after):
        return b", "
    if start < leaf.start and _LIST.search(before) and re.match(rb"[ \t]*,?[ \t]*\]", after):
        return b", "
    return b", " if _is_alone_in_set(side, leaf) else None


def _host_at(side: Side, offset: int) -> bool:
    return any(_token(side.data, one)[0] == offset for one in _hosts(side))


def _host_before(side: Side, offset: int) -> bool:
    return any(_token(side.data, one)[1] == offset for one in _hosts(side))


def _hosts(side: Side) -> Iterator[Leaf]:
    for leaf in side.document.leaves:
        if address(leaf.value) is not None or network(leaf.value) is not None:
            yield leaf


def _is_alone_in_set(side: Side, leaf: Leaf) -> bool:
    start, (begin, stop) = line_start(side.data, leaf.start), _token(side.data, leaf)
    after = side.data[stop : line_end(side.data, stop)]
    alone = not after.partition(b"#")[0].strip(b" \t,")
    return alone and not side.data[start:begin].strip() and _in_set(side.data, start, after)


def _in_set(data: bytes, start: int, after: bytes) -> bool:
    """An address alone on its line is in a set where a comma or a bracket says so."""
    if after.partition(b"#")[0].strip() == b",":
        return True
    for row in reversed(data[:start].splitlines()):
        code = row.partition(b"#")[0].rstrip()
        if code:
            return code.endswith((b",", b"{", b"(", b"["))
    return False


def _differ_in_hosts(side: Side, leaf: Leaf, other: Side, theirs: Leaf) -> bool:
    """Whether the two lines say the same but for hosts: then both may share all the rest."""
    return _rest(side, leaf) == _rest(other, theirs)


def _rest(side: Side, leaf: Leaf) -> tuple[object, ...]:
    names = _NAME.split(str(leaf.key[0]))
    on_line = [one for one in side.document.leaves if one.line == leaf.line and len(one.key) == 3]
    plain = [one.value for one in on_line if not address(one.value) and not network(one.value)]
    return (*names, *plain)
