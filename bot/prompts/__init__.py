"""Prompt templates as data files, rendered strictly.

Decides nothing of their content. A fact that a template wants and does not get is an error; facts
are inserted as text and never rendered themselves, so that nothing in a file or a request can
reach the template language.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module, resources
from typing import Any


def render(name: str, facts: Mapping[str, object]) -> str:
    """The prompt ``name`` (``author.system``, ``author.user``, ``derive.user``, …) with ``facts``.

    Raises:
        FileNotFoundError: there is no such template.
        jinja2.UndefinedError: a fact is missing.
    """
    rendered: str = _environment().from_string(_source(name)).render(**facts)
    return rendered.strip() + "\n"


@cache
def _source(name: str) -> str:
    return resources.files(__name__).joinpath(f"{name}.md.j2").read_text(encoding="utf-8")


@cache
def _environment() -> Any:  # noqa: ANN401 - jinja2 is imported on first use
    """No loader, so that a template can include nothing that ``_part`` does not give it."""
    sandbox = import_module("jinja2.sandbox")
    environment = sandbox.ImmutableSandboxedEnvironment(
        undefined=import_module("jinja2").StrictUndefined,
        loader=import_module("jinja2").FunctionLoader(_part),
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment  # noqa: RET504 - named for what it is


def _part(name: str) -> str | None:
    """Parts shared by templates: their names begin with an underscore."""
    return _source(name) if name.startswith("_") and name.replace("_", "").isalpha() else None
