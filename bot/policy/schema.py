"""The JSON Schema of ``.cfgbot.yml``: for editors, and the one list of keys the parser knows.

Decides which keys exist and what they are for. What a schema cannot say (a key pattern, a regular
expression, names used twice) the parser decides.
"""

from __future__ import annotations

from typing import Any

from bot.core.invariants import Per, Take
from bot.core.invariants.expressions import MAX_EXPRESSION
from bot.core.invariants.keys import MAX_KEY
from bot.core.rollout.rules import OnFailure, WhileRolling

Json = dict[str, Any]

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
JOB = r"[A-Za-z0-9_.-][A-Za-z0-9_. -]*(/[A-Za-z0-9_.-][A-Za-z0-9_. -]*)*"
MAX_LIMIT = 100_000_000
MAX_ROUNDS = 10
MAX_TIMEOUT = 600
OUTPUT = (100, 20_000)
MODES = ("blind", "review")
DURATION = r"(?=[0-9])(?:[0-9]{1,4}h)?(?:[0-9]{1,5}m)?(?:[0-9]{1,7}s)?"
RATIO = r"[0-9]{1,6}(?:\.[0-9]{1,6})?x baseline"
MAX_SECONDS = 86_400
MAX_WAVE = 1_000
MAX_PARALLEL = 100


def _object(description: str, needed: tuple[str, ...] = (), /, **properties: Json) -> Json:
    made: Json = {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "properties": properties,
    }
    return {**made, "required": list(needed)} if needed else made


def _globs(description: str, least: int = 0) -> Json:
    one = {"type": "string", "minLength": 1}
    many = {"type": "array", "items": one, "minItems": least}
    return {"description": description, "anyOf": [one, many]}


def _count(description: str, default: int) -> Json:
    bounds = {"minimum": 1, "maximum": MAX_LIMIT}
    return {"type": "integer", "description": description, **bounds, "default": default}


def _expression(description: str) -> Json:
    return {
        "type": "string",
        "description": description,
        "minLength": 1,
        "maxLength": MAX_EXPRESSION,
    }


def _time(description: str, default: str, least: float = 0, most: float = MAX_SECONDS) -> Json:
    """Seconds, or a text with units."""
    seconds = {"type": "number", "minimum": least, "maximum": most}
    text = {"type": "string", "pattern": f"^{DURATION}$"}
    return {"description": description, "anyOf": [seconds, text], "default": default}


_SCALAR: Json = {"type": ["string", "number", "boolean"]}

