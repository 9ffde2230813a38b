"""The end of a build's console, fit to be kept and shown.

Decides what is left of a log. It must never let a secret through that its form or its name gives
away, nor a character that a terminal or a page would obey. Jenkins itself masks only credentials
that it handed to the build.
"""

from __future__ import annotations

import re

from bot.core.secret_places import without_secrets
from bot.ports import LogTail

# so many bytes from the end are looked at, whatever number of lines is asked for
WINDOW = 64 * 1024
_LONGEST = 500
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and moves (ECMA-48 CSI)
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and links (OSC)
    r"|\x1b[@-Z\\^_]"
)
_USERINFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def tail(text: str, lines: int, *, whole: bool) -> LogTail:
    """The last ``lines`` of ``text``; where it is not the ``whole`` log its first line is half."""
    found = text.replace("\r\n", "\n").split("\n")
    if not whole:
        found = found[1:]
    plain = "\n".join(_plain(line) for line in found)
    # hidden before anything is cut: a key has many lines, and half a secret is still one
    shown = without_secrets(_USERINFO.sub("«secret»", plain)).rstrip("\n").splitlines()
    kept = shown[-lines:] if lines > 0 else []
    return LogTail(tuple(_cut(line) for line in kept), whole and len(kept) == len(shown))


def _plain(line: str) -> str:
    # what a progress bar wrote last is what is seen of the line
    seen = _ESCAPES.sub("", line.rstrip("\r").rpartition("\r")[2]).expandtabs(4)
    return "".join(c if c.isprintable() else " " for c in seen).rstrip()


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
