"""One wish on a repository → operations on exact places, with the evidence for each.

Decides which places a wish means and refuses when two fit equally, none does, or the wish
contradicts what stands in the repository. It never prefers one of two equal places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from bot.core.builtin.inventory import Owner, owner_of, owners_called
from bot.core.builtin.lists import plan_item
from bot.core.builtin.planning import Plan, Refused, narrow_out, paths_called, said_by
from bot.core.builtin.values import Unfit, Written, agrees, said, scaled, switched, write_as
from bot.core.builtin.wishes import FlagWish, ItemWish, MoveWish, SetWish, Wish
from bot.core.change import LeafChange
from bot.core.expectation import Explained
from bot.core.finding import Evidence, Ground, evidence
from bot.core.glossary import DESCRIPTORS
from bot.core.index import Entry, Index, locate
from bot.core.leaf import Kind, Place, show_key
from bot.core.literals import LiteralKind, address, holds, substitute
from bot.core.operation import Move, Scope, SetValue
from bot.core.words import terms_of

# A value that is written elsewhere and only looked up here is never the place that is meant.
_REFERS = re.compile(r"\$\{|\$\(|\{\{|%\(|<%")
# What "the address of X" may be called: with these words alone a whole server is meant.
_ADDRESS_WORDS = frozenset({"address", "addr", "ip"})


def plan_wish(wish: Wish, index: Index) -> Plan:
    """The operations that ``wish`` means. Raises Refused."""
    match wish:
        case MoveWish():
            return _plan_move(wish, index)
        case SetWish():
            return _plan_entity_move(wish, index) or _plan_set(wish, index)
        case FlagWish():
            return _plan_flag(wish, index)
        case ItemWish():
            return plan_item(wish, index)


def _plan_move(wish: MoveWish, index: Index) -> Plan:
    if wish.old == wish.new:
        raise Refused("nothing-to-move", old=wish.old, new=wish.new)
    places = index.holders(wish.old)
    if not places and not _in_keys(wish.old, index):
        raise Refused("literal-unknown", literal=wish.old)
    scope = _move_scope(wish, places, index)
    owner = owner_of(wish.old, index)
    return Plan(
        (Move(wish.old, wish.new, scope),), _moved_by(wish.old, wish.new, owner, by_name=False)
    )


def _in_keys(literal: str, index: Index) -> bool:
    return any(
        holds(step, literal)
        for document in index.readable
        for leaf in document.leaves
        for step in leaf.key
        if isinstance(step, str)
    )


def _move_scope(wish: MoveWish, places: Sequence[Place], index: Index) -> Scope:
    """Words about a move name the server that moved, or limit where; else nobody knows."""
    without = narrow_out(wish.without, {place.path for place in places})
    _must_own(_known_words(wish.subject, index), wish.old, index)
    within = tuple(word for word in wish.within if not _is_address_word(word))
    limits = any(term.required for term in terms_of(within)) and not _all_describe(within)
    if limits and not _owns(within, wish.old, index):
        return Scope(only=_paths_called(within, places), without=without)
    return Scope(without=without)


def _all_describe(words: Iterable[str]) -> bool:
    return all(word.lower() in DESCRIPTORS for word in words)


def _known_words(words: Iterable[str], index: Index) -> tuple[str, ...]:
    """Of a subject, the words that mean anything here: "집 IP가 바뀌었어" need not be in the inventory."""
    said = [word for word in words if not _is_address_word(word)]
    return tuple(
        word
        for word in said
        if any(entry.fits(term) for term in terms_of((word,)) for entry in index.entries)
    )


def _is_address_word(word: str) -> bool:
    return all(
        term.options & _ADDRESS_WORDS or not term.required for term in terms_of((word,))
    ) and not {option for term in terms_of((word,)) for option in term.options} & {
        "config",
        "server",
        "service",
    }


def _must_own(words: tuple[str, ...], literal: str, index: Index) -> None:
    """Of "the config server moved from X" the inventory must not say that X is another's."""
    if not [term for term in terms_of(words) if term.required] or not words:
        return
    owners = owners_called(words, index)
    if owners and literal not in {owner.address for owner in owners} and address(literal):
        raise Refused(
            "owner-differs",
            (owner.place for owner in owners),
            literal=literal,
            words=" ".join(words),
            actual=owners[0].address,
        )
    if not owners and (other := owner_of(literal, index)) is not None:
        raise Refused(
            "owner-differs", (other.place,), literal=literal, words=" ".join(words), actual=literal
        )


