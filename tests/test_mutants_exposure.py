"""Exposure at its edges: guards that fall, rights that come, and who is let in that was not."""

from __future__ import annotations

import pytest

from bot.core.change import FileChange, build_change
from tests.cases import blocked_by, case, explained

# guards and rights


def exposed(base: str, head: str, path: str = "app.yml") -> list[str]:
    """The variants of what is opened when nobody asked for it."""
    made = build_change([FileChange(path, base.encode(), head.encode())])
    looked_at = case(base, head, path=path, explained=explained(made, None, None))
    return blocked_by("exposure", looked_at)


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ("tls: true", "tls: false", ["guard-off"]),
        ("tls: 'true'", "tls: '\"off\"'", ["guard-off"]),
        ("tls: word", "tls: false", ["guard-off"]),
        ("tls: false", "tls: off", []),
        ("tls: false", "tls: true", []),
        ("x: 1\ntls: true", "x: 1", ["guard-off"]),
        ("x: 1\ntls: false", "x: 1", []),
        ("x: 1\ntls: word", "x: 1", []),
        ("x: 1", "x: 1\ntls: false", ["guard-off"]),
        ("tls: 1", "tls: 0", ["guard-off"]),
        ("tls_enabled: 1", "tls_enabled: 0", ["guard-off"]),
        ("tls_sessions: 1", "tls_sessions: 0", []),
        ("auth: {enabled: true}", "auth: {enabled: false}", ["guard-off"]),
        ("auth: {colour: true}", "auth: {colour: false}", []),
        ("{auth: {list: {enabled: true}}}", "{auth: {list: {enabled: false}}}", []),
        ("enabled: true", "enabled: false", []),
        ("colour: true", "colour: false", []),
        ("skip_verify: false", "skip_verify: true", ["danger-on"]),
        ("skip_verify: true", "skip_verify: false", []),
        ("skip_colour: false", "skip_colour: true", []),
        ("debug: off", "debug: on", ["danger-on"]),
        ("debug: on", "debug: yes", []),
        ("debug: on", "debug: off", []),
        ("x: 1", "x: 1\nprivileged: true", ["danger-on"]),
        ("x: 1\nprivileged: true", "x: 1", []),
        ("debug: 0", "debug: 1", ["danger-on"]),
        ("debug_port_offset: 0", "debug_port_offset: 1", []),
        ("network_mode: bridge", "network_mode: host", ["danger-on"]),
        ("network_mode: bridge", "network_mode: ' HOST '", ["danger-on"]),
        ("network_mode: host", "network_mode: 'host '", []),
        ("network_mode: bridge", "network_mode: '\"host\"'", ["danger-on"]),
        ("network_mode: bridge", "network_mode: hostX", []),
        ("tls: true", "tls: offX", []),
        ("auth: {check_mode: true}", "auth: {check_mode: false}", ["guard-off"]),
        ("colour: bridge", "colour: host", []),
        ("user: app", "user: root", ["danger-on"]),
        ("user: '1000:1000'", "user: '0:1000'", ["danger-on"]),
        ("user: '1000:0'", "user: '1000:00'", []),
        ("user: app", "user: other", []),
        ("run_as: app", "run_as: root", ["danger-on"]),
        ("owner: app", "owner: root", []),
        ("volumes: [x]", "volumes: [x, '/var/run/docker.sock:/s']", ["danger-on"]),
        ("volumes: ['/var/run/docker.sock:/s']", "volumes: ['/var/run/docker.sock:/t']", []),
        ("cap_add: [CHOWN]", "cap_add: [SYS_ADMIN]", ["danger-on"]),
        ("colours: [CHOWN]", "colours: [SYS_ADMIN]", []),
    ],
)
def test_a_guard_that_falls_and_a_right_that_comes(
    base: str, head: str, expected: list[str]
) -> None:
    """By the name of the switch and what it was before; a switch that stays is no news."""
    assert exposed(base + "\n", head + "\n") == expected


