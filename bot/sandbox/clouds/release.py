"""What lies on one machine: its releases, which of them is current, and what is broken on purpose.

Decides how a release is read and switched: ``current`` is a symbolic link that changes from one
whole release to the next, never to half of one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.sandbox.clouds.firewall import Firewall, UnreadableError
from bot.sandbox.clouds.peers import Uses, listens, uses
from bot.sandbox.clouds.walls import read_firewall

BROKEN = "broken.json"
_KEPT = 3  # releases on a machine: the current one, and those somebody may still be reading
CRASH, ERRORS, SLOW = "crash", "errors", "slow"
WAYS = (CRASH, ERRORS, SLOW)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a deployment says of itself; ``standby``: serves, but calls nobody yet.

    ``outside`` are addresses that no process stands for, such as the mail relay: named, not called.
    """

    commit: str
    name: str
    cloud: str
    outside: tuple[str, ...] = ()
    standby: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """Ill on purpose, in one of WAYS; with ``where`` only while a deployed file holds that text."""

    how: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A release as a process runs it; ``broken`` is the way in which it is ill, if it is."""

    facts: Facts
    firewall: Firewall
    uses: Uses
    ports: frozenset[int]
    broken: str | None


def write_release(home: Path, files: Mapping[str, bytes], facts: Facts) -> None:
    """Lay a new release beside the others and make it the current one, at once."""
    before = sorted(int(one.name) for one in home.glob("releases/*"))
    folder = home / "releases" / str(before[-1] + 1 if before else 1)
    for path, data in files.items():
        target = folder / "files" / path
        if not target.resolve().is_relative_to(folder.resolve()):
            raise UnreadableError(f"{path} would leave its folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (folder / "deployed.json").write_text(json.dumps(asdict(facts)), encoding="ascii")
    fresh = home / "current.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.relative_to(home))
    fresh.replace(home / "current")
    for number in before[: 1 - _KEPT]:
        shutil.rmtree(home / "releases" / str(number))


def write_break(home: Path, broken: Break | None) -> None:
    """Make the machine ill, or well again."""
    if broken is None:
        (home / BROKEN).unlink(missing_ok=True)
        return
    fresh = home / f"{BROKEN}.new"
    fresh.write_text(json.dumps(asdict(broken)), encoding="utf-8")
    fresh.replace(home / BROKEN)


def current_release(home: Path) -> tuple[dict[str, bytes], Facts]:
    """The files of the current release by path, and its facts. Raises OSError, ValueError."""
    folder = (home / "current").resolve(strict=True)  # once: the link may change meanwhile
    found = {}
    for parent, _, names in os.walk(folder / "files"):
        for name in names:
            path = Path(parent) / name
            found[path.relative_to(folder / "files").as_posix()] = path.read_bytes()
    said = json.loads((folder / "deployed.json").read_text(encoding="ascii"))
    return found, Facts(**{**said, "outside": tuple(said["outside"])})


def load(home: Path) -> Loaded:
    """The current release, understood. Raises UnreadableError where a file of it cannot be."""
    files, facts = current_release(home)
    broken = _broken(home, files)
    return Loaded(facts, read_firewall(files), uses(files), listens(files), broken)


def _broken(home: Path, files: Mapping[str, bytes]) -> str | None:
    path = home / BROKEN
    if not path.exists():
        return None
    found = Break(**json.loads(path.read_text(encoding="utf-8")))
    if found.where and not any(found.where.encode() in data for data in files.values()):
        return None
    return found.how
