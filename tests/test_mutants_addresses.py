"""Addresses, networks and ports at the edges of their rules: what is one, whose it is, what is left."""

from __future__ import annotations

import pytest

from bot.core.operation import Move, Scope
from tests.cases import blocked_by, case, found, warned_by

# address-taken


def taken(old: str, new: str, *others: str) -> int:
    """How many places stand in the way of moving ``old`` to ``new``."""
    lines = "".join(f"k{number}: {other!r}\n" for number, other in enumerate(others))
    moves = (Move("web", "api"), Move(old, new))
    base, head = f"a: {old}\n{lines}", f"a: {new}\n{lines}"
    return len(blocked_by("address-taken", case(base, head, moves=moves)))


@pytest.mark.parametrize(
    "other", ["192.0.2.9", "192.0.2.9/32", "http://192.0.2.9:80/x", "1.1.1.1,192.0.2.9"]
)
def test_an_address_that_stands_anywhere_is_taken(other: str) -> None:
    """Bare, as a network of one, in a URL, in a list."""
    assert taken("192.0.2.7", "192.0.2.9", other) == 1


@pytest.mark.parametrize("other", ["192.0.2.99", "192.0.2.0/24", "1192.0.2.9", "192.0.2.8", "x::y"])
def test_an_address_that_is_only_part_of_another_is_free(other: str) -> None:
    """A longer number or a network that covers it is not the address."""
    assert taken("192.0.2.7", "192.0.2.9", other) == 0


def test_an_ipv6_address_is_taken_in_any_spelling_and_free_beside_another() -> None:
    """RFC 5952: one address, many ways to write it; other addresses do not count."""
    assert taken("2001:db8::7", "2001:db8::9", "2001:0db8:0:0::9") == 1
    assert taken("2001:db8::7", "2001:db8::9", "2001:db8::9/128") == 1
    assert taken("2001:db8::7", "2001:db8::9", "2001:db8::8") == 0
    assert taken("2001:db8::7", "2001:db8::9", "2001:db8::/64", "1.1.1.1", "word") == 0


def test_a_whole_network_is_nobodys_address() -> None:
    """Moving a range onto another is not taking a server's address."""
    assert taken("198.51.100.0/24", "192.0.2.0/24", "192.0.2.0") == 0
    assert taken("192.0.2.7/32", "192.0.2.9/32", "192.0.2.9") == 1


def test_a_few_places_are_enough_to_show_whose_an_address_is() -> None:
    """Six places hold it: five are told."""
    assert taken("192.0.2.7", "192.0.2.9", *["192.0.2.9"] * 6) == 5


# address-valid


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ("host: a.example.com", "host: 2001:db8::12345", ["malformed"]),
        ("host: 2001:db8::1", "host: 2001:db8:0:0:0:0:0:12345", ["malformed"]),
        ("h: 192.0.2.7 2001:db8::1", "h: 192.0.2.777 2001:db8::1", ["malformed"]),
        ("h: 192.0.2.7 2001:db8::1", "h: 192.0.2.777 2001:db8::zz", ["malformed", "malformed"]),
        ("h: 2001:db8:1:1:1:1:1:1 12:30:61", "h: 2001:db8:1:1:1:1:1:2 12:30:61", []),
        ("class: word", "class: ab::xyz", []),
        ("server: word", "server: 10:20:30", []),
        ("ratio: 1.2.3", "ratio: 1.2.4", []),
        ("net: 192.0.2.0/24", "net: 192.0.2/24", ["malformed"]),
        ("h: 192.0.2.7", "h: 192.0.2", ["malformed"]),
        ("h: 192.0.2.7", "h: 192.0.2.300/24", ["malformed"]),
        ("h: 192.0.2.7/32", "h: 192.0.2.9/33", ["malformed"]),
        ("peer: 192.0.2.7", "peer: 0.0.0.0", ["no-host"]),
        ("bind: 192.0.2.7", "bind: 0.0.0.0", []),
        ("h: 192.0.2.7", "h: 255.255.255.0", ["no-host"]),
        ("netmask: 255.255.255.0", "netmask: 255.255.0.0", []),
        ("h: 192.0.2.7", "h: 224.0.0.1", ["no-host"]),
        ("h: 192.0.2.7", "h: 240.0.0.1", ["no-host"]),
        ("h: 192.0.2.7", "h: 192.0.2.255", ["no-host"]),
        ("h: 192.0.2.7", "h: 192.0.2.0", ["no-host"]),
        ("h: 2001:db8::1", "h: 2001:db8::255", []),
        ("h: 2001:db8::1", "h: 2001:db8::", []),
        ("h: 2001:db8::1", "h: ff02::1", ["no-host"]),
        ("broadcast: 192.0.2.127", "broadcast: 192.0.2.255", []),
    ],
)
def test_what_an_address_may_become(base: str, head: str, expected: list[str]) -> None:
    """Only what the change brings is judged, by what its key says that it is for."""
    assert blocked_by("address-valid", case(base + "\n", head + "\n")) == expected


