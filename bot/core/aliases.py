"""What a repository itself calls a thing in two languages: ``name: arena-1`` beside ``title: 아레나 1``.

Decides that a Korean word stands for a Latin one only where both name exactly the same entries of a
list, and no other Latin word does so too. It never guesses from sound or spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.core.leaf import Document, KeyPath
from bot.core.words import words_in

_HANGUL = re.compile(r"[가-힣]{2,}")
_LATIN = re.compile(r"[a-z]{2,}")
_LONGEST_NAME = 60
Rows = dict[str, set[tuple[str, KeyPath]]]


def aliases_of(documents: Iterable[Document], naming: frozenset[str]) -> Mapping[str, str]:
    """Each Korean word with the Latin word that names the same entries; ``naming`` are the keys."""
    korean, latin = _rows(documents, naming)
    found = {}
    for word, rows in korean.items():
        same = [other for other, theirs in latin.items() if theirs == rows]
        if len(same) == 1:
            found[word] = same[0]
    return found


def _rows(documents: Iterable[Document], naming: frozenset[str]) -> tuple[Rows, Rows]:
    """Per word the mappings that it names, Korean words and Latin words apart."""
    korean: Rows = {}
    latin: Rows = {}
    for document in documents:
        for leaf in document.leaves:
            names = leaf.key and str(leaf.key[-1]).lower() in naming
            in_list = len(leaf.key) > 1 and isinstance(leaf.key[-2], int)
            if not names or not in_list or len(leaf.value) > _LONGEST_NAME:
                continue
            row = (document.path, leaf.key[:-1])
            for word in words_in(leaf.value):
                if _HANGUL.fullmatch(word):
                    korean.setdefault(word, set()).add(row)
                elif _LATIN.fullmatch(word):
                    latin.setdefault(word, set()).add(row)
    return korean, latin
