"""Requests that once merged something wrong, or might: each must end in a question.

Found by somebody who tried to break the reading of requests; one line a kind of misreading.
"""

from __future__ import annotations

from functools import cache

import pytest

from bot.core.builtin.derive import derive
from bot.core.expectation import Derivation, Unproven
from bot.core.index import Index
from bot.core.request import read_request
from bot.demo import fleet_files

HOSTS = {
    "inventory/hosts.ini": "[web]\nweb1 ansible_host=10.0.0.1\n[db]\ndb1 ansible_host=10.0.1.5\n",
    "group_vars/all.yml": 'db_host: "10.0.1.5"\ndb_port: 5432\n',
    "group_vars/web.yml": "upstream: http://10.0.0.1:8080/\nworker_processes: 4\n",
    "group_vars/db.yml": "listen: 10.0.1.5\nmax_connections: 200\nwork_mem: 4MB\n",
}
DENIES = {
    "firewall.yml": "deny:\n  - 10.4.0.66\n  - 10.4.0.67\n",
    "blacklist.yml": "blacklist:\n  - 192.0.2.66\n  - 192.0.2.67\n",
    "edge/block.conf": "server {\n  deny 198.51.100.1;\n  deny 198.51.100.2;\n  allow all;\n}\n",
    "ips.sh": "iptables -A INPUT -s 203.0.113.66 -j DROP\n",
}
FLAGS = {"f.toml": "disable_signup = false\nno_cache = false\nskip_tls_verify = false\n"}
SPRING = {"application.properties": "db.host=db.orders.internal\nspring.redis.host=10.4.0.6\n"}
UNITS = {"d.yaml": "shop:\n  cpu: 500m\n  memory: 512Mi\nshared_buffers: 256MB\n"}
LOOSE = {".env": "RETRY_MAX=3\nSMTP_PORT=25\n", "app.toml": "[client.retry_policy]\nmax = 5\n"}
BROKEN = {"a.yaml": "port: 1\n", "b.yaml": "port: 2\n\tbad: [\n"}


@cache
def fleet() -> Index:
    """The sample fleet."""
    return Index(fleet_files(), frozenset(fleet_files()))


def index(files: dict[str, str]) -> Index:
    """An index of small files."""
    return Index({path: text.encode() for path, text in files.items()}, frozenset(files))


@pytest.mark.parametrize(
    ("files", "text"),
    [
        *((DENIES, text) for text in ("방화벽에서 10.4.0.66 차단해줘", "disallow 10.4.0.66 in the firewall", "allow 198.51.100.9 in block.conf")),
        *((DENIES, text) for text in ("whitelist 192.0.2.9 in blacklist.yml", "allow 203.0.113.9 in ips.sh", "block.conf에 198.51.100.9 허용해줘")),
        *((HOSTS, f"{words} 10.0.0.1 to 10.0.0.7") for words in ("Avoid changing", "We cannot change", "We can't change", "I didn't change")),
        *((HOSTS, f"{words} 10.0.0.1 to 10.0.0.7") for words in ("Next week change", "Yesterday I changed", "Nobody moved", "Please stop changing")),
        *((HOSTS, text) for text in ("10.0.0.1을 10.0.0.7로 안 바꿔도 돼", "no change from 10.0.0.1 to 10.0.0.7", "listen changed from 10.0.1.5 to 10.0.1.6")),
        *((HOSTS, text) for text in ("10.0.0.1 -> 10.0.0.0/24", "10.0.0.1 -> http://10.0.0.9", "10.0.0.1 -> 127.0.0.1")),
        *((HOSTS, text) for text in ("db max_connections를 300 늘려줘", "set worker_processes to " + "9" * 5000, "work_mem 8메가 늘려줘")),
        *((SPRING, text) for text in ("db.host to db2.orders.internal",)),
        *((FLAGS, text) for text in ("enable tls verify", "enable signup", "캐시 켜줘", "디버그 꺼졌어")),
        *((UNITS, text) for text in ("set shop cpu to 1", "shop memory to 1", "shared_buffers 1기가로")),
        *((LOOSE, text) for text in ("RETRY_MAX from 5 to 7", "set smtp to 5", "set retry to 4")),
        (BROKEN, "port to 5"),
    ],
)  # fmt: skip
def test_a_misreading_ends_in_a_question(files: dict[str, str], text: str) -> None:
    """Nothing is derived: polarity, negation, time, kind, direction, unit, a looser or unreadable twin."""
    assert isinstance(derive(read_request(text), index(files)), Unproven)


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.7을 192.0.2.77로. 방화벽에서만.",
        "192.0.2.7을 192.0.2.77로 바꿔줘. 클라이언트만 해줘.",
        "192.0.2.7 -> 192.0.2.77, firewalls",
        "Change 192.0.2.7 to 192.0.2.77. In the client config files.",
        "192.0.2.7 -> 192.0.2.77 in the firewalls",
        "block 198.51.100.67 at the edge",
        "edge에서 198.51.100.66 차단",
        "집 IP를 0.0.0.0으로",
    ],
)
def test_a_limit_or_a_ban_on_the_fleet_ends_in_a_question(text: str) -> None:
    """A limit said after the wish is never dropped; a ban is never the removal of one."""
    assert isinstance(derive(read_request(text), fleet()), Unproven)


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("inventory.yml에서만 192.0.2.7을 192.0.2.77로", "inventory.yml"),
        ("oracle에서 192.0.2.7을 192.0.2.77로", "clouds/oracle/"),
        ("change 192.0.2.7 to 192.0.2.77 in clouds/oracle", "clouds/oracle/"),
    ],
)
def test_a_scope_is_kept_though_its_words_also_fit_the_server(text: str, folder: str) -> None:
    """Where it is said to change, and nowhere else."""
    found = derive(read_request(text), fleet())
    assert isinstance(found, Derivation)
    assert found.change.paths
    assert all(path.startswith(folder) for path in found.change.paths)


@pytest.mark.parametrize(
    "text", ["집 IP가 198.51.100.251로 바뀌었어", "auth-1 주소를 203.0.113.211로"]
)
def test_a_server_with_two_addresses_moves_the_one_of_that_family(text: str) -> None:
    """Every file that holds it follows, not the inventory alone."""
    found = derive(read_request(text), fleet())
    assert isinstance(found, Derivation)
    assert len(found.change.paths) > 5


@pytest.mark.parametrize(
    "text", ["a." * 900, "set worker_processes to " + "9" * 301, "please set it to 4 " * 200]
)
def test_what_nobody_would_write_is_not_read_but_asked_about(text: str) -> None:
    """No pattern sees it, so no text can keep the bot busy; the limits are named."""
    found = derive(read_request(text), index(HOSTS))
    assert isinstance(found, Unproven)
    assert found.code == "rules-read-less"
    assert dict(found.facts)["limit"] == "2000"
