"""The policy's ``environments`` and ``rollout`` → where merges go, in what order, and what is healthy.

Decides what may be said there. A placeholder that nothing stands behind is an error here, so that
no job and no query ever gets one as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

import yaml

from bot.core.invariants.keys import KeyPatternError, compile_key
from bot.core.policy import Environment
from bot.core.rollout.health import HealthCheck, MetricCheck, ProbeCheck
from bot.core.rollout.rules import Admission, OnFailure, Rollout, WhileRolling
from bot.core.rollout.templates import NAMES, health_names, unknown_in
from bot.policy.nodes import Node, Reading
from bot.policy.schema import (
    ADMISSION,
    DURATION,
    ENVIRONMENT,
    JOB,
    MAX_PARALLEL,
    MAX_SECONDS,
    MAX_WAVE,
    METRIC,
    NAME,
    PROBE,
    RATIO,
    ROLLOUT,
    keys,
    needed,
)

_UNITS = {"h": 3_600, "m": 60, "s": 1}
_URL = re.compile(r"https?://[^\s/@]+(?:/\S*)?")
_MOST = 1e15


def read_environments(reading: Reading, node: Node | None) -> tuple[Environment, ...]:
    """Every environment, in the order of the file."""
    if node is None:
        return ()
    found = dict(reading.pairs(node, "environments"))
    return tuple(_environment(reading, name, value) for name, value in found.items())


def _environment(reading: Reading, name: str, node: Node) -> Environment:
    where = f"environments.{name}"
    if not re.fullmatch(NAME, name):
        reading.wrong(node, "bad-name", where=where)
    found = reading.mapping(node, where, keys(ENVIRONMENT), needed(ENVIRONMENT))
    usual = Environment("", (), "")
    paths, job, wave = found.get("paths"), found.get("job"), found.get("wave")
    given = found.get("parameters")
    parameters = _parameters(reading, given, f"{where}.parameters") if given else ()
    names = health_names(parameters)
    return Environment(
        name,
        reading.globs(paths, f"{where}.paths", needed=True) if paths else (),
        _job(reading, job, f"{where}.job") if job else "",
        parameters,
        int(reading.number(wave, f"{where}.wave", 0, MAX_WAVE)) if wave else usual.wave,
        _time(reading, found, "timeout", where, usual.timeout, least=1),
        _health(reading, found.get("health"), f"{where}.health", names),
    )


def _job(reading: Reading, node: Node, where: str) -> str:
    job = reading.text(node, where)
    if job and not re.fullmatch(JOB, job):
        reading.wrong(node, "bad-job", where=where)
    return job


def _parameters(reading: Reading, node: Node, where: str) -> tuple[tuple[str, str], ...]:
    found = dict(reading.pairs(node, where))
    for key, value in found.items():
        if key.upper() in {"CFG_RUN", "COMMIT"}:
            reading.wrong(value, "own-parameter", where=where)
    return tuple((key, _plain(reading, value, f"{where}.{key}")) for key, value in found.items())


def _plain(reading: Reading, node: Node, where: str) -> str:
    """As Jenkins writes it: booleans are lower case."""
    value = reading.value(node)
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int):
        reading.wrong(node, "no-scalar", where=where)
    return _template(reading, node, where, str(value), NAMES)


def _template(reading: Reading, node: Node, where: str, text: str, names: Collection[str]) -> str:
    """``text``, once every placeholder of it is known."""
    for name in unknown_in(text, names):
        near = get_close_matches(name, names, 1)
        if near:
            facts = {"name": f"{{{name}}}", "near": f"{{{near[0]}}}"}
            reading.wrong(node, "template-unknown-near", where=where, **facts)
        else:
            choices = ", ".join(f"{{{one}}}" for one in names)
            facts = {"name": f"{{{name}}}", "choices": choices}
            reading.wrong(node, "template-unknown", where=where, **facts)
    return text


def _health(
    reading: Reading, node: Node | None, where: str, names: Collection[str]
) -> tuple[HealthCheck, ...]:
    if node is None:
        return ()
    made = [
        _check(reading, one, f"{where}[{number}]", names)
        for number, one in enumerate(reading.items(node, where))
    ]
    return tuple(one for one in made if one is not None)


def _check(reading: Reading, node: Node, where: str, names: Collection[str]) -> HealthCheck | None:
    if not isinstance(node, yaml.MappingNode):
        reading.wrong(node, "no-mapping", where=where)
        return None
    said = {str(key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
    if len(said & {"promql", "http"}) != 1:
        reading.mapping(node, where, {*keys(METRIC), *keys(PROBE)})
        reading.wrong(node, "one-health", where=where)
        return None
    return (_metric if "promql" in said else _probe)(reading, node, where, names)


def _metric(reading: Reading, node: Node, where: str, names: Collection[str]) -> MetricCheck:
    found = reading.mapping(node, where, keys(METRIC), needed(METRIC))
    usual = MetricCheck("")
    query = reading.text(found["promql"], f"{where}.promql")
    made = MetricCheck(
        _template(reading, found["promql"], f"{where}.promql", query, names),
        _bound(reading, found, "above", where),
        _bound(reading, found, "below", where),
        _ratio(reading, found, "at_most", where),
        _ratio(reading, found, "at_least", where),
        _bound(reading, found, "negligible", where),
        _time(reading, found, "for", where, usual.hold),
        _time(reading, found, "grace", where, usual.grace),
    )
    if not {"above", "below", "at_most", "at_least"} & found.keys():
        reading.wrong(node, "no-health-bound", where=where)
    if made.negligible is not None and "at_most" not in found:
        reading.wrong(found["negligible"], "negligible-alone", where=where)
    if _crossed(made.above, made.below, equal=True) or _crossed(made.at_least, made.at_most):
        reading.wrong(node, "health-crossed", where=where)
    return made


def _crossed(lower: float | None, upper: float | None, *, equal: bool = False) -> bool:
    if lower is None or upper is None:
        return False
    return lower > upper or (equal and lower == upper)


def _probe(reading: Reading, node: Node, where: str, names: Collection[str]) -> ProbeCheck:
    found = reading.mapping(node, where, keys(PROBE), needed(PROBE))
    usual = ProbeCheck("")
    url, status = reading.text(found["http"], f"{where}.http"), found.get("status")
    if url and not _URL.fullmatch(url):
        reading.wrong(found["http"], "bad-url", where=f"{where}.http")
    return ProbeCheck(
        _template(reading, found["http"], f"{where}.http", url, names),
        int(reading.number(status, f"{where}.status", 100, 599)) if status else usual.status,
        _time(reading, found, "within", where, usual.within, least=0.1, most=60),
        _time(reading, found, "for", where, usual.hold),
        _time(reading, found, "grace", where, usual.grace),
    )


def _bound(reading: Reading, found: dict[str, Node], key: str, where: str) -> float | None:
    if key not in found:
        return None
    return reading.number(found[key], f"{where}.{key}", -_MOST, _MOST, whole=False)


def _ratio(reading: Reading, found: dict[str, Node], key: str, where: str) -> float | None:
    if key not in found:
        return None
    text = reading.text(found[key], f"{where}.{key}")
    if not re.fullmatch(RATIO, text):
        if text:
            reading.wrong(found[key], "bad-ratio", where=f"{where}.{key}")
        return None
    return float(text.partition("x")[0])


def _time(
    reading: Reading,
    found: dict[str, Node],
    key: str,
    where: str,
    usual: float,
    *,
    least: float = 0,
    most: float = MAX_SECONDS,
) -> float:
    """Seconds: a number, or a text with units."""
    if key not in found:
        return usual
    value = reading.value(found[key])
    seconds = _seconds(value) if isinstance(value, str) else value
    plain = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not plain or not isinstance(seconds, int | float) or not least <= seconds <= most:
        bounds = {"least": f"{least:g}", "most": f"{most:g}"}
        reading.wrong(found[key], "bad-duration", where=f"{where}.{key}", **bounds)
        return usual
    return float(seconds)


def _seconds(text: str) -> int | None:
    if not re.fullmatch(DURATION, text):
        return None
    return sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)([hms])", text))


def read_rollout(reading: Reading, node: Node | None) -> Rollout:
    """How merges reach the environments; what is not said is as ``Rollout`` has it."""
    usual = Rollout()
    if node is None:
        return usual
    found = reading.mapping(node, "rollout", keys(ROLLOUT))
    parallel, before = found.get("parallel"), found.get("make_before_break")
    on_failure = _choice(reading, found, "on_failure", [one.value for one in OnFailure])
    while_rolling = _choice(reading, found, "while_rolling", [one.value for one in WhileRolling])
    return Rollout(
        int(reading.number(parallel, "rollout.parallel", 1, MAX_PARALLEL))
        if parallel
        else usual.parallel,
        _time(reading, found, "soak", "rollout", usual.soak),
        reading.flag(before, "rollout.make_before_break") if before else usual.make_before_break,
        OnFailure(on_failure) if on_failure else usual.on_failure,
        WhileRolling(while_rolling) if while_rolling else usual.while_rolling,
        _admissions(reading, found.get("admission")),
    )


def _choice(reading: Reading, found: dict[str, Node], key: str, choices: Collection[str]) -> str:
    return reading.choice(found[key], f"rollout.{key}", choices) if key in found else ""


def _admissions(reading: Reading, node: Node | None) -> tuple[Admission, ...]:
    if node is None:
        return ()
    nodes = reading.items(node, "rollout.admission")
    if not nodes and isinstance(node, yaml.SequenceNode):
        reading.wrong(node, "empty-list", where="rollout.admission")
    return tuple(
        _admission(reading, one, f"rollout.admission[{number}]") for number, one in enumerate(nodes)
    )


def _admission(reading: Reading, node: Node, where: str) -> Admission:
    found = reading.mapping(node, where, keys(ADMISSION), needed(ADMISSION))
    files, key = found.get("files"), found.get("key")
    text = reading.text(key, f"{where}.key") if key else "**"
    try:
        compile_key(text or "**")
    except KeyPatternError as error:
        reading.wrong(key, error.code, where=f"{where}.key")
    return Admission(
        reading.globs(files, f"{where}.files", needed=True) if files else (), text or "**"
    )
