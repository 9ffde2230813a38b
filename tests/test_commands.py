"""Comment text → command: what is one, what is somebody's example, and what hides."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.commands import Command, CommandError, Verb, key_of, read_command
from bot.core.repo import Repo, Spoken, Where
from bot.core.request import MAX_REQUEST_CHARS, Language

SAID = Spoken(Repo(7, 35, "acme", "fleet"), Where.COMMENT, 81, 5, "", "dana", "dana", on_pull=True)
ISSUE = replace(SAID, where=Where.ISSUE, on_pull=False, labels=("bug", "CFG"))


def read(text: str) -> Command | CommandError | None:
    """What a comment on a pull request says."""
    return read_command(replace(SAID, text=text), None)


def command(text: str) -> Command:
    """The comment's command, which it must have."""
    found = read(text)
    assert isinstance(found, Command), found
    return found


def error(text: str) -> CommandError:
    """The comment's error, which it must have."""
    found = read(text)
    assert isinstance(found, CommandError), found
    return found


@pytest.mark.parametrize(
    ("text", "verb", "request_text"),
    [
        ("/cfg change set a to 1", Verb.CHANGE, "set a to 1"),
        ("   /CFG Change set a to 1  ", Verb.CHANGE, "set a to 1"),
        ("/cfg change: set a to 1.", Verb.CHANGE, "set a to 1."),
        ("/cfg\tplan\tset a", Verb.PLAN, "set a"),
        ("/cfg\u3000변경\u3000포트를 1로", Verb.CHANGE, "포트를 1로"),
        ("/cfg change\r\nset a\r\n\r\nand b\r\n", Verb.CHANGE, "set a\n\nand b"),
        ("/cfg change\n- a to 1\n- b to 2", Verb.CHANGE, "- a to 1\n- b to 2"),
        ("Morning!\n/cfg plan x", Verb.PLAN, "x"),
        ("> was too low\n\n/cfg change x", Verb.CHANGE, "x"),
        ("```\n/cfg plan y\n```\n/cfg change x", Verb.CHANGE, "x"),
        ("- first\n/cfg change x", Verb.CHANGE, "x"),
        ("/cfg change set `a` to `1`", Verb.CHANGE, "set `a` to `1`"),
        ("/cfg change *.example.com to _a_", Verb.CHANGE, "*.example.com to _a_"),
        ("/cfg change <b>a</b> to 1 @dana", Verb.CHANGE, "<b>a</b> to 1 @dana"),
        ("/cfg change x\n\n<!-- from the template -->\n\n[ref]: https://e", Verb.CHANGE, "x"),
        ("/cfg change x\n\n---\n\ny", Verb.CHANGE, "x\n\n\n\ny"),
        ("/cfg change to ☃️", Verb.CHANGE, "to ☃️"),
        ("/cfg change use /cfg there", Verb.CHANGE, "use /cfg there"),
        ("/cfg revise 45", Verb.REVISE, "45"),
        ("/cfg 고쳐줘 45초로", Verb.REVISE, "45초로"),
        ("/cfg help", Verb.HELP, ""),
        ("/cfg help!\n> and a quote", Verb.HELP, ""),
        ("/cfg 도움말", Verb.HELP, ""),
    ],
)
def test_a_line_of_plain_text_commands(text: str, verb: Verb, request_text: str) -> None:
    """The request is the rest of the line and what follows, as typed."""
    found = command(text)
    assert (found.verb, found.text) == (verb, request_text)


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        ("변경 변경해줘 바꿔 바꿔줘 수정 수정해줘", Verb.CHANGE),
        ("계획", Verb.PLAN),
        ("고쳐 고쳐줘", Verb.REVISE),
        ("도움말", Verb.HELP),
    ],
)
def test_korean_verbs(words: str, verb: Verb) -> None:
    """Also as some systems type them, letter by letter."""
    for word in words.split():
        for form in (word, unicodedata.normalize("NFD", word)):
            assert command(f"/cfg {form} x").verb is verb


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("/cfg change set a to 1", Language.ENGLISH),
        ("/cfg change a를 1로", Language.KOREAN),
        ("/cfg 계획 bump redis to 7.4.2", Language.KOREAN),
        ("부탁해요\n\n/cfg change set a to 1", Language.KOREAN),
        ("> 부탁해요\n\n/cfg change set a to 1", Language.ENGLISH),
    ],
)
def test_the_answer_is_in_the_language_of_the_person(text: str, language: Language) -> None:
    """Of their own words, not of those they quote."""
    assert command(text).language is language


