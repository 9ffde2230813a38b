"""Exposure: nothing is opened to the world, no range grows, no guard falls unasked."""

from __future__ import annotations

import pytest

from bot.core.expectation import Explained
from bot.core.finding import Ground, evidence
from tests.cases import (
    AGREED,
    NAMED,
    blocked_by,
    blocking,
    case,
    change,
    explained,
    found,
    warned_by,
)

ALLOW = "allow:\n  - 192.0.2.7/32\n  - 192.0.2.8/32\n"
RULES = "rules:\n  - access: allow\n    source: 192.0.2.7/32\n  - access: deny\n    source: 198.51.100.0/24\n"
NGINX = "location / {\n    allow 192.0.2.7;\n    deny all;\n}\n"

WORLD = [
    ("a.yml", ALLOW, ALLOW.replace("192.0.2.8/32", "0.0.0.0/0")),
    ("a.yml", ALLOW, ALLOW.replace("192.0.2.8/32", "0.0.0.0/1")),
    ("a.yml", ALLOW, ALLOW.replace("192.0.2.8/32", '"::/0"')),
    ("a.yml", ALLOW, ALLOW + "  - 0.0.0.0/0\n"),
    ("a.yml", ALLOW, ALLOW.replace("192.0.2.8/32", "any")),
    ("a.yml", ALLOW, ALLOW + "  - '*'\n"),
    ("a.yml", RULES, RULES.replace("192.0.2.7/32", "0.0.0.0/0")),
    ("x.env", "ALLOWED_HOSTS=a.example.com\n", "ALLOWED_HOSTS=a.example.com,*\n"),
    ("nginx.conf", NGINX, NGINX.replace("192.0.2.7", "all")),
    ("fw.sh", "ufw allow from 192.0.2.7\n", "ufw allow from 0.0.0.0/0\n"),
    ("a.yml", "cidr_blocks: [192.0.2.7/32]\n", "cidr_blocks: [192.0.2.7/32, 0.0.0.0/0]\n"),
    ("a.yml", "drop_allowed: [192.0.2.7/32]\n", "drop_allowed: [0.0.0.0/0]\n"),
    (
        "firewall.sh",
        'iptables -s 192.0.2.7/32 --comment "drop" -j ACCEPT\n',
        'iptables -s 0.0.0.0/0 --comment "drop" -j ACCEPT\n',
    ),
    ("sg.json", '{"CidrIp": "192.0.2.7/32"}', '{"CidrIp": "0.0.0.0/0"}'),
]


@pytest.mark.parametrize(("path", "base", "head"), WORLD)
def test_what_lets_everyone_in_blocks_even_when_asked_for(path: str, base: str, head: str) -> None:
    """A valid change that passes every parser; a person must make it by hand."""
    request = "open it to 0.0.0.0/0, 0.0.0.0/1, ::/0, any, all and *"
    assert blocked_by("exposure", case(base, head, request, path=path)) == ["world"]


@pytest.mark.parametrize(
    ("path", "base", "head"),
    [
        ("a.yml", ALLOW, ALLOW.replace("192.0.2.8/32", "192.0.2.9/32")),
        ("a.yml", ALLOW, ALLOW + "  - 192.0.2.9/32\n"),
        ("a.yml", ALLOW, ALLOW + "  - 192.0.2.9\n"),
        ("a.yml", ALLOW, ALLOW.replace("  - 192.0.2.8/32\n", "")),
        ("a.yml", "allow: [0.0.0.0/0]\n", "allow: [192.0.2.0/24]\n"),
        ("a.yml", "allow: [0.0.0.0/0, a]\n", "allow: [0.0.0.0/0, b]\n"),
        ("a.yml", "deny:\n  - 192.0.2.8/32\n", "deny:\n  - 192.0.2.8/32\n  - 0.0.0.0/0\n"),
        ("a.yml", RULES, RULES.replace("198.51.100.0/24", "198.51.0.0/16")),
        ("a.yml", "match: all\n", "match: any\n"),
        ("a.yml", "log: error\n", "log: all\n"),
        ("nginx.conf", NGINX, NGINX.replace("    deny", "    deny 192.0.2.9;\n    deny")),
        ("x.env", "BIND=127.0.0.1\n", "BIND=192.0.2.7\n"),
    ],
)
def test_what_opens_nothing_passes(path: str, base: str, head: str) -> None:
    """Narrower, as narrow, or a wider denial."""
    assert not found("exposure", case(base, head, path=path))


