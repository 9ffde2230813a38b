"""The configuration as a model sees it: one flattened line a leaf, within a budget of tokens.

Decides which lines fit, says how many did not, and which key path a shown key means. Shows no
secret and no line break of a file's own, so that nothing in a file can pose as the prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.core.leaf import Document, KeyPath, Kind, Leaf, Place, show_key
from bot.core.masking import Mask
from bot.core.secret_places import FORGED

_BYTES_PER_TOKEN = 3  # conservative: tokenizers take about 4 bytes of English, 3 of Hangul
_SHOWN_CHARS = 400
_SEPARATOR = " > "
# No list is longer; Python refuses to read a number of thousands of digits.
_POSITION_DIGITS = 9
# So that one huge file leaves room for the others, each gets this many lines before any gets more.
_FIRST_LINES = 60
# Once this many lines in a row did not fit, no more are tried.
_MISFITS = 50


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
    misfits = 0
    for path, position in _wanted(documents, order):
        if position in chosen.get(path, ()):
            continue
        line = _line(path, documents[path].leaves[position], hidden)
        cost = tokens(f"  {line}\n") + (0 if path in chosen else _heading_cost(documents[path]))
        misfits = 0 if cost <= left else misfits + 1
        if misfits > _MISFITS:
            break
        if cost <= left:
            chosen.setdefault(path, set()).add(position)
            left -= cost
    sections = tuple(_section(documents[path], picked, hidden) for path, picked in chosen.items())
    unseen = [
        document for path, document in documents.items() if path not in chosen and document.leaves
    ]
    return View(sections, sum(len(document.leaves) for document in unseen), len(unseen))


def _heading_cost(document: Document) -> int:
    """The lines around a section: its path, and how much of it is not shown."""
    return tokens(f"{document.path} ({document.format})") + 24


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
    more = len(document.leaves) - len(lines)
    # git allows line breaks in names; a name that is shown otherwise cannot be named back
    return Section(one_line(document.path), document.format, lines, more)


def _line(path: str, leaf: Leaf, mask: Mask) -> str:
    return f"{shown_key(leaf.key, mask)}: {_shown_value(path, leaf, mask)}"


def _shown_value(path: str, leaf: Leaf, mask: Mask) -> str:
    if leaf.kind is Kind.EMPTY:
        return "(empty)"
    value = one_line(mask.hide_leaf(path, leaf))
    if len(value) > _SHOWN_CHARS:
        return f"{value[:_SHOWN_CHARS]}… ({len(value) - _SHOWN_CHARS} more characters)"
    return value or '""'


def shown_key(key: KeyPath, mask: Mask | None = None) -> str:
    """``show_key`` on one line, as it stands in a view; a line's own words may hold a secret."""
    if mask is None:
        return one_line(show_key(key))
    return one_line(
        show_key(tuple(step if isinstance(step, int) else mask.hide(step) for step in key))
    )


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


def parse_key(shown: str, known: Iterable[KeyPath] = (), mask: Mask | None = None) -> KeyPath:
    """The key path shown as ``shown``: one of ``known``, or a part or child of one, else as it reads.

    ``mask`` is the one it was shown with. ``[0]`` reads as a position of a list, anything else as a name.

    Raises:
        AmbiguousKeyError: where several known key paths are shown so.
    """
    parents = _by_shown(known, mask if FORGED in shown else None)
    if shown in parents:
        return _only(shown, parents[shown])
    outer, separator, name = shown.rpartition(_SEPARATOR)
    if separator and outer in parents:
        return (*_only(outer, parents[outer]), _step(name))
    return tuple(_step(step) for step in shown.split(_SEPARATOR)) if shown else ()


def _by_shown(known: Iterable[KeyPath], mask: Mask | None) -> dict[str, set[KeyPath]]:
    """Hiding is slow, so it is left out where the key looked for shows no placeholder."""
    show = shown_key if mask is None else partial(shown_key, mask=mask)
    by_shown: dict[str, set[KeyPath]] = {}
    for key in {leaf[:length] for leaf in known for length in range(len(leaf) + 1)}:
        by_shown.setdefault(show(key), set()).add(key)
    return by_shown


def _only(shown: str, keys: set[KeyPath]) -> KeyPath:
    if len(keys) != 1:
        raise AmbiguousKeyError(shown)
    return next(iter(keys))


def _step(text: str) -> str | int:
    digits = text[1:-1] if text.startswith("[") and text.endswith("]") else ""
    if len(digits) > _POSITION_DIGITS or not (digits.isascii() and digits.isdigit()):
        return text
    return int(digits) if str(int(digits)) == digits else text
