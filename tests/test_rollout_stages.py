"""Make before break: what each stage of a move holds, in every form an allow-list has."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.change import Change, FileChange, build_change
from bot.core.formats import parse
from bot.core.leaf import Document
from bot.core.literals import holds
from bot.core.operation import Move
from bot.core.resolve import Unresolved, resolve
from bot.core.rollout.laws import are_lawful
from bot.core.rollout.moves import admitted_by
from bot.core.rollout.rules import Admission, Rollout
from bot.core.rollout.stages import StageName, Staging, files_after, make_stages
from tests import fleet_files

X, Y, Z = "192.0.2.7", "192.0.2.77", "198.51.100.10"
CLIENT = ("app/.env", f"URL=http://{X}:8888\n", f"URL=http://{Y}:8888\n")


def change_of(*files: tuple[str, str | None, str | None]) -> Change:
    """The change of (path, base, head)."""
    return build_change(
        [
            FileChange(path, base.encode() if base else None, head.encode() if head else None)
            for path, base, head in files
        ]
    )


def versions(change: Change, staging: Staging) -> list[dict[str, bytes | None]]:
    """The files from the base to the last stage."""
    count = len(staging.stages) + 1
    return [files_after(change, staging.stages, number) for number in range(count)]


def names(staging: Staging) -> list[str]:
    """The stages in order."""
    return [stage.name.value for stage in staging.stages]


def moved(text: str) -> str:
    """X becomes Y."""
    return text.replace(X, Y)


# (path, base, what it holds while both are needed)
FORMS = {
    "an iptables line": (
        "a/firewall.sh",
        f"iptables -P INPUT DROP\niptables -A INPUT -s {X}/32 -j ACCEPT\nexit 0\n",
        f"iptables -P INPUT DROP\niptables -A INPUT -s {X}/32 -j ACCEPT\n"
        f"iptables -A INPUT -s {Y}/32 -j ACCEPT\nexit 0\n",
    ),
    "a line of several": (
        "a/firewall.sh",
        f"iptables -A INPUT -s {X}/32 \\\n  -j ACCEPT\ntrue\n",
        f"iptables -A INPUT -s {X}/32 \\\n  -j ACCEPT\n"
        f"iptables -A INPUT -s {Y}/32 \\\n  -j ACCEPT\ntrue\n",
    ),
    "iptables with commas": (
        "a/firewall.sh",
        f"iptables -A INPUT -s {X},{Z} -j ACCEPT\n",
        f"iptables -A INPUT -s {X},{Y},{Z} -j ACCEPT\n",
    ),
    "the last line without an end": (
        "a/firewall.sh",
        f"iptables -A INPUT -s {X} -j ACCEPT",
        f"iptables -A INPUT -s {X} -j ACCEPT\niptables -A INPUT -s {Y} -j ACCEPT",
    ),
    "lines of another system": (
        "a/firewall.sh",
        f"iptables -A INPUT -s {X} -j ACCEPT\r\ntrue\r\n",
        f"iptables -A INPUT -s {X} -j ACCEPT\r\niptables -A INPUT -s {Y} -j ACCEPT\r\ntrue\r\n",
    ),
    "an nft set": (
        "a/firewall.nft",
        f"table inet f {{\n  ip saddr {{ {X}, {Z} }} accept\n}}\n",
        f"table inet f {{\n  ip saddr {{ {X}, {Y}, {Z} }} accept\n}}\n",
    ),
    "an nft set of one": (
        "a/firewall.nft",
        f"define home = {{ {X} }}\nip saddr $home accept\n",
        f"define home = {{ {X}, {Y} }}\nip saddr $home accept\n",
    ),
    "an nft set over lines": (
        "a/firewall.nft",
        f"elements = {{\n  {Z},\n  {X}  # config\n}}\n",
        f"elements = {{\n  {Z},\n  {X}, {Y}  # config\n}}\n",
    ),
    "ufw": ("a/ufw.sh", f"ufw allow from {X}\n", f"ufw allow from {X}\nufw allow from {Y}\n"),
    "pg_hba.conf": (
        "a/pg_hba.conf",
        f"host all all {X}/32 md5\nhost all all {Z}/32 md5\n",
        f"host all all {X}/32 md5\nhost all all {Y}/32 md5\nhost all all {Z}/32 md5\n",
    ),
    "a plain list": ("a/allowlist.txt", f"{X}\n{Z}\n", f"{X}\n{Y}\n{Z}\n"),
    "a list in code": (
        "a/firewall.tf",
        f'cidr_blocks = ["{X}/32"]\n',
        f'cidr_blocks = ["{X}/32", "{Y}/32"]\n',
    ),
    "a list in code of several": (
        "a/firewall.tf",
        f"ingress_cidr = ['{Z}/32','{X}/32']\n",
        f"ingress_cidr = ['{Z}/32','{X}/32','{Y}/32']\n",
    ),
    "a list in code over lines": (
        "a/firewall.tf",
        f'cidr_blocks = [\n  "{Z}/32",\n  "{X}/32", # config\n]\n',
        f'cidr_blocks = [\n  "{Z}/32",\n  "{X}/32", "{Y}/32", # config\n]\n',
    ),
    "nginx": (
        "a/nginx.conf",
        f"location / {{\n    allow {X}; # config\n    deny all;\n}}\n",
        f"location / {{\n    allow {X}; # config\n    allow {Y};\n    deny all;\n}}\n",
    ),
    "a YAML list": (
        "a/firewall.yaml",
        f"rules:\n  - name: a\n    sourceRanges:\n      - {X}/32 # config\n      - {Z}/32\n",
        f"rules:\n  - name: a\n    sourceRanges:\n      - {X}/32 # config\n      - {Y}/32\n"
        f"      - {Z}/32\n",
    ),
    "a YAML flow list": (
        "a/app.yml",
        f"allowed: [{X}, {Z}]\n",
        f"allowed: [{X}, {Y}, {Z}]\n",
    ),
    "YAML objects": (
        "a/rules.yml",
        f"ingress:\n  - cidr: {X}/32\n    port: 80\n\n  # others\n  - cidr: {Z}/32\n    port: 80\n",
        f"ingress:\n  - cidr: {X}/32\n    port: 80\n  - cidr: {Y}/32\n    port: 80\n"
        f"\n  # others\n  - cidr: {Z}/32\n    port: 80\n",
    ),
    "YAML objects in a row": (
        "a/rules.yml",
        f"rules:\n  - name: a\n    ingress: [{{cidr: {X}/32, port: 1}}, {{cidr: {Z}/32, port: 1}}]\n",
        f"rules:\n  - name: a\n    ingress: [{{cidr: {X}/32, port: 1}}, "
        f"{{cidr: {Y}/32, port: 1}}, {{cidr: {Z}/32, port: 1}}]\n",
    ),
    "YAML objects in braces": (
        "a/rules.yml",
        f"ingress:\n  - {{cidr: {X}/32, port: 1}}\n  - {{cidr: {Z}/32, port: 1}}\n",
        f"ingress:\n  - {{cidr: {X}/32, port: 1}}\n  - {{cidr: {Y}/32, port: 1}}\n"
        f"  - {{cidr: {Z}/32, port: 1}}\n",
    ),
    "YAML objects with lists before": (
        "a/rules.yml",
        f"ingress:\n- ports:\n  - 80\n  cidr: {X}/32\n- cidr: {Z}/32\n",
        f"ingress:\n- ports:\n  - 80\n  cidr: {X}/32\n- ports:\n  - 80\n  cidr: {Y}/32\n"
        f"- cidr: {Z}/32\n",
    ),
    "a network policy": (
        "k8s/api.yml",
        f"kind: X\ning: 1\ningress:\n  - from:\n      - ipBlock:\n          cidr: {X}/32\n",
        f"kind: X\ning: 1\ningress:\n  - from:\n      - ipBlock:\n          cidr: {X}/32\n"
        f"      - ipBlock:\n          cidr: {Y}/32\n",
    ),
    "JSON objects on lines": (
        "a/security-group.json",
        f'{{"IpRanges": [\n  {{"CidrIp": "{X}/32", "Description": "config"}}\n]}}\n',
        f'{{"IpRanges": [\n  {{"CidrIp": "{X}/32", "Description": "config"}},\n'
        f'  {{"CidrIp": "{Y}/32", "Description": "config"}}\n]}}\n',
    ),
    "JSON objects over lines": (
        "a/security-group.json",
        f'{{"IpRanges": [\n  {{\n    "CidrIp": "{X}/32",\n    "n": {{"a": [1]}}\n  }},\n'
        f'  {{"CidrIp": "{Z}/32"}}\n]}}\n',
        f'{{"IpRanges": [\n  {{\n    "CidrIp": "{X}/32",\n    "n": {{"a": [1]}}\n  }},\n'
        f'  {{\n    "CidrIp": "{Y}/32",\n    "n": {{"a": [1]}}\n  }},\n'
        f'  {{"CidrIp": "{Z}/32"}}\n]}}\n',
    ),
    "JSON objects in a row": (
        "a/security-group.json",
        f'{{"IpRanges": [{{"CidrIp": "{X}/32"}}, {{"CidrIp": "{Z}/32"}}]}}\n',
        f'{{"IpRanges": [{{"CidrIp": "{X}/32"}}, {{"CidrIp": "{Y}/32"}}, '
        f'{{"CidrIp": "{Z}/32"}}]}}\n',
    ),
    "a JSON list": (
        "a/app.json",
        f'{{"allowed": ["{Z}", "{X}"]}}\n',
        f'{{"allowed": ["{Z}", "{X}", "{Y}"]}}\n',
    ),
    "a TOML list": (
        "a/nsg.toml",
        f'[[rule]]\nname = "a"\nsource = ["{X}/32"] # config\n',
        f'[[rule]]\nname = "a"\nsource = ["{X}/32", "{Y}/32"] # config\n',
    ),
    "TOML tables": (
        "a/nsg.toml",
        f'[[rule]]\nsource = "{X}/32"\nport = 1\n\n# next\n[[rule]]\nsource = "{Z}/32"\nport = 1\n',
        f'[[rule]]\nsource = "{X}/32"\nport = 1\n[[rule]]\nsource = "{Y}/32"\nport = 1\n'
        f'\n# next\n[[rule]]\nsource = "{Z}/32"\nport = 1\n',
    ),
    "TOML objects in a row": (
        "a/nsg.toml",
        f'rule = [{{source = "{X}/32", port = 1}}, {{source = "{Z}/32", port = 1}}]\n',
        f'rule = [{{source = "{X}/32", port = 1}}, {{source = "{Y}/32", port = 1}}, '
        f'{{source = "{Z}/32", port = 1}}]\n',
    ),
    "a separated variable": (
        "a/.env",
        f"ALLOWED_IPS={Z},{X}\n",
        f"ALLOWED_IPS={Z},{X},{Y}\n",
    ),
    "a separated setting": (
        "a/app.ini",
        f"[web]\nallowed_ips = {X}, {Z}\n",
        f"[web]\nallowed_ips = {X}, {Y}, {Z}\n",
    ),
    "a separated property": (
        "a/app.properties",
        f"trusted.proxies={X} {Z}\n",
        f"trusted.proxies={X} {Y} {Z}\n",
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_allow_list_holds_both_while_clients_switch(form: str) -> None:
    """``admit`` and ``switch`` hold both, ``remove`` is the head."""
    path, base, both = FORMS[form]
    change = change_of((path, base, moved(base)), CLIENT)
    staging = make_stages(change)
    assert not staging.warnings
    assert names(staging) == ["admit", "switch", "remove"]
    assert staging.moved == ((X, Y),)
    admit, switch, remove = versions(change, staging)[1:]
    assert admit[path] == both.encode()
    assert admit["app/.env"] == CLIENT[1].encode()
    assert switch[path] == both.encode()
    assert switch["app/.env"] == CLIENT[2].encode()
    assert remove == {path: moved(base).encode(), "app/.env": CLIENT[2].encode()}


ALONE = {
    "a scalar": ("a/.env", f"ALLOWED_IP={X}\n", "single"),
    "a YAML scalar": ("a/firewall.yml", f"home: {X}\n", "single"),
    "a shell variable": (
        "a/firewall.sh",
        f"HOME_IP={X}\niptables -s $HOME_IP -j ACCEPT\n",
        "single",
    ),
    "a test of the shell": (
        "a/firewall.sh",
        f'[ "{X}" ] && [ "$a" = "{X}" ]\nif [ "$a" = {X} ]; then\n  true\nfi\n',
        "single",
    ),
    "an element of XML": (
        "a/firewall.xml",
        f'<rule>\n  <source address="{X}"/>\n</rule>\n',
        "single",
    ),
    "a loop": ("a/firewall.sh", f"for ip in {X} {Z}; do\n  true\ndone\n", "single"),
    "a named rule": (
        "a/rules.yml",
        f"ingress:\n  - name: config\n    cidr: {X}/32\n",
        "identity",
    ),
    "a numbered rule": (
        "a/sg.json",
        f'{{"ingress": [{{"priority": 100, "cidr": "{X}/32"}}]}}\n',
        "identity",
    ),
    "a name that stands for it": ("a/app.yml", f"allowed: [&c {X}, {Z}]\nalso: *c\n", "anchor"),
    "a range": ("a/firewall.yml", f"allowed:\n  - {X}-192.0.2.9\n", "key"),
    "a key": ("a/firewall.yml", f"hosts:\n  {X}/32: admin\n", "key"),
}


@pytest.mark.parametrize("form", ALONE)
def test_what_cannot_hold_both_is_said_and_nothing_is_parted(form: str) -> None:
    """One stage, the judged head, with the place and why."""
    path, base, why = ALONE[form]
    change = change_of((path, base, moved(base)), CLIENT)
    staging = make_stages(change)
    assert names(staging) == ["whole"]
    assert [(one.path, one.code) for one in staging.warnings] == [(path, why)]
    assert staging.stages[0].files == change.files


ONE_STAGE = {
    "no allow-list": [CLIENT],
    "a blocklist": [("a/app.yml", f"blocklist: [{X}, {Z}]\n", f"blocklist: [{Y}, {Z}]\n"), CLIENT],
    "who is kept out": [("a/nginx.conf", f"deny {X};\n", f"deny {Y};\n"), CLIENT],
    "a rule that denies": [
        (
            "a/nsg.toml",
            f'[[rule]]\naccess = "deny"\nsource = ["{X}"]\n',
            f'[[rule]]\naccess = "deny"\nsource = ["{Y}"]\n',
        ),
        CLIENT,
    ],
    "a rule that drops": [
        ("a/firewall.sh", f"iptables -s {X} -j DROP\n", moved(f"iptables -s {X} -j DROP\n"))
    ],
    "a rule that sends on": [
        (
            "a/firewall.sh",
            f"iptables -t nat -j DNAT --to-destination {X}\n",
            f"iptables -t nat -j DNAT --to-destination {Y}\n",
        ),
        CLIENT,
    ],
    "somebody new whom nobody turns to": [
        ("a/app.yml", f"allowed: [{Z}]\nt: 1\n", f"allowed: [{Z}, {Y}]\nt: 2\n")
    ],
    "another value of a firewall": [
        ("a/firewall.yml", f"ports: [80]\nallowed: [{X}]\n", f"ports: [81]\nallowed: [{X}]\n")
    ],
    "another spelling": [("a/app.yml", f"allowed: [{X}]\n", f"allowed: [{X}/32]\n")],
}


@pytest.mark.parametrize("which", ONE_STAGE)
def test_a_change_without_a_move_in_an_allow_list_is_one_stage(which: str) -> None:
    """Nothing needs to be ahead of anything else."""
    change = change_of(*ONE_STAGE[which])
    staging = make_stages(change)
    assert (names(staging), staging.warnings) == (["whole"], ())
    assert staging.stages[0].files == change.files


def test_stages_that_change_nothing_vanish() -> None:
    """A person's address is in allow-lists only: both, then the new one."""
    base = FORMS["an iptables line"][1]
    staging = make_stages(change_of(("a/firewall.sh", base, moved(base))))
    assert names(staging) == ["admit", "remove"]


