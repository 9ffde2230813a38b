"""Which paths a pattern means: one meaning for scopes and for the policy.

Decides by gitignore-style patterns (https://git-scm.com/docs/gitignore#_pattern_format) matched
against whole repository paths. Never touches a file system.
"""

from __future__ import annotations

from functools import lru_cache

from pathspec import GitIgnoreSpec

from bot.core.operation import Scope


@lru_cache(maxsize=256)
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(patterns)


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """True where any of ``patterns`` means ``path`` (a folder means all that is in it)."""
    return bool(patterns) and _spec(patterns).match_file(path)


def in_scope(path: str, scope: Scope) -> bool:
    """True where ``scope`` reaches ``path``; no ``only`` means everywhere."""
    return (not scope.only or matches(path, scope.only)) and not matches(path, scope.without)