def _owns(words: tuple[str, ...], literal: str, index: Index) -> bool:
    return literal in {owner.address for owner in owners_called(words, index)}


def _paths_called(words: tuple[str, ...], places: Sequence[Place]) -> tuple[str, ...]:
    """Files that hold the literal and whose path has all the words; no file is no answer."""
    found = paths_called(words, {place.path for place in places})
    if not found:
        raise Refused("scope-unknown", places, words=" ".join(words))
    return tuple("/" + path for path in found)


def _moved_by(
    old: str, new: str, owner: Owner | None, *, by_name: bool
) -> Callable[[LeafChange], Explained | None]:
    said_old = evidence(Ground.NAMED, "holds-named", literal=old)
    if by_name and owner is not None:
        said_old = evidence(Ground.INVENTORY, "holds-owned", literal=old, place=owner.place.shown)
    elif owner is not None:
        said_old = evidence(Ground.NAMED, "holds-named-owned", literal=old, place=owner.place.shown)
    said_new = evidence(Ground.NAMED, "value-named", value=new)

    def explain(change: LeafChange) -> Explained | None:
        before, after = change.before, change.after
        if before is None or after is None:
            return _moved_key(change, old, new, said_old, said_new)
        matches = holds(before, old) and substitute(before, old, new) == after
        return Explained(change, said_old, said_new) if matches else None

    return explain


def _moved_key(
    change: LeafChange, old: str, new: str, place: Evidence, value: Evidence
) -> Explained | None:
    """An address that is a key goes with its old name and comes with its new one."""
    literal = new if change.before is None else old
    named = any(holds(step, literal) for step in change.key if isinstance(step, str))
    return Explained(change, place, value) if named else None


def _plan_entity_move(wish: SetWish, index: Index) -> Plan | None:
    """As in "설정 서버 주소를 192.0.2.77로": a server's address, so wherever it stands."""
    token = wish.value
    if token is None or token.kind is not LiteralKind.ADDRESS or wish.many or wish.old:
        return None
    owners = owners_called(tuple(word for word in wish.words if not _is_address_word(word)), index)
    if len(owners) != 1 or not _names_a_server(wish.words, owners[0], index):
        return None
    old = owners[0].address
    if old == token.text:
        raise Refused(
            "already-so",
            (owners[0].place,),
            path=owners[0].place.path,
            key=show_key(owners[0].place.leaf.key),
            value=old,
        )
    scope = Scope(without=narrow_out(wish.without, {place.path for place in index.holders(old)}))
    return Plan(
        (Move(old, token.text, scope),), _moved_by(old, token.text, owners[0], by_name=True)
    )


def _names_a_server(words: Iterable[str], owner: Owner, index: Index) -> bool:
    """Each word is the server's own, so that "worker's SMTP host" does not move the worker."""
    entry = next(entry for entry in index.entries if entry.place == owner.place)
    return all(entry.fits(term) for term in terms_of(words) if term.required)


def _plan_set(wish: SetWish, index: Index) -> Plan:
    old_text = said(wish.old) if wish.old else None
    entries = _set_entries(wish, index)
    written = [(entry, _write(entry, wish)) for entry in entries]
    operations = tuple(
        SetValue(entry.place.path, entry.place.leaf.key, text.text, entry.place.leaf.value)
        for entry, text in written
        if text.text != entry.place.leaf.value
    )
    if not operations:
        first = written[0][0].place
        raise Refused(
            "already-so",
            (first,),
            path=first.path,
            key=show_key(first.leaf.key),
            value=first.leaf.value,
        )
    for entry, text in written:
        if not agrees(wish.direction, entry.place.leaf.value, text.text):
            raise Refused(
                "wrong-direction", (entry.place,), old=entry.place.leaf.value, new=text.text
            )
    place = said_by(wish.words) + (f", {old_text}" if old_text else "")
    value = said(wish.value) if wish.value else f"×{wish.scale:g}" if wish.scale else ""
    return Plan(
        operations,
        _set_by(operations, place, value, {entry.place: text for entry, text in written}),
    )


def _set_entries(wish: SetWish, index: Index) -> tuple[Entry, ...]:
    """The places meant; among places that the words fit equally, those that take such a value."""

    def takes(entry: Entry) -> bool:
        try:
            _written(entry, wish)
        except Unfit as why:
            return why.code == "unit-unknown"
        return True

    return _entries(
        wish.words, wish.without, wish.many, index, lambda entry: _is_old(entry, wish), takes
    )


def _is_one_of_many(entry: Entry) -> bool:
    """An item of a list has no name of its own: without its old value nobody can mean it."""
    return entry.in_list


