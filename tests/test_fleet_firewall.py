"""The firewall step of the sample fleet: it cannot lock out the deployer, whoever is killed when.

Two worlds: programs that only write down what they would do, everywhere; and real nftables and
iptables in a network namespace, where they are installed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fleet_files import FLEET

DEPLOYER, SERVER = "203.0.113.99", "203.0.113.200"
OLD, NEW = f"{DEPLOYER} 40001 {SERVER} 22", f"{DEPLOYER} 40002 {SERVER} 22"
STRANGER = f"198.51.100.66 40003 {SERVER} 22"

# nft that keeps its rules in a file; a rule may tell it to fail, or to kill who called it
_NFT = """#!/bin/sh
echo "nft $*" >>"$WORLD/calls"
LIVE=${LIVE:-$WORLD/live}
case $* in
  *list*) cat "$LIVE" ;;
  '-c -f '*) ! grep -q unloadable "$3" ;;
  '-f '*)
    if grep -q 'fails here' "$2"; then exit 1; fi
    grep -v '^flush ruleset$' "$2" >"$LIVE.new"
    mv "$LIVE.new" "$LIVE"
    if grep -q 'killed here' "$2"; then kill -9 $PPID; fi
    ;;
esac
"""
# the rehearsal's network: the deployer comes in where a rule names it
_UNSHARE = """#!/bin/sh
echo "rehearsed" >>"$WORLD/calls"
grep -q "$5" "$4"
"""


@dataclass
class Host:
    """A server with the scripts on it, and the programs that they find there."""

    root: Path
    environ: dict[str, str]
    script: Path = field(init=False)

    def __post_init__(self) -> None:
        self.script = self.root / "firewall-apply.sh"
        for name in ("firewall-apply.sh", "firewall-rehearse.sh"):
            shutil.copy(FLEET / "deploy" / name, self.root / name)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The script, to its end."""
        command = ["sh", str(self.script), *arguments]
        return subprocess.run(
            command, env=self.environ, capture_output=True, text=True, check=False, timeout=60
        )

    def apply(self, rules: str, connection: str = OLD, name: str = "firewall.nft") -> str:
        """Apply these rules; what was printed, or the reason of a refusal."""
        path = self.root / name
        path.write_text(rules)
        ran = self.run("apply", str(path), connection)
        return ran.stdout.strip() if ran.returncode == 0 else ran.stderr.strip()

    def token(self, rules: str) -> str:
        """Apply these rules; the token to confirm them with."""
        said = self.apply(rules)
        assert said.startswith("pending "), said
        return said.removeprefix("pending ")

    @property
    def live(self) -> str:
        """The rules in force."""
        return (self.root / "live").read_text()

    @property
    def status(self) -> str:
        """What the script says it is."""
        return self.run("status").stdout.split()[0]

    def until(self, status: str) -> None:
        """Wait until that is its status."""
        for _ in range(400):
            if self.status == status:
                return
            time.sleep(0.02)
        raise AssertionError(self.status)


def program(folder: Path, name: str, text: str) -> None:
    """A program on the PATH."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A server where programs only write down; whatever timer is left is ended."""
    programs = tmp_path / "bin"
    program(programs, "nft", _NFT)
    program(programs, "unshare", _UNSHARE)
    program(programs, "nsenter", "#!/bin/sh\n")
    program(programs, "ip", "#!/bin/sh\necho '1.2.3.4 dev eth0 src'\n")
    environ = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "WORLD": str(tmp_path),
        "FIREWALL_STATE": str(tmp_path / "state"),
        "FIREWALL_SECONDS": "600",
        "FIREWALL_TIMER": "background",
    }
    (tmp_path / "live").write_text("old rules\n")
    host = Host(tmp_path, environ)
    yield host
    end_timers(tmp_path / "state")


