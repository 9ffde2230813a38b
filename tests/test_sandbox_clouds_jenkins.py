"""The job of the Jenkins stand-in that deploys to the sandbox's clouds, and what goes wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.fleet_deploy import PARAMETERS, deploy_script
from bot.sandbox.jenkins import Build, Jenkins
from bot.sandbox.loopback import Loopback
from tests.cloud_trees import commits, fleet_tree, replaced, running, until
from tests.commands import cfg
from tests.git_repo import git, make_repo

JOB = "fleet-deploy"
FLEET = fleet_tree()
AZURE = ("worker-2", "mail-1")


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the fleet as its one commit on main."""
    return make_repo(tmp_path_factory.mktemp("git") / "fleet", FLEET)


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    """One fleet for all tests here."""
    with running(tmp_path_factory.mktemp("clouds"), FLEET) as found:
        yield found


@pytest.fixture
def jenkins(repo: Path, clouds: Clouds) -> Iterator[Jenkins]:
    """A stand-in whose one job deploys to them; all builds are over afterwards."""
    jenkins = Jenkins(seconds=0, executors=2)
    jenkins.add_job(JOB, PARAMETERS, script=deploy_script(repo / ".git", clouds))
    yield jenkins
    jenkins.close()


def asked(cloud: str, commit: str, run: str = "r1") -> Mapping[str, str]:
    """Parameters of a build."""
    return {"CLOUD": cloud, "COMMIT": commit, "CFG_RUN": run}


def ended(jenkins: Jenkins, number: int = 1) -> Build:
    """That build, once it ended."""
    until(
        lambda: len(jenkins.builds(JOB)) >= number and not jenkins.builds(JOB)[number - 1].building
    )
    return jenkins.builds(JOB)[number - 1]


def test_a_build_deploys_that_commit_to_that_cloud(
    jenkins: Jenkins, clouds: Clouds, repo: Path
) -> None:
    """Every server of the cloud runs it, the others do not; the log says who got what."""
    sha, before = git(repo, "rev-parse", "main"), commits(clouds)
    jenkins.trigger(JOB, asked("azure", sha, "c-1-azure"))
    build = ended(jenkins)
    assert build.result == "SUCCESS", build.log
    lines = build.log.splitlines()
    assert f"Checking out Revision {sha}" in lines
    assert "deploying azure for c-1-azure" in lines
    assert "worker-2 127.51.100.130: 7 files, told to load them" in lines
    assert f"every server of azure runs {sha[:12]}" in lines
    assert commits(clouds) == {**before, **dict.fromkeys(AZURE, sha)}


def test_a_branch_is_as_good_as_a_commit(jenkins: Jenkins, clouds: Clouds, repo: Path) -> None:
    """COMMIT may name a branch; nothing at all means main, as the fleet's Jenkinsfile has it."""
    for number, name in enumerate(("main", ""), 1):
        jenkins.trigger(JOB, asked("gcp", name, str(number)))
        assert ended(jenkins, number).result == "SUCCESS"
    assert commits(clouds)["api-1"] == git(repo, "rev-parse", "main")


@pytest.mark.parametrize(
    ("cloud", "commit", "said"),
    [
        ("azure", "0" * 40, f"ERROR: '{'0' * 40}' is no commit of the repository"),
        ("azure", "--output=x", "ERROR: '--output=x' is no commit of the repository"),
        ("mars", "main", "ERROR: the inventory has no server in mars"),
    ],
)
def test_what_cannot_be_deployed_fails_and_says_so(
    jenkins: Jenkins, clouds: Clouds, cloud: str, commit: str, said: str
) -> None:
    """Nothing is touched."""
    before = commits(clouds)
    jenkins.trigger(JOB, asked(cloud, commit))
    build = ended(jenkins)
    assert (build.result, said in build.log) == ("FAILURE", True)
    assert commits(clouds) == before


