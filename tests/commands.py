"""The ``cfg`` command as people run it: a process of its own on a repository of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo import fleet_files
from tests.git_repo import git, make_repo


@dataclass(frozen=True)
class Ran:
    """How a command ended; ``said`` is the JSON object where it printed one."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> dict[str, Any]:
        """What --json printed."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def rules(self) -> set[str]:
        """The rules whose findings block."""
        return {
            finding["rule"] for finding in self.said["findings"] if finding["severity"] == "blocks"
        }

    @property
    def changed(self) -> dict[tuple[str, str], str | None]:
        """(path, key) → new value."""
        return {(change["path"], change["key"]): change["new"] for change in self.said["changes"]}


def cfg(*arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> Ran:
    """Run ``cfg`` in an environment without anybody's settings but ``env``."""
    clean = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1",
        "COLUMNS": "140",
        "PYTHONFAULTHANDLER": "1",
        **(env or {}),
    }
    command = [sys.executable, "-W", "error::SyntaxWarning", "-m", "bot.cli", *arguments]
    with subprocess.Popen(
        command, cwd=cwd, env=clean, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            out, err = process.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # faulthandler then says where it hung
            out, err = process.communicate()
            raise AssertionError(f"cfg hung: {err.decode()[-4000:]}") from None
    return Ran(process.returncode, out.decode(), err.decode())


def fleet(folder: Path) -> Path:
    """A repository with the sample fleet in it."""
    return make_repo(folder, fleet_files())


def state(repo: Path) -> tuple[str, str]:
    """Refs and status: what must not change when nothing is done."""
    return git(repo, "for-each-ref"), git(repo, "status", "--porcelain")
