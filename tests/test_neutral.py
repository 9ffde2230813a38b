"""Other people's text in our comments: shown, never interpreted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.core.report.neutral import code, plain, quoted, unlinked

GITHUB = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
NASTY = st.text(
    st.sampled_from("ab `*_[]()<>#@!|~\\-:/.\n\t1\u202e\u200b가&;\"'$=+{}^"), max_size=60
)
MENTION = re.compile(r"(?<![\w`])@[A-Za-z0-9]")


def tokens(markdown: str) -> set[str]:
    """The kinds of everything that ``markdown`` renders to."""
    found = set()
    for token in GITHUB.parse(markdown):
        found.add(token.type)
        found |= {child.type for child in token.children or ()}
    return found


@given(NASTY)
def test_prose_renders_as_nothing_but_text(text: str) -> None:
    """No emphasis, link, image, code, heading, list, table or HTML comes of it."""
    allowed = {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak"}
    assert tokens(f"x {plain(text)}") <= allowed


@given(NASTY)
def test_a_mention_never_survives(text: str) -> None:
    """Neither as prose, nor quoted, nor in a title or commit message."""
    for shown in (plain(text), quoted(text), unlinked(text)):
        assert not MENTION.search(shown)


@given(NASTY)
def test_a_code_span_stays_one_inside_a_table(text: str) -> None:
    """A value with pipes, backticks or line ends stays in its cell."""
    markdown = f"| a | b |\n|---|---|\n| {code(text)} | z |\n"
    cells = [t for t in GITHUB.parse(markdown) if t.type == "td_open"]
    assert len(cells) == 2
    assert not {"link_open", "html_inline", "html_block", "em_open", "strong_open"} & tokens(
        markdown
    )


@given(NASTY)
def test_a_quote_stays_a_quote(text: str) -> None:
    """Nothing of a request gets out of its block quote."""
    kinds = [token.type for token in GITHUB.parse(quoted(text) + "\n\nafter")]
    assert kinds[0] == "blockquote_open"
    assert kinds[-3:] == ["paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize("word", ["fixes #3", "GH-12", "https://evil.example", "www.evil.example"])
def test_references_and_links_are_taken_apart(word: str) -> None:
    """``fixes #3`` in a request closes no issue, a bare address is no link."""
    assert word not in plain(word).replace("\\", "")
    assert word not in unlinked(word)


def test_hidden_characters_are_shown() -> None:
    """A direction override would make people read something else."""
    assert "\u202e" not in plain("a\u202eb")
    assert "\\u202e" in code("a\u202eb")
