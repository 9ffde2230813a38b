"""What a rule says, it says of the right file, line and key, with the right words, past what is fine.

Each change here holds something harmless before the fault: a rule that stopped at what is fine, or
that told of another place, would send people looking where nothing is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.operation import Move
from bot.core.policy import Limits, Policy
from tests.cases import AGREED, Facts, case, change, derivation, explained, found

if TYPE_CHECKING:
    from bot.core.checks.case import Case
    from bot.core.finding import Finding

MOVES = (Move("192.0.2.7", "192.0.2.9"),)
PORTS = "a: 1\nport: 80\n", "a: 1\nport: 81\n"
TWO = "a: 1\nb: 2\n", "a: 3\nb: 4\n"

Told = tuple[str, str, str | None, int | None, dict[str, str]]


def told(rule: str, looked_at: Case) -> list[Told]:
    """What people would read of a rule, in order."""
    return [as_told(finding) for finding in found(rule, looked_at)]


def as_told(finding: Finding) -> Told:
    """Weight, variant, place and words of one finding."""
    facts = dict(finding.facts)
    return finding.severity.value, finding.variant, finding.path, finding.line, facts


def words(key: str, old: str, new: str, **more: str) -> dict[str, str]:
    """The words that most rules use."""
    return {"key": key, "old": old, "new": new, **more}


SET: list[tuple[str, str, str, tuple[str, str, dict[str, str]]]] = [
    (
        "address-valid",
        "host: 192.0.2.7\n",
        "host: 192.0.2.777\n",
        ("blocks", "malformed", words("host", "192.0.2.7", "192.0.2.777")),
    ),
    (
        "address-valid",
        "h: 192.0.2.7 192.0.2.8\n",
        "h: 192.0.2.7 192.0.2.888\n",
        ("blocks", "malformed", words("h", "192.0.2.7 192.0.2.8", "192.0.2.888")),
    ),
    ("port-valid", "port: 80\n", "port: 70000\n", ("blocks", "default", words("port", "80", "70000"))),
    ("unit-kept", "t: 30s\n", "t: 30m\n", ("blocks", "default", words("t", "30s", "30m"))),
    (
        "type-kept",
        "t: 30\n",
        't: "30"\n',
        ("blocks", "kind", words("t", "30", "30", before="integer", after="string")),
    ),
    ("type-kept", "t: 30\n", "t: 3.5\n", ("warns", "number", words("t", "30", "3.5"))),
    (
        "type-kept",
        "t: 192.0.2.7\n",
        "t: word\n",
        ("blocks", "kind", words("t", "192.0.2.7", "word", before="address", after="text")),
    ),
    (
        "version-form",
        "image: web:1.2.3\n",
        "image: web:latest\n",
        ("blocks", "moving", words("image", "web:1.2.3", "web:latest")),
    ),
    (
        "version-form",
        "version: 1.2.3\n",
        "version: 1.2\n",
        ("blocks", "form", words("version", "1.2.3", "1.2")),
    ),
    (
        "plaintext-secret",
        "password: ${X}\n",
        "password: hunter2hunter2\n",
        ("blocks", "default", {"key": "password"}),
    ),
    ("quoting", "b: x\n", "b: 'y'\n", ("blocks", "default", {"key": "b"})),
    (
        "hidden-characters",
        "b: x\n",
        "b: x\u200b\n",
        ("blocks", "default", {"character": "U+200B", "name": "ZERO WIDTH SPACE"}),
    ),
    ("comments", "b: x # two\n", "b: x # three\n", ("blocks", "changed", {"text": "# three"})),
    (
        "exposure",
        "b: 192.0.2.0/29\n",
        "b: 0.0.0.0/0\n",
        ("blocks", "world", words("b", "192.0.2.0/29", "0.0.0.0/0")),
    ),
    (
        "exposure",
        "allow: [192.0.2.0/29]\n",
        "allow: [192.0.2.0/24]\n",
        (
            "blocks",
            "wider",
            words("allow > [0]", "192.0.2.0/29", "192.0.2.0/24", limit="/29"),
        ),
    ),
    (
        "exposure",
        "allow: [192.0.2.0/29, 192.0.2.16/29]\n",
        "allow: [192.0.2.0/29, 192.0.2.16/28]\n",
        (
            "blocks",
            "wider",
            words("allow > [1]", "192.0.2.16/29", "192.0.2.16/28", limit="/29"),
        ),
    ),
    ("exposure", "bind: 127.0.0.1\n", "bind: 0.0.0.0\n", ("warns", "bound", words("bind", "127.0.0.1", "0.0.0.0"))),
    ("exposure", "tls: true\n", "tls: false\n", ("warns", "guard-off", words("tls", "true", "false"))),
    ("exposure", "debug: off\n", "debug: on\n", ("warns", "danger-on", words("debug", "off", "on"))),
    ("exposure", "deny: [all]\n", "deny: []\n", ("blocks", "deny-all-lost", words("deny > [0]", "all", "∅"))),
    (
        "exposure",
        "deny: [192.0.2.0/29]\n",
        "deny: []\n",
        ("warns", "deny-lost", words("deny > [0]", "192.0.2.0/29", "∅")),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "base", "head", "expected"), SET)
def test_a_fault_behind_a_good_change_is_told_where_it_is(
    rule: str, base: str, head: str, expected: tuple[str, str, dict[str, str]]
) -> None:
    """A good change of another value comes first; the finding names the second line alone."""
    weight, variant, facts = expected
    looked_at = case(f"a: 1\n{base}", f"a: 2\n{head}")
    assert told(rule, looked_at) == [(weight, variant, "app.yml", 2, facts)]


@pytest.mark.parametrize(("rule", "base", "head", "expected"), SET)
def test_a_fault_behind_a_line_that_went_is_told_where_it_is(
    rule: str, base: str, head: str, expected: tuple[str, str, dict[str, str]]
) -> None:
    """What was taken away has no new value to judge, and hides none that comes after it."""
    weight, variant, facts = expected
    # what is gone is told by its line in the base
    line = 3 if facts.get("new") == "∅" else 2
    looked_at = case(f"a: 1\nx: y\n{base}", f"a: 1\n{head}")
    assert (weight, variant, "app.yml", line, facts) in told(rule, looked_at)


Whole = tuple[str, str, str, Facts, list[Told]]

WHOLE: list[Whole] = [
    (
        "duplicate-key",
        "a: 1\nb: x\n",
        "a: 2\nb: x\nb: y\n",
        {},
        [("blocks", "default", "app.yml", 3, {"key": "b"})],
    ),
    (
        "parses",
        "a: 1\n",
        "a: [1\n",
        {},
        [
            (
                "blocks",
                "head",
                "app.yml",
                2,
                {"format": "yaml", "reason": "YAML syntax: did not find expected ',' or ']'"},
            )
        ],
    ),
    (
        "parses",
        "a: [1\n",
        "a: 1\n",
        {},
        [
            (
                "blocks",
                "base",
                "app.yml",
                2,
                {"format": "yaml", "reason": "YAML syntax: did not find expected ',' or ']'"},
            )
        ],
    ),
    (
        "explained-place",
        *TWO,
        {"explained": explained(change(*TWO))[:1]},
        [("blocks", "uncounted", None, None, {})],
    ),
    (
        "explained-place",
        *PORTS,
        {"explained": explained(change(*PORTS), AGREED, None)},
        [("blocks", "protected", "app.yml", 2, {"key": "port", "kind": "port"})],
    ),
    (
        "explained-place",
        *TWO,
        {"explained": explained(change(*TWO), None, None)},
        [
            ("blocks", "none", "app.yml", 1, {"key": "a", "kind": ""}),
            ("blocks", "none", "app.yml", 2, {"key": "b", "kind": ""}),
        ],
    ),
    (
        "explained-value",
        *PORTS,
        {"explained": explained(change(*PORTS), None, AGREED)},
        [("blocks", "protected", "app.yml", 2, words("port", "80", "81", kind="port"))],
    ),
    (
        "explained-value",
        *TWO,
        {"explained": explained(change(*TWO), None, None)},
        [
            ("blocks", "none", "app.yml", 1, words("a", "1", "3", kind="")),
            ("blocks", "none", "app.yml", 2, words("b", "2", "4", kind="")),
        ],
    ),
    (
        "expected-change",
        "a: 1\nb: 2\n",
        "a: 3\nb: 2\n",
        {"expectation": derivation("a: 1\nb: 2\n", "a: 1\nb: 4\n")},
        [
            ("blocks", "extra", "app.yml", 1, words("a", "1", "3")),
            ("blocks", "missing", "app.yml", 2, words("b", "2", "4")),
        ],
    ),
    (
        "complete-move",
        "a: 192.0.2.7\nb: 192.0.2.7\nc: 192-0-2-7.example.com\n",
        "a: 192.0.2.9\nb: 192.0.2.7\nc: 192-0-2-7.example.com\n",
        {"moves": MOVES},
        [
            ("blocks", "left", "app.yml", 2, {"key": "b", "old": "192.0.2.7"}),
            (
                "blocks",
                "disguised",
                "app.yml",
                3,
                {"key": "c", "old": "192.0.2.7", "spelling": "192-0-2-7"},
            ),
        ],
    ),
    (
        "complete-move",
        "a: 192.0.2.7\n",
        "a: 192.0.2.9\n",
        {"moves": MOVES, "paths": frozenset({"x.yml", "192.0.2.7.yml"})},
        [("warns", "path", "192.0.2.7.yml", None, {"old": "192.0.2.7"})],
    ),
    (
        "comments",
        "a: 192.0.2.7\n# was 192.0.2.7\n",
        "a: 192.0.2.9\n# was 192.0.2.7\n",
        {"moves": MOVES},
        [("warns", "mentions", "app.yml", 2, {"old": "192.0.2.7"})],
    ),
    (
        "comments",
        "a: 1\n# one\nb: 2\n# two\n",
        "a: 3\n# one\nb: 2\n",
        {},
        [("blocks", "dropped", "app.yml", 4, {"text": "# two"})],
    ),
    (
        "comments",
        "a: 1\n# one\n",
        "a: 3\n# one\n# two\n",
        {},
        [("blocks", "added", "app.yml", 3, {"text": "# two"})],
    ),
    (
        "covering-range",
        "a: 192.0.2.7\nb: 192.0.2.0/29\n",
        "a: 192.0.2.9\nb: 192.0.2.0/29\n",
        {"moves": MOVES},
        [
            (
                "warns",
                "default",
                "app.yml",
                2,
                {"key": "b", "old": "192.0.2.7", "new": "192.0.2.9", "range": "192.0.2.0/29"},
            )
        ],
    ),
    (
        "address-taken",
        "a: 192.0.2.7\nb: 192.0.2.9\n",
        "a: 192.0.2.9\nb: 192.0.2.9\n",
        {"moves": (Move("web", "api"), *MOVES)},
        [("blocks", "default", "app.yml", 2, {"key": "b", "new": "192.0.2.9"})],
    ),
    ("no-change", "a: 1\n", "a: 1\n", {}, [("blocks", "default", None, None, {})]),
    ("no-change", "a: 1\n", "a: 1 # x\n", {}, [("blocks", "no-value", "app.yml", None, {})]),
    (
        "size-limits",
        "a: 1\nb: 2\n",
        "a: 3\nb: 4\n",
        {"policy": Policy(limits=Limits(files=0, leaf_changes=1, file_bytes=9))},
        [
            ("blocks", "files", None, None, {"count": "1", "limit": "0"}),
            ("blocks", "leaves", None, None, {"count": "2", "limit": "1"}),
            ("blocks", "bytes", "app.yml", None, {"count": "10", "limit": "9"}),
        ],
    ),
    (
        "allowed-path",
        "a: 1\n",
        "a: 2\n",
        {"policy": Policy(allowed=("x/**",))},
        [("blocks", "outside", "app.yml", None, {})],
    ),
    (
        "protected-path",
        "a: 1\n",
        "a: 2\n",
        {"policy": Policy(protected=("app.yml",))},
        [("blocks", "default", "app.yml", None, {})],
    ),
]


@pytest.mark.parametrize(("rule", "base", "head", "facts", "expected"), WHOLE)
def test_all_that_a_rule_says(
    rule: str, base: str, head: str, facts: Facts, expected: list[Told]
) -> None:
    """Every finding with its weight, variant, file, line and words, and no other."""
    assert told(rule, case(base, head, **facts)) == expected


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (b"a: 1\nb: x\n", b"a: 1\nb: \xff\n", [("utf8", 2)]),
        (b"a: 1\nb: x\n", b"\xff: 1\nb: x\n", [("utf8", 1)]),
        (b"a: 1\nb: x\n", b"\xef\xbb\xbfa: 1\nb: x\n", [("bom", 1)]),
        (b"a: 1\nb: x\n", b"a: 1\r\nb: x\n", [("line-ends", None)]),
        (b"a: 1\nb: x\n", b"a: 1\nb: x", [("last-newline", 2)]),
        (b"a: 1\r\nb: x\r\n", b"a: 1\r\nb: y\r\n", []),
        (b"a: 1\rb: x\r", b"a: 1\rb: y\r", []),
    ],
)
def test_what_happened_to_the_bytes_is_told_with_its_line(
    base: bytes, head: bytes, expected: list[tuple[str, int | None]]
) -> None:
    """Each way to re-encode a file has a variant of its own."""
    said = told("encoding", case(base, head))
    assert said == [("blocks", variant, "app.yml", line, {}) for variant, line in expected]


def test_files_that_come_or_go_are_told_by_their_own_paths() -> None:
    """Two findings for a file that was renamed: the old name went, the new one came."""
    said = told("file-lifecycle", case({"a.yml": "a: 1\n"}, {"b.yml": "a: 2\n"}))
    assert said == [
        ("blocks", "deleted", "a.yml", None, {}),
        ("blocks", "added", "b.yml", None, {}),
    ]


def test_a_path_that_climbs_out_is_told_by_itself() -> None:
    """Not by the plain one beside it."""
    files = {"../b.yml": "a: 1\n", "c.yml": "a: 1\n"}
    said = told("allowed-path", case(files, dict.fromkeys(files, "a: 2\n")))
    assert said == [("blocks", "escape", "../b.yml", None, {})]


def test_a_value_is_shown_whole_up_to_its_limit_and_cut_beyond() -> None:
    """120 characters stand as they are; one more, and the end is left out visibly."""
    long = "x" * 119 + "s"
    said = told("quoting", case("b: x\n", "b: y\n"))
    assert said == []
    for value, shown in ((long, long), (long + "t", long + "…")):
        facts: Facts = {"explained": explained(change("b: 1\n", f"b: {value}\n"), None, None)}
        (one,) = told("explained-value", case("b: 1\n", f"b: {value}\n", **facts))
        assert one[4]["new"] == shown


def test_a_secret_is_shown_as_dots_in_every_rules_words() -> None:
    """Both the old one and the new one."""
    base, head = "password: hunter2hunter2\n", "password: swordfish9swordfish\n"
    facts: Facts = {"explained": explained(change(base, head), None, None)}
    (one,) = told("explained-value", case(base, head, **facts))
    assert (one[4]["old"], one[4]["new"]) == ("••••", "••••")
