"""Secrets become placeholders before anything is sent to a model, and come back after.

Decides which text a model may see, and whether a model put each placeholder back where it was. A
model can neither learn a secret, nor invent one, nor copy one to another place. Hiding errs on the
side of hiding: what cannot be numbered is blotted out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.core.leaf import Document, KeyPath, Leaf, show_key
from bot.core.operation import (
    AddItem,
    Move,
    Operation,
    Proposal,
    RemoveItem,
    RemoveKey,
    ReplaceText,
    SetValue,
    Unusable,
)
from bot.core.secrecy import form_spans, is_secret, secret_spans
from bot.core.secret_places import FORGED, NAMED, secret_leaves, text_spans

__all__ = ["Mask", "is_secret", "mask_documents"]

# No more digits than int() reads from whoever wrote them.
PLACEHOLDER = re.compile(r"«SECRET(?:_(\d{1,9}))?»")
_BLOT = "«SECRET»"
# A shorter secret is hidden wherever it stands as a word of its own with letters and digits; one
# like "root" only at its own place and after its name, or it would blot out half a file.
_DISTINCTIVE = 8
_WORD = 4
_PEM_LINE = 16


@dataclass(frozen=True)
class Mask:
    """What is secret in one request's files, and the placeholder of each.

    ``values[n - 1]`` is what ``«SECRET_n»`` stands for; ``shown`` the hidden text of each leaf
    that holds a secret, by path, key path and start byte; ``spoken`` the numbers of those that
    the request itself names, which a model may therefore write where the request says.
    """

    values: tuple[str, ...] = ()
    shown: Mapping[tuple[str, KeyPath, int], str] = field(default_factory=dict)
    spoken: frozenset[int] = frozenset()

    def hide_leaf(self, path: str, leaf: Leaf) -> str:
        """The leaf's value as a model may see it."""
        shown = self.shown.get((path, leaf.key, leaf.start))
        return self.hide(leaf.value) if shown is None else shown

    def hide(self, text: str) -> str:
        """``text`` (a request, a comment, a diff, a finding) as a model may see it."""
        text = PLACEHOLDER.sub(lambda found: found[0] if self._known(found[1]) else _BLOT, text)
        text = re.sub(rf"{FORGED}(?!(?:_\d{{1,9}})?»)", "‹SECRET", text)
        if self._anywhere:
            text = self._anywhere.sub(lambda found: self._numbered_form(found[0]), text)
        text = NAMED.sub(self._hide_named, text)
        return self._blot(text, form_spans(text))

    def hide_lines(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Lines of a file, each hidden, none lost: the inside of a PEM key line by line."""
        hidden, inside = [], False
        for line in lines:
            inside = inside and "-----END" not in line
            hidden.append(_BLOT if inside else self.hide(line))
            inside = inside or (
                "-----BEGIN" in line and "PRIVATE KEY" in line and "-----END" not in line
            )
        return tuple(hidden)

    def hide_request(self, text: str) -> str:
        """A request's text as a model may see it: also what people say after "password"."""
        return self.hide(self._blot(text, text_spans(text, spoken=True)))

    def restore(self, text: str) -> str:
        """``text`` with each placeholder's secret put back; only for what ``check`` has passed."""
        return PLACEHOLDER.sub(
            lambda found: self.values[int(found[1]) - 1] if self._known(found[1]) else found[0],
            text,
        )

    def check(self, operation: Operation) -> Unusable | None:
        """Why a model may not say this: a placeholder invented, or not at its own place."""
        unknown = [
            found
            for text in _texts(operation)
            for found in PLACEHOLDER.finditer(text)
            if not self._known(found[1])
        ]
        if unknown or any(FORGED in PLACEHOLDER.sub("", text) for text in _texts(operation)):
            return Unusable("placeholder-invented: " + (unknown[0][0] if unknown else FORGED))
        for text, allowed in self._placed(operation):
            strays = _numbers(text) - allowed - self.spoken
            if strays:
                return Unusable(f"placeholder-moved: «SECRET_{min(strays)}» does not belong there")
        return None

    def unmask(self, proposal: Proposal) -> Proposal | Unusable:
        """The proposal with its secrets back in place, or why it may not have them."""
        for operation in proposal.operations:
            refused = self.check(operation)
            if refused is not None:
                return refused
        return Proposal(tuple(self._restored(operation) for operation in proposal.operations))

    def _placed(self, operation: Operation) -> Iterator[tuple[str, frozenset[int]]]:
        """Each text of the operation with the placeholders that may stand in it."""
        nothing: frozenset[int] = frozenset()
        match operation:
            case Move(old, new, scope):
                yield from [
                    (new, _numbers(old)),
                    *((path, nothing) for path in (*scope.only, *scope.without)),
                ]
            case SetValue(path, key, value, old):
                here = self._numbers_at(path, key)
                yield from [
                    (path, nothing),
                    (show_key(key), nothing),
                    (value, here),
                    (old or "", here),
                ]
            case AddItem(path, key, value):
                yield from [(path, nothing), (show_key(key), nothing), (value, nothing)]
            case RemoveItem(path, key, value):
                yield from [
                    (path, nothing),
                    (show_key(key), nothing),
                    (value, self._numbers_at(path, key)),
                ]
            case RemoveKey(path, key):
                yield from [(path, nothing), (show_key(key), nothing)]
            case ReplaceText(path, find, new):
                yield from [
                    (path, nothing),
                    (find, self._numbers_at(path, ())),
                    (new, _numbers(find)),
                ]

    def _numbers_at(self, path: str, key: KeyPath) -> frozenset[int]:
        """The placeholders of the base values at or below a key path."""
        texts = [
            text
            for (at, leaf, _), text in self.shown.items()
            if at == path and leaf[: len(key)] == key
        ]
        return frozenset().union(*(_numbers(text) for text in texts))

    def _restored(self, operation: Operation) -> Operation:
        match operation:
            case Move(old, new):
                return replace(operation, old=self.restore(old), new=self.restore(new))
            case SetValue(_, _, value, guard):
                restored = None if guard is None else self.restore(guard)
                return replace(operation, value=self.restore(value), old=restored)
            case AddItem(_, _, value) | RemoveItem(_, _, value):
                return replace(operation, value=self.restore(value))
            case ReplaceText(_, find, new):
                return replace(operation, find=self.restore(find), replace=self.restore(new))
            case RemoveKey():
                return operation

    def _known(self, number: str | None) -> bool:
        return number is not None and number.isascii() and 1 <= int(number) <= len(self.values)

    @cached_property
    def _forms(self) -> dict[str, int]:
        """Every way a secret may be written in a source text, with its number."""
        forms: dict[str, int] = {}
        for number, value in enumerate(self.values, 1):
            for form in _written(value):
                forms.setdefault(form, number)
        return forms

    @cached_property
    def _anywhere(self) -> re.Pattern[str] | None:
        forms = sorted(filter(_is_distinctive, self._forms), key=len, reverse=True)
        return re.compile("|".join(map(_pattern, forms))) if forms else None

    def _numbered_form(self, text: str) -> str:
        number = self._forms.get(text)
        return f"«SECRET_{number}»" if number else _BLOT

    def _hide_named(self, found: re.Match[str]) -> str:
        """A line's value after a secret's name, whatever its length."""
        start = found.start("value") - found.start()
        value = found["value"]
        spans = [] if PLACEHOLDER.search(value) else secret_spans((found["name"],), value)
        return found[0][:start] + self._blot(value, spans) + found[0][start + len(value) :]

    def _blot(self, text: str, spans: Iterable[tuple[int, int]]) -> str:
        pieces, position = [], 0
        for start, end in spans:
            hidden = (
                text[start:end]
                if PLACEHOLDER.search(text[start:end])
                else self._numbered_form(text[start:end])
            )
            pieces += [text[position:start], hidden]
            position = end
        return "".join([*pieces, text[position:]])


def mask_documents(
    documents: Mapping[str, Document], *, also: Iterable[Document] = (), request: str = ""
) -> Mask:
    """The mask for files as they are in the base; same value, same placeholder.

    ``also`` are further versions of files (a head) whose secrets must be hidden too; they give no
    place to write to. ``request`` may name a new secret, which may then be written.
    """
    numbers: dict[str, int] = {}
    shown = {}
    for path in sorted(documents):
        document = documents[path]
        for leaf, spans in secret_leaves(document):
            shown[path, leaf.key, leaf.start] = _cut(leaf.value, spans, numbers)
        for comment in document.comments:
            _cut(comment.text, text_spans(comment.text), numbers)
    for document in also:
        for leaf, spans in secret_leaves(document):
            _cut(leaf.value, spans, numbers)
    spoken = _numbers(_cut(request, text_spans(request, spoken=True), numbers))
    return Mask(tuple(numbers), shown, spoken)


def _cut(text: str, spans: Iterable[tuple[int, int]], numbers: dict[str, int]) -> str:
    """``text`` with those spans as placeholders; new values get the next numbers."""
    pieces, position = [], 0
    for start, end in spans:
        number = numbers.setdefault(text[start:end], len(numbers) + 1)
        pieces += [text[position:start], f"«SECRET_{number}»"]
        position = end
    return "".join([*pieces, text[position:]])


def _written(value: str) -> Iterator[str]:
    """A value as source texts write it: escaped for JSON, quoted for YAML, line by line."""
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield value.replace("'", "''")
    if "\n" in value:
        yield from (line.strip() for line in value.splitlines() if len(line.strip()) >= _PEM_LINE)


def _is_distinctive(form: str) -> bool:
    mixed = re.search(r"[^A-Za-z]", form) and re.search(r"[^0-9]", form)
    return len(form) >= _DISTINCTIVE or (len(form) >= _WORD and mixed is not None)


def _pattern(form: str) -> str:
    quoted = re.escape(form)
    return quoted if len(form) >= _DISTINCTIVE else rf"(?<![A-Za-z0-9_]){quoted}(?![A-Za-z0-9_])"


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(found[1]) for found in PLACEHOLDER.finditer(text) if found[1])


def _texts(operation: Operation) -> tuple[str, ...]:
    """Every text of an operation that a model wrote."""
    match operation:
        case Move(old, new, scope):
            return (old, new, *scope.only, *scope.without)
        case SetValue(path, key, value, old_value):
            return (path, show_key(key), value, old_value or "")
        case AddItem(path, key, value) | RemoveItem(path, key, value):
            return (path, show_key(key), value)
        case RemoveKey(path, key):
            return (path, show_key(key))
        case ReplaceText(path, find, new):
            return (path, find, new)