def test_a_file_may_be_client_and_allow_list_at_once() -> None:
    """Each part of it goes at its own time."""
    base = f"allowed: [{X}, {Z}]\nurl: http://{X}:1/\n"
    change = change_of(("a/app.yml", base, moved(base)))
    staging = make_stages(change)
    assert names(staging) == ["admit", "switch", "remove"]
    admit, switch, _ = (one["a/app.yml"] for one in versions(change, staging)[1:])
    assert admit == f"allowed: [{X}, {Y}, {Z}]\nurl: http://{X}:1/\n".encode()
    assert switch == f"allowed: [{Y}, {X}, {Z}]\nurl: http://{Y}:1/\n".encode()


def test_who_is_added_is_let_in_before_anybody_turns_to_them() -> None:
    """Also where nobody leaves."""
    change = change_of(
        ("a/app.yml", f"allowed: [{Z}]\n", f"allowed: [{Z}, {Y}]\n"),
        (
            "b/firewall.sh",
            f"iptables -s {Z} -j ACCEPT\n",
            f"iptables -s {Z} -j ACCEPT\niptables -s {Y} -j ACCEPT\n",
        ),
        ("c/app.yml", f"backends: [{Z}]\n", f"backends: [{Z}, {Y}]\n"),
    )
    staging = make_stages(change)
    assert names(staging) == ["admit", "switch"]
    assert staging.stages[0].paths == ("a/app.yml", "b/firewall.sh")


