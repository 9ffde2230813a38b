"""Comment text → the command in it, or why it is none.

Decides what counts as a command: a line of plain text that begins with ``/cfg``. What stands in a
quote, in code or in HTML is somebody's example, never a command. Decides nothing about who asks.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from markdown_it import MarkdownIt

from bot.core.repo import Spoken, Where
from bot.core.request import Language, RequestError, language_of, read_request


class Verb(StrEnum):
    """What a command wants."""

    CHANGE = "change"
    PLAN = "plan"
    REVISE = "revise"
    HELP = "help"


_VERBS = {
    **{verb.value: verb for verb in Verb},
    "변경": Verb.CHANGE,
    "바꿔": Verb.CHANGE,
    "바꿔줘": Verb.CHANGE,
    "수정": Verb.CHANGE,
    "계획": Verb.PLAN,
    "고쳐": Verb.REVISE,
    "고쳐줘": Verb.REVISE,
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
    """Meant as a command and none; ``code`` names the sentence that says why."""

    code: str
    facts: dict[str, str] = field(default_factory=dict, hash=False)


_LINE = re.compile(r" {0,3}/cfg(?=\s|$)[ \t]*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
# characters that show as nothing or turn the reading direction
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_MARKDOWN = MarkdownIt("commonmark")


def read_command(spoken: Spoken, label: str | None) -> Command | CommandError | None:
    """The command in what was said; None where there is none.

    ``label`` marks issues whose whole body is a request.
    """
    found = _commands(plain_lines(spoken.text))
    if len(found) > 1:
        return CommandError("several-commands")
    if found:
        return _read(found[0], spoken)
    if label and spoken.where is Where.ISSUE and not spoken.on_pull and label in spoken.labels:
        return _request(Verb.CHANGE, "\n".join(plain_lines(spoken.text)))
    return None


def plain_lines(text: str) -> list[str]:
    """The lines of plain paragraphs: no code, quote, HTML, or comment of Markdown."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ["" for _ in lines]
    depth = 0
    for token in _MARKDOWN.parse("\n".join(lines)):
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "inline" and token.map and depth == 0:
            for number in range(*token.map):
                kept[number] = lines[number]
    return kept


def _commands(lines: list[str]) -> list[str]:
    """Each ``/cfg`` line with the lines that follow it."""
    found: list[list[str]] = []
    for line in lines:
        match = _LINE.fullmatch(line)
        if match:
            found.append([match["rest"]])
        elif found:
            found[-1].append(line)
    return ["\n".join(part).strip() for part in found]


def _read(said: str, spoken: Spoken) -> Command | CommandError:
    if _INVISIBLE.search(said):
        return CommandError("invisible-characters")
    word, _, rest = (
        said.partition(" ") if " " in said.split("\n", maxsplit=1)[0] else _first_line(said)
    )
    verb = _VERBS.get(word.strip().lower())
    if verb is None:
        nearest = get_close_matches(word.lower(), _VERBS, 1, 0.5)
        guess = _VERBS[nearest[0]].value if nearest else Verb.CHANGE.value
        return CommandError("unknown-verb", {"verb": word[:60], "nearest": guess})
    if verb is Verb.HELP:
        return Command(verb, "", language_of(spoken.text))
    if verb is Verb.REVISE and not spoken.on_pull:
        return CommandError("revise-not-here")
    return _request(verb, rest)


def _first_line(said: str) -> tuple[str, str, str]:
    return said.partition("\n")


def _request(verb: Verb, text: str) -> Command | CommandError:
    if _INVISIBLE.search(text):
        return CommandError("invisible-characters")
    try:
        request = read_request(text)
    except RequestError as error:
        return CommandError(error.code, error.facts)
    return Command(verb, request.text, request.language)


def key_of(spoken: Spoken, command: Command | CommandError) -> str:
    """The identity of a command: the same words at the same place are the same command."""
    if isinstance(command, Command):
        said = f"{command.verb.value}\n{command.text}"
    else:
        said = f"{command.code}\n{spoken.text}"
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    where = spoken.where.value.replace("-", "")
    return f"c-{spoken.repo.id}-{where}-{spoken.id}-{digest}"
