"""Points 3 and 4 of the gate: the change is explained, and it is complete."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.expectation import Unproven
from bot.core.finding import Evidence, Ground
from bot.core.operation import Move, Scope
from tests.cases import (
    AGREED,
    ATTESTED,
    NAMED,
    blocked_by,
    blocking,
    case,
    change,
    derivation,
    explained,
    found,
    warned_by,
)

MOVE = Move("192.0.2.7", "192.0.2.77")
PLAIN = ("level: 3\n", "level: 4\n")
ADDRESS = ("host: 192.0.2.7\n", "host: 192.0.2.77\n")

# explained-place, explained-value


@pytest.mark.parametrize("rule", ["explained-place", "explained-value"])
@pytest.mark.parametrize(
    ("files", "evidence", "variants"),
    [
        (PLAIN, None, ["none"]),
        (PLAIN, ATTESTED, ["none"]),
        (PLAIN, AGREED, []),
        (PLAIN, NAMED, []),
        (ADDRESS, None, ["none"]),
        (ADDRESS, ATTESTED, ["none"]),
        (ADDRESS, AGREED, ["protected"]),
        (ADDRESS, NAMED, []),
        (ADDRESS, Evidence(Ground.INVENTORY, "holds-owned"), []),
        (ADDRESS, Evidence(Ground.DERIVED, "value-derived"), []),
    ],
)
def test_evidence_must_be_strong_enough_for_what_changes(
    rule: str, files: tuple[str, str], evidence: Evidence | None, variants: list[str]
) -> None:
    """A blind agreement carries an ordinary value; for protected kinds only code does."""
    made = change(*files)
    sides = {"explained-place": (evidence, NAMED), "explained-value": (NAMED, evidence)}
    looked_at = case(*files, explained=explained(made, *sides[rule]))
    assert blocked_by(rule, looked_at) == variants
    other = "explained-value" if rule == "explained-place" else "explained-place"
    assert not found(other, looked_at)


def test_a_leaf_change_that_nobody_looked_at_blocks() -> None:
    """Every leaf change is counted, and none stands in for another."""
    assert blocked_by("explained-place", case(*PLAIN, explained=())) == ["uncounted"]
    other = explained(change("level: 3\n", "level: 5\n"))
    assert blocked_by("explained-place", case(*PLAIN, explained=other)) == ["uncounted"]


def test_an_unexplained_secret_is_told_without_its_value() -> None:
    """Findings travel to logs and pages."""
    files = ("password: hunter2aa\n", "password: hunter2bb\n")
    findings = found(
        "explained-value", case(*files, explained=explained(change(*files), None, None))
    )
    assert findings
    assert "hunter2" not in str(findings)


# expected-change


def test_exactly_the_derived_change_passes() -> None:
    """Also where an added item stands elsewhere in its own list."""
    base = "a:\n  - 1\nb: 2\n"
    wanted = derivation(base, "a:\n  - 1\n  - 9\nb: 3\n")
    assert not found("expected-change", case(base, "a:\n  - 1\n  - 9\nb: 3\n", expectation=wanted))
    assert not found("expected-change", case(base, "a:\n  - 9\n  - 1\nb: 3\n", expectation=wanted))


@pytest.mark.parametrize(
    ("head", "variants"),
    [
        ("a: 2\nb: 1\nc: 1\n", ["missing"]),
        ("a: 2\nb: 2\nc: 2\n", ["extra"]),
        ("a: 2\nb: 3\nc: 1\n", ["extra", "missing"]),
        ("a: 2\nb: 1\nc: 2\n", ["extra", "missing"]),
    ],
)
def test_a_missing_or_an_extra_leaf_change_blocks(head: str, variants: list[str]) -> None:
    """Each with its place."""
    base = "a: 1\nb: 1\nc: 1\n"
    wanted = derivation(base, "a: 2\nb: 2\nc: 1\n")
    findings = found("expected-change", case(base, head, expectation=wanted))
    assert [finding.variant for finding in findings] == variants
    assert all(finding.blocks and finding.path and finding.line for finding in findings)


def test_the_like_entry_of_a_list_is_not_the_one_meant() -> None:
    """Two servers with the same value: changing the other one is wrong."""
    base = "servers:\n  - name: a\n    level: 1\n  - name: b\n    level: 1\n"
    first, second = base.replace("level: 1", "level: 2", 1), base[:-2] + "2\n"
    wanted = derivation(base, first)
    assert not found("expected-change", case(base, first, expectation=wanted))
    assert blocked_by("expected-change", case(base, second, expectation=wanted)) == [
        "extra",
        "missing",
    ]


def test_an_item_in_the_like_list_is_not_the_one_meant() -> None:
    """The wrong rule's list of addresses takes the same item."""
    base = "rules:\n  - from:\n      - 192.0.2.1\n  - from:\n      - 192.0.2.1\n"
    item = "      - 192.0.2.1\n"
    first, second = (
        base.replace(item, item + "      - 192.0.2.2\n", 1),
        base + "      - 192.0.2.2\n",
    )
    wanted = derivation(base, first)
    assert not found("expected-change", case(base, first, expectation=wanted))
    assert blocked_by("expected-change", case(base, second, expectation=wanted))