W = "203.0.113.77"
SEVERAL = {
    "YAML": ("a/app.yml", f"allowed:\n  - {Z}\n", f"allowed:\n  - {Z}\n  - {Y}\n  - {W}\n"),
    "JSON": (
        "a/app.json",
        f'{{"allowed": [\n  "{Z}"\n]}}\n',
        f'{{"allowed": [\n  "{Z}",\n  "{Y}",\n  "{W}"\n]}}\n',
    ),
    "TOML": (
        "a/nsg.toml",
        f'source = [\n  "{Z}", # z\n]\n',
        f'source = [\n  "{Z}", # z\n  "{Y}",\n  "{W}",\n]\n',
    ),
    "a whole rule": (
        "a/security-group.json",
        f'{{"IpPermissions": [\n  {{"P": 1, "R": [{{"CidrIp": "{Z}/32"}}]}}\n]}}\n',
        f'{{"IpPermissions": [\n  {{"P": 1, "R": [{{"CidrIp": "{Z}/32"}}]}},\n'
        f'  {{"P": 2, "R": [{{"CidrIp": "{Y}/32"}}, {{"CidrIp": "{W}/32"}}]}}\n]}}\n',
    ),
    "lines": (
        "a/firewall.sh",
        f"iptables -s {Z} -j ACCEPT\n",
        f"iptables -s {Z} -j ACCEPT\niptables -s {Y} -j ACCEPT\niptables -s {W} -j ACCEPT\n",
    ),
    "nginx": (
        "a/nginx.conf",
        f"location / {{\n  allow {Z};\n  deny all;\n}}\n",
        f"location / {{\n  allow {Z};\n  allow {Y};\n  allow {W};\n  deny all;\n}}\n",
    ),
}


