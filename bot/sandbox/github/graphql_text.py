"""GraphQL documents, read: operations, fields, arguments, variables.

Decides only what a document says. Fragments by name, directives and subscriptions are refused.
Source: GraphQL specification, October 2021, section 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"[\s,\ufeff]+|#[^\n]*|(?P<word>[_A-Za-z]\w*)|(?P<number>-?\d+(?:\.\d+)?)"
    r'|(?P<text>"(?:\\.|[^"\\\n])*")|(?P<mark>\.\.\.|[!$():=@\[\]{}|])'
)


class Malformed(Exception):  # noqa: N818 - it is the document that is malformed
    """The document cannot be read; ``args[0]`` says where."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A place in an argument where the variable's value goes."""

    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field asked for, under ``alias``; ``on`` names the type it is limited to, if any."""

    name: str
    alias: str
    arguments: Mapping[str, Any]
    fields: tuple[Field, ...]
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """``kind`` is query or mutation; ``defaults`` are values of variables left out."""

    kind: str
    name: str | None
    defaults: Mapping[str, Any]
    required: tuple[str, ...]
    fields: tuple[Field, ...]


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise Malformed(f'Parse error on "{text[at]}" at offset {at}')
            if found.lastgroup:
                self.tokens.append((found.lastgroup, found[0]))
            at = found.end()
        self.at = 0

    def peek(self) -> str:
        """The next token, empty at the end."""
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        """The next token, which must be ``wanted`` where that is given."""
        found = self.peek()
        if not found or (wanted and found != wanted):
            raise Malformed(f'Parse error on "{found}", expected {wanted or "more"}')
        self.at += 1
        return found

    def word(self) -> str:
        """The next token, which must be a name."""
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != "word":
            raise Malformed(f'Parse error on "{self.peek()}", expected a name')
        return self.take()

    def operation(self) -> Operation:
        kind, name = "query", None
        defaults: dict[str, Any] = {}
        required: list[str] = []
        if self.peek() != "{":
            kind = self.word()
            if kind not in {"query", "mutation"}:
                raise Malformed(f"{kind} is not supported")
            if self.peek() not in {"(", "{"}:
                name = self.word()
            if self.peek() == "(":
                self._variables(defaults, required)
        return Operation(kind, name, defaults, tuple(required), self.selection(None))

    def _variables(self, defaults: dict[str, Any], required: list[str]) -> None:
        self.take("(")
        while self.peek() != ")":
            self.take("$")
            name = self.word()
            self.take(":")
            needed = self._type()
            if self.peek() == "=":
                self.take("=")
                defaults[name] = self.value()
            elif needed:
                required.append(name)
        self.take(")")

    def _type(self) -> bool:
        """Read a type; True where null is not one of its values."""
        if self.peek() == "[":
            self.take("[")
            self._type()
            self.take("]")
        else:
            self.word()
        if self.peek() == "!":
            self.take("!")
            return True
        return False

    def selection(self, on: str | None) -> tuple[Field, ...]:
        """``{ … }``, with what inline fragments hold put in its place."""
        self.take("{")
        found: list[Field] = []
        while self.peek() != "}":
            if self.peek() == "...":
                self.take("...")
                if self.peek() == "on":
                    self.take("on")
                    found += self.selection(self.word())
                else:
                    raise Malformed("named fragments are not supported")
            else:
                found.append(self._field(on))
        self.take("}")
        return tuple(found)

    def _field(self, on: str | None) -> Field:
        name = alias = self.word()
        if self.peek() == ":":
            self.take(":")
            name = self.word()
        arguments: dict[str, Any] = {}
        if self.peek() == "(":
            self.take("(")
            while self.peek() != ")":
                key = self.word()
                self.take(":")
                arguments[key] = self.value()
            self.take(")")
        fields = self.selection(None) if self.peek() == "{" else ()
        return Field(name, alias, arguments, fields, on)

    def value(self) -> Any:  # noqa: ANN401 - a GraphQL value is any JSON value
        """A literal or a variable."""
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        self.take()
        if text == "$":
            return Variable(self.word())
        if text == "[":
            return self._list()
        if text == "{":
            return self._object()
        if kind == "word":
            return {"true": True, "false": False, "null": None}.get(text, text)
        if kind in {"number", "text"}:
            return json.loads(text)
        raise Malformed(f'Parse error on "{text}", expected a value')

    def _list(self) -> list[Any]:
        found = []
        while self.peek() != "]":
            found.append(self.value())
        self.take("]")
        return found

    def _object(self) -> dict[str, Any]:
        found = {}
        while self.peek() != "}":
            key = self.word()
            self.take(":")
            found[key] = self.value()
        self.take("}")
        return found


def read(text: str, name: str | None) -> Operation:
    """The operation of that name (or the only one). Raises Malformed."""
    reader = _Reader(text)
    found = []
    while reader.peek():
        found.append(reader.operation())
    chosen = [row for row in found if name is None or row.name == name]
    if len(chosen) != 1:
        raise Malformed("Must provide operation name if query contains multiple operations.")
    return chosen[0]


def filled(value: Any, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """The value with its variables put in."""
    if isinstance(value, Variable):
        return variables.get(value.name)
    if isinstance(value, list):
        return [filled(item, variables) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, variables) for key, item in value.items()}
    return value
