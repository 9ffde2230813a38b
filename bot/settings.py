"""The process environment → frozen Settings; the only reader of it.

Decides that a setting is wrong before any work starts. Never falls back silently: a value that
cannot be read is an error that names the variable.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

BUILTIN = "builtin"
ANY = "any"
NONE = "none"
DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"


class SettingsError(Exception):
    """A setting that cannot be used; ``code`` names the sentence, ``facts`` its words."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = {name: str(value) for name, value in facts.items()}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked; None leaves it to litellm's own variables."""

    name: str
    base_url: str | None = None
    api_key: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment says. Seconds, tokens, US dollars.

    ``policy_models`` are those a repository's policy may choose among. ``validators`` are programs
    that a policy may have run: ``ANY`` alone for all, empty for none, None where nothing is said.
    ``search`` is where programs are looked for (PATH).
    """

    author: Endpoint
    reviewer: Endpoint
    allow_same_model: bool = False
    model_timeout: float = 60.0
    model_attempts: int = 3
    max_output_tokens: int = 4_000
    max_calls: int = 40
    max_tokens: int = 200_000
    max_cost: float = 2.0
    max_seconds: float = 600.0
    rounds: int = 2
    duel_scope: str = "project"
    policy_models: tuple[str, ...] = ()
    validators: tuple[str, ...] | None = None
    search: str = DEFAULT_PATH

    @property
    def uses_models(self) -> bool:
        """True where a language model is asked at all."""
        return self.author.name != BUILTIN or self.reviewer.name != BUILTIN


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in ``environ`` (``CFG_*``; see docs/settings.md).

    Raises:
        SettingsError: same-model, reviewer-missing, setting-invalid, setting-unknown.
    """
    refuse_unknown(environ)
    settings = Settings(
        author=_endpoint(environ, "AUTHOR"),
        reviewer=_endpoint(environ, "REVIEWER"),
        allow_same_model=_flag(environ, "CFG_ALLOW_SAME_MODEL"),
        model_timeout=number(environ, "CFG_MODEL_TIMEOUT", 60.0),
        model_attempts=int(number(environ, "CFG_MODEL_ATTEMPTS", 3)),
        max_output_tokens=int(number(environ, "CFG_MAX_OUTPUT_TOKENS", 4_000)),
        max_calls=int(number(environ, "CFG_MAX_CALLS", 40)),
        max_tokens=int(number(environ, "CFG_MAX_TOKENS", 200_000)),
        max_cost=number(environ, "CFG_MAX_COST", 2.0),
        max_seconds=number(environ, "CFG_MAX_SECONDS", 600.0),
        rounds=int(number(environ, "CFG_ROUNDS", 2)),
        duel_scope=choice(environ, "CFG_DUEL_SCOPE", ("project", "file", "hunk")),
        policy_models=listed(environ, "CFG_POLICY_MODELS"),
        validators=_validators(environ),
        search=environ.get("PATH") or DEFAULT_PATH,
    )
    different(settings)
    return settings


def settings_here() -> Settings:
    """The settings of this process. Raises SettingsError."""
    return read_settings(os.environ)


_KNOWN = frozenset(
    """CFG_AUTHOR_MODEL CFG_AUTHOR_BASE_URL CFG_AUTHOR_API_KEY CFG_REVIEWER_MODEL CFG_REVIEWER_BASE_URL CFG_REVIEWER_API_KEY
    CFG_ALLOW_SAME_MODEL CFG_MODEL_TIMEOUT CFG_MODEL_ATTEMPTS CFG_MAX_OUTPUT_TOKENS CFG_MAX_CALLS CFG_MAX_TOKENS CFG_MAX_COST
    CFG_MAX_SECONDS CFG_ROUNDS CFG_DUEL_SCOPE CFG_LANG CFG_POLICY_MODELS CFG_VALIDATORS
    CFG_GITHUB_APP_ID CFG_GITHUB_PRIVATE_KEY CFG_GITHUB_PRIVATE_KEY_FILE CFG_GITHUB_WEBHOOK_SECRET CFG_GITHUB_WEBHOOK_SECRET_OLD
    CFG_GITHUB_URL CFG_REVIEWER_APP_ID CFG_REVIEWER_PRIVATE_KEY CFG_REVIEWER_PRIVATE_KEY_FILE CFG_JENKINS_URL CFG_JENKINS_USER
    CFG_JENKINS_TOKEN CFG_DATABASE_URL CFG_DATA CFG_HOST CFG_PORT CFG_PUBLIC_URL CFG_LABEL CFG_MODE CFG_SWEEP_SECONDS
    CFG_EXECUTOR_ID CFG_LOG_LEVEL CFG_JENKINS_NOTIFY_SECRET CFG_PROMETHEUS_URL CFG_PROMETHEUS_TOKEN
    CFG_PROMETHEUS_MAX_AGE CFG_PROBE_TIMEOUT CFG_PROBE_HOSTS""".split()
)


def refuse_unknown(environ: Mapping[str, str]) -> None:
    """A typo in a variable's name must not quietly leave a limit off."""
    for name in sorted(environ):
        if name.startswith("CFG_") and name not in _KNOWN:
            raise SettingsError("setting-unknown", name=name)


def _endpoint(environ: Mapping[str, str], role: str) -> Endpoint:
    name = environ.get(f"CFG_{role}_MODEL", "").strip() or BUILTIN
    return Endpoint(
        name,
        environ.get(f"CFG_{role}_BASE_URL") or None,
        environ.get(f"CFG_{role}_API_KEY") or None,
    )


def different(settings: Settings) -> None:
    """A model never judges itself unless the person insists, and it must have a judge at all.

    Raises SettingsError (reviewer-missing, same-model-refused).
    """
    author, reviewer = settings.author.name, settings.reviewer.name
    if author != BUILTIN and reviewer == BUILTIN:
        raise SettingsError("reviewer-missing", author=author)
    if author == reviewer != BUILTIN and not settings.allow_same_model:
        raise SettingsError("same-model-refused", model=author)


def choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """One of ``choices``, the first where nothing is set. Raises SettingsError."""
    value = environ.get(name, "").strip() or choices[0]
    if value not in choices:
        raise SettingsError("setting-invalid", name=name, value=value)
    return value


def listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Names parted by commas; empty parts are a slip of the hand."""
    text = environ.get(name, "").strip()
    names = tuple(one.strip() for one in text.split(",")) if text else ()
    if not all(names):
        raise SettingsError("setting-invalid", name=name, value=text)
    return tuple(dict.fromkeys(names))


def _validators(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    names = listed(environ, "CFG_VALIDATORS")
    if len(names) > 1 and {ANY, NONE} & set(names):
        raise SettingsError("setting-invalid", name="CFG_VALIDATORS", value=", ".join(names))
    if names == (NONE,):
        return ()
    return names or None


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "").strip().lower()
    if value not in {"", "0", "1", "true", "false", "yes", "no"}:
        raise SettingsError("setting-invalid", name=name, value=value)
    return value in {"1", "true", "yes"}


def number(environ: Mapping[str, str], name: str, default: float) -> float:
    """A positive number. Raises SettingsError (setting-invalid)."""
    text = environ.get(name, "").strip()
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        raise SettingsError("setting-invalid", name=name, value=text) from None
    if not 0 < value < 10_000_000:
        raise SettingsError("setting-invalid", name=name, value=text)
    return value
