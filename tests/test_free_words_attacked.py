"""Sentences with which somebody made the rules do what nobody asked for: each ends in a question.

Reports, hearsay, doubts, plans, limits, asides about other places, second wishes, amounts, and words
that nobody knows, in both languages, around wishes that alone would be carried out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.gate.tasks import ROOT
from bot.core.builtin.derive import derive
from bot.core.expectation import Derivation
from bot.core.index import Index
from bot.core.request import read_request
from bot.demo import fleet_files

ATTACKED: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "free_words_attacked.yml").read_text("utf-8")
)


def _index(files: str | dict[str, str]) -> Index:
    if isinstance(files, dict):
        data = {path: text.encode() for path, text in files.items()}
    elif files == "fleet":
        data = fleet_files()
    else:
        root = ROOT / files / "files"
        data = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }
    return Index(data, frozenset(data))


@pytest.mark.parametrize("case", ATTACKED, ids=range(len(ATTACKED)))
def test_what_only_surrounds_a_wish_never_widens_it(case: dict[str, Any]) -> None:
    """Not one of the sentences leads to a change."""
    index = _index(case["files"])
    derived = [
        text
        for text in case["refused"]
        if isinstance(derive(read_request(text), index), Derivation)
    ]
    assert derived == []
