"""A service's port goes from one number to another: every place that has it, or nothing.

Decides that a request moves the port that a service listens on, and moves it where the service
listens, where it is reached, where its firewall lets in and where the inventory has it. One place
that cannot be told refuses all of it: half a move is an outage, a neighbour's port moved is worse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from bot.core.builtin.planning import Plan, Refused, narrow_out, said_by
from bot.core.builtin.port_holds import Hold, holds_of
from bot.core.builtin.port_owners import LISTENING, NOT_OURS, Judge, Judged
from bot.core.builtin.port_service import PORT_WORDS, Service, parts_of, service_called
from bot.core.builtin.port_shapes import MAPPING, listens_plainly, looks_like_port
from bot.core.builtin.port_sides import Whose
from bot.core.builtin.tokens import Token
from bot.core.builtin.values import agrees
from bot.core.builtin.wishes import SetWish
from bot.core.change import LeafChange
from bot.core.expectation import Explained
from bot.core.finding import Evidence, Ground, evidence
from bot.core.index import Index
from bot.core.leaf import KeyPath, Place, Unparsable
from bot.core.operation import SetValue
from bot.core.words import terms_of

_HIGHEST = 65535


def plan_port_move(wish: SetWish, index: Index) -> Plan | None:
    """Every place of the service's port, or None where the wish is none. Raises Refused."""
    said = ports_of(wish)
    if not said:
        return None
    old, new = said
    service = service_called(terms_of(wish.words), index) if index.complete else None
    if service is None:
        return None
    judge = Judge(service, old, index)
    judged = [judge.judge(hold) for hold in holds_of(old, index)]
    own = [one for one in judged if one.whose not in NOT_OURS and one.whose is not Whose.UNCLEAR]
    if not own:
        return None
    _must_be_seen(old, own, index)
    _must_be_clear(judged, own, old)
    _must_listen(service, own, old)
    _must_mean_all_sides(wish, own, old)
    _must_be_free(new, service, index)
    if not agrees(wish.direction, old, new):
        raise Refused("wrong-direction", (one.hold.place for one in own), old=old, new=new)
    _must_not_be_left_out(wish.without, own)
    return _plan(wish, service, own, old, new)


def ports_of(wish: SetWish) -> tuple[str, ...]:
    """The old and the new number where a wish moves a port: who is to judge it must see both."""
    old, new = _port(wish.old), _port(wish.value)
    says_port = any(term.options & PORT_WORDS for term in terms_of(wish.words))
    return (old, new) if old and new and old != new and says_port else ()


def _port(token: Token | None) -> str:
    """A plain number that a port can have, as it was said."""
    if token is None or token.unit or not token.text.isascii() or not token.text.isdigit():
        return ""
    plain = str(int(token.text)) == token.text if len(token.text) <= len(str(_HIGHEST)) else False
    return token.text if plain and 0 < int(token.text) <= _HIGHEST else ""


def _must_be_seen(old: str, own: Sequence[Judged], index: Index) -> None:
    """Who has not read all of the repository cannot say that no place is left."""
    if not index.whole:
        raise Refused("too-many-files", (one.hold.place for one in own), words=old)
    for path, document in index.documents.items():
        if (
            isinstance(document, Unparsable)
            and document.format != "prose"
            and old.encode() in index.data[path]
        ):
            raise Refused(
                "file-unreadable", path=path, reason=document.reason, line=document.line or 1
            )


def _must_be_clear(judged: Sequence[Judged], own: Sequence[Judged], old: str) -> None:
    unclear = [one.hold for one in judged if one.whose is Whose.UNCLEAR]
    found = {one.whose for one in own}
    if Whose.LISTENS not in found:
        # where a container listens inside is its image's to say, unless a key here sets it
        unclear += [one.hold for one in own if one.whose in {Whose.INSIDE, Whose.EXPOSES}]
    if Whose.LISTENS in found or Whose.EXPOSES in found:
        unclear += [one.hold for one in own if _maps_elsewhere(one, old)]
    if unclear:
        raise Refused("port-unclear", dict.fromkeys(hold.place for hold in unclear), port=old)


_SIDES = frozenset(
    "container host inside outside internal external published exposed 컨테이너 호스트 내부 외부".split()
)


def _must_mean_all_sides(wish: SetWish, own: Sequence[Judged], old: str) -> None:
    """``the container port``: one side of a mapping may be meant, or both."""
    mapped = [one.hold.place for one in own if one.whose in {Whose.PUBLISHES, Whose.INSIDE}]
    if mapped and any(word.lower() in _SIDES for word in wish.words):
        raise Refused("port-unclear", dict.fromkeys(mapped), port=old)


def _must_listen(service: Service, own: Sequence[Judged], old: str) -> None:
    """Where it listens must be set here, for each instance: what a program does unasked stays."""
    paths = [parts_of(one.hold.place.path) for one in own if one.whose in LISTENING]
    labels = {row.label for row in service.rows}
    apart = any(labels & path for path in paths)
    unset = apart and any(not any(label in path for path in paths) for label in labels)
    if not paths or unset:
        raise Refused("port-unset", (one.hold.place for one in own), port=old, words=service.name)


