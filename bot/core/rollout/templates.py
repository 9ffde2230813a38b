"""``{name}`` in a policy's texts → its value, from a closed set of names.

Decides what a placeholder is: a name in braces, so that PromQL's own ``{job="api"}`` and ``{2,}``
stay what they are; ``{{name}}`` is the text ``{name}``. Never leaves an unknown name standing and
never looks into a value that it put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# What a parameter of a job may say. None of them holds words of a request: those are a stranger's.
NAMES = ("commit", "environment", "request", "run", "stage")
_PLACEHOLDER = re.compile(
    r"\{\{\s*(?P<kept>[A-Za-z_][\w-]*)\s*\}\}|\{\s*(?P<name>[A-Za-z_][\w-]*)\s*\}"
)


class UnknownNameError(KeyError):
    """A placeholder that nothing stands behind; ``name`` is what it says."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def names_in(text: str) -> tuple[str, ...]:
    """The names of the placeholders of ``text``, each once, in order."""
    found = (match["name"] for match in _PLACEHOLDER.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name))


def unknown_in(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """The names of ``text`` that are not among ``known``."""
    there = frozenset(known)
    return tuple(name for name in names_in(text) if name not in there)


def render(text: str, values: Mapping[str, str]) -> str:
    """``text`` with every placeholder's value. Raises UnknownNameError."""

    def value(match: re.Match[str]) -> str:
        if match["kept"]:
            return f"{{{match['kept']}}}"
        if match["name"] not in values:
            raise UnknownNameError(match["name"])
        return values[match["name"]]

    return _PLACEHOLDER.sub(value, text)


def health_names(parameters: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What a query or a URL may name: the environment, and its parameters in either case."""
    own = [name for name, _ in parameters]
    return tuple(dict.fromkeys(["environment", *own, *(name.lower() for name in own)]))


def health_values(environment: str, parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The values of ``health_names``; a parameter never hides the environment's own name."""
    own = dict(parameters)
    lower = {name.lower(): value for name, value in own.items()}
    return {**lower, **own, "environment": environment}
