"""The sandbox's fleet, running, and as trees: as it is, and as the stages of a move of config-1.

The stages are made by text alone, so that they owe nothing to the planner they are used to try.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.demo import fleet_files
from bot.sandbox.clouds.clouds import Clouds
from bot.sandbox.clouds.fleet import loopback_files

OLD, NEW = "127.0.2.7", "127.0.2.77"
CLOUDS = ("oracle", "gcp", "aws", "azure", "hetzner")
_GUARDS = ("firewall.", "security-group.json", "nsg.toml", "pg_hba.conf")
Tree = Mapping[str, bytes]


def fleet_tree() -> dict[str, bytes]:
    """As it runs."""
    return loopback_files(fleet_files())


def moved(tree: Tree) -> dict[str, bytes]:
    """Every OLD is NEW: what one commit of the whole move says."""
    pattern = re.compile(rb"127\.0\.2\.7(?!\d)")
    return {path: pattern.sub(NEW.encode(), data) for path, data in tree.items()}


def admitted(tree: Tree) -> dict[str, bytes]:
    """Whoever lets OLD in lets NEW in, too."""
    return {path: _both(data) if _guards(path) else data for path, data in tree.items()}


def switched(tree: Tree) -> dict[str, bytes]:
    """Both are let in, and everyone is told to use NEW."""
    both, after = admitted(tree), moved(tree)
    return {path: both[path] if _guards(path) else after[path] for path in tree}


def replaced(tree: Tree, path: str, old: str, new: str) -> dict[str, bytes]:
    """One text of one file is another; it must be there."""
    assert old.encode() in tree[path], path
    return {**tree, path: tree[path].replace(old.encode(), new.encode())}


def _guards(path: str) -> bool:
    return path.rpartition("/")[2].startswith(_GUARDS)


def _both(data: bytes) -> bytes:
    rows = []
    for row in data.decode().splitlines(keepends=True):
        rows.append(row)
        if f"{OLD}/32" in row:
            rows.append(row.replace(f"{OLD}/32", f"{NEW}/32"))
    return "".join(rows).encode()


@contextmanager
def running(folder: Path, tree: Tree) -> Iterator[Clouds]:
    """The fleet, healthy at commit c0; nothing of it is left afterwards."""
    with Clouds(folder) as clouds:
        clouds.start(tree, "c0")
        assert clouds.wait_healthy()
        yield clouds
        pids = clouds.pids()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def until(holds: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what is bound to come; fails the test where it does not."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def commits(clouds: Clouds) -> dict[str, str]:
    """What each server in service runs."""
    return {one.name: one.commit for one in clouds.statuses() if one.in_service}
