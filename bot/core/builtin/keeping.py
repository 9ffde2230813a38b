"""What a request says must stay as it is: ``leave api-2 alone``, ``203.0.113.200은 건드리지 마세요``.

Decides which words and literals are kept out of a change. A change that touches what was to be kept
is never derived; words that mean nothing here are a doubt, since nobody knows what they protect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.core.builtin.planning import Refused
from bot.core.builtin.roles import PREPOSITIONS
from bot.core.builtin.tokens import Sort, tokenize
from bot.core.change import Change, LeafChange
from bot.core.index import Entry, Index, entries_of
from bot.core.leaf import Document
from bot.core.literals import holds
from bot.core.words import Term, terms_of

_INNER = r"(?:(?!\b(?:and|but|then)\b|[가-힣](?:고|되|며|지만)\s)[^,;()\n.]|\.(?=\S))"
_KEPT = rf"(?P<kept>{_INNER}+?)"
_STAY = r"(?:as (?:it is|is|it was|they are|they were|before)|the same|put|unchanged|untouched|alone|where (?:it is|they are)|on|off|at \S+)(?: for now| please)?"
_START = r"(?:^|[,(;.]|\band\b|\bbut\b)\s*(?:just |please )?"
_ENGLISH = (
    rf"{_START}(?:do not|don['’]?t|never|without|no need to)\s+(?:touch|change|modify|alter|edit|touching|changing|editing)\s+{_KEPT}(?=[,.;)\n]|$)\)?",
    rf"{_START}(?:leave|keep)\s+{_KEPT}\s+{_STAY}\)?",
    rf"{_START}{_KEPT}\s+(?:can |should |must )?(?:stays?|remains?)\s+{_STAY}\)?",
    rf"(?:[.,;(]|\band|\bbut)\s*{_KEPT}\s+(?:is|are)\s+(?:fine|ok|okay|correct|good|right)\b(?: as (?:it )?is)?\)?",
    rf"{_START}{_KEPT}\s+(?:do not|don['’]?t|does not|doesn['’]?t|will not|won['’]?t|must not|should not|shouldn['’]?t)\s+(?:change|move)(?=[,.;)\n]|$)\)?",
    rf"{_START}{_KEPT}\s+keeps?\s+(?:its|their|theirs|his|hers|the)\b[^,;()\n.]*\)?",
    rf"(?:[,(.]|\band|\bbut)\s*not\s+(?:in |on |for |the )*{_KEPT}(?=[,.;)\n]|$)\)?",
)
_KOREAN = (
    rf"(?:^|[,(.]|고|되|지만)\s*{_KEPT}(?:은|는|을|를|도|쪽은)?\s*(?:절대\s*|제발\s*)?(?:건드리지|건들지|손대지|만지지|바꾸지|변경하지|수정하지|고치지)\s*(?:마|말)[가-힣]*(?:\s*(?:주세요|줘|요))?\)?",
    rf"(?:^|[,(.]|고|되|지만)\s*{_KEPT}(?:은|는|을|를|도|쪽은|건)?\s*(?:냅두|냅둬|놔두|놔둬|내버려\s*두)[가-힣]*(?:\s*(?:주세요|줘))?(?=[,.)\n]|$)\)?",
    rf"(?:^|[,(.]|고|되|지만)\s*{_KEPT}(?:은|는|을|를|도|쪽은)?\s*그대로(?:\s*(?:두|둬|놔|놓|유지|냅|요|예요|입니다)[가-힣]*(?:\s*(?:주세요|줘|돼요?|됩니다))?)?(?=[,.)\n]|$)\)?",
    r"(?:^|[,(.~]|고|되|지만)\s*(?P<kept>[^\s,.()]+?)(?:은|는)\s(?:[^,.()\n]*\s)?안\s(?:올|바꾸|바꿔|바꿉|건드|건들|옮|내리|고치|고칩|수정|변경)[가-힣]*\)?",
    r"(?P<kept>(?:[A-Za-z][\w./-]*\s)?[A-Za-z가-힣][\w./-]*?)(?:은|는|을|를)?\s*말고는?(?=[\s,.)]|$)",
)
_PATTERNS = tuple(re.compile(p, re.IGNORECASE) for p in (*_ENGLISH, *_KOREAN))
_OLD_VALUE = re.compile(
    r"(?<=[0-9])([A-Za-z%]*)\s*말고(?=\s)(?!\s*(?:다|전부|모두|나머지|싹|다른)(?![가-힣]))"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that must stay: by literals, else by the words that name it."""

    said: str
    literals: tuple[str, ...]
    words: tuple[str, ...]
    whole: bool = True  # False where a list before a comma may belong to it


