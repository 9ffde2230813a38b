"""A repository's leaves, and which places some words mean.

Decides how well a place fits the words of a request: every word must be found in its path, its
key path, its neighbours' names or (for images) its value, and the fewer words its own name has
beyond them the better. It never picks among places that fit equally.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.core import formats
from bot.core.aliases import aliases_of
from bot.core.builtin.tokens import tokenize
from bot.core.glossary import singular
from bot.core.leaf import Document, KeyPath, Kind, Leaf, Place, Unparsable
from bot.core.literals import holds, is_numbered
from bot.core.words import Term, terms_of, words_in

# Keys whose value names the mapping they stand in: a list item is known by it.
NAMING = frozenset(
    {
        "name",
        "id",
        "job_name",
        "job",
        "host",
        "hostname",
        "server",
        "service",
        "role",
        "container_name",
        "cloud",
        "user",
        "title",
        "label",
        "alias",
        "nickname",
        "display_name",
    }
)
# In these a number at the end of a key path counts arguments, not items of a list.
POSITIONAL = frozenset({"nginx", "lines", "dockerfile"})
_NUMBERED = re.compile(r"[a-z]+[-_]?\d+")
_PLACEHOLDER = re.compile(r"‹\w+›")  # what a line's key has where its values stand
_DOTTED = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_LISTING = frozenset("allow allowed deny denied drop reject accept block blocked".split())
# What a name may say beyond what people say of it: its unit, or that it is a switch.
_UNSPOKEN = frozenset(
    "image from enable enabled value s sec second ms millis milli minute hour day mb gb kb".split()
)
# The key of an image is "image" whatever it runs: the image's own name is what people say.
_OF_IMAGES = frozenset({"image", "from"})
_IMAGE = re.compile(
    r"(?P<repository>[a-z0-9][\w./-]*(?::\d+/[\w./-]+)?):(?P<tag>[A-Za-z0-9][\w.-]*)(?:@sha256:[0-9a-f]+)?"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A place with the words it is known by: its own name, its key path with neighbours, its file."""

    place: Place
    own: frozenset[str]
    in_list: bool
    around: frozenset[str]
    file: frozenset[str]

    @property
    def nameable(self) -> bool:
        """False for an item of a list, an allowed or denied address: these have no name of their own."""
        listed = self.own & _LISTING and is_numbered(self.place.leaf.value)
        return not listed

    def fits(self, term: Term) -> bool:
        """True where the place is known by any of the term's words."""
        return bool(
            term.options & self.own or term.options & self.around or term.options & self.file
        )

    def fits_literally(self, term: Term) -> bool:
        """The word itself, not only one that means the same; a Korean word has only its meanings."""
        word = singular(term.word)
        return not word.isascii() or word in self.own or word in self.around or word in self.file


@dataclass(frozen=True)
class Index:
    """Every base file that could matter, with its bytes; ``complete`` where that is all of them.

    ``paths`` are all paths of the tree, gathered or not.
    """

    data: Mapping[str, bytes]
    paths: frozenset[str]
    complete: bool = True

    @property
    def whole(self) -> bool:
        """True where every file of the tree was read: a word unknown here is unknown there."""
        return self.complete and self.paths <= self.data.keys()

    @cached_property
    def documents(self) -> dict[str, Document | Unparsable]:
        """Each gathered file parsed, or why it is not."""
        return {path: formats.parse(path, data) for path, data in sorted(self.data.items())}

    @cached_property
    def readable(self) -> tuple[Document, ...]:
        """The files that could be parsed."""
        return tuple(
            document for document in self.documents.values() if isinstance(document, Document)
        )

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every leaf with the words it is known by."""
        return tuple(self.each_entry())

    def each_entry(self) -> Iterator[Entry]:
        """As ``entries``, file by file: who finds an answer early pays for no more."""
        for document in self.readable:
            yield from self.entries_in(document)

    def entries_in(self, document: Document) -> tuple[Entry, ...]:
        """The leaves of one file of this index."""
        if document.path not in self._entries:
            self._entries[document.path] = tuple(entries_of(document))
        return self._entries[document.path]

    @cached_property
    def _entries(self) -> dict[str, tuple[Entry, ...]]:
        return {}

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All words by which anything here is known."""
        known = (word for e in self.entries for word in (*e.own, *e.around, *e.file))
        return frozenset(known) | self.path_words

    @cached_property
    def path_words(self) -> frozenset[str]:
        """The words of all paths: those that tell clouds, servers and files apart."""
        return frozenset(word for path in self.paths for word in words_in(path))

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Korean words for which the repository's own lists have a Latin one."""
        return aliases_of(self.readable, NAMING)

    def holders(self, literal: str) -> tuple[Place, ...]:
        """Every leaf whose value holds ``literal`` as a whole word."""
        return tuple(
            Place(document.path, leaf)
            for document in self.readable
            for leaf in document.leaves
            if literal in leaf.value and holds(leaf.value, literal)
        )


