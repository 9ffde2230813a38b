"""Why each leaf change of someone's change is believed: the best evidence that there is.

Decides evidence in the gate's order: what rules derive, what the request names, what a blind
derivation agrees to. It never takes the author's word, and never weighs a whole change by a part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bot.core.builtin.clauses import Clause, Doubtful, read_clauses
from bot.core.builtin.inventory import owners_called
from bot.core.builtin.keeping import take_kept
from bot.core.builtin.planning import paths_called
from bot.core.builtin.reach import is_beyond_reach
from bot.core.builtin.reading import read_wish
from bot.core.builtin.tokens import Sort, tokenize
from bot.core.builtin.wishes import ItemWish, MoveWish, NotUnderstood, SetWish, Wish
from bot.core.change import Change, LeafChange
from bot.core.expectation import Derivation, Expectation, Explained
from bot.core.finding import Evidence, Ground, evidence
from bot.core.identity import Identity, identity_of
from bot.core.index import Entry, Index, entries_of
from bot.core.items import split_items
from bot.core.leaf import Document
from bot.core.literals import holds, literals, substitute
from bot.core.operation import Move
from bot.core.request import Request
from bot.core.suspicion import suspicion
from bot.core.words import Term, terms_of


def explain(
    request: Request, change: Change, expectation: Expectation, index: Index, blind: Change | None
) -> tuple[Explained, ...]:
    """Each of ``change``'s leaf changes with the best evidence for its place and its value."""
    derived = (
        {identity_of(e.change): e for e in expectation.explained}
        if isinstance(expectation, Derivation)
        else {}
    )
    agreed = {identity_of(leaf_change) for leaf_change in blind.leaf_changes} if blind else set()
    named = _Named(request, index, change)
    return tuple(_one(leaf_change, derived, agreed, named) for leaf_change in change.leaf_changes)


def _one(
    change: LeafChange, derived: dict[Identity, Explained], agreed: set[Identity], named: _Named
) -> Explained:
    known = derived.get(identity_of(change))
    if known is not None:
        return Explained(change, known.place, known.value)
    place, value = named.evidence(change)
    if identity_of(change) in agreed:
        same = Evidence(Ground.AGREED, "agreed")
        place, value = place or same, value or same
    return Explained(change, place, value)


