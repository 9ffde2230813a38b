"""Comment text → the command in it, or why it is none.

Decides what counts as a command: a line of plain text that begins with ``/cfg``, at most three
spaces in. What stands in a quote, in code, in a link or in HTML is somebody's example, never a
command. The request is that line and the plain text after it, to the end. Nothing that people see
there is left out in silence, and nothing that they do not see gets in: a quote, a code block or a
block of HTML after the command is an error, and so is what hides in the text. Decides nothing about
who asks.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from markdown_it import MarkdownIt, rules_inline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from bot.core.repo import Spoken, Where
from bot.core.request import MAX_REQUEST_CHARS, Language, RequestError, language_of, read_request


class Verb(StrEnum):
    """What a command wants."""

    CHANGE = "change"
    PLAN = "plan"
    REVISE = "revise"
    RESUME = "resume"
    HELP = "help"


_VERBS = {
    **{verb.value: verb for verb in Verb},
    "변경": Verb.CHANGE,
    "변경해줘": Verb.CHANGE,
    "바꿔": Verb.CHANGE,
    "바꿔줘": Verb.CHANGE,
    "수정": Verb.CHANGE,
    "수정해줘": Verb.CHANGE,
    "계획": Verb.PLAN,
    "고쳐": Verb.REVISE,
    "고쳐줘": Verb.REVISE,
    "재개": Verb.RESUME,
    "도움말": Verb.HELP,
}


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its request, and the language to answer in."""

    verb: Verb
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class CommandError:
    """Meant as a command and none; ``code`` names the sentence that says why.

    ``code`` is one of several-commands, invisible-characters, unknown-verb (facts ``verb``,
    ``nearest``), revise-not-here, request-not-plain, request-empty, request-too-long (facts
    ``length``, ``limit``). ``said`` is what was meant as the command, as typed.
    """

    code: str
    facts: dict[str, str] = field(default_factory=dict, hash=False)
    said: str = ""


_LINE = re.compile(r" {0,3}/cfg(?=\s|\Z)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
# Characters that show as nothing or turn the reading direction: Unicode's Cc, Cf, Zl and Zp but tab
# and line feed, and letters and marks that have no shape. An emoji may ask for its colours (FE0F).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffc"
    "\U000110bd\U000110cd\U00013430-\U00013455\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|(?<![\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])\ufe0f"
)


def read_command(spoken: Spoken, label: str | None) -> Command | CommandError | None:
    """The command in what was said; None where there is none.

    An issue that carries ``label`` is a request as a whole, unless it has a command.
    """
    if not _is_labelled(spoken, label) and "/cfg" not in _visible(spoken.text).lower():
        return None
    reading = _Reading(spoken.text)
    starts = reading.starts()
    said = "\n".join(reading.plain(starts[0] if starts else 0)).strip()
    if len(starts) > 1:
        return CommandError("several-commands", said=said)
    if starts:
        return _command(reading, starts[0], said, spoken)
    if _is_labelled(spoken, label):
        return _request(Verb.CHANGE, said, said, reading, 0)
    return None


def _is_labelled(spoken: Spoken, label: str | None) -> bool:
    """GitHub tells labels apart without regard to case."""
    if not label or spoken.where is not Where.ISSUE or spoken.on_pull:
        return False
    return label.casefold() in {one.casefold() for one in spoken.labels}


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _command(reading: _Reading, start: int, said: str, spoken: Spoken) -> Command | CommandError:
    if _INVISIBLE.search(said):
        return CommandError("invisible-characters", said=said)
    word, rest = _split(said)
    verb = _VERBS.get(_bare(word))
    if verb is None:
        return _unknown(word, said)
    if verb in {Verb.HELP, Verb.RESUME}:
        return Command(verb, "", reading.language)
    if verb is Verb.REVISE and not spoken.on_pull:
        return CommandError("revise-not-here", said=said)
    return _request(verb, rest, said, reading, start)


def _split(said: str) -> tuple[str, str]:
    """The word after ``/cfg``, and what follows it."""
    match = _LINE.fullmatch(said)
    parts = match["rest"].strip().split(maxsplit=1) if match else []
    return (parts[0] if parts else "", parts[1] if len(parts) > 1 else "")


def _bare(word: str) -> str:
    """Some systems send Korean letter by letter; ``change:`` is ``change``."""
    return unicodedata.normalize("NFC", word).lower().rstrip(".,:;!?…。，：")


