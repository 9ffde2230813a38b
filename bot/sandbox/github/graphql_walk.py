"""Walking the fields a GraphQL document asks for over what is there.

Decides that an error makes its field null and stands beside the data, with its path.
Source: GraphQL specification, October 2021, section 6; GraphQL Cursor Connections.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.github.calls import Json
from bot.sandbox.github.graphql_text import Field, filled

Node = Mapping[str, Any]  # name of a field → its value, or a function of its arguments


class FieldError(Exception):
    """A field has no value; ``kind`` is GitHub's word for why, such as NOT_FOUND."""

    def __init__(self, message: str, kind: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class Walk:
    """Walks the fields asked for over the nodes; an error makes its field null."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.errors: list[Json] = []
        self._variables = variables

    def node(self, node: Node, fields: Sequence[Field], path: list[object]) -> Json:
        """What is asked for of one node."""
        found: Json = {}
        for field in fields:
            if field.on in {None, node["__typename"], "Node"}:
                found[field.alias] = self._field(node, field, [*path, field.alias])
        return found

    def _field(self, node: Node, field: Field, path: list[object]) -> Any:  # noqa: ANN401 - JSON
        try:
            value = _known(node, field.name)
            if callable(value):
                value = value(filled(field.arguments, self._variables))
            return self._value(value, field, path)
        except FieldError as error:
            row: Json = {"message": str(error), "path": path}
            self.errors.append({**({"type": error.kind} if error.kind else {}), **row})
            return None

    def _value(self, value: Any, field: Field, path: list[object]) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, list):
            return [self._value(row, field, [*path, at]) for at, row in enumerate(value)]
        if isinstance(value, Mapping):
            if not field.fields:
                raise FieldError(f"Field '{field.name}' must have a selection of subfields")
            return self.node(value, field.fields, path)
        return value


def _known(node: Node, name: str) -> Any:  # noqa: ANN401 - a value or a function of arguments
    if name not in node:
        kind = "undefinedField"
        raise FieldError(f"Field '{name}' doesn't exist on type '{node['__typename']}'", kind)
    return node[name]


def _cursor(at: int) -> str:
    return base64.b64encode(f"cursor:{at}".encode()).decode()


def _start(after: object) -> int:
    if after is None:
        return 0
    try:
        return max(0, int(base64.b64decode(str(after)).decode().removeprefix("cursor:")))
    except ValueError:
        raise FieldError(f"`{after}` does not appear to be a valid cursor.") from None


def connection(kind: str, rows: Sequence[Node], arguments: Mapping[str, Any]) -> Node:
    """A page of rows as GraphQL gives it: nodes, edges, pageInfo."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise FieldError("You must provide a `first` or `last` value to properly paginate")
    count = first if first is not None else last
    if not isinstance(count, int) or not 0 <= count <= 100:
        raise FieldError("Requesting more than the 100 records limit")
    start = _start(arguments.get("after"))
    end = min(len(rows), start + first) if first is not None else len(rows)
    start = max(start, end - count) if first is None else start
    chosen = list(rows[start:end])
    cursors = [_cursor(at + 1) for at in range(start, start + len(chosen))]
    info = {
        "__typename": "PageInfo",
        "hasNextPage": start + len(chosen) < len(rows),
        "hasPreviousPage": start > 0,
        "startCursor": cursors[0] if cursors else None,
        "endCursor": cursors[-1] if cursors else None,
    }
    edges = [
        {"__typename": f"{kind}Edge", "node": row, "cursor": cursor}
        for row, cursor in zip(chosen, cursors, strict=True)
    ]
    return {
        "__typename": f"{kind}Connection",
        "nodes": chosen,
        "edges": edges,
        "pageInfo": info,
        "totalCount": len(rows),
    }
