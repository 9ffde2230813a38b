"""Two clouds, their policy, and the bot as a process that may be killed.

Decides what is deployed and how long anything may take. A policy's second takes the fiftieth of
one here (``pace`` of ``tests.killable``).
"""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.rollout_faults.asked import Page, Prometheus
from bot.sandbox.jenkins.running import BuildContext
from bot.sandbox.loopback import Loopback
from bot.sandbox.stage import JOB, REPO
from tests.test_killed import Arena, arena

CLOUDS = ("one", "two")
STAGES = ("admit", "switch", "remove")
PATHS = ("one/app.yml", "two/app.env", "one/firewall.yml", "two/firewall.yml")
TRIGGER = "buildWithParameters"
SECONDS = 0.02  # that a build takes


@dataclass
class World:
    """The arena, whom health is asked of, and what the builds do."""

    arena: Arena
    page: Page
    prometheus: Prometheus
    back_fails: bool = field(default=False)
    moves: int = 0

    @property
    def old(self) -> str:
        """Where the server is."""
        return address(self.moves)

    @property
    def new(self) -> str:
        """Where it goes next."""
        return address(self.moves + 1)

    def told(self, issue: int) -> str:
        """What the bot says below an issue."""
        github = self.arena.stage.github.world
        with github.lock:
            rows = [one for one in github.repo(REPO).comments.values() if one.number == issue]
            return "\n".join(one.body or "" for one in rows if one.user.type == "Bot")

    def marker(self, issue: int) -> str | None:
        """What sets the request of an issue apart; None before it has a pull request."""
        github, start = self.arena.stage.github.world, f"cfgbot/{issue}-"
        with github.lock:
            pulls = [one.pull for one in github.repo(REPO).issues.values() if one.pull]
        refs = [pull.head_ref for pull in pulls if pull.head_ref.startswith(start)]
        return refs[0].rsplit("-", 1)[-1] if refs else None

    def merged(self, marker: str) -> bool:
        """Whether the pull request of a request is."""
        github = self.arena.stage.github.world
        with github.lock:
            pulls = [one.pull for one in github.repo(REPO).issues.values() if one.pull]
        return any(
            pull.merged_at is not None and pull.head_ref.endswith(f"-{marker}") for pull in pulls
        )

    def forgotten(self) -> int:
        """Triggers that Jenkins took and never built."""
        jenkins = self.arena.stage.jenkins
        taken = [one for one in jenkins.log if one.path.endswith(TRIGGER) and one.status == 201]
        return len(taken) - len(jenkins.builds(JOB))

    def moved(self) -> bool:
        """Whether main holds the new place."""
        return self.new.encode() in (self.main()["one/app.yml"] or b"")

    def main(self) -> dict[str, bytes | None]:
        """What main holds of the clouds' files."""
        return {path: self.arena.stage.github.file(REPO, "main", path) for path in PATHS}

    def touch(self, path: str) -> None:
        """Somebody adds a line to a file of main."""
        found = self.arena.dana.get(f"/contents/{path}?ref=main")
        data = base64.b64decode(found["content"]) + b"# by hand\n"
        content = {"content": base64.b64encode(data).decode(), "sha": found["sha"]}
        answer = self.arena.dana.put(f"/contents/{path}", {"message": "by hand", **content})
        answer.raise_for_status()

    def git(self, *command: str) -> str:
        """What git says in the repository that GitHub has."""
        where = self.arena.stage.folder / "github" / f"{REPO}.git"
        done = subprocess.run(["git", "-C", where, *command], capture_output=True, check=True)
        return done.stdout.decode().strip()

    def well(self) -> None:
        """Nothing goes wrong any more."""
        self.arena.stage.jenkins.faults.clear()
        self.arena.stage.jenkins.quiet_period = 0.0
        self.arena.stage.jenkins.before = None
        self.arena.stage.github.before = None
        self.page.ill = self.back_fails = False
        self.prometheus.speak()
        (self.arena.folder / "armed").unlink(missing_ok=True)
        if self.arena.process is None or self.arena.process.poll() is not None:
            self.arena.start()

    def build(self, context: BuildContext) -> str:
        """What a build does: nothing for a moment."""
        context.sleep(SECONDS)
        back = "-undo-" in context.parameters["CFG_RUN"]
        return "FAILURE" if back and self.back_fails else "SUCCESS"


def address(number: int) -> str:
    """The n-th place of the server."""
    return f"10.0.{number // 200}.{number % 200 + 1}"


def files_of(page: str) -> dict[str, bytes]:
    """Two clouds that call one server and let it in."""
    checks = (
        f'{{http: "{page}/health", within: 5s, for: 1s, grace: 2m}}',
        "{promql: 'min(up)', above: 0, for: 5s, grace: 2m}",
        "{promql: 'sum(errors)', at_most: 2x baseline, for: 1s, grace: 2m}",
    )
    environments = "".join(
        f"  {name}:\n    paths: ['{name}/**']\n    job: {JOB}\n    timeout: 5m\n"
        f"    parameters: {{CLOUD: {name}}}\n    health:\n"
        + "".join(f"      - {check}\n" for check in checks)
        for name in CLOUDS
    )
    firewall = b"allowed:\n  - 10.0.0.1/32\n  - 10.9.0.1/32\n"
    return {
        "one/app.yml": b"server:\n  host: 10.0.0.1\n",
        "two/app.env": b"CONFIG_HOST=10.0.0.1\n",
        "one/firewall.yml": firewall,
        "two/firewall.yml": firewall,
        ".cfgbot.yml": f"environments:\n{environments}".encode(),
    }


@contextmanager
def world_of(folder: Path) -> Iterator[World]:
    """The stand-ins, the bot as a process, and what is probed."""
    page, prometheus = Page(), Prometheus()
    with (
        Loopback(page.app) as served,
        prometheus,
        arena(folder, files_of(served.url)) as made,
    ):
        made.environ |= {"CFG_PROBE_HOSTS": "127.0.0.1", "CFG_PROMETHEUS_URL": prometheus.url}
        world = World(made, page, prometheus)
        # one hour of ours is many of GitHub's
        made.stage.github.faults.limit_primary(1_000_000_000, reset_in=1_000_000)
        made.stage.jenkins.script(JOB, world.build)
        made.start()
        yield world
