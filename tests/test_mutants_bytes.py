r"""The source text of what changed: spelled as before, indented as before, gone with its own lines.

A value that is right may still be written so that a file reads otherwise to the next person:
escapes, margins, a tag, an anchor. A whole line that went is no mark of what stood around it.
"""

from __future__ import annotations

import pytest

from bot.core.checks.rows import OWN, SET, whole_lines
from bot.core.formats import parse
from bot.core.leaf import Document
from bot.core.operation import Move, Scope
from tests.cases import case, found

MOVES = (Move("q", "r"), Move("192.0.2.7", "192.0.2.9"))


def told(base: str, head: str, path: str = "app.yml", moves: tuple[Move, ...] = ()) -> list[int]:
    """The lines told of bytes that nobody asked to change."""
    said = found("untouched-bytes", case(base, head, path=path, moves=moves))
    assert {one.path for one in said} <= {path}
    return sorted(one.line or 0 for one in said)


@pytest.mark.parametrize(
    ("base", "head", "lines"),
    [
        (r"http:\/\/a/x", "http://a/y", []),
        (r"http:\/\/a/x", r"http:\/\/a/y", []),
        ("http://a/x", r"http:\/\/a/y", [1]),
        ("x", r"\u0079", [1]),
        ("x", r"a\"b", []),
        ("x", r"a\u0022b", [1]),
        (r"x \u0041", r"y \u0041", []),
        (r"\u0041 x", r"\u0041 y", []),
        (r"\u0041 x \u0041", r"\u0041 y \u0041", []),
        (r"\u0041 x \u0041", r"\u0041 xx \u0041", []),
        (r"\u0041 xx \u0041", r"\u0041 x \u0041", []),
        (r"\u0041 x \u0041", r"\u0041 y \u0042", [1]),
    ],
)
def test_an_escape_stays_where_the_value_stays(base: str, head: str, lines: list[int]) -> None:
    """What is new is written plainly; only the part whose meaning changed may be."""
    document = '{{"k": 1,\n "u": "{}"}}\n'
    expected = [line + 1 for line in lines]
    assert told(document.format(base), document.format(head), "a.json") == expected


def test_an_escape_stays_around_what_moved_twice() -> None:
    """At more than one place, in the scope of the move, and not without a move."""
    base = '{"u": "\\u0041 192.0.2.7 \\u0041 192.0.2.7"}\n'
    head = base.replace("192.0.2.7", "192.0.2.9")
    assert told(base, head, "a.json", MOVES) == []
    assert told(base, head, "a.json") == [1]
    outside = (Move("192.0.2.7", "192.0.2.9", Scope(only=("x/**",))),)
    assert told(base, head, "a.json", outside) == [1]


@pytest.mark.parametrize(
    ("base", "head", "lines"),
    [
        ("a: one\n  two\n  three\n", "a: one\n  two\n  four\n", []),
        ("a: one\n  two\n  three\n", "a: one\n   two\n   four\n", [1]),
        ("a: one\n  two\n  three\n", "a: one\n  two\n   four\n", [1]),
        ("a: one\n  two\n\n  three\n", "a: one\n  two\n\n  four\n", []),
        ("k: 1\na: |\n  one\n  two\n", "k: 1\na: |\n  one\n  three\n", []),
        ("k: 1\na: |\n  one\n  two\n", "k: 1\na: |\n   one\n   three\n", [3]),
        ("k: 1\na: |\n  one\n    two\n", "k: 1\na: |\n  one\n    three\n", []),
        ("a: |\n  one\n\n  two\n", "a: |\n  one\n\n  three\n", []),
        ("a: >\n  one\n  two\n", "a: >\n    one\n    three\n", [2]),
        ("a: >\n  one\n  two\n", "a: >\n  one three\n", []),
        ("a: one\n    two\n  three\n", "a: one\n    two\n  four\n", []),
        ("a: one\n    two\n      three\n", "a: one\n    two\n      four\n", []),
        ("a: one\n  two\n", "a: one\n    four\n", [1]),
        ("a: |\n  one\n  two\nb: 1\n", "a: |\n  one\n  three\nb:  1\n", [4]),
        ("- |\n one\n two\n", "- |\n  one\n  three\n", [2]),
        ("80\n", "81\n", []),
        ("a:\t\nb: 1\n", "a: 1\nb: 1\n", [1]),
        ("a: [\n  1\n]\n", "a: [\n  1\n  ,\n]\n", [3]),
        ("a: 1\n \n  \n", "a: 1\n  \n   \n", [2, 3]),
        ("a: 1\n  \n   \n", "a: 1\n \n  \n", [2, 3]),
        ("a:\nb: 1\n", "a:\t1\nb: 1\n", [1]),
        ('b: "x"\n', 'a: 1\nb: "\\x79"\n', [2]),
        ('a: x\nb: "x"\n', 'a: "y"\nb: "\\x79"\n', [2]),
        ("a: 11\n", "a: 1\n", []),
        ("a: 1\n", "a: [\n", []),
        ("a: [\n", "a: 1\n", []),
        ('a: "x"\n', 'a: "\\x79"\n', [1]),
        ("a: 'it''s'\n", "a: 'it''s not'\n", []),
        ("a: 'x'\n", "a: 'it''s'\n", []),
        ("a: 1\n", "a:  2\n", [1]),
        ("a:  1\n", "a: 2\n", [1]),
        ("a:\nb: 1\n", "a: 1\nb: 1\n", []),
        ("a: 1\nb: 1\n", "a:\nb: 1\n", []),
    ],
)
def test_a_value_over_several_lines_keeps_its_margin(
    base: str, head: str, lines: list[int]
) -> None:
    """Words may change; how far they are indented, and how they are escaped, may not."""
    assert told(base, head) == lines


