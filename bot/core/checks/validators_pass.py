"""``validators-pass``: the programs that the policy names find the changed files good.

A validator that was not run has not passed, whatever the reason. Its output is other people's
text: secrets of the files are hidden in it, and only what blocks shows it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.checks.rule import Rule
from bot.core.finding import Finding, blocks, warns
from bot.core.leaf import Document
from bot.core.masking import Mask, mask_documents
from bot.core.validation import Ended, NativeCheck, Validation, concerning, own_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.checks.case import Case

ID = "validators-pass"
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")


def check(case: Case) -> Iterator[Finding]:
    """What each validator that the change concerns has to say."""
    said = {validation.name: validation for validation in case.validations}
    for wanted in concerning(case.policy.validators, case.change.files):
        own = own_files(wanted, case.change.files)
        if own:
            yield blocks(ID, own[0], None, "own-file", name=wanted.name)
        elif wanted.name not in said:
            yield blocks(ID, None, None, "not-run", name=wanted.name)
        else:
            yield from _judged(case, wanted, said[wanted.name])


def _judged(case: Case, wanted: NativeCheck, said: Validation) -> Iterator[Finding]:
    facts = {"name": wanted.name, "program": wanted.run[0], "detail": said.detail}
    ended = said.ended
    if ended is Ended.PASSED:
        return
    if ended in {Ended.MISSING, Ended.FORBIDDEN} and wanted.optional:
        yield warns(ID, None, None, "skipped", **facts)
    elif ended is Ended.FAILED and said.before is Ended.FAILED:
        yield warns(ID, None, None, "already", **facts)
    elif ended is Ended.FAILED:
        output = _hidden(case, said.output, wanted.output)
        path, line = _mentioned(case, said.output)
        yield blocks(ID, path, line, "failed", **facts, output=output or "∅")
    else:
        seconds = f"{wanted.timeout:g}"
        yield blocks(ID, None, None, ended.value, **facts, seconds=seconds)


def _hidden(case: Case, output: str, limit: int) -> str:
    known = {**case.base, **case.promised}
    documents = {path: one for path, one in known.items() if isinstance(one, Document)}
    heads = [one for one in case.change.head_docs.values() if isinstance(one, Document)]
    mask = mask_documents(documents, also=heads, request=case.request.text)
    return shown_output(output, limit, mask)


def shown_output(output: str, limit: int, mask: Mask) -> str:
    """The end of the output, where programs say what is wrong, with no secret of the files in it."""
    lines = mask.hide_lines(_ESCAPES.sub("", output).splitlines())
    text = " ".join(" ".join(line.split()) for line in lines if line.strip())
    return text if len(text) <= limit else "…" + text[-limit:]


def _mentioned(case: Case, output: str) -> tuple[str | None, int | None]:
    """The first changed file that the output names with a line."""
    found: list[tuple[int, str, int]] = []
    for path in case.change.paths:
        named = re.search(rf"(?<![\w/-])(?:\./)?{re.escape(path)}:(\d{{1,6}})\b", output)
        if named:
            found.append((named.start(), path, int(named.group(1))))
    return min(found)[1:] if found else (None, None)


RULE = Rule(ID, 6, check)
