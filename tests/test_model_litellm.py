"""The litellm adapter against a real HTTP server on loopback."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from bot.adapters.litellm_model import Budget, Limits, LitellmModel, ModelSettings
from bot.ports import ModelError, Question
from bot.prompts import render
from tests.model_server import (
    Answer,
    Asked,
    Behaviour,
    ModelServer,
    always,
    by_role,
    completion,
    error,
    no_choices,
    refuses_styles,
    says,
    script,
    slow,
    truncated,
)

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
QUESTION = Question("author", "You edit.", "Do it.", SCHEMA)
GOOD = '{"a":"b"}'
KEY = "key-for-tests-0123456789"


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """The library takes seconds to import; no timing test may pay for that."""
    with ModelServer({"warm": says(GOOD)}) as server:
        model(server, name="warm", timeout=30.0).ask(QUESTION)


def model(
    server: ModelServer, limits: Limits | None = None, name: str = "author", **changed: float
) -> LitellmModel:
    """A model behind the server, quick to give up."""
    settings = {"timeout": 5.0, "backoff": 0.01, "max_output_tokens": 50, **changed}
    return LitellmModel(
        ModelSettings(f"openai/{name}", base_url=server.base_url, api_key=KEY, **settings),  # type: ignore[arg-type]
        Budget(limits),
    )


def serve(behaviour: Behaviour) -> ModelServer:
    """A server with one model."""
    return ModelServer({"author": behaviour})


def fails(server: ModelServer, **changed: float) -> ModelError:
    """The error that asking ends in."""
    with pytest.raises(ModelError) as raised:
        model(server, None, "author", **changed).ask(QUESTION)
    return raised.value


def test_a_good_answer_comes_back_with_what_it_cost() -> None:
    """Text as it came, tokens as told, no price for a model nobody knows."""
    with serve(says(GOOD)) as server:
        reply = model(server).ask(QUESTION)
    assert reply.text == GOOD
    assert (reply.usage.model, reply.usage.role) == ("openai/author", "author")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.cost) == (
        11,
        7,
        0.0,
    )
    assert 0 < reply.usage.seconds < 5
    assert len(server.asked) == 1


def test_what_is_sent_is_strict_deterministic_and_capped() -> None:
    """One strict schema, temperature 0, a token cap, the two texts and nothing else."""
    with serve(says(GOOD)) as server:
        model(server).ask(QUESTION)
    body = dict(server.asked[0].body)
    assert body.pop("messages") == [
        {"role": "system", "content": "You edit."},
        {"role": "user", "content": "Do it."},
    ]
    assert body == {
        "model": "author",
        "temperature": 0,
        "max_tokens": 50,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "author", "strict": True, "schema": SCHEMA},
        },
    }


def test_the_price_of_a_known_model_is_recorded() -> None:
    """Its own price map says what a model costs."""
    with ModelServer({"gpt-4o-mini": says(GOOD)}) as server:
        reply = model(server, name="gpt-4o-mini").ask(QUESTION)
    assert 0 < reply.usage.cost < 0.001


@pytest.mark.parametrize(
    ("refused", "taken"),
    [
        (("json_schema",), "json_object+schema"),
        (("json_schema", "json_object+schema"), "json_object"),
        (("json_schema", "json_object+schema", "json_object"), "none"),
    ],
)
def test_the_next_style_of_structured_output_is_tried_and_remembered(
    refused: tuple[str, ...], taken: str
) -> None:
    """A server that refuses a style is asked in the next one, and never in the first again."""
    with serve(refuses_styles(*refused, then=says(GOOD))) as server:
        author = model(server)
        assert author.ask(QUESTION).text == GOOD
        tries = len(server.asked)
        author.ask(QUESTION)
    assert tries == len(refused) + 1
    assert [asked.style for asked in server.asked[tries - 1 :]] == [taken, taken]


def test_a_server_that_does_not_hold_to_the_schema_is_told_it() -> None:
    """Only the styles without a schema carry it in the text."""
    with serve(refuses_styles("json_schema", "json_object+schema", then=says(GOOD))) as server:
        model(server).ask(QUESTION)
    told = [json.dumps(SCHEMA) in asked.system for asked in server.asked]
    assert told == [False, False, True]


def test_a_refused_temperature_is_dropped_and_the_schema_kept() -> None:
    """Some models take no temperature; that must not cost the strict schema."""

    def behave(asked: Asked) -> Answer | str:
        return (
            error(400, "Unsupported value: 'temperature'") if "temperature" in asked.body else GOOD
        )

    with serve(behave) as server:
        author = model(server)
        author.ask(QUESTION)
        author.ask(QUESTION)
    assert [asked.style for asked in server.asked] == ["json_schema"] * 3
    assert "temperature" not in server.asked[2].body


def test_a_request_refused_in_every_style_is_refused() -> None:
    """400 to everything ends, after each style was tried once."""
    with serve(always(error(400, "go away"))) as server:
        assert fails(server).code == "model-refused"
    assert [asked.style for asked in server.asked] == [
        "json_schema",
        "json_object+schema",
        "json_object",
        "none",
    ]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_is_final(status: int) -> None:
    """No key, no right, no model: asked once, and the key is not repeated in the reason."""
    with serve(always(error(status, f"bad key {KEY}"))) as server:
        raised = fails(server)
    assert raised.code == "model-refused"
    assert KEY not in str(raised.facts)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_a_busy_server_is_asked_again_a_bounded_number_of_times(status: int) -> None:
    """Three tries and no more; litellm retries nothing of its own."""
    with serve(always(error(status))) as server:
        assert fails(server).code == "model-unreachable"
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_a_server_that_recovers_is_used(status: int) -> None:
    """One failure is not the end."""
    with serve(script(error(status), GOOD)) as server:
        assert model(server).ask(QUESTION).text == GOOD
    assert len(server.asked) == 2


def test_retry_after_is_honoured() -> None:
    """The next try comes no sooner than the server asked."""
    with serve(script(error(429, **{"Retry-After": "0.4"}), GOOD)) as server:
        start = monotonic()
        model(server).ask(QUESTION)
        assert 0.4 <= monotonic() - start < 3


def test_retry_after_is_capped() -> None:
    """An hour's wait is not waited."""
    with serve(script(error(429, **{"Retry-After": "3600"}), GOOD)) as server:
        start = monotonic()
        model(server, longest_wait=0.2).ask(QUESTION)
        assert monotonic() - start < 3