@dataclass(frozen=True)
class _Said:
    """One clause: what it wishes, and the words and values it has."""

    wish: Wish | NotUnderstood
    terms: tuple[Term, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class _Named:
    """What the request itself says of places and values, clause by clause."""

    request: Request
    index: Index
    change: Change

    @cached_property
    def clauses(self) -> tuple[_Said, ...]:
        """Every clause; none where the request is suspect, holds a doubt or keeps something out."""
        text = self.request.text
        if suspicion(text) or is_beyond_reach(text) or take_kept(text)[1]:
            return ()
        try:
            found = read_clauses(self.request.text)
        except Doubtful:
            return ()
        return tuple(_said(clause) for clause in found)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every place of the base, and of the head where it was not in the base."""
        heads = (
            document
            for document in self.change.head_docs.values()
            if isinstance(document, Document)
        )
        known = {(entry.place.path, entry.place.leaf.key) for entry in self.index.entries}
        added = (entry for document in heads for entry in entries_of(document))
        return (
            *self.index.entries,
            *(e for e in added if (e.place.path, e.place.leaf.key) not in known),
        )

    def evidence(self, change: LeafChange) -> tuple[Evidence | None, Evidence | None]:
        """Evidence for place and value, both from one clause; from two they prove nothing together."""
        half: tuple[Evidence | None, Evidence | None] = (None, None)
        for said in self.clauses:
            moved = self._moved(change, said)
            place, value = moved or self._place(change, said), moved or _value(change, said)
            if place and value:
                return place, value
            half = half if any(half) else (place, value)
        return half

    def _moved(self, change: LeafChange, said: _Said) -> Evidence | None:
        """From X to Y: X stood here as a whole word, and nothing but it became Y.

        Only of literals that mean one thing wherever they stand: a bare number proves no place.
        """
        wish = said.wish
        if change.before is None or change.after is None or not isinstance(wish, MoveWish):
            return None
        if not holds(change.before, wish.old) or not self._in_reach(change.path, wish):
            return None
        if substitute(change.before, wish.old, wish.new) != change.after:
            return None
        return evidence(Ground.NAMED, "both-named", old=wish.old, new=wish.new)

    def _in_reach(self, path: str, wish: MoveWish) -> bool:
        """The clause's other words name the server that moves, or a folder that this file is in."""
        if _kept_out(path, wish):
            return False
        limits = any(term.required for term in terms_of(wish.within))
        owners = owners_called(wish.within, self.index) if limits else ()
        owned = wish.old in {owner.address for owner in owners}
        return not limits or owned or bool(paths_called(wish.within, [path]))

    def _place(self, change: LeafChange, said: _Said) -> Evidence | None:
        """The name of the place is said in full, and no place of that name is meant better.

        Places that are meant equally must all change, or changing this one is a guess.
        """
        words = frozenset().union(*(term.options for term in said.terms))
        key = change.old.key if change.old else change.key
        named = [entry for entry in self.entries if entry.own and entry.own <= words]
        target = next(
            (e for e in named if (e.place.path, e.place.leaf.key) == (change.path, key)), None
        )
        if target is None or _kept_out(change.path, said.wish) or not self._is_meant(target, said):
            return None
        if change.old is None and not self._belongs(change):
            return None
        fit = _fit(target, said.terms)
        rivals = [e for e in named if e.own == target.own and _fit(e, said.terms) >= fit]
        changed = {(c.path, c.old.key if c.old else c.key) for c in self.change.leaf_changes}
        if any(
            _fit(e, said.terms) > fit or (e.place.path, e.place.leaf.key) not in changed
            for e in rivals
        ):
            return None
        shown = " ".join(f"“{term.word}”" for term in said.terms if term.options & target.own)
        return evidence(Ground.NAMED, "named", words=shown)

    def _is_meant(self, target: Entry, said: _Said) -> bool:
        """Every word of the clause that names something here, names this place."""
        words = [term for term in said.terms if term.required and not target.fits(term)]
        return not any(entry.fits(term) for term in words for entry in self.index.entries)

    def _belongs(self, change: LeafChange) -> bool:
        """What is new joins a list that has items, or is a key as the request or the base spells it."""
        last = change.key[-1] if change.key else ""
        if isinstance(last, int):
            return any(
                entry.place.path == change.path
                and entry.place.leaf.key[:-1] == change.key[:-1]
                and isinstance(entry.place.leaf.key[-1], int)
                for entry in self.index.entries
                if entry.place.leaf.key
            )
        known = (entry.place.leaf.key[-1:] for entry in self.index.entries)
        return last in self.request.text or (last,) in known


def _kept_out(path: str, wish: Wish | NotUnderstood) -> bool:
    """The clause leaves this file out by name."""
    if isinstance(wish, NotUnderstood) or not wish.without:
        return False
    return bool(paths_called(wish.without, [path]))


def _said(clause: Clause) -> _Said:
    words = (
        token.text for token in clause.tokens if token.sort in {Sort.WORD, Sort.QUOTED, Sort.ASSIGN}
    )
    values = [token.text + token.unit for token in clause.tokens if token.sort is not Sort.MARK]
    values += [token.text for token in clause.tokens if token.valued]
    values += [
        token.text.partition("=")[2].strip() for token in clause.tokens if token.sort is Sort.ASSIGN
    ]
    return _Said(read_wish(clause), terms_of(words), tuple(values))


def _fit(entry: Entry, terms: Iterable[Term]) -> tuple[int, int]:
    """How many of the words it fits, and how many of those as they stand."""
    fitting = [term for term in terms if entry.fits(term)]
    return len(fitting), sum(1 for term in fitting if entry.fits_literally(term))


def _value(change: LeafChange, said: _Said) -> Evidence | None:
    """The clause says this value, the way it says that values change here."""
    if isinstance(said.wish, ItemWish):
        return _item(change, said.wish)
    if change.after is None:
        return None  # a value named to be set says nothing of one that goes
    if change.before is None:
        named = change.after in said.values
        return evidence(Ground.NAMED, "value-named", value=change.after) if named else None
    if (
        isinstance(said.wish, SetWish)
        and said.wish.old
        and not holds(change.before, said.wish.old.text)
    ):
        return None
    new = _new_literal(change.before, change.after)
    if new in said.values:
        return evidence(Ground.NAMED, "value-named", value=new)
    return None


def _new_literal(before: str, after: str) -> str:
    """The one literal that differs between two values alike in all else; the whole value otherwise."""
    old, new = literals(before), literals(after)
    differing = [(a, b) for a, b in zip(old, new, strict=False) if a.text != b.text]
    if len(old) != len(new) or len(differing) != 1:
        return after
    (gone, come), *_ = differing
    same = before[: gone.start] == after[: come.start] and before[gone.end :] == after[come.end :]
    return come.text if same else after


def _item(change: LeafChange, wish: ItemWish) -> Evidence | None:
    """Exactly this item joined or left; the others stand as they stood."""
    before, after = split_items(change.before or ""), split_items(change.after or "")
    longer, shorter = (after, before) if wish.add else (before, after)
    rest = [item for item in longer if item != wish.value]
    if len(longer) == len(shorter) + 1 and longer.count(wish.value) == 1 and rest == shorter:
        return evidence(Ground.NAMED, "value-named", value=wish.value)
    return None


def moves_in(request: Request, change: Change, expectation: Expectation) -> tuple[Move, ...]:
    """What the request moves: by the derivation, else every pair of its literals the change moved."""
    if isinstance(expectation, Derivation):
        return tuple(
            operation for operation in expectation.operations if isinstance(operation, Move)
        )
    words = [token.text for token in tokenize(request.text) if token.valued]
    pairs = {
        (old, new): None
        for old in words
        for new in words
        if old != new
        and _distinct(old)
        and any(_moves(leaf_change, old, new) for leaf_change in change.leaf_changes)
    }
    return tuple(Move(old, new) for old, new in pairs)


def _distinct(literal: str) -> bool:
    return "." in literal or ":" in literal


def _moves(change: LeafChange, old: str, new: str) -> bool:
    if change.before is None or change.after is None:
        return False
    return holds(change.before, old) and substitute(change.before, old, new) == change.after
