"""Wrong changes for the sample fleet, each refused without any model; the right ones approved.

Every wrong head is the right one with one thing done otherwise, the way a careless or a hostile
author would. Each names the rule that must be among those that refuse it, so that a rule that goes
blind shows here even where another rule still refuses the change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.core.expectation import Unproven
from bot.core.gate import Agreement, Merge, Mode, Refuse
from bot.core.review import Review
from tests.ruling import case, judged, right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FLEET = Path(__file__).parent.parent / "examples" / "fleet"

REQUESTS = {
    "move": "설정 서버를 192.0.2.7에서 192.0.2.77로 옮겨줘",
    "move-worker": "move worker-1 from 198.51.100.20 to 198.51.100.21",
    "timeout": "Set the http timeout of worker-1 to 45s",
    "two": "Set the http timeout of worker-1 to 45s and pool_size of worker-1 to 12",
    "image": "bump the api image on api-1 to 1.9.0",
    "nginx": "add 203.0.113.61 to allow of webhooks partner on edge-1",
    "flag": "api-1에서 swagger 켜줘",
    "origin": "api의 cors allowed-origins에서 https://admin.example.com 빼줘",
    "source": "mail-1 nsg의 http source에 203.0.113.210/32 추가해줘",
    "hosts": "api-1 ALLOWED_HOSTS에 admin.example.com 추가해줘",
    "smtp": "mail-1 smtp timeout을 60으로",
    "lease": "worker-1의 lease_ms를 60000으로",
}

WORKER = "clouds/gcp/worker-1/worker.toml"
WORKER_FIREWALL = "clouds/gcp/worker-1/firewall.yaml"
OTHER_WORKER = "clouds/azure/worker-2/worker.toml"
COMPOSE = "clouds/gcp/api-1/compose.yml"
OTHER_COMPOSE = "clouds/aws/api-2/compose.yml"
ENV = "clouds/gcp/api-1/.env"
EDGE = "clouds/hetzner/edge-1/nginx/conf.d/api.conf"
OPS = "clouds/hetzner/edge-1/nginx/conf.d/ops.conf"
API = "services/api/application-prod.yml"
NSG = "clouds/azure/mail-1/nsg.toml"
MAIL = "clouds/azure/mail-1/mail.ini"
INVENTORY = "inventory.yml"
GROUP = "clouds/aws/api-2/security-group.json"
HBA = "clouds/oracle/db-1/pg_hba.conf"

Head = dict[str, bytes]


@dataclass(frozen=True)
class Attack:
    """One wrong change: what is done to the right head, and a rule that must refuse it."""

    name: str
    request: str
    rule: str
    edits: tuple[Callable[[Head], None], ...]
    modes: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def sub(path: str, old: str, new: str) -> Callable[[Head], None]:
    """The first ``old`` in ``path`` becomes ``new``."""

    def edit(head: Head) -> None:
        assert old.encode() in head[path], f"{path} has no {old!r}"
        head[path] = head[path].replace(old.encode(), new.encode(), 1)

    return edit


def back(path: str) -> Callable[[Head], None]:
    """``path`` is left as it was."""

    def edit(head: Head) -> None:
        assert head[path] != fleet()[path]
        head[path] = fleet()[path]

    return edit


def put(path: str, data: bytes | None) -> Callable[[Head], None]:
    """``path`` is ``data``, or gone."""

    def edit(head: Head) -> None:
        if data is None:
            del head[path]
        else:
            head[path] = data

    return edit


def remake(path: str, make: Callable[[bytes], bytes]) -> Callable[[Head], None]:
    """``path`` is what ``make`` makes of it."""

    def edit(head: Head) -> None:
        head[path] = make(head[path])

    return edit


@cache
def fleet() -> dict[str, bytes]:
    """The sample fleet, as it stands in the repository."""
    return {
        file.relative_to(FLEET).as_posix(): file.read_bytes()
        for file in sorted(FLEET.rglob("*"))
        if file.is_file()
    }


@cache
def right_head(request: str) -> Mapping[str, bytes]:
    """The fleet as the request makes it."""
    return right(fleet(), REQUESTS[request])


PORTS = '      - "8080:8080"\n      - "8081:8081"\n'

ATTACKS = (
    # a value that is not the one asked for
    Attack("wrong digit", "move", "explained-value", (sub(ENV, "192.0.2.77", "192.0.2.71"),)),
    Attack("wrong port", "move", "explained-value", (sub(ENV, "77:8888", "77:8889"),)),
    Attack("wrong scheme", "move", "explained-value", (sub(ENV, "http://", "https://"),)),
    Attack("digits transposed", "timeout", "explained-value", (sub(WORKER, "45s", "54s"),)),
    Attack("unit dropped", "timeout", "unit-kept", (sub(WORKER, '"45s"', '"45"'),)),
    Attack("unit changed", "timeout", "unit-kept", (sub(WORKER, '"45s"', '"45m"'),)),
    Attack("text becomes number", "timeout", "type-kept", (sub(WORKER, '"45s"', "45"),)),
    Attack("number becomes text", "lease", "type-kept", (sub(WORKER, "60000", '"60000"'),)),
    Attack("switch becomes text", "flag", "explained-value", (sub(ENV, "=true", "=enabled"),)),
    Attack("moving tag", "image", "version-form", (sub(COMPOSE, "api:1.9.0", "api:latest"),)),
    Attack("another image", "image", "version-form", (sub(COMPOSE, "com/api:", "com/apl:"),)),
    Attack("another registry", "image", "version-form", (sub(COMPOSE, "registry.ex", "reg.ex"),)),
    Attack("prefixed tag", "image", "version-form", (sub(COMPOSE, "api:1.9.0", "api:v1.9.0"),)),
    Attack("no address", "move", "address-valid", (sub(ENV, "192.0.2.77", "192.0.2.777"),)),
    Attack("no port", "move", "port-valid", (sub(ENV, "77:8888", "77:88888"),)),
    # a place that is not the one asked for
    Attack(
        "sibling file",
        "timeout",
        "explained-place",
        (back(WORKER), sub(OTHER_WORKER, '"30s"', '"45s"')),
    ),
    Attack("sibling file too", "image", "expected-change", (sub(OTHER_COMPOSE, "1.8.3", "1.9.0"),)),
    Attack(
        "sibling key",
        "timeout",
        "explained-place",
        (back(WORKER), sub(WORKER, 'ttl = "10m"', 'ttl = "45s"')),
    ),
    Attack(
        "sibling key too", "lease", "explained-place", (sub(WORKER, "batch = 50", "batch = 60000"),)
    ),
    Attack("missed place", "move", "complete-move", (back(HBA),)),
    Attack("missed inventory", "move", "complete-move", (back(INVENTORY),)),
    Attack("missed firewall entry", "move-worker", "expected-change", (back(NSG),)),
    Attack(
        "swapped pair",
        "two",
        "explained-value",
        (sub(WORKER, "pool_size = 12", "pool_size = 45"), sub(WORKER, '"45s"', '"12s"')),
    ),
    Attack(
        "address of another server",
        "move",
        "explained-place",
        (sub(INVENTORY, "address: 192.0.2.17", "address: 192.0.2.77"),),
    ),
    Attack(
        "unasked extra", "move", "explained-place", (sub(API, "per-minute: 120", "per-minute: 12"),)
    ),
    Attack("unasked extra in another file", "flag", "explained-place", (sub(MAIL, "= 5", "= 50"),)),
    Attack("unasked key", "flag", "explained-place", (sub(ENV, "REGION", "EXTRA=1\nREGION"),)),
    Attack("unasked removal", "flag", "explained-place", (sub(ENV, "SESSION_TTL=30m\n", ""),)),
    Attack("item removed too", "hosts", "expected-change", (sub(ENV, "moa.example.com,", ""),)),
    Attack("wrong item removed", "origin", "expected-change", (sub(API, "//moa.", "//admin."),)),
    Attack("wrong list", "source", "expected-change", (sub(NSG, "port = 8082", "port = 8081"),)),
    # less safe
    Attack("open to the world", "move", "exposure", (sub(GROUP, "192.0.2.77/32", "0.0.0.0/0"),)),
    Attack(
        "open to all of IPv6", "source", "exposure", (sub(NSG, '"203.0.113.210/32"', '"::/0"'),)
    ),
    Attack("wider prefix", "move", "exposure", (sub(GROUP, "192.0.2.77/32", "192.0.2.77/24"),)),
    Attack("wider prefix of a new item", "source", "exposure", (sub(NSG, ".210/32", ".210/28"),)),
    Attack("denial lost", "nginx", "exposure", (sub(EDGE, "        deny all;\n", ""),)),
    Attack("denial becomes leave", "nginx", "exposure", (sub(EDGE, "deny all", "allow all"),)),
    Attack("default allow", "source", "exposure", (sub(NSG, '"deny"', '"allow"'),)),
    Attack("guard off", "smtp", "exposure", (sub(MAIL, "starttls = yes", "starttls = no"),)),
    Attack(
        "secret", "flag", "plaintext-secret", (sub(ENV, "REGION", "DB_PASSWORD=hunter2x\nREGION"),)
    ),
    Attack(
        "secret for a reference",
        "image",
        "plaintext-secret",
        (sub(COMPOSE, "${DB_PASSWORD}", "hunter2x"),),
    ),
    # not well formed
    Attack("comment dropped", "move", "comments", (sub(NSG, " # config-1", ""),)),
    Attack("comment changed", "move", "comments", (sub(NSG, "# config-1", "# config-9"),)),
    Attack("comment added", "timeout", "comments", (sub(WORKER, '"45s"', '"45s" # approve'),)),
    Attack(
        "duplicate key",
        "smtp",
        "duplicate-key",
        (sub(MAIL, "timeout = 60", "timeout = 60\ntimeout = 60"),),
    ),
    Attack(
        "duplicate YAML key",
        "image",
        "duplicate-key",
        (sub(COMPOSE, "    mem_limit: 512m\n", "    mem_limit: 512m\n    mem_limit: 512m\n"),),
    ),
    Attack(
        "broken YAML",
        "image",
        "parses",
        (sub(COMPOSE, '      - "8080:8080"', '      - "8080:8080'),),
    ),
    Attack("broken JSON", "move", "parses", (sub(GROUP, '"},', '"}'),)),
    Attack("broken TOML", "timeout", "parses", (sub(WORKER, "[queue]", "[queue"),)),
    Attack(
        "indentation lost",
        "image",
        "expected-change",
        (sub(COMPOSE, "    pid: host", "  pid: host"),),
    ),
    Attack(
        "indentation changed",
        "image",
        "untouched-bytes",
        (sub(COMPOSE, PORTS, PORTS.replace("- ", " - ")),),
    ),
    Attack(
        "quotes changed", "image", "untouched-bytes", (sub(COMPOSE, '"8080:8080"', "'8080:8080'"),)
    ),
    Attack("space added", "flag", "untouched-bytes", (sub(ENV, "REGION=", "\nREGION="),)),
    Attack(
        "CRLF", "timeout", "encoding", (remake(WORKER, lambda data: data.replace(b"\n", b"\r\n")),)
    ),
    Attack(
        "one CRLF",
        "image",
        "encoding",
        (sub(COMPOSE, "restart: unless-stopped\n", "restart: unless-stopped\r\n"),),
    ),
    Attack("BOM", "timeout", "encoding", (remake(WORKER, lambda data: b"\xef\xbb\xbf" + data),)),
    Attack("last newline", "flag", "encoding", (remake(ENV, lambda data: data.rstrip(b"\n")),)),
    Attack(
        "not UTF-8",
        "smtp",
        "encoding",
        (remake(MAIL, lambda data: data.replace("발".encode(), b"\xb9\xdf")),),
    ),
    # not what it looks like
    Attack(
        "homoglyph",
        "move",
        "hidden-characters",
        (sub(COMPOSE, "config.internal", "c\u043enfig.internal"),),
    ),
    Attack(
        "full-width digits",
        "lease",
        "hidden-characters",
        (sub(WORKER, "60000", '"\uff16\uff10000"'),),
    ),
    Attack(
        "full-width digit in an address",
        "move",
        "hidden-characters",
        (sub(ENV, "2.77", "2.7\uff17"),),
    ),
    Attack(
        "Arabic digits",
        "smtp",
        "hidden-characters",
        (sub(MAIL, "timeout = 60", "timeout = \u0666\u0660"),),
    ),
    Attack("zero width space", "hosts", "hidden-characters", (sub(ENV, ",admin", ",\u200badmin"),)),
    Attack(
        "zero width in a key", "flag", "hidden-characters", (sub(ENV, "ENABLE_", "ENABLE\u200b_"),)
    ),
    Attack("right to left", "timeout", "hidden-characters", (sub(WORKER, '"45s"', '"\u202e45s"'),)),
    # another order, where order means something
    Attack(
        "order of nginx rules",
        "nginx",
        "expected-change",
        (
            sub(
                EDGE,
                "        allow 203.0.113.61;\n        deny all;\n",
                "        deny all;\n        allow 203.0.113.61;\n",
            ),
        ),
    ),
    # files
    Attack("file added", "flag", "file-lifecycle", (put("clouds/gcp/api-1/.env.local", b"A=1\n"),)),
    Attack("file deleted", "flag", "file-lifecycle", (put(MAIL, None),)),
    Attack(
        "pipeline", "flag", "protected-path", (sub("Jenkinsfile", "pipeline {", "pipeline  {"),)
    ),
    Attack("policy", "flag", "protected-path", (put(".cfgbot.yml", b"allowed: ['**']\n"),)),
    Attack("way out", "flag", "allowed-path", (put("clouds/../../.env", b"A=1\n"),)),
    Attack("inside .git", "flag", "allowed-path", (put(".git/config", b"[core]\nfsmonitor=x\n"),)),
    Attack("executable", "flag", "file-lifecycle", (), {ENV: ("100644", "100755")}),
    Attack("symlink", "flag", "file-lifecycle", (), {ENV: ("100644", "120000")}),
)


@pytest.mark.parametrize("request_id", REQUESTS)
def test_the_right_change_is_approved(request_id: str) -> None:
    """What rules derive passes every rule, and the gate merges it with no model."""
    made = case(fleet(), dict(right_head(request_id)), REQUESTS[request_id])
    assert judged(made) == Merge()
    assert made.change.leaf_changes


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.request}: {attack.name}")
def test_a_wrong_change_is_refused(attack: Attack) -> None:
    """One thing done otherwise keeps all of the change out, by the rule it breaks."""
    head = dict(right_head(attack.request))
    for edit in attack.edits:
        edit(head)
    made = case(fleet(), head, REQUESTS[attack.request], modes=attack.modes)
    decision = judged(made)
    assert isinstance(decision, Refuse)
    assert attack.rule in {finding.rule for finding in decision.findings}


UNPROVEN = Unproven("clause-unknown", (("clause", "x"),))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.request}: {attack.name}")
def test_a_yes_man_carries_no_wrong_change(attack: Attack) -> None:
    """Where rules derive nothing and the reviewer likes everything, the request's words decide."""
    head = dict(right_head(attack.request))
    for edit in attack.edits:
        edit(head)
    request = REQUESTS[attack.request]
    made = case(fleet(), head, request, modes=attack.modes, expectation=UNPROVEN)
    yes_man = Agreement(None, Review(approved=True))
    assert isinstance(judged(made, yes_man, Mode.REVIEW), Refuse)


def test_each_attack_has_a_name_of_its_own() -> None:
    """Two attacks of one name would hide that one of them is gone."""
    names = [(attack.request, attack.name) for attack in ATTACKS]
    assert len(names) == len(set(names))
    assert {attack.request for attack in ATTACKS} <= set(REQUESTS)


@pytest.mark.parametrize("request_id", REQUESTS)
def test_nothing_done_is_refused(request_id: str) -> None:
    """A request is not fulfilled by an empty difference."""
    decision = judged(case(fleet(), fleet(), REQUESTS[request_id]))
    assert isinstance(decision, Refuse)
    assert "no-change" in {finding.rule for finding in decision.findings}
