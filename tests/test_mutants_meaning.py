"""Types, units, versions, secrets and odd characters at the edges of their rules."""

from __future__ import annotations

import pytest

from bot.core.change import FileChange, build_change
from bot.core.operation import Move
from tests.cases import blocked_by, case, derivation, explained, found

# types


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ("t: 30", "t: word", ["kind"]),
        ("t: word", "t: 30", ["kind"]),
        ("t: '30'", "t: 'word'", ["kind"]),
        ("t: 'word'", "t: '30'", []),
        ("t: '-1_000'", "t: '+2.5'", []),
        ("t: 192.0.2.7", "t: 192.0.2.0/24", ["kind"]),
        ("t: 192.0.2.7", "t: web.example.com", ["kind"]),
        ("t: http://a.example.com", "t: word", ["kind"]),
        ("t: 30s", "t: '45'", []),
        ("t: 10MB", "t: 45s", []),
        ("t: true", "t: yes", []),
        ("t: yes", "t: no", []),
        ("t: true", "t: 'true'", ["kind"]),
        ("t: 'yes'", "t: 'no'", []),
        ("t: 'yes'", "t: 'word'", ["kind"]),
        ("t: ' yes '", "t: ' word '", ["kind"]),
        ("t: 'YES'", "t: 'word'", ["kind"]),
        ("t: null", "t: 1", ["kind"]),
        ("t: 192.0.2.7 192.0.2.8", "t: word", []),
        ("t: at 192.0.2.7", "t: word", []),
        ("t: v1.2.3", "t: word", []),
        ("t: enabled", "t: true", []),
        ("t: y", "t: true", ["kind"]),
    ],
)
def test_what_sort_of_value_a_place_may_get(base: str, head: str, expected: list[str]) -> None:
    """Text may become anything; a number, a switch, an address, a host, a URL stay what they are."""
    assert blocked_by("type-kept", case(base + "\n", head + "\n")) == expected


def test_another_sort_is_right_where_it_was_asked_for() -> None:
    """Where rules derive it; of hosts, networks and URLs also where the request says it."""
    pairs = [("t: '30'\n", "t: 'word'\n"), ("t: null\n", "t: 1\n"), ("t: 192.0.2.7\n", "t: x.y\n")]
    for base, head in pairs:
        derived = case(base, head, expectation=derivation(base, head))
        assert blocked_by("type-kept", derived) == []
    said = "use web.example.com or word"
    hosts = "t: 192.0.2.7\n", "t: web.example.com\n"
    assert blocked_by("type-kept", case(*hosts, said)) == []
    assert blocked_by("type-kept", case("t: '30'\n", "t: 'word'\n", said)) == ["kind"]
    wide = case("t: 192.0.2.7\n", "t: 192.0.2.0/24\n", "let in 192.0.2.0/24")
    assert blocked_by("type-kept", wide) == []
    (one,) = found("type-kept", case("t: 'yes'\n", "t: 'word'\n"))
    assert (dict(one.facts)["before"], dict(one.facts)["after"]) == ("switch", "text")
    (two,) = found("type-kept", case("t: 192.0.2.0/24\n", "t: 12\n"))
    assert two.blocks
    text = "t: 1\n", "t: '1'\n"
    assert blocked_by("type-kept", case(*text, expectation=derivation(*text))) == ["kind"]


# units


