"""A key that comes or goes: in which mapping of which file, and only where one is certain.

Decides the mapping a new key joins by the words said and by the way its neighbours are named; a key
that is there already is never written over, and one that goes must be named as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from bot.core.builtin.planning import Plan, Refused, is_called, narrow_out, paths_called, said_by
from bot.core.builtin.wishes import KeyWish
from bot.core.change import Action, LeafChange
from bot.core.expectation import Explained
from bot.core.finding import Ground, evidence
from bot.core.index import Entry, Index
from bot.core.leaf import Document, KeyPath, show_key
from bot.core.operation import Operation, RemoveKey, SetValue
from bot.core.words import terms_of, words_in

Mapping = tuple[Document, KeyPath]
_FLAT = frozenset({"env", "properties"})
_KEYED = _FLAT | {"yaml", "json", "toml", "ini"}
_STYLES = tuple(
    re.compile(pattern)
    for pattern in (
        r"[A-Z][A-Z0-9_]*",
        r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*",
        r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
        r"[a-z][A-Za-z0-9]*",
        r"[A-Za-z][\w-]*(?:\.[\w-]+)+",
    )
)


def plan_key(wish: KeyWish, index: Index) -> Plan:
    """The operations that bring or take away the key. Raises Refused."""
    if not index.complete:
        raise Refused("too-many-files", words=" ".join(wish.words))
    return _gone(wish, index) if wish.value is None else _come(wish, wish.value, index)


def _come(wish: KeyWish, value: str, index: Index) -> Plan:
    mappings = _mappings(wish, index)
    if not mappings:
        raise Refused("no-place", words=" ".join((*wish.words, wish.name)))
    if len(mappings) > 1 and not wish.many:
        places = (
            entry.place for document, _ in mappings for entry in index.entries_in(document)[:1]
        )
        raise Refused("two-places", places, words=" ".join((*wish.words, wish.name)))
    operations: list[Operation] = []
    for document, parent in mappings:
        key = (*parent, wish.name)
        if (leaf := document.by_key.get(key)) is not None:
            raise Refused("already-so", path=document.path, key=show_key(key), value=leaf.value)
        operations.append(SetValue(document.path, key, value))
    meant = {(document.path, (*parent, wish.name)) for document, parent in mappings}
    return Plan(tuple(operations), _explained(wish, Action.ADDED, meant, value), (), wish.words)


def _mappings(wish: KeyWish, index: Index) -> list[Mapping]:
    """The mappings that the words call and whose keys are written as the new one is."""
    left_out = {path.lstrip("/") for path in narrow_out(wish.without, index.data.keys())}
    documents = [
        document
        for document in index.readable
        if document.path not in left_out
        and document.format in _KEYED
        and all(
            is_called(document.path, word) for word in wish.words if word[:1] == "." or "/" in word
        )
    ]
    named = set(paths_called(wish.words, (document.path for document in documents)))
    whole: list[Mapping] = [
        (d, ()) for d in documents if d.path in named and _fits_in(d, (), wish.name)
    ]
    inner = [
        found
        for document in documents
        if document.format not in _FLAT
        for found in _inner(document, wish, index)
    ]
    flat = [one for one in whole if one[0].format in _FLAT]
    return inner or flat or whole


def _inner(document: Document, wish: KeyWish, index: Index) -> list[Mapping]:
    """Mappings of ``document`` that are themselves named: their own name is one of the words."""
    required = [
        term
        for term in terms_of(word for word in wish.words if not is_called(document.path, word))
        if term.required
    ]
    found: dict[KeyPath, Mapping] = {}
    for entry in index.entries_in(document):
        parent = entry.place.leaf.key[:-1]
        if (
            not parent
            or not isinstance(parent[-1], str)
            or not _fits_in(document, parent, wish.name)
        ):
            continue
        own = words_in(parent[-1])
        called = any(term.options & own for term in required)
        if called and all(_around(entry, term.options) for term in required):
            found[parent] = (document, parent)
    shallow = min((len(parent) for parent in found), default=0)
    return [mapping for parent, mapping in found.items() if len(parent) == shallow]


def _around(entry: Entry, options: frozenset[str]) -> bool:
    return bool(options & (entry.around | entry.file))


def _fits_in(document: Document, parent: KeyPath, name: str) -> bool:
    """Some neighbour is written the way ``name`` is, so that this is where such keys live."""
    neighbours = [
        str(leaf.key[-1])
        for leaf in document.leaves
        if leaf.key[:-1] == parent and leaf.key and isinstance(leaf.key[-1], str)
    ]
    styles = {n for n, style in enumerate(_STYLES) if style.fullmatch(name)}
    return any(
        styles & {n for n, s in enumerate(_STYLES) if s.fullmatch(one)} for one in neighbours
    )


def _gone(wish: KeyWish, index: Index) -> Plan:
    entries = _named(wish, index)
    if not entries:
        raise Refused("no-place", words=" ".join((*wish.words, wish.name)))
    if len(entries) > 1 and not wish.many:
        raise Refused(
            "two-places", (e.place for e in entries), words=" ".join((*wish.words, wish.name))
        )
    places = [entry.place for entry in entries]
    operations = tuple(RemoveKey(place.path, place.leaf.key) for place in places)
    meant = {(place.path, place.leaf.key) for place in places}
    return Plan(operations, _explained(wish, Action.REMOVED, meant, None), (), wish.words)


def _named(wish: KeyWish, index: Index) -> list[Entry]:
    """The leaves whose own name is exactly the one said, in what the other words call."""
    left_out = {path.lstrip("/") for path in narrow_out(wish.without, index.data.keys())}
    required = [term for term in terms_of(wish.words) if term.required] if wish.words else []
    return [
        entry
        for entry in index.entries
        if entry.place.path not in left_out
        and entry.place.leaf.key
        and _is_called(entry.place.leaf.key, wish.name)
        and all(_around(entry, term.options) or term.options & entry.own for term in required)
    ]


def _is_called(key: KeyPath, name: str) -> bool:
    steps = [str(step) for step in key if isinstance(step, str)]
    return bool(steps) and (steps[-1] == name or ".".join(steps) == name)


def _explained(
    wish: KeyWish, action: Action, meant: Iterable[tuple[str, KeyPath]], value: str | None
) -> Callable[[LeafChange], Explained | None]:
    known = frozenset(meant)
    place = evidence(Ground.NAMED, "only-place", words=said_by((*wish.words, wish.name)))
    shown = evidence(Ground.NAMED, "value-named", value=value if value is not None else wish.name)

    def explain(change: LeafChange) -> Explained | None:
        mine = change.action is action and (change.path, change.key) in known
        return Explained(change, place, shown) if mine and change.after == value else None

    return explain