@pytest.mark.parametrize(
    ("path", "base", "head", "limit"),
    [
        ("a.yml", ALLOW, ALLOW.replace("192.0.2.8/32", "192.0.2.0/24"), "/32"),
        ("a.yml", ALLOW, ALLOW + "  - 192.0.2.0/28\n", "/32"),
        ("a.yml", "from: 192.0.2.7\n", "from: 192.0.2.0/24\n", "/32"),
        ("a.yml", "from: 192.0.2.0/28\n", "from: 192.0.2.0/24\n", "/28"),
        ("a.yml", "from: '2001:db8::/64'\n", "from: '2001:db8::/48'\n", "/64"),
        ("fw.sh", "ufw allow from 192.0.2.7/32\n", "ufw allow from 192.0.2.7/24\n", "/32"),
    ],
)
def test_a_wider_range_blocks_unless_the_request_says_it(
    path: str, base: str, head: str, limit: str
) -> None:
    """Wider than what it replaces, or than its neighbours."""
    made = case(base, head, path=path)
    findings = found("exposure", made)
    assert [(finding.variant, finding.blocks) for finding in findings] == [("wider", True)]
    facts = dict(findings[0].facts)
    assert facts["limit"] == limit
    assert not found("exposure", case(base, head, f"let {facts['new']} in", path=path))
    assert found("exposure", case(base, head, "let 192.0.2.0/25 in", path=path))


UNASKED = [
    ("bound", "x.env", "BIND=127.0.0.1\n", "BIND=0.0.0.0\n"),
    ("bound", "x.env", "HTTP_HOST=192.0.2.7\n", "HTTP_HOST=::\n"),
    ("bound", "a.yml", 'ports: ["127.0.0.1:8080:80"]\n', 'ports: ["8080:80"]\n'),
    ("bound", "nginx.conf", "listen localhost:8888;\n", "listen 8888;\n"),
    ("bound", "nginx.conf", "listen 192.0.2.7:80;\n", "listen *:80;\n"),
    (
        "anyone",
        "fw.sh",
        "iptables -P INPUT DROP\n",
        "iptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 22 -j ACCEPT\n",
    ),
    ("guard-off", "a.yml", "tls:\n  verify: true\n", "tls:\n  verify: false\n"),
    ("guard-off", "a.yml", "ssl:\n  enabled: true\n", "ssl:\n  enabled: false\n"),
    ("guard-off", "a.yml", "auth: on\na: 1\n", "a: 1\n"),
    ("guard-off", "a.yml", "a: 1\n", "a: 1\nauth: false\n"),
    ("guard-off", "x.env", "SSL=1\n", "SSL=0\n"),
    ("guard-off", "x.env", "SSLMODE=require\n", "SSLMODE=disable\n"),
    ("guard-off", "nginx.conf", "ssl_verify_client on;\n", "ssl_verify_client off;\n"),
    ("danger-on", "a.yml", "privileged: false\n", "privileged: true\n"),
    ("danger-on", "a.yml", "a: 1\n", "a: 1\nprivileged: true\n"),
    ("danger-on", "a.yml", "tls_skip_verify: false\n", "tls_skip_verify: true\n"),
    ("danger-on", "a.yml", "disable_auth: no\n", "disable_auth: yes\n"),
    ("danger-on", "a.yml", "network_mode: bridge\n", "network_mode: host\n"),
    ("danger-on", "a.yml", "hostNetwork: false\n", "hostNetwork: true\n"),
    ("danger-on", "a.yml", "a: 1\n", "a: 1\ncap_add:\n  - SYS_ADMIN\n"),
    ("danger-on", "a.yml", "volumes: ['./a:/a']\n", "volumes: ['/var/run/docker.sock:/a']\n"),
    ("danger-on", "Dockerfile", "FROM a:1\nUSER 1000\n", "FROM a:1\nUSER root\n"),
    ("deny-lost", "a.yml", "deny:\n  - 192.0.2.8\n  - 192.0.2.9\n", "deny:\n  - 192.0.2.8\n"),
    ("deny-lost", "a.yml", "deny:\n  - 192.0.2.0/24\n", "deny:\n  - 192.0.2.0/25\n"),
    ("deny-lost", "a.yml", RULES, RULES.replace("access: deny", "access: allow")),
    ("deny-lost", "sg.json", '{"Effect": "Deny"}', '{"Effect": "Allow"}'),
    ("deny-lost", "nginx.conf", "deny 192.0.2.7;\nallow all;\n", "allow all;\n"),
    ("deny-lost", "fw.sh", "iptables -P INPUT DROP\n", "iptables -P INPUT REJECT\n"),
]


