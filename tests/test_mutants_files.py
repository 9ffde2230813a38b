"""Comments, bytes and lines at the edges of their rules: what may come or go, and is told once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change import FileChange, build_change
from bot.core.formats import parse
from bot.core.leaf import Unparsable
from bot.core.operation import Move, Scope
from tests.cases import Files, case, change, derivation, explained, found

MOVES = (Move("192.0.2.7", "192.0.2.9"),)


def commented(base: str, head: str, moves: tuple[Move, ...] = ()) -> list[tuple[str, int | None]]:
    """What is said of comments, with the line."""
    return [(one.variant, one.line) for one in found("comments", case(base, head, moves=moves))]


def test_a_comment_goes_with_its_line_and_no_other_comes_in_its_place() -> None:
    """The line went: its comment may; a new one stands for nothing that was there."""
    assert commented("a: 1 # x\nb: 2\n", "b: 2\n") == []
    assert commented("a: 1 # x\nb: 2\n", "# new\nb: 2\n") == [("changed", 1)]
    assert commented("a: 1 # x\nb: 2 # y\n", "# z\nb: 2 # y\n") == [("changed", 1)]


def test_a_comment_may_stay_where_its_line_went() -> None:
    """Of two lines that went, one's comment stays above what follows."""
    base = "a: 1 # x\nb: 2 # y\nc: 3 # z\n"
    assert commented(base, "# y\nc: 3 # z\n") == []
    assert commented(base, "# x\n# y\nc: 3 # z\n") == []
    assert commented(base, "c: 3 # z\n") == []


def test_a_comment_stays_while_anything_of_its_line_stays() -> None:
    """Half a line that went takes no comment with it."""
    assert commented("l: [1, 2] # x\nb: 2\n", "l: [1]\nb: 2\n") == [("dropped", 1)]
    assert commented("l: [1, 2] # x\nb: 2\n", "b: 2\n") == []


def test_a_comment_that_changes_beside_one_that_went_is_told_as_changed() -> None:
    """Not as dropped and added, and the one that went with its line not at all."""
    assert commented("a: 1 # x\nb: 2 # y\n", "b: 2 # z\n") == [("changed", 1)]


def test_one_comment_dropped_among_many_alike_is_told_alone() -> None:
    """Comparing does not give up on comments that repeat."""
    lines = [f"k{number}: {number} # same\n" for number in range(250)]
    head = [*lines]
    head[0], head[100] = "k0: 0 # other\n", "k100: 100\n"
    said = commented("".join(lines), "".join(head))
    assert [variant for variant, _ in said] == ["added", "dropped", "dropped"]


def test_a_comment_follows_a_move_and_nothing_else() -> None:
    """Whole occurrences of what moved, within the move's scope."""
    base, head = "a: 192.0.2.7 # at 192.0.2.7\n", "a: 192.0.2.9 # at 192.0.2.9\n"
    assert commented(base, head, MOVES) == []
    assert commented(base, head) == [("changed", 1)]
    outside = (Move("192.0.2.7", "192.0.2.9", Scope(only=("x/**",))),)
    assert commented(base, head, outside) == [("changed", 1)]
    two = (*MOVES, Move("web", "api"))
    assert commented("a: 192.0.2.7 # web 192.0.2.7\n", "a: 192.0.2.9 # api 192.0.2.9\n", two) == []


def test_comments_of_a_new_file_are_told_unless_it_was_asked_for() -> None:
    """Each with its text, line and file; a file that cannot be read hides no other."""
    base = {"a.yml": "a: 1\n", "z.yml": "a: 1 # x\n"}
    head = {"a.yml": "a: [\n", "b.yml": "# one\na: 1\n", "z.yml": "a: 1\n"}
    said = found("comments", case(base, head))
    assert [(one.variant, one.path, one.line, dict(one.facts)["text"]) for one in said] == [
        ("added", "b.yml", 1, "# one"),
        ("dropped", "z.yml", 1, "# x"),
    ]
    asked = case(base, head, paths_asked=frozenset({"b.yml"}))
    assert [one.path for one in found("comments", asked)] == ["z.yml"]


def test_a_comment_is_told_without_secrets_and_cut() -> None:
    """Eighty characters at most; a password in it is hidden."""
    (long,) = found("comments", case("a: 1 # " + "x" * 100 + "\n", "a: 1\n"))
    assert len(dict(long.facts)["text"]) == 80
    (secret,) = found("comments", case("a: 1 # password: hunter2hunter2\n", "a: 1\n"))
    assert "hunter2" not in dict(secret.facts)["text"]