# who is let in


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ("allow: [192.0.2.7]", "allow: [0.0.0.0/7]", ["world"]),
        ("allow: [192.0.2.0/24]", "allow: [10.0.0.0/8]", ["wider"]),
        ("allow: ['2001:db8::/64']", "allow: ['2000::/15']", ["world"]),
        ("allow: ['2001:db8::/64']", "allow: ['2000::/16']", ["wider"]),
        ("allow: [192.0.2.0/24]", "allow: [192.0.2.0/24, 198.51.100.0/24]", []),
        ("allow: [192.0.2.0/24]", "allow: [192.0.2.0/24, 198.51.100.0/23]", ["wider"]),
        ("allow: [192.0.2.7]", "allow: [192.0.2.7, 192.0.2.8/31]", ["wider"]),
        ("allow: [192.0.2.7]", "allow: [192.0.2.8]", []),
        ("allow: [192.0.2.7]", "allow: [192.0.2.8/32]", []),
        ("allow: [192.0.2.0/24]", "allow: ['2001:db8::/64']", ["wider"]),
        ("allow: [192.0.2.0/24]", "allow: [192.0.2.0/25]", []),
        ("x: word", "x: word\nallow: [192.0.2.0/30]", ["wider"]),
        ("cidr: 192.0.2.0/24", "cidr: 192.0.2.0/23", ["wider"]),
        ("allow: [192.0.2.7]", "allow: [any]", ["world"]),
        ("allow: [192.0.2.7]", "allow: [ANY]", ["world"]),
        ("allow: [192.0.2.7]", "allow: ['192.0.2.7, all']", ["world"]),
        ("allow: [192.0.2.7]", "allow: [192.0.2.7, any]", ["world"]),
        ("colours: [red]", "colours: [all]", []),
        ("allow: [red]", "allow: [all]", ["world"]),
        ("colours: 192.0.2.7", "colours: any", ["world"]),
        ("colours: [192.0.2.7, red]", "colours: [192.0.2.7, any]", ["world"]),
        ("allow: 0.0.0.0/0 a", "allow: 0.0.0.0/0 b", []),
        ("allow: any a", "allow: any b", []),
        (
            "allow: [192.0.2.0/24, 198.51.100.0/30]",
            "allow: [192.0.2.0/24, 198.51.100.0/28]",
            ["wider"],
        ),
        ("deny: [192.0.2.7]", "deny: [any]", ["deny-lost"]),
        ("deny: [192.0.2.7]", "deny: [192.0.2.0/24]", []),
        ("deny: [192.0.2.0/24]", "deny: [192.0.2.7]", ["deny-lost"]),
        ("deny: [192.0.2.0/24]", "deny: [192.0.2.0/25]", ["deny-lost"]),
        ("deny: web.example.com 192.0.2.0/24", "deny: web.example.com 192.0.2.7", ["deny-lost"]),
        ("deny: [192.0.2.7, all]", "deny: [192.0.2.7]", ["deny-all-lost"]),
        ("deny: [192.0.2.7, ' ALL ']", "deny: [192.0.2.7]", ["deny-all-lost"]),
        ("policy: DROP", "policy: ACCEPT", ["deny-lost"]),
        ("policy: DROP", "policy: REJECT", []),
        ("policy: DROP", "policy: LOG", []),
        ("policy: block", "policy: allow", ["deny-lost"]),
        ("policy: 'deny: x'", "policy: 'allow: x'", ["deny-lost"]),
        ("policy: ACCEPT", "policy: DROP", []),
        ("x: 1\npolicy: DROP", "x: 1", ["deny-lost"]),
        ("bind: 127.0.0.1", "bind: 0.0.0.0", ["bound"]),
        ("bind: 0.0.0.0", "bind: '::'", []),
        ("x: 1", "x: 1\nbind: 0.0.0.0", ["bound"]),
        ("x: 1\nbind: 0.0.0.0", "x: 1", []),
        ("x: 1", "x: 1\nbind: 127.0.0.1", []),
        ("port: '127.0.0.1:80'", "port: '80'", ["bound"]),
        ("ports: ['127.0.0.1:8080:80']", "ports: ['8080:80']", ["bound"]),
        ("port: 'localhost:80'", "port: 'web:80'", []),
        ("port: 'localhost:80'", "port: 'WEB:80'", []),
        ("port: '127.0.0.1:80'", "port: '192.0.2.7:80'", []),
        ("port: '127.0.0.1:80'", "port: '::2'", []),
        ("colour: '127.0.0.1:80'", "colour: '80'", []),
        ("port: '192.0.2.7:80'", "port: '80'", []),
    ],
)
def test_who_is_let_in_that_was_not(base: str, head: str, expected: list[str]) -> None:
    """By prefix, by word, by interface, and by a denial that goes or shrinks."""
    assert exposed(base + "\n", head + "\n") == expected


