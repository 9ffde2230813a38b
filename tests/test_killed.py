"""The bot is killed, again and again: nothing is lost, nothing happens twice.

The stand-ins go on living and count what they were asked to do. Each test works through its kills
in one world: what one kill left half done is finished by the next process before the next kill.
"""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.sandbox.person import Person
from bot.sandbox.stage import JOB, PERSON, REPO, Stage, open_stage
from tests.world import POLICY, people

FILES = {
    "one/app.yml": b"server:\n  timeout: 30\n",
    "two/app.env": b"RETRY_MAX=5\n",
    ".cfgbot.yml": POLICY,
}


@dataclass
class Arena:
    """A stage, and a bot process that is started again whenever it has died."""

    stage: Stage
    dana: Person
    folder: Path
    port: int
    environ: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    asked: int = 0
    kills: int = 0
    seen: list[str] = field(default_factory=list)

    def start(self, **environ: str) -> None:
        """A fresh process on the same data; returns when it answers."""
        (self.folder / "environ.json").write_text(json.dumps({**self.environ, **environ}))
        with (self.folder / "stderr").open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.killable", str(self.folder)],
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        for _ in range(600):
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError((self.folder / "stderr").read_text()[-3000:])

    def stop(self) -> None:
        """Kill it, if it lives."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask(self) -> int:
        """The next request: a value that moves on by one."""
        self.asked += 1
        issue = self.dana.open_issue(f"wish {self.asked}", "")
        before = 30 + self.asked - 1
        self.dana.comment(issue, f"/cfg change set server timeout from {before} to {before + 1}")
        return issue

    def died(self, seconds: float) -> bool:
        """Whether the process dies within so many seconds."""
        assert self.process
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        self.kills += 1
        return True

    def deployed(self, issue: int) -> bool:
        """Whether the status comment says that all is done."""
        comments = self.dana.get(f"/issues/{issue}/comments")
        return any("and deployed" in comment["body"] for comment in comments)

    def until_answered(self, issue: int) -> None:
        """Wait until the status comment says an end."""
        for _ in range(1200):
            said = [one["body"] for one in self.dana.get(f"/issues/{issue}/comments")[1:]]
            if said and not any("**On it**" in body for body in said):
                self.stage.github.wait_idle()
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / "stderr").read_text()[-3000:])

    def finish(self, issue: int) -> None:
        """Wait until the request has ended well."""
        for _ in range(1200):
            if self.deployed(issue):
                self.stage.github.wait_idle()
                return
            time.sleep(0.05)
        raise AssertionError(
            self.stage.github.thread(REPO, issue) + (self.folder / "stderr").read_text()[-3000:]
        )

    def count(self, issue: int) -> dict[str, int]:
        """What stands on GitHub and Jenkins for one request."""
        pulls = [
            pull
            for pull in self.dana.get("/pulls?state=all&per_page=100")
            if pull["head"]["ref"].startswith(f"cfgbot/{issue}-")
        ]
        assert len(pulls) == 1
        number, head = pulls[0]["number"], pulls[0]["head"]["sha"]
        mine = [c for c in self.dana.get(f"/issues/{issue}/comments") if c["user"]["type"] == "Bot"]
        marker = pulls[0]["head"]["ref"].rsplit("-", 1)[-1]
        runs = Counter(build.parameters.get("CFG_RUN") for build in self.stage.jenkins.builds(JOB))
        return {
            "comments": len(mine),
            "reviews": len(self.dana.get(f"/pulls/{number}/reviews")),
            "checks": len(self.dana.get(f"/commits/{head}/check-runs")["check_runs"]),
            "merged": int(pulls[0]["merged_at"] is not None),
            "builds": sum(n for run, n in runs.items() if str(run).startswith(marker)),
        }


ONCE = {"comments": 1, "reviews": 1, "checks": 1, "merged": 1, "builds": 1}


@contextmanager
def arena(folder: Path, files: Mapping[str, bytes] = FILES) -> Iterator[Arena]:
    """A world whose bot lives in another process."""
    with open_stage(folder, files, jenkins_seconds=0.02) as stage, people(stage, PERSON) as dana:
        port = _free_port()
        stage.tell(f"http://127.0.0.1:{port}")
        environ = {**stage.environ, "CFG_PORT": str(port), "CFG_SWEEP_SECONDS": "1"}
        made = Arena(stage, dana, folder, port, environ)
        try:
            yield made
        finally:
            made.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_kill_at_every_step_boundary(tmp_path: Path) -> None:
    """At the end of each step, done but not yet written down: one of everything, and all is done."""
    with arena(tmp_path) as world:
        armed = tmp_path / "armed"
        world.start()
        issues = []
        for boundary in range(2, 200, 2):  # each step begins and ends; its end is what counts
            armed.write_text(str(boundary))
            issues.append(world.ask())
            done = _until_dead_or_done(world, issues[-1])
            armed.unlink()
            if done:
                break
            world.process = None
            world.start()
            world.finish(issues[-1])
        assert world.kills > 20, (tmp_path / "seen").read_text()
        assert {issue: world.count(issue) for issue in issues} == dict.fromkeys(issues, ONCE)


def _until_dead_or_done(world: Arena, issue: int) -> bool:
    for _ in range(1200):
        if world.died(0.05):
            return False
        if world.deployed(issue):
            return True
    raise AssertionError("neither dead nor done")


def test_kills_at_random_moments(tmp_path: Path) -> None:
    """Thirty of them, also while what the last one left is being finished."""
    chance = random.Random(20261123)
    with arena(tmp_path) as world:
        world.start()
        issues = []
        while world.kills < 30:
            issues.append(world.ask())
            for _ in range(chance.choice((1, 1, 2))):
                if not world.died(chance.uniform(0.0, 1.2)):
                    world.stop()
                    world.kills += 1
                world.start()
            world.finish(issues[-1])
        assert {issue: world.count(issue) for issue in issues} == dict.fromkeys(issues, ONCE)


def test_a_new_version_finishes_what_an_old_one_began(tmp_path: Path) -> None:
    """Killed half way, upgraded: begun anew, since every step looks before it acts."""
    with arena(tmp_path) as world:
        armed = tmp_path / "armed"
        issues = []
        for number, boundary in enumerate((3, 12, 20, 30)):
            world.start(VERSION=f"old-{number}")
            armed.write_text(str(boundary))
            issues.append(world.ask())
            assert not _until_dead_or_done(world, issues[-1])
            armed.unlink()
            world.start(VERSION=f"new-{number}")
            world.finish(issues[-1])
            world.stop()
        assert {issue: world.count(issue) for issue in issues} == dict.fromkeys(issues, ONCE)


def test_a_comment_made_while_nobody_listened_is_found(tmp_path: Path) -> None:
    """GitHub does not deliver again by itself: the sweeper finds the comment."""
    with arena(tmp_path) as world:
        world.start()
        first = world.ask()
        world.finish(first)
        world.stop()
        second = world.ask()
        world.stage.github.wait_idle()
        world.start()
        world.finish(second)
        assert world.count(second) == ONCE
