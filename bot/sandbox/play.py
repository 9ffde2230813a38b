"""``cfg sandbox``: one change from comment to builds before people's eyes, then theirs to try.

Decides the order of the play and what of it is printed. Everything goes the way it would on
GitHub: real HTTP, signatures, tokens and git; nothing is told to the bot but by webhook.
"""

from __future__ import annotations

import re
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from bot.demo import REQUEST, fleet_files, fleet_folder
from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.fleet import loopback_text
from bot.sandbox.clouds.ports import possible
from bot.sandbox.clouds.seen import Status
from bot.sandbox.loopback import Loopback
from bot.sandbox.person import Person, Story
from bot.sandbox.stage import PERSON, REPO, Stage, open_stage
from bot.server_settings import read_server_settings
from bot.serving import open_app
from bot.settings import read_settings
from bot.telemetry import Telemetry

_PROMQL = re.compile(r"- \{promql: .*\}")
PATIENCE = 300.0  # seconds the first change may take
# The first change moves this server there.
MOVING, NEW_ADDRESS = "config-1", loopback_text("192.0.2.77")


def play(
    environ: Mapping[str, str], *, port: int, request: str | None, once: bool, quiet: bool
) -> int:
    """Open the sandbox; exit code 0 when the first change ended well (or none was asked for)."""
    signal.signal(signal.SIGTERM, _interrupt)  # so that its folder is tidied up, too
    console = Console(highlight=False, emoji=False, markup=False, soft_wrap=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cfg-sandbox-")))
        files, modes = fleet_files(), fleet_modes()
        if not possible():
            files = unprobed(files)
        try:
            stage = stack.enter_context(
                open_stage(folder, files, port=port, modes=modes, clouds=possible(), amend=probed)
            )
        except OSError as error:
            console.print(f"Port {port} cannot be used ({error.strerror}). Choose another --port.")
            return 2
        start_bot(stack, stage, environ)
        console.print(f"GitHub stand-in  {stage.github.url}/{REPO}/issues")
        console.print(f"Jenkins stand-in {stage.jenkins.url}")
        console.print(f"five clouds      {_where(stage)}\n")
        good = quiet or _first_change(console, stage, request or _moving(stage))
        if once:
            return 0 if good else 1
        console.print(
            f"\nOpen {stage.github.url}/{REPO}/issues and try it yourself. Ctrl+C ends it."
        )
        _stay()
    return 0


def probed(files: dict[str, bytes], board: str) -> dict[str, bytes]:
    """The fleet's policy asks Prometheus for minutes; here the clouds are asked themselves, briefly."""
    policy = files[".cfgbot.yml"].decode()
    health = f'{{http: "{board}/health/{{environment}}", within: 5s, for: 2s, grace: 2m}}'
    policy, count = _PROMQL.subn(lambda _: f"- {health}", policy)
    if count != 1:
        raise ValueError("the fleet's policy asks for its health in another way")
    return {**files, ".cfgbot.yml": policy.replace("soak: 1m", "soak: 2s").encode()}


def _where(stage: Stage) -> str:
    return f"{stage.board}/status" if stage.board else "do not run here: they need Linux"


def _moving(stage: Stage) -> str:
    """The request of the play; whoever moves a server has built the new machine before."""
    if stage.clouds is None:
        return REQUEST
    stage.clouds.second_instance(MOVING, NEW_ADDRESS)
    return loopback_text(REQUEST)


def unprobed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Where no cloud runs there is nobody to ask: a build that succeeds is all there is."""
    lines = files[".cfgbot.yml"].decode().splitlines(keepends=True)
    kept = [line for line in lines if "health:" not in line and not _PROMQL.search(line)]
    return {**files, ".cfgbot.yml": "".join(kept).encode()}


def start_bot(
    stack: ExitStack, stage: Stage, environ: Mapping[str, str], *, pace: float = 0.1
) -> str:
    """The bot on loopback, its models as people set them; its URL."""
    # the port must be known before the links that hold it are made
    bot = Loopback(None)
    stage.tell(bot.url)
    chosen = {**environ, **stage.environ}
    bot.app = open_app(read_server_settings(chosen), read_settings(chosen), Telemetry(), pace=pace)
    stack.enter_context(bot)
    return bot.url


def _first_change(console: Console, stage: Stage, request: str) -> bool:
    person = Person(stage.github.url, REPO, PERSON, stage.tokens[PERSON])
    with person:
        begun = time.monotonic()
        issue = person.open_issue("Config server moves", "The provider gave us another address.")
        person.comment(issue, f"/cfg change {request}")
        story = Story(person, issue)
        while time.monotonic() - begun < PATIENCE:
            for line in story.news():
                console.print(f"{time.monotonic() - begun:5.1f} s  {line}")
            if story.ended:
                break
            time.sleep(0.4)  # GitHub counts what people ask, too
        stage.github.wait_idle()
        console.print(f"\n{story.closing}")
        if stage.clouds:
            console.print("\n" + "\n".join(_as_asked(stage.clouds)))
        return story.good


def _as_asked(clouds: Clouds) -> list[str]:
    """What the running servers themselves say."""
    clouds.wait_healthy(seconds=3)
    found = clouds.statuses()
    serving = [status for status in found if status.in_service]
    healthy = sum(status.healthy for status in serving)
    lines = [f"The clouds, asked: {healthy} of {len(serving)} servers healthy."]
    lines += [_place(status, found) for status in found if status.name == MOVING]
    return [*lines, f"Calls between them that a firewall refused: {clouds.refused_total()}."]


def _place(status: Status, others: tuple[Status, ...]) -> str:
    callers = [
        other.name
        for other in others
        if any(call.startswith(f"{status.address}:") for call in other.calls)
    ]
    state = f"runs {status.commit[:12]}" if status.on else "is off"
    return f"{status.name} at {status.address} {state}, called by {len(callers)} servers."


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _stay() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        sys.stdout.write("\n")


def fleet_modes() -> dict[str, str]:
    """Which of its files are executable."""
    root = fleet_folder()
    return {
        path.relative_to(root).as_posix(): "100755"
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.stat().st_mode & 0o100
    }
