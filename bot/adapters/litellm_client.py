"""litellm itself: imported on first use, kept quiet and off the network, its errors sorted.

Decides which of its errors may pass if tried again, which mean that the server does not know a
parameter, and which are final. Facts about it were measured on litellm 1.106: it takes seconds to
import, fetches a price map unless told not to, and turns connection errors into status 500.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")

_SHOWN = 300
# litellm's own timeout ends a call in good order, so it gets this much longer to do so; seconds.
_GRACE = 1.0
# A call left behind may be importing; were it killed so at exit, the import lock would stay held
# and the interpreter hang (seen with CPython 3.11). So the exit waits for it a while; seconds.
_LEAVING = 10.0
_QUIET = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")


class Trouble(Enum):
    """What a failed call means for the next one."""

    AGAIN = "again"  # busy or broken for now
    UNFIT = "unfit"  # the server does not take the request in this style
    REFUSED = "refused"  # no key, no right, no such model, too long
    TIMEOUT = "timeout"


class CallError(Exception):
    """A call that failed; ``wait`` is the server's Retry-After in seconds, where it gave one."""

    def __init__(self, trouble: Trouble, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.reason = reason
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answer:
    """A completion: its text (empty where there is none), tokens (0 where not told), dollars."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    dollars: float


@cache
def _litellm() -> Any:  # noqa: ANN401 - importing its types would import it
    """The library, imported once. It reads these two variables while it is imported."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault(
        "LITELLM_MODE", "PRODUCTION"
    )  # never loads a .env file of the place it runs in
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    library: Any = import_module("litellm")
    library.suppress_debug_info = True
    library.telemetry = False
    return library


def complete(model: str, seconds: float, **parameters: object) -> Answer:
    """One HTTP call, over within ``seconds`` and a little whatever the server does. Raises CallError."""
    library = _litellm()
    try:
        response = _within(
            seconds + _GRACE,
            lambda: library.completion(
                model=model, timeout=seconds, num_retries=0, max_retries=0, **parameters
            ),
        )
    except TimeoutError:
        raise CallError(Trouble.TIMEOUT, f"no answer within {seconds:g} s") from None
    except Exception as error:  # noqa: BLE001 - the border: litellm lets through errors of many libraries
        raise _sorted(error, library) from None
    return _answer(model, response, library)


def worst_cost(model: str, prompt_tokens: int, completion_tokens: int) -> float:
    """US dollars for that many tokens by litellm's own price map; 0.0 where it knows no price."""
    try:
        prices = _litellm().cost_per_token(
            model=model, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens
        )
    except Exception:  # noqa: BLE001 - it raises several kinds for a model it does not know
        return 0.0
    return float(sum(prices))


def _within(seconds: float, call: Callable[[], T]) -> T:
    """``call``'s result; its own timeout bounds each read only, so a dripping server needs this one."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failure.append(error)

    thread = Thread(target=run, name="model-call", daemon=True)
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not outcome:
        atexit.register(thread.join, _LEAVING)
        raise TimeoutError
    return outcome[0]


_AGAIN = frozenset({429, 500, 502, 503, 504, 529})
_REFUSED = frozenset({401, 403, 404})
_UNFIT = frozenset({400, 422})


def _sorted(error: Exception, library: Any) -> CallError:  # noqa: ANN401
    """The error as we act on it; its kinds are those of docs.litellm.ai/docs/exception_mapping."""
    reason = f"{type(error).__name__}: {' '.join(str(error).split())[:_SHOWN]}"
    known = library.exceptions
    status = getattr(error, "status_code", None)
    if isinstance(error, known.Timeout):
        return CallError(Trouble.TIMEOUT, reason)
    if isinstance(error, (known.ContextWindowExceededError, known.ContentPolicyViolationError)):
        return CallError(Trouble.REFUSED, reason)
    if status in _AGAIN or isinstance(error, known.APIConnectionError):
        return CallError(Trouble.AGAIN, reason, _retry_after(error))
    if status in _UNFIT:
        return CallError(Trouble.UNFIT, reason)
    return CallError(Trouble.REFUSED, reason)


def _retry_after(error: Exception) -> float | None:
    """Seconds of a ``Retry-After`` header; its date form is not read, then the usual wait applies."""
    headers: Mapping[str, str] = getattr(error, "litellm_response_headers", None) or {}
    text = headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _answer(model: str, response: Any, library: Any) -> Answer:  # noqa: ANN401
    choices = getattr(response, "choices", None) or []
    text = (choices[0].message.content or "") if choices else ""
    usage = getattr(response, "usage", None)
    return Answer(
        text if isinstance(text, str) else "",
        int(getattr(usage, "prompt_tokens", 0) or 0),
        int(getattr(usage, "completion_tokens", 0) or 0),
        _price(model, response, library),
    )


def _price(model: str, response: object, library: Any) -> float:  # noqa: ANN401
    try:
        return float(library.completion_cost(completion_response=response, model=model) or 0.0)
    except Exception:  # noqa: BLE001 - it raises several kinds for a model it does not know
        return 0.0