@pytest.mark.parametrize("form", SEVERAL)
def test_several_who_are_added_or_leave_keep_their_places(form: str) -> None:
    """First in, last out: in the very bytes of the change."""
    path, without, having = SEVERAL[form]
    few, many = f"backends: [{Z}]\n", f"backends: [{Z}, {Y}, {W}]\n"
    added = make_stages(change_of((path, without, having), ("c/app.yml", few, many)))
    assert [stage.paths for stage in added.stages] == [(path,), ("c/app.yml",)]
    assert added.stages[0].files[0].head == having.encode()
    gone = make_stages(change_of((path, having, without), ("c/app.yml", many, few)))
    assert [stage.paths for stage in gone.stages] == [("c/app.yml",), (path,)]


def test_who_leaves_is_shut_out_after_nobody_turns_to_them() -> None:
    """The clients first."""
    change = change_of(
        (
            "a/sg.json",
            f'{{"ingress": [\n  {{"cidr": "{Z}"}},\n  {{"cidr": "{X}"}}\n]}}\n',
            f'{{"ingress": [\n  {{"cidr": "{Z}"}}\n]}}\n',
        ),
        (
            "b/firewall.sh",
            f"iptables -s {Z} -j ACCEPT\niptables -s {X} -j ACCEPT\n",
            f"iptables -s {Z} -j ACCEPT\n",
        ),
        ("c/app.yml", f"backends: [{Z}, {X}]\n", f"backends: [{Z}]\n"),
    )
    staging = make_stages(change)
    assert names(staging) == ["switch", "remove"]
    assert staging.stages[1].paths == ("a/sg.json", "b/firewall.sh")


