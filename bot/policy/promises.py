"""The policy's ``invariants`` → promises.

Decides what each promise says, and refuses one that could not be evaluated or could be made to run
for ages.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from bot.core.invariants import (
    Distinct,
    Invariant,
    Members,
    Ordered,
    Per,
    Places,
    Promise,
    Same,
    Take,
    Within,
)
from bot.core.invariants.expressions import ExpressionError, compile_expression
from bot.core.invariants.keys import KeyPatternError, compile_key
from bot.core.invariants.quantity import at_most, readings
from bot.policy.nodes import Node, Reading
from bot.policy.schema import (
    DISTINCT,
    INVARIANT,
    MEMBERS,
    NAME,
    ORDERED,
    PLACES,
    PROMISES,
    WITHIN,
    keys,
    needed,
)

_NOWHERE = Places((), "")


def read_invariants(reading: Reading, node: Node) -> tuple[Invariant, ...]:
    """Every promise of the list, each under a name of its own."""
    made = [
        _invariant(reading, one, f"invariants[{number}]")
        for number, one in enumerate(reading.items(node, "invariants"))
    ]
    refuse_twice(reading, node, [one.name if one else "" for one in made], "invariants")
    return tuple(one for one in made if one is not None)


def name_of(reading: Reading, node: Node | None, where: str) -> str:
    """A name that findings and messages can show as it stands."""
    if node is None:
        return ""
    name = reading.text(node, f"{where}.name")
    if name and not re.fullmatch(NAME, name):
        reading.wrong(node, "bad-name", where=f"{where}.name")
    return name


def refuse_twice(reading: Reading, node: Node, names: list[str], where: str) -> None:
    """Findings are told apart by their names."""
    for number, name in enumerate(names):
        if name and name in names[:number]:
            one = node.value[number] if isinstance(node, yaml.SequenceNode) else node
            reading.wrong(one, "name-twice", where=f"{where}[{number}]", name=repr(name))


def _invariant(reading: Reading, node: Node, where: str) -> Invariant | None:
    found = reading.mapping(node, where, keys(INVARIANT), needed(INVARIANT))
    name = name_of(reading, found.get("name"), where)
    why = reading.text(found["why"], f"{where}.why") if "why" in found else ""
    kinds = [kind for kind in PROMISES if kind in found]
    if len(kinds) != 1:
        if isinstance(node, yaml.MappingNode):
            reading.wrong(node, "one-promise", where=where, choices=", ".join(PROMISES))
        return None
    promise = _READERS[kinds[0]](reading, found[kinds[0]], f"{where}.{kinds[0]}")
    return Invariant(name, promise, " ".join(why.split()))


def _same(reading: Reading, node: Node, where: str) -> Promise:
    return Same(_places(reading, node, where))


def _members(reading: Reading, node: Node, where: str) -> Promise:
    found = reading.mapping(node, where, keys(MEMBERS), needed(MEMBERS))
    also = reading.items(found["also"], f"{where}.also") if "also" in found else []
    return Members(
        _at(reading, found, "of", where),
        _at(reading, found, "in", where),
        tuple(reading.scalar(one, f"{where}.also") for one in also),
    )


def _within(reading: Reading, node: Node, where: str) -> Promise:
    found = reading.mapping(node, where, keys(WITHIN), needed(WITHIN))
    said = [bool({"min", "max"} & found.keys()), "one_of" in found, "matches" in found]
    if sum(said) != 1 and isinstance(node, yaml.MappingNode):
        reading.wrong(node, "one-bound", where=where)
    one_of = reading.items(found["one_of"], f"{where}.one_of") if "one_of" in found else []
    if "one_of" in found and not one_of:
        reading.wrong(found["one_of"], "empty-list", where=f"{where}.one_of")
    least, most = _bound(reading, found, "min", where), _bound(reading, found, "max", where)
    if least and most and not at_most(least, most):
        reading.wrong(node, "bounds-crossed", where=where)
    return Within(
        _at(reading, found, "at", where),
        least,
        most,
        tuple(reading.scalar(one, f"{where}.one_of") for one in one_of),
        _expression(reading, found.get("matches"), f"{where}.matches", most_groups=9),
    )


def _bound(reading: Reading, found: dict[str, Node], key: str, where: str) -> str | None:
    if key not in found:
        return None
    text = reading.scalar(found[key], f"{where}.{key}")
    if text and not readings(text):
        reading.wrong(found[key], "bad-quantity", where=f"{where}.{key}", value=repr(text))
        return None
    return text or None


def _distinct(reading: Reading, node: Node, where: str) -> Promise:
    found = reading.mapping(node, where, keys(DISTINCT), needed(DISTINCT))
    return Distinct(_at(reading, found, "at", where), _per(reading, found, where, Per.ALL))


def _ordered(reading: Reading, node: Node, where: str) -> Promise:
    found = reading.mapping(node, where, keys(ORDERED), needed(ORDERED))
    at = _at(reading, found, "at", where)
    if "at" in found and len(at) < 2:
        reading.wrong(found["at"], "two-places", where=f"{where}.at")
    return Ordered(at, _per(reading, found, where, Per.FILE))


_READERS: dict[str, Callable[[Reading, Node, str], Promise]] = {
    "same": _same,
    "members": _members,
    "within": _within,
    "distinct": _distinct,
    "ordered": _ordered,
}


def _per(reading: Reading, found: dict[str, Node], where: str, default: Per) -> Per:
    if "per" not in found:
        return default
    said = reading.choice(found["per"], f"{where}.per", [one.value for one in Per])
    return Per(said) if said else default


def _at(reading: Reading, found: dict[str, Node], key: str, where: str) -> tuple[Places, ...]:
    return _places(reading, found[key], f"{where}.{key}") if key in found else ()


def _places(reading: Reading, node: Node, where: str) -> tuple[Places, ...]:
    """One place, or a list of them."""
    if isinstance(node, yaml.MappingNode):
        return (_place(reading, node, where),)
    nodes = reading.items(node, where)
    if not nodes and isinstance(node, yaml.SequenceNode):
        reading.wrong(node, "empty-list", where=where)
    return tuple(_place(reading, one, f"{where}[{number}]") for number, one in enumerate(nodes))


def _place(reading: Reading, node: Node, where: str) -> Places:
    found = reading.mapping(node, where, keys(PLACES), needed(PLACES))
    if "files" not in found or "key" not in found:
        return _NOWHERE
    take = Take.VALUE
    if "take" in found:
        said = reading.choice(found["take"], f"{where}.take", [one.value for one in Take])
        take = Take(said) if said else take
    return Places(
        reading.globs(found["files"], f"{where}.files", needed=True),
        _key(reading, found["key"], f"{where}.key"),
        _expression(reading, found.get("pattern"), f"{where}.pattern"),
        take,
    )


def _key(reading: Reading, node: Node, where: str) -> str:
    text = reading.text(node, where)
    if text:
        try:
            compile_key(text)
        except KeyPatternError as error:
            reading.wrong(node, error.code, where=where)
    return text


def _expression(
    reading: Reading, node: Node | None, where: str, most_groups: int = 1
) -> str | None:
    if node is None:
        return None
    text = reading.text(node, where)
    try:
        if text:
            compile_expression(text, most_groups)
    except ExpressionError as error:
        facts = {"detail": error.detail} if error.code == "pattern-invalid" else {}
        reading.wrong(node, error.code, where=where, **facts)
    return text or None