def entries_of(document: Document) -> Iterable[Entry]:
    """The leaves of one file with the words they are known by."""
    names = _names(document)
    file = words_in(document.path)
    for leaf in document.leaves:
        own_step, outer = _own_step(leaf.key)
        around = frozenset().union(
            *(words_in(str(step)) for step in outer),
            *(names.get(leaf.key[:n], frozenset()) for n in range(len(leaf.key) + 1)),
        )
        if own_step.lower() == "value" and leaf.key[:-1] in names:
            own_step = " ".join(sorted(names[leaf.key[:-1]]))  # "- name: LOG_LEVEL, value: info"
        in_list = (
            document.format not in POSITIONAL and bool(leaf.key) and isinstance(leaf.key[-1], int)
        )
        yield Entry(
            Place(document.path, leaf),
            words_in(own_step) | _image_words(leaf),
            in_list,
            around,
            file,
        )


def _own_step(key: KeyPath) -> tuple[str, tuple[str, ...]]:
    """The name of a leaf and the names around it; a dotted key is a path of its own."""
    steps: list[str] = []
    for step in key:
        if isinstance(step, str):
            steps.extend(step.split(".") if _DOTTED.fullmatch(step) else [step])
    own = _PLACEHOLDER.sub(" ", steps[-1]) if steps else ""
    return own, tuple(steps[:-1])


def _names(document: Document) -> dict[KeyPath, frozenset[str]]:
    """What each mapping is called by its own ``name``-like leaf."""
    found: dict[KeyPath, frozenset[str]] = {}
    for leaf in document.leaves:
        if leaf.key and str(leaf.key[-1]).lower() in NAMING and len(leaf.value) < 60:
            found[leaf.key[:-1]] = found.get(leaf.key[:-1], frozenset()) | words_in(leaf.value)
        if leaf.key and str(leaf.key[-1]) == "on-profile" and len(leaf.key) > 1:
            # a document of several is known by the profile it is for (Spring Boot, "Activation
            # Properties")
            found[leaf.key[:1]] = found.get(leaf.key[:1], frozenset()) | words_in(leaf.value)
    return found


@lru_cache(maxsize=4096)
def image_parts(value: str) -> tuple[str, str] | None:
    """``registry/name:tag`` as (repository, tag), or None where ``value`` is no image."""
    match = _IMAGE.fullmatch(value)
    if (
        match is None
        or not re.search(r"\d|latest|stable", match["tag"])
        or (match["tag"].isdigit() and "." in match["repository"].split("/")[-1])
    ):
        return None
    return match["repository"], match["tag"]


def _image_words(leaf: Leaf) -> frozenset[str]:
    if (
        leaf.kind is not Kind.STRING
        or not leaf.key
        or not {"image", "from"} & words_in(str(_own_step(leaf.key)[0]))
    ):
        return frozenset()
    parts = image_parts(leaf.value)
    return words_in(parts[0].rsplit("/", 1)[-1]) if parts else frozenset()