def test_a_new_firewall_comes_first_and_an_old_one_goes_last() -> None:
    """A whole file of them."""
    base = f"iptables -s {X} -j ACCEPT\n"
    change = change_of(("a/firewall.sh", None, moved(base)), ("b/firewall.sh", base, None), CLIENT)
    staging = make_stages(change)
    assert names(staging) == ["admit", "switch", "remove"]
    assert [stage.paths for stage in staging.stages] == [
        ("a/firewall.sh",),
        ("app/.env",),
        ("b/firewall.sh",),
    ]


def test_a_new_list_that_is_in_use_at_once_is_not_parted() -> None:
    """A file that both lets in and turns to somebody cannot come in two halves."""
    change = change_of(("a/app.yml", None, f"allowed: [{Y}]\nurl: http://{Y}:1/\n"), CLIENT)
    staging = make_stages(change)
    assert [one.code for one in staging.warnings] == ["new-list"]
    assert names(staging) == ["whole"]


def test_modes_come_with_the_version_they_belong_to() -> None:
    """A script becomes executable where the rest of it changes."""
    base = FORMS["an iptables line"][1]
    script = FileChange("a/firewall.sh", base.encode(), moved(base).encode(), "100644", "100755")
    change = build_change([script])
    first, second, third = make_stages(change).stages
    modes = [stage.files[0].head_mode for stage in (first, second, third)]
    assert modes == ["100644", "100755", "100755"]
    link = FileChange("b/firewall.sh", b"a", b"b", "120000", "120000")
    staging = make_stages(build_change([script, link]))
    assert "b/firewall.sh" in staging.stages[1].paths