def test_a_wait_past_the_end_of_the_run_is_not_begun() -> None:
    """The budget's seconds bound the waits too."""
    with serve(always(error(429, **{"Retry-After": "20"}))) as server:
        start = monotonic()
        with pytest.raises(ModelError) as raised:
            model(server, Limits(seconds=5.0)).ask(QUESTION)
        assert (raised.value.code, monotonic() - start < 3) == ("model-budget", True)
    assert len(server.asked) == 1


def test_a_slow_server_times_out() -> None:
    """One call, one timeout."""
    with serve(slow(5.0, says(GOOD))) as server:
        start = monotonic()
        assert fails(server, timeout=0.3).code == "model-timeout"
        assert monotonic() - start < 2
        assert len(server.asked) == 1


def test_a_server_that_drips_times_out() -> None:
    """A byte now and then does not keep a call alive."""
    body = completion(GOOD).body
    with serve(always(Answer(200, body, drip=0.1))) as server:
        start = monotonic()
        assert fails(server, timeout=0.5).code == "model-timeout"
        assert monotonic() - start < 4


def test_nothing_listening_is_unreachable() -> None:
    """A closed port is tried again, then given up."""
    with serve(says(GOOD)) as server:
        closed = server
    assert fails(closed).code == "model-unreachable"


