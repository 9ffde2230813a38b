"""Point 1 of the gate: the change applies cleanly and touches nothing beside its values."""

from __future__ import annotations

import pytest

from bot.core.operation import Move, Scope
from tests.cases import blocked_by, blocking, case, change, found, warned_by


def test_a_plain_change_of_one_value_passes_every_check() -> None:
    """The default case is good, so that each test below shows one fact at work."""
    assert blocking(case("name: a\nlevel: 3\n", "name: a\nlevel: 4\n")) == set()


# parses


def test_a_head_that_does_not_parse_blocks() -> None:
    """What cannot be read cannot be compared."""
    assert blocked_by("parses", case("a: 1\n", "a: [1\n")) == ["head"]


def test_a_base_that_did_not_parse_blocks_even_when_the_head_does() -> None:
    """Repairing a file is not what was asked for, and nothing of it can be compared."""
    assert blocked_by("parses", case("a: [1\n", "a: 1\n")) == ["base"]


def test_a_new_file_that_does_not_parse_blocks() -> None:
    """A new file is held to the same."""
    made = case({"a.yml": "a: 1\n"}, {"a.yml": "a: 1\n", "b.yml": "b: [\n"})
    assert blocked_by("parses", made) == ["head"]


def test_a_file_that_changes_its_format_blocks() -> None:
    """Leaves of two formats cannot be told apart line by line."""
    made = case("[a]\nb = 1\n", "server {\n  listen 80;\n}\n", path="x.conf")
    assert "format" in blocked_by("parses", made)


def test_a_document_that_was_not_read_blocks() -> None:
    """A change whose reading is incomplete proves nothing."""
    made = change("a: 1\n", "a: 2\n")
    made.head_docs.clear()
    assert blocked_by("parses", case("a: 1\n", "a: 2\n", change=made)) == ["unread"]


def test_files_that_parse_on_both_sides_pass() -> None:
    """Nothing to say of a good file."""
    assert not found("parses", case("a: 1\n", "a: 2\n"))


# duplicate-key


def test_a_new_duplicate_key_blocks() -> None:
    """Programs disagree on which of two equal keys counts."""
    assert blocked_by("duplicate-key", case('{"a": 1}', '{"a": 1, "a": 2}', path="a.json"))


def test_a_duplicate_that_stood_before_passes() -> None:
    """Only what the change brings is judged."""
    base, head = '{"a": 1, "a": 2, "b": 3}', '{"a": 1, "a": 2, "b": 4}'
    assert not found("duplicate-key", case(base, head, path="a.json"))


def test_a_third_equal_key_blocks_though_two_stood_before() -> None:
    """Each new one counts."""
    base, head = '{"a": 1, "a": 2}', '{"a": 1, "a": 2, "a": 3}'
    assert blocked_by("duplicate-key", case(base, head, path="a.json"))


# encoding


@pytest.mark.parametrize(
    ("base", "head", "variant"),
    [
        (b"a: 1\n", b"a: \xff\n", "utf8"),
        (b"a: 1\n", b"\xef\xbb\xbfa: 2\n", "bom"),
        (b"\xef\xbb\xbfa: 1\n", b"a: 2\n", "bom"),
        (b"a: 1\nb: 1\n", b"a: 2\r\nb: 1\r\n", "line-ends"),
        (b"a: 1\r\nb: 1\r\n", b"a: 2\nb: 1\r\n", "line-ends"),
        (b"a: 1\n", b"a: 2", "last-newline"),
        (b"a: 1", b"a: 2\n", "last-newline"),
    ],
)
def test_a_change_of_encoding_blocks(base: bytes, head: bytes, variant: str) -> None:
    """Encoding, byte order mark, line ends and last newline stay."""
    assert variant in blocked_by("encoding", case(base, head))


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (b"\xef\xbb\xbfa: 1\r\n", b"\xef\xbb\xbfa: 2\r\n"),
        (b"a: 1", b"a: 2"),
        ("a: 가\n".encode(), "a: 나\n".encode()),
    ],
)
def test_odd_encodings_that_stay_pass(base: bytes, head: bytes) -> None:
    """A byte order mark, CRLF or a missing last newline are nobody's fault."""
    assert not found("encoding", case(base, head))


# hidden-characters