def test_a_line_that_changes_more_is_kept_as_it_was() -> None:
    """No rule is made up of the old port and the new address."""
    base = f"iptables -s {X} --dport 80 -j ACCEPT\n"
    head = f"iptables -s {Y} --dport 81 -j ACCEPT\n"
    change = change_of(("a/firewall.sh", base, head), CLIENT)
    assert versions(change, make_stages(change))[1]["a/firewall.sh"] == (base + head).encode()


def test_the_policy_may_ask_for_one_stage_or_name_its_own_allow_lists() -> None:
    """Its own patterns replace what is known of names."""
    base = f"peers:\n  - {X}\n  - {Z}\n"
    change = change_of(("a/vpn.yml", base, moved(base)), CLIENT)
    assert names(make_stages(change)) == ["whole"]
    own = Rollout(admission=(Admission(("a/**",), "peers > [*]"),))
    assert names(make_stages(change, own)) == ["admit", "switch", "remove"]
    firewall = FORMS["an iptables line"][1]
    other = change_of(("a/firewall.sh", firewall, moved(firewall)), CLIENT)
    assert names(make_stages(other, own)) == ["whole"]
    all_keys = Rollout(admission=(Admission(("a/**",)),))
    assert names(make_stages(other, all_keys)) == ["admit", "switch", "remove"]
    staging = make_stages(other, Rollout(make_before_break=False))
    assert (names(staging), staging.apart) == (["whole"], False)
    assert make_stages(build_change([])).stages == ()


