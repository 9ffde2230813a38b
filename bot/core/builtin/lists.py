"""Adding to and removing from lists: which list a wish means, and the form its items have.

Decides on lists of scalars, separated strings, and repeated directives or lines; an entry that
would need more than the item's own text (a rule with several fields) is never made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.core.builtin.planning import Plan, Refused, narrow_out, parted, said_by
from bot.core.builtin.wishes import ItemWish
from bot.core.change import LeafChange
from bot.core.expectation import Explained
from bot.core.finding import Ground, evidence
from bot.core.index import Entry, Index, locate
from bot.core.items import LINEWISE, items_of, split_items
from bot.core.leaf import Document, KeyPath, Kind, Leaf
from bot.core.literals import address, literals, network
from bot.core.operation import AddItem, RemoveItem
from bot.core.words import terms_of, words_in


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A list: its key (of one item where lines make the list), and its items' values."""

    document: Document
    key: KeyPath
    items: tuple[str, ...]
    entry: Entry


def plan_item(wish: ItemWish, index: Index) -> Plan:
    """The one list a wish means, and the operation on it. Raises Refused."""
    if not index.complete:
        raise Refused("too-many-files", words=" ".join(wish.words))
    target = _one_list(wish, index)
    value = _in_form(wish.value, target) if wish.add else _as_held(wish.value, target)
    operation = (AddItem if wish.add else RemoveItem)(target.document.path, target.key, value)
    return Plan((operation,), _explained_by(wish, target, value), *parted(wish.words, target.entry))


def _one_list(wish: ItemWish, index: Index) -> ListPlace:
    left_out = {path.lstrip("/") for path in narrow_out(wish.without, index.data.keys())}
    lists = {
        _identity(found): found
        for document in index.readable
        if document.path not in left_out
        for found in _lists(document, index, wish)
    }
    kept = {found.entry.place: found for found in lists.values()}
    located = locate(terms_of(wish.words), index, lambda entry: entry.place in kept, by_name=False)
    if not located.entries:
        if located.missing:
            raise Refused("word-unknown", words=" ".join(wish.words), word=located.missing)
        raise Refused("no-list", words=" ".join(wish.words), value=wish.value)
    if len(located.entries) > 1:
        raise Refused(
            "two-places", (entry.place for entry in located.entries), words=" ".join(wish.words)
        )
    place = kept[located.entries[0].place]
    if wish.add and not wish.allows and not _is_called(place, wish, index):
        raise Refused("no-list", words=" ".join(wish.words), value=wish.value)
    return place


def _is_called(place: ListPlace, wish: ItemWish, index: Index) -> bool:
    """``add X to api-1`` names no list of that server: a word of the list's own must be said."""
    entry, terms = place.entry, terms_of(wish.words)
    called = entry.own | (entry.around - index.path_words)
    if place.document.format in LINEWISE:
        called |= words_in(place.document.path.rpartition("/")[2])
    return any(term.options & called for term in terms)


def _identity(found: ListPlace) -> tuple[str, KeyPath]:
    return found.document.path, tuple(
        "*" if isinstance(step, int) else step for step in found.key
    ) if found.document.format in LINEWISE else found.key


def _lists(document: Document, index: Index, wish: ItemWish) -> Iterable[ListPlace]:
    """Every list of the file whose items are like the one wished, and, to remove, that holds it."""
    for entry in index.entries_in(document):
        leaf = entry.place.leaf
        key = leaf.key if document.format in LINEWISE else leaf.key[:-1]
        if _is_item(document, leaf):
            items = tuple(item.value for item in items_of(document, key))
        elif leaf.kind is Kind.STRING and _is_separated(leaf.value):
            key, items = leaf.key, tuple(split_items(leaf.value))
        else:
            continue
        place = ListPlace(document, key, items, entry)
        if not _fits_order(entry, wish) or (wish.add and _is_row(document, leaf)):
            continue
        if _alike(wish.value, items) and (wish.add or _held(wish.value, items)):
            yield place


