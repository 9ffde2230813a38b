"""How long a text rules read at all.

Decides by length alone, before any pattern sees the text: the time patterns take grows faster than
what they read, and nobody writes a wish that long. What is beyond reach is asked about, never cut.
"""

from __future__ import annotations

MAX_READ_CHARS = 2_000
# The longest host name has 253 characters (RFC 1035, 2.3.4).
MAX_WORD_CHARS = 300


def longest_word(text: str) -> int:
    """Characters of the longest run without a space."""
    return max(map(len, text.split()), default=0)


def is_beyond_reach(text: str) -> bool:
    """True for a text that is not read."""
    return len(text) > MAX_READ_CHARS or longest_word(text) > MAX_WORD_CHARS
