"""84 requests for the sample fleet, written by somebody who had not read the rules.

Each has the change it must lead to, or the reason it must be declined. A right request may end in a
question, never in another change.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.builtin.derive import derive
from bot.core.expectation import Unproven
from bot.core.explain import explain
from bot.core.gate import Merge, Mode, decide
from bot.core.index import Index
from bot.core.leaf import show_key
from bot.core.request import read_request
from bot.demo import fleet_files
from bot.judge import Matter, evaluate

REQUESTS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("fleet_requests.yml").read_text("utf-8")
)
Leaf = tuple[str, str, str | None, str | None]


@cache
def index() -> Index:
    """The whole fleet."""
    return Index(fleet_files(), frozenset(fleet_files()))


def merged(text: str) -> set[Leaf] | None:
    """The leaf changes that would be merged without any model, or None where it is declined."""
    request = read_request(text)
    expectation = derive(request, index())
    if isinstance(expectation, Unproven):
        return None
    matter = Matter(request, index(), expectation, expectation.change)
    evaluation = evaluate(matter, Mode.BLIND, lambda _matter, _findings: None)
    assert evaluation.explained == explain(request, expectation.change, expectation, index(), None)
    if not isinstance(decide(evaluation, may_revise=False), Merge):
        return None
    return {
        (c.path, show_key(c.key), c.before, c.after)
        for c in (item.change for item in evaluation.explained)
    }


def wanted(entry: dict[str, Any]) -> set[Leaf]:
    """The change that a request must lead to."""
    return {
        (c["path"], c["key"], _text(c["old"]), _text(c["new"])) for c in entry.get("changes") or []
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@pytest.mark.parametrize("entry", REQUESTS, ids=lambda entry: entry["request"][:60])
def test_a_request_leads_to_its_change_or_to_none(entry: dict[str, Any]) -> None:
    """Nothing but the right change is ever merged; what must be declined is."""
    found = merged(entry["request"])
    if entry["expect"] == "decline":
        assert found is None
    else:
        assert found in (None, wanted(entry))


def test_most_right_requests_are_carried_out() -> None:
    """Of the requests that must be carried out, at least 48 of 59 are, without asking."""
    right = [entry for entry in REQUESTS if entry["expect"] == "merge"]
    done = [entry for entry in right if merged(entry["request"]) == wanted(entry)]
    assert len(right) == 59
    assert len(done) >= 48
