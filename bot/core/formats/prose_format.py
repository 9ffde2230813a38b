"""Text for people (README, CHANGELOG, documentation): no leaves, every line a comment.

Decides nothing; an edit of prose is exact text replacement and never goes through a leaf.
"""

from __future__ import annotations

from bot.core.formats.source import Parsed, Source


def parse(source: Source) -> Parsed:
    """Each line that is not blank, as a comment."""
    parsed, start = Parsed(), 0
    for line in source.text.split("\n"):
        text = line.removesuffix("\r")
        if text.strip():
            parsed.comments.append(source.comment(start, start + len(text)))
        start += len(line) + 1
    return parsed
