"""Text → leaves, and one leaf's edit → exact bytes, for every format cfgbot knows.

Decides what each format's parser says a file means, and how a new value is written in the file's
own style. Never repairs, never guesses: a file that does not parse is Unparsable, an edit that
cannot be proven exact is Unwritable. Each format's parser library is imported on first use.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from bot.core.formats.detect import by_name, candidates, detect
from bot.core.formats.source import (
    MAX_DEPTH,
    MAX_PARSE_BYTES,
    MalformedError,
    Parsed,
    RefusedError,
    Source,
    Splice,
)
from bot.core.formats.verify import (
    only_added,
    only_filled,
    only_key_added,
    only_removed,
    only_value_changed,
)
from bot.core.leaf import Document, Edit, KeyPath, Kind, Leaf, Unparsable, Unwritable

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "FORMATS",
    "MAX_DEPTH",
    "MAX_PARSE_BYTES",
    "format_of",
    "insert_after",
    "insert_key",
    "parse",
    "remove",
    "write",
]

FORMATS = (
    "yaml",
    "json",
    "toml",
    "env",
    "properties",
    "ini",
    "nginx",
    "dockerfile",
    "lines",
    "prose",
)


@cache
def _operation(name: str, operation: str) -> Callable[..., Splice]:
    """The function ``operation`` of the module ``<name>_format``; not every format has each.

    It raises RefusedError for an edit it cannot write, MalformedError for text it cannot read.
    """
    module = import_module(f"bot.core.formats.{name}_format")
    return cast("Callable[..., Splice]", getattr(module, operation, _unsupported))


def _unsupported(*_: object) -> Splice:
    raise RefusedError("the format has no such edit")


@cache
def _parser(name: str) -> Callable[[Source], Parsed]:
    module = import_module(f"bot.core.formats.{name}_format")
    return cast("Callable[[Source], Parsed]", module.parse)


def _parse_as(name: str, source: Source) -> Parsed:
    return _parser(name)(source)


def format_of(path: str, data: bytes) -> str:
    """One of FORMATS, from the name; the content decides where a name means many formats."""
    named = by_name(path)
    if named is not None:
        return named
    try:
        return detect(path, Source(path, data), _parse_as)[0]
    except MalformedError:
        return (*candidates(path), "lines")[0]


# One run reads the same bytes several times: as base, before and after an edit, and to be judged.
@lru_cache(maxsize=2048)
def parse(path: str, data: bytes) -> Document | Unparsable:
    """The leaves and comments of the file ``path`` with the content ``data``, or why not."""
    try:
        source = Source(path, data)
    except MalformedError as error:
        return Unparsable(path, format_of(path, data[:0]), error.reason, error.line)
    name, parsed = detect(path, source, _parse_as)
    try:
        parsed = parsed or _parse_as(name, source)
    except MalformedError as error:
        return Unparsable(path, name, error.reason, error.line)
    return _document(path, name, parsed)


def _document(path: str, name: str, parsed: Parsed) -> Document:
    leaves, comments = tuple(parsed.leaves), tuple(parsed.comments)
    return Document(path, name, leaves, comments, tuple(parsed.duplicates))


def write(document: Document, data: bytes, leaf: Leaf, value: str) -> Edit | Unwritable:
    """Replace ``leaf`` by ``value`` in the leaf's own style, touching only its bytes."""

    def splice(source: Source) -> Splice:
        return _operation(document.format, "write")(source, leaf, value)

    def right(head: Document, _: Splice) -> bool:
        return only_value_changed(document, head, leaf, value)

    return _edited(document, data, leaf.key, splice, right, always=False)


def insert_after(document: Document, data: bytes, leaf: Leaf, value: str) -> Edit | Unwritable:
    """A new sibling right after ``leaf`` of the same shape, saying ``value``.

    An empty list becomes a list with ``value`` alone.
    """

    def splice(source: Source) -> Splice:
        return _operation(document.format, "insert_after")(source, leaf, value)

    def right(head: Document, _: Splice) -> bool:
        if leaf.kind is Kind.EMPTY and leaf.value == "[]":
            return only_filled(document, head, leaf, value)
        return only_added(document, head, leaf, value)

    return _edited(document, data, leaf.key, splice, right)


def insert_key(
    document: Document, data: bytes, parent: KeyPath, name: str, value: str
) -> Edit | Unwritable:
    """A new key ``name`` at the end of the existing mapping at ``parent``.

    In typed formats a value that looks like a number or a boolean becomes one.
    """
    holder = document.by_key.get(parent)

    def splice(source: Source) -> Splice:
        return _operation(document.format, "insert_key")(source, parent, name, value)

    def right(head: Document, _: Splice) -> bool:
        if holder is not None:
            return only_filled(document, head, holder, value)
        return only_key_added(document, head, (*parent, name), value)

    return _edited(document, data, (*parent, name), splice, right)


def remove(document: Document, data: bytes, leaf: Leaf) -> Edit | Unwritable:
    """Delete exactly the list item, key, directive or line that ``leaf`` is the value of."""

    def splice(source: Source) -> Splice:
        return _operation(document.format, "remove")(source, leaf)

    def right(head: Document, made: Splice) -> bool:
        return only_removed(document, head, leaf, made.start, made.end)

    return _edited(document, data, leaf.key, splice, right)


def _edited(
    document: Document,
    data: bytes,
    key: KeyPath,
    make: Callable[[Source], Splice],
    right: Callable[[Document, Splice], bool],
    *,
    always: bool = True,
) -> Edit | Unwritable:
    """The edit that ``make`` plans, once the edited text was parsed again and found ``right``."""
    path = document.path
    try:
        splice = make(Source(path, data))
        if always or splice.delicate:
            head = _parse_as(document.format, Source(path, splice.applied(data)))
            if not right(_document(path, document.format, head), splice):
                return Unwritable(path, key, "the edit would change more than it should")
    except RefusedError as error:
        return Unwritable(path, key, error.reason)
    except MalformedError as error:
        return Unwritable(path, key, error.reason)
    return Edit(path, splice.start, splice.end, splice.new)