def test_the_like_block_of_nginx_is_not_the_one_meant() -> None:
    """Two server blocks differ by their order alone."""
    block = "server {\n    listen 80;\n    allow 192.0.2.1;\n}\n"
    first, second = block.replace(".1;", ".2;") + block, block + block.replace(".1;", ".2;")
    wanted = derivation(block + block, first, "nginx.conf")
    assert blocked_by(
        "expected-change", case(block + block, second, path="nginx.conf", expectation=wanted)
    )
    assert not found(
        "expected-change", case(block + block, first, path="nginx.conf", expectation=wanted)
    )


def test_order_counts_where_the_format_says_so() -> None:
    """An allow after "deny all" allows nothing."""
    base = "allow 192.0.2.1;\ndeny all;\n"
    good, bad = "allow 192.0.2.1;\nallow 192.0.2.2;\ndeny all;\n", base + "allow 192.0.2.2;\n"
    wanted = derivation(base, good, "nginx.conf")
    assert blocked_by(
        "expected-change", case(base, bad, path="nginx.conf", expectation=wanted)
    ) == ["order"]
    assert not found("expected-change", case(base, good, path="nginx.conf", expectation=wanted))


def test_an_item_of_another_kind_is_not_the_one_meant() -> None:
    """443 and "443" are two values to a program."""
    base = "ports: [80]\n"
    wanted = derivation(base, "ports: [80, 443]\n")
    assert blocked_by("expected-change", case(base, 'ports: [80, "443"]\n', expectation=wanted))


def test_without_a_derivation_nothing_is_expected() -> None:
    """Then other points must carry the change."""
    assert not found("expected-change", case(*PLAIN, expectation=Unproven("test")))


# complete-move


def test_a_place_that_still_holds_the_old_address_blocks() -> None:
    """In a changed file and in one that nobody touched."""
    base = {"a.yml": "a: 192.0.2.7\nb: x 192.0.2.7\n", "b.yml": "c: http://192.0.2.7:80\n"}
    head = {**base, "a.yml": "a: 192.0.2.77\nb: x 192.0.2.7\n"}
    findings = found("complete-move", case(base, head, moves=(MOVE,)))
    assert [(f.path, f.line, f.variant) for f in findings] == [
        ("a.yml", 2, "left"),
        ("b.yml", 1, "left"),
    ]
    assert all(finding.blocks for finding in findings)


def test_a_complete_move_passes() -> None:
    """A longer address and a file out of scope are no remainder."""
    base = {
        "a.yml": "a: 192.0.2.7\n",
        "b.yml": "c: 192.0.2.70\nd: 1192.0.2.7\n",
        "x/c.yml": "e: 192.0.2.7\n",
    }
    head = {**base, "a.yml": "a: 192.0.2.77\n"}
    move = replace(MOVE, scope=Scope(without=("x/",)))
    assert not found("complete-move", case(base, head, moves=(move,)))


def test_a_key_that_still_holds_the_old_address_blocks() -> None:
    """A mapping by address is a place too."""
    base = "a: 192.0.2.7\nnames:\n  192.0.2.7: x\n"
    made = case(base, base.replace("a: 192.0.2.7", "a: 192.0.2.77"), moves=(MOVE,))
    assert blocked_by("complete-move", made) == ["left"]


