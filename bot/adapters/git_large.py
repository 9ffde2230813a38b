"""Files too large to be made words of, searched by their bytes as they stream past.

Decides only whether bytes stand somewhere. It may find what is no whole word, and must never miss
what is; a file of any size is read in constant memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.lexicon import alternatives
from bot.core.literals import address

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.adapters.git_process import Blob

_CHUNK_BYTES = 1 << 20


def bytes_hold(blob: Blob, literal: str) -> bool:
    """Whether the literal's bytes stand in the file."""
    parsed = address(literal)
    caseless = parsed is not None and parsed.version == 6  # noqa: PLR2004 - IPv6
    return _finds_all(blob, [_spellings(literal)], caseless=caseless)


def bytes_speak(blob: Blob, path: str, groups: Sequence[Collection[str]]) -> bool:
    """Whether path or bytes have a word of every group, in any case, inside other words too."""
    needles = [[part.encode() for word in group for part in _parts(word)] for group in groups]
    name = path.lower().encode("utf-8", "surrogateescape")
    open_groups = [group for group in needles if not any(needle in name for needle in group)]
    return _finds_all(blob, open_groups, caseless=True)


def _parts(word: str) -> set[str]:
    """One part of each way to say the word is enough: it may find too much."""
    return {max(sorted(parts), key=len) for parts in alternatives(word)}


def _finds_all(blob: Blob, groups: Sequence[Sequence[bytes]], *, caseless: bool) -> bool:
    """Whether of every group at least one needle stands in the blob."""
    left = [[needle.lower() if caseless else needle for needle in group] for group in groups]
    overlap = max((len(needle) for group in left for needle in group), default=1) - 1
    tail = b""
    while left and (chunk := blob.read(_CHUNK_BYTES)):
        window = tail + (chunk.lower() if caseless else chunk)
        left = [group for group in left if not any(needle in window for needle in group)]
        tail = window[-overlap:] if overlap else b""
    return not left


def _spellings(literal: str) -> list[bytes]:
    """The literal as UTF-8 and UTF-16, and as JSON and .properties may escape it."""
    escaped = {literal, literal.replace("/", "\\/"), literal.replace(":", "\\:")}
    spelled = [word.encode("utf-8", "surrogateescape") for word in sorted(escaped)]
    return spelled + [literal.encode(f"utf-16-{order}", "surrogatepass") for order in ("le", "be")]
