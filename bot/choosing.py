"""The operator's settings × what a repository's policy asks of the models → what is used.

Decides how far a repository may choose: it can ask for more care (mode ``blind``, fewer rounds) and
for models that the operator lists, and for nothing else. It never makes anything looser, and a
model it names never gets the key of another provider.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.gate import Mode
from bot.core.policy import Models
from bot.policy import FIRST, PolicyError
from bot.policy.faults import Fault, fault
from bot.settings import BUILTIN, Endpoint, Settings, SettingsError, different


def chosen(settings: Settings, wanted: Models, mode: Mode) -> tuple[Settings, Mode]:
    """The settings and the mode that count for this repository. Raises PolicyError."""
    faults: list[Fault] = []
    author = _endpoint(settings, "author", wanted.author, faults)
    reviewer = _endpoint(settings, "reviewer", wanted.reviewer, faults)
    rounds = settings.rounds if wanted.rounds is None else min(settings.rounds, wanted.rounds)
    made = replace(settings, author=author, reviewer=reviewer, rounds=rounds)
    if not faults:
        faults += _unjudged(made, settings)
    if faults:
        raise PolicyError(FIRST, faults)
    blind = Mode.BLIND in {mode, wanted.mode}
    return made, Mode.BLIND if blind else mode


def _endpoint(settings: Settings, role: str, name: str | None, faults: list[Fault]) -> Endpoint:
    """Where the model called ``name`` is asked; the operator's own where none is called."""
    own = settings.author if role == "author" else settings.reviewer
    if name is None or name == own.name:
        return own
    for configured in (settings.author, settings.reviewer):
        if name == configured.name != BUILTIN:
            return configured
    if role == "author" and name == BUILTIN:
        return Endpoint(BUILTIN)  # rules alone edit: never looser
    if name == BUILTIN or name not in settings.policy_models:
        faults.append(fault("model-refused", None, where=f"models.{role}", name=name))
        return own
    if _provider(name) == _provider(own.name):
        return replace(own, name=name)
    return Endpoint(name)


def _provider(name: str) -> str:
    """Litellm's part before the slash; whose key and address the model is asked with."""
    return name.split("/", 1)[0] if "/" in name else name


def _unjudged(made: Settings, own: Settings) -> list[Fault]:
    """One model as both is the operator's to allow, never the repository's to ask for."""
    insisted = own.allow_same_model and own.author.name == own.reviewer.name
    try:
        different(replace(made, allow_same_model=insisted))
    except SettingsError as error:
        if error.code == "same-model-refused":
            return [fault("model-same", None, where="models", name=error.facts["model"])]
        return [fault("model-unjudged", None, where="models", name=error.facts["author"])]
    return []