LIMITS = _object(
    "Sizes beyond which a change is refused.",
    files=_count("Files a change may touch.", 500),
    leaf_changes=_count("Values a change may touch.", 2_000),
    file_bytes=_count("Bytes a changed file may have.", 1_048_576),
)
MERGE = _object(
    "What a merge on GitHub waits for.",
    checks={
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "description": "Check runs and commit statuses that must succeed on the head, besides those of branch protection.",
    },
)
_FACTOR: Json = {"type": "string", "pattern": f"^{RATIO}$"}
_HOLD = "How long it must be good without a break."
_GRACE = "How long after the build it may still be bad."
METRIC = _object(
    "A PromQL query and the bounds of its values.",
    ("promql",),
    promql={
        "type": "string",
        "minLength": 1,
        "description": "The query; {environment} and the names of the environment's parameters stand for their values.",
    },
    above={"type": "number", "description": "Every value is more than this."},
    below={"type": "number", "description": "Every value is less than this."},
    at_most={
        **_FACTOR,
        "description": "No value is more than this times the one before the rollout: 1.5x baseline.",
    },
    at_least={**_FACTOR, "description": "No value is less than this times the one before."},
    negligible={
        "type": "number",
        "description": "With at_most: a value up to this is good whatever it was before.",
    },
    **{"for": _time(_HOLD, "60s")},
    grace=_time(_GRACE, "60s"),
)
METRIC["anyOf"] = [{"required": [one]} for one in ("above", "below", "at_most", "at_least")]
METRIC["dependentRequired"] = {"negligible": ["at_most"]}
PROBE = _object(
    "A URL that must answer.",
    ("http",),
    http={
        "type": "string",
        "pattern": r"^https?://[^\s/@]+(/\S*)?$",
        "description": "The URL, without credentials; placeholders as in promql.",
    },
    status={
        "type": "integer",
        "minimum": 100,
        "maximum": 599,
        "default": 200,
        "description": "The status it must answer.",
    },
    within=_time("How long the answer may take.", "5s", least=0.1, most=60),
    **{"for": _time(_HOLD, "0s")},
    grace=_time(_GRACE, "60s"),
)
HEALTH: Json = {"oneOf": [METRIC, PROBE]}
ENVIRONMENT = _object(
    "One place to deploy to.",
    ("paths", "job"),
    paths=_globs("Its files; a merge that touches none of them does not deploy it.", 1),
    job={
        "type": "string",
        "pattern": f"^{JOB}$",
        "description": "Its Jenkins job, with folders: team/fleet-deploy.",
    },
    parameters={
        "type": "object",
        "additionalProperties": {"type": ["string", "integer", "boolean"]},
        "propertyNames": {
            "not": {"pattern": "^([Cc][Ff][Gg]_[Rr][Uu][Nn]|[Cc][Oo][Mm][Mm][Ii][Tt])$"}
        },
        "description": "Values the job is given, with {commit}, {environment}, {request}, {run} or {stage} in them; the run and the commit come by themselves.",
    },
    wave={
        "type": "integer",
        "minimum": 0,
        "maximum": MAX_WAVE,
        "default": 0,
        "description": "Lower waves are deployed first; the next only once all of a wave is healthy.",
    },
    timeout=_time("How long a build may take.", "30m", least=1),
    health={
        "type": "array",
        "items": HEALTH,
        "description": "What must be so after a deployment; one that is not, or that nobody can tell, is not healthy.",
    },
)
ADMISSION = _object(
    "Places that say who may come in.",
    ("files",),
    files=_globs("Path patterns, gitignore-style.", 1),
    key={
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_KEY,
        "default": "**",
        "description": "A key pattern as in invariants; default: all keys of these files.",
    },
)
ROLLOUT = _object(
    "How a merge reaches the environments.",
    parallel={
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_PARALLEL,
        "default": 2,
        "description": "Environments of one wave that are deployed at once.",
    },
    soak=_time("How long a wave must stay healthy before the next one begins.", "0s"),
    make_before_break={
        "type": "boolean",
        "default": True,
        "description": "Where a server moves: let the new address in everywhere, then switch, then shut the old one out.",
    },
    on_failure={
        "enum": [one.value for one in OnFailure],
        "default": OnFailure.ROLLBACK.value,
        "description": "rollback: take everything back, in reverse order; stop: touch nothing more.",
    },
    while_rolling={
        "enum": [one.value for one in WhileRolling],
        "default": WhileRolling.WAIT.value,
        "description": "What a later change does to an environment that is rolling out.",
    },
    admission={
        "type": "array",
        "minItems": 1,
        "items": ADMISSION,
        "description": "The allow-lists; without it they are known by their names (firewall, security group, allow, …).",
    },
)
MODELS = _object(
    "What this repository asks of the models: more care than the operator does, never less.",
    author={
        "type": "string",
        "minLength": 1,
        "description": "Who edits: the operator's own, or one of CFG_POLICY_MODELS.",
    },
    reviewer={
        "type": "string",
        "minLength": 1,
        "description": "Who judges: the operator's own, or one of CFG_POLICY_MODELS.",
    },
    mode={
        "enum": list(MODES),
        "description": "blind: the reviewer derives the change itself before it sees it. The stricter of this and the operator's counts.",
    },
    rounds={
        "type": "integer",
        "minimum": 0,
        "maximum": MAX_ROUNDS,
        "description": "How often the author may revise; the lower of this and the operator's counts.",
    },
)
PLACES = _object(
    "Values: files by pattern, keys by pattern.",
    ("files", "key"),
    files=_globs("Path patterns, gitignore-style.", 1),
    key={
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_KEY,
        "description": "servers > * > port, or with dots: servers.*.port; ** for any number of steps, [*] for any list position.",
    },
    pattern=_expression(
        "A regular expression that the whole value must match; its one group, where it has one, is what counts."
    ),
    take={
        "enum": [one.value for one in Take],
        "default": Take.VALUE.value,
        "description": "What of a value counts: all of it, each item of a list written in one value, or each IP address in it.",
    },
)
_ONE_OR_MORE: Json = {
    "anyOf": [
        {"$ref": "#/$defs/places"},
        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/places"}},
    ]
}
_TWO_OR_MORE: Json = {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/places"}}
_PER: Json = {
    "enum": [one.value for one in Per],
    "description": "Among which places to compare: all, those of one folder, of one file, or of one mapping or list (parent).",
}
MEMBERS = _object(
    "Every value of these places stands at those.",
    ("of", "in"),
    **{
        "of": {**_ONE_OR_MORE, "description": "The values that must be known."},
        "in": {
            **_ONE_OR_MORE,
            "description": "Where the known ones stand. A network there knows the addresses in it.",
        },
        "also": {
            "type": "array",
            "items": _SCALAR,
            "description": "Values that are known besides, each meaning itself alone.",
        },
    },
)
WITHIN = _object(
    "Every value at these places is in a range, in a set, or matches.",
    ("at",),
    at=_ONE_OR_MORE,
    min={
        "type": ["string", "number"],
        "description": "The least it may be, with a unit where the value has one: 1s, 64Mi, 1024.",
    },
    max={"type": ["string", "number"], "description": "The most it may be."},
    one_of={
        "type": "array",
        "minItems": 1,
        "items": _SCALAR,
        "description": "All it may be, as it is written.",
    },
    matches=_expression("A regular expression that the whole value must match."),
)
DISTINCT = _object(
    "No two of these places say the same.",
    ("at",),
    at=_ONE_OR_MORE,
    per={**_PER, "default": Per.ALL.value},
)
ORDERED = _object(
    "No value of a place is more than one of the next.",
    ("at",),
    at={**_TWO_OR_MORE, "description": "From the least to the most."},
    per={**_PER, "default": Per.FILE.value},
)
PROMISES: Json = {
    "same": {"description": "All these places say the same.", **_ONE_OR_MORE},
    "members": MEMBERS,
    "within": WITHIN,
    "distinct": DISTINCT,
    "ordered": ORDERED,
}
INVARIANT: Json = {
    **_object(
        "A promise that no change may break.",
        ("name",),
        name={"type": "string", "pattern": f"^{NAME}$", "description": "What findings call it."},
        why={
            "type": "string",
            "minLength": 1,
            "description": "Why it matters; shown to whoever would break it.",
        },
        **PROMISES,
    ),
    "oneOf": [{"required": [one]} for one in PROMISES],
}
VALIDATOR = _object(
    "A program that must find the changed files good: exit status 0 is good.",
    ("name", "run", "files"),
    name={"type": "string", "pattern": f"^{NAME}$", "description": "What findings call it."},
    run={
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "minLength": 1},
        "description": "The command as a list of words, run by no shell in a scratch copy; {files} stands for the changed files.",
    },
    files=_globs("It is run where a changed file matches.", 1),
    timeout={
        "type": "number",
        "minimum": 1,
        "maximum": MAX_TIMEOUT,
        "default": 30,
        "description": "Seconds.",
    },
    output={
        "type": "integer",
        "minimum": OUTPUT[0],
        "maximum": OUTPUT[1],
        "default": 2_000,
        "description": "Characters of its output that are shown.",
    },
    optional={
        "type": "boolean",
        "default": False,
        "description": "Where the program is missing or not allowed, only warn.",
    },
)
POLICY = _object(
    "What cfgbot may do in this repository. Read from the base branch only.",
    allowed=_globs("Paths that may change, gitignore-style; without it everything."),
    protected=_globs("Paths that may not, besides what never may."),
    limits=LIMITS,
    merge=MERGE,
    models=MODELS,
    environments={
        "type": "object",
        "description": "Where merges are deployed, by name.",
        "propertyNames": {"pattern": f"^{NAME}$"},
        "additionalProperties": ENVIRONMENT,
    },
    rollout=ROLLOUT,
    invariants={
        "type": "array",
        "items": INVARIANT,
        "description": "Promises over values that no change may break.",
    },
    validators={
        "type": "array",
        "items": VALIDATOR,
        "description": "Programs of this machine that must find changed files good.",
    },
)  # fmt: skip
SCHEMA: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "cfgbot's policy file, .cfgbot.yml",
    **POLICY,
    "type": ["object", "null"],
    "$defs": {"places": PLACES},
}


def keys(schema: Json) -> tuple[str, ...]:
    """The keys a mapping of the policy may have."""
    return tuple(schema["properties"])


def needed(schema: Json) -> tuple[str, ...]:
    """The keys it must have."""
    return tuple(schema.get("required", ()))