# laws
def law_abiding(change: Change, staging: Staging) -> None:
    """Said anew here, without the module that the stages are checked with."""
    files = versions(change, staging)
    assert files[-1] == {file.path: file.head for file in change.files}
    for now in files:
        assert all(isinstance(parse(path, data), Document) for path, data in now.items() if data)
    for before, now in pairwise(files):
        assert before != now
    if names(staging) == ["whole"]:
        return
    base, head = admitted(files[0]), admitted(files[-1])
    for before, now in pairwise(files):
        for path, hosts in admitted(now).items():
            assert hosts <= base[path] | head[path]
        if any(Y in client for client in clients(now)):
            assert all(Y in admitted(before)[path] for path in head if Y in head[path])
        if any(X in admitted(before)[path] - admitted(now)[path] for path in now):
            assert not any(f"{X}:" in client for client in clients(before))
    if staging.stages[0].name is StageName.ADMIT:
        for file in staging.stages[0].files:
            assert file.base is not None
            assert file.head is not None
            rest = iter(file.head)
            assert all(byte in rest for byte in file.base), "only bytes that joined"


def admitted(files: dict[str, bytes | None]) -> dict[str, frozenset[str]]:
    """Whom each allow-list lets in."""
    documents = {path: parse(path, data) for path, data in files.items() if data}
    return {
        path: admitted_by([one], ()) for path, one in documents.items() if isinstance(one, Document)
    }


def clients(files: dict[str, bytes | None]) -> list[str]:
    """Every line that turns to a host: they alone write a port behind it."""
    return [
        line
        for data in files.values()
        for line in (data or b"").decode().splitlines()
        if f"{X}:" in line or f"{Y}:" in line
    ]


HOSTS = st.sampled_from([X, Z, "198.51.100.20", "203.0.113.9"])


@st.composite
def fleets(draw: st.DrawFn) -> dict[str, bytes]:
    """Allow-lists of every form with a few hosts each, and clients of X."""
    found: dict[str, bytes] = {}
    for number, form in enumerate(
        draw(st.lists(st.sampled_from(sorted(FORMS)), min_size=1, max_size=4))
    ):
        path, base, _ = FORMS[form]
        found[f"{number}/{path}"] = base.replace(X, draw(HOSTS)).encode()
    for number in range(draw(st.integers(0, 2))):
        extra = draw(st.sampled_from(["", f"allowed: [{X}, 203.0.113.9]\n", "t: 1\n"]))
        found[f"c{number}/app.yml"] = f"{extra}url: http://{draw(HOSTS)}:80/\n".encode()
    return found


@settings(max_examples=150)
@given(fleets())
def test_every_move_goes_through_lawful_stages(files: dict[str, bytes]) -> None:
    """Whatever the lists look like: let in, then turned to; turned from, then shut out."""
    made = resolve([Move(X, Y)], files)
    if isinstance(made, Unresolved):
        return
    change = build_change(made)
    staging = make_stages(change)
    assert staging.warnings == ()
    law_abiding(change, staging)
    lists = any(X in hosts for hosts in admitted(files_after(change, (), 0)).values())
    assert (len(staging.stages) > 1) == lists