RULES = "rules:\n  - access: {0}\n    source: {1}\n  - access: deny\n    source: 198.51.100.0/24\n"


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (("allow", "192.0.2.7"), ("allow", "0.0.0.0/0"), ["world"]),
        (("deny", "192.0.2.7"), ("deny", "0.0.0.0/0"), []),
        (("deny", "192.0.2.0/24"), ("deny", "192.0.2.7"), ["deny-lost"]),
        (("deny", "192.0.2.7"), ("allow", "192.0.2.7"), ["deny-lost"]),
        (("allow", "192.0.2.7"), ("deny", "192.0.2.7"), []),
        (("deny", "192.0.2.7"), ("allow", "0.0.0.0/0"), ["deny-lost", "world", "deny-lost"]),
        (("allow", "192.0.2.7"), ("deny", "0.0.0.0/0"), []),
        (("allow", "192.0.2.7"), ("deny", "192.0.2.8"), []),
        (("deny", "192.0.2.7"), ("allow", "192.0.2.0/24"), ["deny-lost", "wider", "deny-lost"]),
    ],
)
def test_a_rule_in_a_list_does_what_it_says_of_itself(
    base: tuple[str, str], head: tuple[str, str], expected: list[str]
) -> None:
    """The nearest item's own verdict counts, of the right side of the change."""
    assert exposed(RULES.format(*base), RULES.format(*head)) == expected


OPEN = "0.0.0.0/0"
SOURCE = "192.0.2.7"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("r:\n  - access: deny\n    allow_from: {}\n", []),
        ("r:\n  - access: deny\n    match:\n      source: {}\n", []),
        ("r:\n  - access: deny\n    match:\n      - source: {}\n", []),
        ("- access: deny\n  source: {}\n", []),
        ("r:\n  - comment: deny\n    source: {}\n", ["world"]),
        ("r:\n  - type: log\n    action: deny\n    source: {}\n", []),
        ("r:\n  access: deny\n  source: {}\n", ["world"]),
        ("r:\n  - access: allow\n    deny_from: {}\n", []),
    ],
)
def test_what_is_opened_in_a_rule_that_denies_lets_nobody_in(
    rule: str, expected: list[str]
) -> None:
    """The verdict stands beside it or above it, under a name for verdicts, in an item of a list."""
    assert exposed(rule.format(SOURCE), rule.format(OPEN)) == expected


def test_a_rule_that_turns_with_what_it_names_is_read_as_it_will_be() -> None:
    """The head's verdict counts for what the head lets in."""
    rule = "r:\n  - access: {}\n    allow_from: {}\n"
    denied = exposed(rule.format("allow", SOURCE), rule.format("deny", OPEN))
    assert "world" not in denied
    assert "world" in exposed(rule.format("deny", SOURCE), rule.format("allow", OPEN))


LISTS = "r:\n  - allow:\n      - 192.0.2.0/24{}\n  - allow:\n      - 10.0.0.0/16\n{}"


def test_a_range_is_measured_by_its_own_list_before_others_like_it() -> None:
    """A new list has no neighbours of its own: there lists of the same shape say what is usual."""
    more = "\n      - 198.51.0.0/20"
    assert exposed(LISTS.format("", ""), LISTS.format(more, "")) == ["wider"]
    third = "  - allow:\n      - 198.51.0.0/20\n"
    assert exposed(LISTS.format("", ""), LISTS.format("", third)) == []


def test_a_new_file_has_no_neighbours() -> None:
    """Any range in it is wide."""
    files = {"a.yml": "a: 1\n"}
    looked_at = case(files, {**files, "b.yml": "allow: [192.0.2.0/30]\n"})
    assert blocked_by("exposure", looked_at) == ["wider"]


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        ("ufw allow 22/tcp", "ufw allow 22/tcp\nufw allow 80/tcp", ["anyone"]),
        ("ufw deny 22/tcp", "ufw deny 22/tcp\nufw deny 80/tcp", []),
        ("ufw allow 22/tcp", "ufw allow 80/tcp", []),
        ("iptables -P x", "iptables -P x\niptables -N chain", []),
        ("ufw allow from 192.0.2.7", "ufw allow from 192.0.2.7\nufw allow from 192.0.2.8", []),
        ("iptables -P x", "iptables -P x\niptables -A INPUT -j ACCEPT", ["anyone"]),
        (
            "iptables -P x",
            "iptables -P x\niptables -A INPUT -m state --state ESTABLISHED -j ACCEPT",
            [],
        ),
        ("echo 1", "echo 1\necho accept", []),
    ],
)
def test_a_new_line_of_a_firewall_that_names_nobody_lets_everyone_in(
    base: str, head: str, expected: list[str]
) -> None:
    """A line of another program, one that denies, or one that only lets answers back does not."""
    assert exposed(base + "\n", head + "\n", "run.sh") == expected