@pytest.mark.parametrize("key", ["version", "tag", "image", "from", "release"])
def test_four_numbers_at_a_key_of_versions_are_a_version(key: str) -> None:
    """1.2.3.400 is no malformed address there, and is one where a host is meant."""
    assert blocked_by("address-valid", case(f"{key}: 1.2.3.4\n", f"{key}: 1.2.3.400\n")) == []
    assert blocked_by("address-valid", case("to: 1.2.3.4\n", "to: 1.2.3.400\n")) == ["malformed"]


# port-valid


@pytest.mark.parametrize(
    ("base", "head", "wrong"),
    [
        ("port: 80", "port: 65535", []),
        ("port: 80", "port: 65536", ["65536"]),
        ("port: 80", "port: 0", ["0"]),
        ("port: 80", "port: -1", ["-1"]),
        ("port: 80", "port: 1000000", ["1000000"]),
        ("port: 80", "port: '080'", ["080"]),
        ("port: -1", "port: -1 ", []),
        ("ports: ['80:80']", "ports: ['127.0.0.1:70000:80/tcp']", ["70000"]),
        ("ports: ['80:80']", "ports: ['80:70000']", ["70000"]),
        ("ports: ['80-90:80']", "ports: ['80-70000:80/udp']", ["70000"]),
        ("ports: ['80:80']", "ports: ['81:82/tcp']", []),
        ("ports: [80]", "ports: [80, 99999]", ["99999"]),
        ("expose: [80]", "expose: [80, 99999]", ["99999"]),
        ("EXPOSE: [80]", "EXPOSE: [80, 99999]", ["99999"]),
        ("url: http://a.example.com:80/x", "url: http://a.example.com:70000/x", ["70000"]),
        ("url: http://192.1.2.7:80", "url: http://192.1.2.7:0", ["0"]),
        ("size: 80", "size: 70000", []),
        ("time: '10:80'", "time: '10:70000'", []),
        ("list: [80]", "list: [70000]", []),
        ("port: http", "port: https", []),
        ("ports: ['80:82/tcp']", "ports: ['80:99999/tcp']", ["99999"]),
        ("ports: [{published: 80}]", "ports: [{published: 70000}]", ["70000"]),
        ("Expose: {web: 80}", "Expose: {web: 70000}", ["70000"]),
        ("sizes: [{published: 80}]", "sizes: [{published: 70000}]", []),
        ("- 80", "- 70000", []),
        ("url: http://a.example.com:70000/x", "url: http://a.example.com:70000/y", []),
    ],
)
def test_what_a_port_may_become(base: str, head: str, wrong: list[str]) -> None:
    """By the name of its key, in a published list, or behind a host: 1 to 65535."""
    findings = found("port-valid", case(base + "\n", head + "\n"))
    assert [dict(finding.facts)["new"] for finding in findings] == wrong


@pytest.mark.parametrize(
    ("base", "head", "wrong"),
    [
        ("iptables --dport 80 -j ACCEPT", "iptables --dport 70000 -j ACCEPT", ["70000"]),
        ("iptables -m mark 5 --dport 80", "iptables -m mark 99999 --dport 80", []),
        ("iptables -m mark 5 --dport 80", "iptables -m mark 5 --dport 99999", ["99999"]),
        ("nft dport { 80, 443 }", "nft dport { 80, 99999 }", ["99999"]),
        ("nft dport = 80", "nft dport = 99999", ["99999"]),
        ("limit 80", "limit 99999", []),
    ],
)
def test_a_port_of_a_plain_line_is_known_by_the_word_before_it(
    base: str, head: str, wrong: list[str]
) -> None:
    """In a file without keys a number is a port only behind a name for ports, alone or in a set."""
    findings = found("port-valid", case(base + "\n", head + "\n", path="firewall.sh"))
    assert [dict(finding.facts)["new"] for finding in findings] == wrong


