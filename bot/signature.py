"""Whether a webhook's body was signed with one of our secrets.

Decides by HMAC-SHA256 in constant time, as described at
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

_PREFIX = "sha256="


def verify(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """True where ``header`` (X-Hub-Signature-256) signs ``body`` with one of ``secrets``.

    Never true without a secret. Every secret is tried, so that time tells nothing of which fits.
    """
    given = (header or "").encode("utf-8", "surrogateescape")
    fits = False
    for secret in secrets:
        if not secret:
            continue
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        fits |= hmac.compare_digest(f"{_PREFIX}{digest}".encode(), given)
    return fits