@pytest.mark.parametrize(
    "value",
    [
        "api\u200b.example.com",
        "\u202eapi",
        "1\u00a0024",
        "\uff11\uff19\uff12",
        "192\uff0e0",
        "\u0430pi.example.com",
        "pаypal",
        "ab\u3164c",
        "x\U000e0041",
        "a\ufe0f",
        "192.0.2\u20247",
        "2001\ua789db8",
        "\U0001d42api",
        "\u2155",
        "٣٤",
    ],
)
def test_a_new_character_that_hides_or_passes_for_another_blocks(value: str) -> None:
    """Zero widths, bidirectional controls, no-break spaces, full width, twins of other scripts."""
    assert blocked_by("hidden-characters", case("a: x\n", f"a: {value}\n"))


def test_an_escape_that_stands_for_a_hidden_character_blocks() -> None:
    """What a program reads counts, not only what the file shows."""
    assert blocked_by("hidden-characters", case('a: "x"\n', 'a: "x\\u200b"\n'))


def test_a_hidden_character_in_a_new_key_or_comment_blocks() -> None:
    """All new text is looked at."""
    assert blocked_by("hidden-characters", case("a: 1\n", "a: 1\nb\u200b: 2\n"))
    assert blocked_by("hidden-characters", case("a: 1\n", "a: 2 # x\u200b\n"))


@pytest.mark.parametrize(
    "value", ["설정 서버", "서버api-1", "日本", "café", "naïve", "100%", "a…b"]
)
def test_ordinary_text_of_other_scripts_passes(value: str) -> None:
    """Hangul beside Latin is how people here write."""
    assert not found("hidden-characters", case("a: x\n", f"a: {value}\n"))


def test_a_hidden_character_that_stood_before_passes() -> None:
    """Only what the change brings is judged, even on the changed line."""
    base, head = "a: 1 # no\u00a0break\n", "a: 2 # no\u00a0break\n"
    assert not found("hidden-characters", case(base, head))
    assert blocked_by("hidden-characters", case(base, head.replace("2", "2\u00a0")))


# untouched-bytes

LIST = "hosts:\n  - 192.0.2.1 # one\n  - 192.0.2.2\nport: 80\n"
NGINX = "server {\n    listen 80;\n    location / {\n        allow 192.0.2.1;\n        deny all;\n    }\n}\n"


@pytest.mark.parametrize(
    ("path", "base", "head"),
    [
        ("a.yml", LIST, LIST.replace("  - 192.0.2.2\n", "  - 192.0.2.2\n  - 192.0.2.3\n")),
        ("a.yml", LIST, LIST.replace("  - 192.0.2.2\n", "")),
        ("a.yml", LIST, LIST.replace("  - 192.0.2.1 # one\n", "")),
        ("a.yml", LIST, LIST + "name: x\n"),
        ("a.yml", LIST, LIST + "log:\n  level: info\n"),
        ("a.yml", "a: [1, 2]\n", "a: [1, 2, 3]\n"),
        ("a.yml", "a: [1, 2]\n", "a: [3, 1, 2]\n"),
        ("a.yml", "a: [1, 2]\n", "a: [2]\n"),
        ("a.yml", "a: []\nb: 1\n", "a:\n  - 1\nb: 1\n"),
        ("a.yml", "a: []\nb: 1\n", "a: [1]\nb: 1\n"),
        ("a.yml", "a: {b: 1}\n", "a: {b: 1, c: 2}\n"),
        ("a.yml", "a: |\n  x\n  y\nb: 1\n", "a: |\n  x\n  z\n  w\nb: 1\n"),
        ("a.yml", "a: 1", "a: 1\nb: 2"),
        ("a.json", '{\n  "a": [\n    1\n  ]\n}\n', '{\n  "a": [\n    1,\n    2\n  ]\n}\n'),
        ("a.json", '{\n  "a": [\n    1,\n    2\n  ]\n}\n', '{\n  "a": [\n    1\n  ]\n}\n'),
        (
            "a.json",
            '{\n  "a": [\n    {\n      "b": 1\n    }\n  ]\n}\n',
            '{\n  "a": [\n    {\n      "b": 1\n    },\n    {\n      "b": 2\n    }\n  ]\n}\n',
        ),
        ("a.toml", 'a = [\n  "x" # one\n]\n', 'a = [\n  "x", # one\n  "y"\n]\n'),
        ("a.toml", "[a]\nb = 1\n", "[a]\nb = 1\n\n[c]\nd = 2\n"),
        ("x.env", "A=1\n", "A=1\nexport B=2\n"),
        (
            "nginx.conf",
            NGINX,
            NGINX.replace("        deny", "        allow 192.0.2.2;\n        deny"),
        ),
        ("nginx.conf", NGINX, NGINX + "\nserver {\n    listen 81;\n}\n"),
        ("x.properties", "a.b=1\r\nc=2\r\n", "a.b=1\r\nc=2\r\nd=3\r\n"),
        ("fw.sh", "ufw allow 22\n", "ufw allow 22\nufw allow 80\n"),
        ("Dockerfile", "FROM a:1.0\nENV A=1\n", "FROM a:1.0\nENV A=1\nENV B=2\n"),
    ],
)
def test_leaves_that_come_go_or_change_with_their_own_lines_pass(
    path: str, base: str, head: str
) -> None:
    """A leaf brings its key, its separators and its line, in every format."""
    assert not found("untouched-bytes", case(base, head, path=path))


