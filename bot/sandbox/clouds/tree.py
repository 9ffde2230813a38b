"""What of a commit is put on which server, and what the inventory says about the servers.

Decides what a deployment copies: the server's folder, the monitoring its compose file mounts, and
the settings inside the images it runs (built from the same commit). Sources: the sample fleet's own
deploy script and README.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from bot.sandbox.clouds.addresses import plain

_IMAGE = re.compile(r"(?m)^\s*image:\s*[\w.:-]+/([\w-]+):")
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """A server of the inventory. Addresses as ``plain`` spells them; ``also`` is its IPv6 one."""

    name: str
    cloud: str
    address: str
    also: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Servers by name, and the addresses that are not ours by name."""

    servers: Mapping[str, Place]
    outside: Mapping[str, str]


class BadTreeError(ValueError):
    """The commit cannot be deployed; ``args[0]`` says why."""


def read_inventory(files: Files) -> Inventory:
    """The servers of ``inventory.yml``. Raises BadTreeError."""
    try:
        found = yaml.safe_load(files["inventory.yml"])
        servers = {name: _place(name, row) for name, row in found["servers"].items()}
        outside = {name: _address(row["address"]) for name, row in found["externals"].items()}
    except (KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise BadTreeError(f"inventory.yml: {type(error).__name__}: {error}") from None
    return Inventory(servers, outside)


def _place(name: str, row: Mapping[str, str]) -> Place:
    also = row.get("address6")
    return Place(
        name,
        row["cloud"],
        _address(row["address"]),
        _address(also) if also else None,
        row.get("description", ""),
    )


def _address(text: str) -> str:
    found = plain(str(text))
    if found is None or not found.startswith("127."):
        raise BadTreeError(f"inventory.yml: {text} is no loopback address")
    return found


def files_of(tree: Files, place: Place) -> dict[str, bytes]:
    """The files of one server as they lie on it. Raises BadTreeError where there are none."""
    own = _below(tree, f"clouds/{place.cloud}/{place.name}/")
    if not own:
        raise BadTreeError(f"clouds/{place.cloud}/{place.name}/ is empty")
    compose = own.get("compose.yml", b"").decode("utf-8", "replace")
    found = dict(own)
    if "./monitoring/" in compose:
        found |= {f"monitoring/{p}": d for p, d in _below(tree, "monitoring/").items()}
    for image in _IMAGE.findall(compose):
        found |= {f"image/{p}": d for p, d in _below(tree, f"services/{image}/").items()}
    return found


def _below(tree: Files, folder: str) -> dict[str, bytes]:
    return {
        path.removeprefix(folder): data for path, data in tree.items() if path.startswith(folder)
    }