@settings(max_examples=150)
@given(fleets(), fleets())
def test_any_change_at_all_ends_at_its_head(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    """Files that come, go and turn into something else: never an exception, never another end."""
    paths = sorted({*one, *other})
    change = build_change([FileChange(path, one.get(path), other.get(path)) for path in paths])
    staging = make_stages(change)
    files = versions(change, staging)
    assert files[-1] == {file.path: file.head for file in change.files}
    if len(staging.stages) > 1:
        assert are_lawful(change, files)


def test_the_fleet_s_config_server_moves_without_a_closed_door() -> None:
    """As the fleet's own readers see it: at every stage each port admits whom it must."""
    files = {path: text.encode() for path, text in fleet_files.TEXTS.items() if path[0] != "."}
    made = resolve([Move(X, Y)], files)
    assert not isinstance(made, Unresolved)
    change = build_change(made)
    staging = make_stages(change)
    assert names(staging) == ["admit", "switch", "remove"]
    law_abiding(change, staging)
    for stage in staging.stages[:1]:
        assert all(
            "firewall" in path or "group" in path or "nsg" in path or "hba" in path
            for path in stage.paths
        )
        assert len(stage.paths) == 9


@given(st.randoms(use_true_random=False), st.sampled_from(["config-1", "api-1", "edge-1", "home"]))
@settings(max_examples=25)
def test_in_no_order_of_clouds_a_door_in_use_is_closed(random: Random, who: str) -> None:
    """The fleet moves cloud by cloud: whoever somebody is told to turn to is let in by everybody."""
    old = {**fleet_files.SERVERS, **fleet_files.INVENTORY["externals"]}[who]["address"]
    new = "192.0.2.222"
    files = {path: text.encode() for path, text in fleet_files.TEXTS.items() if path[0] != "."}
    made = resolve([Move(old, new)], files)
    assert not isinstance(made, Unresolved)
    change = build_change(made)
    now, steps = dict(files), 0
    doors = {path for path, hosts in admitted(files_after(change, (), 0)).items() if old in hosts}
    for stage in make_stages(change).stages:
        clouds: dict[str, list[FileChange]] = {}
        for file in stage.files:
            clouds.setdefault("/".join(file.path.split("/")[:2]), []).append(file)
        for cloud in random.sample(sorted(clouds), len(clouds)):
            now.update({file.path: file.head or b"" for file in clouds[cloud]})
            rest = [data for path, data in now.items() if path not in doors]
            for host in (old, new):
                if any(holds(data.decode(), host) for data in rest):
                    inside = admitted({path: now[path] for path in doors})
                    assert all(host in hosts for hosts in inside.values()), (cloud, host)
            steps += 1
    assert steps > 3


# the laws themselves
def test_unlawful_stages_are_seen() -> None:
    """Each law, broken once."""
    base, head = f"iptables -s {X} -j ACCEPT\n", f"iptables -s {Y} -j ACCEPT\n"
    change = change_of(("a/firewall.sh", base, head), CLIENT)
    both, path, env = (base + head).encode(), "a/firewall.sh", "app/.env"
    first, last = (
        {path: text.encode(), env: url.encode()}
        for text, url in ((base, CLIENT[1]), (head, CLIENT[2]))
    )
    good = [first, {**first, path: both}, {**last, path: both}, last]
    assert are_lawful(change, good)
    assert not are_lawful(change, [first, last])
    assert not are_lawful(change, good[:-1])
    assert not are_lawful(change, [])
    assert not are_lawful(
        change, [first, {**first, path: both}, {**first, path: head.encode()}, last]
    )
    assert not are_lawful(change, [first, {**first, env: last[env]}, {**last, path: both}, last])
    stranger = both + b"iptables -s 203.0.113.1 -j ACCEPT\n"
    assert not are_lawful(change, [first, {**first, path: stranger}, {**last, path: both}, last])
    broken = change_of(("a/firewall.json", f'{{"a": ["{X}"]}}', f'{{"a": ["{Y}"]}}'))
    ends = [
        {file.path: data for file in broken.files}
        for data in (broken.files[0].base, b"{", broken.files[0].head)
    ]
    assert not are_lawful(broken, ends)
