"""A language model behind litellm, as the port ``Model``.

Decides how a question is put so that the server takes it: the strictest structured output it
knows, remembered once found. Retries what may pass and nothing else, each try within the run's
budget. Reads no environment of its own (provider keys are litellm's), never judges an answer.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from bot.adapters.litellm_client import Answer, CallError, Trouble, complete, worst_cost
from bot.adapters.model_budget import Budget, Limits
from bot.core.view import tokens
from bot.ports import ModelError, Question, Reply, Usage

__all__ = ["Budget", "Limits", "LitellmModel", "ModelSettings"]


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """How a model is reached. ``timeout`` (seconds) bounds one call, ``attempts`` its tries.

    ``base_url`` and ``api_key`` None leave it to litellm's own variables. ``backoff`` is the first
    wait between tries, ``longest_wait`` the most that a Retry-After is honoured; seconds.
    """

    name: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    max_output_tokens: int = 4_000
    attempts: int = 3
    backoff: float = 0.5
    longest_wait: float = 30.0


# How structured output is asked for, the strictest first. The second is that of llama.cpp
# (https://github.com/ggml-org/llama.cpp/tree/master/tools/server) and llama-cpp-python.
_STYLES = ("json_schema", "json_object_schema", "json_object", "none")
_SCHEMA_TOLD = frozenset({"json_object", "none"})


@dataclass(frozen=True, slots=True)
class _Manner:
    """What a server has been found to take."""

    style: int = 0
    temperature: bool = True
    limit: str = "max_tokens"

    def gentler(self, reason: str) -> _Manner | None:
        """The manner to try after a refusal for ``reason``; None where nothing is left to drop."""
        said = reason.lower()
        if self.temperature and "temperature" in said:
            return _Manner(self.style, temperature=False, limit=self.limit)
        if self.limit == "max_tokens" and "max_completion_tokens" in said:
            return _Manner(self.style, self.temperature, "max_completion_tokens")
        if self.style + 1 < len(_STYLES):
            return _Manner(self.style + 1, self.temperature, self.limit)
        return None

    def parameters(self, question: Question, settings: ModelSettings) -> dict[str, object]:
        """What is sent besides the model's name."""
        style = _STYLES[self.style]
        sent: dict[str, object] = {"messages": _messages(question, told=style in _SCHEMA_TOLD)}
        sent[self.limit] = settings.max_output_tokens
        response_format = _response_format(style, question)
        if response_format is not None:
            sent["response_format"] = response_format
        if self.temperature:
            sent["temperature"] = 0
        if settings.base_url:
            sent["base_url"] = settings.base_url
        if settings.api_key:
            sent["api_key"] = settings.api_key
        return sent


def _response_format(style: str, question: Question) -> Mapping[str, object] | None:
    schema = dict(question.schema)
    if style == "json_schema":
        return {
            "type": style,
            "json_schema": {"name": question.role, "strict": True, "schema": schema},
        }
    if style == "json_object_schema":
        return {"type": "json_object", "schema": schema}
    return {"type": "json_object"} if style == "json_object" else None


def _messages(question: Question, *, told: bool) -> list[dict[str, str]]:
    """Where the server does not hold the model to the schema, the model is told of it."""
    system = question.system
    if told:
        system += f"\n\nThe JSON schema of your answer:\n{json.dumps(dict(question.schema), ensure_ascii=False)}"
    return [{"role": "system", "content": system}, {"role": "user", "content": question.user}]


class LitellmModel:
    """One model; remembers how its server wants to be asked."""

    def __init__(self, settings: ModelSettings, budget: Budget) -> None:
        self._settings = settings
        self._budget = budget
        self._manner = _Manner()

    @property
    def name(self) -> str:
        """The name people configured, such as ``openai/gpt-5``."""
        return self._settings.name

    def ask(self, question: Question) -> Reply:
        """The model's answer.

        Raises:
            ModelError: model-unreachable, model-timeout, model-refused, model-budget.
        """
        start, manner = monotonic(), self._manner
        while True:
            try:
                answer = self._with_retries(question, manner)
            except CallError as failed:
                gentler = manner.gentler(failed.reason) if failed.trouble is Trouble.UNFIT else None
                if gentler is None:
                    raise self._error(failed) from None
                manner = gentler
                continue
            self._manner = manner
            return Reply(answer.text, self._usage(question, answer, monotonic() - start))

    def _with_retries(self, question: Question, manner: _Manner) -> Answer:
        retrying = Retrying(
            retry=retry_if_exception(
                lambda error: isinstance(error, CallError) and error.trouble is Trouble.AGAIN
            ),
            stop=stop_after_attempt(self._settings.attempts),
            wait=self._wait,
            reraise=True,
        )
        answer: Answer = retrying(self._call, question, manner)
        return answer

    def _wait(self, state: RetryCallState) -> float:
        """What the server asked for, up to a limit, else a growing pause; never past the run's end."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, CallError) else None
        usual = wait_random_exponential(
            multiplier=self._settings.backoff, max=self._settings.longest_wait
        )
        wait = min(usual(state) if asked is None else asked, self._settings.longest_wait)
        if wait >= self._budget.seconds_left:
            raise ModelError("model-budget", what="seconds", limit=0, model=self.name)
        return wait

    def _call(self, question: Question, manner: _Manner) -> Answer:
        """One try, its worst case held in the budget while it lasts."""
        asked = tokens(question.system + question.user)
        most = asked + self._settings.max_output_tokens
        held = self._budget.reserve(
            most, worst_cost(self.name, asked, self._settings.max_output_tokens)
        )
        seconds = min(self._settings.timeout, held.seconds_left)
        try:
            answer = complete(self.name, seconds, **manner.parameters(question, self._settings))
        except CallError:
            self._budget.settle(held)
            raise
        told = answer.prompt_tokens + answer.completion_tokens
        self._budget.settle(held, told or asked + tokens(answer.text), answer.dollars)
        return answer

    def _usage(self, question: Question, answer: Answer, seconds: float) -> Usage:
        """What was asked and answered is estimated where the server does not say."""
        asked = answer.prompt_tokens or tokens(question.system + question.user)
        answered = answer.completion_tokens or tokens(answer.text)
        cost = answer.dollars if math.isfinite(answer.dollars) else 0.0
        return Usage(self.name, question.role, asked, answered, cost, round(seconds, 3))

    def _error(self, failed: CallError) -> ModelError:
        code = {Trouble.TIMEOUT: "model-timeout", Trouble.AGAIN: "model-unreachable"}.get(
            failed.trouble, "model-refused"
        )
        reason = failed.reason
        if self._settings.api_key:
            reason = reason.replace(self._settings.api_key, "***")
        return ModelError(code, model=self.name, reason=reason)
