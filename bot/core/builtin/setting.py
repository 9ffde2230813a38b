"""A value or a switch on a repository: the one place that is meant, and what it becomes.

Decides which place the words fit, refusing where two fit equally or the value does not; it never
prefers one of two equal places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from bot.core.builtin.planning import Plan, Refused, narrow_out, parted, said_by
from bot.core.builtin.values import Unfit, Written, agrees, said, scaled, switched, write_as
from bot.core.builtin.wishes import FlagWish, SetWish
from bot.core.change import LeafChange
from bot.core.expectation import Explained
from bot.core.finding import Ground, evidence
from bot.core.glossary import singular
from bot.core.index import Entry, Index, locate, unsaid
from bot.core.leaf import Kind, Place, Unparsable, show_key
from bot.core.operation import SetValue
from bot.core.words import Term, terms_of, words_in

# A value that is written elsewhere and only looked up here is never the place that is meant.
_REFERS = re.compile(r"\$\{|\$\(|\{\{|%\(|<%")


def plan_set(wish: SetWish, index: Index) -> Plan:
    """The place the words mean gets the value, in its own notation. Raises Refused."""
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
        *parted(wish.words, entries[0]),
    )


def _set_entries(wish: SetWish, index: Index) -> tuple[Entry, ...]:
    """The places meant; among places that the words fit equally, those that take such a value."""

    def takes(entry: Entry) -> bool:
        try:
            _written(entry, wish)
        except Unfit as why:
            return why.code == "unit-unknown"
        return True

    def old(entry: Entry) -> bool:
        return _is_old(entry, wish)

    try:
        return _entries(wish.words, wish.without, wish.many, index, old, takes)
    except Refused as why:
        found = _anchored(wish, index, lambda e: old(e) and takes(e)) if wish.anchored else None
        if found is None or why.code != "no-place":
            raise
        return (found,)


_PORTS = frozenset({"port", "listen", "expose"})


def _anchored(wish: SetWish, index: Index, accept: Callable[[Entry], bool]) -> Entry | None:
    """The one place that has the old value and fits every word, though its own name was not said."""
    said_terms = terms_of(wish.words)
    terms = [term for term in said_terms if term.required]
    if wish.old is None:
        return None
    fitting = [e for e in index.entries if all(e.fits(t) for t in terms)]
    found = [e for e in fitting if accept(e)]
    named = [e for e in fitting if e not in found and e.own and not unsaid(e, said_terms)]
    if len(found) != 1 or named or not terms or any(t.identifier for t in said_terms):
        return None
    own = found[0].own
    if not any(term.options & own for term in terms):
        return None  # a server and a number name no setting
    if (_PORTS & (own | _options(terms))) and len(index.holders(wish.old.text)) > 1:
        return None  # who listens elsewhere is called elsewhere: one place is not all
    return found[0]


def _options(terms: Sequence[Term]) -> frozenset[str]:
    return frozenset[str]().union(*(term.options for term in terms))


def _is_one_of_many(entry: Entry) -> bool:
    """An item of a list has no name of its own: without its old value nobody can mean it."""
    return entry.in_list


def _is_old(entry: Entry, wish: SetWish) -> bool:
    """Where the person said the old value, only a place that has it can be meant."""
    leaf = entry.place.leaf
    if leaf.kind in {Kind.EMPTY, Kind.REFERENCE} or _REFERS.search(leaf.value):
        return False
    if wish.old is None:
        return not _is_one_of_many(entry)
    old = wish.old
    try:
        if wish.value is not None and wish.value.unit and not old.unit and old.text.isdigit():
            # "from 14 to 30 days": the unit said once holds for both
            old = replace(old, unit=wish.value.unit)
            return write_as(entry, old).text == leaf.value
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
    terms = terms_of(words)
    found = locate(terms, index, lambda e: e.place.path not in left_out and e.nameable)
    if not found.entries and found.missing:
        raise Refused("word-unknown", words=" ".join(words), word=found.missing)
    # a looser match elsewhere is not what was meant where the best one does not take it
    meant = tuple(e for e in found.entries if accept(e) and not _unsaid(e, terms, index))
    if not meant:
        raise Refused("no-place", (e.place for e in found.entries), words=" ".join(words))
    _must_be_readable(meant[0], terms, index)
    # of places that the words fit equally, only those that can take the value can be meant
    entries = tuple(filter(prefer, meant)) or meant
    _must_be_told_apart(entries, terms, index, lambda e: accept(e) and prefer(e))
    same_name = len({entry.own for entry in entries}) == 1
    many = many or _says_several(words, entries)
    if len(entries) > 1 and not (many and same_name):
        raise Refused("two-places", (entry.place for entry in entries), words=" ".join(words))
    return entries


def _unsaid(entry: Entry, terms: Sequence[Term], index: Index) -> frozenset[str]:
    """``maximum-pool-size`` is "the pool size" where there is no minimum beside it."""
    rest = unsaid(entry, terms)
    if not rest or not rest <= _MOST or "pool" not in entry.own - rest:
        return rest
    least = any(
        other.own & _LEAST and "pool" in other.own and other.place.path == entry.place.path
        for other in index.entries
    )
    return rest if least else frozenset()


_MOST, _LEAST = frozenset({"max", "maximum", "size"}), frozenset({"min", "minimum"})


def _says_several(words: Iterable[str], entries: Sequence[Entry]) -> bool:
    """``the workers``, ``워커들``: a plural of what the places stand in means each of them."""
    plural = (
        terms_of((word,))
        for word in words
        if (word.endswith("들") and len(word) > 2)
        or (singular(word.lower()) != word.lower() and not _is_written(word, entries))
    )
    return any(
        term.options & (entry.around | entry.file)
        and (not term.options & entry.own or _in_each_file(term, entries))
        for terms in plural
        for term in terms
        for entry in entries[:1]
    )


def _is_written(word: str, entries: Sequence[Entry]) -> bool:
    """``loans`` is the name of one service that ends so."""
    whole = re.compile(rf"(?<![a-z]){re.escape(word.lower())}(?![a-z])")
    return any(
        whole.search(step.lower())
        for entry in entries
        for step in (entry.place.path, *map(str, entry.place.leaf.key))
    )


def _in_each_file(term: Term, entries: Sequence[Entry]) -> bool:
    """``the workers``, of which each has a file of its own that is called so."""
    files = {entry.place.path: bool(term.options & entry.file) for entry in entries}
    return len(files) == len(entries) and all(files.values())


def _must_be_told_apart(
    entries: Sequence[Entry],
    terms: Sequence[Term],
    index: Index,
    accept: Callable[[Entry], bool],
) -> None:
    """As in "the timeout": where one stands under a name nobody said, ``MATCH_TIMEOUT`` is meant as well."""
    said_words = frozenset().union(*(term.options for term in terms))
    required = [term for term in terms if term.required]
    if any(term.identifier for term in terms) or any(
        not _under_unsaid(entry, said_words) for entry in entries
    ):
        return
    rivals = [
        entry
        for entry in index.entries
        if entry not in entries
        and entry.own & entries[0].own & said_words
        and all(entry.fits(term) for term in required)
        and not entry.in_list
        and accept(entry)
    ]
    if rivals:
        raise Refused(
            "two-places",
            (e.place for e in (*entries, *rivals)),
            words=" ".join(t.word for t in terms),
        )


def _under_unsaid(entry: Entry, said_words: frozenset[str]) -> bool:
    """True where the mapping the place stands in has a name of its own that was not said."""
    steps = [step for step in entry.place.leaf.key[:-1] if isinstance(step, str)]
    return len(entry.own) == 1 and bool(steps) and not words_in(steps[-1]) & said_words


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


def plan_flag(wish: FlagWish, index: Index) -> Plan:
    """The switch the words mean goes on or off, in its own words. Raises Refused."""
    entries = _entries(wish.words, wish.without, wish.many, index, _is_switch)
    _must_not_negate(entries, wish.words)
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
        operations,
        _set_by(operations, said_by(wish.words), "on" if wish.on else "off", written),
        *parted(wish.words, entries[0]),
    )


def _is_switch(entry: Entry) -> bool:
    try:
        switched(entry.place.leaf.value, on=True)
    except Unfit:
        return False
    return True


_NEGATIONS = frozenset(
    "disable disabled no not non skip without off ignore suppress insecure".split()
)


def _must_not_negate(entries: Iterable[Entry], words: tuple[str, ...]) -> None:
    """``disable_signup``: whether on means on is not for a rule to say, unless the name was said."""
    said_words = frozenset().union(*(term.options for term in terms_of(words)))
    for entry in entries:
        if entry.own & _NEGATIONS - said_words:
            raise Refused("not-a-switch", (entry.place,), old=show_key(entry.place.leaf.key))


def _must_be_readable(entry: Entry, terms: tuple[Term, ...], index: Index) -> None:
    """A file nobody can read may hold the same key: then no place is surely the only one."""
    own = [term for term in terms if term.options & entry.own]
    rest = [term for term in terms if term.required and term not in own]
    for path, document in index.documents.items():
        if not isinstance(document, Unparsable):
            continue
        text = index.data[path].lower()
        holds_own = all(any(word.encode() in text for word in term.options) for term in own)
        fits = (
            term.options & words_in(path) or any(word.encode() in text for word in term.options)
            for term in rest
        )
        if holds_own and all(fits):
            raise Refused(
                "file-unreadable", path=path, reason=document.reason, line=document.line or 1
            )
