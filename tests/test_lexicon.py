"""Words of texts and of literals: a search by them may find too much, never too little."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.lexicon import alternatives, may_hold, tokens, tokens_of_literal, unescape
from bot.core.literals import holds
from bot.core.words import words_in


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.7",
        "http://192.0.2.7:8888/config",
        "allow 192.0.2.7/32;",
        "192.0.2.7-192.0.2.9",
        "192.0.2.7.nip.example.com",
        "서버192.0.2.7를",
    ],
)
def test_an_ipv4_address_is_one_word(text: str) -> None:
    """An IPv4 address is one word wherever it stands, and its numbers are not words."""
    assert "192.0.2.7" in tokens(text)
    assert not {"192", "2"} & tokens(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("maxPoolSize", {"maxpoolsize", "max", "pool", "size"}),
        ("RETRY_MAX", {"retry", "max"}),
        ("HTTPServer", {"httpserver", "http", "server"}),
        ("web01.example.com", {"web01", "web", "01", "example", "com"}),
        ("spring.cloud.config.uri", {"spring", "cloud", "config", "uri"}),
        ("nginx:1.25.3-alpine", {"nginx", "1.25.3", "alpine"}),
        ("timeout: 30s # 결제 서버", {"timeout", "30s", "30", "s", "결제", "서버"}),
        ("pool.0.name", {"pool", "0", "name"}),
        ("", set()),
    ],
)
def test_identifiers_give_their_parts(text: str, words: set[str]) -> None:
    """Identifiers split at case, digits and punctuation; nothing else is a word."""
    assert tokens(text) == words


def test_escapes_hide_nothing() -> None:
    """What JSON, YAML and .properties escape is found as if it were plain."""
    assert "192.0.2.7" in tokens(r'"first\n192.0.2.7"')
    assert may_hold(r"uri=http\://192.0.2.7\:8888", "http://192.0.2.7:8888")
    assert may_hold(r'{"name": "\uc11c\ubc84"}', "서버")
    assert not may_hold(r"uri=http\://192.0.2.70", "192.0.2.7")


def test_a_lone_backslash_at_the_end_stays() -> None:
    """An escape without its character is no escape."""
    assert unescape("a\\") == "a\\"


LITERALS = (
    "192.0.2.7", "192.0.2.0/24", "192.0.2.7:8080", "http://192.0.2.7:8888/config", "2001:DB8::aB",
    "2001:db8::/32", "::1", "fe80::1%eth0", "::ffff:192.0.2.7", "config.example.com", "v1.25.3-rc.1",
    "1.25", "8080", "30s", "maxPoolSize", ".env", "_foo", "a.", "-1.2.3", "서버 설정", "a서버b", "https://",
)  # fmt: skip
_ALPHABET = st.sampled_from(list('aZ09._-:/%," \n가é²ſ\\nu\u0663'))
_AROUND = st.text(_ALPHABET, max_size=6)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(LITERALS) | st.text(_ALPHABET, min_size=1, max_size=9), _AROUND, _AROUND)
def test_a_text_that_holds_a_literal_has_all_its_words(
    literal: str, before: str, after: str
) -> None:
    """Whatever surrounds a literal, a text that holds it is never missed."""
    for text in (before + literal + after, before + literal.swapcase() + after):
        if may_hold(text, literal):
            assert tokens_of_literal(literal) <= tokens(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), st.text(max_size=20), st.data())
def test_any_slice_of_any_text_is_found(text: str, tail: str, data: st.DataObject) -> None:
    """The same for arbitrary Unicode: a literal cut out of the text itself."""
    start = data.draw(st.integers(0, len(text)))
    literal = text[start : start + 8]
    if holds(text + tail, literal):
        assert tokens_of_literal(literal) <= tokens(text + tail)


def test_a_distinctive_literal_demands_words() -> None:
    """The soundness above is not bought by demanding nothing."""
    assert tokens_of_literal("http://192.0.2.7:8888") == {"http", "192.0.2.7", "8888"}
    assert tokens_of_literal("192.0.2.0/24") == {"192.0.2.0"}
    assert tokens_of_literal("config.example.com") == {"config", "example", "com"}
    assert tokens_of_literal("") == frozenset()


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from("abSXs019._-/: 가를"), max_size=20))
def test_every_word_the_index_knows_is_spoken_of(name: str) -> None:
    """A file is found by each word that the index will later see in its keys and path."""
    known = tokens(name)
    for word in words_in(name):
        hangul = any(found.startswith(word) for found in known)
        # "1.25" stays whole: its digits are found within it
        seen = known | {part for one in known for part in one.split(".") if part.isdigit()}
        assert hangul or any(words <= seen for words in alternatives(word)), word