def test_what_a_move_leaves_in_comments_is_told_twenty_times_at_most() -> None:
    """Exactly twenty of twenty-five, in files that the move reaches and that can be read."""
    base = {"a.yml": "a: 192.0.2.7\n", "b.yml": "# 192.0.2.7\n" * 25 + "b: 1\n"}
    head = {**base, "a.yml": "a: 192.0.2.9\n"}
    assert len(found("comments", case(base, head, moves=MOVES))) == 20


def test_only_files_that_a_move_reaches_are_looked_through_for_mentions() -> None:
    """One outside its scope or one that cannot be read ends nothing and tells nothing."""
    base = {
        "a.yml": "a: 192.0.2.7\n",
        "b/b.yml": "# 192.0.2.7\nb: 1\n",
        "c.yml": "c: [192.0.2.7\n",
        "d.yml": "# 192.0.2.7 and 192.0.2.77\n# 192.0.2.77\nd: 1\n",
    }
    moves = (Move("192.0.2.7", "192.0.2.9", Scope(without=("b/**",))),)
    looked_at = case(base, {**base, "a.yml": "a: 192.0.2.9\n"}, moves=moves)
    assert isinstance(looked_at.base["c.yml"], Unparsable)
    said = [(one.variant, one.path, one.line) for one in found("comments", looked_at)]
    assert said == [("mentions", "d.yml", 1)]


# duplicate-key


def test_a_key_said_twice_before_may_stay_twice_and_not_thrice() -> None:
    """Each further one is told with its line; a file that cannot be read hides no other."""
    base = {"a.yml": "a: 1\n", "b.yml": "k: 1\nk: 2\n"}
    head = {"a.yml": "a: [\n", "b.yml": "k: 1\nk: 2\nk: 3\n"}
    said = found("duplicate-key", case(base, head))
    assert [(one.path, one.line) for one in said] == [("b.yml", 3)]
    assert found("duplicate-key", case("k: 1\nk: 2\n", "k: 1\nk: 3\n")) == ()
    assert len(found("duplicate-key", case("k: [\n", "k: 1\nk: 2\n"))) == 1


# parses


def test_a_side_that_was_never_read_is_told_by_its_file() -> None:
    """And one that is read as another format than before."""
    made = change({"a.yml": "a: 1\n", "b.yml": "a: 1\n"}, {"a.yml": "a: 2\n", "b.yml": "a: 2\n"})
    unread = {path: one for path, one in made.head_docs.items() if path == "a.yml"}
    looked_at = case("a: 1\n", "a: 2\n", change=replace(made, head_docs=unread))
    assert [(one.variant, one.path) for one in found("parses", looked_at)] == [("unread", "b.yml")]
    other = {**made.head_docs, "b.yml": parse("b.json", b'{"a": 2}')}
    (one,) = found("parses", case("a: 1\n", "a: 2\n", change=replace(made, head_docs=other)))
    assert (one.variant, one.path) == ("format", "b.yml")
    assert dict(one.facts) == {"before": "yaml", "after": "json"}


# bytes