def _unknown(word: str, said: str) -> CommandError:
    """A sentence without a verb asks for a change most likely; nothing at all, for help."""
    near = get_close_matches(_bare(word), _VERBS, 1, 0.7)
    guess = _VERBS[near[0]] if near else Verb.CHANGE if word else Verb.HELP
    return CommandError("unknown-verb", {"verb": word[:60] or "/cfg", "nearest": guess.value}, said)


def _request(
    verb: Verb, text: str, said: str, reading: _Reading, start: int
) -> Command | CommandError:
    if _INVISIBLE.search(said) or reading.hides(start):
        return CommandError("invisible-characters", said=said)
    if not reading.is_plain(start) and len(text.strip()) <= MAX_REQUEST_CHARS:
        return CommandError("request-not-plain", said=said)
    try:
        request = read_request(text)
    except RequestError as error:
        return CommandError(error.code, error.facts, said)
    return Command(verb, request.text, reading.language)


def key_of(spoken: Spoken, command: Command | CommandError) -> str:
    """The identity of a command: the same words at the same place are the same command.

    At most 80 of [a-z0-9-]. A pull request has two ids and webhooks tell only one of them, so
    what an issue or pull request itself says goes by its number.
    """
    if isinstance(command, Command):
        said = f"{command.verb.value}\n{command.text}"
    else:
        said = f"{command.code}\n{command.said}"
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    where = spoken.where.value.replace("-", "")
    place = spoken.number if spoken.where is Where.ISSUE else spoken.id
    return f"c-{spoken.repo.id}-{where}-{place}-{digest}"


_Rule = Callable[[StateInline, bool], bool]


class _Line(StrEnum):
    """What people see of a line."""

    NOTHING = "nothing"  # blank, a comment, a link's definition, a ruler
    PLAIN = "plain"
    OTHER = "other"  # a quote, code, HTML, and what was not read


# Longer than a request with its verb; some paragraphs cost the parser the square of their length.
_LONGEST = MAX_REQUEST_CHARS + 100
# Elements whose content is shown as code, as quoted, as struck out, folded or not at all.
_APART = frozenset(
    "blockquote pre code samp kbd tt var q del s strike details summary table template script "
    "style textarea title iframe noembed noframes noscript xmp plaintext svg math select".split()
)
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:-->|\Z))", re.DOTALL)
# A whole tag, or a comment, which a browser ends at the end of the page at the latest.
_MARKUP = re.compile(
    r"""</?[A-Za-z](?:[^"'<>]|"[^"]*"|'[^']*')*>|<!--(?:-?>|.*?(?:-->|(?P<open>\Z)))""", re.DOTALL
)
_UNENDED = re.compile(r"<[A-Za-z/!?]")
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)")
# CommonMark's blank is space and tab; the parser's Python calls more of them blank.
_BLANK = re.compile(r"[^\S \t\n]")


# Constructs in which a line may begin that is not a line of plain text.
_RECORDED: dict[str, _Rule] = {
    "backticks": rules_inline.backtick,
    "link": rules_inline.link,
    "image": rules_inline.image,
    "html_inline": rules_inline.html_inline,
}


def _recording(name: str, original: _Rule) -> _Rule:
    """The inline rule, telling where it applied: tokens of inline Markdown have no positions."""

    def rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the library's signature
        begin = state.pos
        # An image's own text is not looked into: nested ones cost the parser too much.
        applied = original(state, silent or name == "image")
        if applied and not silent:
            state.env["found"].append((name, begin, state.pos))
        return applied

    return rule


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark")
    markdown.core.ruler.disable("inline")  # asked for by block, below
    markdown.inline.ruler.disable(["emphasis", "entity"])
    for name, rule in _RECORDED.items():
        markdown.inline.ruler.at(name, _recording(name, rule))
    return markdown


_MARKDOWN = _markdown()


