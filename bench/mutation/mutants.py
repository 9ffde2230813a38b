"""Mutants of a file, as mutmut makes them: all in one module, chosen by an environment variable.

Only names and places are found out here; the operators and the switch are mutmut's own.
"""

from __future__ import annotations

import ast
import importlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ORIGINAL = "__mutmut_orig"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small fault. ``name`` is mutmut's; ``line`` is 1-based in the file as people have it.

    ``statement`` are the first and last line, in the file with all mutants, of the statement that
    is mutated: what never executes these lines cannot notice. ``was`` and ``now`` are source text.
    """

    name: str
    module: str
    function: str
    line: int
    statement: tuple[int, int]
    was: str
    now: str


def mutate(root: Path, path: Path) -> list[Mutant]:
    """Put all mutants of ``path``, a file in ``root``, into it; with none chosen it is as it was."""
    source = path.read_text(encoding="utf-8")
    made = importlib.import_module("mutmut.mutation.file_mutation").mutate_file_contents(
        str(path.relative_to(root)), source
    )
    path.write_text(made.code, encoding="utf-8")
    module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    return list(_mutants(module, source, made.code, list(made.mutant_names)))


def _mutants(module: str, source: str, code: str, names: list[str]) -> Iterator[Mutant]:
    functions, lines = _functions(code), code.splitlines()
    starts = {name: function.lineno for name, function in _functions(source).items()}
    for name in names:
        mangled = name.rpartition("__mutmut_")[0]
        # mutmut calls a function "x_name" and a method "xǁClassǁname"
        original, function = functions[mangled + _ORIGINAL], mangled.removeprefix("x_")
        function = function.removeprefix("xǁ").replace("ǁ", ".")
        old = _text(lines, original, _ORIGINAL)
        new = _text(lines, functions[name], name.removeprefix(mangled))
        offset, was, now = _difference(old, new)
        yield Mutant(
            name=f"{module}.{name}",
            module=module,
            function=function,
            line=starts[function.rpartition(".")[2]] + offset,
            statement=_statement(original, original.lineno + offset),
            was=was,
            now=now,
        )


def _functions(code: str) -> dict[str, _Function]:
    return {
        node.name: node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _text(lines: list[str], function: _Function, suffix: str) -> list[str]:
    """The source of a function under the name that people gave it."""
    first, *rest = lines[function.lineno - 1 : function.end_lineno]
    return [first.replace(suffix + "(", "("), *rest]


def _difference(old: list[str], new: list[str]) -> tuple[int, str, str]:
    """The first line that differs, from 0, and both texts of all that do."""
    changed = [
        (tag, a, b, c, d)
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    _, start, _, other, _ = changed[0]
    end, last = changed[-1][2], changed[-1][4]
    was = " ".join(line.strip() for line in old[start:end])
    now = " ".join(line.strip() for line in new[other:last])
    return min(start, len(old) - 1), was, now


def _statement(function: _Function, line: int) -> tuple[int, int]:
    """The innermost statement around a line; of one with a body only what stands before it."""
    found = (function.body[0].lineno, function.body[0].end_lineno or line)
    for node in ast.walk(function):
        if node is function or not isinstance(node, ast.stmt):
            continue
        inner = getattr(node, "body", None)
        end = (inner[0].lineno - 1 if isinstance(inner, list) else node.end_lineno) or line
        if node.lineno <= line <= max(end, node.lineno):
            found = (node.lineno, max(end, node.lineno))
    return found
