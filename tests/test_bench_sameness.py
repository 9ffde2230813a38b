"""What counts as the right change: the place of what was added is free, every byte else is not."""

from __future__ import annotations

import pytest

from bot.arena.sameness import same_file

BASE = b"# top\na: 1\n# of b\nb: 2\nallow: [x, y]\nlist:\n  - p\n"
RIGHT = b"# top\na: 1\n# of b\nb: 3\nallow: [x, y, z]\nlist:\n  - p\n  - q\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [("[x, y, z]", "[z, x, y]"), ("  - p\n  - q\n", "  - q\n  - p\n")],
)
def test_a_new_item_may_stand_anywhere(old: str, new: str) -> None:
    """Order means nothing in a list that grew."""
    assert same_file("a.yml", BASE, RIGHT, RIGHT.replace(old.encode(), new.encode()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("a: 1\n", "a: 1 \n"),
        ("# top\na: 1\n", "a: 1\n# top\n"),
        ("a: 1\n# of b\nb: 3\n", "# of b\nb: 3\na: 1\n"),
        ("[x, y, z]", "[y, x, z]"),
        ("# of b\n", ""),
        ("b: 3", "b: 4"),
    ],
)
def test_everything_else_is_another_change(old: str, new: str) -> None:
    """Line ends, spaces, comments, the order of what was there and values all count."""
    other = RIGHT.replace(old.encode(), new.encode())
    assert other != RIGHT
    assert not same_file("a.yml", BASE, RIGHT, other)


def test_a_stray_return_is_no_line_end() -> None:
    """Only a line feed ends a line of an env file."""
    assert not same_file("a.env", b"A=1\nB=2\n", b"A=1\nB=3\n", b"A=1\nB=3\r\n")
    assert same_file("a.env", b"A=1\n", b"A=1\nB=3\nC=4\n", b"A=1\nC=4\nB=3\n")
