"""How hypothesis looks for counter-examples: anew on a developer's machine, the same ones in CI."""

from __future__ import annotations

import os

from hypothesis import settings

# A law that fails must fail for the change that broke it, not for the next one that is submitted.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")
