"""A bare value said below a line of a diff."""

from __future__ import annotations

import pytest

from bot.core.in_thread import in_full, value_said
from bot.core.request import Language

BASE = b"rules:\n- range: 198.51.100.250/32\n- range: 203.0.113.9/32\nretries: 3\nlimit: 3\n"
HEAD = BASE.replace(b"198.51.100.250/32", b"0.0.0.0/0")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("198.51.100.251/32로 해줘", "198.51.100.251/32"),
        ("45로", "45"),
        ("이걸 45로 바꿔 주세요.", "45"),
        ("make it 45", "45"),
        ("please set it to `debug`", "debug"),
        ("use 7.4.2 instead", "7.4.2"),
        ("45", "45"),
    ],
)
def test_a_sentence_that_is_a_value_is_one(text: str, value: str) -> None:
    """However politely it is said."""
    assert value_said(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "make it nicer",
        "not 45",
        "don't make it 45",
        "45 말고",
        "45로 하지 마",
        "make it 45 or 50",
        "40에서 45로",
        "set the port to 45",
        "타임아웃을 45로",
        "why?",
        "",
        "LGTM",
    ],
)
def test_anything_more_or_less_is_none(text: str) -> None:
    """Nothing is guessed from a sentence that says more than a value, or no value at all."""
    assert value_said(text) is None


def test_the_line_gives_the_place(tmp_path: object) -> None:
    """In the base the leaf holds the old value, in the head the proposed one."""
    said = in_full("198.51.100.251/32로 해줘", "fw.yml", 2, BASE, HEAD, Language.KOREAN)
    assert said.for_base == "fw.yml에서 198.51.100.250/32을 198.51.100.251/32로 바꿔줘"
    assert said.for_head == "fw.yml에서 0.0.0.0/0을 198.51.100.251/32로 바꿔줘"


def test_a_value_that_stands_elsewhere_in_the_file_is_not_guessed_at() -> None:
    """Moving 3 to 5 would move both: the person must say which."""
    said = in_full("make it 5", "fw.yml", 4, BASE, HEAD, Language.ENGLISH)
    assert (said.for_base, said.for_head) == (None, None)


@pytest.mark.parametrize("line", [1, 99])
def test_a_line_without_one_leaf_gives_nothing(line: int) -> None:
    """A line that only opens a list, or is not there."""
    said = in_full("make it 5", "fw.yml", line, BASE, HEAD, Language.ENGLISH)
    assert (said.for_base, said.for_head) == (None, None)