def _maps_elsewhere(one: Judged, old: str) -> bool:
    """``8443:80`` of a service that itself listens on 8443: one of the two is not as it seems."""
    sides = [part.rsplit("/", 1)[0] for part in one.hold.place.leaf.value.split(":")[-2:]]
    return one.whose in {Whose.PUBLISHES, Whose.INSIDE} and any(side != old for side in sides)


def _must_be_free(new: str, service: Service, index: Index) -> None:
    """The new port must not be the service's, or its hosts', already."""
    judge = Judge(service, new, index)
    taken = [judge.judge(hold) for hold in holds_of(new, index)]
    clashing = [
        one.hold.place
        for one in taken
        if one.whose not in {*NOT_OURS, Whose.UNCLEAR}
        or (one.whose is Whose.UNCLEAR and _may_be_ours(one.hold, judge))
    ]
    if clashing:
        raise Refused("port-taken", clashing, port=new, words=service.name)


def _may_be_ours(hold: Hold, judge: Judge) -> bool:
    return judge.sides.side(hold, site=True) is not Whose.ANOTHERS and not hold.spans


def whole_port(wish: SetWish, plan: Plan, index: Index) -> Plan:
    """``plan`` of a service nobody could name, where no other place has its port. Raises Refused."""
    sets = {(o.path, o.key): o for o in plan.operations if isinstance(o, SetValue)}
    places = tuple(_places(sets, index))
    for place in places:
        said = wish.value is not None and wish.value.text == sets[place.path, place.leaf.key].value
        if MAPPING.fullmatch(place.leaf.value) and not said:
            # of "8443:8443" a number alone means one side, and nobody said which
            raise Refused("port-unclear", (place,), port=place.leaf.value)
    listening = [place for place in places if listens_plainly(place, index)]
    for number in {place.leaf.value for place in listening if place.leaf.value.isdigit()}:
        rest = [
            hold.place
            for hold in holds_of(number, index)
            if (hold.place.path, hold.place.leaf.key) not in sets and looks_like_port(hold, number)
        ]
        if rest:
            raise Refused("port-unclear", (*listening, *rest), port=number)
    return plan


def _places(sets: Mapping[tuple[str, KeyPath], SetValue], index: Index) -> Iterator[Place]:
    for document in index.readable:
        for leaf in document.leaves:
            if (document.path, leaf.key) in sets:
                yield Place(document.path, leaf)


def _must_not_be_left_out(without: tuple[str, ...], own: Iterable[Judged]) -> None:
    """As in "except the gateway": a client that keeps the old port reaches nobody."""
    places = [one.hold.place for one in own]
    out = {path.lstrip("/") for path in narrow_out(without, {place.path for place in places})}
    if left := [place for place in places if place.path in out]:
        raise Refused("port-unclear", left, port=" ".join(without))


def _plan(wish: SetWish, service: Service, own: Sequence[Judged], old: str, new: str) -> Plan:
    by_place: dict[Place, list[Judged]] = {}
    for one in own:
        by_place.setdefault(one.hold.place, []).append(one)
    operations = tuple(
        SetValue(place.path, place.leaf.key, _rewritten(place, there, new), place.leaf.value)
        for place, there in by_place.items()
    )
    why = {
        (place.path, place.leaf.key): _why(there[0], service, old)
        for place, there in by_place.items()
    }
    called = tuple(w for w in wish.words if any(t.options & PORT_WORDS for t in terms_of((w,))))
    where = tuple(word for word in wish.words if word not in called)
    value = evidence(Ground.NAMED, "value-named", value=new)
    return Plan(operations, _explained(operations, why, value), called, where)


def _rewritten(place: Place, there: Sequence[Judged], new: str) -> str:
    """The value with the number replaced where it is the service's, from the end."""
    text = place.leaf.value
    for one in sorted(there, key=lambda one: -one.hold.start):
        text = text[: one.hold.start] + new + text[one.hold.end :]
    return text


def _why(one: Judged, service: Service, old: str) -> Evidence:
    if one.host:
        shown = service.rows[0].place.shown if service.rows else service.name
        return evidence(
            Ground.DERIVED, "port-reached", host=one.host, port=old, words=service.name, place=shown
        )
    return evidence(
        Ground.DERIVED, "port-own", port=old, words=said_by((service.name,)), why=one.whose.value
    )


def _explained(
    operations: Sequence[SetValue], why: dict[tuple[str, KeyPath], Evidence], value: Evidence
) -> Callable[[LeafChange], Explained | None]:
    meant = {(operation.path, operation.key): operation for operation in operations}

    def explain(change: LeafChange) -> Explained | None:
        operation = meant.get((change.path, change.key))
        if operation is None or (change.before, change.after) != (operation.old, operation.value):
            return None
        return Explained(change, why[operation.path, operation.key], value)

    return explain