_DENIALS = frozenset(
    """deny denied denie block blocked blocklist blacklist drop reject rejected ban banned disallow disallowed forbid forbidden prohibit
    prohibited exclude excluded revoke revoked quarantine quarantined greylist graylist refuse refused unallowed untrusted bad""".split()
)
# With these the name of a list says the opposite: ``never_block`` and ``deny_exempt`` let in.
_TURNS_ROUND = frozenset(
    "never not no non skip exempt except exemption ignore unless un without bypass".split()
)


def _fits_order(entry: Entry, wish: ItemWish) -> bool:
    """Who allows joins no list that keeps out; who blocks, or speaks of denying, joins only such a list.

    A list whose name denies twice is meant only by who says both words.
    """
    names = entry.own | entry.around | entry.file
    denies, turned = bool(_DENIALS & names), bool(_TURNS_ROUND & (entry.own | entry.around))
    if turned and (denies or wish.allows or _says(wish.words, _DENIALS)):
        return (
            not wish.allows
            and denies
            and _says(wish.words, _DENIALS)
            and _says(wish.words, _TURNS_ROUND)
        )
    if denies:
        return not wish.allows and _says(wish.words, _DENIALS)
    return True


def _says(words: Iterable[str], denials: frozenset[str]) -> bool:
    return any(term.options & denials for term in terms_of(words))


def _is_item(document: Document, leaf: Leaf) -> bool:
    if leaf.kind in {Kind.EMPTY, Kind.REFERENCE}:
        return False
    if document.format in LINEWISE:
        return address(leaf.value) is not None or network(leaf.value) is not None
    return bool(leaf.key) and isinstance(leaf.key[-1], int)


def _is_row(document: Document, leaf: Leaf) -> bool:
    """A row of several fields: more than the item's own text would have to be made up."""
    return document.format in LINEWISE and any("," in str(step) for step in leaf.key)


def _is_separated(value: str) -> bool:
    return "," in value and len(split_items(value)) > 1


def _alike(value: str, items: Sequence[str]) -> bool:
    return bool(items) and all(_sort(item) == _sort(value) for item in items)


def _sort(value: str) -> str:
    if address(value) is not None or network(value) is not None:
        return "address"
    found = literals(value)
    return "number" if len(found) == 1 and found[0].text == value and value[0].isdigit() else "text"


def _held(value: str, items: Sequence[str]) -> bool:
    return value in items or f"{value}/32" in items or f"{value}/128" in items


def _as_held(value: str, target: ListPlace) -> str:
    return next(item for item in (value, f"{value}/32", f"{value}/128") if item in target.items)


def _in_form(value: str, target: ListPlace) -> str:
    """A bare address joins networks as /32 (/128) where every sibling is a single host so written."""
    if address(value) is None or not any("/" in item for item in target.items):
        if network(value) is not None and not any("/" in item for item in target.items):
            raise Refused(
                "type-differs",
                (target.entry.place,),
                old=target.items[0],
                new=value,
                key=target.entry.place.shown,
            )
        return value
    widths = {item.rpartition("/")[2] for item in target.items}
    wanted = "128" if ":" in value else "32"
    if widths != {wanted}:
        raise Refused(
            "type-differs",
            (target.entry.place,),
            old=target.items[0],
            new=value,
            key=target.entry.place.shown,
        )
    return f"{value}/{wanted}"


def _explained_by(
    wish: ItemWish, target: ListPlace, value: str
) -> Callable[[LeafChange], Explained | None]:
    place = evidence(Ground.NAMED, "only-place", words=said_by(wish.words))
    exact = value == wish.value
    shown = (
        evidence(Ground.NAMED, "value-named", value=value)
        if exact
        else evidence(
            Ground.DERIVED,
            "value-derived",
            value=wish.value,
            derivation=f"{target.items[0]} … {value}",
        )
    )

    def explain(change: LeafChange) -> Explained | None:
        if change.path != target.document.path:
            return None
        before, after = split_items(change.before or ""), split_items(change.after or "")
        gained, lost = (set(after) - set(before), set(before) - set(after))
        wanted = ({value}, set()) if wish.add else (set(), {value})
        return Explained(change, place, shown) if (gained, lost) == wanted else None

    return explain
