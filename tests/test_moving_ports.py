"""A service's port moves wherever it stands, or nothing does; no other's port ever moves with it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.builtin.derive import derive
from bot.core.expectation import Derivation, Unproven
from bot.core.index import Index
from bot.core.report.reasons import EVIDENCE, REASONS
from bot.core.request import read_request

MOVE = "the ledger port moves from 9400 to 9500"
INVENTORY = """servers:
  - {name: ledger-1, role: ledger, cloud: aws, address: 10.0.0.10}
  - {name: ledger-2, role: ledger, cloud: aws, address: 10.0.0.11}
  - {name: cart-1, role: cart, cloud: aws, address: 10.0.0.20}
  - {name: gate-1, role: gateway, cloud: gcp, address: 10.0.0.30}
  - {name: mon-1, role: monitoring, cloud: gcp, address: 10.0.0.40}
"""
FILES = {
    "inventory.yml": INVENTORY,
    "ledger/.env": "LEDGER_PORT=9400\nCART_URL=http://10.0.0.20:8080\nHEALTH=http://localhost:9400/up\n",
    "ledger/Dockerfile": "FROM ledger:1.2\nEXPOSE 9400\n",
    "ledger/compose.yml": 'services:\n  ledger:\n    image: ledger:1.2\n    ports:\n      - "9400:9400"\n',
    "ledger/firewall.sh": "# ledger listens on 9400\n"
    "ufw allow from 10.0.0.20 to any port 9400 proto tcp\n"
    "ufw allow from 10.0.0.40 to any port 22 proto tcp\n",
    "cart/.env": "CART_PORT=8080\nLEDGER_URL=http://10.0.0.10:9400/v1\n",
    "gateway/nginx.conf": "upstream ledger {\n  server 10.0.0.10:9400;\n  server 10.0.0.11:9400;\n}\n",
    "monitoring/prometheus.yml": "scrape_configs:\n  - job_name: ledger\n    static_configs:\n"
    '      - targets: ["10.0.0.10:9400", "10.0.0.11:9400", "10.0.0.20:8080"]\n',
}


def _read(text: str, more: dict[str, str] | None = None) -> Derivation | Unproven:
    files = {path: content.encode() for path, content in (FILES | (more or {})).items()}
    return derive(read_request(text), Index(files, frozenset(files)))


def _heads(text: str = MOVE, more: dict[str, str] | None = None) -> dict[str, str]:
    """The changed files as they become."""
    found = _read(text, more)
    assert isinstance(found, Derivation), (found.code, [p.shown for p in found.candidates])
    assert all(item.place and item.value for item in found.explained)
    return {file.path: (file.head or b"").decode() for file in found.change.files}


def _refused(more: dict[str, str], text: str = MOVE) -> str:
    found = _read(text, more)
    assert isinstance(found, Unproven), [c.path for c in found.change.leaf_changes]
    assert found.code in REASONS
    return found.code


def _expected(old: str = "9400", new: str = "9500") -> dict[str, str]:
    moved = {path: text.replace(old, new) for path, text in FILES.items() if old in text}
    moved["ledger/firewall.sh"] = moved["ledger/firewall.sh"].replace(
        f"listens on {new}", f"listens on {old}"
    )
    return moved


@pytest.mark.parametrize(
    "text",
    [
        MOVE,
        "ledger port goes from 9400 to 9500",
        "change the ledger port from 9400 to 9500 please",
        "LEDGER_PORT from 9400 to 9500",
        "ledger 포트를 9400에서 9500으로 바꿔줘",
        "ledger 서비스 포트 9400 -> 9500",
    ],
)
def test_every_place_of_the_port_moves(text: str) -> None:
    """Key, image, container, firewall, clients, proxy and scraper; not the comment, not port 22."""
    assert _heads(text) == _expected()


def test_each_place_says_why() -> None:
    """What is reached by its address names the address, what is its own says that it is."""
    found = _read(MOVE)
    assert isinstance(found, Derivation)
    codes = {e.change.path: e.place.code for e in found.explained if e.place}
    assert codes["cart/.env"] == "port-reached"
    assert codes["ledger/firewall.sh"] == "port-own"
    assert set(codes.values()) <= EVIDENCE.keys()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("cart/.env", "CART_PORT=9400\nLEDGER_URL=http://10.0.0.10:9400/v1\n"),
        ("cart/firewall.sh", "ufw allow from 10.0.0.10 to any port 9400 proto tcp\n"),
        ("cart/compose.yml", 'services:\n  cart:\n    ports:\n      - "9400:9400"\n'),
        ("cart/Dockerfile", "FROM cart:1\nEXPOSE 9400\n"),
        ("cart/listen.conf", "bind 0.0.0.0:9400\n"),
        ("gateway/cart.env", "CART_URL=http://10.0.0.20:9400\n"),
        ("cart/limits.yml", "max_clients: 9400\ntimeout_ms: 9400\n"),
        ("limits.yml", "buffer_size: 9400\n"),
        ("ledger/limits.yml", "timeout_ms: 9400\n"),
        ("ledger/big.env", "SEED=94001\nBATCH=19400\n"),
        ("cart/v6.env", "PEER=2001:db8::9400:1\n"),
        ("gateway/url.env", "LEDGER_DOCS=http://10.0.0.10/docs\n"),
        ("ledger/NOTES.md", "It listens on 9400.\n"),
    ],
)
def test_what_is_not_its_port_stays(path: str, content: str) -> None:
    """The same number as another's port, a time, a size or a part of a number is left alone."""
    heads = _heads(more={path: content})
    expected = _expected() | (
        {path: content.replace("10.0.0.10:9400", "10.0.0.10:9500")} if path == "cart/.env" else {}
    )
    assert heads == expected


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("ledger/app.yml", "main: 9400\n"),
        ("ledger/app.yml", "admin_port: 9400\n"),
        ("ledger/app.yml", "port_range: 9000-9800\n"),
        ("ledger/firewall.sh", "iptables -A INPUT -p tcp --dport 9000:9800 -j ACCEPT\n"),
        ("ledger/firewall.sh", "ufw deny from 10.0.0.99 to any port 9400 proto tcp\n"),
        ("ledger/firewall.sh", "iptables -A OUTPUT -p tcp --dport 9400 -j ACCEPT\n"),
        ("cart/firewall.sh", "iptables -A OUTPUT -p tcp --dport 9400 -j ACCEPT\n"),
        ("rules.sh", "iptables -A INPUT -p tcp --dport 9400 -j ACCEPT\n"),
        ("rules.json", '[{"from_port": 9000, "to_port": 9800}]\n'),
        ("ops/common.env", "PORT=9400\n"),
        ("cart/.env", "LEDGER_PORT=9400\n"),
        ("cart/.env", "LEDGER_URL=http://${LEDGER_HOST}:9400\n"),
        ("cart/.env", "LEDGER_URL=http://ledger.example.com:9400\n"),
        ("cart/.env", "LEDGER_URL=http://192.0.2.1:9400\n"),
        ("cart/.env", "LEDGER_URL=http://10.0.0.30:9400\n"),
        ("cart/.env", "LEDGER_URL=http://localhost:9400\n"),
        ("cart/opts.env", "JAVA_OPTS=-Dledger.port=9400\n"),
        ("cart/app.yml", "upstreams:\n  - addr: 10.0.0.10\n    p: 9400\n"),
        ("cart/app.yml", "ledger:\n  port: 9400\n"),
        ("cart/cmd.yml", "args: ['--upstream', 10.0.0.10, '--upstream-port', '9400']\n"),
        ("monitoring/alerts.yml", 'expr: up{port="9400"}\n'),
        ("gateway/haproxy.cfg", "server one 10.0.0.10:9400 check port 9400\n"),
        ("ledger/staging.env", "LEDGER_PORT=9400\n"),
        ("ledger/compose.yml", 'services:\n  ledger:\n    ports:\n      - "9400:80"\n'),
        ("ledger/compose.yml", 'services:\n  ledger:\n    ports:\n      - "80:9400"\n'),
        ("ledger/compose.yml", 'services:\n  tls:\n    ports:\n      - "9400:9400"\n'),
        ("ledger/v6.env", "LISTEN=2001:db8::9400\n"),
        ("ports.yml", "9400: ledger\n"),
        ("ledger/broken.yml", "a: [9400\n"),
    ],
)
def test_one_place_nobody_can_tell_refuses_all(path: str, content: str) -> None:
    """A range, a rule that keeps out, a host nobody knows: the rest does not move without it."""
    assert _refused({path: content}) in {"port-unclear", "file-unreadable"}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("ledger/more.env", "LISTEN_ADDRESS=0.0.0.0:9400\n"),
        ("ledger/more.env", "BIND=[::]:9400\n"),
        ("ledger/more.env", "HEALTHCHECK=http://[::1]:9400/up\n"),
        ("ledger/more.env", "PORT=${PORT:-9400}\n"),
        ("ledger/server.conf", "port 9400\n"),
        ("ledger/start.yml", "server:\n  port: 9400\n"),
        ("ledger/nginx.conf", "server {\n  listen 9400 ssl;\n}\n"),
        ("cart/more.yml", "books:\n  host: 10.0.0.11\n  port: 9400\n"),
        ("cart/more.env", "BOOKS_HOST=10.0.0.10\nBOOKS_PORT=9400\n"),
        ("group_vars/all.yml", "ledger_port: 9400\n"),
        ("cart/more.env", "PEERS=10.0.0.10:9400,10.0.0.11:9400\n"),
        ("gateway/firewall.sh", "iptables -A OUTPUT -p tcp -d 10.0.0.10 --dport 9400 -j ACCEPT\n"),
        ("ops/firewall-ledger.sh", "iptables -A INPUT -p tcp -m multiport --dports 22,9400 -j ACCEPT\n"),
    ],
)  # fmt: skip
def test_each_form_of_its_own_port_moves(path: str, content: str) -> None:
    """Wildcards and loopback of its own files, defaults, hosts beside ports, lists."""
    assert _heads(more={path: content})[path] == content.replace("9400", "9500")