@pytest.mark.parametrize(
    ("path", "base", "head"),
    [
        ("a.yml", "a: 1\nb: 2\n", "a:  1\nb: 3\n"),
        ("a.yml", "a: 1\nb: 2\n", "a: 1\n\nb: 3\n"),
        ("a.yml", "a: 1\nb: 2\n", "a: 1 \nb: 3\n"),
        ("a.yml", "a: x\nb: 2\n", "a: 'x'\nb: 3\n"),
        ("a.yml", "a:\n  b: 1\n  c: 2\n", "a:\n    b: 1\n    c: 3\n"),
        ("a.yml", "a:\n- 1\nb: 2\n", "a:\n  - 1\nb: 3\n"),
        ("a.yml", "a: [1, 2]\nb: 1\n", "a: [1,2]\nb: 2\n"),
        ("a.yml", "a: [1, 2]\nb: 1\n", "a: [1, 2,]\nb: 2\n"),
        ("a.yml", "a: 1\n# x\nb: 2\n", "# x\na: 1\nb: 3\n"),
        ("a.yml", "a: 1\n  # x\nb: 2\n", "a: 1\n# x\nb: 3\n"),
        ("a.yml", "b: 2\na: 1\n", "---\nb: 3\na: 1\n"),
        ("a.yml", LIST, LIST.replace("port", "name: x\nport").replace("  - ", "    - ")),
        (
            "nginx.conf",
            NGINX,
            NGINX.replace("192.0.2.1", "192.0.2.9").replace("    listen", "  listen"),
        ),
        (
            "nginx.conf",
            NGINX,
            NGINX.replace("192.0.2.1", "192.0.2.9").replace("all;\n    }", "all;\n  }"),
        ),
        (
            "nginx.conf",
            NGINX,
            NGINX.replace("deny all;", "deny  all;\n        allow 192.0.2.9;"),
        ),
        ("x.env", "A=1\nB=2\n", 'A="1"\nB=3\n'),
        ("x.ini", "[a]\nb = 1\nc = 2\n", "[a]\nb=1\nc = 3\n"),
        ("x.properties", "a=1\nb=2\n", "a = 1\nb=3\n"),
        ("fw.sh", "ufw allow 22\nufw allow 80\n", "ufw allow  22\nufw allow 81\n"),
        ("fw.sh", "a 22\n  b 80\n", "a 23\nb 80\n"),
        ("a.json", '{"a": 1, "b": 2}', '{"a":1, "b": 3}'),
        ("a.toml", 'a = "x"\nb = 1\n', "a = 'x'\nb = 2\n"),
    ],
)
def test_bytes_beside_the_changed_leaves_block(path: str, base: str, head: str) -> None:
    """White space, quotes, indentation, separators and the place of comments are nobody's to change."""
    assert "untouched-bytes" in blocking(case(base, head, path=path))


def test_a_change_of_white_space_alone_blocks() -> None:
    """It has no leaf at all."""
    assert {"untouched-bytes", "no-change"} <= blocking(case("a: 1\n", "a:   1\n"))


def test_a_stray_is_told_with_its_line() -> None:
    """People are sent to the line itself, counted in the head."""
    base = "a: |\n  x\n  y\nb: 1\nc: 2\n"
    findings = found("untouched-bytes", case(base, base.replace("b: 1", "b:  1").replace("2", "3")))
    assert [finding.line for finding in findings] == [4]


# comments