class _Reading:
    """What a Markdown text shows, line by line; lines count from 0."""

    def __init__(self, text: str) -> None:
        whole = text.encode("utf-8", "replace").decode()  # half characters: the parser needs whole
        self.lines = whole.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.kinds = [_Line.OTHER if line.strip() else _Line.NOTHING for line in self.lines]
        self._inside: set[int] = set()  # lines that begin within code, a link or HTML
        self._hidden: set[int] = set()  # lines with something that is not shown
        self._odd: set[int] = set()  # lines that HTML around them makes code or folds, or not read
        self._open: Counter[str] = Counter()  # elements of _APART that are open; "<": a broken tag
        env: dict[str, Any] = {}
        tokens = _MARKDOWN.parse(_BLANK.sub("\ufffd", "\n".join(self.lines)), env)
        for definition in (*env.get("references", {}).values(), *env.get("duplicate_refs", ())):
            self._mark(range(*definition["map"]), _Line.NOTHING)
        depth = 0
        for token in tokens:
            depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
            self._block(token, depth, env)

    @property
    def language(self) -> Language:
        """Of the person's own words: commands are English for many who write Korean."""
        return language_of(unicodedata.normalize("NFC", "\n".join(self.plain(0))))

    def starts(self) -> list[int]:
        """The lines that are commands."""
        return [
            number
            for number, line in enumerate(self.plain(0))
            if number not in self._inside and _LINE.fullmatch(_visible(line))
        ]

    def plain(self, start: int) -> list[str]:
        """The lines from ``start``; those that are no plain text are empty."""
        pairs = zip(self.lines[start:], self.kinds[start:], strict=True)
        return [line if kind is _Line.PLAIN else "" for line, kind in pairs]

    def hides(self, start: int) -> bool:
        """Whether plain text from ``start`` on holds something that is not shown."""
        return any(number >= start for number in self._hidden)

    def is_plain(self, start: int) -> bool:
        """Whether from ``start`` on there is nothing to see but plain text."""
        odd = any(number >= start for number in self._odd)
        return not odd and _Line.OTHER not in self.kinds[start:]

    def _block(self, token: Token, depth: int, env: dict[str, Any]) -> None:
        if token.map is None:
            return
        block = range(*token.map)
        if token.type in {"blockquote_open", "fence", "code_block"}:
            self._mark(block, _Line.OTHER)
        elif token.type in {"hr", "heading_open"} and not depth:
            self._mark(block, _Line.NOTHING)
        elif token.type == "html_block":
            self._raw(token.content)
            shown = depth or _COMMENT.sub("", token.content).strip()
            self._mark(block, _Line.OTHER if shown else _Line.NOTHING)
        elif token.type == "inline":
            self._mark(block, _Line.OTHER if depth else _Line.PLAIN)
            if len(token.content) <= _LONGEST:
                self._inline(token, block, env)
            else:  # no request: it is enough to see whether it begins as one
                self._inside.update(block if self._is_apart() else block[1:])
                self._odd.update(block)

    def _raw(self, html: str) -> None:
        """A comment or a tag that does not end swallows what follows, also beyond its quote."""
        if len(html) > _LONGEST:
            self._open["<"] += 1
            return
        for piece in _MARKUP.finditer(html):
            if piece["open"] is not None:
                self._open["<"] += 1
            self._tag(piece[0])
        if _UNENDED.search(_MARKUP.sub("", html)):
            self._open["<"] += 1

    def _mark(self, block: range, kind: _Line) -> None:
        for number in block:
            self.kinds[number] = kind

    def _inline(self, token: Token, block: range, env: dict[str, Any]) -> None:
        found: list[tuple[str, int, int]] = []
        seen = {**env, "found": found}
        _MARKDOWN.inline.parse(token.content, _MARKDOWN, seen, [])
        apart = {block.start: self._is_apart()}
        for name, begin, end in sorted(found, key=lambda one: one[1]):
            first, last = (block.start + token.content.count("\n", 0, at) for at in (begin, end))
            self._inside.update(range(first + 1, last + 1))
            if name == "html_inline":
                self._html(token.content[begin:end], range(first, last + 1))
                apart[last + 1] = self._is_apart()
        inside = False
        for number in block:
            inside = apart.get(number, inside)
            if inside:
                self._inside.add(number)
                self._odd.add(number)

    def _html(self, text: str, lines: range) -> None:
        """Tags are text as typed, and shown as such where the request is repeated."""
        if text.startswith(("<!", "<?")):
            self._hidden.update(lines)
        self._raw(text)  # the parser ends some comments later than a browser does

    def _tag(self, text: str) -> None:
        """One whole tag: what stands in its attributes is no tag."""
        tag = _TAG.match(text)
        name = tag["name"].lower() if tag else ""
        if tag and name in _APART:
            self._open[name] = max(0, self._open[name] + (-1 if tag["end"] else 1))

    def _is_apart(self) -> bool:
        return any(self._open.values())
