"""The benchmark with two models over HTTP: scripted ones here, real ones where somebody asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import pytest
from rich.console import Console

from bench.gate.models import chosen, is_wrong, judged, show
from bench.gate.tasks import Task
from bot.core.gate import Mode
from bot.ports import Question
from bot.settings import Settings, read_settings
from bot.simulated.faults import read_faults
from bot.simulated.model import SimulatedModel
from bot.simulated.truth import Truth, truth_of
from tests.model_server import Asked, Behaviour, ModelServer

TASKS = 6


def _truths() -> Iterator[tuple[Task, Truth]]:
    for task in chosen(("flat",), 40, 0):
        assert isinstance(task, Task)
        if truth := truth_of(task.id, task.request, task.base, task.right[0]):
            yield task, truth


def _knows(truths: Mapping[str, Truth], name: str) -> Behaviour:
    """A model that knows every task by its request and errs as its name says."""

    def answer(asked: Asked) -> str:
        truth = next(one for request, one in truths.items() if request.strip() in asked.user)
        model = SimulatedModel(name, read_faults(name), truth, "one")
        question = Question(asked.role, asked.system, asked.user, {})
        return model.ask(question).text

    return answer


def _played(author: str, reviewer: str) -> tuple[list[tuple[str, str]], ModelServer]:
    pairs = list(_truths())[:TASKS]
    truths = {task.request: truth for task, truth in pairs}
    behaviours = {"a": _knows(truths, author), "b": _knows(truths, reviewer)}
    with ModelServer(behaviours) as server:
        ends = {"BASE_URL": server.base_url, "API_KEY": "none"}
        environ = {f"CFG_{role}_{k}": v for role in ("AUTHOR", "REVIEWER") for k, v in ends.items()}
        settings = read_settings(
            {**environ, "CFG_AUTHOR_MODEL": "openai/a", "CFG_REVIEWER_MODEL": "openai/b"}
        )
        found = [one for task, _ in pairs for one in judged(task, settings, Mode.BLIND, 2)]
    return [(one.asked, one.ended) for one in found], server


def test_two_good_models_merge_what_is_right_and_refuse_what_is_wrong() -> None:
    """Over real HTTP: no request is merged wrongly, no wrong change is approved, most are merged.

    Not all: for an address or a port two models that agree are not enough where the rules cannot
    read the request.
    """
    found, server = _played("sim:perfect", "sim:perfect")
    assert found.count(("change", "right")) > TASKS // 2
    assert found.count(("verify right", "approved")) == found.count(("change", "right"))
    assert ("change", "wrong") not in found
    assert ("verify wrong", "approved") not in found
    assert {asked.model for asked in server.asked} == {"a", "b"}


def test_an_author_that_errs_is_not_merged_by_a_good_reviewer() -> None:
    """Every value comes out wrong: nothing is merged, and that is no error either."""
    found, _ = _played("sim:wrong_value=1", "sim:perfect")
    assert ("change", "wrong") not in found
    assert ("change", "error") not in found


@pytest.mark.local_models
def test_two_real_models_approve_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    """The models of the environment over 30 tasks: the rates are printed, no protected kind goes wrong."""
    settings = _from_environment()
    found = [one for task in chosen((), 30, 10) for one in judged(task, settings, Mode.BLIND, 2)]
    with capsys.disabled():
        show(Console(), settings, found)
    assert any(one.ended != "error" for one in found), "no model answered"
    assert not [one for one in found if is_wrong(one)]


def _from_environment() -> Settings:
    settings = read_settings(os.environ)
    if not settings.uses_models:
        pytest.fail("set CFG_AUTHOR_MODEL and CFG_REVIEWER_MODEL: docs/local-models.md")
    return settings
