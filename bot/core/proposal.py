"""What the author is asked, and its reply → Proposal | Question | Unusable.

Decides the JSON schema of typed operations and reads it back strictly: a reply that is not exactly
what was asked for is refused, never repaired. Whether the operations are right is not its business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.leaf import Document, KeyPath
from bot.core.masking import Mask
from bot.core.operation import (
    AddItem,
    Move,
    Operation,
    Proposal,
    Question,
    RemoveItem,
    RemoveKey,
    ReplaceText,
    Scope,
    SetValue,
    Unusable,
)
from bot.core.replies import read_object
from bot.core.request import Language, Request
from bot.core.view import AmbiguousKeyError, Section, View, build_view, one_line, parse_key, tokens

__all__ = [
    "PROMPT_TOKENS",
    "SCHEMA",
    "Section",
    "View",
    "author_facts",
    "build_view",
    "parse_key",
    "read_proposal",
    "tokens",
]

# A whole prompt for the author, system text included, stays below this many tokens.
PROMPT_TOKENS = 6_000
MAX_OPERATIONS = 200
_LANGUAGES = {Language.ENGLISH: "English", Language.KOREAN: "Korean"}

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_MAYBE = {"type": ["string", "null"]}


def _shape(op: str, **properties: object) -> dict[str, object]:
    """One operation's object; OpenAI's strict mode wants every property required."""
    named = {"op": {"type": "string", "enum": [op]}, **properties}
    return {
        "type": "object",
        "properties": named,
        "required": list(named),
        "additionalProperties": False,
    }


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "operations": {
            "type": "array",
            "items": {
                "anyOf": [
                    _shape("move", old=_TEXT, new=_TEXT, only=_TEXTS, without=_TEXTS),
                    _shape("set", path=_TEXT, key=_TEXT, old=_MAYBE, new=_TEXT),
                    _shape("add_item", path=_TEXT, key=_TEXT, value=_TEXT),
                    _shape("remove_item", path=_TEXT, key=_TEXT, value=_TEXT),
                    _shape("remove_key", path=_TEXT, key=_TEXT),
                    _shape("replace_text", path=_TEXT, find=_TEXT, replace=_TEXT),
                ]
            },
        },
        "question": _MAYBE,
    },
    "required": ["operations", "question"],
    "additionalProperties": False,
}


def author_facts(
    request: Request, view: View, feedback: Sequence[str] = (), mask: Mask | None = None
) -> dict[str, object]:
    """What the prompts ``author`` and ``derive`` need, secrets hidden.

    ``feedback`` are facts about the last attempt: failed checks, a reviewer's remarks.
    """
    hidden = mask or Mask()
    return {
        "request_lines": [
            one_line(line) for line in hidden.hide_request(request.text).splitlines()
        ],
        "language": _LANGUAGES[request.language],
        "sections": view.sections,
        "more": view.more,
        "files_left_out": view.files_left_out,
        "feedback": tuple(one_line(" ".join(hidden.hide(line).split())) for line in feedback),
    }


def read_proposal(
    text: str, documents: Mapping[str, Document] | None = None, mask: Mask | None = None
) -> Proposal | Question | Unusable:
    """The author's reply; keys are looked up in ``documents`` (the base) where given.

    ``mask`` is the one they were shown with; the placeholders are restored by ``Mask.unmask``.
    """
    reply = read_object(text, SCHEMA)
    if isinstance(reply, Unusable):
        return reply
    question = reply["question"]
    if question is not None:
        return _question(question, reply["operations"])
    if not 0 < len(reply["operations"]) <= MAX_OPERATIONS:
        return Unusable(
            f"operations-none-or-too-many: 1 to {MAX_OPERATIONS} operations, or a question"
        )
    try:
        operations = tuple(_operation(said, documents or {}, mask) for said in reply["operations"])
    except _Refused as why:
        return Unusable(str(why))
    if len(set(operations)) != len(operations):
        return Unusable("operations-repeated: give each operation once")
    return Proposal(operations)


def _question(text: str, operations: Sequence[object]) -> Question | Unusable:
    if operations:
        return Unusable(
            "question-and-operations: answer with operations or with a question, not both"
        )
    return (
        Question(text.strip())
        if text.strip()
        else Unusable("question-empty: ask something, or null")
    )


class _Refused(Exception):  # noqa: N818 - unwinds to read_proposal, which answers Unusable
    pass


def _operation(
    said: Mapping[str, Any], documents: Mapping[str, Document], mask: Mask | None
) -> Operation:
    op = said["op"]
    if op == "move":
        if not said["old"] or not said["new"]:
            raise _Refused("text-empty: move needs the old and the new text")
        return Move(said["old"], said["new"], Scope(tuple(said["only"]), tuple(said["without"])))
    path = said["path"]
    if documents and path not in documents:
        raise _Refused(f"path-unknown: {path[:200]!r} is not a file that was shown")
    if op == "replace_text":
        if not said["find"]:
            raise _Refused("text-empty: replace_text needs the text to find")
        return ReplaceText(path, said["find"], said["replace"])
    known = [leaf.key for leaf in documents[path].leaves] if documents else []
    key = _key(said["key"], known, mask, empty=op in {"add_item", "remove_item"})
    return _keyed(op, said, path, key)


def _keyed(op: str, said: Mapping[str, Any], path: str, key: KeyPath) -> Operation:
    if op == "set":
        return SetValue(path, key, said["new"], said["old"])
    if op == "add_item":
        return AddItem(path, key, said["value"])
    if op == "remove_item":
        return RemoveItem(path, key, said["value"])
    return RemoveKey(path, key)


def _key(shown: str, known: Sequence[KeyPath], mask: Mask | None, *, empty: bool) -> KeyPath:
    """Only a list may be the whole file, so only there may the key be empty."""
    try:
        key = parse_key(shown, known, mask)
    except AmbiguousKeyError:
        raise _Refused(f"key-ambiguous: {shown[:200]!r} means several keys") from None
    if not key and not empty:
        raise _Refused("key-empty: give the key path as shown")
    return key
