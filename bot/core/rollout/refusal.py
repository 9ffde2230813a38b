"""Why an allow-list cannot hold two addresses at once."""

from __future__ import annotations


class OverlapRefusedError(Exception):
    """``code``: single, anchor, identity, key, unwritable, unreadable, new-list or not-lawful."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