def test_a_reference_that_holds_no_number_stays() -> None:
    """``${PORT}`` follows by itself."""
    more = {"ledger/more.env": "LISTEN_ADDRESS=0.0.0.0:${LEDGER_PORT}\n"}
    assert _heads(more=more) == _expected()


def test_in_one_list_only_its_own_entries_move() -> None:
    """A neighbour on another host keeps the same number in the same value."""
    more = {"gateway/more.env": "PEERS=10.0.0.10:9400,10.0.0.20:9400\n"}
    assert _heads(more=more)["gateway/more.env"] == "PEERS=10.0.0.10:9500,10.0.0.20:9400\n"


def test_a_row_of_the_inventory_moves_with_it() -> None:
    """Its own column moves; the row of another with that number does not."""
    table = "name,address,port\nledger,10.0.0.10,9400\ncart,10.0.0.20,9400\ngateway,10.0.0.30,443\n"
    env = "PEER=10.0.0.10:9400\n"
    files = {"hosts.csv": table, "ledger/.env": "PORT=9400\n", "cart/.env": env}
    data = {path: content.encode() for path, content in files.items()}
    found = derive(read_request(MOVE), Index(data, frozenset(data)))
    assert isinstance(found, Derivation)
    heads = {file.path: (file.head or b"").decode() for file in found.change.files}
    assert heads["hosts.csv"] == table.replace("ledger,10.0.0.10,9400", "ledger,10.0.0.10,9500")
    assert heads["cart/.env"] == "PEER=10.0.0.10:9500\n"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("ledger/admin.env", "ADMIN_PORT=9500\n"),
        ("ledger/firewall.sh", "ufw allow from 10.0.0.40 to any port 9500 proto tcp\n"),
        ("monitoring/more.yml", "targets: ['10.0.0.10:9500']\n"),
    ],
)
def test_a_port_already_in_use_is_refused(path: str, content: str) -> None:
    """The new number is the service's or its host's already, or may be."""
    more = {path: content}
    if path == "ledger/firewall.sh":
        more = {path: FILES[path] + content}
    assert _refused(more) == "port-taken"


