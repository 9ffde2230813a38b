"""The configuration as a model sees it: one flattened line a leaf, within a budget of tokens.

Decides which lines fit, says how many did not, and which key path a shown key means. Shows no
secret and no line break of a file's own, so that nothing in a file can pose as the prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.core.leaf import Document, KeyPath, Kind, Leaf, Place, show_key
from bot.core.masking import Mask

_BYTES_PER_TOKEN = 3  # conservative: tokenizers take about 4 bytes of English, 3 of Hangul
_SHOWN_CHARS = 400
_SEPARATOR = " > "
# So that one huge file leaves room for the others, each gets this many lines before any gets more.
_FIRST_LINES = 60


@dataclass(frozen=True, slots=True)
class Section:
    """One file's lines (``key: value``) in file order; ``more`` lines of it are not shown."""

    path: str
    format: str
    lines: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What a model is shown; ``more`` lines in ``files_left_out`` further files are not."""

    sections: tuple[Section, ...]
    more: int = 0
    files_left_out: int = 0


def tokens(text: str) -> int:
    """An upper estimate of the tokens of ``text``: no tokenizer is asked."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_TOKEN)


def build_view(
    documents: Mapping[str, Document],
    order: Sequence[str | Place],
    budget_tokens: int,
    mask: Mask | None = None,
) -> View:
    """The view of ``documents``, what stands first in ``order`` first, within ``budget_tokens``.

    ``order`` names places (shown with their siblings) and paths (shown from the top); documents
    it does not name come last, by path.
    """
    hidden = mask or Mask()
    chosen: dict[str, set[int]] = {}
    left = budget_tokens
    for path, position in _wanted(documents, order):
        cost = 0 if path in chosen else tokens(f"{path} ({documents[path].format})\n\n…\n") + 8
        if position in chosen.get(path, ()):
            continue
        cost += tokens("  " + _line(path, documents[path].leaves[position], hidden) + "\n")
        if cost <= left:
            chosen.setdefault(path, set()).add(position)
            left -= cost
    sections = tuple(_section(documents[path], picked, hidden) for path, picked in chosen.items())
    unseen = [
        document for path, document in documents.items() if path not in chosen and document.leaves
    ]
    return View(sections, sum(len(document.leaves) for document in unseen), len(unseen))


def _wanted(
    documents: Mapping[str, Document], order: Sequence[str | Place]
) -> Iterable[tuple[str, int]]:
    """Leaves as (path, position), the most wanted first; some come more than once."""
    places = [place for place in order if isinstance(place, Place) and place.path in documents]
    positions = {
        path: {leaf: n for n, leaf in enumerate(documents[path].leaves)}
        for path in {p.path for p in places}
    }
    for place in places:
        if place.leaf in positions[place.path]:
            yield place.path, positions[place.path][place.leaf]
    named = [place if isinstance(place, str) else place.path for place in order]
    paths = list(dict.fromkeys([path for path in named if path in documents] + sorted(documents)))
    for place in places:
        for leaf, position in positions[place.path].items():
            if leaf.key[:-1] == place.leaf.key[:-1]:
                yield place.path, position
    for path in paths:
        yield from ((path, n) for n in range(min(_FIRST_LINES, len(documents[path].leaves))))
    for path in paths:
        yield from ((path, n) for n in range(_FIRST_LINES, len(documents[path].leaves)))


def _section(document: Document, picked: set[int], mask: Mask) -> Section:
    lines = tuple(
        _line(document.path, document.leaves[position], mask) for position in sorted(picked)
    )
    return Section(document.path, document.format, lines, len(document.leaves) - len(lines))


def _line(path: str, leaf: Leaf, mask: Mask) -> str:
    return f"{shown_key(leaf.key)}: {_shown_value(path, leaf, mask)}"


def _shown_value(path: str, leaf: Leaf, mask: Mask) -> str:
    if leaf.kind is Kind.EMPTY:
        return "(empty)"
    value = one_line(mask.hide_leaf(path, leaf))
    if len(value) > _SHOWN_CHARS:
        return f"{value[:_SHOWN_CHARS]}… ({len(value) - _SHOWN_CHARS} more characters)"
    return value or '""'


def shown_key(key: KeyPath) -> str:
    """``show_key`` on one line, as it stands in a view."""
    return one_line(show_key(key))


def one_line(text: str) -> str:
    """``text`` with every control character and line separator escaped."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else _escaped(character) for character in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


class AmbiguousKeyError(ValueError):
    """Two key paths of one file are shown alike."""


def parse_key(shown: str, known: Iterable[KeyPath] = ()) -> KeyPath:
    """The key path shown as ``shown``: one of ``known``, or a part or child of one, else as it reads.

    ``[0]`` reads as a position of a list, anything else as a name.

    Raises:
        AmbiguousKeyError: where several known key paths are shown so.
    """
    parents = _by_shown(known)
    if shown in parents:
        return _only(shown, parents[shown])
    outer, separator, name = shown.rpartition(_SEPARATOR)
    if separator and outer in parents:
        return (*_only(outer, parents[outer]), _step(name))
    return tuple(_step(step) for step in shown.split(_SEPARATOR)) if shown else ()


def _by_shown(known: Iterable[KeyPath]) -> dict[str, set[KeyPath]]:
    parts = sorted({key[:length] for key in known for length in range(len(key) + 1)}, key=shown_key)
    return {shown: set(same) for shown, same in groupby(parts, shown_key)}


def _only(shown: str, keys: set[KeyPath]) -> KeyPath:
    if len(keys) != 1:
        raise AmbiguousKeyError(shown)
    return next(iter(keys))


def _step(text: str) -> str | int:
    digits = text[1:-1] if text.startswith("[") and text.endswith("]") else ""
    return (
        int(digits)
        if digits.isascii() and digits.isdigit() and str(int(digits)) == digits
        else text
    )
