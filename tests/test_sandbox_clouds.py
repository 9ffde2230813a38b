"""The sandbox's clouds as they run: traffic, deployments, a move that cuts nothing, illness, death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox.clouds.board import board
from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.deployment import DeployError
from bot.sandbox.clouds.prometheus import PrometheusProcess, installed
from bot.sandbox.clouds.tree import BadTreeError
from bot.sandbox.loopback import Loopback
from tests.cloud_trees import (
    CLOUDS,
    NEW,
    OLD,
    Tree,
    admitted,
    fleet_tree,
    moved,
    replaced,
    switched,
)

FLEET = fleet_tree()
WORKER = "clouds/azure/worker-2/worker.toml"
ILL = 'timeout = "45s"'


def until(holds: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what is bound to come; fails the test where it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """No such process, and no zombie of it."""
    return not Path(f"/proc/{pid}").exists()


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[Clouds]:
    """The fleet, healthy at commit c0."""
    with Clouds(tmp_path / "clouds") as running:
        running.start(FLEET, "c0")
        assert running.wait_healthy()
        yield running
        pids = running.pids()
    assert all(gone(pid) for pid in pids)


def commits(clouds: Clouds) -> dict[str, str]:
    """What each server in service runs."""
    return {one.name: one.commit for one in clouds.statuses() if one.in_service}


def traffic(clouds: Clouds) -> None:
    """Return when every server in service called all its peers a few times more."""

    def calls() -> int:
        found = [one.says["calls"].values() for one in clouds.statuses() if one.says]
        return sum(
            peer[how] for peers in found for peer in peers for how in ("answered", "refused")
        )

    begun = calls()
    until(lambda: calls() > begun + 120)


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


def test_errors_make_the_server_and_whoever_calls_it_unhealthy(clouds: Clouds) -> None:
    """A config server that answers 500 is seen by its clients, and by a probe of their clouds."""
    clouds.break_server("config-1", "errors")
    with Loopback(board(clouds)) as served, httpx.Client(base_url=served.url) as ask:
        until(lambda: ask.get("/health/gcp").status_code == 503)
        until(lambda: "127.0.2.7:8888: answered 500" in ask.get("/health/gcp/api-1").text)
        assert "ill: errors" in ask.get("/health/oracle/config-1").text
        with pytest.raises(DeployError, match="config-1 is not ready: ill: errors"):
            patient(clouds, 0.3).deploy("oracle", FLEET, "c1")
        clouds.mend("config-1")
        assert clouds.wait_healthy()
        assert ask.get("/health").text == "healthy\n"
        assert ask.get("/health/mars").status_code == 404
        shown = ask.get("/status").json()
        assert [one["healthy"] for one in shown["servers"]] == [True] * 11


def patient(clouds: Clouds, seconds: float) -> Clouds:
    """The same clouds, waiting only so long for a server."""
    clouds._patience = seconds
    return clouds


def test_a_slow_server_is_no_answer(clouds: Clouds) -> None:
    """Whoever calls it gives up, and says so."""
    clouds.break_server("auth-1", "slow")
    callers = {"api-1", "api-2", "edge-1"}

    def given_up() -> bool:
        return all(
            any("no answer within 1 s" in why for why in one.why)
            for one in clouds.statuses()
            if one.name in callers
        )

    until(given_up)
    clouds.mend("auth-1")
    assert clouds.wait_healthy()


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


def test_what_cannot_be_done_is_said(clouds: Clouds) -> None:
    """Unknown clouds, servers and ways, and addresses that are taken or not this machine's."""
    with pytest.raises(BadTreeError, match="no server in mars"):
        clouds.deploy("mars", FLEET, "c1")
    with pytest.raises(ValueError, match="is taken"):
        clouds.second_instance("config-1", "127.0.2.17")
    with pytest.raises(ValueError, match="no loopback address"):
        clouds.second_instance("config-1", "192.0.2.77")
    with pytest.raises(ValueError, match="is none of crash, errors, slow"):
        clouds.break_server("config-1", "sad")
    with pytest.raises(KeyError):
        clouds.switch_off("config-9")


def test_servers_answer_probes_and_scrapes_from_this_machine_alone(clouds: Clouds) -> None:
    """The console has health, status and metrics in Prometheus' format, and hears no other address."""
    name, _, address, console = clouds.consoles()[0]
    assert (name, address) == ("config-1", OLD)
    assert httpx.get(f"http://{console}/health").text == "healthy\n"
    text = httpx.get(f"http://{console}/metrics").text
    assert 'fleet_config_info{commit="c0"} 1' in text
    assert 'fleet_calls_total{peer="127.0.2.17",port="5432",outcome="answered"}' in text
    assert "fleet_healthy 1" in text
    assert httpx.post(f"http://{console}/halt").status_code == 404
    stranger = httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.9.9"))
    with stranger, pytest.raises(httpx.HTTPError):
        stranger.get(f"http://{console}/metrics")


def test_a_server_is_small(clouds: Clouds) -> None:
    """Less than 30 MB of memory each."""
    for pid in clouds.pids():
        status = Path(f"/proc/{pid}/status").read_text()
        kilobytes = int(status.partition("VmRSS:")[2].split()[0])
        assert kilobytes < 30_000


def test_two_sandboxes_run_at_once(clouds: Clouds, tmp_path: Path) -> None:
    """The same addresses, other ports: neither hears the other."""
    with Clouds(tmp_path / "other") as other:
        other.start(FLEET, "c9")
        assert other.wait_healthy()
        assert set(commits(other).values()) == {"c9"}
        assert set(commits(clouds).values()) == {"c0"}
        assert other.refused_total() == clouds.refused_total() == 0


SCRIPT = """
import sys, time
from pathlib import Path
from bot.sandbox.clouds.clouds import Clouds
from tests.cloud_trees import fleet_tree
clouds = Clouds(Path(sys.argv[1]))
clouds.start(fleet_tree(), "c0")
print(*clouds.pids(), flush=True)
time.sleep(600)
"""


def test_everything_dies_with_its_parent(tmp_path: Path) -> None:
    """Killed with SIGKILL, the controller leaves no process behind."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], env=environ, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 11
        parent.send_signal(signal.SIGKILL)
    until(lambda: not any(_runs(pid) for pid in pids))


def _runs(pid: int) -> bool:
    """Not ended; whoever adopts orphans here may leave a zombie for a moment."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.skipif(installed() is None, reason="prometheus is not installed")
def test_prometheus_sees_every_server(clouds: Clouds, tmp_path: Path) -> None:
    """Scraped under its name and cloud; one that is switched off is no longer there."""
    with PrometheusProcess(clouds, tmp_path / "prometheus") as prometheus:

        def value(query: str) -> str | None:
            answer = httpx.get(f"{prometheus.url}/api/v1/query", params={"query": query}).json()
            found = answer["data"]["result"]
            return found[0]["value"][1] if found else None

        until(lambda: value("sum(fleet_healthy)") == "11", seconds=20)
        assert value('fleet_up{server="config-1",cloud="oracle"}') == "1"
        assert value("sum(fleet_refused_total)") is None