@pytest.mark.parametrize(
    ("base", "head", "lines"),
    [
        ("a: 1\nb: x\n", "a: 1\nb:  x\n", [2]),
        ("a: 1\nb: x\n", "a: 1\n\n\n\nb: x\n", [2, 3, 4]),
        ("a: 1\nb: x\n", "a:  1\nb:  x\n", [1, 2]),
        ("a: 1\nb: x\nc: 2\n", "a: 3\nb: x \nc: 2\n", [2]),
        ("a:\n  - 1\n  - 2\n", "a:\n  - 1\n  -  2\n", [3]),
        ("a:\n  - 1\n  - 2\n", "a:\n  - 1\n  - 3\n", []),
        ("a:\n  - 1\n  - 2\n", "a:\n  - 1\n", []),
        ("a:\n  - 1\n", "a:\n  - 1\n  - 2\n", []),
        ("a:\n  - 1\n", "a:\n  - 1\n  -   2\n", []),
        ("a: [1, 2]\n", "a: [1]\n", []),
        ("a: [1, 2]\n", "a: [1,  2]\n", [1]),
        ("a: 1\nb: 2\n", "a: 1\nb: 2\nc: 3\n", []),
        ("a: 1\n", "a: 1\nnew: # why\n  b: 2\n", []),
        ("a: 1\n", "a: 1\nnew:\n  b: 2\n", []),
        ("a: 1\n", "a: 1\nnew:\n  deep:\n    - b: 2\n", []),
        ("a: 1\n", "a: 1\n# why\nb: 2\n", [2]),
        ("a: 1\n", "a: 1\n\nb: 2\n", []),
        ("a: 1\n", "a: 1\n  \nb: 2\n", [2]),
        ("a: 1\n", "a: 1\n\n\nb: 2\n", []),
        ("a: 1\n", "a: 1\n\n\n\n\nb: 2\n", [3]),
        ("a: 1\n", "b: 2\n\n\na: 1\n", []),
        ("a: 1\n", "b: 2\n\n\n\na: 1\n", [4]),
        ("m:\n  - [1, 1]\n  - [1]\n", "m:\n  - [1]\n", []),
        ("m:\n  - [1, 1]\n  - [1]\nz: 1\n", "m:\n  - [1]\nz: 1\n", []),
        ("m:\n  - [2, 1]\n  - [2, 1]\n", "m:\n  - [2, 1]\n", []),
        ("a: 1\nc: 1\nd: 1\ne: 1\nf: 1\n", "a: 1\n\nc: 1\nd: 1\ne: 1\nf: 1\nb: 2\n", [2]),
        ("a: 1\n", "a: 1\n---\nb: 2\n", [2]),
        ("z: 0\np:\n  k: 1\n", "z: 0\nq:\n    k: 2\n", []),
        ("z: 0\np:\n  k: 1\n", "z: 0\nq:\n    k: 1\n", [3]),
        ("- x: 1\n", "- x: 1\n-\n  x: 2\n", []),
        ("- - 1\n", "- - 1\n-\n  - 2\n", []),
        ("s:\n  a: 1\n", "s:\n  a: 1\ns:\n  b: 2\n", [3]),
        (f"a: {list(range(150))}\n", f"a: {[*range(1, 100), *range(101, 150)]}\n", []),
    ],
)
def test_every_line_that_differs_beside_its_values_is_told(
    base: str, head: str, lines: list[int]
) -> None:
    """And no line that differs by its value, or by an item that came or went."""
    said = found("untouched-bytes", case(base, head))
    assert sorted(one.line or 0 for one in said) == lines


def test_the_end_of_a_file_of_an_old_system_counts_too() -> None:
    """Carriage returns alone are line ends."""
    (one,) = found("encoding", case(b"a: 1\rb: x\r", b"a: 1\rb: x"))
    assert one.variant == "last-newline"


# expected-change


def ordered(base: Files, wanted: Files, head: Files) -> list[tuple[str, str | None]]:
    """What is said of ``head`` where rules derive ``wanted``, in files whose lines have an order."""
    looked_at = case(base, head, expectation=derivation(base, wanted))
    return [(one.variant, one.path) for one in found("expected-change", looked_at)]


def test_in_files_of_ordered_lines_a_new_line_stands_where_it_was_derived() -> None:
    """In a file that was there, in one that comes, and nowhere where order means nothing."""
    base = "iptables -P A\niptables -P B\n"
    wanted, other = base + "iptables -P C\n", "iptables -P C\n" + base
    assert ordered({"a.sh": base}, {"a.sh": wanted}, {"a.sh": wanted}) == []
    assert ordered({"a.sh": base}, {"a.sh": wanted}, {"a.sh": other}) == [("order", "a.sh")]
    new = {"a.sh": wanted}, {"a.sh": other}
    assert ordered({"b.yml": "x: 1\n"}, *new)[-1] == ("order", "a.sh")
    assert ordered({"a.yml": "a: 1\n"}, {"a.yml": "a: 1\nb: 2\n"}, {"a.yml": "b: 2\na: 1\n"}) == []


def test_a_line_too_many_is_told_as_extra_alone() -> None:
    """Order is only looked at where nothing is missing and nothing extra."""
    base = "iptables -P A\n"
    wanted, head = base + "iptables -P C\n", base + "iptables -P C\niptables -P D\n"
    assert ordered({"a.sh": base}, {"a.sh": wanted}, {"a.sh": head}) == [("extra", "a.sh")]
    assert ordered({"a.sh": base}, {"a.sh": head}, {"a.sh": wanted}) == [("missing", "a.sh")]


def test_a_file_that_was_to_be_emptied_is_not_to_be_deleted() -> None:
    """The same leaves go, and the file's end is another."""
    base = {"a.sh": "iptables -P A\n"}
    assert ordered(base, {"a.sh": ""}, {}) == [("order", "a.sh")]


def test_a_value_alone_has_no_order() -> None:
    """A set value in a file of ordered lines stands where it stood."""
    made = build_change([FileChange("a.conf", b"listen 80;\n", b"listen 81;\n")])
    looked_at = case("a: 1\n", "a: 1\n", change=made, explained=explained(made))
    assert found("expected-change", looked_at) == ()