NO_COMMANDS = [
    "",
    "nothing",
    "please /cfg change x",
    "/cfgbot change x",
    "/config change x",
    "@cfgbot change x",
    "//cfg change x",
    "\\/cfg change x",
    "&#47;cfg change x",
    "- /cfg change x",
    "# /cfg change x",
    "**/cfg change x**",
    "a\n     /cfg change x",
    "> /cfg change x",
    "> quoted\n/cfg change x",  # shown within the quote
    ">> a\n> > /cfg change x",
    "- > /cfg change x",
    "```\n/cfg change x\n```",
    "```sh\n/cfg change x",  # never closed
    "~~~\n```\n/cfg change x\n~~~",
    "````\n```\n/cfg change x\n````",
    "- a\n  ```\n  /cfg change x\n  ```",
    "    /cfg change x",
    "\t/cfg change x",
    "`/cfg change x`",
    "`a\n/cfg change x\nb`",
    "``a ` b\n/cfg change x``",
    "- \u00a0\n  `a\n  /cfg change x`",
    "\u3000\n`a\n/cfg change x`",
    "<!-- /cfg change x -->",
    "<!--\n\n/cfg change x\n\n-->",
    "<!--\n/cfg change x",
    "a <!--\n/cfg change x\n-->",
    "<div>\n/cfg change x\n</div>",
    "<pre>\n\n/cfg change x\n\n</pre>",
    "<blockquote>\n\n/cfg change x\n\n</blockquote>",
    "<details>\n<summary>a</summary>\n\n/cfg change x\n\n</details>",
    "a <code>\n/cfg change x</code>",
    "a <del>b\n/cfg change x",
    'a <code><a b="</code>">\n/cfg change x',
    '<code>\n<a b="</code>">\n\n/cfg change x',
    '<a title="\n/cfg change x\n">',
    'a [b](c "\n/cfg change x\n")',
    "[a\n/cfg change x](b)",
    "![a\n/cfg change x](b)",
    "![[a](b)\n/cfg change x](c)",
    "[a]: b '\n/cfg change x\n'",
    "> <!-- a\n\n/cfg change x",  # a browser sees no end of it
    '> <div class="\n\n/cfg change x',
    '<div class="\n\n/cfg change x\n\n">',
    "a <!-- b ---> <del> -->\n/cfg change x",
    "> <!-- <b>\n\n/cfg change x",
    "> <code>\n\n/cfg change x",
    '<div b="<!--"><code><a c="-->">\n\n/cfg change x',
]