@pytest.mark.parametrize(
    ("base", "head", "request_text", "ok"),
    [
        ("t: 30s", "t: 45s", "change it", True),
        ("t: 30s", "t: 45m", "change it", False),
        ("t: 30s", "t: 45m", "make it 45m", True),
        ("t: 30s", "t: '45'", "make it 45", False),
        ("t: 30 s", "t: 45s", "change it", True),
        ("t: 10%", "t: '20'", "make it 20", False),
        ("t: 1.5GB", "t: 1.5MB", "change it", False),
        ("t: word", "t: other", "change it", True),
        ("t: 30s to 40s", "t: 30s to 40m", "change it", False),
        ("t: 30s to 40s", "t: 30s to 40", "make it 30s to 40", False),
        ("t: 192.0.2.7", "t: 192.0.2.7s", "change it", True),
        ("t: http://a.example.com/30s", "t: http://a.example.com/30m", "change it", True),
        ("t: a 30s", "t: b 30m", "change it", True),
    ],
)
def test_a_unit_stays_unless_the_request_says_it(
    base: str, head: str, request_text: str, ok: bool
) -> None:
    """A bare number never takes a unit away by being said."""
    looked_at = case(base + "\n", head + "\n", request_text)
    assert (not blocked_by("unit-kept", looked_at)) is ok


def test_a_unit_may_go_where_rules_derive_it() -> None:
    """The very change, not the same value at another place."""
    base, head = "a: 30s\nb: 30s\n", "a: '45'\nb: 30s\n"
    assert blocked_by("unit-kept", case(base, head, expectation=derivation(base, head))) == []
    other = derivation(base, "a: 30s\nb: '45'\n")
    assert blocked_by("unit-kept", case(base, head, expectation=other)) == ["default"]


def test_a_unit_that_the_request_says_hides_no_other() -> None:
    """The first of two changes is said word for word, the second is not."""
    looked_at = case("a: 30s\nb: 30s\n", "a: 45m\nb: 10m\n", "make a 45m")
    assert [one.line for one in found("unit-kept", looked_at)] == [2]


# versions


@pytest.mark.parametrize(
    ("base", "head", "request_text", "expected"),
    [
        ("image: web:1.2.3", "image: web:1.2.4", "up", []),
        ("image: web:1.2.3", "image: web:1.2", "up", ["form"]),
        ("image: web:1.2.3", "image: web:1.2", "tag 1.2", []),
        ("image: web:1.2.3", "image: web:v1.2.4", "up", ["form"]),
        ("image: web:1.2.3", "image: web:v1.2.4", "to v1.2.4", ["form"]),
        ("image: web:1.2.3", "image: web:v1.2.4", "from 1.2.3 to v1.2.4", []),
        ("image: web:1.2.3-alpine3.1", "image: web:1.2.4-alpine3.2", "up", []),
        ("image: web:1.2.3-alpine", "image: web:1.2.4-slim", "up", ["form"]),
        ("image: web:1.2.3", "image: web:1.2.4-rc1", "up", ["form"]),
        ("image: web:1.2.3", "image: api:1.2.3", "up", ["name"]),
        ("image: web:1.2.3", "image: api:1.2.3", "use api:1.2.3", []),
        ("image: web:1.2.3", "image: web:latest", "up", ["moving"]),
        ("image: web:1.2.3", "image: web:latest", "tag latest", []),
        ("image: web:1.2.3", "image: web", "up", ["moving"]),
        ("image: r.example.com:5000/web:1.2.3", "image: r.example.com:5000/web", "up", ["moving"]),
        ("image: r.example.com/web:1.2.3", "image: r.example.com/web:1.2.4", "up", []),
        ("version: 1.2.3", "version: latest", "up", ["moving"]),
        ("version: 1.2.3", "version: 1.2.4", "up", []),
        ("colour: 1.2.3", "colour: latest", "up", []),
        ("version: word", "version: latest", "up", []),
    ],
)
def test_what_a_version_may_become(
    base: str, head: str, request_text: str, expected: list[str]
) -> None:
    """The image's name, the prefix, the number of parts and the variant stay unless they are said."""
    assert blocked_by("version-form", case(base + "\n", head + "\n", request_text)) == expected


