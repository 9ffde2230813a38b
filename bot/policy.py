"""The repository's ``.cfgbot.yml`` → Policy; unknown keys are errors.

Decides what a repository's own rules say. Read from the base commit only, so that no change can
loosen the rules it is judged by.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import yaml

from bot.core.policy import PROTECTED, Limits, Policy
from bot.ports import Library

FILES = (".cfgbot.yml", ".cfgbot.yaml")
_KEYS = ("allowed", "protected", "limits")
_LIMITS = ("files", "leaf_changes", "file_bytes")


class PolicyError(Exception):
    """A policy that cannot be used; ``path`` and ``detail`` say where and why."""

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.code = "policy-invalid"
        self.facts = {"path": path, "detail": detail}


def read_policy(library: Library, sha: str) -> Policy:
    """The policy at commit ``sha``; the default where there is none. Raises PolicyError."""
    found = library.read(sha, FILES)
    if len(found) > 1:
        raise PolicyError(FILES[0], f"stands beside {FILES[1]}; keep one")
    for path, data in found.items():
        return parse_policy(path, data)
    return Policy()


def parse_policy(path: str, data: bytes) -> Policy:
    """The policy in ``data``. Raises PolicyError."""
    try:
        content = yaml.safe_load(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise PolicyError(path, " ".join(str(error).split())) from error
    if content is None:
        return Policy()
    _only(path, content, _KEYS, "the top level")
    limits = content.get("limits", {})
    _only(path, limits, _LIMITS, "limits")
    return Policy(
        allowed=_patterns(path, content, "allowed", ("**",)),
        # a repository may protect more than we do, never less
        protected=tuple(dict.fromkeys((*PROTECTED, *_patterns(path, content, "protected", ())))),
        limits=Limits(**{name: _positive(path, name, value) for name, value in limits.items()}),
    )


def _only(path: str, content: Any, known: tuple[str, ...], where: str) -> None:  # noqa: ANN401 - YAML is anything
    if not isinstance(content, dict):
        raise PolicyError(path, f"{where} must be a mapping")
    for key in content:
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            raise PolicyError(
                path,
                f"unknown key {key!r} in {where}"
                + (f"; did you mean {near[0]!r}?" if near else ""),
            )


def _patterns(
    path: str, content: dict[str, Any], key: str, default: tuple[str, ...]
) -> tuple[str, ...]:
    value = content.get(key, list(default))
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise PolicyError(path, f"{key} must be a list of path patterns")
    return tuple(value)


def _positive(path: str, name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PolicyError(path, f"limits.{name} must be a positive whole number")
    return value