def _takes(entry: Entry, wish: SetWish) -> bool:
    """False where the value is of another kind than the one that stands there."""
    try:
        _written(entry, wish)
    except Unfit as why:
        return why.code == "unit-unknown"
    return True


def _is_old(entry: Entry, wish: SetWish) -> bool:
    """Where the person said the old value, only a place that has it can be meant."""
    leaf = entry.place.leaf
    if leaf.kind in {Kind.EMPTY, Kind.REFERENCE} or _REFERS.search(leaf.value):
        return False
    if wish.old is None:
        return not _is_one_of_many(entry)
    try:
        return (
            leaf.value in {said(wish.old), wish.old.text}
            or write_as(entry, wish.old).text == leaf.value
        )
    except Unfit:
        return _bare_amount(leaf.value) and leaf.value == wish.old.text


def _bare_amount(value: str) -> bool:
    return value.isdigit()


def _write(entry: Entry, wish: SetWish) -> Written:
    try:
        return _written(entry, wish)
    except Unfit as why:
        raise Refused(why.code, (entry.place,), key=entry.place.shown, **why.facts) from why


def _written(entry: Entry, wish: SetWish) -> Written:
    if wish.value is None:
        return scaled(entry, wish.scale or 1)
    if (
        wish.old is not None
        and wish.old.unit
        and wish.old.unit == wish.value.unit
        and entry.place.leaf.value == wish.old.text
    ):
        return Written(wish.value.text, f"{said(wish.old)} → {said(wish.value)}")
    return write_as(entry, wish.value)


def _entries(
    words: tuple[str, ...],
    without: tuple[str, ...],
    many: bool,  # noqa: FBT001 - the wish's own field
    index: Index,
    accept: Callable[[Entry], bool],
    prefer: Callable[[Entry], bool] = lambda _: True,
) -> tuple[Entry, ...]:
    """The one place the words mean, or with "all" every place of that name."""
    if not index.complete:
        raise Refused("too-many-files", words=" ".join(words))
    paths = {entry.place.path for entry in index.entries}
    left_out = {path.lstrip("/") for path in narrow_out(without, paths)}
    found = locate(
        terms_of(words), index, lambda entry: entry.place.path not in left_out and accept(entry)
    )
    if not found.entries and found.missing:
        raise Refused("word-unknown", words=" ".join(words), word=found.missing)
    if not found.entries:
        raise Refused("no-place", words=" ".join(words))
    # of places that the words fit equally, only those that can take the value can be meant
    entries = tuple(filter(prefer, found.entries)) or found.entries
    same_name = len({entry.own for entry in entries}) == 1
    if len(entries) > 1 and not (many and same_name):
        raise Refused("two-places", (entry.place for entry in entries), words=" ".join(words))
    return entries


def _set_by(
    operations: Sequence[SetValue], words: str, value: str, written: dict[Place, Written]
) -> Callable[[LeafChange], Explained | None]:
    meant = {(operation.path, operation.key): operation for operation in operations}

    def explain(change: LeafChange) -> Explained | None:
        operation = meant.get((change.path, change.key))
        if operation is None or change.after != operation.value or change.old is None:
            return None
        derivation = written[Place(change.path, change.old)].derivation
        ground = Ground.DERIVED if derivation else Ground.NAMED
        return Explained(
            change,
            evidence(Ground.NAMED, "only-place", words=words),
            evidence(ground, "value-derived", value=value, derivation=derivation)
            if derivation
            else evidence(ground, "value-named", value=value),
        )

    return explain


def _plan_flag(wish: FlagWish, index: Index) -> Plan:
    entries = _entries(wish.words, wish.without, wish.many, index, _is_switch)
    try:
        written = {entry.place: switched(entry.place.leaf.value, on=wish.on) for entry in entries}
    except Unfit as why:
        raise Refused(why.code, (entry.place for entry in entries), **why.facts) from why
    operations = tuple(
        SetValue(place.path, place.leaf.key, text.text, place.leaf.value)
        for place, text in written.items()
        if text.text != place.leaf.value
    )
    if not operations:
        first = entries[0].place
        raise Refused(
            "already-so",
            (first,),
            path=first.path,
            key=show_key(first.leaf.key),
            value=first.leaf.value,
        )
    return Plan(
        operations, _set_by(operations, said_by(wish.words), "on" if wish.on else "off", written)
    )


def _is_switch(entry: Entry) -> bool:
    try:
        switched(entry.place.leaf.value, on=True)
    except Unfit:
        return False
    return True
