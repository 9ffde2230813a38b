"""Library → Index: reads the files that could matter to a request, and only those.

Decides what to read: everything of a small repository; of a large one every file that holds a
literal of the request, every file that has all the words of a phrase, and the inventories. Where
such a list had to be cut, the index says that it is not complete and nothing may rest on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.core.builtin.derive import all_wishes, understand, wanted
from bot.core.builtin.inventory import is_inventory, owners_called
from bot.core.builtin.tokens import Sort, tokenize
from bot.core.builtin.wishes import SetWish, Wish
from bot.core.expectation import Unproven
from bot.core.index import Index
from bot.core.literals import is_distinctive
from bot.core.request import Request
from bot.core.scope import matches
from bot.core.words import Term, terms_of
from bot.ports import Library, TreeEntry

SMALL_FILES = 400
SMALL_BYTES = 2_000_000
MAX_COVERING = 120
MAX_ABOUT = 40
REGULAR = frozenset({"100644", "100755"})


def gather(
    request: Request,
    library: Library,
    sha: str,
    paths: Collection[str] = (),
    *,
    for_models: bool = False,
) -> Index:
    """The index of commit ``sha`` for ``request``; ``paths`` are read whatever they hold.

    ``for_models`` adds the files that speak most of the request, since a model reads what rules cannot.
    """
    tree = library.tree(sha)
    files = [entry for entry in tree if entry.mode in REGULAR]
    names = frozenset(entry.path for entry in tree)
    if len(files) <= SMALL_FILES and sum(entry.size for entry in files) <= SMALL_BYTES:
        return Index(library.read(sha, [entry.path for entry in files]), names)
    more = about(request, library, sha) if for_models else ()
    return _gather_some(request, library, sha, files, names, (*paths, *more))


def promised(
    patterns: Collection[tuple[str, ...]], library: Library, sha: str, index: Index
) -> Mapping[str, bytes]:
    """Every file of commit ``sha`` that any list of ``patterns`` means, whatever its size.

    A promise over all files is judged on all of them; ``index`` spares reading one twice.
    """
    if not patterns:
        return {}
    named = [
        entry.path
        for entry in library.tree(sha)
        if entry.mode in REGULAR and any(matches(entry.path, one) for one in patterns)
    ]
    missing = library.read(sha, [path for path in named if path not in index.data])
    return {path: missing[path] if path in missing else index.data[path] for path in named}


def _gather_some(
    request: Request,
    library: Library,
    sha: str,
    files: Sequence[TreeEntry],
    names: frozenset[str],
    paths: Collection[str],
) -> Index:
    choices = understand(request)
    wishes = choices if isinstance(choices, Unproven) else all_wishes(choices)
    literals, phrases = _needs(request, wishes)
    chosen = {
        entry.path for entry in files if is_inventory(entry.path) and entry.size < SMALL_BYTES
    } | set(paths)
    chosen.update(path for literal in literals for path in library.holding(sha, literal))
    complete = True
    for phrase in phrases:
        found = library.covering(
            sha, [term.options for term in phrase if term.required], MAX_COVERING
        )
        complete = complete and len(found) < MAX_COVERING
        chosen.update(found)
    index = Index(library.read(sha, chosen), names, complete)
    more = _owned_literals(wishes, index)
    if more:
        chosen.update(path for literal in more for path in library.holding(sha, literal))
        index = Index(library.read(sha, chosen), names, complete)
    return index


def _needs(
    request: Request, wishes: tuple[Wish, ...] | Unproven
) -> tuple[tuple[str, ...], tuple[tuple[Term, ...], ...]]:
    """Of a request that rules cannot read, its literals and the words of the whole text."""
    if not isinstance(wishes, Unproven):
        needed = wanted(wishes)
        return needed.literals, needed.phrases
    tokens = tokenize(request.text)
    return tuple(token.text for token in tokens if token.valued and is_distinctive(token.text)), ()


def _owned_literals(wishes: tuple[Wish, ...] | Unproven, index: Index) -> tuple[str, ...]:
    """Where "the config server's address is now X", the present address is the inventory's to say."""
    if isinstance(wishes, Unproven):
        return ()
    named = [wish.words for wish in wishes if isinstance(wish, SetWish)]
    return tuple({owner.address for words in named for owner in owners_called(words, index)})


def about(request: Request, library: Library, sha: str) -> tuple[str, ...]:
    """The files that speak most of the request's words, best first: what a model is shown."""
    words = [
        token.text
        for token in tokenize(request.text)
        if token.sort in {Sort.WORD, Sort.QUOTED, Sort.ASSIGN}
    ]
    options = {option for term in terms_of(words) for option in term.options} | set(
        _literal_words(request)
    )
    return tuple(ranked.path for ranked in library.about(sha, options, MAX_ABOUT))


def _literal_words(request: Request) -> Iterable[str]:
    return (token.text for token in tokenize(request.text) if token.valued)
