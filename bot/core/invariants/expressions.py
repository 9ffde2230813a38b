"""Which regular expressions a policy may use: those that cannot be made to run for ages.

Python's engine backtracks, and what an expression is matched against comes from the change being
judged. So a value is short, a group is not repeated, and little else is repeated without end.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_EXPRESSION = 200
MAX_VALUE = 200  # characters of a value that an expression is tried on
MAX_OPEN = 3  # repetitions without an upper bound
_COUNTED = re.compile(r"\{(\d*)(,?)(\d*)\}")
_BIGGEST_COUNT = 64
_SETS = frozenset({"--", "&&", "~~", "||"})  # a later Python may read these as set operations


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
    opened = 0
    for before, quantifier in _quantifiers(text):
        if before == ")" and quantifier != "?":
            raise ExpressionError("pattern-slow")
        opened += quantifier in {"*", "+"} or quantifier.endswith(",}")
        counts = [int(count) for count in re.findall(r"\d+", quantifier)]
        if opened > MAX_OPEN or max(counts, default=0) > _BIGGEST_COUNT:
            raise ExpressionError("pattern-slow")
    if re.search(r"\\[1-9]|\(\?(?!:)", text):
        raise ExpressionError("pattern-slow")  # back references, look-around, flags, names


def _quantifiers(text: str) -> list[tuple[str, str]]:
    """Every quantifier with the character before it; those inside a class are plain characters."""
    found, at, before, inside = [], 0, "", False
    while at < len(text):
        char = text[at]
        counted = _COUNTED.match(text, at) if char == "{" else None
        if char == "\\":
            before, at = "\\", at + 2
            continue
        if inside:
            if text[at : at + 2] in _SETS:
                raise ExpressionError("pattern-invalid", f"{text[at : at + 2]} within […]")
            inside = char != "]"
        elif char == "[":
            if text[at + 1 : at + 2] == "[":
                raise ExpressionError("pattern-invalid", "[[ within […]")
            inside = True
            at += 2 if text[at + 1 : at + 2] == "^" else 1
            at += text[at : at + 1] == "]"  # a bracket that stands first is a plain one
            continue
        elif counted:
            found.append((before, counted.group()))
            at, before = counted.end(), "}"
            continue
        elif char in "*+?" and before != "(":
            found.append((before, char))
        before, at = char, at + 1
    return found


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
