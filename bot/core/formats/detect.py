"""Which format a file has, from its name, and from its content where a name says too little.

Decides nothing about what the file says. A file of a known name that its format cannot read stays
of that format (and is unparsable); only for ``.conf``, ``.cfg``, ``.ini`` and their like, which mean many things,
does a parser that refuses make it ``lines``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from bot.core.formats.source import MalformedError, Parsed, Source

_SUFFIXES = {
    "yaml": {".yml", ".yaml"},
    "json": {".json", ".jsonc", ".webmanifest"},
    "toml": {".toml"},
    "properties": {".properties"},
    "env": {".env"},
    "dockerfile": {".dockerfile"},
    "prose": {".md", ".markdown", ".rst", ".adoc"},
}
_BY_SUFFIX = {suffix: name for name, suffixes in _SUFFIXES.items() for suffix in suffixes}
_BY_NAME = (
    (
        "prose",
        re.compile(
            r"(?:readme|changelog|changes|licen[cs]e|notice|authors|copying)(?:[-._].*)?",
            re.IGNORECASE,
        ),
    ),
    ("dockerfile", re.compile(r"(?:dockerfile|containerfile)(?:\..+)?", re.IGNORECASE)),
    ("env", re.compile(r"\.(?:flask)?env(?:\..+)?|env\.(?:example|sample|template|dist)")),
    ("toml", re.compile(r"(?:poetry|uv|pdm|cargo)\.lock|pipfile", re.IGNORECASE)),
    ("json", re.compile(r"(?:composer|flake|pipfile)\.lock", re.IGNORECASE)),
)
# A README.yml is YAML, and install.sh no prose for being called "changes.sh".
_DATA = frozenset(_BY_SUFFIX) - _SUFFIXES["prose"]
_PROSE = _SUFFIXES["prose"] | {"", ".txt"}
# systemd.unit(5): the kinds of unit files, and those of networkd
SYSTEMD = frozenset(
    [
        ".service",
        ".socket",
        ".timer",
        ".mount",
        ".automount",
        ".swap",
        ".target",
        ".path",
        ".slice",
        ".scope",
        ".device",
        ".network",
        ".netdev",
        ".link",
        ".nspawn",
    ]
)
_INI = frozenset({".ini", ".cfg", ".conf", ".cnf", ".inf", ".desktop", ".repo", ".editorconfig"})
_INI_NAMES = frozenset({".editorconfig", ".gitconfig", ".pylintrc", ".flake8", ".coveragerc"})
_NGINX_PARTS = frozenset({"sites-available", "sites-enabled", "conf.d", "snippets"})
# Formats of their own that happen to look like nginx's or an INI file.
_NEITHER = re.compile(r"nft|iptables|haproxy|inventory|\Ahosts", re.IGNORECASE)

Parse = Callable[[str, Source], Parsed]


def by_name(path: str) -> str | None:
    """The format that the name alone decides, or None where the content has a say."""
    name = PurePosixPath(path).name
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in _DATA:
        for found, pattern in _BY_NAME:
            if pattern.fullmatch(name) and (found != "prose" or suffix in _PROSE):
                return found
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    return None if candidates(path) else "lines"


def candidates(path: str) -> tuple[str, ...]:
    """The formats to try on the content, likeliest first; ``lines`` where none reads it."""
    pure = PurePosixPath(path)
    suffix, parts = pure.suffix.lower(), {part.lower() for part in pure.parts[:-1]}
    if suffix in SYSTEMD or pure.name in _INI_NAMES:
        return ("ini",)
    if _NEITHER.search(pure.name):
        return ()
    nginx = "nginx" in path.lower() or bool(parts & _NGINX_PARTS)
    if suffix == ".conf" or (nginx and suffix in {"", ".cfg", ".types"}):
        return ("nginx", "ini") if nginx else ("ini", "nginx")
    return ("ini",) if suffix in _INI else ()


def detect(path: str, source: Source, parse: Parse) -> tuple[str, Parsed | None]:
    """The format, and what the parser found where it had to be asked."""
    found = by_name(path)
    if found is not None:
        return found, None
    for candidate in candidates(path):
        try:
            parsed = parse(candidate, source)
        except MalformedError:
            continue
        if parsed.leaves:
            return candidate, parsed
    return "lines", None
