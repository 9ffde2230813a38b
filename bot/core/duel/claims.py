"""What a player holds against the other's candidate, and whether a check refutes it.

Decides that a claim is concrete: a place, what is wrong with it and the value it should have. A
claim that the base, the candidate or a derivation by rules contradicts is struck, with the reason;
whether a claim that stands is right is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.core.change import Change, LeafChange
from bot.core.expectation import Derivation, Expectation
from bot.core.identity import identities, identity_of
from bot.core.leaf import Document, KeyPath
from bot.core.masking import Mask
from bot.core.operation import SetValue, Unusable
from bot.core.replies import read_object
from bot.core.view import AmbiguousKeyError, one_line, parse_key, tokens

MAX_CLAIMS = 20
# So that nobody floods the prompt in which the other has to answer.
MAX_CLAIM_TOKENS = 1_000
_TEXT = {"type": "string"}


class Kind(StrEnum):
    """What is wrong with a place."""

    WRONG = "wrong"  # it changes, but to another value than it should
    MISSING = "missing"  # it should change and does not
    UNASKED = "unasked"  # it changes and should not


_CLAIM = {
    "type": "object",
    "properties": {
        "path": _TEXT,
        "key": _TEXT,
        "kind": {"type": "string", "enum": [one.value for one in Kind]},
        "should_be": {"type": ["string", "null"]},
        "reason": _TEXT,
    },
    "required": ["path", "key", "kind", "should_be", "reason"],
    "additionalProperties": False,
}
CLAIMS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"claims": {"type": "array", "items": _CLAIM}},
    "required": ["claims"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A counter-example; ``should_be`` is None where the place should not be, or not change.

    ``said`` is ``should_be`` as it came: with the placeholder of a secret, which alone may be shown.
    """

    path: str
    key: KeyPath
    kind: Kind
    should_be: str | None
    reason: str = ""
    said: str | None = None

    @property
    def place(self) -> tuple[str, KeyPath, Kind, str | None]:
        """What makes two claims the same, whatever words they come in."""
        return self.path, self.key, self.kind, self.should_be


def read_claims(
    text: str, documents: Mapping[str, Document], heads: Mapping[str, Document], mask: Mask
) -> tuple[Claim, ...] | Unusable:
    """The claims in a reply, each once; keys are looked up in base and candidate."""
    reply = read_object(text, CLAIMS_SCHEMA)
    if isinstance(reply, Unusable):
        return reply
    if len(reply["claims"]) > MAX_CLAIMS:
        return Unusable(f"claims-too-many: at most {MAX_CLAIMS}")
    texts = (one[name] or "" for one in reply["claims"] for name in ("path", "key", "should_be"))
    if sum(tokens(text) for text in texts) > MAX_CLAIM_TOKENS:
        return Unusable(f"claims-too-long: together at most {MAX_CLAIM_TOKENS} tokens")
    found: dict[object, Claim] = {}
    for said in reply["claims"]:
        claim = _claim(said, documents, heads, mask)
        if isinstance(claim, Unusable):
            return claim
        found.setdefault(claim.place, claim)
    return tuple(found.values())


def _claim(
    said: Mapping[str, Any],
    documents: Mapping[str, Document],
    heads: Mapping[str, Document],
    mask: Mask,
) -> Claim | Unusable:
    path = str(said["path"])
    known = [
        leaf.key
        for side in (documents, heads)
        for leaf in (side[path].leaves if path in side else ())
    ]
    if not known:
        return Unusable(f"path-unknown: {path[:200]!r} is not a file that was shown")
    try:
        key = parse_key(said["key"], known, mask)
    except AmbiguousKeyError:
        return Unusable(f"key-ambiguous: {said['key'][:200]!r} means several keys")
    kind, value = Kind(said["kind"]), said["should_be"]
    if kind is not Kind.UNASKED and value is None:
        return Unusable("should-be-missing: a claim names the value that the place should have")
    reason = one_line(" ".join(str(said["reason"]).split()))[:300]
    if kind is Kind.UNASKED or not isinstance(value, str):
        return Claim(path, key, kind, None, reason)
    refused = mask.check(SetValue(path, key, value, None))
    return refused or Claim(path, key, kind, mask.restore(value), reason, value)


def struck(
    claim: Claim, candidate: Change, documents: Mapping[str, Document], expectation: Expectation
) -> str | None:
    """Why a check refutes the claim (a code), or None where it stands."""
    mine = changes_at(candidate, claim)
    if claim.kind is Kind.MISSING:
        return _missing(claim, mine, documents, expectation)
    if not mine:
        return "not-changed"
    if claim.kind is Kind.WRONG and any(one.after == claim.should_be for one in mine):
        return "already-so"
    derived = _derived(expectation)
    if derived is not None and all(identity_of(one) in derived for one in mine):
        return "derived"
    return None


def changes_at(change: Change, claim: Claim) -> tuple[LeafChange, ...]:
    """The leaf changes at the place the claim speaks of, by its key in the base or in the head."""
    return tuple(
        one
        for one in change.leaf_changes
        if one.path == claim.path
        and claim.key in {leaf.key for leaf in (one.old, one.new) if leaf is not None}
    )


def _missing(
    claim: Claim,
    mine: Sequence[LeafChange],
    documents: Mapping[str, Document],
    expectation: Expectation,
) -> str | None:
    if mine:
        return "changed-already"
    document = documents.get(claim.path)
    leaf = document.by_key.get(claim.key) if document else None
    if leaf is not None and leaf.value == claim.should_be:
        return "already-so"
    if isinstance(expectation, Derivation) and not changes_at(expectation.change, claim):
        return "not-derived"
    return None


def _derived(expectation: Expectation) -> frozenset[object] | None:
    if not isinstance(expectation, Derivation):
        return None
    return frozenset(identities(expectation.change.leaf_changes))
