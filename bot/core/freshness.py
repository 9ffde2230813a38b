"""Does what came onto the base branch since the judgement matter to it?

Decides on the side of judging again: only prose and pictures that hold no value of the request or
of the change are passed over. It never looks at what the change would become.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from bot.core.builtin.tokens import tokenize
from bot.core.change import FileChange

_PROSE = frozenset(
    {".md", ".markdown", ".rst", ".adoc", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".pdf"}
)


def values_of(texts: Iterable[str], verdicts: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Every value the requests and the judged changes speak of."""
    said = {token.text for text in texts for token in tokenize(text) if token.valued}
    changed = {
        value
        for verdict in verdicts
        for change in verdict["changes"]
        for value in (change["old"], change["new"])
        if value
    }
    return frozenset(said | changed)


def matters(
    moved: Sequence[FileChange], judged_paths: Collection[str], values: Collection[str]
) -> bool:
    """True where a file that moved could have changed the judgement."""
    return any(_matters(file, judged_paths, values) for file in moved)


def _matters(file: FileChange, judged_paths: Collection[str], values: Collection[str]) -> bool:
    if file.path in judged_paths or PurePosixPath(file.path).suffix.lower() not in _PROSE:
        return True
    sides = [side for side in (file.base, file.head) if side is not None]
    return any(value.encode() in side for value in values for side in sides)
