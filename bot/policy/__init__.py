"""The repository's ``.cfgbot.yml`` → Policy; unknown keys are errors.

Decides what a repository's own rules say. Read from the base commit only, so that no change can
loosen the rules it is judged by. Says everything that is wrong at once, and where.
"""

from __future__ import annotations

import yaml

from bot.core.policy import Policy
from bot.core.report.policy_words import TOP
from bot.policy.faults import FILES, FIRST, Fault, PolicyError, fault
from bot.policy.nodes import MAX_BYTES, Reading, compose
from bot.policy.sections import read_sections
from bot.ports import Library

__all__ = ["FILES", "FIRST", "Fault", "PolicyError", "parse_policy", "policy_file", "read_policy"]

_NULL = "tag:yaml.org,2002:null"


def read_policy(library: Library, sha: str) -> Policy:
    """The policy at commit ``sha``; the default where there is none. Raises PolicyError."""
    found = policy_file(library, sha)
    return parse_policy(*found) if found else Policy()


def policy_file(library: Library, sha: str) -> tuple[str, bytes] | None:
    """The policy file of commit ``sha`` and its bytes. Raises PolicyError where there are two."""
    found = library.read(sha, FILES)
    if len(found) > 1:
        raise PolicyError(FIRST, [fault("two-files", other=FILES[1])])
    return next(iter(found.items()), None)


def parse_policy(path: str, data: bytes) -> Policy:
    """The policy in ``data``. Raises PolicyError, with every fault there is."""
    if len(data) > MAX_BYTES:
        raise PolicyError(path, [fault("too-large")])
    try:
        loader, root = compose(data.decode("utf-8-sig"))
        if root is None or root.tag == _NULL:  # nothing at all; '' is a text, and refused
            return Policy()
        reading = Reading(loader)
        policy = read_sections(reading, root, TOP)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise PolicyError(path, [_no_yaml(error)]) from error
    if reading.faults:
        faults = dict.fromkeys(sorted(reading.faults, key=lambda one: one.line or 0))
        raise PolicyError(path, tuple(faults))
    return policy


def _no_yaml(error: Exception) -> Fault:
    mark = getattr(error, "problem_mark", None)
    detail = " ".join(str(getattr(error, "problem", None) or error).split())
    return fault("yaml", mark.line + 1 if mark else None, detail=detail[:300])