@lru_cache(maxsize=64)
def take_kept(text: str) -> tuple[str, tuple[Kept, ...]]:
    """The request without what it says must stay, and that."""
    text = _OLD_VALUE.sub(r"\1에서", text)
    kept: list[Kept] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            whole = not (match.group().startswith(",") and _LISTED.search(text[: match.start()]))
            parts = [part for part in _EACH.split(match["kept"]) if part.strip()]
            kept.extend(_kept(part, whole=whole) for part in parts)
        text = pattern.sub(_gap, text)
    return text, tuple(kept)


# Several things kept at once are each kept.
_EACH = re.compile(
    r"\s+(?:and|or|nor)\s+|\s*[,/&]\s*(?=\S)|(?<=[\w가-힣])(?:이?랑|와|과|하고)\s+", re.IGNORECASE
)
_LISTED = re.compile(r"(?:^|[.!?\n])\s*[\w-]+$")


def _gap(match: re.Match[str]) -> str:
    """What is left of the words that joined the two wishes: a verb still ends with its 고."""
    start = re.match(r"고|되|지만", match.group())
    return (start.group() if start else "") + " , "


def _kept(said: str, *, whole: bool) -> Kept:
    tokens = tokenize(said)
    words = tuple(
        t.text
        for t in tokens
        if t.sort is Sort.WORD and t.text.lower() not in PREPOSITIONS | _EMPTY
    )
    return Kept(said.strip(), tuple(t.text for t in tokens if t.valued), words, whole)


_EMPTY = frozenset(
    "the a an any anything other others one ones else rest its 다른 건 것 거 것들 나머지".split()
)


def must_be_kept(change: Change, kept: Iterable[Kept], index: Index) -> None:
    """Raises Refused where ``change`` touches what was to stay, or nobody knows what that is."""
    for one in kept:
        terms = [term for term in terms_of(one.words) if term.required]
        # a word that means nothing here could only protect less than the others do
        terms = [term for term in terms if any(entry.fits(term) for entry in index.entries)]
        counted = bool(one.literals) and all(literal.isdigit() for literal in one.literals)
        nothing = not one.literals and not terms and not _is_rest(one)
        nothing = (
            nothing
            or counted
            or _may_be_live(one)
            or not one.whole
            or (_is_rest(one) and not _OTHERWISE.search(one.said))
        )
        if nothing or any(_touches(c, one, terms, change) for c in change.leaf_changes):
            raise Refused("doubtful", word=one.said)


_OTHERWISE = re.compile(r"\b(?:other|others|else|rest)\b|다른|나머지|그\s?외|이외", re.IGNORECASE)


def _may_be_live(one: Kept) -> bool:
    """``but not live``: what people work on, or something called so?"""
    return len(one.words) == 1 and one.words[0].lower() in {"live", "라이브", "실서버"}


def _is_rest(one: Kept) -> bool:
    """``nothing else``, ``다른 건 그대로``: everything that was not asked for, which stays anyway."""
    return not one.literals and not one.words


def _touches(leaf_change: LeafChange, kept: Kept, terms: list[Term], change: Change) -> bool:
    if kept.literals:
        return any(holds(leaf_change.before or "", literal) for literal in kept.literals)
    entry = _entry(leaf_change, change)
    return bool(terms) and (entry is None or all(entry.fits(term) for term in terms))


def _entry(leaf_change: LeafChange, change: Change) -> Entry | None:
    sides = (
        (change.base_docs.get(leaf_change.path), leaf_change.old),
        (
            change.head_docs.get(leaf_change.path),
            leaf_change.new,
        ),
    )
    for document, leaf in sides:
        if isinstance(document, Document) and leaf is not None:
            return next((e for e in entries_of(document) if e.place.leaf == leaf), None)
    return None
