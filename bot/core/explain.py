"""Why each leaf change of someone's change is believed: the best evidence that there is.

Decides evidence in the gate's order: what rules derive, what the request names, what a blind
derivation agrees to. It never takes the author's word, and never weighs a whole change by a part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core.builtin.clauses import Doubtful, read_clauses
from bot.core.builtin.tokens import Sort, Token, tokenize
from bot.core.change import Change, LeafChange
from bot.core.expectation import Derivation, Expectation, Explained
from bot.core.finding import Evidence, Ground, evidence
from bot.core.index import Entry, Index, entries_of
from bot.core.leaf import Document, KeyPath, shape
from bot.core.literals import holds, literals, substitute
from bot.core.operation import Move
from bot.core.request import Request
from bot.core.words import Term, terms_of

Identity = tuple[str, KeyPath, str, str | None, str | None]


def identity(change: LeafChange) -> Identity:
    """What makes two leaf changes the same; positions in a list do not."""
    return change.path, shape(change.key), change.action.value, change.before, change.after


def difference(mine: Change, theirs: Change) -> tuple[tuple[LeafChange, ...], tuple[LeafChange, ...]]:
    """The leaf changes only in ``mine`` and only in ``theirs``, each as often as it is extra."""
    return _only(mine.leaf_changes, theirs.leaf_changes), _only(theirs.leaf_changes, mine.leaf_changes)


def _only(these: Sequence[LeafChange], those: Sequence[LeafChange]) -> tuple[LeafChange, ...]:
    left = Counter(identity(change) for change in those)
    extra = []
    for change in these:
        if left[identity(change)] > 0:
            left[identity(change)] -= 1
        else:
            extra.append(change)
    return tuple(extra)


def explain(
    request: Request, change: Change, expectation: Expectation, index: Index, blind: Change | None
) -> tuple[Explained, ...]:
    """Each of ``change``'s leaf changes with the best evidence for its place and its value."""
    derived = {identity(e.change): e for e in expectation.explained} if isinstance(expectation, Derivation) else {}
    agreed = {identity(leaf_change) for leaf_change in blind.leaf_changes} if blind else set()
    named = _Named(request, index, change)
    return tuple(_one(leaf_change, derived, agreed, named) for leaf_change in change.leaf_changes)


def _one(change: LeafChange, derived: dict[Identity, Explained], agreed: set[Identity], named: _Named) -> Explained:
    known = derived.get(identity(change))
    if known is not None:
        return Explained(change, known.place, known.value)
    place, value = named.evidence(change)
    if identity(change) in agreed:
        same = Evidence(Ground.AGREED, "agreed")
        place, value = place or same, value or same
    return Explained(change, place, value)


@dataclass(frozen=True)
class _Named:
    """What the request itself says of places and values, clause by clause."""

    request: Request
    index: Index
    change: Change

    @cached_property
    def clauses(self) -> tuple[tuple[tuple[Token, ...], tuple[Term, ...]], ...]:
        """Tokens and terms of each clause; of the whole text where clauses cannot be told apart."""
        try:
            groups = [clause.tokens for clause in read_clauses(self.request.text)]
        except Doubtful:
            groups = [tokenize(self.request.text)]
        return tuple((tuple(tokens), terms_of(t.text for t in tokens if t.sort in {Sort.WORD, Sort.QUOTED})) for tokens in groups)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every place of the base and of the head that words could mean."""
        heads = (document for document in self.change.head_docs.values() if isinstance(document, Document))
        return (*self.index.entries, *(entry for document in heads for entry in entries_of(document)))

    def evidence(self, change: LeafChange) -> tuple[Evidence | None, Evidence | None]:
        """Evidence for place and value, both from one clause; from two they prove nothing together."""
        found: tuple[Evidence | None, Evidence | None] = (None, None)
        for tokens, terms in self.clauses:
            moved = _moved(change, tokens)
            place = moved or self._place(change, terms)
            value = moved or _value(change, tokens)
            if place and value:
                return place, value
            found = (found[0] or place, found[1] or value) if not (found[0] or found[1]) else found
        return found

    def _place(self, change: LeafChange, terms: tuple[Term, ...]) -> Evidence | None:
        """The name of the place is said in full and nothing of that name is meant as well or better."""
        said = frozenset().union(*(term.options for term in terms)) if terms else frozenset()
        target = next((e for e in self.entries if e.place.path == change.path and e.place.leaf.key == change.key), None)
        if target is None or not target.own or not target.own <= said:
            return None
        rivals = [entry for entry in self.entries if entry.own == target.own and _fit(entry, terms) >= _fit(target, terms)]
        changed = {(c.path, shape(c.key)) for c in self.change.leaf_changes}
        if any((entry.place.path, shape(entry.place.leaf.key)) not in changed for entry in rivals):
            return None
        return evidence(Ground.NAMED, "named", words=" ".join(f"“{t.word}”" for t in terms if t.options & target.own))


def _fit(entry: Entry, terms: Iterable[Term]) -> int:
    return sum(1 for term in terms if entry.fits(term))


def _moved(change: LeafChange, tokens: Sequence[Token]) -> Evidence | None:
    """Both ends of a literal's move stand in the clause, and nothing else of the value changed."""
    if change.before is None or change.after is None:
        return None
    valued = [token.text for token in tokens if token.valued]
    for old in valued:
        for new in valued:
            if old != new and holds(change.before, old) and substitute(change.before, old, new) == change.after:
                return evidence(Ground.NAMED, "both-named", old=old, new=new)
    return None


def _value(change: LeafChange, tokens: Sequence[Token]) -> Evidence | None:
    """The whole new value, or each literal that is new in it, is said in the clause."""
    text = change.after if change.after is not None else change.before
    valued = {token.text + token.unit for token in tokens} | {token.text for token in tokens if token.sort is not Sort.MARK}
    if text in valued:
        return evidence(Ground.NAMED, "value-named", value=text)
    if change.before is None or change.after is None:
        return None
    old, new = literals(change.before), literals(change.after)
    fresh = [literal.text for literal in new if literal.text not in {o.text for o in old}]
    rest_same = _without(change.before, [o.text for o in old]) == _without(change.after, [n.text for n in new])
    if fresh and rest_same and len(old) == len(new) and all(one in valued for one in fresh):
        return evidence(Ground.NAMED, "value-named", value=", ".join(fresh))
    return None


def _without(text: str, found: Iterable[str]) -> str:
    for literal in sorted(found, key=len, reverse=True):
        text = text.replace(literal, "‹›")
    return text


def moves_in(request: Request, change: Change, expectation: Expectation) -> tuple[Move, ...]:
    """What the request moves: by the derivation, else every pair of its literals the change moved."""
    if isinstance(expectation, Derivation):
        return tuple(operation for operation in expectation.operations if isinstance(operation, Move))
    words = [token.text for token in tokenize(request.text) if token.valued]
    pairs = {
        (old, new): None
        for old in words
        for new in words
        if old != new and _distinct(old) and any(_moves(leaf_change, old, new) for leaf_change in change.leaf_changes)
    }
    return tuple(Move(old, new) for old, new in pairs)


def _distinct(literal: str) -> bool:
    return "." in literal or ":" in literal


def _moves(change: LeafChange, old: str, new: str) -> bool:
    if change.before is None or change.after is None:
        return False
    return holds(change.before, old) and substitute(change.before, old, new) == change.after
