"""A move on a repository: which literal becomes which, within which files.

Decides whose the literal is and how far the move reaches; refuses where the inventory says that it
is another's, or where words that limit it fit no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot.core.builtin.inventory import Owner, owner_of, owners_called
from bot.core.builtin.planning import Plan, Refused, narrow_out, paths_called
from bot.core.builtin.wishes import MoveWish, SetWish
from bot.core.change import LeafChange
from bot.core.expectation import Explained
from bot.core.finding import Evidence, Ground, evidence
from bot.core.glossary import DESCRIPTORS
from bot.core.index import Index
from bot.core.leaf import Place, show_key
from bot.core.literals import LiteralKind, address, holds, is_numbered, same_sort, substitute
from bot.core.operation import Move, Scope
from bot.core.words import terms_of

# What "the address of X" may be called: with these words alone a whole server is meant.
_ADDRESS_WORDS = frozenset({"address", "addr", "ip", "domain", "hostname", "url", "endpoint"})
# "In the firewalls" names a kind of file, not files: which they are cannot be told from paths.
_CATEGORIES = frozenset({"firewall"})
_SELF = frozenset({"127.0.0.1", "::1"})


def plan_move(wish: MoveWish, index: Index) -> Plan:
    """Every place that holds the old literal, within what limits the wish. Raises Refused."""
    if wish.old == wish.new:
        raise Refused("nothing-to-move", old=wish.old, new=wish.new)
    _must_be_movable(wish.old, wish.new)
    places = index.holders(wish.old)
    if not is_numbered(wish.old) and _in_keys(wish.old, index):
        raise Refused("key-or-host", literal=wish.old)
    if not places and not _in_keys(wish.old, index):
        raise Refused("literal-unknown", literal=wish.old)
    scope = _move_scope(wish, places, index)
    owner = owner_of(wish.old, index)
    return Plan(
        (Move(wish.old, wish.new, scope),), _moved_by(wish.old, wish.new, owner, by_name=False)
    )


def _must_be_movable(old: str, new: str) -> None:
    """A server stays a server: an address becomes an address that a host can have."""
    host = address(new)
    nowhere = host is not None and (host.is_unspecified or host.is_multicast)
    if not same_sort(old, new) or nowhere or _comes_home(old, new):
        raise Refused("type-differs", old=old, new=new)


def _comes_home(old: str, new: str) -> bool:
    """To loopback, which is each machine itself; a fleet that lives on 127.x.y.z moves within."""
    before, after = address(old), address(new)
    if after is None or not after.is_loopback:
        return False
    return str(after) in _SELF or before is None or not before.is_loopback


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
    says_address = any(_is_address_word(word) and word != "" for word in wish.subject)
    _must_own(_known_words(wish.subject, index), wish.old, index, says_address=says_address)
    named = tuple(word for word in wish.named if not _is_address_word(word))
    within = tuple(word for word in wish.within if not _is_address_word(word))
    if _limits(named) and not _owns(named, wish.old, index):
        _must_be_no_other(named, wish.old, index)
        within = (*named, *within)
    if not _limits(within):
        return Scope(without=without)
    if all(term.options & _CATEGORIES for term in terms_of(within) if term.required):
        raise Refused("scope-unknown", places, words=" ".join(within))
    return Scope(only=_paths_called(within, places), without=without)


def _limits(words: tuple[str, ...]) -> bool:
    return any(term.required for term in terms_of(words)) and not _all_describe(words)


def _all_describe(words: Iterable[str]) -> bool:
    return all(word.lower() in DESCRIPTORS for word in words)


def _known_words(words: Iterable[str], index: Index) -> tuple[str, ...]:
    """Of a Korean subject, the words that mean anything here: "집 IP가" need not be in the inventory.

    In English what stands before the verb may also forbid it ("avoid changing"): there each counts.
    """
    said = [word for word in words if not _is_address_word(word)]
    if all(word.isascii() for word in said):
        return tuple(said)
    return tuple(
        word
        for word in said
        if any(entry.fits(term) for term in terms_of((word,)) for entry in index.each_entry())
    )


def _is_address_word(word: str) -> bool:
    return all(
        term.options & _ADDRESS_WORDS or not term.required for term in terms_of((word,))
    ) and not {option for term in terms_of((word,)) for option in term.options} & {
        "config",
        "server",
        "service",
    }


def _must_own(words: tuple[str, ...], literal: str, index: Index, *, says_address: bool) -> None:
    """Of "the config server moved from X" the inventory must not say that X is another's.

    "The office's IP" is the literal itself, whoever the inventory does not know.
    """
    if not [term for term in terms_of(words) if term.required] or not words:
        return
    owners = owners_called(words, index)
    if not owners and owner_of(literal, index) is None:
        if says_address or _describes_the_holders(words, literal, index):
            return
        raise Refused("scope-unknown", words=" ".join(words))
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


def _describes_the_holders(words: tuple[str, ...], literal: str, index: Index) -> bool:
    """``메일 릴레이가 smtp.example.org에서 …``: a host that no inventory knows, by what it is for."""
    if address(literal) is not None or any(word.isascii() for word in words):
        return False
    holders = set(index.holders(literal))
    entries = [entry for entry in index.entries if entry.place in holders]
    return any(entry.fits(term) for entry in entries for term in terms_of(words))


def _must_be_no_other(named: tuple[str, ...], old: str, index: Index) -> None:
    """``move db from 192.0.2.7``: a server named with an address that is another's. Raises Refused."""
    others = owners_called(named, index)
    called = {owner.address for owner in others}
    if len(called) == 1 and owner_of(old, index) is not None and address(old) is not None:
        raise Refused(
            "owner-differs",
            (owner.place for owner in others),
            literal=old,
            words=" ".join(named),
            actual=called.pop(),
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


def plan_entity_move(wish: SetWish, index: Index) -> Plan | None:
    """As in "설정 서버 주소를 192.0.2.77로": a server's address, so wherever it stands."""
    token = wish.value
    if token is None or token.kind is not LiteralKind.ADDRESS or wish.many or wish.old:
        return None
    words = tuple(word for word in wish.words if not _is_address_word(word))
    owners = tuple(o for o in owners_called(words, index) if same_sort(o.address, token.text))
    if len(owners) != 1 or not _names_a_server(words, owners[0], index):
        return None
    old = owners[0].address
    _must_be_movable(old, token.text)
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
    entry = next(entry for entry in index.each_entry() if entry.place == owner.place)
    return all(entry.fits(term) for term in terms_of(words) if term.required)
