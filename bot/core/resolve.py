"""Typed operations on base files → exact replacements, or why not.

Decides which bytes an operation means. It writes only what it can read back: after each operation
the file is parsed again, and unless exactly the leaves meant have changed, nothing is written.
Never widens an operation, never repairs one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.core import formats
from bot.core.change import Action, FileChange, LeafChange, align
from bot.core.items import items_of, joined, parted, split_items
from bot.core.leaf import Document, Edit, KeyPath, Kind, Leaf, Unparsable, Unwritable, show_key
from bot.core.literals import holds, occurrences, substitute
from bot.core.operation import (
    AddItem,
    Move,
    Operation,
    RemoveItem,
    RemoveKey,
    ReplaceText,
    SetValue,
)
from bot.core.scope import in_scope


class Unresolvable(Exception):  # noqa: N818 - an answer that unwinds, caught by resolve()
    """An operation that means no exact bytes; ``code`` and ``facts`` say why."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = tuple(sorted((name, str(value)) for name, value in facts.items()))


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why the operations mean nothing exact; ``code`` names the sentence."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()


def resolve(
    operations: Iterable[Operation], base: Mapping[str, bytes]
) -> tuple[FileChange, ...] | Unresolved:
    """The files as they are after all ``operations``, applied one after the other.

    ``base`` holds every file that an operation may reach; file modes are the caller's.
    """
    now = dict(base)
    try:
        for operation in operations:
            _apply(operation, now)
    except Unresolvable as why:
        return Unresolved(why.code, why.facts)
    return tuple(
        FileChange(path, base[path], now[path]) for path in sorted(base) if now[path] != base[path]
    )


def _apply(operation: Operation, files: dict[str, bytes]) -> None:
    match operation:
        case Move():
            _move(operation, files)
        case SetValue():
            _set(operation, files)
        case AddItem():
            _add(operation, files)
        case RemoveItem():
            _remove_item(operation, files)
        case RemoveKey():
            document, data, leaf = _find(files, operation.path, operation.key)
            _edit(
                files,
                document,
                data,
                formats.remove(document, data, leaf),
                [(Action.REMOVED, leaf, None)],
            )
        case ReplaceText():
            _replace_text(operation, files)


def _document(files: Mapping[str, bytes], path: str) -> tuple[Document, bytes]:
    if path not in files:
        raise Unresolvable("file-unknown", path=path)
    document = formats.parse(path, files[path])
    if isinstance(document, Unparsable):
        raise Unresolvable(
            "file-unreadable", path=path, reason=document.reason, line=document.line or 1
        )
    return document, files[path]


def _find(files: Mapping[str, bytes], path: str, key: KeyPath) -> tuple[Document, bytes, Leaf]:
    document, data = _document(files, path)
    leaf = document.by_key.get(key)
    if leaf is None or any(duplicate.key == key for duplicate in document.duplicates):
        raise Unresolvable("key-unknown", path=path, key=show_key(key))
    return document, data, leaf


def _edit(
    files: dict[str, bytes],
    document: Document,
    data: bytes,
    edit: Edit | Unwritable,
    meant: list[tuple[Action, Leaf | None, str | None]],
) -> None:
    """Apply ``edit`` if reading the file again shows exactly the leaf changes ``meant``."""
    if isinstance(edit, Unwritable):
        raise Unresolvable(
            "not-writable", path=edit.path, key=show_key(edit.key), reason=edit.reason
        )
    after = data[: edit.start] + edit.new + data[edit.end :]
    read = formats.parse(document.path, after)
    if isinstance(read, Unparsable):
        raise Unresolvable("not-writable", path=document.path, key="", reason=read.reason)
    seen = [_seen(change) for change in align(document.path, document.leaves, read.leaves)]
    wanted = [(action, leaf.value if leaf else None, value) for action, leaf, value in meant]
    if seen != wanted:
        raise Unresolvable("reads-back-differently", path=document.path)
    files[document.path] = after


def _seen(change: LeafChange) -> tuple[Action, str | None, str | None]:
    return change.action, change.before, change.after


def _move(move: Move, files: dict[str, bytes]) -> None:
    """Replace whole words in the text outside comments; every key and value must follow suit."""
    if move.old == move.new:
        raise Unresolvable("nothing-to-move", old=move.old, new=move.new)
    moved = False
    for path in sorted(files):
        if in_scope(path, move.scope) and _may_hold(files[path], move.old):
            moved = _move_in(path, move, files) or moved
    if not moved:
        raise Unresolvable("literal-unknown", literal=move.old)


def _may_hold(data: bytes, literal: str) -> bool:
    return literal.lower().encode() in data.lower()


def _move_in(path: str, move: Move, files: dict[str, bytes]) -> bool:
    document, data = _document(files, path)
    if not any(_mentions(leaf, move.old) for leaf in document.leaves):
        return False
    after = _substitute_outside_comments(document, data, move)
    read = formats.parse(path, after)
    if isinstance(read, Unparsable):
        raise Unresolvable("not-writable", path=path, key="", reason=read.reason)
    wanted = [_moved(leaf, move) for leaf in document.leaves]
    if wanted != [(leaf.key, leaf.value, leaf.kind) for leaf in read.leaves]:
        raise Unresolvable("reads-back-differently", path=path)
    files[path] = after
    return True


