"""An attacker's sentence → the same sentence in disguise.

Decides nothing; each dress is one that was seen used against language models or reviewers.
"""

from __future__ import annotations

import codecs
from base64 import b64encode
from collections.abc import Callable, Mapping
from urllib.parse import quote

_TWINS = str.maketrans("aceopxyAEOPCTX", "асеорхуАЕОРСТХ")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _tags(text: str) -> str:
    """Unicode's tag characters: ASCII that no screen shows; other letters as their escapes."""
    plain = text.encode("ascii", "backslashreplace").decode()
    return "".join(chr(0xE0000 + ord(character)) for character in plain) + chr(0xE007F)


DRESSES: Mapping[str, Callable[[str], str]] = {
    "": lambda text: text,
    "b64": lambda text: b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "url": lambda text: quote(text, safe=""),
    "tags": _tags,
    "zw": "\u200b".join,
    "rtl": lambda text: f"\u202e{text[::-1]}\u202c",
    "twin": lambda text: text.translate(_TWINS),
    "wide": lambda text: text.translate(_WIDE),
}