@pytest.mark.parametrize("text", NO_COMMANDS)
def test_examples_and_quotes_are_no_commands(text: str) -> None:
    """Nor is it an error: nobody meant one."""
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "verb", "nearest"),
    [
        ("/cfg", "/cfg", "help"),
        ("/cfg chnage a", "chnage", "change"),
        ("/cfg Hlep", "Hlep", "help"),
        ("/cfg set the timeout to 45", "set", "change"),
        ("/cfg replace a by b", "replace", "change"),
        ("/cfg 타임아웃을 45초로", "타임아웃을", "change"),
        ("/cfg " + "x" * 500, "x" * 60, "change"),
    ],
)
def test_a_verb_that_is_none_is_told_the_nearest(text: str, verb: str, nearest: str) -> None:
    """A whole sentence without one asks for a change most likely."""
    found = error(text)
    assert (found.code, found.facts) == ("unknown-verb", {"verb": verb, "nearest": nearest})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("/cfg change a\n\n/cfg plan b", "several-commands"),
        ("/cfg help\n/cfg help", "several-commands"),
        ("/cfg change", "request-empty"),
        ("/cfg change\n\n<!-- what? -->", "request-empty"),
        ("/cfg change " + "x" * (MAX_REQUEST_CHARS + 1), "request-too-long"),
        ("/cfg change a\n\n> b", "request-not-plain"),
        ("/cfg change to this\n```\n1\n```", "request-not-plain"),
        ("/cfg change to this\n\n    1", "request-not-plain"),
        ("/cfg change a\n\n<table><tr><td>b</td></tr></table>", "request-not-plain"),
        ("/cfg change a <details>\nb", "request-not-plain"),
        ("/cfg change a\n\n" + "- " * 30 + "b", "request-not-plain"),
        ("/cfg change " + "`a`<!-- b -->\n" * MAX_REQUEST_CHARS, "request-too-long"),
        ("/cfg change a\n\n" + "![b" * MAX_REQUEST_CHARS, "request-too-long"),
        ("/cfg" + " " * 9_000 + "change a <!-- b -->", "request-not-plain"),
        ("/cfg change 4\u200b5", "invisible-characters"),
        ("/cfg change a\n\nb\u202ec", "invisible-characters"),
        ("/cfg change 4\ufe0f5", "invisible-characters"),
        ("/cfg change a\U000e0041", "invisible-characters"),
        ("\u200b/cfg change a", "invisible-characters"),
        ("/c\u00adfg change a", "invisible-characters"),
        ("/cfg\u2066 help", "invisible-characters"),
        ("/cfg change 4<!-- -->5", "invisible-characters"),
        ("/cfg change a <!-- and\nb --> c", "invisible-characters"),
        ("/cfg change a <?b?>", "invisible-characters"),
    ],
)
def test_what_was_meant_as_a_command_and_is_none_says_why(text: str, code: str) -> None:
    """Nothing that is seen is left out in silence, nothing that is not seen gets in."""
    assert error(text).code == code


def test_revise_needs_a_pull_request() -> None:
    """Elsewhere there is nothing to revise; changes and plans may be asked for anywhere."""
    found = read_command(replace(SAID, text="/cfg revise x", on_pull=False), None)
    assert isinstance(found, CommandError)
    assert found.code == "revise-not-here"
    for where in Where:
        for text in ("/cfg change x", "/cfg plan x", "/cfg revise x"):
            said = replace(SAID, text=text, where=where)
            assert isinstance(read_command(said, None), Command)


def test_every_invisible_character_of_unicode_is_known() -> None:
    """Controls, formats, separators of lines and paragraphs; not tab, line feed and return."""
    invisible = [
        one
        for one in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"} and one not in "\t\n\r"
    ]
    assert len(invisible) > 200
    for one in invisible:
        assert error(f"/cfg change 4{one}5").code == "invisible-characters", hex(ord(one))


def test_no_letter_is_taken_for_invisible() -> None:
    """Text of any script that people write requests in passes."""
    for text in (
        "가힣 ㄱㅎㅏㅣ",
        "日本語 한자 漢字",
        "Größe é ñ",
        "→ “x” … € ½ ✓",
        "Ελλ Рус עברית",
    ):
        assert command(f"/cfg change {text}").text == text


@pytest.mark.parametrize("label", ["cfg", "CFG", "Bug"])
def test_a_labelled_issue_is_a_request_as_a_whole(label: str) -> None:
    """GitHub tells labels apart without regard to case."""
    said = replace(ISSUE, text="<!-- what? -->\nset a to 1\n\nthanks")
    found = read_command(said, label)
    assert found == Command(Verb.CHANGE, "set a to 1\n\nthanks", Language.ENGLISH)
    assert read_command(replace(said, text="a\n/cfg plan b"), label) == Command(
        Verb.PLAN, "b", Language.ENGLISH
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "request-empty"),
        ("set a\n```\nb\n```", "request-not-plain"),
        ("set a to 4\u200b5", "invisible-characters"),
        ("> set a", "request-not-plain"),
    ],
)
def test_a_labelled_issue_is_held_to_the_same(text: str, code: str) -> None:
    """All of it is shown, all of it is read."""
    found = read_command(replace(ISSUE, text=text), "cfg")
    assert isinstance(found, CommandError)
    assert found.code == code


