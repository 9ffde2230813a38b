"""The sample fleet's own deployment: safe to repeat, only what changed, never backwards, and told.

ssh, rsync, docker and nft are programs that work on folders of this machine and write down what
they were asked; yq, git and openssl are the real ones.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI

from bot.notice import add_notices
from bot.sandbox.loopback import Loopback
from bot.telemetry import Telemetry
from tests.fleet_files import FLEET, SERVERS, TEXTS
from tests.git_repo import git, make_repo
from tests.test_fleet_firewall import _NFT, _UNSHARE, end_timers, program

SCRIPTS = sorted((FLEET / "deploy").glob("*.sh"))
needs_yq = pytest.mark.skipif(shutil.which("yq") is None, reason="yq is not installed")

_SSH = r"""#!/bin/sh
while [ "${1#-o}" != "$1" ]; do shift 2; done
host=$1; shift
echo "ssh $host $*" >>"$WORLD/calls"
n=$(($(cat "$WORLD/port" 2>/dev/null || echo 40000) + 1)); echo $n >"$WORLD/port"
mkdir -p "$WORLD/$host/moa"
export MOA="$WORLD/$host/moa" FIREWALL_STATE="$WORLD/$host/state"
export LIVE="$WORLD/$host/live"; [ -f "$LIVE" ] || echo "old rules" >"$LIVE"
export SSH_CONNECTION="203.0.113.99 $n 192.0.2.1 22" HOST=$host
printf '%s' "$*" | sed "s,/opt/moa,$MOA,g" >"$WORLD/command.$n"
exec sh "$WORLD/command.$n"
"""
# from the folder in the last but one argument to the one in the last; keeps what is excluded
_RSYNC = r"""#!/bin/sh
for from in "$@"; do to=$last; last=$from; done
host=${last%%:*}
echo "rsync $host" >>"$WORLD/calls"
there="$WORLD/$host/moa"; mkdir -p "$there"
find "$there" -mindepth 1 -maxdepth 1 ! -name .lock ! -name .commit ! -name .deployed \
  ! -name .deploying -exec rm -rf {} +