def end_timers(state: Path) -> None:
    """No timer outlives a test."""
    for folder in ("pending", "last", "reverted"):
        timer = state / folder / "timer"
        if timer.exists() and (number := timer.read_text().strip()).isdigit():
            with_group = int(number)
            try:
                os.killpg(with_group, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue


GOOD = f"admit {DEPLOYER}\n"


def test_what_is_confirmed_over_a_new_connection_stays(host: Host) -> None:
    """Applied, confirmed, kept; the way back is not needed any more."""
    token = host.token(GOOD)
    assert (host.live, host.status) == (GOOD, "pending")
    timer = int((host.root / "state/pending/timer").read_text())
    assert host.run("confirm", token, NEW).stdout == "kept\n"
    assert (host.live, host.status) == (GOOD, "kept")
    for _ in range(400):
        if not Path(f"/proc/{timer}").exists():
            break
        time.sleep(0.01)
    assert not Path(f"/proc/{timer}").exists()


def test_rules_that_lock_out_are_never_loaded(host: Host) -> None:
    """The rehearsal says no: nothing is touched, nothing is pending."""
    said = host.apply("admit somebody else\n")
    assert "could not come in again" in said
    assert (host.live, host.status) == ("old rules\n", "none")
    assert not any("-f" in call for call in calls(host))


def calls(host: Host) -> list[str]:
    """What the programs were asked."""
    return (host.root / "calls").read_text().splitlines()


def test_what_nobody_confirms_is_taken_back(host: Host) -> None:
    """The rehearsal was wrong, the deployer cannot come in: the old rules come by themselves."""
    host.environ["FIREWALL_SECONDS"] = "0.3"
    token = host.token(GOOD)
    host.until("none")
    assert host.live == "old rules\n"
    assert "was taken back" in host.run("confirm", token, NEW).stderr
    assert host.live == "old rules\n"


def test_whoever_is_killed_after_loading_leaves_the_way_back(host: Host) -> None:
    """The process that applied dies at once by SIGKILL; the timer is another one."""
    host.environ["FIREWALL_SECONDS"] = "0.3"
    path = host.root / "firewall.nft"
    path.write_text(f"{GOOD}killed here\n")
    assert host.run("apply", str(path), OLD).returncode == -signal.SIGKILL
    host.until("none")
    assert host.live == "old rules\n"


@pytest.mark.parametrize("step", range(1, 31))
def test_a_kill_at_any_moment_ends_in_old_or_confirmed_rules(host: Host, step: int) -> None:
    """Killed before its n-th program: never are there new rules without a way back."""
    host.environ["FIREWALL_SECONDS"] = "0.2"
    counter, once = host.root / "count", host.root / "killed"
    for name in ("mkdir", "mv", "cp", "cat", "rm", "nft", "setsid", "unshare", "flock"):
        real = host.root / "bin" / name
        true = f'exec "{shutil.which(name)}"'
        if real.exists():
            real.rename(real.with_suffix(".true"))
            true = f'exec sh "{real.with_suffix(".true")}"'
        text = f"""#!/bin/sh
n=$(($(/bin/cat "{counter}" 2>/dev/null || echo 0) + 1))
echo $n >"{counter}"
if [ $n = {step} ] && /bin/mkdir "{once}" 2>/dev/null; then kill -9 $PPID; exit 137; fi
{true} "$@"
"""
        program(host.root / "bin", name, text)
    path = host.root / "firewall.nft"
    path.write_text(GOOD)
    host.run("apply", str(path), OLD)
    once.mkdir(exist_ok=True)
    for _ in range(400):
        if host.live == "old rules\n" and host.status == "none":
            break
        # killed before the timer was armed: nothing was loaded, the next one clears it away
        if host.live == "old rules\n" and not (host.root / "state/pending/timer").exists():
            break
        time.sleep(0.02)
    assert host.live == "old rules\n"
    host.environ["FIREWALL_SECONDS"] = "600"
    token = host.token(GOOD)
    assert host.run("confirm", token, NEW).stdout == "kept\n"
    assert host.live == GOOD


def test_the_connection_that_was_there_before_confirms_nothing(host: Host) -> None:
    """It would survive rules that let nobody in: only a new one counts."""
    token = host.token(GOOD)
    assert "this connection was there before" in host.run("confirm", token, OLD).stderr
    assert "somebody else" in host.run("confirm", token, STRANGER).stderr
    assert host.status == "pending"


def test_rules_that_cannot_be_loaded_are_taken_back_at_once(host: Host) -> None:
    """Half of them may be in force: what was before is loaded again."""
    said = host.apply(f"{GOOD}fails here\n")
    assert "could not be loaded" in said
    assert (host.live, host.status) == ("old rules\n", "none")


def test_systemd_is_the_timer_where_it_runs(host: Host) -> None:
    """It outlives the connection; confirmed, its timer is stopped."""
    host.environ["FIREWALL_TIMER"] = "systemd"
    for name in ("systemd-run", "systemctl"):
        program(host.root / "bin", name, f'#!/bin/sh\necho "{name} $*" >>"$WORLD/calls"\n')
    token = host.token(GOOD)
    (armed,) = [call for call in calls(host) if call.startswith("systemd-run")]
    assert "--on-active=600" in armed
    assert armed.endswith(f"/state/way-back.sh revert {token}")
    host.run("confirm", token, NEW)
    assert calls(host)[-2:][0] == f"systemctl stop moa-firewall-{token}.timer"


@pytest.mark.parametrize("timer", ["systemd", "background"])
def test_nothing_is_loaded_without_a_timer(host: Host, timer: str) -> None:
    """It could not be armed: the old rules stay, and the next change finds its way."""
    host.environ["FIREWALL_TIMER"] = timer
    broken = "systemd-run" if timer == "systemd" else "setsid"
    program(host.root / "bin", broken, "#!/bin/sh\nexit 1\n")
    assert "could not be armed" in host.apply(GOOD)
    assert host.live == "old rules\n"
    (host.root / "bin" / broken).unlink()
    host.environ["FIREWALL_TIMER"] = "background"
    assert host.run("confirm", host.token(GOOD), NEW).stdout == "kept\n"


def test_nothing_is_loaded_where_there_is_no_way_back(host: Host) -> None:
    """What is in force could not be loaded again: better leave it."""
    (host.root / "live").write_text("unloadable\n")
    assert "could not be brought back" in host.apply(GOOD)
    assert host.live == "unloadable\n"


def test_the_same_again_does_nothing(host: Host) -> None:
    """Rules that were kept and are in force need no second change."""
    host.run("confirm", host.token(GOOD), NEW)
    before = len(calls(host))
    assert host.apply(GOOD) == "unchanged"
    assert not any("-f" in call for call in calls(host)[before:])


def test_rules_that_somebody_changed_by_hand_are_loaded_again(host: Host) -> None:
    """The file is the same, what is in force is not."""
    host.run("confirm", host.token(GOOD), NEW)
    (host.root / "live").write_text("by hand\n")
    assert host.apply(GOOD).startswith("pending ")


def test_a_change_that_was_not_confirmed_is_taken_back_before_the_next(host: Host) -> None:
    """The way back of the second leads to what was confirmed, not to the first."""
    host.token(f"{GOOD}first\n")
    second = host.token(f"{GOOD}second\n")
    assert host.run("revert", second).stdout == "reverted\n"
    assert host.live == "old rules\n"


def test_an_old_timer_takes_nothing_back(host: Host) -> None:
    """Its change is not the one that is pending."""
    first = host.token(f"{GOOD}first\n")
    host.token(f"{GOOD}second\n")
    assert host.run("revert", first).returncode == 0
    assert host.live == f"{GOOD}second\n"


def test_confirming_twice_is_kept_twice(host: Host) -> None:
    """Who did not hear the answer asks again."""
    token = host.token(GOOD)
    assert [host.run("confirm", token, NEW).stdout for _ in range(2)] == ["kept\n"] * 2


def test_kept_rules_survive_a_restart(host: Host) -> None:
    """They go where the server reads them at its start, once they are confirmed."""
    file = host.root / "nftables.conf"
    host.environ["FIREWALL_PERSIST"] = str(file)
    token = host.token(GOOD)
    assert not file.exists()
    host.run("confirm", token, NEW)
    assert file.read_text() == GOOD


@pytest.mark.parametrize(
    "arguments",
    [
        *([], ["apply"], ["apply", "x"], ["confirm", "t"], ["revert"], ["status", "x"]),
        ["flush"],
    ],
)
def test_wrong_use_is_said(host: Host, arguments: list[str]) -> None:
    """Exit code 2 with how it is meant."""
    ran = host.run(*arguments)
    assert ran.returncode == 2
    assert "confirm TOKEN" in ran.stderr


@pytest.mark.parametrize(
    "connection", ["", "x", "1.2.3.4 1 5.6.7.8", "$(reboot) 1 2 3", "a b c d e"]
)
def test_what_is_no_connection_is_refused(host: Host, connection: str) -> None:
    """Without the deployer's own address nothing can be rehearsed."""
    assert "no SSH_CONNECTION" in host.apply(GOOD, connection)


def test_other_firewalls_are_not_applied_here(host: Host) -> None:
    """A cloud's own rules are no file for this."""
    assert "neither" in host.apply(GOOD, name="firewall.yaml")


# --- for real ---------------------------------------------------------------------------------

REAL = """
import os, subprocess, sys
sys.path.insert(0, {root!r})
from tests.test_fleet_firewall import {name}
{name}({folder!r})
"""


_NAMESPACE = ("unshare", "--user", "--map-root-user", "--net")


def _works(*command: str) -> bool:
    if any(
        shutil.which(one) is None for one in ("unshare", "nsenter", "ip", command[len(_NAMESPACE)])
    ):
        return False
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0


with_nft = pytest.mark.skipif(
    not _works(*_NAMESPACE, "nft", "list", "ruleset"), reason="no nft, or no network namespaces"
)
with_iptables = pytest.mark.skipif(
    not _works(*_NAMESPACE, "iptables", "-S"), reason="no iptables, or no network namespaces"
)


def in_a_network(name: str, folder: Path) -> None:
    """Run a function of this module as root of a network of its own."""
    code = REAL.format(root=str(FLEET.parent.parent), name=name, folder=str(folder))
    command = [*_NAMESPACE, sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def _real_host(folder: str, seconds: str = "600") -> Host:
    environ = {**os.environ, "FIREWALL_STATE": f"{folder}/state", "FIREWALL_TIMER": "background"}
    return Host(Path(folder), {**environ, "FIREWALL_SECONDS": seconds})


def _ruleset(*command: str) -> str:
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "\n".join(
        re.sub(r"\[\d+:\d+\]| counter packets \d+ bytes \d+", "", line)
        for line in text.splitlines()
        if not line.startswith("#")
    )


def nft_story(folder: str) -> None:
    """Lock-out refused; unconfirmed taken back; confirmed kept; the same again nothing."""
    rules = (FLEET / "clouds/hetzner/edge-1/firewall.nft").read_text()
    before = "flush ruleset\ntable inet mine { chain c { tcp dport 7 accept; }; }\n"
    subprocess.run(["nft", "-f", "-"], input=before, text=True, check=True)
    old = _ruleset("nft", "list", "ruleset")
    host = _real_host(folder, "1")
    assert "could not come in" in host.apply(rules.replace(DEPLOYER, "203.0.113.98"))
    assert _ruleset("nft", "list", "ruleset") == old
    assert host.apply(rules).startswith("pending ")
    assert "policy drop" in _ruleset("nft", "list", "ruleset")
    host.until("none")
    assert _ruleset("nft", "list", "ruleset") == old
    host.environ["FIREWALL_SECONDS"] = "600"
    assert host.run("confirm", host.token(rules), NEW).stdout == "kept\n"
    assert "policy drop" in _ruleset("nft", "list", "ruleset")
    assert host.apply(rules) == "unchanged"
    end_timers(Path(folder) / "state")


def iptables_story(folder: str) -> None:
    """The same with a script that calls iptables, where there was no table before."""
    rules = (FLEET / "clouds/oracle/config-1/firewall.sh").read_text()
    host = _real_host(folder, "1")
    locked = rules.replace(f"{DEPLOYER}/32 --dport 22", f"{DEPLOYER}/32 --dport 2222")
    assert "could not come in" in host.apply(locked, name="firewall.sh")
    assert "DROP" not in _ruleset("iptables", "-S")
    broken = f"{rules}\niptables -A NOWHERE -j ACCEPT\n"
    assert "could not come in" in host.apply(broken, name="firewall.sh")
    assert host.apply(rules, name="firewall.sh").startswith("pending ")
    assert "-P INPUT DROP" in _ruleset("iptables", "-S")
    host.until("none")
    assert _ruleset("iptables", "-S", "INPUT").strip() == "-P INPUT ACCEPT"
    host.environ["FIREWALL_SECONDS"] = "600"
    token = host.apply(rules, name="firewall.sh").removeprefix("pending ")
    assert host.run("confirm", token, NEW).stdout == "kept\n"
    assert host.apply(rules, name="firewall.sh") == "unchanged"
    end_timers(Path(folder) / "state")


@with_nft
def test_nftables_for_real(tmp_path: Path) -> None:
    """A kernel's own rules: refused, taken back, kept."""
    in_a_network("nft_story", tmp_path)


@with_iptables
def test_iptables_for_real(tmp_path: Path) -> None:
    """Also where a script changes them one by one."""
    in_a_network("iptables_story", tmp_path)


@with_nft
@pytest.mark.parametrize(
    ("rule", "admitted"),
    [
        ("policy accept", True),
        ("policy drop; ip saddr 203.0.113.0/24 tcp dport 22 accept", True),
        ("policy drop; ct state established accept; tcp dport 22 accept", True),
        (
            "policy drop; ct state established accept; ip daddr 203.0.113.200 tcp dport ssh accept",
            True,
        ),
        (
            "policy drop; ct state established accept; ip saddr 203.0.113.98 tcp dport 22 accept",
            False,
        ),
        ("policy accept; tcp dport 22 reject with tcp reset", False),
        ("policy accept; ip saddr 203.0.113.99 drop", False),
        ("policy drop; ct state established accept; tcp dport 2222 accept", False),
        ("policy drop; ct state established accept; iifname eth0 tcp dport 22 accept", True),
        ("no rules at all", False),
    ],
)
def test_a_rehearsal_is_right(tmp_path: Path, rule: str, admitted: bool) -> None:
    """What the kernel does with the rules counts, not how they are written."""
    lines = "\n".join(["type filter hook input priority 0", *rule.split("; ")])
    chain = f"chain i {{\n{lines}\n}}"
    rules = tmp_path / "firewall.nft"
    rules.write_text(f"flush ruleset\ntable inet f {{\n{chain}\n}}\n")
    command = ["sh", str(FLEET / "deploy/firewall-rehearse.sh"), str(rules), *OLD.split()]
    done = subprocess.run(
        [*_NAMESPACE[:3], *command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == (0 if admitted else 1), done.stderr
