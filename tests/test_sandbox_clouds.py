"""The sandbox's clouds as they run: traffic, deployments, and a move that cuts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.deployment import DeployError
from tests.cloud_trees import (
    CLOUDS,
    NEW,
    OLD,
    Tree,
    admitted,
    commits,
    fleet_tree,
    moved,
    replaced,
    running,
    switched,
    until,
)

FLEET = fleet_tree()
WORKER = "clouds/azure/worker-2/worker.toml"
ILL = 'timeout = "45s"'


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[Clouds]:
    """The fleet, healthy at commit c0."""
    with running(tmp_path / "clouds", FLEET) as found:
        yield found


def traffic(clouds: Clouds) -> None:
    """Return when every server in service called all its peers a few times more."""

    def calls() -> int:
        found = [one.says["calls"].values() for one in clouds.statuses() if one.says]
        return sum(
            peer[how] for peers in found for peer in peers for how in ("answered", "refused")
        )

    begun = calls()
    until(lambda: calls() > begun + 60)


def deploy_all(clouds: Clouds, tree: Tree, commit: str) -> None:
    """Cloud by cloud, with traffic in between."""
    for cloud in CLOUDS:
        clouds.deploy(cloud, tree, commit)
        traffic(clouds)


def test_a_move_in_three_stages_refuses_no_call(clouds: Clouds) -> None:
    """Admit the new address, switch, remove the old one: traffic all the time, nothing refused."""
    clouds.second_instance("config-1", NEW)
    deploy_all(clouds, admitted(FLEET), "admit")
    assert {one.address: one.in_service for one in clouds.statuses() if one.name == "config-1"} == {
        OLD: True,
        NEW: False,
    }
    deploy_all(clouds, switched(FLEET), "switch")
    old, new = (one for one in clouds.statuses() if one.name == "config-1")
    assert (old.on, new.in_service, new.commit) == (False, True, "switch")
    deploy_all(clouds, moved(FLEET), "final")
    assert clouds.wait_healthy()
    assert set(commits(clouds).values()) == {"final"}
    assert clouds.refused_total() == 0
    asked = [one.name for one in clouds.statuses() if f"{NEW}:8888" in one.calls]
    assert len(asked) == 8


def test_the_same_move_at_once_refuses_calls_and_they_are_counted(clouds: Clouds) -> None:
    """The final tree, canary first: clouds not deployed yet refuse the new config server."""
    clouds.second_instance("config-1", NEW)
    deploy_all(clouds, moved(FLEET), "final")
    found = {(one.server, one.source, one.port) for one in clouds.refusals()}
    assert {("api-1", NEW, 8081), ("worker-2", NEW, 8081), ("db-1", OLD, 5432)} <= found
    assert clouds.refused_total() > 10
    assert clouds.wait_healthy()  # in the end it is the same fleet
    before = clouds.refused_total()
    traffic(clouds)
    assert clouds.refused_total() == before


def test_a_move_taken_back_in_reverse_refuses_no_call(clouds: Clouds) -> None:
    """The old machine, switched off when nobody called it, is there again; the new one goes."""
    for tree, commit in ((admitted(FLEET), "admit"), (switched(FLEET), "switch")):
        for cloud in CLOUDS:
            clouds.deploy(cloud, tree, commit)
    for tree, commit in ((admitted(FLEET), "back"), (FLEET, "end")):
        for cloud in CLOUDS:
            clouds.deploy(cloud, tree, commit)
        traffic(clouds)
    assert clouds.wait_healthy()
    machines = {one.address: (one.on, one.in_service) for one in clouds.statuses()}
    assert (machines[OLD], machines[NEW]) == ((True, True), (False, False))
    assert clouds.refused_total() == 0


def test_an_ipv6_address_that_stays_goes_to_the_new_machine(clouds: Clouds) -> None:
    """auth-1 gets another IPv4 address; edge-1 calls it by IPv6 and does not notice."""
    tree = {path: data.replace(b"127.0.113.210", b"127.0.113.211") for path, data in FLEET.items()}
    for cloud in CLOUDS:
        clouds.deploy(cloud, tree, "moved")
    assert clouds.wait_healthy()
    old, new = (one for one in clouds.statuses() if one.name == "auth-1")
    assert (old.on, new.in_service, new.healthy) == (False, True, True)

    def seen_by_edge() -> bool:
        edge = next(one for one in clouds.statuses() if one.name == "edge-1")
        return bool(edge.says["calls"]["127.6.5.210:9000"]["last"] == "answered")

    until(seen_by_edge)


def test_two_deployments_at_once_come_one_after_the_other(clouds: Clouds) -> None:
    """Whichever is last is what runs, whole, on every server of the cloud."""
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(clouds.deploy, "azure", FLEET, f"c{n}") for n in range(1, 9)]
    assert [one.exception() for one in done] == [None] * 8
    assert {commits(clouds)[name] for name in ("worker-2", "mail-1")} <= {f"c{n}" for n in range(9)}
    assert clouds.wait_healthy()


def test_a_server_that_crashes_fails_its_deployment_and_heals_when_taken_back(
    clouds: Clouds,
) -> None:
    """It ends on loading what makes it ill; the next server is not touched; the old tree starts it."""
    clouds.break_server("worker-2", "crash", where=ILL)
    assert clouds.wait_healthy(), "it is well as long as the text is not deployed"
    bad = replaced(FLEET, WORKER, 'timeout = "30s"', ILL)
    with pytest.raises(DeployError, match="worker-2 ended: broken on purpose: crash"):
        clouds.deploy("azure", bad, "bad")
    assert commits(clouds)["mail-1"] == "c0"
    ill = next(one for one in clouds.statuses() if one.name == "worker-2")
    assert (ill.on, ill.healthy, ill.why) == (False, False, ("it is off",))
    clouds.deploy("azure", FLEET, "back")
    assert clouds.wait_healthy()
    assert commits(clouds)["worker-2"] == "back"


def test_a_release_that_cannot_be_read_leaves_the_old_one_running(clouds: Clouds) -> None:
    """Half a firewall is never applied; the build's log names the file."""
    bad = replaced(FLEET, "clouds/gcp/api-1/firewall.yaml", "rules:", "rules: [")
    with pytest.raises(DeployError, match=r"firewall\.yaml"):
        clouds.deploy("gcp", bad, "bad")
    api = next(one for one in clouds.statuses() if one.name == "api-1")
    assert (api.commit, api.says["ready"]) == ("c0", False)
    clouds.deploy("gcp", FLEET, "c1")
    assert clouds.wait_healthy()
    assert commits(clouds)["api-1"] == "c1"