# covering-range


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("192.0.2.0/29", 1),
        ("192.0.2.7/32 192.0.2.0/29", 1),
        ("192.0.2.0/28", 0),
        ("198.51.100.0/24", 0),
        ("0.0.0.0/0", 0),
        ("192.0.2.0/29 192.0.2.4/30", 2),
        ("a/b 192.0.2.0/29", 1),
    ],
)
def test_a_range_that_held_only_the_old_address_is_told(value: str, count: int) -> None:
    """Not one that holds both, neither, or everybody."""
    base, head = f"a: 192.0.2.7\nb: {value}\n", f"a: 192.0.2.9\nb: {value}\n"
    moves = (Move("web", "api"), Move("192.0.2.7", "192.0.2.9"))
    assert len(warned_by("covering-range", case(base, head, moves=moves))) == count


def test_a_range_is_told_of_twenty_times_at_most() -> None:
    """Whoever leaves a network named a hundred times needs not hear it a hundred times."""
    ranges = "".join(f"k{number}: 192.0.2.0/29\n" for number in range(25))
    moves = (Move("192.0.2.7", "192.0.2.9"),)
    looked_at = case("a: 192.0.2.7\n" + ranges, "a: 192.0.2.9\n" + ranges, moves=moves)
    assert len(warned_by("covering-range", looked_at)) == 20


def test_a_range_as_the_change_leaves_it_is_what_counts() -> None:
    """One that the change itself mends is not told."""
    moves = (Move("192.0.2.7", "192.0.2.9"),)
    base, head = "a: 192.0.2.7\nb: 192.0.2.0/29\n", "a: 192.0.2.9\nb: 192.0.2.0/24\n"
    assert warned_by("covering-range", case(base, head, moves=moves)) == []


# complete-move


def left(old: str, new: str, other: str) -> list[str]:
    """What is said of ``other`` when ``old`` moves to ``new`` beside it."""
    base, head = f"a: {old}\n{other}\n", f"a: {new}\n{other}\n"
    moves = (Move("web", "api"), Move(old, new))
    return blocked_by("complete-move", case(base, head, moves=moves))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("b: 192.0.2.7", ["left"]),
        ("192.0.2.7: b", ["left"]),
        ("b: 192.0.2.77", []),
        ("b: '192\\.0\\.2\\.7'", ["disguised"]),
        ("b: 192-0-2-7.example.com", ["disguised"]),
        ("b: 192-0-2-77.example.com", []),
        ("b: 192-0-2-7-1.example.com", []),
        ("b: 7.2.0.192.in-addr.arpa", ["disguised"]),
        ("b: 17.2.0.192.in-addr.arpa", []),
        ("192-0-2-7: b", ["disguised"]),
        ("b: 2001:db8::1", []),
    ],
)
def test_an_address_that_moved_is_looked_for_in_its_disguises(
    other: str, expected: list[str]
) -> None:
    """Escaped in a pattern, dashed in a name, reversed in DNS; in values and in keys."""
    assert left("192.0.2.7", "192.0.2.9", other) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("b: '2001:db8:0:0::7'", ["disguised"]),
        ("b: '2001:0db8::7/128'", ["disguised"]),
        ("b: '2001:0db8::7/64'", []),
        ("b: '2001:db8::8 2001:0db8::7'", ["disguised"]),
        ("b: '2001:db8::8'", []),
        ("b: word", []),
        ("b: http://x.example.com:80", []),
        ("b: '2001:DB8::7'", ["left"]),
    ],
)
def test_an_ipv6_address_that_moved_is_looked_for_in_any_spelling(
    other: str, expected: list[str]
) -> None:
    """RFC 5952; a network around it is another thing."""
    assert left("2001:db8::7", "2001:db8::9", other) == expected