@dataclass(frozen=True, slots=True)
class Located:
    """The places that fit best, all equally; ``missing`` is a word that fits nothing at all."""

    entries: tuple[Entry, ...]
    missing: str = ""


def locate(
    terms: Iterable[Term], index: Index, accept: Callable[[Entry], bool], *, by_name: bool = True
) -> Located:
    """The places among those accepted that fit all required terms with the least left unsaid.

    With ``by_name`` a word must be of the place's own name, not only of what it stands in.
    """
    terms = tuple(terms)
    required = [term for term in terms if term.required]
    fitting = [
        entry
        for entry in index.entries
        if accept(entry) and all(entry.fits(term) for term in required)
    ]
    named = [
        entry for entry in fitting if not by_name or any(term.options & entry.own for term in terms)
    ]
    if not named:
        return Located((), _first_missing(required, index))
    exact = [entry for entry in named if _is_exactly(entry, terms)]
    named = exact or named
    best = min(_rank(entry, terms) for entry in named)
    return Located(tuple(entry for entry in named if _rank(entry, terms) == best))


def _is_exactly(entry: Entry, terms: tuple[Term, ...]) -> bool:
    """An identifier written as it stands in the file beats words that merely fit."""
    steps = [str(step) for step in entry.place.leaf.key if isinstance(step, str)]
    joined = ".".join(steps)
    last = entry.place.leaf.key[-1] if entry.place.leaf.key else ""
    if last == "value" and any(t.identifier and entry.own == words_in(t.word) for t in terms):
        return True
    return any(
        term.identifier
        and steps
        and (term.word == steps[-1] or joined == term.word or joined.endswith("." + term.word))
        for term in terms
    )


def _rank(entry: Entry, terms: tuple[Term, ...]) -> tuple[int, int, int]:
    """Words of its name left unsaid, words that fit only by meaning, descriptors left unused."""
    said = frozenset().union(*(term.options for term in terms))
    unused = sum(1 for term in terms if not term.required and not entry.fits(term))
    loose = sum(1 for term in terms if term.required and not entry.fits_literally(term))
    return len(entry.own - said - _OF_IMAGES), loose, unused


def _first_missing(required: Iterable[Term], index: Index) -> str:
    for term in required:
        if not any(entry.fits(term) for entry in index.entries):
            return term.word
    return ""


def unsaid(entry: Entry, terms: Iterable[Term]) -> frozenset[str]:
    """The words of a place's own name that the request does not say, units left aside."""
    said = frozenset().union(*(term.options for term in terms))
    numbered = {word for word in entry.own if _NUMBERED.fullmatch(word)}  # "v2" beside "v" and "2"
    return entry.own - said - _UNSPOKEN - numbered


MAX_RANKED = 80


def ranked(text: str, index: Index) -> tuple[Place | str, ...]:
    """The places that speak most of ``text``, best first, then their files: what a model is shown."""
    tokens = tokenize(text)
    terms = terms_of(token.text for token in tokens if not token.valued)
    values = [token.text for token in tokens if token.valued]
    scored = [(_speaks(entry, terms, values), entry.place) for entry in index.entries]
    best = sorted(
        (item for item in scored if item[0] > 0),
        key=lambda item: (-item[0], item[1].path, item[1].leaf.start),
    )
    places = [place for _, place in best[:MAX_RANKED]]
    return (*places, *dict.fromkeys(place.path for place in places))


def _speaks(entry: Entry, terms: Iterable[Term], values: Iterable[str]) -> int:
    """A word in the place's own name counts most, then a value it holds, then where it stands."""
    own = sum(3 for term in terms if term.options & entry.own)
    near = sum(1 for term in terms if term.options & (entry.around | entry.file))
    return (
        own
        + near
        + sum(
            4
            for value in values
            if value in entry.place.leaf.value and holds(entry.place.leaf.value, value)
        )
    )