@pytest.mark.parametrize(
    "broken",
    [
        Answer(200, b"{not json"),
        Answer(200, b"<html>", {"Content-Type": "text/html"}),
        Answer(200, b"", length=500),
        Answer(200, b'{"foo": 1}'),
    ],
)
def test_a_broken_response_is_unreachable(broken: Answer) -> None:
    """What is no completion is never taken for an answer."""
    with serve(always(broken)) as server:
        assert fails(server).code == "model-unreachable"
    assert len(server.asked) == 3


@pytest.mark.parametrize("answer", [no_choices(), completion(None), completion("")])
def test_an_empty_answer_is_empty_text(answer: Answer) -> None:
    """No choice, no content: the reader gets nothing and says so."""
    with serve(always(answer)) as server:
        assert model(server).ask(QUESTION).text == ""


def test_a_truncated_answer_comes_as_it_is() -> None:
    """Never completed by guessing."""
    with serve(always(truncated(GOOD))) as server:
        assert model(server).ask(QUESTION).text == GOOD[: len(GOOD) // 2]


def test_a_huge_answer_comes_as_it_is() -> None:
    """The reader refuses it by its length."""
    with serve(says("x" * 3_000_000)) as server:
        assert len(model(server).ask(QUESTION).text) == 3_000_000


@pytest.mark.parametrize(
    ("limits", "what"),
    [(Limits(calls=0), "calls"), (Limits(tokens=50), "tokens"), (Limits(seconds=0.0), "seconds")],
)
def test_nothing_is_asked_beyond_the_budget(limits: Limits, what: str) -> None:
    """The limit is looked at before the call."""
    with serve(says(GOOD)) as server, pytest.raises(ModelError) as raised:
        model(server, limits).ask(QUESTION)
    assert (raised.value.code, raised.value.facts["what"]) == ("model-budget", what)
    assert server.asked == []


def test_dollars_are_counted_before_they_are_spent() -> None:
    """The worst price of a call must fit."""
    with ModelServer({"gpt-4o-mini": says(GOOD)}) as server, pytest.raises(ModelError) as raised:
        model(server, Limits(dollars=0.000001), name="gpt-4o-mini").ask(QUESTION)
    assert (raised.value.code, raised.value.facts["what"]) == ("model-budget", "dollars")
    assert server.asked == []


def test_a_budget_is_shared_by_models() -> None:
    """Two models of one run count together; retries count as calls."""
    budget = Budget(Limits(calls=3))
    with ModelServer({"author": script(error(500), GOOD), "reviewer": says(GOOD)}) as server:
        one, other = (
            LitellmModel(
                ModelSettings(f"openai/{name}", server.base_url, KEY, backoff=0.01), budget
            )
            for name in ("author", "reviewer")
        )
        one.ask(QUESTION)
        other.ask(QUESTION)
        with pytest.raises(ModelError, match="model-budget"):
            one.ask(QUESTION)
    assert len(server.asked) == 3


def test_nothing_is_printed_or_logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Its banners and debug lines stay out of a command's output."""
    with serve(always(error(500))) as server:
        fails(server)
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_importing_it_is_lazy_and_reads_no_dotenv_of_the_repository(tmp_path: Path) -> None:
    """A repository's .env must not point the bot at another server."""
    (tmp_path / ".env").write_text("FROM_DOTENV=1\nOPENAI_API_BASE=http://192.0.2.1\n")
    code = (
        "import os, sys; from bot.adapters.litellm_model import *; from bot.adapters import litellm_client\n"
        "assert 'litellm' not in sys.modules\nlitellm_client._litellm()\nassert 'litellm' in sys.modules\n"
        "print(os.environ.get('FROM_DOTENV'), os.environ.get('OPENAI_API_BASE'))"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    environ.pop("OPENAI_API_BASE", None)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "None None"


@pytest.mark.parametrize("role", ["author", "derive", "review"])
def test_the_server_tells_the_roles_apart(role: str) -> None:
    """A scripted server can answer each role in its own way."""
    with serve(by_role(**{role: GOOD})) as server:
        model(server).ask(Question(role, render(f"{role}.system", {}), "x", SCHEMA))
    assert [asked.role for asked in server.asked] == [role]
