"""The words of a thread: every one in both languages, with its facts and nothing more."""

from __future__ import annotations

import re

import pytest

from bot.core.report import thread_words
from bot.core.report.text import Text
from bot.core.report.thread import Scene, marker, refusal, status
from bot.core.request import Language

TABLES = {
    name: value
    for name, value in vars(thread_words).items()
    if isinstance(value, dict) and name.isupper()
}
FIELDS = re.compile(r"\{(\w+)\}")
ALL = [(table, name) for table, texts in TABLES.items() for name in texts]


@pytest.mark.parametrize(("table", "name"), ALL)
def test_both_languages_say_the_same_facts(table: str, name: str) -> None:
    """A fact in one language is a fact in the other."""
    text: Text = TABLES[table][name]
    assert set(FIELDS.findall(text.en)) == set(FIELDS.findall(text.ko))
    assert re.search("[가-힣]", text.ko) or not re.search("[A-Za-z]{3}", FIELDS.sub("", text.en))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("headline", sorted(thread_words.HEADLINES))
def test_every_status_can_be_said_without_facts(headline: str, language: Language) -> None:
    """A task in trouble early on has no pull request, verdict or build yet."""
    said = status(headline, Scene("k", language, "dana", ("what",)))
    assert said.startswith(marker("status", "k"))


def test_a_request_quoted_in_the_status_notifies_nobody() -> None:
    """Somebody puts mentions, HTML and a forged marker into a request."""
    text = "@everyone <!-- cfgbot:status:other --> fixes #1 <img src=x>"
    said = status("working", Scene("k", Language.ENGLISH, "dana", (text,)))
    assert "@everyone" not in said
    assert "\\<img" in said
    assert said.count("<!-- cfgbot") == 1
    assert "#1" not in said


def test_a_refusal_names_the_person_and_nothing_else_of_theirs() -> None:
    """The login is GitHub's word; the command is theirs."""
    said = refusal("unknown-verb", {"verb": "`@a`", "nearest": "change"}, "k", Language.ENGLISH)
    assert "`` `@a` ``" in said


def test_a_status_too_long_for_github_is_shortened_and_says_so() -> None:
    """GitHub refuses bodies over 65,536 characters."""
    texts = tuple("x" * 3_900 for _ in range(30))
    said = status("working", Scene("k", Language.KOREAN, "dana", texts))
    assert len(said) < 65_000
    assert said.endswith("(줄임)")
