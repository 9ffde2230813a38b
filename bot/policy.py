"""The repository's ``.cfgbot.yml`` → Policy; unknown keys are errors.

Decides what a repository's own rules say. Read from the base commit only, so that no change can
loosen the rules it is judged by.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

import yaml

from bot.core.policy import PROTECTED, Environment, Limits, Policy
from bot.ports import Library

FILES = (".cfgbot.yml", ".cfgbot.yaml")
_KEYS = ("allowed", "protected", "limits", "merge", "environments")
_MERGE = ("checks",)
_ENVIRONMENT = ("paths", "job", "parameters")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_JOB = re.compile(r"[A-Za-z0-9_.-][A-Za-z0-9_. -]*(/[A-Za-z0-9_.-][A-Za-z0-9_. -]*)*")
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
        environments=_environments(path, content.get("environments", {})),
        checks=_checks(path, content.get("merge", {})),
    )


def _checks(path: str, merge: Any) -> tuple[str, ...]:  # noqa: ANN401 - YAML is anything
    _only(path, merge, _MERGE, "merge")
    return _patterns(path, merge, "checks", ())


def _environments(path: str, content: Any) -> tuple[Environment, ...]:  # noqa: ANN401
    if not isinstance(content, dict):
        raise PolicyError(path, "environments must be a mapping of names")
    return tuple(_environment(path, str(name), value) for name, value in content.items())


def _environment(path: str, name: str, content: Any) -> Environment:  # noqa: ANN401
    where = f"environments.{name}"
    if not _NAME.fullmatch(name):
        raise PolicyError(path, f"{where}: a name has letters, digits, '.', '_' and '-'")
    _only(path, content, _ENVIRONMENT, where)
    job = content.get("job")
    if not isinstance(job, str) or not _JOB.fullmatch(job):
        raise PolicyError(path, f"{where}.job must name a Jenkins job, such as team/deploy")
    paths = _patterns(path, content, "paths", ())
    if not paths:
        raise PolicyError(path, f"{where}.paths must say which files belong to it")
    return Environment(name, paths, job, _parameters(path, where, content.get("parameters", {})))


def _parameters(path: str, where: str, content: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise PolicyError(path, f"{where}.parameters must be a mapping")
    if any(key.upper() in {"CFG_RUN", "COMMIT"} for key in content):
        raise PolicyError(path, f"{where}.parameters: CFG_RUN and COMMIT are set by cfgbot itself")
    if not all(isinstance(value, str | int | bool) for value in content.values()):
        raise PolicyError(path, f"{where}.parameters must be plain values")
    return tuple((key, _plain(value)) for key, value in content.items())


def _plain(value: str | int | bool) -> str:  # noqa: FBT001 - a YAML scalar
    """As Jenkins writes it: booleans are lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


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
