"""The sandbox's clouds from outside: probes, scrapes, servers that are ill, and how all of it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox.clouds.board import board
from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.deployment import DeployError
from bot.sandbox.clouds.prometheus import PrometheusProcess, installed
from bot.sandbox.clouds.tree import BadTreeError
from bot.sandbox.loopback import Loopback
from tests.cloud_trees import OLD, commits, fleet_tree, running, until

FLEET = fleet_tree()


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    """One fleet for all tests here, each of which leaves it healthy at commit c0."""
    with running(tmp_path_factory.mktemp("clouds"), FLEET) as found:
        yield found


def test_errors_make_the_server_and_whoever_calls_it_unhealthy(clouds: Clouds) -> None:
    """A config server that answers 500 is seen by its clients, and by a probe of their clouds."""
    clouds.break_server("config-1", "errors")
    with Loopback(board(clouds)) as served, httpx.Client(base_url=served.url) as ask:
        until(lambda: ask.get("/health/gcp").status_code == 503)
        until(lambda: "127.0.2.7:8888: answered 500" in ask.get("/health/gcp/api-1").text)
        assert "ill: errors" in ask.get("/health/oracle/config-1").text
        clouds.patience = 0.3
        with pytest.raises(DeployError, match="config-1 is not ready: ill: errors"):
            clouds.deploy("oracle", FLEET, "c1")
        clouds.patience = 15.0
        clouds.mend("config-1")
        assert clouds.wait_healthy()
        assert ask.get("/health").text == "healthy\n"
        assert ask.get("/health/mars").status_code == 404
        shown = ask.get("/status").json()
        assert [one["healthy"] for one in shown["servers"]] == [True] * 11
    clouds.deploy("oracle", FLEET, "c0")


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
        assert value('min(up{job="node", cloud="azure"})') == "1"
        assert value("sum(fleet_refused_total)") is None


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
