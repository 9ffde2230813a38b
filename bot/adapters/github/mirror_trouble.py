"""What git means when a fetch from GitHub fails.

Decides by git's English words (``LC_ALL=C``): git gives no other sign.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.adapters.github.trouble import FORBIDDEN, MISSING, UNREACHABLE, scrubbed

_GONE = (
    re.compile(r"not our ref ([0-9a-f]{40,64})"),
    re.compile(r"couldn't find remote ref (?:refs/heads/)?(\S+)"),
    re.compile(r"unadvertised object ([0-9a-f]{40,64})"),
)
_CODES = (
    (MISSING, re.compile(r"repository '[^']*' not found|returned error: 404|HTTP 404")),
    (
        FORBIDDEN,
        re.compile(
            r"Authentication failed|could not read Username|returned error: 40[13]|HTTP 40[13]"
            r"|terminal prompts disabled|transport '[^']*' not allowed"
        ),
    ),
    (
        UNREACHABLE,
        re.compile(
            r"Could not resolve|Failed to connect|Couldn't connect|timed out|returned error: 5\d\d"
            r"|HTTP 5\d\d|RPC failed|early EOF|unexpected disconnect|hung up|Connection reset"
            r"|Empty reply|Operation too slow|returned error: 429|SSL|TLS"
        ),
    ),
)


def gone_ref(text: str, specs: Sequence[str]) -> str | None:
    """The branch or commit that GitHub does not have; one of those asked for."""
    for pattern in _GONE:
        found = pattern.search(text)
        if found and any(found[1] in spec for spec in specs):
            return found[1]
    return None


def meaning(text: str) -> tuple[str | None, str]:
    """HubError's code, or None where the trouble is this machine's; and what git said."""
    detail = scrubbed(text)
    return next((code for code, pattern in _CODES if pattern.search(text)), None), detail
