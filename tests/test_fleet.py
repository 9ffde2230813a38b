"""The sample fleet is true to itself: what one file says of a server, every other file says too."""

from __future__ import annotations

import ipaddress
import json
import re
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml

from bot.core.formats import parse
from bot.core.leaf import Document
from bot.core.literals import holds
from tests.fleet_files import (
    CLIENTS,
    EVERYONE,
    INVENTORY,
    SERVERS,
    TEXTS,
    addresses,
    endpoints,
    firewall,
    first_document,
    folder,
    owners,
    peer,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTATION = [
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
CLOUDS = {"oracle", "gcp", "aws", "azure", "hetzner"}
CONFIG = SERVERS["config-1"]["address"]
BACKENDS = {"api-1", "api-2", "worker-1", "worker-2"}
# What each server is for, beyond ssh and its node exporter: who must reach which port.
NEEDED: dict[str, dict[int, set[str]]] = {
    "config-1": {8888: CLIENTS | {"edge-1", "monitor-1"}},
    "db-1": {5432: BACKENDS | {"config-1", "auth-1", "monitor-1"}, 9187: {"monitor-1"}},
    "monitor-1": {3000: {"home", "edge-1"}, 9090: {"home"}, 9093: {"config-1"}},
    "api-1": {8080: {"edge-1"}},
    "api-2": {8080: {"edge-1"}},
    "worker-1": {},
    "worker-2": {},
    "cache-1": {6379: BACKENDS, 9121: {"monitor-1"}},
    "mail-1": {8082: BACKENDS},
    "auth-1": {9000: {"api-1", "api-2", "edge-1"}},
    "edge-1": {80: {EVERYONE}, 443: {EVERYONE}, 9113: {"monitor-1"}},
}


def _documents(suffixes: tuple[str, ...]) -> Iterator[tuple[str, Document]]:
    for path, text in TEXTS.items():
        if path.endswith(suffixes):
            document = parse(path, text.encode())
            assert isinstance(document, Document), document
            yield path, document


@pytest.mark.parametrize("path", TEXTS)
def test_every_address_is_in_the_inventory_and_for_documentation_only(path: str) -> None:
    """A file names no address that the inventory does not hold, and none that could be real."""
    known = owners()
    for word in addresses(TEXTS[path]):
        assert any(ipaddress.ip_address(word) in network for network in DOCUMENTATION), word
        assert word in known, word


def test_no_two_servers_share_an_address() -> None:
    """Each address of the inventory is one server's alone, written in its shortest form."""
    held = [
        entry[field]
        for entries in INVENTORY.values()
        for entry in entries.values()
        for field in ("address", "address6")
        if field in entry
    ]
    assert len(held) == len(set(held))
    assert [str(ipaddress.ip_address(address)) for address in held] == held


def test_every_address_of_the_inventory_is_used_elsewhere() -> None:
    """The inventory keeps no server or outside address that nothing speaks of."""
    used = {
        word for path, text in TEXTS.items() if path != "inventory.yml" for word in addresses(text)
    }
    assert set(owners()) == used


def test_each_server_has_its_folder_in_its_cloud() -> None:
    """The folders under clouds/ are the servers of the inventory, and nothing else."""
    folders = {tuple(path.split("/")[1:3]) for path in TEXTS if path.startswith("clouds/")}
    assert folders == {(server["cloud"], name) for name, server in SERVERS.items()}
    assert {cloud for cloud, _ in folders} == CLOUDS


@pytest.mark.parametrize("server", NEEDED)
def test_a_firewall_admits_exactly_who_must_come_in(server: str) -> None:
    """Each cloud's own firewall format opens the needed ports to the needed hosts and no other."""
    expected = {port: set(peers) for port, peers in NEEDED[server].items()}
    expected[22] = {"home", "jenkins"}
    if server != "monitor-1":
        expected[9100] = {"monitor-1"}
    if server in CLIENTS:
        expected[8081] = {"config-1", "monitor-1"}
    assert firewall(server) == expected


@pytest.mark.parametrize("server", sorted(CLIENTS))
def test_client_and_config_server_admit_each_other(server: str) -> None:
    """A client may read its settings, and may be told that they changed."""
    assert server in firewall("config-1")[SERVERS["config-1"]["ports"]["http"]]
    assert "config-1" in firewall(server)[SERVERS[server]["ports"]["actuator"]]


@pytest.mark.parametrize("server", SERVERS)
def test_open_ports_are_the_ports_of_the_inventory(server: str) -> None:
    """A firewall opens every port that the inventory lists for the server, and none besides."""
    assert set(firewall(server)) == set(SERVERS[server]["ports"].values())


@pytest.mark.parametrize("path", TEXTS)
def test_ports_beside_addresses_belong_to_that_server(path: str) -> None:
    """Wherever an address stands with a port, the server has that port."""
    known = owners()
    for host, port in endpoints(TEXTS[path]):
        name = known[host]
        ports = {587} if name == "smtp-relay" else set(SERVERS[name]["ports"].values())
        assert port in ports, f"{host}:{port}"


@pytest.mark.parametrize("server", SERVERS)
def test_published_ports_are_the_ports_of_the_inventory(server: str) -> None:
    """A compose file publishes nothing that the inventory does not know."""
    for service in first_document(folder(server) + "compose.yml")["services"].values():
        for published in service.get("ports", []):
            outside, inside = published.split(":")
            assert outside == inside
            assert int(outside) in SERVERS[server]["ports"].values()


@pytest.mark.parametrize("server", sorted(CLIENTS))
def test_a_service_listens_where_the_inventory_says(server: str) -> None:
    """The ports of services/<name>/application.yml are those of the servers that run it."""
    compose = first_document(folder(server) + "compose.yml")["services"]
    name = next(service for service in compose if service != "node-exporter")
    assert compose[name]["image"].startswith(f"registry.example.com/{name}:")
    settings, ports = first_document(f"services/{name}/application.yml"), SERVERS[server]["ports"]
    assert settings["management"]["server"]["port"] == ports["actuator"]
    assert settings.get("server", {}).get("port") == ports.get("http")
    assert settings["spring"]["config"]["import"] == f"configserver:http://{CONFIG}:8888"


def test_the_config_server_tells_every_client_and_no_one_else() -> None:
    """The refresh targets are the actuator ports of the Spring clients."""
    targets = first_document("services/config-server/application.yml")["refresh"]["targets"]
    told = {owners()[host]: port for target in targets for host, port in endpoints(target)}
    assert told == {name: SERVERS[name]["ports"]["actuator"] for name in CLIENTS}
    assert len(targets) == len(CLIENTS)


def test_prometheus_watches_every_server() -> None:
    """The scrape targets are all node exporters and all clients, under their right names."""
    known = owners()
    for group in json.loads(TEXTS["monitoring/prometheus/targets/spring.json"]):
        names = {known[host] for target in group["targets"] for host, _ in endpoints(target)}
        assert names == {group["labels"]["server"]}
    spring = {
        known[host] for host, _ in endpoints(TEXTS["monitoring/prometheus/targets/spring.json"])
    }
    assert spring == CLIENTS
    watched = set()
    for group in json.loads(TEXTS["monitoring/prometheus/targets/node.json"]):
        names = {known[host] for target in group["targets"] for host, _ in endpoints(target)}
        assert {SERVERS[name]["cloud"] for name in names} == {group["labels"]["cloud"]}
        watched |= names
    assert watched == set(SERVERS) - {"monitor-1"}


def test_the_database_trusts_whom_its_firewall_admits() -> None:
    """pg_hba.conf and the firewall of db-1 name the same hosts."""
    trusted = {
        peer(source) for source in re.findall(r"\S+/32", TEXTS["clouds/oracle/db-1/pg_hba.conf"])
    }
    assert trusted == firewall("db-1")[5432]


def test_jenkins_deploys_each_cloud_and_names_no_address() -> None:
    """CI definitions are protected, so that a move must never need to change one."""
    text = TEXTS["Jenkinsfile"]
    choices = re.search(r"name: 'CLOUD', choices: \[(.*?)\]", text)
    assert choices is not None
    assert set(re.findall(r"'(\w+)'", choices[1])) == CLOUDS
    assert not list(addresses(text + TEXTS["README.md"]))
    built = re.search(r"for name in (.*?);", text)
    assert built is not None
    assert {f"services/{name}/Dockerfile" for name in built[1].split()} == {
        path for path in TEXTS if path.endswith("/Dockerfile")
    }


def test_plain_parsers_read_every_file_of_their_kind() -> None:
    """YAML, JSON and TOML files parse with parsers that are not ours."""
    for path, text in TEXTS.items():
        if path.endswith((".yml", ".yaml")):
            assert list(yaml.safe_load_all(text)), path
        elif path.endswith(".json"):
            assert json.loads(text), path
        elif path.endswith(".toml"):
            assert tomllib.loads(text), path


@pytest.mark.parametrize("path", TEXTS)
def test_cfgbot_reads_every_file_without_duplicates(path: str) -> None:
    """No file of the fleet is one that cfgbot refuses."""
    document = parse(path, TEXTS[path].encode())
    assert isinstance(document, Document), document
    assert document.duplicates == ()


def test_comments_name_servers_never_addresses() -> None:
    """An address in a comment would go stale at the next move, so none stands there."""
    for path, document in _documents(("",)):
        for comment in document.comments:
            assert not list(addresses(comment.text)), f"{path}:{comment.line}"


def test_secrets_are_references() -> None:
    """Whatever is named a password is a reference to the environment or to a file."""
    for path, document in _documents((".yml", ".env", ".ini", ".toml", ".properties")):
        for leaf in document.leaves:
            if re.search(r"(?i)passw|_pass$|secret", str(leaf.key[-1])):
                assert leaf.value.startswith(("${", "/run/secrets/")), f"{path}:{leaf.line}"


def test_the_config_server_stands_in_every_cloud_and_many_formats() -> None:
    """Moving it is a change worth showing: every cloud, eight ways to write it down and more."""
    held = {path for path, text in TEXTS.items() if holds(text, CONFIG)}
    assert len(held) == 39
    assert {path.split("/")[1] for path in held if path.startswith("clouds/")} == CLOUDS
    kinds = {path.rsplit(".", 1)[-1].replace("yaml", "yml") for path in held}
    assert kinds >= {
        "yml",
        "json",
        "toml",
        "env",
        "properties",
        "ini",
        "conf",
        "nft",
        "sh",
        "service",
    }


def test_the_address_it_moves_to_in_the_examples_is_free() -> None:
    """192.0.2.77 is nobody's, while other addresses begin or end like the config server's."""
    assert not any("192.0.2.77" in text for text in TEXTS.values())
    alike = {address for address in owners() if address.startswith(CONFIG) and address != CONFIG}
    assert alike == {"192.0.2.70"}
