"""Characters that hide, or pass for others.

Decides it by Unicode category, script and compatibility form; never whether a text may hold them:
a check and the reading of a request ask. Sources: Unicode TR 36 and TR 39 (mixed scripts,
confusables), CVE-2021-42574 (bidirectional controls).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UNUSUAL = re.compile(r"[^\t\n\r\x20-\x7e가-힣]")
_ODD_CATEGORIES = frozenset({"Cf", "Cc", "Co", "Cn", "Cs", "Zs", "Zl", "Zp", "Nd", "No", "Nl"})
# Letters and marks that show nothing: Hangul fillers, the joiner, variation selectors.
_BLANK = frozenset([0x115F, 0x1160, 0x3164, 0xFFA0, 0x034F, 0x2800, *range(0xFE00, 0xFE10)])
_MORE_SELECTORS = range(0xE0100, 0xE01F0)
# Punctuation that passes for "." ":" "-" or "/" inside an address, a URL or a name.
_LOOKALIKE = re.compile(r"(?<=[0-9A-Za-z])[‐‑‒–—−⁄∕∶꞉․‚ꓸ։׃ˑ·](?=[0-9A-Za-z])")
# Scripts with letters that cannot be told from Latin ones.
_TWINS = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})


def strange(text: str) -> list[str]:
    """The characters of ``text`` that hide, or pass for others."""
    odd = [character for character in _UNUSUAL.findall(text) if _is_odd(character)]
    return odd if text.isascii() else odd + _LOOKALIKE.findall(text)


@lru_cache(maxsize=4096)
def _is_odd(character: str) -> bool:
    code, script = ord(character), unicodedata.name(character, "?").split()[0]
    if unicodedata.category(character) in _ODD_CATEGORIES or script in _TWINS:
        return True
    if code in _BLANK or code in _MORE_SELECTORS:
        return True
    # full-width, mathematical and other dressed-up forms of one ASCII character
    plain = unicodedata.normalize("NFKC", character)
    return len(plain) == 1 and plain.isascii()