cp -R "$to/." "$there/"
"""
_DOCKER = r"""#!/bin/sh
echo "docker ${HOST:-jenkins} $*" >>"$WORLD/calls"
if [ -f "$WORLD/docker-fails" ] && grep -q -e "$(cat "$WORLD/docker-fails")" <<X
$*
X
then exit 1; fi
"""


@dataclass
class Fleet:
    """A checked out fleet, and servers that are folders."""

    root: Path
    repo: Path
    environ: dict[str, str]

    def deploy(self, cloud: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Deploy a cloud."""
        (self.root / "calls").write_text("")
        return subprocess.run(
            ["sh", "deploy/deploy.sh", cloud],
            cwd=self.repo,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def good(self, cloud: str, **environ: str) -> list[str]:
        """Deploy a cloud; what docker was asked on the servers, beside being up."""
        ran = self.deploy(cloud, **environ)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        asked = [call for call in self.calls if call.startswith("docker ")]
        return [call.removeprefix("docker ") for call in asked if " up -d" not in call]

    @property
    def calls(self) -> list[str]:
        """What the programs were asked in the last deployment."""
        return (self.root / "calls").read_text().splitlines()

    def change(self, path: str, old: str, new: str) -> str:
        """A commit that changes a file; its SHA."""
        file = self.repo / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        git(self.repo, "commit", "-qam", "change")
        return git(self.repo, "rev-parse", "HEAD").strip()

    def server(self, name: str) -> Path:
        """The folder that is a server."""
        return self.root / f"{SERVERS[name]['user']}@{SERVERS[name]['address']}"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """The sample fleet as a repository, and programs instead of a network."""
    repo = make_repo(tmp_path / "repo", {path: text.encode() for path, text in TEXTS.items()})
    bin_ = tmp_path / "bin"
    texts = {"ssh": _SSH, "rsync": _RSYNC, "docker": _DOCKER, "nft": _NFT, "unshare": _UNSHARE}
    texts |= {"nsenter": "#!/bin/sh\n", "ip": "#!/bin/sh\necho '1.2.3.4 dev eth0 src'\n"}
    tables = '#!/bin/sh\necho "$(basename "$0") $*" >>"$WORLD/calls"\n'
    texts |= {f"iptables{end}": tables for end in ("", "-save", "-restore")}
    texts |= {f"ip6tables{end}": tables for end in ("-save", "-restore")}
    for name, text in texts.items():
        program(bin_, name, text)
    environ = {
        "PATH": f"{bin_}:{os.environ['PATH']}",
        "WORLD": str(tmp_path),
        "HOME": str(tmp_path),
        "REGISTRY": "registry.example.com",
        "FIREWALL_SECONDS": "600",
        "FIREWALL_TIMER": "background",
    }
    yield Fleet(tmp_path, repo, environ)
    for state in tmp_path.glob("*@*/state"):
        end_timers(state)


@needs_yq
def test_a_cloud_is_deployed_server_by_server(fleet: Fleet) -> None:
    """Firewall before services, one server after the other; the commit is noted on each."""
    fleet.good("hetzner")
    order = [call.split()[1] for call in fleet.calls if call.startswith("rsync")]
    assert order == ["root@203.0.113.210", "root@203.0.113.200"]
    loaded = next(n for n, call in enumerate(fleet.calls) if call.startswith("nft -f"))
    up = next(n for n, call in enumerate(fleet.calls) if " up -d" in call)
    assert loaded < up
    commit = git(fleet.repo, "rev-parse", "HEAD").strip()
    for name in ("auth-1", "edge-1"):
        assert (fleet.server(name) / "moa/.commit").read_text().strip() == commit
        assert (fleet.server(name) / "state/kept").exists()
    assert (fleet.server("edge-1") / "moa/nginx/conf.d/api.conf").exists()


@needs_yq
def test_the_same_again_changes_nothing(fleet: Fleet) -> None:
    """No reload, no restart, no firewall: only compose is asked whether all is up."""
    fleet.good("hetzner")
    assert fleet.good("hetzner") == []
    assert not any(call.startswith("nft -f") for call in fleet.calls)


@needs_yq
@pytest.mark.parametrize(
    ("cloud", "path", "old", "new", "expected"),
    [
        (
            *("hetzner", "clouds/hetzner/edge-1/nginx/conf.d/ops.conf", "listen", "listen "),
            ["exec -T nginx nginx -t", "exec -T nginx nginx -s reload"],
        ),
        (
            *(
                "oracle",
                "monitoring/prometheus/prometheus.yml",
                "scrape_interval",
                "scrape_interval",
            ),
            [],
        ),
        (
            *("oracle", "monitoring/prometheus/rules/servers.yml", "groups:", "groups: "),
            ["kill -s HUP prometheus"],
        ),
        (
            "gcp",
            "clouds/gcp/worker-1/worker.toml",
            "retries = 3",
            "retries = 4",
            ["restart worker"],
        ),
        ("gcp", "clouds/gcp/worker-1/.env", "LOG_LEVEL=INFO", "LOG_LEVEL=WARN", []),
        ("aws", "clouds/aws/cache-1/redis.conf", "port 6379", "port 6379\n", ["restart redis"]),
    ],
)
def test_only_what_reads_a_changed_file_hears_of_it(
    fleet: Fleet, cloud: str, path: str, old: str, new: str, expected: list[str]
) -> None:
    """Reloaded where the program can, restarted where not; compose itself sees environments."""
    fleet.good(cloud)
    if old != new:
        fleet.change(path, old, new)
    asked = fleet.good(cloud)
    assert [call.split(" ", 1)[1].removeprefix("compose ") for call in asked] == expected


@needs_yq
def test_a_run_that_was_cut_off_is_done_again(fleet: Fleet) -> None:
    """The restart failed after the file had arrived: the next run still restarts."""
    fleet.good("gcp")
    fleet.change("clouds/gcp/worker-1/worker.toml", "retries = 3", "retries = 4")
    (fleet.root / "docker-fails").write_text("restart")
    assert fleet.deploy("gcp").returncode != 0
    (fleet.root / "docker-fails").unlink()
    (asked,) = fleet.good("gcp")
    assert asked.endswith("compose restart worker")


@needs_yq
def test_the_next_server_is_not_touched_where_one_does_not_come_up(fleet: Fleet) -> None:
    """The first fails its health check: the second keeps running what it has."""
    (fleet.root / "docker-fails").write_text("up -d")
    assert fleet.deploy("hetzner").returncode != 0
    assert len([call for call in fleet.calls if call.startswith("rsync")]) == 1
    assert not (fleet.server("auth-1") / "moa/.commit").exists()


@needs_yq
def test_an_older_commit_does_not_replace_a_newer_one(fleet: Fleet) -> None:
    """A build that was queued long ago comes too late; going back has to be said."""
    old = git(fleet.repo, "rev-parse", "HEAD").strip()
    fleet.change("clouds/gcp/worker-1/worker.toml", "retries = 3", "retries = 4")
    fleet.good("gcp")
    git(fleet.repo, "checkout", "-q", old)
    ran = fleet.deploy("gcp")
    assert ran.returncode == 3
    assert "newer" in ran.stderr
    assert not any(call.startswith("rsync") for call in fleet.calls)
    fleet.good("gcp", ROLLBACK="true")


@needs_yq
def test_rules_that_lock_out_the_deployer_stop_the_deployment(fleet: Fleet) -> None:
    """The services of that server are not touched either."""
    fleet.change("clouds/hetzner/auth-1/firewall.nft", "203.0.113.99", "203.0.113.98")
    ran = fleet.deploy("hetzner")
    assert ran.returncode != 0
    assert "could not come in again" in ran.stderr
    assert not any(call.startswith("docker") for call in fleet.calls)
    assert (fleet.server("auth-1") / "live").read_text() == "old rules\n"


@needs_yq
def test_a_firewall_of_the_cloud_is_only_said(fleet: Fleet) -> None:
    """It is applied with the cloud's own tools, and a change of it is not passed over."""
    fleet.good("gcp")
    fleet.change("clouds/gcp/worker-1/firewall.yaml", "worker-1", "worker-1 ")
    assert "NOT APPLIED HERE: firewall.yaml" in fleet.deploy("gcp").stdout


@needs_yq
@pytest.mark.parametrize("cloud", ["", "nowhere", "../x", "oracle;reboot"])
def test_what_is_no_cloud_is_refused(fleet: Fleet, cloud: str) -> None:
    """Before anything is reached."""
    assert fleet.deploy(cloud).returncode == 2
    assert fleet.calls == []


@needs_yq
def test_images_are_built_under_the_tags_that_are_asked_for(fleet: Fleet) -> None:
    """Once: a tag that the registry has is never made again."""
    command = ["sh", "deploy/build-image.sh", "api", "gcp"]
    (fleet.root / "docker-fails").write_text("manifest")
    for fails in (True, False):
        (fleet.root / "calls").write_text("")
        if not fails:
            (fleet.root / "docker-fails").unlink()
        subprocess.run(command, cwd=fleet.repo, env=fleet.environ, check=True, capture_output=True)
        pushed = [call for call in fleet.calls if " push " in call]
        image = "registry.example.com/api:1.8.3"
        assert pushed == ([f"docker jenkins push {image}"] if fails else [])


# --- telling cfgbot ------------------------------------------------------------------------------


def notify(url: str, secret: str, run: str) -> subprocess.CompletedProcess[str]:
    """The script as the Jenkinsfile calls it."""
    environ = {"PATH": os.environ["PATH"], "CFGBOT_URL": url, "CFGBOT_SECRET": secret}
    command = ["sh", str(FLEET / "deploy/notify.sh")]
    return subprocess.run(
        command, env={**environ, "CFG_RUN": run}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "secret",
    ["a-secret-that-jenkins-has", "with space 'and' \"quotes\" $x %s \\", "비밀" * 9, "x" * 99],
)
def test_the_server_takes_what_the_jenkinsfile_sends(secret: str) -> None:
    """Signed by the shell, verified by the bot, whatever the secret holds."""
    woken: list[str] = []
    app = FastAPI()
    add_notices(app, secret, Telemetry(), woken.append)
    with Loopback(app) as server:
        ran = notify(f"{server.url}/", secret, "cfgbot-5-abc-aws")
        wrong = notify(server.url, secret + "x", "cfgbot-5-abc-aws")
    assert (ran.returncode, woken) == (0, ["cfgbot-5-abc-aws"]), ran.stderr
    assert (wrong.returncode, "not told" in wrong.stdout) == (0, True)


def test_the_signature_is_an_hmac(tmp_path: Path) -> None:
    """The header and the body, as curl is given them; the secret is no argument of any program."""
    told = tmp_path / "told"
    for name in ("curl", "openssl", "od", "tr"):
        real = f'exec {shutil.which(name)} "$@"' if name != "curl" else ""
        program(tmp_path / "bin", name, f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{told}"\n{real}\n')
    environ = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "CFG_RUN": "r1"}
    environ |= {"CFGBOT_URL": "https://cfgbot.example.com", "CFGBOT_SECRET": "s3cret-of-jenkins"}
    subprocess.run(["sh", str(FLEET / "deploy/notify.sh")], env=environ, check=True)
    said = told.read_text()
    digest = hmac.new(b"s3cret-of-jenkins", b'{"run": "r1"}', hashlib.sha256).hexdigest()
    assert f"X-Cfg-Signature-256: sha256={digest}" in said
    assert json.loads(said.splitlines()[-2]) == {"run": "r1"}
    assert "s3cret-of-jenkins" not in said


def test_a_bot_that_is_away_fails_no_build() -> None:
    """Nor does a build by hand, which has no run to tell of."""
    assert notify("", "", "").returncode == 0
    assert notify("http://127.0.0.1:1", "s", "a\nb").returncode == 0


# --- what stands in the files ----------------------------------------------------------------------


def job() -> dict[str, object]:
    """The job of Jenkins Job Builder."""
    (found,) = yaml.safe_load(TEXTS["jenkins/jobs.yml"])
    assert isinstance(found, dict)
    return dict(found["job"])


def test_the_job_declares_what_the_jenkinsfile_declares() -> None:
    """The same parameters in the same order: a job that never ran knows only its own."""
    parameters = job()["parameters"]
    assert isinstance(parameters, list)
    declared = [next(iter(one.values()))["name"] for one in parameters]
    assert declared == re.findall(
        r"(?:choice|string|booleanParam)\(name: '(\w+)'", TEXTS["Jenkinsfile"]
    )
    assert {"CFG_RUN", "COMMIT", "CLOUD"} < set(declared)
    choices = re.search(r"choices: \[(.*?)\]", TEXTS["Jenkinsfile"])
    assert choices is not None
    assert parameters[0]["choice"]["choices"] == re.findall(r"'(\w+)'", choices[1])


@pytest.mark.skipif(shutil.which("jenkins-jobs") is None, reason="jenkins-job-builder is missing")
def test_jenkins_job_builder_takes_the_job() -> None:
    """It makes a pipeline of it."""
    command = ["jenkins-jobs", "test", str(FLEET / "jenkins/jobs.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "<scriptPath>Jenkinsfile</scriptPath>" in done.stdout


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_can_be_run_and_parsed(path: Path) -> None:
    """Executable, for any POSIX shell; and without a finding where shellcheck is installed."""
    assert path.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(path)], check=True)
    if shutil.which("shellcheck"):
        done = subprocess.run(["shellcheck", str(path)], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()


def test_every_script_that_the_jenkinsfile_calls_is_there() -> None:
    """By its path from the root of the repository."""
    called = set(re.findall(r"deploy/[\w-]+\.sh", TEXTS["Jenkinsfile"]))
    assert called == {"deploy/build-image.sh", "deploy/deploy.sh", "deploy/notify.sh"}
    assert called < set(TEXTS)
