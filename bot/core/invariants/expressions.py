"""Which regular expressions a policy may use: those that cannot be made to run for ages.

Python's engine backtracks, and what an expression is matched against comes from the change being
judged. So a value is short, a group is not repeated, and little else is repeated without end.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_EXPRESSION = 200
MAX_VALUE = 200  # characters of a value that an expression is tried on
MAX_WAYS = 3_000_000  # to match one value, at the very worst: a fraction of a second
_COUNTED = re.compile(r"\{(\d*)(,?)(\d*)\}")
_SETS = frozenset({"--", "&&", "~~", "||", "[["})  # a later Python may read these as set operations


class ExpressionError(ValueError):
    """An expression that is not used; ``code`` names the sentence that says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@lru_cache(maxsize=512)
def compile_expression(text: str, most_groups: int = 1) -> re.Pattern[str]:
    """The expression, matched against whole values. Raises ExpressionError."""
    if not text or len(text) > MAX_EXPRESSION:
        raise ExpressionError("pattern-long")
    _refuse_slow(text)
    try:
        compiled = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ExpressionError("pattern-invalid", str(error)) from error
    if compiled.groups > most_groups:
        raise ExpressionError("pattern-groups")
    return compiled


def _refuse_slow(text: str) -> None:
    """Every choice multiplies the ways to match; the product is what backtracking may try."""
    ways, opened = 1, 0
    for before, mark in _choices(text):
        if before == ")" and mark not in {"?", "|"}:
            raise ExpressionError("pattern-slow")
        width = _width(mark)
        opened += width >= MAX_VALUE
        # several open repetitions share one value, so their order does not multiply
        ways = ways * width // max(opened if width >= MAX_VALUE else 1, 1)
        if ways > MAX_WAYS:
            raise ExpressionError("pattern-slow")
    if re.search(r"\\[1-9]|\(\?(?!:)", text):
        raise ExpressionError("pattern-slow")  # back references, look-around, flags, names


def _width(mark: str) -> int:
    """How many ways a quantifier or an alternative adds."""
    if mark in {"*", "+"} or mark.endswith(",}"):
        return MAX_VALUE
    if mark in {"?", "|"}:
        return 2
    counts = [int(count) for count in re.findall(r"\d{1,6}", mark)]
    if not counts:
        return MAX_VALUE if "," in mark else 1  # {,} repeats; {} is itself
    if max(counts) > MAX_VALUE:
        raise ExpressionError("pattern-slow")  # more than any value has
    least = counts[0] if len(counts) == 2 or "," not in mark else 0
    return max(counts[-1] - least, 0) + 1


def _choices(text: str) -> list[tuple[str, str]]:
    """Every quantifier and bar with the character before it; those inside a class are plain."""
    found: list[tuple[str, str]] = []
    at, before, inside = 0, "", False
    while at < len(text):
        char = text[at]
        counted = _COUNTED.match(text, at) if char == "{" else None
        if char == "\\":
            before, at = "\\", at + 2
        elif inside:
            _refuse_set(text[at : at + 2])
            inside, before, at = char != "]", "]", at + 1
        elif char == "[":
            inside, at = True, _class_begins(text, at)
        elif counted:
            found.append((before, counted.group()))
            before, at = "}", counted.end()
        else:
            if char in "*+?|" and before != "(":
                found.append((before, char))
            before, at = char, at + 1
    return found


def _class_begins(text: str, at: int) -> int:
    """Where the members of the class at ``at`` begin; a bracket that stands first is a plain one."""
    _refuse_set(text[at : at + 2])
    at += 2 if text[at + 1 : at + 2] == "^" else 1
    return at + (text[at : at + 1] == "]")


def _refuse_set(pair: str) -> None:
    if pair in _SETS:
        raise ExpressionError("pattern-invalid", f"{pair} within […]")


def picked(expression: str | None, value: str) -> str | None:
    """What of ``value`` counts under ``expression``; None where the value does not match it."""
    if expression is None:
        return value
    if len(value) > MAX_VALUE:
        return None
    found = compile_expression(expression).fullmatch(value)
    if found is None:
        return None
    return (found.group(1) or "") if found.re.groups else found.group()
