"""Remakes docs/run.svg from a real run: ``python docs/make_picture.py``."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot import pipeline, wiring
from bot.core.gate import Mode
from bot.core.request import read_request
from bot.demo import make_fleet
from bot.settings import read_settings
from bot.tables import print_outcome

REQUESTS = (
    "api-1 방화벽에서 198.51.100.250/32를 198.51.100.251/32로 바꿔줘",
    "bump redis to 7.4.2 and nginx to 1.27.3",
    "set timeout to 45s",
)


def main() -> None:
    """Three requests on the sample fleet: two merged, one asked about."""
    console = Console(
        record=True,
        width=132,
        file=io.StringIO(),
        highlight=False,
        emoji=False,
        markup=False,
    )
    with tempfile.TemporaryDirectory() as folder:
        fleet = make_fleet(Path(folder) / "fleet")
        for text in REQUESTS:
            request = read_request(text)
            console.print(Text(f'$ cfg change "{text}"', style="bold white"))
            forge, library = wiring.open_forge(fleet), wiring.open_library(fleet)
            branch, sha = forge.base_branch(None)
            work = wiring.assemble(library, read_settings({}), Mode.BLIND, sha, lambda _: None)
            print_outcome(
                console,
                pipeline.change(request, branch, sha, forge, work, plan=False),
                request.language,
            )
            console.print()
    # rich squeezes wide characters into the width of narrow ones; without a length they keep theirs
    picture = re.sub(r' textLength="[^"]*"', "", console.export_svg(title="cfg"))
    Path(__file__).with_name("run.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
