"""The policy's sections → Policy: paths, limits, merge, models, validators.

Decides what each section may say. A repository may protect more than we do, never less.
"""

from __future__ import annotations

import yaml

from bot.core.invariants import Invariant
from bot.core.policy import PROTECTED, Limits, Models, Policy
from bot.core.validation import FILES, NativeCheck
from bot.policy.nodes import Node, Reading
from bot.policy.promises import name_of, read_invariants, refuse_twice
from bot.policy.rollouts import read_environments, read_rollout
from bot.policy.schema import (
    LIMITS,
    MAX_LIMIT,
    MAX_ROUNDS,
    MAX_TIMEOUT,
    MERGE,
    MODELS,
    MODES,
    OUTPUT,
    POLICY,
    VALIDATOR,
    keys,
    needed,
)


def read_sections(reading: Reading, root: Node, where: str) -> Policy:
    """The whole policy; what is wrong is noted in ``reading``."""
    found = reading.mapping(root, where, keys(POLICY))
    protected = _globs(reading, found, "protected", ())
    return Policy(
        allowed=_globs(reading, found, "allowed", ("**",)),
        protected=tuple(dict.fromkeys((*PROTECTED, *protected))),
        limits=_limits(reading, found["limits"]) if "limits" in found else Limits(),
        environments=read_environments(reading, found.get("environments")),
        checks=_checks(reading, found["merge"]) if "merge" in found else (),
        models=_models(reading, found["models"]) if "models" in found else Models(),
        invariants=_invariants(reading, found.get("invariants")),
        validators=_validators(reading, found.get("validators")),
        rollout=read_rollout(reading, found.get("rollout")),
    )


def _globs(
    reading: Reading, found: dict[str, Node], key: str, default: tuple[str, ...]
) -> tuple[str, ...]:
    return reading.globs(found[key], key) if key in found else default


def _limits(reading: Reading, node: Node) -> Limits:
    found = reading.mapping(node, "limits", keys(LIMITS))
    said = {
        name: int(reading.number(value, f"limits.{name}", 1, MAX_LIMIT))
        for name, value in found.items()
    }
    return Limits(**said)


def _checks(reading: Reading, node: Node) -> tuple[str, ...]:
    found = reading.mapping(node, "merge", keys(MERGE))
    if "checks" not in found:
        return ()
    nodes = reading.items(found["checks"], "merge.checks")
    return tuple(reading.text(one, "merge.checks") for one in nodes)


def _models(reading: Reading, node: Node) -> Models:
    found = reading.mapping(node, "models", keys(MODELS))

    def name(key: str) -> str | None:
        return reading.text(found[key], f"models.{key}") or None if key in found else None

    rounds = found.get("rounds")
    mode = found.get("mode")
    return Models(
        name("author"),
        name("reviewer"),
        reading.choice(mode, "models.mode", MODES) or None if mode else None,
        int(reading.number(rounds, "models.rounds", 0, MAX_ROUNDS)) if rounds else None,
    )


def _invariants(reading: Reading, node: Node | None) -> tuple[Invariant, ...]:
    return () if node is None else read_invariants(reading, node)


def _validators(reading: Reading, node: Node | None) -> tuple[NativeCheck, ...]:
    if node is None:
        return ()
    made = tuple(
        _validator(reading, one, f"validators[{number}]")
        for number, one in enumerate(reading.items(node, "validators"))
    )
    refuse_twice(reading, node, [one.name for one in made], "validators")
    return made


def _validator(reading: Reading, node: Node, where: str) -> NativeCheck:
    found = reading.mapping(node, where, keys(VALIDATOR), needed(VALIDATOR))
    usual = NativeCheck("", (), ())
    run, files, timeout = found.get("run"), found.get("files"), found.get("timeout")
    output, optional = found.get("output"), found.get("optional")
    return NativeCheck(
        name_of(reading, found.get("name"), where),
        _command(reading, run, f"{where}.run") if run else (),
        reading.globs(files, f"{where}.files", needed=True) if files else (),
        reading.number(timeout, f"{where}.timeout", 1, MAX_TIMEOUT, whole=False)
        if timeout
        else usual.timeout,
        int(reading.number(output, f"{where}.output", *OUTPUT)) if output else usual.output,
        reading.flag(optional, f"{where}.optional") if optional else usual.optional,
    )


def _command(reading: Reading, node: Node, where: str) -> tuple[str, ...]:
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        reading.wrong(node, "bad-command", where=where)
        return ()
    words = tuple(reading.text(one, where) for one in node.value)
    if any("\0" in word for word in words):
        reading.wrong(node, "bad-command", where=where)
    if words[0] == FILES or any(FILES in word and word != FILES for word in words):
        reading.wrong(node, "files-word", where=where)
    return words