@pytest.mark.parametrize(
    ("head", "variant"),
    [
        ("a: 2 # two\n# three\n", "changed"),
        ("a: 2\n# three\n", "dropped"),
        ("a: 2 # one\n", "dropped"),
        ("a: 2 # one\n# three\n# four\n", "added"),
    ],
)
def test_a_comment_that_changes_comes_or_goes_blocks(head: str, variant: str) -> None:
    """What people wrote for people stays."""
    assert blocked_by("comments", case("a: 1 # one\n# three\n", head)) == [variant]


def test_comments_that_swap_their_places_block() -> None:
    """Order counts."""
    assert blocked_by("comments", case("# x\n# y\na: 1\n", "# y\n# x\na: 2\n"))


def test_a_comment_goes_with_the_line_that_goes() -> None:
    """A comment on an item's own line speaks of that item, even where its twin stays."""
    base = "a:\n  - 1 # x\n  - 2 # x\n  - 3 # x\n"
    assert not found("comments", case(base, "a:\n  - 1 # x\n  - 3 # x\n"))
    assert blocked_by("comments", case(base, "a:\n  - 1\n  - 3 # x\n"))


def test_a_comment_stays_when_another_leaf_stays_on_its_line() -> None:
    """Then it may speak of that."""
    assert blocked_by("comments", case("a: [1, 2] # x\n", "a: [1]\n"))


def test_a_comment_may_follow_the_move() -> None:
    """Where only the moved word differs, and in scope."""
    move = Move("192.0.2.7", "192.0.2.77")
    base, head = "a: 192.0.2.7 # at 192.0.2.7\n", "a: 192.0.2.77 # at 192.0.2.77\n"
    assert not blocked_by("comments", case(base, head, moves=(move,)))
    assert blocked_by("comments", case(base, head.replace("# at", "# now"), moves=(move,)))
    away = Move("192.0.2.7", "192.0.2.77", Scope(only=("other/",)))
    assert blocked_by("comments", case(base, head, moves=(away,)))


def test_a_comment_left_behind_by_a_move_warns_and_stops_nothing() -> None:
    """A comment's address is a remark, not a setting; a longer address is another one."""
    move = Move("192.0.2.7", "192.0.2.77")
    made = case("a: 192.0.2.7 # was 192.0.2.7\n", "a: 192.0.2.77 # was 192.0.2.7\n", moves=(move,))
    assert warned_by("comments", made) == ["mentions"]
    assert not blocked_by("comments", made)
    other = case("a: 1 # 192.0.2.71\n", "a: 2 # 192.0.2.71\n", moves=(move,))
    assert not found("comments", other)


def test_a_comment_that_names_a_secret_is_told_without_it() -> None:
    """Findings travel to logs and pages."""
    base = "a: 1 # password: hunter2hunter2\n"
    findings = found("comments", case(base, "a: 2\n"))
    assert findings
    assert "hunter2" not in str(findings)


def test_the_text_of_a_block_is_indented_as_it_was() -> None:
    """A block scalar's lines are its value; what stands before them is not."""
    base = "a: |\n  x\n  y\n"
    assert not found("untouched-bytes", case(base, "a: |\n  x\n  z\n  w\n"))
    assert blocked_by("untouched-bytes", case(base, "a: |\n    x\n    z\n"))


# quoting


@pytest.mark.parametrize(
    ("path", "base", "head"),
    [
        ("a.yml", "a: x\n", "a: 'y'\n"),
        ("a.yml", "a: 'x'\n", 'a: "y"\n'),
        ("x.env", 'A="x"\n', "A=y\n"),
        ("a.toml", "a = 'x'\n", 'a = "y"\n'),
    ],
)
def test_quotes_of_another_taste_block(path: str, base: str, head: str) -> None:
    """A place writes values its own way."""
    assert blocked_by("quoting", case(base, head, path=path)) == ["default"]


@pytest.mark.parametrize(
    ("path", "base", "head"),
    [
        ("a.yml", "a: 'x'\n", "a: 'y'\n"),
        ("a.yml", "a: x\n", 'a: "y: z"\n'),
        ("a.yml", "a: x\nb: 'y'\n", "a: x\nb: 'z'\n"),
    ],
)
def test_the_quotes_of_the_place_pass(path: str, base: str, head: str) -> None:
    """And those that the value itself needs."""
    assert not found("quoting", case(base, head, path=path))