def test_another_hosts_use_of_the_new_port_is_no_clash() -> None:
    """9500 at the cart stays the cart's."""
    more = {"cart/more.env": "PORT=9500\n", "gateway/more.env": "CART=10.0.0.20:9500\n"}
    assert _heads(more=more) == _expected()


def test_one_of_several_that_share_their_files_is_refused() -> None:
    """ledger-1 has no file of its own, so ledger-2 would move with it."""
    assert _refused({}, "the ledger-1 port moves from 9400 to 9500") == "one-of-several"


def test_each_instance_must_be_made_to_listen() -> None:
    """ledger-2 has a folder, but nothing there sets its port: it would stay on the old one."""
    env = "PORT=9400\n"
    files = {
        "inventory.yml": INVENTORY,
        "ledger-1/.env": env,
        "ledger-2/.env": "LOG=info\n",
        "cart/.env": "LEDGERS=10.0.0.10:9400,10.0.0.11:9400\n",
    }
    data = {path: content.encode() for path, content in files.items()}
    found = derive(read_request(MOVE), Index(data, frozenset(data)))
    assert isinstance(found, Unproven)
    assert found.code == "port-unset"


def test_two_services_of_one_host_with_that_number_are_refused() -> None:
    """Whose ``10.0.0.10:9400`` is cannot be told."""
    more = {
        "inventory.yml": INVENTORY + "  - {name: audit-1, role: audit, address: 10.0.0.10}\n",
        "audit/.env": "AUDIT_PORT=9400\n",
    }
    assert _refused(more) == "port-unclear"