PIN = "@sha256:" + "0" * 64
OTHER = "@sha256:" + "1" * 64


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (f"web:1.2.3{PIN}", f"web:1.2.4{OTHER}", []),
        (f"web:1.2.3{PIN}", "web:1.2.4", ["digest"]),
        (f"web:1.2.3{PIN}", f"web:1.2.4{PIN}", ["digest"]),
        (f"web:1.2.3{PIN}", f"web:1.2.3{OTHER}", ["digest"]),
    ],
)
def test_a_pinned_image_is_pinned_anew(base: str, head: str, expected: list[str]) -> None:
    """A new tag has a new digest, the old tag keeps its own."""
    looked_at = case(f"image: {base}\n", f"image: {head}\n", "up")
    assert blocked_by("version-form", looked_at) == expected


def test_an_image_follows_what_moved() -> None:
    """Its registry may be what the request moves; two moves follow one another."""
    base, head = "image: a.example.com/web:1.2.3\n", "image: b.example.com/web:1.2.3\n"
    moves = (Move("x", "y"), Move("a.example.com", "b.example.com"))
    assert blocked_by("version-form", case(base, head, moves=moves)) == []
    assert blocked_by("version-form", case(base, head)) == ["name"]
    assert blocked_by("version-form", case(base, base.replace("3\n", "4\n"), moves=moves)) == []


def test_a_form_that_rules_derive_is_right_and_a_moving_tag_is_still_told() -> None:
    """What was asked for is not held up; people should see it."""
    base, head = "image: web:1.2.3\n", "image: web:latest\n"
    (one,) = found("version-form", case(base, head, expectation=derivation(base, head)))
    assert (one.blocks, one.variant, one.path, one.line) == (False, "moving", "app.yml", 1)
    assert dict(one.facts) == {"key": "image", "old": "web:1.2.3", "new": "web:latest"}


# secrets


@pytest.mark.parametrize(
    ("base", "head", "blocked"),
    [
        ("password: ${X}", "password: hunter2hunter2", True),
        ("password: hunter2hunter2", "password: ${X}", False),
        ("password: hunter2hunter2", "x: {password: hunter2hunter2}", False),
        ("password: hunter2hunter2", "token: hunter2hunter2", True),
        ("x: 1", "x: 1\npassword: hunter2hunter2", True),
        ("password: ${X}", "password: !vault hunter2hunter2", False),
        ("password: ${X}", "password: !custom hunter2hunter2", True),
        (
            "a: {password: hunter2hunter2}\nb: {password: '${X}'}",
            "a: {password: '${X}'}\nb: {password: swordfish9swordfish}",
            True,
        ),
    ],
)
def test_a_new_secret_in_clear_is_found(base: str, head: str, blocked: bool) -> None:
    """One that stood at the place before, or is only referred to, is not new."""
    assert bool(blocked_by("plaintext-secret", case(base + "\n", head + "\n"))) is blocked


# hidden characters


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ("a: x", "a: x\u200b", [("U+200B", 1)]),
        ("a: x\u200b", "a: y\u200b", []),
        ("a: x\u200b", "a: y\u200b\nb: z\u00a0", [("U+00A0", 2)]),
        ("a: x\u200b", "a: x\u200b\nb: x\u200b", [("U+200B", 2)]),
        ("a: x", "a: x\nb: y\u00a0\u200b\u00a0", [("U+00A0", 2), ("U+200B", 2)]),
        ("a: x", 'a: "x\\u200B"', [("U+200B", 1)]),
        ("a: x", "a: \u0430dmin", [("U+0430", 1)]),
        ("a: x", "a: \uff11", [("U+FF11", 1)]),
        ("a: x", "a: 가나다 漢字 é", []),
        ("a: x", "a: 10\u20101", [("U+2010", 1)]),
        ("a: x", "a: 말 \u2010 말", []),
        ("a: x", "a: x\ufe0f", [("U+FE0F", 1)]),
        ("a: x", "a: x\U000e0101", [("U+E0101", 1)]),
        ("\ufeffa: x", "\ufeffa: y", []),
        ("\ufeffa: x", "\ufeffa: x\ufeff", [("U+FEFF", 1)]),
        ("\ufeffa: x", "\ufeffa: x # \ufeff", [("U+FEFF", 1)]),
    ],
)
def test_a_character_that_hides_is_told_once_with_its_line(
    base: str, head: str, expected: list[tuple[str, int]]
) -> None:
    """As often as it is new, in text or behind an escape; what stood there may stay."""
    said = found("hidden-characters", case(base + "\n", head + "\n"))
    assert [(dict(one.facts)["character"], one.line) for one in said] == expected


