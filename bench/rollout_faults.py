"""``python -m bench.rollout_faults``: rollouts under faults, one after the other; how each ended.

Every request moves a server on by one address, which is three stages in two clouds. Meanwhile the
bot is killed (SIGKILL) at random step boundaries, Jenkins restarts and forgets its queue, builds
fail and hang, connections drop, and health cannot be asked. Afterwards must hold: at most one build
a run, main holds the new address or the old one everywhere, and the thread says which. Leaves with
1 where anything else happened.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bot.core.literals import holds
from bot.sandbox.loopback import Loopback
from bot.sandbox.stage import JOB, REPO
from tests.test_killed import Arena, arena

ENDINGS = {"and deployed": "deployed", "Taken back": "taken back", "STOPPED HALF-WAY": "frozen"}
FAULTS = ("none", "kill", "kill twice", "restart", "fails", "hangs", "drops", "ill", "ill for long")
PATIENCE = 90.0


class Health:
    """What the policy's probe asks: well, or not for so many answers."""

    def __init__(self) -> None:
        self.ill = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """503 while ill."""
        if scope["type"] != "http":
            return
        self.ill, status = max(self.ill - 1, 0), 503 if self.ill else 200
        await PlainTextResponse("", status)(scope, receive, send)


def files_of(health: str) -> dict[str, bytes]:
    """Two clouds that call one server and let it in."""
    check = f'[{{http: "{health}", within: 5s, for: 1s, grace: 2m}}]'
    environments = "".join(
        f"  {name}: {{paths: ['{name}/**'], job: {JOB}, parameters: {{CLOUD: {name}}}, timeout: 10m, health: {check}}}\n"
        for name in ("one", "two")
    )
    firewall = b"allowed:\n  - 10.0.0.1/32\n  - 10.9.0.1/32\n"
    return {
        "one/app.yml": b"server:\n  host: 10.0.0.1\n",
        "two/app.env": b"CONFIG_HOST=10.0.0.1\n",
        "one/firewall.yml": firewall,
        "two/firewall.yml": firewall,
        ".cfgbot.yml": f"environments:\n{environments}".encode(),
    }


def address(number: int) -> str:
    """The n-th place of the server."""
    return f"10.0.{number // 200}.{number % 200 + 1}"


def ended(world: Arena, issue: int) -> str | None:
    """How the thread says that it ended."""
    said = "\n".join(one["body"] for one in world.dana.get(f"/issues/{issue}/comments")[1:])
    return next((name for mark, name in ENDINGS.items() if mark in said), None)


def trouble(world: Arena, health: Health, fault: str, rng: random.Random) -> None:
    """Let it happen; kills go on as long as the process is killed by them."""
    jenkins = world.stage.jenkins
    match fault:
        case "kill" | "kill twice":
            for _ in range(1 + fault.endswith("twice")):
                (world.folder / "armed").write_text(str(rng.randint(1, 90)))
                if world.died(6.0):
                    (world.folder / "armed").unlink(missing_ok=True)
                    world.start()
            (world.folder / "armed").unlink(missing_ok=True)
        case "restart":
            time.sleep(rng.uniform(0.2, 2.0))
            jenkins.restart(forget_queue=True)
        case "fails":
            jenkins.faults.fail_next(JOB)
        case "hangs":
            jenkins.faults.hang(JOB)
        case "drops":
            jenkins.faults.drop_connection(".*", times=3, carried_out=rng.random() < 0.5)
        case "ill":
            health.ill = 3
        case "ill for long":
            health.ill = 60


def problems(world: Arena, how: str, old: str, new: str) -> list[str]:
    """What must not be so."""
    runs = Counter(build.parameters.get("CFG_RUN") for build in world.stage.jenkins.builds(JOB))
    found = [f"{run} was built {n} times" for run, n in runs.items() if n > 1]
    paths = ("one/app.yml", "two/app.env", "one/firewall.yml", "two/firewall.yml")
    texts = [(world.stage.github.file(REPO, "main", path) or b"").decode() for path in paths]
    wanted = {"deployed": new, "taken back": old}.get(how)
    if wanted and not all(holds(text, wanted) for text in texts):
        found.append(f"{how}, but main does not hold {wanted} everywhere")
    return found


@contextmanager
def world_of(folder: Path) -> Iterator[tuple[Arena, Health]]:
    """The stand-ins, the bot as a process, and what is probed."""
    health = Health()
    with Loopback(health) as asked, arena(folder, files_of(asked.url)) as world:
        world.environ["CFG_PROBE_HOSTS"] = "127.0.0.1"
        world.start()
        yield world, health


@click.command()
@click.option("--rollouts", default=100, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(rollouts: int, seed: int) -> None:
    """Play so many rollouts."""
    rng, counts, bad = random.Random(seed), Counter[tuple[str, str]](), []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with (
        tempfile.TemporaryDirectory(prefix="cfg-faults-") as folder,
        world_of(Path(folder)) as (world, health),
    ):
        current = 0
        with Progress(*columns, console=Console(stderr=True)) as progress:
            for number in progress.track(range(rollouts), description="rollouts"):
                fault = FAULTS[number % len(FAULTS)]
                how, found = one(world, health, fault, rng, current)
                counts[fault, how] += 1
                bad += [f"{number} ({fault}): {text}" for text in found]
                current += how == "deployed"
    show(counts, bad)
    sys.exit(1 if bad else 0)


def one(
    world: Arena, health: Health, fault: str, rng: random.Random, current: int
) -> tuple[str, list[str]]:
    """One rollout: how it ended, and what was wrong."""
    old, new = address(current), address(current + 1)
    issue = world.dana.open_issue(f"move to {new}", "")
    world.dana.comment(issue, f"/cfg change move {old} to {new}")
    trouble(world, health, fault, rng)
    until, how = time.monotonic() + PATIENCE, None
    while how is None and time.monotonic() < until:
        time.sleep(0.2)
        how = ended(world, issue)
    world.stage.jenkins.faults.clear()
    health.ill = 0
    if how is None:
        return "nothing", [f"no end within {PATIENCE:.0f} s"]
    found = problems(world, how, old, new)
    if how == "frozen":
        found.append("half-way, though only the way there was disturbed")
        world.dana.comment(issue, "/cfg resume")
    return how, found


def show(counts: Counter[tuple[str, str]], bad: list[str]) -> None:
    """The table, and every problem."""
    table = Table("fault", *ENDINGS.values())
    for fault in FAULTS:
        table.add_row(fault, *(str(counts[fault, how]) for how in ENDINGS.values()))
    console = Console()
    console.print(table)
    for text in bad:
        console.print(text, style="red")
    console.print(f"{sum(counts.values())} rollouts, {len(bad)} problems")


if __name__ == "__main__":
    main()
