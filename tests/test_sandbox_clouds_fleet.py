"""The sandbox's fleet before it runs: its addresses, who may come in, who calls whom."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo import REQUEST, fleet_files
from bot.sandbox.clouds.firewall import UnreadableError
from bot.sandbox.clouds.fleet import loopback_files, loopback_text
from bot.sandbox.clouds.peers import Endpoint, listens, uses
from bot.sandbox.clouds.tree import BadTreeError, files_of, read_inventory
from bot.sandbox.clouds.walls import READERS, read_firewall
from tests.cloud_trees import fleet_tree
from tests.commands import cfg
from tests.fleet_files import SERVERS, firewall
from tests.git_repo import make_repo

FLEET = fleet_tree()
FOUND = read_inventory(FLEET)
FILES = {name: files_of(FLEET, place) for name, place in FOUND.servers.items()}
OWN = {name: [a for a in (p.address, p.also) if a] for name, p in FOUND.servers.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://192.0.2.7:8888", "http://127.0.2.7:8888"),
        ("198.51.100.250/32, 203.0.113.99/32", "127.51.100.250/32, 127.0.113.99/32"),
        ("config.internal:192.0.2.7", "config.internal:127.0.2.7"),
        ("192.0.2.7에서 192.0.2.77로", "127.0.2.7에서 127.0.2.77로"),
        ("It is 192.0.2.7.", "It is 127.0.2.7."),
        ("[2001:db8:5::210]:9000", "[::ffff:7f06:5d2]:9000"),
        ("2001:DB8:a::50/128", "::ffff:7f06:a32/128"),
        *((same, same) for same in ("1.192.0.2.7", "192.0.2.7.1", "192.0.2.777", "x192.0.2.7")),
        *((same, same) for same in ("10.0.0.1", "v192.0.2.7a", "2001:db8:5::999", "2001:db8::1")),
    ],
)
def test_only_whole_documentation_addresses_become_loopback(text: str, expected: str) -> None:
    """Each range has its own place below 127.0.0.0/8; nothing that merely looks alike changes."""
    assert loopback_text(text) == expected


@given(st.text(alphabet="0123456789.:/ adb8f[]에", max_size=40))
def test_doing_it_twice_is_doing_it_once(text: str) -> None:
    """What was converted holds nothing more to convert."""
    assert loopback_text(loopback_text(text)) == loopback_text(text)


def test_the_fleet_keeps_everything_but_its_addresses() -> None:
    """Same files, same lines, no documentation address left, binary files as they were."""
    before = fleet_files()
    assert FLEET.keys() == before.keys()
    for path, data in FLEET.items():
        assert data.count(b"\n") == before[path].count(b"\n"), path
        assert not any(one in data for one in (b"192.0.2.", b"198.51.100.", b"203.0.113.")), path
    assert loopback_files({"logo": b"\xff192.0.2.7"}) == {"logo": b"\xff192.0.2.7"}


def test_the_readme_s_move_is_approved_between_loopback_addresses(tmp_path: Path) -> None:
    """Without a key, by the same rules and checks as for any address: 39 values in 39 files."""
    repo = make_repo(tmp_path / "fleet", FLEET)
    ran = cfg("change", loopback_text(REQUEST), "--repo", str(repo), "--plan", "--json")
    assert (ran.code, ran.rules, len(ran.changed)) == (0, set(), 39)
    assert all("127.0.2.77" in (new or "") for new in ran.changed.values())


@pytest.mark.parametrize("new", ["127.0.0.1", "::1"])
def test_nothing_moves_to_where_every_machine_finds_itself(tmp_path: Path, new: str) -> None:
    """127.0.0.1 is no address of a server, also for a fleet that lives on 127.x.y.z."""
    repo = make_repo(tmp_path / "fleet", FLEET)
    asked = f"config-1 moved from 127.0.2.7 to {new}"
    assert cfg("change", asked, "--repo", str(repo), "--plan").code == 1


@pytest.mark.parametrize("name", list(SERVERS))
def test_firewalls_are_read_as_an_independent_reader_reads_them(name: str) -> None:
    """For every server and every port of its inventory: exactly those may come in."""
    let_in, mine = firewall(name), read_firewall(FILES[name])
    for port in SERVERS[name]["ports"].values():
        allowed = let_in.get(port, set())
        for other, addresses in OWN.items():
            expected = other in allowed or "everyone" in allowed
            assert any(mine.admits(a, port) for a in addresses) == expected, (port, other)
        assert mine.admits("127.9.9.9", port) == ("everyone" in allowed)


@pytest.mark.parametrize("name", list(SERVERS))
def test_servers_listen_where_the_inventory_says(name: str) -> None:
    """The ports that follow from compose and nginx are those of inventory.yml."""
    assert listens(FILES[name]) == set(SERVERS[name]["ports"].values())


def test_every_call_of_the_fleet_is_admitted() -> None:
    """As it stands nobody calls a port that is closed, or whose firewall keeps them out."""
    owner = {address: name for name, addresses in OWN.items() for address in addresses}
    called = 0
    for name, files in FILES.items():
        for peer in uses(files).calls:
            target = owner.get(peer.address)
            if target in {name, None}:
                continue
            called += 1
            assert peer.port in listens(FILES[target]), (name, peer)
            assert any(read_firewall(FILES[target]).admits(a, peer.port) for a in OWN[name])
    assert called == 55


def test_peers_follow_from_the_settings_alone() -> None:
    """URLs, host:port, host beside port, and hosts whose port is the usual one; no comments."""
    files = {
        ".env": b"# OLD=http://127.9.9.1:1\nDB_HOST=127.0.2.17\nSMTP_HOST=127.0.2.25\nSMTP_PORT=587\n",
        "a.toml": b'[cache]\nhost = "127.0.3.1"\nport = 6380\n[odd]\nhost = "127.0.3.9"\n',
        "a.yml": b"url: https://127.0.4.1/x\nself: http://127.0.0.1:5\nout: http://10.0.0.1:80\n",
        "nginx/a.conf": b"listen 127.0.9.9:80;\nallow 127.0.9.8;\nserver 127.0.5.1:8080; # 127.0.5.2:1\n",
        "firewall.sh": b"iptables -A INPUT -s 127.0.6.1 -j ACCEPT\n",
        "db.service": b"Environment=URL=http://127.0.7.1:70\n",
    }
    found = uses(files)
    assert {str(peer) for peer in found.calls} == {
        *("127.0.2.17:5432", "127.0.2.25:587", "127.0.3.1:6380", "127.0.4.1:443"),
        *("127.0.5.1:8080", "127.0.7.1:70"),
    }
    assert "127.0.3.9" in found.names
    assert Endpoint("127.0.3.9", 6379) not in found.calls


def admits(path: str, text: str, address: str = "127.0.2.7", port: int = 80) -> bool:
    """Whether a server with that one firewall file lets the address in."""
    return read_firewall({path: text.encode()}).admits(address, port)


IPTABLES = "iptables -P INPUT DROP\n{}\n"
NFT = "table inet f {{ chain input {{\n type filter hook input priority 0; policy drop;\n {}\n }} }}\n"
GOOGLE = "rules:\n- {{name: a, sourceRanges: [127.0.2.0/24], {}}}\n"
AZURE = 'default = "deny"\n[[rule]]\npriority = 1\naccess = "allow"\nsource = "127.0.2.7"\n{}\n'


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("firewall.sh", "", True),  # the kernel's policy is to accept
        ("firewall.sh", IPTABLES.format(""), False),
        ("firewall.sh", IPTABLES.format("iptables -A INPUT -s 127.0.2.7 -j ACCEPT"), True),
        ("firewall.sh", IPTABLES.format("# iptables -A INPUT -s 127.0.2.7 -j ACCEPT"), False),
        ("firewall.sh", IPTABLES.format("iptables -A INPUT -p udp -j ACCEPT"), False),
        ("firewall.sh", IPTABLES.format("iptables -A INPUT -i lo -j ACCEPT"), False),
        (
            "firewall.sh",
            IPTABLES.format(
                "iptables -A INPUT -p tcp -m multiport --dports 70:90 -j ACCEPT\n"
                "iptables -I INPUT -s 127.0.2.0/24 -j DROP"
            ),
            False,
        ),
        ("firewall.sh", IPTABLES.format("iptables -A INPUT -j ACCEPT\niptables -F"), False),
        ("firewall.nft", NFT.format("tcp dport { 80, 443 } accept"), True),
        ("firewall.nft", NFT.format("ip saddr 127.0.2.7 drop\ntcp dport 80 accept"), False),
        ("firewall.nft", NFT.format("ct state established,related accept"), False),
        ("firewall.nft", NFT.format("ip saddr { 127.0.2.7 } tcp dport 70-90 counter accept"), True),
        ("firewall.yaml", GOOGLE.format("allowed: [{IPProtocol: tcp, ports: ['80']}]"), True),
        ("firewall.yaml", GOOGLE.format("denied: [{IPProtocol: all}]"), False),
        ("firewall.yaml", GOOGLE.format("disabled: true, allowed: [{IPProtocol: all}]"), False),
        ("firewall.yaml", GOOGLE.format("direction: EGRESS, allowed: [{IPProtocol: all}]"), False),
        ("nsg.toml", AZURE.format('port = "*"'), True),
        ("nsg.toml", AZURE.format("port = [80, 81]"), True),
        ("nsg.toml", AZURE.format('port = 80\nprotocol = "udp"'), False),
        ("security-group.json", '{"IpPermissions": []}', False),
        (
            "security-group.json",
            '{"IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}',
            True,
        ),
        ("pg_hba.conf", "host all all 127.0.2.7/32 md5", False),  # no firewall at all
        (".env", "A=1", False),
    ],
)
def test_each_format_s_rules_decide_in_its_order(path: str, text: str, expected: bool) -> None:
    """First match, priorities, default policy: as the format has it; without a file nobody."""
    assert admits(path, text) is expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("firewall.sh", 'iptables -A INPUT -s "$HOME" -j ACCEPT'),
        ("firewall.sh", "iptables -A INPUT ! -s 127.0.2.7 -j ACCEPT"),
        ("firewall.sh", "iptables -A INPUT -s 127.0.2.777 -j ACCEPT"),
        ("firewall.sh", "iptables -A INPUT -m owner --uid-owner 0 -j ACCEPT"),
        ("firewall.sh", "iptables -X\n"),
        ("firewall.nft", "table inet f { }"),
        ("firewall.nft", NFT.format("jump elsewhere")),
        ("firewall.nft", NFT.format("ip saddr != 127.0.2.7 accept")),
        ("firewall.nft", NFT.format("ip saddr @friends accept")),
        ("firewall.nft", NFT.format("tcp dport 80 accept").replace("}", "")),
        ("firewall.yaml", "rules: [{name: a, allowed: [{IPProtocol: tcp}]}]"),
        ("firewall.yaml", "rules: ["),
        ("nsg.toml", AZURE.format('port = "http"')),
        ("nsg.toml", "default = 1"),
        ("security-group.json", "{}"),
        ("security-group.json", "{"),
        ("pg_hba.conf", "host all all 127.0.2.7"),
        ("pg_hba.conf", "host all all 127.0.2.7 255.255.255.255 md5"),
    ],
)
def test_what_is_not_understood_is_an_error_that_names_the_file(path: str, text: str) -> None:
    """Nothing that could open or close a port is skipped."""
    with pytest.raises(UnreadableError, match=path.replace(".", r"\.")):
        read_firewall({path: text.encode()})
    assert path in READERS


def test_postgres_keeps_out_whom_its_own_list_does_not_name() -> None:
    """A connection must pass the firewall and pg_hba.conf; other ports pass the firewall alone."""
    files = dict(FILES["db-1"])
    files["pg_hba.conf"] = b"hostssl config config 127.0.2.7/32 scram-sha-256\n"
    wall = read_firewall(files)
    assert wall.admits("127.0.2.7", 5432)
    assert not wall.admits("127.51.100.10", 5432)
    assert wall.admits("127.0.2.70", 9100)


def test_a_server_gets_its_folder_its_images_and_what_it_mounts() -> None:
    """config-1 has the config server's settings, monitor-1 the monitoring, nobody the rest."""
    assert {"firewall.sh", "image/application.yml"} <= FILES["config-1"].keys()
    assert "monitoring/prometheus/prometheus.yml" in FILES["monitor-1"]
    assert not any(path.startswith("monitoring/") for path in FILES["api-1"])
    nobody = dataclasses.replace(FOUND.servers["api-1"], name="api-9")
    with pytest.raises(BadTreeError, match="api-9"):
        files_of(FLEET, nobody)


@pytest.mark.parametrize(
    "text", [b"servers: [", b"servers: {}", b"servers: {a: {cloud: x, address: 192.0.2.7}}"]
)
def test_an_inventory_that_cannot_run_here_is_refused(text: bytes) -> None:
    """Not YAML, not whole, or an address that is not this machine's."""
    with pytest.raises(BadTreeError, match=r"inventory\.yml"):
        read_inventory({"inventory.yml": text})
