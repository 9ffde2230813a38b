"""``cfg demo``: the sample fleet as a fresh repository, and one Korean request carried out on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import bot

REQUEST = "설정 서버가 192.0.2.7에서 192.0.2.77로 옮겨갔어. 다른 서버들도 맞춰줘"
_IDENTITY = (
    "-c",
    "user.name=fleet owner",
    "-c",
    "user.email=owner@example.com",
    "-c",
    "commit.gpgsign=false",
)


def fleet_folder() -> Path:
    """The sample fleet: beside the package in a checkout, inside it when installed."""
    package = Path(bot.__file__).resolve().parent
    inside = package / "examples" / "fleet"
    return inside if inside.is_dir() else package.parent / "examples" / "fleet"


def fleet_files() -> dict[str, bytes]:
    """The sample fleet by path."""
    root = fleet_folder()
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def make_fleet(into: Path) -> Path:
    """A repository at ``into`` (not existing, or empty) with the sample fleet as its one commit."""
    shutil.copytree(fleet_folder(), into, dirs_exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "-A", "-f"],
        [*_IDENTITY, "commit", "-q", "-m", "The fleet as it runs today"],
    ):
        subprocess.run(["git", *arguments], cwd=into, env=environment, check=True)  # noqa: S603, S607 - git, from PATH
    return into


def run_demo(into: Path | None, request: str | None) -> int:
    """Make the fleet, carry out the request by its own command line, say where to look. Its exit code."""
    if into is not None and into.exists() and any(into.iterdir()):
        sys.stderr.write(f"{into} is not empty; choose another folder with --into\n")
        return 2
    folder = make_fleet(into or Path(tempfile.mkdtemp(prefix="cfg-fleet-")))
    asked = request or REQUEST
    sys.stdout.write(f'the sample fleet is at {folder}\n\n$ cfg change "{asked}" --repo {folder}\n')
    sys.stdout.flush()
    command = [sys.executable, "-m", "bot.cli", "change", asked, "--repo", str(folder)]
    code = subprocess.run(command, check=False).returncode  # noqa: S603 - ourselves
    sys.stdout.write(f"\nlook around: cd {folder} && git log --stat -1\n")
    return code