@pytest.mark.parametrize(
    ("base", "head", "lines"),
    [
        ("l:\n  - !t 1\n", "l:\n  - !t 1\n  - !t 2\n", []),
        ("l:\n  - !t 1\n", "l:\n  - !t 1\n  - 2\n", []),
        ("l:\n  - !t 1\n", "l:\n  - !t 1\n  - !u 2\n", [3]),
        ("l:\n  - &a 1\n", "l:\n  - &a 1\n  - &b 2\n", [3]),
        ("l:\n  - &a 1\n", "l:\n  - &a 1\n  - 3\n  - &a 2\n", [4]),
        ("a: !t 1\n", "a: !t 1\nb: !t 2\n", [2]),
        ("a: 1\n", "a: 1\nb: &x 2\n", [2]),
    ],
)
def test_a_new_value_has_a_tag_only_like_its_neighbours(
    base: str, head: str, lines: list[int]
) -> None:
    """And never an anchor: both change what is read."""
    assert told(base, head) == lines


@pytest.mark.parametrize(
    ("base", "head", "lines"),
    [
        ("l:\n  - a: 1\n    b: 2\n", "l:\n  - b: 2\n", []),
        ("l:\n  - b: 2\n", "l:\n  - a: 1\n    b: 2\n", []),
        ("l:\n  - a: 1\n    b: 2\n", "l:\n  -  b: 2\n", [2]),
        ("l:\n  - a: 1\n    b: 2\n", "l:\n- b: 2\n", [2]),
        ("l:\n  -   a: 1\n      b: 2\n", "l:\n  -   b: 2\n", []),
        ("l:\n  -   a: 1\n      b: 2\n", "l:\n  - b: 2\n", [2]),
        ("l:\n  - a: 1\n    b: 2\n", "l:\n  - b:  2\n", [2]),
        ("l:\n  - a: 1\n    b: 2\n    c: 3\n", "l:\n  - b: 2\n    c:  3\n", [3]),
        ("q: 1\nl:\n  - a: 1\n    b: 2\nr: 1\n", "l:\n  - b: 2\n", []),
    ],
)
def test_the_next_line_of_an_item_takes_its_dash(base: str, head: str, lines: list[int]) -> None:
    """With as much space behind it as before."""
    assert told(base, head) == lines


@pytest.mark.parametrize(
    ("path", "lines", "gone"),
    [
        ("hosts.txt", ["192.0.2.7 web", "192.0.2.8 api"], (0, 1)),
        ("run.sh", ["a 1", "b 2", "a 1", "b 2"], (0, 2)),
        ("run.sh", ["x 1", "a 1 1", "a 1 1"], (1, 2)),
        ("run.sh", ["x 1", "a 1 2", "a 1 3"], (1, 2)),
        ("run.sh", ["a 1 2", "a 1 3"], (0, 1)),
        ("run.sh", ["a 1 2", "a 1 3", "a 1 4"], (0, 1)),
        ("run.sh", ["a 1 2", "a 1 3", "a 1 4"], (1, 2)),
        ("run.sh", ["a 1 2", "a 1 3", "a 1 4"], (0, 2)),
        ("run.sh", ["a 1 2", "a 1 3", "a 1 4", "z"], (2, 3)),
        ("run.sh", ["a 1 1 2", "a 1 1 3", "b 1"], (0, 1)),
        ("run.sh", ["a 192.0.2.7 1", "a 192.0.2.7 2", "a 192.0.2.7 3"], (0, 1)),
        ("app.yml", ["- [1, 1]", "- [1, 1]"], (1, 2)),
        ("app.yml", ["- [1, 2]", "- [1, 3]", "- [1, 4]"], (0, 1)),
        ("app.yml", ["- [1, 2]", "- [1, 3]", "- [1, 4]"], (1, 2)),
        ("app.yml", ["- {a: 1, b: 2}", "- {a: 1, b: 3}"], (0, 1)),
        ("app.yml", ["- [5]", "- {a: 1, b: 2}", "- {a: 1, b: 3}"], (1, 2)),
        ("app.yml", ["- [1]", "- [1]", "- [1]"], (1, 3)),
    ],
)
def test_a_whole_line_that_goes_leaves_its_like_as_it_was(
    path: str, lines: list[str], gone: tuple[int, int]
) -> None:
    """Which of two lines alike it was that went cannot be told by values: no line is told."""
    first, last = gone
    kept = lines[:first] + lines[last:]
    assert told("\n".join(lines) + "\n", "\n".join(kept) + "\n", path) == []
    assert told("\n".join(kept) + "\n", "\n".join(lines) + "\n", path) == []