def _mentions(leaf: Leaf, literal: str) -> bool:
    return holds(leaf.value, literal) or any(
        holds(step, literal) for step in leaf.key if isinstance(step, str)
    )


def _moved(leaf: Leaf, move: Move) -> tuple[KeyPath, str, Kind]:
    key = tuple(
        substitute(step, move.old, move.new) if isinstance(step, str) else step for step in leaf.key
    )
    return key, substitute(leaf.value, move.old, move.new), leaf.kind


def _substitute_outside_comments(document: Document, data: bytes, move: Move) -> bytes:
    """Spans are found in the whole text first, so that a word's neighbours are still seen."""
    text = data.decode("utf-8")
    pieces, position = [], 0
    held_out = [(comment.start, comment.end) for comment in document.comments]
    offsets = _byte_offsets(text)
    for start, end in occurrences(text, move.old):
        at = offsets(start)
        if any(low <= at < high for low, high in held_out):
            continue
        pieces.append(text[position:start] + move.new)
        position = end
    return ("".join(pieces) + text[position:]).encode("utf-8")


def _byte_offsets(text: str) -> Callable[[int], int]:
    """Characters → bytes; ASCII text needs no counting."""
    if text.isascii():
        return lambda at: at
    return lambda at: len(text[:at].encode("utf-8"))


def _set(operation: SetValue, files: dict[str, bytes]) -> None:
    document, data = _document(files, operation.path)
    leaf = document.by_key.get(operation.key)
    if leaf is None and operation.old is None:
        _insert_key(operation, document, data, files)
        return
    document, data, leaf = _find(files, operation.path, operation.key)
    if operation.old is not None and leaf.value != operation.old:
        raise Unresolvable(
            "old-value-differs",
            path=operation.path,
            key=show_key(operation.key),
            old=operation.old,
            actual=leaf.value,
        )
    if leaf.value == operation.value:
        raise Unresolvable(
            "already-so", path=operation.path, key=show_key(operation.key), value=operation.value
        )
    edit = formats.write(document, data, leaf, operation.value)
    _edit(files, document, data, edit, [(Action.SET, leaf, operation.value)])


def _insert_key(
    operation: SetValue, document: Document, data: bytes, files: dict[str, bytes]
) -> None:
    *parent, name = operation.key
    if not isinstance(name, str):
        raise Unresolvable("key-unknown", path=operation.path, key=show_key(operation.key))
    edit = formats.insert_key(document, data, tuple(parent), name, operation.value)
    _edit(files, document, data, edit, [(Action.ADDED, None, operation.value)])


def _add(operation: AddItem, files: dict[str, bytes]) -> None:
    document, data = _document(files, operation.path)
    leaf = document.by_key.get(operation.key)
    items = items_of(document, operation.key)
    if any(item.value == operation.value for item in items) or (
        leaf and operation.value in split_items(leaf.value)
    ):
        raise Unresolvable(
            "already-so", path=operation.path, key=show_key(operation.key), value=operation.value
        )
    if items:
        edit = formats.insert_after(document, data, items[-1], operation.value)
        _edit(files, document, data, edit, [(Action.ADDED, None, operation.value)])
    elif leaf is not None and leaf.kind is not Kind.EMPTY:
        value = joined(leaf.value, operation.value)
        if value is None:
            raise Unresolvable("not-a-list", path=operation.path, key=show_key(operation.key))
        _edit(
            files,
            document,
            data,
            formats.write(document, data, leaf, value),
            [(Action.SET, leaf, value)],
        )
    else:
        raise Unresolvable("not-a-list", path=operation.path, key=show_key(operation.key))


def _remove_item(operation: RemoveItem, files: dict[str, bytes]) -> None:
    document, data = _document(files, operation.path)
    found = [item for item in items_of(document, operation.key) if item.value == operation.value]
    leaf = document.by_key.get(operation.key)
    if len(found) == 1:
        _edit(
            files,
            document,
            data,
            formats.remove(document, data, found[0]),
            [(Action.REMOVED, found[0], None)],
        )
    elif (
        leaf is not None
        and split_items(leaf.value).count(operation.value) == 1
        and len(split_items(leaf.value)) > 1
    ):
        value = parted(leaf.value, operation.value)
        _edit(
            files,
            document,
            data,
            formats.write(document, data, leaf, value),
            [(Action.SET, leaf, value)],
        )
    else:
        raise Unresolvable(
            "item-unknown", path=operation.path, key=show_key(operation.key), value=operation.value
        )


def _replace_text(operation: ReplaceText, files: dict[str, bytes]) -> None:
    if operation.path not in files:
        raise Unresolvable("file-unknown", path=operation.path)
    data, find = files[operation.path], operation.find.encode()
    if not find or data.count(find) != 1:
        raise Unresolvable(
            "text-not-unique", path=operation.path, count=data.count(find) if find else 0
        )
    files[operation.path] = data.replace(find, operation.replace.encode())


def with_modes(files: Iterable[FileChange], modes: Mapping[str, str]) -> tuple[FileChange, ...]:
    """``files`` with each path's mode in the base tree: an author never changes one."""
    return tuple(
        replace(
            file,
            base_mode=modes.get(file.path, file.base_mode),
            head_mode=modes.get(file.path, file.head_mode),
        )
        for file in files
    )
