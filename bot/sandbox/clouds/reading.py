"""Deployed files as keys and values, read with nothing but what starts fast.

Decides which texts of a file are values: comments never are. It judges nothing; bot.core.formats
does that, but takes more memory and time than a small process has.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping

import yaml

from bot.sandbox.clouds.firewall import UnreadableError
from bot.sandbox.clouds.walls import READERS

Key = tuple[str, ...]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PAIR = re.compile(r"^\s*(?:export\s+)?([\w.\[\]-]+)\s*[=:]\s*(.*?)\s*$")
_SECTION = re.compile(r"^\s*\[([^\]]+)\]\s*$")
_DIRECTIVE = re.compile(r"^\s*([A-Za-z_]\w*)\s+([^{};]+)")


def values(files: Mapping[str, bytes]) -> Iterator[tuple[str, Key, str]]:
    """Path, key and value of every setting, firewalls left out. Raises UnreadableError."""
    for path, data in sorted(files.items()):
        if path.rpartition("/")[2] in READERS:
            continue
        try:
            for key, value in _of_file(path, data.decode("utf-8")):
                yield path, key, value
        except (ValueError, yaml.YAMLError) as error:
            raise UnreadableError(f"{path}: {type(error).__name__}: {error}") from None


def _of_file(path: str, text: str) -> Iterator[tuple[Key, str]]:
    ending = path.rpartition("/")[2].rpartition(".")[2].lower()
    if ending in {"yml", "yaml"}:
        for document in yaml.load_all(text, Loader=_LOADER):
            yield from _flat((), document)
    elif ending == "json":
        yield from _flat((), json.loads(text))
    elif ending == "toml":
        yield from _flat((), tomllib.loads(text))
    elif ending in {"env", "properties", "ini", "service"}:
        yield from _pairs(text)
    elif ending == "conf":
        yield from _directives(text)


def _flat(key: Key, value: object) -> Iterator[tuple[Key, str]]:
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _flat((*key, str(name)), below)
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from _flat((*key, str(place)), below)
    else:
        yield key, str(value)


def _pairs(text: str) -> Iterator[tuple[Key, str]]:
    section: Key = ()
    for line in text.splitlines():
        if line.lstrip().startswith(("#", ";", "!")):
            continue
        if begins := _SECTION.match(line):
            section = (begins[1],)
        elif pair := _PAIR.match(line):
            yield (*section, pair[1]), pair[2].strip("\"'")


def _directives(text: str) -> Iterator[tuple[Key, str]]:
    for line in text.splitlines():
        bare = re.sub(r"(^|\s)#.*$", "", line)
        if found := _DIRECTIVE.match(bare):
            yield (found[1],), found[2].strip().strip("\"'")
        elif pair := _PAIR.match(bare):
            yield (pair[1],), pair[2].strip("\"'")