def slid(rows: list[int], own: set[int], changed: tuple[int, ...] = ()) -> set[int]:
    """Which leaves are taken for gone where ``own`` are; ``rows`` are the leaves on each line."""
    text = "".join(f"- [{', '.join(['1'] * count)}]\n" for count in rows)
    document = parse("app.yml", text.encode())
    assert isinstance(document, Document)
    places = [(leaf.start, leaf.end, leaf.key) for leaf in document.leaves]
    marks = {places[one]: OWN for one in own} | {places[one]: SET for one in changed}
    found_out = whole_lines(document.leaves, marks)
    assert {place for place, mark in found_out.items() if mark == SET} == {
        places[one] for one in changed
    }
    return {places.index(place) for place, mark in found_out.items() if mark == OWN}


@pytest.mark.parametrize(
    ("rows", "own", "gone"),
    [
        ([2, 2], {1, 2}, {0, 1}),
        ([2, 2], {2, 3}, {2, 3}),
        ([2, 2], {0, 1}, {0, 1}),
        ([2, 1], {1, 2}, {0, 1}),
        ([1, 2], {1}, {0}),
        ([2, 2], {2}, {2}),
        ([1, 2, 2], {3}, {3}),
        ([3, 3], {3, 4}, {3, 4}),
        ([2, 2, 2], {1, 2, 5}, {0, 1, 5}),
        ([2, 2, 2, 2], {1, 2, 5, 6}, {0, 1, 4, 5}),
    ],
)
def test_of_values_alike_those_of_a_whole_line_are_taken_for_gone(
    rows: list[int], own: set[int], gone: set[int]
) -> None:
    """Every leaf is 1; where no whole line is to be had, they stay as they were found."""
    assert slid(rows, own) == gone


def test_a_value_that_changed_is_never_taken_for_gone() -> None:
    """It ends the run of values alike."""
    assert slid([2, 2], {1, 2}, changed=(0,)) == {1, 2}


@pytest.mark.parametrize(
    ("base", "head", "lines"),
    [
        (b"a: 1\r\nb: 2\r\n", b"a: 1\r\nb: 3\r\n", []),
        (b"a: 1\r\nb: 2", b"a: 1\r\nb: 2\r\nc: 3", []),
        (b"a: 1\nb: 2", b"a: 1\nb: 2\nc: 3", []),
        (b"a: 1\r\nb: 2\n", b"a: 1\nb: 2\n", [1]),
        (b"a: 1\nb: 2\n", b"a: 1\r\nb: 3\n", [1]),
    ],
)
def test_line_ends_are_bytes_too(base: bytes, head: bytes, lines: list[int]) -> None:
    """In a file of one kind of line end an added last line may end the one before it."""
    assert told(base.decode(), head.decode()) == lines


def test_a_file_that_differs_nearly_everywhere_is_told_by_its_first_line() -> None:
    """Comparing is quadratic: beyond two thousand lines it is refused as it stands."""
    base = "a: 1\n" + "# c\n" * 2_500
    assert told(base, base.replace("# c\n", "\n# c\n")) == [2]
    assert told(base, "b: 2\n" + base.replace("# c\n", "\n# c\n")) == [3]
    small = "a: 1\n" + "# c\n" * 5
    assert len(told(small, small.replace("# c\n", "\n# c\n"))) > 1


def test_two_lines_too_many_among_many_alike_are_told_alone() -> None:
    """Comparing does not give up on lines that repeat."""
    lines = ["a: 1", *["# c"] * 900]
    head = [lines[0], "", *lines[1:500], "", *lines[500:]]
    assert told("\n".join(lines) + "\n", "\n".join(head) + "\n") == [2, 502]


def test_items_that_go_from_a_long_row_of_items_alike_are_no_stray_bytes() -> None:
    """Comparing does not give up on words that repeat within a line either."""
    items = ["x", "y"] * 75
    kept = [item for number, item in enumerate(items) if number not in {0, 101}]
    assert told(f"a: [{', '.join(items)}]\n", f"a: [{', '.join(kept)}]\n") == []
