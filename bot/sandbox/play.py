"""``cfg sandbox``: one change from comment to builds before people's eyes, then theirs to try.

Decides the order of the play and what of it is printed. Everything goes the way it would on
GitHub: real HTTP, signatures, tokens and git; nothing is told to the bot but by webhook.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from bot.demo import REQUEST, fleet_files, fleet_folder
from bot.sandbox.loopback import Loopback
from bot.sandbox.person import Person, Story
from bot.sandbox.stage import PERSON, REPO, Stage, open_stage
from bot.server_settings import read_server_settings
from bot.serving import open_app
from bot.settings import read_settings
from bot.telemetry import Telemetry

PATIENCE = 120.0  # seconds the first change may take


def play(
    environ: Mapping[str, str], *, port: int, request: str | None, once: bool, quiet: bool
) -> int:
    """Open the sandbox; exit code 0 when the first change ended well (or none was asked for)."""
    signal.signal(signal.SIGTERM, _interrupt)  # so that its folder is tidied up, too
    console = Console(highlight=False, emoji=False, markup=False, soft_wrap=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cfg-sandbox-")))
        files, modes = fleet_files(), fleet_modes()
        try:
            stage = stack.enter_context(open_stage(folder, files, port=port, modes=modes))
        except OSError as error:
            console.print(f"Port {port} cannot be used ({error.strerror}). Choose another --port.")
            return 2
        start_bot(stack, stage, environ)
        console.print(f"GitHub stand-in  {stage.github.url}/{REPO}/issues")
        console.print(f"Jenkins stand-in {stage.jenkins.url}\n")
        good = quiet or _first_change(console, stage, request or REQUEST)
        if once:
            return 0 if good else 1
        console.print(
            f"\nOpen {stage.github.url}/{REPO}/issues and try it yourself. Ctrl+C ends it."
        )
        _stay()
    return 0


def start_bot(stack: ExitStack, stage: Stage, environ: Mapping[str, str]) -> str:
    """The bot on loopback, its models as people set them; its URL."""
    # the port must be known before the links that hold it are made
    bot = Loopback(None)
    stage.tell(bot.url)
    chosen = {**environ, **stage.environ}
    bot.app = open_app(read_server_settings(chosen), read_settings(chosen), Telemetry(), pace=0.2)
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
            time.sleep(0.1)
        stage.github.wait_idle()
        console.print(f"\n{story.closing}")
        return story.good


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
