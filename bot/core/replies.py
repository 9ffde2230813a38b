"""A model's reply as the one JSON object it was asked for, or why it is not.

Decides form only, and strictly: one object, perhaps in one ``json`` fence, nothing around it, no
key twice, valid under the schema. Never repairs, never picks an object out of prose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

from bot.core.operation import Unusable

MAX_REPLY_CHARS = 200_000
_SHOWN = 200
_FENCED = re.compile(r"\A```json[ \t]*\r?\n(?P<body>.*)\n```\Z", re.DOTALL)


def read_object(text: str, schema: Mapping[str, Any]) -> dict[str, Any] | Unusable:
    """The object in ``text``, valid under ``schema`` (JSON Schema, draft 2020-12)."""
    if len(text) > MAX_REPLY_CHARS:
        return Unusable(f"reply-too-long: {len(text)} characters, at most {MAX_REPLY_CHARS}")
    stripped = text.strip()
    if not stripped:
        return Unusable("reply-empty: answer with one JSON object")
    fenced = _FENCED.match(stripped)
    try:
        value = json.loads(
            fenced["body"] if fenced else stripped, object_pairs_hook=_once, parse_constant=_refuse
        )
    except (ValueError, RecursionError) as error:
        return Unusable(f"reply-not-json: {str(error)[:_SHOWN]}")
    if not isinstance(value, dict):
        return Unusable("reply-not-object: answer with one JSON object and nothing else")
    try:
        wrong = _first_error(value, schema)
    except RecursionError:
        return Unusable("reply-not-as-asked: nested too deep")
    return value if wrong is None else Unusable(f"reply-not-as-asked: {wrong}")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


def _refuse(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def _first_error(value: object, schema: Mapping[str, Any]) -> str | None:
    error = import_module("jsonschema.exceptions").best_match(
        _validator(json.dumps(schema)).iter_errors(value)
    )
    return None if error is None else f"{error.json_path}: {error.message[:_SHOWN]}"


@lru_cache(maxsize=16)
def _validator(schema: str) -> Any:  # noqa: ANN401 - jsonschema is imported on first use
    return import_module("jsonschema").Draft202012Validator(json.loads(schema))
