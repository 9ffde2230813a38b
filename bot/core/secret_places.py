"""Where the secrets of a file, a comment or a request stand.

Decides which leaves hold secrets, looking also at what stands beside them, and where running text
does. Never decides what happens to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.core.leaf import Document, KeyPath, Kind, Leaf
from bot.core.secrecy import form_spans, secret_spans
from bot.core.spoken_secrets import spoken_spans

# How a placeholder begins; a value that already holds this is itself hidden.
FORGED = "«SECRET"
# What may stand on a line of any format between a name and its value.
NAMED = re.compile(
    r"(?P<name>[A-Za-z_가-힣][\w.-]*)[\"']?[^\S\n]*(?:[:=]|=>)[^\S\n]*(?P<quote>[\"']?)(?P<value>[^\n]*?)(?P=quote)[^\S\n]*,?[^\S\n]*(?=\r?$|[^\S\n]#)",
    re.MULTILINE,
)


def secret_leaves(document: Document) -> Iterator[tuple[Leaf, tuple[tuple[int, int], ...]]]:
    """Each leaf that holds a secret, with the spans (characters of its value) that are secret."""
    kinds = {
        leaf.key[:-1]
        for leaf in document.leaves
        if leaf.key[-1:] == ("kind",) and leaf.value == "Secret"
    }
    for leaf in document.leaves:
        if leaf.kind in {Kind.BOOLEAN, Kind.NULL, Kind.EMPTY, Kind.REFERENCE} or not leaf.value:
            continue
        if FORGED in leaf.value or _in_kubernetes_secret(leaf.key, kinds):
            yield leaf, ((0, len(leaf.value)),)
        elif spans := secret_spans(_named_key(document, leaf), leaf.value):
            yield leaf, spans


def _in_kubernetes_secret(key: KeyPath, kinds: set[KeyPath]) -> bool:
    """https://kubernetes.io/docs/concepts/configuration/secret/: ``data`` and ``stringData``."""
    return any(
        key[:length] in kinds and key[length] in {"data", "stringData"}
        for length in range(len(key) - 1)
    )


def _named_key(document: Document, leaf: Leaf) -> KeyPath:
    """``value`` beside ``name: DB_PASSWORD`` (or ``key:``) is known by that name."""
    if leaf.key and leaf.key[-1] == "value":
        for name in ("name", "key"):
            beside = document.by_key.get((*leaf.key[:-1], name))
            if beside is not None:
                return (*leaf.key, beside.value)
    return leaf.key


def text_spans(text: str, *, spoken: bool = False) -> tuple[tuple[int, int], ...]:
    """Secrets in running text: after a secret's name, by their form, or as a person says them."""
    spans = list(form_spans(text))
    for found in NAMED.finditer(text):
        at = found.start("value")
        spans += [
            (at + low, at + high) for low, high in secret_spans((found["name"],), found["value"])
        ]
    if spoken:
        spans += spoken_spans(text)
    return _apart(spans)


_SHORTEST = 4  # of what is left of a secret without the brackets around it


def without_secrets(text: str, hidden: str = "«secret»") -> str:
    """``text`` with every secret it says hidden: what may be written where others read."""
    for start, end in reversed(text_spans(text, spoken=True)):
        text = text[:start] + hidden + text[end:]
    return text


def secrets_said(text: str) -> tuple[str, ...]:
    """The secrets that ``text`` says, longest first."""
    said = {text[start:end] for start, end in text_spans(text, spoken=True)}
    # a sentence about it may set brackets and stops apart
    said |= {bare for one in said if len(bare := one.strip("()[]{}<>.,;:!?'\"`")) >= _SHORTEST}
    return tuple(sorted(said, key=len, reverse=True))


def _apart(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Of spans that overlap, the first and longest."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)
