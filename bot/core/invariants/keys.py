"""A key pattern → which key paths it means.

Two ways to write one. With `` > `` between the steps, as findings show keys: ``*`` stands for any
part of a step, a step ``**`` for any number of steps, ``[*]`` for any list position. Without it,
dots part the steps (``server.ports[*]``), and a dotted key such as
``spring.cloud.config.uri=`` is the same as the nested one. Never matches part of a step.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.leaf import KeyPath

MAX_KEY = 300
MAX_STARS = 3  # in one step: more only make matching slow
_ARROW = re.compile(r"\s+>\s+")
_PART = re.compile(r"\.|(?=\[)")


class KeyPatternError(ValueError):
    """A key pattern that means nothing; ``code`` names the sentence that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=1024)
def compile_key(pattern: str) -> tuple[bool, tuple[re.Pattern[str] | None, ...]]:
    """(dotted?, the steps; None for ``**``). Raises KeyPatternError."""
    text = pattern.strip()
    if not text or len(text) > MAX_KEY or not text.isprintable():
        raise KeyPatternError("key-pattern-empty")
    dotted = _ARROW.search(text) is None
    steps = _parts(text) if dotted else _ARROW.split(text)
    if not all(steps):
        raise KeyPatternError("key-pattern-step")
    return dotted, tuple(_step(step) for step in steps)


def _parts(text: str) -> list[str]:
    """``a.b[0]`` → a, b, [0]."""
    return [part for part in _PART.split(text) if part]


def _step(step: str) -> re.Pattern[str] | None:
    if step == "**":
        return None
    if "**" in step or step.count("*") > MAX_STARS:
        raise KeyPatternError("key-pattern-stars")
    return re.compile(".*".join(re.escape(piece) for piece in step.split("*")), re.DOTALL)


def key_matches(pattern: str, key: KeyPath) -> bool:
    """True where ``pattern`` means ``key``. Raises KeyPatternError."""
    dotted, steps = compile_key(pattern)
    names = [f"[{step}]" if isinstance(step, int) else step for step in key]
    if dotted:
        names = [part for name in names for part in (_parts(name) or [name])]
    at = {0}  # how many names may have been used up so far
    for step in steps:
        if step is None:
            at = set(range(min(at), len(names) + 1))
        else:
            at = {n + 1 for n in at if n < len(names) and step.fullmatch(names[n])}
        if not at:
            return False
    return len(names) in at