@pytest.mark.parametrize(
    ("said", "label"),
    [
        (ISSUE, None),
        (ISSUE, ""),
        (ISSUE, "wish"),
        (replace(ISSUE, labels=()), "cfg"),
        (replace(ISSUE, on_pull=True), "cfg"),
        (replace(ISSUE, where=Where.COMMENT), "cfg"),
    ],
)
def test_without_the_label_a_sentence_is_no_command(said: Spoken, label: str | None) -> None:
    """On an issue's own body only."""
    assert read_command(replace(said, text="set a to 1"), label) is None


def key(text: str, said: Spoken = SAID) -> str:
    """The key of what a text says."""
    found = read_command(replace(said, text=text), "cfg")
    assert found is not None
    return key_of(replace(said, text=text), found)


def test_the_same_words_at_the_same_place_are_the_same_command() -> None:
    """Whatever was edited around them, however the verb is called, whoever delivers it."""
    one = key("/cfg change set a to 1")
    assert one == key("> a quote\n\nHello\n\n/CFG 변경: set a to 1\n\n<!-- x -->\n")
    assert one != key("/cfg change set a to 2")
    assert one != key("/cfg plan set a to 1")
    assert one != key("/cfg change set a to 1", replace(SAID, id=82))
    assert one != key("/cfg change set a to 1", replace(SAID, where=Where.REVIEW))
    assert one != key("/cfg change set a to 1", replace(SAID, repo=replace(SAID.repo, id=36)))
    assert one == key("/cfg change set a to 1", replace(SAID, number=9, sender="kim", line=3))
    wrong = key("/cfg chnage set a to 1")
    assert wrong == key("Hello\n\n/cfg chnage set a to 1")
    assert wrong not in {one, key("/cfg chnage set a to 2")}


def test_a_pull_request_has_one_key_though_it_has_two_ids() -> None:
    """Its webhooks tell the id of the pull request, lists of issues that of the issue."""
    body = replace(SAID, where=Where.ISSUE)
    assert key("/cfg change x", body) == key("/cfg change x", replace(body, id=1234))
    assert key("/cfg change x", body) != key("/cfg change x", replace(body, number=6))


@given(st.text(), st.integers(1, 2**63 - 1), st.sampled_from(list(Where)))
def test_keys_fit_names(text: str, number: int, where: Where) -> None:
    """At most 80 of small letters, digits and dashes, and the same each time."""
    repo = replace(SAID.repo, id=number)
    said = replace(SAID, repo=repo, where=where, id=number, number=number, text=f"/cfg {text}")
    found = read_command(said, None)
    assume(found is not None)
    assert found is not None
    assert re.fullmatch(r"c-[a-z0-9-]{1,78}", key_of(said, found))
    assert key_of(said, found) == key_of(said, read_command(said, None) or found)


# Plain lines, which open and close nothing and end the paragraph before them.
LINES = st.lists(st.text("abc 가,.", max_size=12), max_size=4).map("\n".join)
COMMAND = st.sampled_from(["/cfg change x", "  /cfg plan y", "/CFG 변경 z", "/cfg", "/cfg help"])
FENCE = st.sampled_from(["```", "~~~~", "`````"])


@given(LINES, COMMAND, FENCE, LINES, LINES)
def test_a_fence_never_commands(before: str, said: str, fence: str, more: str, after: str) -> None:
    """Closed, or open to the end."""
    assert read(f"{before}\n\n{fence} sh\n{more}\n{said}\n{more}\n{fence}\n{after}") is None
    assert read(f"{before}\n\n{fence}\n{more}\n{said}\n{after}") is None