def test_who_locks_out_jenkins_can_deploy_once_but_not_again(clouds: Clouds) -> None:
    """Deployments come over ssh from the address of Jenkins, through the firewall in force."""
    path = "clouds/hetzner/edge-1/firewall.nft"
    locked = replaced(FLEET, path, "127.0.113.99/32", "127.0.113.98/32")
    clouds.deploy("hetzner", locked, "locked")
    with pytest.raises(DeployError, match=r"edge-1: ssh from 127\.0\.113\.99 is refused"):
        clouds.deploy("hetzner", FLEET, "c1")
    assert clouds.refused_total() == 1


def test_a_wrong_port_is_a_call_that_fails_and_a_missing_rule_one_that_is_refused(
    clouds: Clouds,
) -> None:
    """The two ways a change can cut traffic are told apart, by the server that suffers."""
    tree = replaced(FLEET, "services/api/application.yml", ":8082", ":8083")
    tree = replaced(
        tree, "clouds/aws/cache-1/security-group.json", "127.0.113.10/32", "127.0.9.9/32"
    )
    clouds.deploy("aws", tree, "bad")

    def told() -> dict[str, str]:
        api = next(one for one in clouds.statuses() if one.name == "api-2")
        return dict(why.split(": ", 1) for why in api.why)

    until(lambda: len(told()) == 2)
    assert told() == {
        "127.51.100.140:8083": "Connection refused",
        "127.0.113.20:6379": "refused by its firewall",
    }
    assert {(one.server, one.caller) for one in clouds.refusals()} == {("cache-1", "api-2")}


def test_refusals_outlive_a_server_that_is_switched_off(clouds: Clouds) -> None:
    """The count is on its disk; what is switched on again goes on from there."""
    path = "clouds/oracle/db-1/firewall.sh"
    clouds.deploy("oracle", replaced(FLEET, path, "127.0.113.210/32", "127.0.9.9/32"), "bad")
    until(clouds.refused_total)
    clouds.switch_off("db-1")
    counted = clouds.refused_total()
    assert counted
    clouds.switch_on("db-1")
    until(lambda: clouds.refused_total() > counted)


def test_a_machine_nobody_built_is_built_by_the_first_deployment_that_names_it(
    clouds: Clouds,
) -> None:
    """Also in another cloud: clients may be told before the server itself is deployed to."""
    lines: list[str] = []
    clouds.deploy("hetzner", switched(FLEET), "switch", say=lines.append)
    assert f"config-1: building a machine at {NEW}" in lines
    new = next(one for one in clouds.statuses() if one.address == NEW)
    assert (new.on, new.in_service, new.says["standby"], new.calls) == (
        True,
        False,
        True,
        frozenset(),
    )
    assert clouds.wait_healthy()