@pytest.mark.parametrize(("variant", "path", "base", "head"), UNASKED)
def test_what_weakens_blocks_unasked_and_warns_as_asked(
    variant: str, path: str, base: str, head: str
) -> None:
    """Asked means that code established both place and value; a model's word does not."""
    made = change(base, head, path)
    for evidence_ in (None, AGREED):
        unasked = case(base, head, path=path, explained=explained(made, NAMED, evidence_))
        assert variant in blocked_by("exposure", unasked)
    asked = case(base, head, path=path)
    assert variant in warned_by("exposure", asked)
    assert variant not in blocked_by("exposure", asked)


@pytest.mark.parametrize(
    ("path", "base", "head"),
    [
        ("a.yml", "tls:\n  verify: false\n", "tls:\n  verify: true\n"),
        ("a.yml", "auth:\n  replicas: 1\n", "auth:\n  replicas: 0\n"),
        ("a.yml", "auth_timeout: 30\n", "auth_timeout: 0\n"),
        ("a.yml", "cache: true\n", "cache: false\n"),
        ("a.yml", "privileged: true\n", "privileged: false\n"),
        ("a.yml", "network_mode: host\na: 1\n", "network_mode: host\na: 2\n"),
        ("a.yml", "disable_auth: yes\n", "disable_auth: no\n"),
        ("x.env", "URL=http://localhost:80\n", "URL=http://config:80\n"),
        ("a.yml", 'ports: ["8080:80"]\n', 'ports: ["8081:80"]\n'),
        ("Dockerfile", "FROM a:1\nUSER root\n", "FROM a:1\nUSER 1000\n"),
        ("a.yml", RULES, RULES.replace("access: allow", "access: deny")),
        (
            "fw.sh",
            "ufw allow from 192.0.2.7\n",
            "ufw allow from 192.0.2.7\nufw allow from 192.0.2.9\n",
        ),
    ],
)
def test_what_guards_more_or_something_else_passes(path: str, base: str, head: str) -> None:
    """Guards switched on, rights taken away, switches that guard nothing."""
    unasked = explained(change(base, head, path), None, None)
    assert not found("exposure", case(base, head, path=path, explained=unasked))


def test_the_last_denial_of_everyone_blocks_even_when_asked_for() -> None:
    """Without it the allow-list above it means nothing."""
    made = case(NGINX, NGINX.replace("    deny all;\n", ""), "remove deny all", path="nginx.conf")
    assert blocked_by("exposure", made) == ["deny-all-lost"]


def test_a_denial_that_becomes_an_allowance_blocks() -> None:
    """Both sides of it are seen."""
    made = case(NGINX, NGINX.replace("deny all", "allow all"), path="nginx.conf")
    assert {"world", "deny-all-lost"} <= set(blocked_by("exposure", made))


def test_a_denial_that_follows_a_move_warns() -> None:
    """The old address is no longer denied, as the request says."""
    base, head = "deny:\n  - 192.0.2.8\n", "deny:\n  - 192.0.2.9\n"
    assert warned_by("exposure", case(base, head)) == ["deny-lost"]
    made = change(base, head)
    weak = tuple(
        Explained(one, NAMED, evidence(Ground.AGREED, "agreed")) for one in made.leaf_changes
    )
    assert "exposure" in blocking(case(base, head, explained=weak))