@given(LINES, COMMAND, st.integers(1, 5), LINES)
def test_a_quote_never_commands(before: str, said: str, depth: int, after: str) -> None:
    """However deep, also inside a list, also where its last line lacks the mark."""
    mark = "> " * depth
    assert read(f"{before}\n\n{mark}a\n{mark}{said}\n\n{after}") is None
    assert read(f"{before}\n\n- {mark}a\n  {mark}{said}\n\n{after}") is None
    assert read(f"{before}\n\n{mark}a\n{said.strip()}\n\n{after}") is None


@given(LINES, COMMAND, st.sampled_from(["    ", "\t", "  \t"]), LINES)
def test_indented_code_never_commands(before: str, said: str, indent: str, after: str) -> None:
    """Four columns in or more."""
    assert read(f"{before}\n\n{indent}{said}\n\n{after}") is None


@given(LINES, COMMAND, st.text("abc \n-", max_size=30), LINES)
def test_a_comment_of_html_never_commands(before: str, said: str, more: str, after: str) -> None:
    """Between blocks, and where it goes on to the end."""
    more = more.replace("-->", "").replace("--", "-").strip("-")
    assert read(f"{before}\n\n<!-- {more}\n{said}\n{more}\n-->\n{after}") is None
    assert read(f"{before}\n\n<!--\n{said}\n{after}") is None


class Shown(HTMLParser):
    """The text a browser shows that is neither code nor quote."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.apart: list[str] = []
        self.text = ""
        # Python 3.11 does not see where browsers end a comment.
        tag = r"""(</?[A-Za-z](?:[^"'<>]|"[^"]*"|'[^']*')*>)"""
        self.feed(re.sub(tag + r"|<!--(?:-?>|.*?(?:-->|\Z))", r"\1", html, flags=re.DOTALL))
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Code and quotes are apart."""
        if tag in {"code", "pre", "blockquote", "del"}:
            self.apart.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The innermost of that name ends."""
        if tag in self.apart:
            del self.apart[len(self.apart) - 1 - self.apart[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Only what is not apart."""
        if not self.apart:
            self.text += data


PIECES = (
    "/cfg change x|\n/cfg plan y|\n|\n\n|\n\n|> |>|```|~~~|`|``|    |\t| |- |1. |# |===\n|---|<!--|-->|<code>|"
    '</code>|<b>|</b>|<del>|</del>|<div>|[|](u "|")|](u)|![|[r]: u|a|b c|\\|*|_|&lt;|<http://a>|<a b="|">'
).split("|")
SOUP = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(SOUP)
@settings(max_examples=1_500)
def test_what_commands_is_shown_as_plain_text(text: str) -> None:
    """Held against the same text as HTML: there is the command, neither code nor quote nor title."""
    found = read(text)
    if found is not None:
        shown = Shown(MarkdownIt("commonmark").render(text)).text
        assert re.search(r"^\s*/cfg(\s|\Z)", shown, re.MULTILINE), shown
    if isinstance(found, Command):
        assert all(line.strip() in text for line in found.text.split("\n"))


@given(st.text(st.characters(), max_size=200) | SOUP, st.booleans())
@settings(max_examples=500)
def test_no_text_crashes(text: str, labelled: bool) -> None:
    """Not half a character either."""
    for body in (text, f"/cfg change {text}", f"/cfg {text}"):
        said = replace(ISSUE if labelled else SAID, text=body)
        found = read_command(said, "cfg")
        if found is not None:
            assert key_of(said, found)


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "`",
            "[",
            "<",
            "> ",
            "*",
            "- ",
            "![",
            "[](",
            "<a ",
            "&",
            "\\",
            "``` ",
            "<!--",
            "\n`",
            "](",
        ),
        *(
            "[a]: ",
            "a\n",
            "[[]",
            "1. ",
            "<details>",
            "<!",
            "[a][b]",
            "![![![](",
            "\u200b",
            "(",
            "a",
        ),
    ],
)
def test_the_longest_hostile_texts_are_read(unit: str) -> None:
    """65,536 characters made to be slow end in an answer like any other."""
    for head in ("/cfg change ", "/cfg change\n\n"):
        assert read((head + unit * 65_536)[:65_536]) is not None