def test_a_new_value_may_hold_the_old_one() -> None:
    """From a host to the same host with a port."""
    move = Move("192.0.2.7", "192.0.2.7:8080")
    made = case("a: 192.0.2.7\n", "a: 192.0.2.7:8080\n", moves=(move,))
    assert not found("complete-move", made)
    left = case("a: 192.0.2.7\nb: 192.0.2.7\n", "a: 192.0.2.7:8080\nb: 192.0.2.7\n", moves=(move,))
    assert blocked_by("complete-move", left) == ["left"]


@pytest.mark.parametrize(
    "value", [r"'^192\.0\.2\.7$'", "ip-192-0-2-7.example.com", "7.2.0.192.in-addr.arpa"]
)
def test_an_address_in_another_spelling_blocks(value: str) -> None:
    """Escaped, dashed or reversed it is the same server."""
    made = case(f"a: 192.0.2.7\nb: {value}\n", f"a: 192.0.2.77\nb: {value}\n", moves=(MOVE,))
    assert blocked_by("complete-move", made) == ["disguised"]


def test_an_ipv6_address_is_found_in_any_spelling() -> None:
    """RFC 5952 is advice, not law."""
    move = Move("2001:db8::7", "2001:db8::77")
    made = case(
        "a: 2001:db8::7\nb: 2001:0DB8:0:0::7\n",
        "a: 2001:db8::77\nb: 2001:0DB8:0:0::7\n",
        moves=(move,),
    )
    assert blocked_by("complete-move", made) == ["disguised"]
    other = case(
        "a: 2001:db8::7\nb: 2001:db8::70\n", "a: 2001:db8::77\nb: 2001:db8::70\n", moves=(move,)
    )
    assert not found("complete-move", other)


def test_a_file_that_holds_it_and_cannot_be_read_blocks() -> None:
    """What cannot be read cannot be known to be right; one that does not hold it can."""
    base = {"a.yml": "a: 192.0.2.7\n", "b.yml": "b: [192.0.2.7\n", "c.yml": "c: [\n"}
    made = case(base, {**base, "a.yml": "a: 192.0.2.77\n"}, moves=(MOVE,))
    findings = found("complete-move", made)
    assert [(finding.path, finding.variant) for finding in findings] == [("b.yml", "unreadable")]
    unknown = replace(made, data={})
    assert blocked_by("complete-move", unknown) == ["unreadable", "unreadable"]


def test_a_file_name_that_holds_it_only_warns() -> None:
    """A name is not a setting."""
    base = {"a.yml": "a: 192.0.2.7\n", "hosts/192.0.2.7.yml": "b: 1\n"}
    made = case(base, {**base, "a.yml": "a: 192.0.2.77\n"}, moves=(MOVE,))
    assert warned_by("complete-move", made) == ["path"]
    assert not blocked_by("complete-move", made)


def test_without_a_move_nothing_is_left_behind() -> None:
    """Only a move promises completeness."""
    assert not found("complete-move", case(*ADDRESS))


# covering-range


def test_a_range_that_covers_only_the_old_address_warns() -> None:
    """A firewall by range shuts the moved server out without naming it."""
    base = {"a.yml": "a: 192.0.2.7\n", "b.yml": "allow:\n  - 192.0.2.0/28\n"}
    made = case(base, {**base, "a.yml": "a: 192.0.2.77\n"}, moves=(MOVE,))
    assert warned_by("covering-range", made) == ["default"]
    assert "covering-range" not in blocking(made)


def test_a_range_that_covers_both_or_neither_says_nothing() -> None:
    """Nor does the whole world, nor a range of one."""
    text = "allow: [192.0.2.0/24, 198.51.100.0/28, 0.0.0.0/0, 192.0.2.8/32]\n"
    base = {"a.yml": "a: 192.0.2.7\n", "b.yml": text}
    made = case(base, {**base, "a.yml": "a: 192.0.2.77\n"}, moves=(MOVE,))
    assert not found("covering-range", made)
