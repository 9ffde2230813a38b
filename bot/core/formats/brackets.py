"""How deep JSON and TOML text nests, before any recursive parser sees it.

Decides only that; it knows strings and comments well enough not to count brackets in them.
"""

from __future__ import annotations

import re

from bot.core.formats.source import MAX_DEPTH, MalformedError

_BRACKETS = re.compile(r"[\[\]{}]")


def check_depth(text: str) -> None:
    """Raises MalformedError where brackets nest deeper than MAX_DEPTH.

    ``text`` is without strings and comments, or with them made harmless.
    """
    depth = 0
    for match in _BRACKETS.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise MalformedError("nested too deeply", text.count("\n", 0, match.start()) + 1)
        else:
            depth -= 1
