"""GitHub's own example payloads, as the octokit project collected them (``tests/data/octokit-*``)."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data" / "octokit-webhooks-examples.json.xz"


def payloads() -> list[tuple[str, dict[str, Any]]]:
    """Event name (X-GitHub-Event) and payload of every example; new objects at every call."""
    rows = json.loads(lzma.decompress(_DATA.read_bytes()))
    return [(name, payload) for name, payload in rows]