def test_a_character_without_a_name_is_told_by_its_number() -> None:
    """Control characters have none."""
    (one,) = found("hidden-characters", case("A=x\n", "A=x\u0080\n", path="x.env"))
    assert dict(one.facts) == {"character": "U+0080", "name": "no name"}


def test_a_hidden_character_is_told_in_each_file_that_has_it() -> None:
    """Once in each."""
    files = {"a.yml": "a: x\n", "b.yml": "a: x\n"}
    said = found("hidden-characters", case(files, dict.fromkeys(files, "a: x\u200b\n")))
    assert [one.path for one in said] == ["a.yml", "b.yml"]


def test_bytes_that_are_no_text_are_looked_through_all_the_same() -> None:
    """What can be read of them; that they are no text is another rule's business."""
    (one,) = found("hidden-characters", case(b"a: \xff\n", b"a: \xff\nb: \xe2\x80\x8b\n"))
    assert (one.line, dict(one.facts)["character"]) == (2, "U+200B")


def test_a_new_file_is_looked_at_by_its_name_too() -> None:
    """An old one keeps its name."""
    added = found("hidden-characters", case({"a.yml": "a: 1\n"}, {"b\u200b.yml": "a: 1\n"}))
    assert [(one.path, one.line) for one in added] == [("b\u200b.yml", None)]
    kept = case({"b\u200b.yml": "a: 1\n"}, {"b\u200b.yml": "a: 2\n"})
    assert found("hidden-characters", kept) == ()


# file-lifecycle


@pytest.mark.parametrize(
    ("modes", "base", "head", "expected"),
    [
        (("100644", "100755"), b"a", b"b", ["mode"]),
        (("100755", "100755"), b"a", b"b", []),
        (("100644", "100755"), None, b"b", ["mode", "added"]),
        (("100755", "100755"), None, b"b", ["mode", "added"]),
        (("100644", "100644"), None, b"b", ["added"]),
        (("100644", "100644"), b"a", None, ["deleted"]),
        (("100644", "120000"), b"a", b"b", ["symlink"]),
        (("120000", "100644"), b"a", b"b", ["symlink"]),
        (("160000", "160000"), b"a", b"b", ["submodule"]),
    ],
)
def test_what_becomes_of_a_file(
    modes: tuple[str, str], base: bytes | None, head: bytes | None, expected: list[str]
) -> None:
    """Its mode and its kind stay; a mode that changed is told from what to what."""
    made = build_change([FileChange("a.txt", base, head, *modes)])
    looked_at = case("a: 1\n", "a: 2\n", change=made, explained=explained(made))
    said = found("file-lifecycle", looked_at)
    assert [one.variant for one in said] == expected
    assert {one.path for one in said} <= {"a.txt"}
    for one in said:
        if one.variant == "mode":
            assert dict(one.facts) == {"before": modes[0], "after": modes[1]}


def test_a_mode_alone_is_a_change_without_a_value() -> None:
    """Not nothing at all, which is told otherwise."""
    made = build_change([FileChange("a.txt", b"a", b"a", "100644", "100755")])
    looked_at = case("a: 1\n", "a: 1\n", change=made, explained=())
    assert blocked_by("no-change", looked_at) == ["no-value"]


def test_a_file_that_is_one_bare_word_is_looked_at_like_any() -> None:
    """It has no key that could say what it is: nothing is opened, and no secret is in it."""
    looked_at = case({"a.yml": "a: 1\n"}, {"a.yml": "a: 1\n", "b.yml": "word\n"})
    assert found("exposure", looked_at) == ()
    assert found("plaintext-secret", looked_at) == ()