def test_a_server_that_does_not_come_up_fails_the_build(
    jenkins: Jenkins, clouds: Clouds, repo: Path
) -> None:
    """The log says why, and the good commit heals it."""
    path, old, new = "clouds/azure/worker-2/worker.toml", 'timeout = "30s"', 'timeout = "45s"'
    (repo / path).write_bytes(replaced(FLEET, path, old, new)[path])
    git(repo, "checkout", "-q", "-b", "slower")
    git(repo, "commit", "-qam", "slower")
    git(repo, "checkout", "-q", "main")
    clouds.break_server("worker-2", "crash", where=new)
    jenkins.trigger(JOB, asked("azure", "slower"))
    build = ended(jenkins)
    assert build.result == "FAILURE"
    assert "ERROR: worker-2 ended: broken on purpose: crash" in build.log
    jenkins.trigger(JOB, asked("azure", "main", "r2"))
    assert ended(jenkins, 2).result == "SUCCESS"
    clouds.mend("worker-2")
    assert clouds.wait_healthy()


def test_a_stopped_build_leaves_the_next_server_alone(
    jenkins: Jenkins, clouds: Clouds, repo: Path
) -> None:
    """It waits for a server that never gets ready, and ends as soon as somebody stops it."""
    before = commits(clouds)["mail-1"]
    clouds.break_server("worker-2", "errors")
    git(repo, "commit", "-q", "--allow-empty", "-m", "again")
    with Loopback(jenkins.app) as server:
        jenkins.url = server.url
        who = ("dana", jenkins.add_user("dana"))
        jenkins.trigger(JOB, asked("azure", "main"))
        until(lambda: jenkins.builds(JOB) and "told to load" in jenkins.builds(JOB)[0].log)
        httpx.post(f"{server.url}/job/{JOB}/1/stop", auth=who)
        build = ended(jenkins)
    assert (build.result, commits(clouds)["mail-1"]) == ("ABORTED", before)
    clouds.mend("worker-2")
    assert clouds.wait_healthy()


def test_faults_can_be_meant_for_one_cloud(jenkins: Jenkins) -> None:
    """A build with those parameters hangs or fails, once; the others do not notice."""
    jenkins.faults.hang(JOB, where={"CLOUD": "gcp"})
    jenkins.faults.fail_next(JOB, where={"CLOUD": "aws"})
    for cloud in ("gcp", "aws", "azure"):
        jenkins.trigger(JOB, asked(cloud, "main"))
    assert ended(jenkins, 2).result == "FAILURE"
    assert ended(jenkins, 3).result == "SUCCESS"
    assert jenkins.builds(JOB)[0].building
    jenkins.trigger(JOB, asked("aws", "main", "r2"))
    assert ended(jenkins, 4).result == "SUCCESS"


def test_a_restart_aborts_builds_and_forgets_the_queue(jenkins: Jenkins) -> None:
    """What ran is aborted, what waited is gone, what is triggered afterwards is built."""
    jenkins.faults.hang(JOB)
    jenkins.trigger(JOB, asked("gcp", "main"))
    until(lambda: jenkins.builds(JOB))
    jenkins.quiet_period = 60
    waiting = jenkins.trigger(JOB, asked("aws", "main"))
    jenkins.restart()
    assert ended(jenkins).result == "ABORTED"
    assert not jenkins.cancel(waiting)
    jenkins.quiet_period = 0
    jenkins.trigger(JOB, asked("aws", "main", "r2"))
    assert ended(jenkins, 2).parameters["CFG_RUN"] == "r2"


def test_a_restart_in_order_keeps_what_waits(jenkins: Jenkins) -> None:
    """As a Jenkins that writes its queue down before it ends."""
    jenkins.quiet_period = 60
    waiting = jenkins.trigger(JOB, asked("aws", "main"))
    jenkins.restart(forget_queue=False)
    assert jenkins.cancel(waiting)


def test_the_sandbox_goes_from_a_comment_to_running_servers() -> None:
    """``cfg sandbox --once``: the clouds themselves say that they run the move, and are healthy."""
    ran = cfg("sandbox", "--once")
    assert ran.code == 0, ran.out + ran.err
    assert "The clouds, asked: 11 of 11 servers healthy." in ran.out
    assert "config-1 at 127.0.2.7 is off, called by 0 servers." in ran.out
    merged = ran.out.partition("config-1 at 127.0.2.77 runs ")[2][:12]
    assert f"`{merged}`" in ran.out
    assert ", called by 8 servers." in ran.out
    assert "Calls between them that a firewall refused: 0." in ran.out
