"""Files too large to be made words of, searched by their bytes as they stream past.

Decides only whether bytes stand somewhere. It may find what is no whole word, and must never miss
what is; a file of any size is read in constant memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.literals import address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.git_process import Blob

_CHUNK_BYTES = 1 << 20


def bytes_hold(blob: Blob, literal: str) -> bool:
    """Whether the literal's bytes stand in the file."""
    parsed = address(literal)
    caseless = parsed is not None and parsed.version == 6
    return _finds_any(blob, _spellings(literal), caseless=caseless)


def _finds_any(blob: Blob, needles: Sequence[bytes], *, caseless: bool) -> bool:
    wanted = [needle.lower() if caseless else needle for needle in needles]
    overlap = max(map(len, wanted)) - 1
    tail = b""
    while chunk := blob.read(_CHUNK_BYTES):
        window = tail + (chunk.lower() if caseless else chunk)
        if any(needle in window for needle in wanted):
            return True
        tail = window[-overlap:] if overlap else b""
    return False


def _spellings(literal: str) -> list[bytes]:
    """The literal as UTF-8 and UTF-16, and as JSON and .properties may escape it."""
    escaped = {literal, literal.replace("/", "\\/"), literal.replace(":", "\\:")}
    spelled = [word.encode("utf-8", "surrogateescape") for word in sorted(escaped)]
    return spelled + [literal.encode(f"utf-16-{order}", "surrogatepass") for order in ("le", "be")]
