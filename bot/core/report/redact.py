"""Secrets of a change, hidden in everything that is printed, posted or logged about it.

Decides only what to hide: values that stand at secret places, in either version.
"""

from __future__ import annotations

import re
from typing import Any

from bot.core.change import Change
from bot.core.leaf import KeyPath
from bot.core.secrecy import secret_spans

HIDDEN = "«secret»"
# Shorter ones would blot out half of every line; they are also no secrets.
_SHORTEST = 4
# So much of a secret's beginning, before an ellipsis, is that secret.
_HEAD = 6


def secrets_of(change: Change | None) -> tuple[str, ...]:
    """The secret texts among the changed leaves, longest first."""
    found = set()
    for leaf_change in change.leaf_changes if change else ():
        for value in (leaf_change.before, leaf_change.after):
            for start, end in secret_spans(leaf_change.key, value or ""):
                found.add((value or "")[start:end])
    return tuple(sorted((text for text in found if len(text) >= _SHORTEST), key=len, reverse=True))


def shown_value(key: KeyPath, value: str) -> str:
    """A value of the repository with the secrets in it hidden."""
    for start, end in reversed(secret_spans(key, value)):
        value = value[:start] + HIDDEN + value[end:]
    return value


def hide(text: str, secrets: tuple[str, ...]) -> str:
    """``text`` without any of ``secrets``, also where one was shortened."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
        if len(secret) > _HEAD:
            text = re.sub(re.escape(secret[:_HEAD]) + r"\S*…", HIDDEN, text)
    return text


def hide_all(value: Any, secrets: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON value
    """Every string within ``value`` without any of ``secrets``."""
    if isinstance(value, str):
        return hide(value, secrets)
    if isinstance(value, list):
        return [hide_all(one, secrets) for one in value]
    if isinstance(value, dict):
        return {key: hide_all(one, secrets) for key, one in value.items()}
    return value