@pytest.mark.parametrize(
    "text",
    [
        "the ledger port in the gateway moves from 9400 to 9500",
        "ledger port from 9400 to 9500 in prometheus",
        "ledger port from 9400 to 9500 except the gateway",
        "ledger port from 9400 to 9500 in inventory.yml",
        "ledger port from 9400 to 9500 in aws",
        "set the ledger port to 9500",
        "the port from 9400 to 9500",
        "ledger container port from 9400 to 9500",
        "ledger compose ports from 9400 to 9500",
        "ledger/.env LEDGER_PORT from 9400 to 9500",
        "the frobnicator port moves from 9400 to 9500",
        "the ledger port moves from 9400 to 99500",
    ],
)
def test_what_limits_or_half_says_the_move_is_refused(text: str) -> None:
    """A limit, a name nobody knows, or no old number: never one place of many."""
    _refused({}, text)


def test_without_all_files_nothing_moves() -> None:
    """A file that was not read may hold the port."""
    data = {path: content.encode() for path, content in FILES.items()}
    found = derive(read_request(MOVE), Index(data, frozenset({*data, "more/unread.yml"})))
    assert isinstance(found, Unproven)


_PORT = st.integers(1024, 9999)


@st.composite
def _fleets(draw: st.DrawFn) -> tuple[dict[str, str], int, int]:
    """Services on hosts of their own, who call each other; the first one's port is to move."""
    count = draw(st.integers(2, 4))
    old, new = draw(st.lists(_PORT, min_size=2, max_size=2, unique=True))
    ports = [
        old,
        *draw(st.lists(st.sampled_from([old, new, 8081]), min_size=count, max_size=count)),
    ]
    names = ["ledger", "cart", "search", "pay", "mail"][: len(ports)]
    files = {"inventory.yml": "servers:\n"}
    for n, (name, port) in enumerate(zip(names, ports, strict=True)):
        files["inventory.yml"] += f"  - {{name: {name}-1, role: {name}, address: 10.9.0.{n + 1}}}\n"
        calls = draw(st.lists(st.integers(0, len(ports) - 1), max_size=4, unique=True))
        files[f"{name}/.env"] = f"PORT={port}\n" + "".join(
            f"{names[c].upper()}_URL=http://10.9.0.{c + 1}:{ports[c]}/x\n" for c in calls if c != n
        )
        files[f"{name}/firewall.sh"] = f"ufw allow from 10.9.0.9 to any port {port} proto tcp\n"
    return files, old, new


@settings(max_examples=60, deadline=None)
@given(_fleets())
def test_no_own_port_remains_and_no_others_changes(fleet: tuple[dict[str, str], int, int]) -> None:
    """Whatever the neighbours' ports are: all of the ledger's move, and nothing but them."""
    files, old, new = fleet
    data = {path: content.encode() for path, content in files.items()}
    text = f"the ledger port moves from {old} to {new}"
    found = derive(read_request(text), Index(data, frozenset(data)))
    assert isinstance(found, Derivation), (found.code, [p.shown for p in found.candidates])
    heads = {file.path: (file.head or b"").decode() for file in found.change.files}
    for path, before in files.items():
        wanted = before.replace(f"10.9.0.1:{old}/", f"10.9.0.1:{new}/")
        if path.startswith("ledger/"):
            wanted = wanted.replace(f"PORT={old}\n", f"PORT={new}\n", 1)
            wanted = wanted.replace(f"any port {old} ", f"any port {new} ")
        assert heads.get(path, before) == wanted