def test_a_new_name_that_holds_the_old_one_leaves_nothing_behind() -> None:
    """A name → "name:8080" is done; a bare one beside it is not."""
    assert left("web.example.com", "web.example.com:8080", "b: 1") == []
    assert left("web.example.com", "web.example.com:8080", "b: web.example.com") == ["left"]


def test_a_file_that_cannot_be_read_stops_a_move_where_it_may_hold_the_name() -> None:
    """By its bytes, upper case or lower; one that does not hold it hides no other place."""
    moves = (Move("web.example.com", "api.example.com"),)
    good = "a: web.example.com\n"

    def said(broken: str, other: str = "x: 1\n") -> list[tuple[str, str | None, int | None]]:
        base = {"a.yml": good, "b.yml": broken, "c.yml": other}
        head = {**base, "a.yml": "a: api.example.com\n"}
        findings = found("complete-move", case(base, head, moves=moves))
        return [(one.variant, one.path, one.line) for one in findings if one.blocks]

    assert said("a: [WEB.example.com\n") == [("unreadable", "b.yml", 2)]
    assert said("a: [other\n") == []
    assert said("a: [other\n", good) == [("left", "c.yml", 1)]


def test_a_file_whose_bytes_are_not_known_stops_a_move() -> None:
    """What could not be looked at may hold the name."""
    moves = (Move("192.0.2.7", "192.0.2.9"),)
    base = {"a.yml": "a: 192.0.2.7\n", "b.yml": "a: [x\n"}
    head = {**base, "a.yml": "a: 192.0.2.9\n"}
    assert blocked_by("complete-move", case(base, head, moves=moves, data={})) == ["unreadable"]


def test_a_file_that_is_deleted_holds_nothing_back() -> None:
    """Neither in it nor in its name."""
    moves = (Move("192.0.2.7", "192.0.2.9"),)
    base = {"a.yml": "a: 192.0.2.7\n", "192.0.2.7.yml": "b: 192.0.2.7\n"}
    looked_at = case(base, {"a.yml": "a: 192.0.2.9\n"}, moves=moves)
    assert found("complete-move", looked_at) == ()


def test_a_name_of_a_file_is_told_where_the_move_reaches_and_it_is_the_whole_name() -> None:
    """Not a longer number, not a file outside the scope, not one that is deleted."""
    paths = frozenset({"192.0.2.77.yml", "x/192.0.2.7.yml", "y/192.0.2.7/a.yml", "z.yml"})
    moves = (Move("192.0.2.7", "192.0.2.9", Scope(without=("x/**",))),)
    looked_at = case("a: 192.0.2.7\n", "a: 192.0.2.9\n", moves=moves, paths=paths)
    said = [(one.variant, one.path) for one in found("complete-move", looked_at)]
    assert said == [("path", "y/192.0.2.7/a.yml")]


def test_what_a_move_does_not_reach_is_not_looked_through() -> None:
    """Neither for what is left nor for ranges; what cannot be read ends nothing."""
    value = "a: 192.0.2.7\nr: 192.0.2.0/29\n"
    base = {"a.yml": "a: 192.0.2.7\n", "b.yml": "b: [\n", "c/c.yml": value, "d.yml": value}
    head = {**base, "a.yml": "a: 192.0.2.9\n"}
    moves = (Move("192.0.2.7", "192.0.2.9", Scope(without=("c/**",))),)
    looked_at = case(base, head, moves=moves)
    for rule in ("complete-move", "covering-range"):
        assert {one.path for one in found(rule, looked_at)} == {"d.yml"}


def test_a_move_to_a_name_leaves_no_range() -> None:
    """Whether a range holds a name cannot be told; one of the other IP version is in none."""
    for new, count in (("web.example.com", 0), ("2001:db8::9", 1)):
        ranges = "r: 192.0.2.0/29\nw: 0.0.0.0/0\n"
        base, head = "a: 192.0.2.7\n" + ranges, f"a: {new}\n" + ranges
        moves = (Move("192.0.2.7", new), Move("web", "api"))
        assert len(warned_by("covering-range", case(base, head, moves=moves))) == count
    pair = "r: 192.0.2.6/31\n"
    one = (Move("192.0.2.7", "192.0.2.9"),)
    looked_at = case("a: 192.0.2.7\n" + pair, "a: 192.0.2.9\n" + pair, moves=one)
    assert len(warned_by("covering-range", looked_at)) == 1
