"""A changed value is spelled as its place was, in every format that has two spellings of one."""

from __future__ import annotations

import pytest

from tests.ruling import blocking, case, right

MOVE = "move 192.0.2.7 to 192.0.2.77"

SAME_VALUE = [
    # path, base, the right head, a head that says the same in other bytes
    ("app.json", '{"u": "http://192.0.2.7/x"}', r'{"u": "http:\/\/192.0.2.77/x"}'),
    ("app.json", '{"u": "192.0.2.7"}', r'{"u": "192.0.2.7\u0037"}'),
    ("app.yml", 'u: "http://192.0.2.7/x"\n', 'u: "http:\\/\\/192.0.2.77/x"\n'),
    ("app.yml", 'u: "http://192.0.2.7/x"\n', 'u: "http://192.\\\n  0.2.77/x"\n'),
    ("app.yml", "u: a 192.0.2.7\n", "u: a\n  192.0.2.77\n"),
    ("app.yml", "u: 192.0.2.7\n", "u: '192.0.2.77'\n"),
    ("app.yml", "u: '192.0.2.7'\n", 'u: "192.0.2.77"\n'),
    ("app.yml", "u: 192.0.2.7\n", "u: |-\n  192.0.2.77\n"),
    ("app.yml", "u: |\n  a 192.0.2.7\n  b\n", "u: |\n   a 192.0.2.77\n   b\n"),
    ("app.toml", 'u = "192.0.2.7"\n', 'u = "192.0.2.7\\u0037"\n'),
    ("app.toml", 'u = "192.0.2.7"\n', "u = '192.0.2.77'\n"),
    ("app.properties", "u=192.0.2.7\n", "u=192.0.2.7\\7\n"),
    ("app.properties", "u=http://192.0.2.7\n", "u=http\\://192.0.2.77\n"),
    ("app.properties", "u=http://192.0.2.7\n", "u=http://\\\n  192.0.2.77\n"),
    ("app.env", "U=192.0.2.7\n", 'U="192.0.2.77"\n'),
    (
        "nginx/a.conf",
        "upstream a {\n    server 192.0.2.7;\n}\n",
        'upstream a {\n    server "192.0.2.77";\n}\n',
    ),
]


@pytest.mark.parametrize(("path", "base", "head"), SAME_VALUE)
def test_another_spelling_of_the_right_value_is_refused(path: str, base: str, head: str) -> None:
    """It reads the same to the program; the next person, and grep, read something else."""
    good = right({path: base}, MOVE)
    assert blocking(case({path: base}, good, MOVE)) == set()
    made = case({path: base}, {path: head}, MOVE)
    assert [change.after for change in made.change.leaf_changes] == [
        change.after for change in case({path: base}, good, MOVE).change.leaf_changes
    ]
    assert blocking(made) & {"untouched-bytes", "quoting"}


ODD = [
    # an odd spelling that stood there before stays as it was
    ("app.json", r'{"u": "http:\/\/192.0.2.7\/x"}'),
    ("app.yml", 'u: "http:\\/\\/192.0.2.7\\tx 192.0.2.7\\/y"\n'),
    ("app.yml", 'u: "http://192.0.2.7/\\\n  x"\n'),
    ("app.yml", "u: >\n  a 192.0.2.7\n  b\n\n  c 192.0.2.7\n"),
    ("app.yml", "u: |2\n    a 192.0.2.7\n  b\n\n  c 192.0.2.7\n"),
    ("app.yml", "u: a\n  192.0.2.7\n  b 192.0.2.7\n"),
    ("app.yml", "u: &a 192.0.2.7\nv: !!str 192.0.2.7\n"),
    ("app.toml", 'u = """\na \\\n  192.0.2.7\n"""\n'),
    ("app.properties", "u=http\\://192.0.2.7\\\n   ,192.0.2.7\n"),
    ("app.env", 'U="a b 192.0.2.7"  # x\n'),
]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(("path", "base"), ODD)
def test_an_odd_spelling_that_stays_passes(path: str, base: str, ends: str) -> None:
    """Only the address is other bytes; escapes, folds and line ends around it are as they were."""
    base = base.replace("\n", ends)
    head = base.replace("192.0.2.7", "192.0.2.77")
    made = case({path: base}, {path: head}, MOVE)
    assert made.change.leaf_changes
    assert blocking(made) == set()


@pytest.mark.parametrize(
    ("path", "base", "head", "request_text"),
    [
        ("app.yml", "note: a\n", 'note: "a: b"\n', 'set note to "a: b"'),
        ("app.yml", "note: a\n", 'note: "yes"\n', 'set note to "yes"'),
        ("app.properties", "note=a\n", "note=a\\\\b\n", 'set note to "a\\b"'),
    ],
)
def test_quotes_and_escapes_that_a_value_needs_pass(
    path: str, base: str, head: str, request_text: str
) -> None:
    """Where the plain spelling would say something else, the writer's own spelling is right."""
    found = blocking(case({path: base}, {path: head}, request_text))
    assert not found & {"untouched-bytes", "quoting"}


@pytest.mark.parametrize(
    "decoration", ["&x ", "!!str ", "! ", "!foo ", "!!binary ", "&x !!str ", "!vault "]
)
def test_a_new_item_brings_no_anchor_and_no_tag(decoration: str) -> None:
    """A tag makes another value of the same text; the plain item passes."""
    base = {"a.yml": "allowed:\n  - 198.51.100.1/32\n  - 198.51.100.2/32\n"}
    request = "add 198.51.100.8/32 to allowed"
    head = right(base, request)["a.yml"].decode()
    assert blocking(case(base, {"a.yml": head}, request)) == set()
    tagged = head.replace("198.51.100.8", f"{decoration}198.51.100.8")
    assert "untouched-bytes" in blocking(case(base, {"a.yml": tagged}, request))


def test_a_new_item_may_have_the_tag_of_its_neighbours() -> None:
    """Where all items are tagged, a tagged one is of their kind; an anchor is never doubled."""
    base = {"a.yml": "allowed:\n  - !net 198.51.100.1/32\n"}
    head = {"a.yml": base["a.yml"] + "  - !net 198.51.100.8/32\n"}
    assert "untouched-bytes" not in blocking(case(base, head, "add 198.51.100.8/32 to allowed"))
    base = {"a.yml": "allowed:\n  - &n 198.51.100.1/32\n"}
    head = {"a.yml": base["a.yml"] + "  - &n 198.51.100.8/32\n"}
    assert "untouched-bytes" in blocking(case(base, head, "add 198.51.100.8/32 to allowed"))
