"""In the sample fleet, whoever speaks of the database, the cache or a port means the right one."""

from __future__ import annotations

import re

import pytest

from tests.fleet_files import CLIENTS, SERVERS, TEXTS, addresses, first_document, folder, owners

# How files speak of a server by its part, and which server has that part.
PARTS = {
    r"DB_HOST=(\S+)": "db-1",
    r"db\.internal:([\d.]+)": "db-1",
    r"jdbc:postgresql://([\d.]+)": "db-1",
    r"REDIS_HOST=(\S+)": "cache-1",
    r"cache\.internal:([\d.]+)": "cache-1",
    r"redis:\n +host: (\S+)": "cache-1",
    r'\[cache\]\nhost = "(.+?)"': "cache-1",
    r"CONFIG_SERVER_URL=http://([\d.]+)": "config-1",
    r"config\.internal:([\d.]+)": "config-1",
    r"cloud(?:\.|:\n +)config(?:\.|:\n +)uri[=:] ?http://([\d.]+)": "config-1",
    r"SMTP_HOST=(\S+)": "smtp-relay",
    r"\[smtp\]\nhost = (\S+)": "smtp-relay",
    r"auth-url: http://([\d.]+)": "auth-1",
    r"mail-url: http://([\d.]+)": "mail-1",
}


@pytest.mark.parametrize("pattern", PARTS)
def test_a_part_is_played_by_its_server_alone(pattern: str) -> None:
    """Database, cache, config server and relay are the same server wherever they are named."""
    found = {address for text in TEXTS.values() for address in re.findall(pattern, text)}
    assert {owners()[address] for address in found} == {PARTS[pattern]}


def test_comments_beside_an_address_name_its_owner() -> None:
    """Where a line holds one address and ends in a server's name, it is that server's address."""
    known = owners()
    names = "|".join(set(known.values()))
    for path, text in TEXTS.items():
        for line in text.splitlines():
            named = re.search(rf"(?:# |Description\": \"|--comment \")({names})\b", line)
            if named and (held := list(addresses(line))):
                assert {known[word] for word in held} == {named[1]}, f"{path}: {line}"


def test_ports_of_database_and_cache_are_theirs_everywhere() -> None:
    """A port written apart from its address is still that server's port."""
    for path, text in TEXTS.items():
        ports = {
            int(port)
            for port in re.findall(r"(?:redis:|\[cache\])\n.*host.*\n *port\W+(\d+)", text)
        }
        ports |= {int(port) for port in re.findall(r"redis://\w+:(\d+)", text)}
        assert ports <= {SERVERS["cache-1"]["ports"]["redis"]}, path
    assert set(
        re.findall(r"(?:@|//|: )postgres:(\d+)/", TEXTS[folder("db-1") + "compose.yml"])
    ) == {"5432"}
    assert re.findall(
        r"^port\W+(\d+)", TEXTS[folder("db-1") + "postgresql.conf"], re.MULTILINE
    ) == ["5432"]
    assert re.findall(r"^port\W+(\d+)", TEXTS[folder("cache-1") + "redis.conf"], re.MULTILINE) == [
        "6379"
    ]


@pytest.mark.parametrize("server", sorted(CLIENTS | {"config-1"}))
def test_an_image_exposes_the_ports_that_are_published(server: str) -> None:
    """EXPOSE and HEALTHCHECK of a Dockerfile follow the compose files that run the image."""
    compose = first_document(folder(server) + "compose.yml")["services"]
    name = next(service for service in compose if service != "node-exporter")
    published = {int(entry.split(":")[0]) for entry in compose[name]["ports"]}
    text = TEXTS[f"services/{name}/Dockerfile"]
    checks = str(compose[name].get("healthcheck"))
    exposed = re.search(r"^EXPOSE (.*)$", text, re.MULTILINE)
    assert exposed is not None
    assert {int(port) for port in exposed[1].split()} == published
    assert {int(port) for port in re.findall(r"localhost:(\d+)", text + checks)} <= published


def test_the_nginx_exporter_asks_where_nginx_listens() -> None:
    """The status page is on the same local port in nginx and in its exporter's command."""
    asked = re.findall(r"http://localhost:(\d+)/status", TEXTS[folder("edge-1") + "compose.yml"])
    listening = re.findall(
        r"listen localhost:(\d+);", TEXTS[folder("edge-1") + "nginx/conf.d/ops.conf"]
    )
    assert len(asked) == 1
    assert asked == listening
